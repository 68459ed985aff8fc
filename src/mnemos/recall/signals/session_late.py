"""``late`` of all of the session that was read, given to each of its turns.

What: per word piece the most of any of the session's candidates; then the mean. NaN for documents.
Source: ours, as ``session_bm``.
Range: 0 to 4096. NaN where the turn has no vectors yet.
"""

from __future__ import annotations

from mnemos.recall.frame import Floats, Frame


def score(frame: Frame) -> Floats:
    """Return the signal for each candidate. Shape (n,)."""
    return frame.measured(frame.late, "session")
