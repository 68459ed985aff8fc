"""How much a user's turn beside pages says: there, pasted pages answer little.

What: ``length`` where a user speaks × the largest pageness of the neighbours; else 0.
Source: ours.
Range: 0 to 1.
"""

from __future__ import annotations

from mnemos.recall.frame import Floats, Frame
from mnemos.recall.signals.amount import said
from mnemos.store.base import USER


def score(frame: Frame) -> Floats:
    """Return the signal for each candidate. Shape (n,)."""
    if not frame.has_pages:
        return frame.zeros()
    return said(frame) * frame.role(USER) * frame.paged
