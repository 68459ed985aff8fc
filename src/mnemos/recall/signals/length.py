"""How much a turn says: greetings answer nothing.

What: length / (length + 30) in index terms; 0 for documents.
Source: ours.
Range: 0 to 1.
"""

from __future__ import annotations

from mnemos.recall.frame import Floats, Frame
from mnemos.recall.signals.amount import said


def score(frame: Frame) -> Floats:
    """Return the signal for each candidate. Shape (n,)."""
    return said(frame)
