"""What people, not assistants, state, for the signals of stance."""

from __future__ import annotations

from mnemos.recall.frame import Floats, Frame
from mnemos.store.base import ASSISTANT


def stated(frame: Frame, bit: int) -> Floats:
    """Return 1 where a turn has the flag and no assistant said it, else 0. Shape (n,)."""
    return frame.flag(bit) * (1.0 - frame.role(ASSISTANT))
