"""BM25 for pages: k1 1.2, b .75.

What: as ``bm`` with the stronger length norm × the largest pageness of the turn and its neighbours.
Source: Robertson & Zaragoza 2009.
Range: 0 upwards.
"""

from __future__ import annotations

from mnemos.recall.frame import Floats, Frame


def score(frame: Frame) -> Floats:
    """Return the signal for each candidate. Shape (n,)."""
    if not frame.has_pages:
        return frame.zeros()
    return frame.scaled(frame.long_impacts.sum(axis=0)) * frame.paged
