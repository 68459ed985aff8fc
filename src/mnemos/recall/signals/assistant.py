"""Whether an assistant speaks: it repeats in pages what the user told in a line.

What: the turn's role.
Source: ours.
Range: 0 or 1.
"""

from __future__ import annotations

from mnemos.recall.frame import ASSISTANT, Floats, Frame


def score(frame: Frame) -> Floats:
    """Return the signal for each candidate. Shape (n,)."""
    return frame.role(ASSISTANT)
