"""Whether a standing wish meets a request for help, which it may govern.

What: ``standing`` if the question seeks help, else 0.
Source: ours.
Range: 0 or 1.
"""

from __future__ import annotations

from mnemos.recall.frame import Floats, Frame
from mnemos.recall.signals.statement import stated
from mnemos.store.base import FLAG_STANDING


def score(frame: Frame) -> Floats:
    """Return the signal for each candidate. Shape (n,)."""
    return stated(frame, FLAG_STANDING) if frame.asked.seeks_help else frame.zeros()
