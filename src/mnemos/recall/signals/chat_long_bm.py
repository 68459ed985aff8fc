"""BM25 for pages: k1 1.2, b .75.

What: as ``bm`` with the stronger length norm, in chats with an assistant; else 0.
Source: Robertson & Zaragoza 2009.
Range: 0 upwards.
"""

from __future__ import annotations

from mnemos.recall.frame import Floats, Frame


def score(frame: Frame) -> Floats:
    """Return the signal for each candidate. Shape (n,)."""
    if not frame.is_chat:
        return frame.zeros()
    return frame.scaled(frame.long_impacts.sum(axis=0)) * frame.chat
