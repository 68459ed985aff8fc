"""Whether the previous turn ends with a question.

What: the index's flag of the previous turn.
Source: ours.
Range: 0 or 1.
"""

from __future__ import annotations

import numpy as np

from mnemos.recall.frame import Floats, Frame
from mnemos.store.base import FLAG_QUESTION


def score(frame: Frame) -> Floats:
    """Return the signal for each candidate. Shape (n,)."""
    found: Floats = (frame.previous_flags & FLAG_QUESTION != 0).astype(np.float64)
    return found
