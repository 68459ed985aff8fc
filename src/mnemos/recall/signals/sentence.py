"""How near the turn's best sentence comes to the question.

What: the most of cosine × 4096 over the sentences' vectors.
Source: Reimers & Gurevych 2019, a sentence at a time.
Range: -4096 to 4096. NaN where the turn has no vectors yet.
"""

from __future__ import annotations

from mnemos.recall.frame import Floats, Frame


def score(frame: Frame) -> Floats:
    """Return the signal for each candidate. Shape (n,)."""
    return frame.measured(frame.late, "sentence")
