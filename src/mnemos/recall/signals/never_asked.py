"""Whether the turn says "I never …" and the question asks whether the asker ever did.

What: the index's flag if the question starts "Have I", "Did I" …; 0 for assistants.
Source: ours.
Range: 0 or 1.
"""

from __future__ import annotations

from mnemos.recall.frame import Floats, Frame
from mnemos.recall.signals.statement import stated
from mnemos.store.base import FLAG_NEVER


def score(frame: Frame) -> Floats:
    """Return the signal for each candidate. Shape (n,)."""
    return stated(frame, FLAG_NEVER) if frame.asked.looks_back else frame.zeros()
