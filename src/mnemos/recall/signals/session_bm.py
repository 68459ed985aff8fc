"""BM25 of the whole session, given to each of its turns.

What: sum over terms of idf × tf / (tf + 4), tf counted over the session.
Source: ours; passage ranking backed by its document, as in Callan 1994.
Range: 0 upwards.
"""

from __future__ import annotations

from mnemos.recall.frame import Floats, Frame


def score(frame: Frame) -> Floats:
    """Return the signal for each candidate. Shape (n,)."""
    return frame.scaled(frame.session)
