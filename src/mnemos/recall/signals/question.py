"""Whether the turn itself ends with a question: askers seldom tell.

What: the index's flag; 0 for documents.
Source: ours.
Range: 0 or 1.
"""

from __future__ import annotations

from mnemos.recall.frame import Floats, Frame
from mnemos.store.base import DOCUMENT, FLAG_QUESTION


def score(frame: Frame) -> Floats:
    """Return the signal for each candidate. Shape (n,)."""
    return frame.flag(FLAG_QUESTION) * (1.0 - frame.role(DOCUMENT))
