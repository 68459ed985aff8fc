"""Whether the turn holds a time expression.

What: the index's flag; 0 for documents, which are full of years.
Source: ours.
Range: 0 or 1.
"""

from __future__ import annotations

from mnemos.recall.frame import Floats, Frame
from mnemos.store.base import DOCUMENT, FLAG_TIME


def score(frame: Frame) -> Floats:
    """Return the signal for each candidate. Shape (n,)."""
    return frame.flag(FLAG_TIME) * (1.0 - frame.role(DOCUMENT))
