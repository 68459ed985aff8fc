"""Whether the turn asks for something for good ("Always … when I ask about …").

What: the index's flag; 0 for assistants.
Source: ours.
Range: 0 or 1.
"""

from __future__ import annotations

from mnemos.recall.frame import Floats, Frame
from mnemos.recall.signals.statement import stated
from mnemos.store.base import FLAG_STANDING


def score(frame: Frame) -> Floats:
    """Return the signal for each candidate. Shape (n,)."""
    return stated(frame, FLAG_STANDING)
