"""``late`` beside an assistant's pages, which speak of everything.

What: ``late`` × the largest pageness of the turn and its neighbours.
Source: ours.
Range: as ``late``.
"""

from __future__ import annotations

from mnemos.recall.frame import Floats, Frame
from mnemos.recall.signals import late


def score(frame: Frame) -> Floats:
    """Return the signal for each candidate. Shape (n,)."""
    return late.score(frame) * frame.paged
