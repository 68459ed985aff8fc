"""BM25 of the previous turn: what was being answered.

What: the previous turn's ``bm``.
Source: ours.
Range: 0 upwards.
"""

from __future__ import annotations

from mnemos.recall.frame import Floats, Frame


def score(frame: Frame) -> Floats:
    """Return the signal for each candidate. Shape (n,)."""
    return frame.scaled(frame.before)
