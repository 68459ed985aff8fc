"""``late`` that also reaches the turns beside.

What: per word piece the most of the turn itself, .9 × the previous turn, .8 × the next, .7 ×
    those two away; then the mean.
Source: ours, as ``near_bm``.
Range: 0 to 4096. NaN where the turn has no vectors yet.
"""

from __future__ import annotations

from mnemos.recall.frame import Floats, Frame


def score(frame: Frame) -> Floats:
    """Return the signal for each candidate. Shape (n,)."""
    return frame.measured(frame.late, "near")
