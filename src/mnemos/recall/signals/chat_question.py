"""Whether the turn ends with a question, in a chat with an assistant, where users tell by asking.

What: ``question``, where the turn or a neighbour was said by an assistant.
Source: ours.
Range: 0 or 1.
"""

from __future__ import annotations

from mnemos.recall.frame import Floats, Frame
from mnemos.store.base import FLAG_QUESTION


def score(frame: Frame) -> Floats:
    """Return the signal for each candidate. Shape (n,)."""
    if not frame.is_chat:
        return frame.zeros()
    return frame.flag(FLAG_QUESTION) * frame.chat
