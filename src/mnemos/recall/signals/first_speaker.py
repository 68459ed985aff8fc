"""Whether the first of two people named speaks ("What did Ann say about Bob's dog?").

What: 1 or 0 if two people are named but not in one breath; else ½.
Source: ours.
Range: 0, ½, 1.
"""

from __future__ import annotations

import numpy as np

from mnemos.recall.frame import Floats, Frame


def score(frame: Frame) -> Floats:
    """Return the signal for each candidate. Shape (n,)."""
    asked = frame.asked
    if len(asked.people) < 2 or asked.together:  # noqa: PLR2004 - two people
        return np.full(len(frame.docs), 0.5)
    found: Floats = (frame.rows["speaker"] == asked.people[0]).astype(np.float64)
    return found
