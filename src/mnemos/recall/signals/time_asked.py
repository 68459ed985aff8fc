"""Whether the question asks for a time and the turn holds one.

What: ``time`` if the question asks when or how long, else 0; 0 for documents.
Source: ours.
Range: 0 or 1.
"""

from __future__ import annotations

from mnemos.recall.frame import Floats, Frame
from mnemos.recall.signals import time


def score(frame: Frame) -> Floats:
    """Return the signal for each candidate. Shape (n,)."""
    return time.score(frame) if frame.asked.asks_when else frame.zeros()
