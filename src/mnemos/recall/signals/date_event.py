"""Whether the turn speaks of the time that the question names ("last week", said on the Monday).

What: which share of the time that the turn speaks of lies within a time that the question names; 0
if either names none.
Source: ours; the intervals are those of ``text.dates``.
Range: 0 to 1.
"""

from __future__ import annotations

import numpy as np

from mnemos.recall.days import microseconds
from mnemos.recall.frame import Floats, Frame
from mnemos.store.base import NO_TIME


def score(frame: Frame) -> Floats:
    """Return the signal for each candidate. Shape (n,)."""
    found = frame.zeros()
    start, stop = frame.rows["event_from"], frame.rows["event_to"]
    told = np.flatnonzero((start != NO_TIME) & (stop > start))
    start, stop = start[told], stop[told]
    for mention in frame.asked.mentions:
        within = np.minimum(stop, microseconds(mention.end))
        within = np.maximum(within - np.maximum(start, microseconds(mention.start)), 0)
        found[told] = np.maximum(found[told], within / (stop - start))
    return found
