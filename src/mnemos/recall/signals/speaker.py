"""Whether the right person speaks: the one whom the question names.

What: 1 if the speaker is the one person named, 0 if it is another, ½ if nobody or several are
named. In chats with an assistant the asker's "I" means the user, "did you say" the assistant; a
short reply may speak of the asker too: up from 0 to ½ the less of a page it is.
Source: ours.
Range: 0 to 1.
"""

from __future__ import annotations

import numpy as np

from mnemos.recall.frame import Floats, Frame
from mnemos.store.base import ASSISTANT


def score(frame: Frame) -> Floats:
    """Return the signal for each candidate. Shape (n,)."""
    asked = frame.asked
    right = np.full(len(frame.docs), 0.5)
    if len(asked.people) == 1:
        right = (frame.rows["speaker"] == asked.people[0]).astype(np.float64)
    if asked.of_answerer or asked.of_asker:
        assistant = frame.role(ASSISTANT)
        by_role = assistant if asked.of_answerer else 1.0 - (assistant + frame.page) / 2.0
        right = np.where(frame.chat > 0, by_role, right)
    return right
