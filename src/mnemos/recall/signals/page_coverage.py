"""Which share of the question's terms the turn holds, beside an assistant's pages.

What: weights of the terms present over weights of all, rare or not: in a chat about one thing
the words that matter are frequent. Times the largest pageness of the turn and its neighbours.
Source: ours.
Range: 0 to 1.
"""

from __future__ import annotations

import numpy as np

from mnemos.recall.frame import Floats, Frame


def score(frame: Frame) -> Floats:
    """Return the signal for each candidate. Shape (n,)."""
    if not frame.has_pages:
        return frame.zeros()
    shares = np.array([round(100 * term.share) for term in frame.terms], dtype=np.int64)
    present = (shares[:, None] * (frame.impacts > 0)).sum(axis=0)
    covered: Floats = present.astype(np.float64) / max(1, int(shares.sum()))
    return covered * frame.paged
