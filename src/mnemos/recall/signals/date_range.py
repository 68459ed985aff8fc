"""Whether the turn was said in the month, season or year that the question names.

What: 1 inside, fading outside with a scale of 12 days for weeks and months, 20 for seasons, 30
for years.
Source: ours.
Range: 0 to 1.
"""

from __future__ import annotations

import numpy as np

from mnemos.recall.days import after, fade, named_ranges
from mnemos.recall.frame import Floats, Frame


def score(frame: Frame) -> Floats:
    """Return the signal for each candidate. Shape (n,)."""
    found = frame.zeros()
    said_at = frame.rows["said_at"]
    for start, stop, scale_days in named_ranges(frame.asked.mentions):
        gap = np.maximum(np.maximum(-after(said_at, start), after(said_at, stop) + 1), 0)
        found = np.maximum(found, fade(gap, scale_days))
    return found
