"""For each word piece of the question its best counterpart in the turn.

What: mean over the question's telling word pieces of the largest cosine × 4096, none below 0.
Source: Khattab & Zaharia 2020 (ColBERT's MaxSim).
Range: 0 to 4096. NaN where the turn has no vectors yet.
"""

from __future__ import annotations

from mnemos.recall.frame import Floats, Frame


def score(frame: Frame) -> Floats:
    """Return the signal for each candidate. Shape (n,)."""
    return frame.measured(frame.late, "own")
