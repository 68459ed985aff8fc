"""How much a turn says, for the signals of length."""

from __future__ import annotations

import numpy as np

from mnemos.recall.frame import Floats, Frame
from mnemos.store.base import DOCUMENT

HALF = 30.0  # index terms of a turn that says middling much


def said(frame: Frame) -> Floats:
    """Return length / (length + 30), and 0 for documents. Shape (n,)."""
    length = frame.rows["length"].astype(np.float64)
    return length / (length + HALF) * (1.0 - frame.role(DOCUMENT))
