"""The gold turns and nothing else: what no figure can pass."""

from __future__ import annotations

from collections.abc import Sequence

from bench.conversation import Turn
from bench.systems.adapter import Found, Hit, Place, System


class Oracle:
    """Told the gold beforehand; kept in memory."""

    def __init__(self, place: Place) -> None:
        self._gold = place.gold
        self._turns: list[Turn] = []

    def add(self, turns: Sequence[Turn]) -> None:
        """Take one session."""
        self._turns += turns

    def finish(self) -> None:
        """Nothing is to be done."""

    def search(self, question: str, limit: int) -> Found:
        """Return the gold, shortest turn first, so that a budget holds as many as it can."""
        gold = set(self._gold.get(question, ()))
        found = sorted((turn for turn in self._turns if turn.ref in gold), key=_length)[:limit]
        return Found(hits=[Hit(text=turn.text, score=1.0, ref=turn.ref) for turn in found])

    def close(self) -> None:
        """Nothing is kept."""


def _length(turn: Turn) -> int:
    return len(turn.line)


SYSTEM = System(
    title="oracle",
    kind="baseline",
    open=Oracle,
    persistent=False,
    settings={"default": {"told the gold": True}},
    note="The gold turns, shortest first. Below 1 where there are more of them than k, or more "
    "than fit the budget.",
)
