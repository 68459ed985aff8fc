"""``near_bm`` in chats with an assistant, where neighbours are pages that hold every word.

What: ``near_bm`` where the turn or a neighbour was said by an assistant, else 0.
Source: ours.
Range: 0 upwards.
"""

from __future__ import annotations

from mnemos.recall.frame import Floats, Frame
from mnemos.recall.signals import near_bm


def score(frame: Frame) -> Floats:
    """Return the signal for each candidate. Shape (n,)."""
    if not frame.is_chat:
        return frame.zeros()
    return near_bm.score(frame) * frame.chat
