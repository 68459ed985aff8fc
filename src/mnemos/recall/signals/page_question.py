"""Whether the turn ends with a question, beside an assistant's pages, where users tell by asking.

What: ``question`` × the largest pageness of the turn and its neighbours.
Source: ours.
Range: 0 to 1.
"""

from __future__ import annotations

from mnemos.recall.frame import Floats, Frame
from mnemos.store.base import FLAG_QUESTION


def score(frame: Frame) -> Floats:
    """Return the signal for each candidate. Shape (n,)."""
    if not frame.has_pages:
        return frame.zeros()
    return frame.flag(FLAG_QUESTION) * frame.paged
