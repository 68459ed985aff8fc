"""How near the turn's one vector comes to the question's.

What: cosine × 4096 of the question's vector with the signs of the turn's, the mean of its tokens'
    states, which saw the whole block ("late chunking").
Source: Günther et al. 2024 (arXiv:2409.04701) for late chunking; Reimers & Gurevych 2019 for the
    pooled vector.
Range: -4096 to 4096. NaN where the turn has no vectors yet.
"""

from __future__ import annotations

from mnemos.recall.frame import Floats, Frame


def score(frame: Frame) -> Floats:
    """Return the signal for each candidate. Shape (n,)."""
    return frame.measured(frame.meant, "own")
