"""BM25 of the turn's own words.

What: sum over the question's terms of idf × tf / (tf + norm), k1 .9, b .4, over the scale.
Source: Robertson & Zaragoza 2009; k1 and b from Anserini (Yang et al. 2017).
Range: 0 upwards, about 1 for a good match.
"""

from __future__ import annotations

from mnemos.recall.frame import Floats, Frame


def score(frame: Frame) -> Floats:
    """Return the signal for each candidate. Shape (n,)."""
    return frame.scaled(frame.impacts.sum(axis=0))
