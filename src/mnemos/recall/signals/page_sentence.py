"""``sentence`` beside an assistant's pages, which speak of everything.

What: ``sentence`` × the largest pageness of the turn and its neighbours.
Source: ours.
Range: as ``sentence``.
"""

from __future__ import annotations

from mnemos.recall.frame import Floats, Frame
from mnemos.recall.signals import sentence


def score(frame: Frame) -> Floats:
    """Return the signal for each candidate. Shape (n,)."""
    return sentence.score(frame) * frame.paged
