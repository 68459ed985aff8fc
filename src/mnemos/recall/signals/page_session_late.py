"""``session_late`` beside an assistant's pages, which speak of everything.

What: ``session_late`` × the largest pageness of the turn and its neighbours.
Source: ours.
Range: as ``session_late``.
"""

from __future__ import annotations

from mnemos.recall.frame import Floats, Frame
from mnemos.recall.signals import session_late


def score(frame: Frame) -> Floats:
    """Return the signal for each candidate. Shape (n,)."""
    return session_late.score(frame) * frame.paged
