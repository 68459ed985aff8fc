"""Whether the right person says it: ``late`` counts for more in their turns.

What: (``speaker`` − ½) × ``late``.
Source: ours.
Range: -2048 to 2048.
"""

from __future__ import annotations

from mnemos.recall.frame import Floats, Frame
from mnemos.recall.signals import late, speaker


def score(frame: Frame) -> Floats:
    """Return the signal for each candidate. Shape (n,)."""
    return (speaker.score(frame) - 0.5) * late.score(frame)
