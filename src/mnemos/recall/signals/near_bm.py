"""BM25 that also reaches the turns beside: an answer stands next to the question's words.

What: per term the most of the turn itself, .9 × the previous turn, .8 × the next, .7 × those two
away; then the sum over terms, over the scale.
Source: ours.
Range: 0 upwards.
"""

from __future__ import annotations

from mnemos.recall.frame import Floats, Frame


def score(frame: Frame) -> Floats:
    """Return the signal for each candidate. Shape (n,)."""
    return frame.scaled(frame.near.sum(axis=0)) / 10.0
