"""The last turns, whatever is asked: what a context window without a memory holds."""

from __future__ import annotations

from collections.abc import Sequence

from bench.conversation import Turn
from bench.systems.adapter import Found, Hit, Place, System


class Last:
    """Newest first; kept in memory."""

    def __init__(self, place: Place) -> None:
        del place
        self._turns: list[Turn] = []

    def add(self, turns: Sequence[Turn]) -> None:
        """Take one session."""
        self._turns += turns

    def finish(self) -> None:
        """Nothing is to be done."""

    def search(self, question: str, limit: int) -> Found:
        """Return the last turns."""
        del question
        newest = reversed(self._turns[-limit:])
        return Found(
            hits=[Hit(text=turn.text, score=-age, ref=turn.ref) for age, turn in enumerate(newest)]
        )

    def close(self) -> None:
        """Nothing is kept."""


SYSTEM = System(
    title="last turns",
    kind="baseline",
    open=Last,
    persistent=False,
    note="The newest turns, cut to the budget.",
)
