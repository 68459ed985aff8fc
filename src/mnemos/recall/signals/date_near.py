"""How soon after the day that the question names the turn was said.

What: 1 up to two days after, fading on either side with a scale of 7 days.
Source: ours; people tell of things on the day or shortly after.
Range: 0 to 1.
"""

from __future__ import annotations

import numpy as np

from mnemos.recall.days import after, fade, named_days
from mnemos.recall.frame import Floats, Frame

GRACE_DAYS = 2
SCALE_DAYS = 7.0


def score(frame: Frame) -> Floats:
    """Return the signal for each candidate. Shape (n,)."""
    found = frame.zeros()
    for start, _ in named_days(frame.asked.mentions):
        days = after(frame.rows["said_at"], start)
        gap = np.where(days < 0, -days, np.maximum(days - GRACE_DAYS, 0))
        found = np.maximum(found, fade(gap, SCALE_DAYS))
    return found
