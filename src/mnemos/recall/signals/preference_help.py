"""Whether a preference meets a request for help, which it may govern.

What: ``preference`` if the question seeks help, else 0.
Source: ours.
Range: 0 or 1.
"""

from __future__ import annotations

from mnemos.recall.frame import Floats, Frame
from mnemos.recall.signals.statement import stated
from mnemos.store.base import FLAG_PREFERENCE


def score(frame: Frame) -> Floats:
    """Return the signal for each candidate. Shape (n,)."""
    return stated(frame, FLAG_PREFERENCE) if frame.asked.seeks_help else frame.zeros()
