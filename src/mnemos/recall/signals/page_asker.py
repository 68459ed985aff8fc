"""How much of a page an assistant says while the question is about the asker.

What: ``page`` if the question says "I" or "my" and not "did you say", else 0.
Source: ours.
Range: 0 to 1.
"""

from __future__ import annotations

from mnemos.recall.frame import Floats, Frame


def score(frame: Frame) -> Floats:
    """Return the signal for each candidate. Shape (n,)."""
    asked = frame.asked
    if asked.of_asker and not asked.of_answerer:
        return frame.page
    return frame.zeros()
