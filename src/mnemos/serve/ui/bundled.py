"""The bundled conversation as a memory that grew day by day, so that its past can be looked at."""

from __future__ import annotations

from itertools import groupby

from mnemos import Memory, demo


def fill(memory: Memory) -> None:
    """Remember the bundled conversation, each session as of the moment at which it ended.

    Args:
        memory: An empty one; what it learns at once it learns as of then, too.
    """
    for session, said in groupby(demo.conversation(), key=lambda each: str(each["session"])):
        messages = [{k: v for k, v in each.items() if k != "session"} for each in said]
        memory.remember(messages, session=session, recorded_at=str(messages[-1]["said_at"]))
