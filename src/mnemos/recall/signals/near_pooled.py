"""``pooled``, averaged over the turn and the two to either side.

What: weighted mean of likenesses × 4096; longer turns weigh more, as the roots of their lengths.
Source: ours.
Range: -4096 to 4096. NaN where the turn has no vectors yet.
"""

from __future__ import annotations

from mnemos.recall.frame import Floats, Frame


def score(frame: Frame) -> Floats:
    """Return the signal for each candidate. Shape (n,)."""
    return frame.measured(frame.meant, "near")
