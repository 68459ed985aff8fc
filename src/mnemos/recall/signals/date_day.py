"""Whether the turn was said on the day that the question names, give or take a day.

What: 1 within one day, else 0; 0 if no day is named.
Source: ours.
Range: 0 or 1.
"""

from __future__ import annotations

import numpy as np

from mnemos.recall.days import after, named_days
from mnemos.recall.frame import Floats, Frame


def score(frame: Frame) -> Floats:
    """Return the signal for each candidate. Shape (n,)."""
    found = frame.zeros()
    for start, _ in named_days(frame.asked.mentions):
        days = after(frame.rows["said_at"], start)
        found = np.maximum(found, ((days >= -1) & (days <= 1)).astype(np.float64))
    return found
