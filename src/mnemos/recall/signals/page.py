"""How much of a page an assistant says: it repeats there what the user told in a line.

What: the turn's pageness, of which a short reply has little.
Source: ours.
Range: 0 to 1.
"""

from __future__ import annotations

from mnemos.recall.frame import Floats, Frame


def score(frame: Frame) -> Floats:
    """Return the signal for each candidate. Shape (n,)."""
    return frame.page
