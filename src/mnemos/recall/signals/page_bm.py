"""``bm`` beside an assistant's pages, which hold words for being long.

What: ``bm`` × the largest pageness of the turn and its neighbours.
Source: ours.
Range: 0 upwards.
"""

from __future__ import annotations

from mnemos.recall.frame import Floats, Frame
from mnemos.recall.signals import bm


def score(frame: Frame) -> Floats:
    """Return the signal for each candidate. Shape (n,)."""
    if not frame.has_pages:
        return frame.zeros()
    return bm.score(frame) * frame.paged
