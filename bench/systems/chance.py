"""Turns drawn by lot: what any figure has to beat."""

from __future__ import annotations

import random
from collections.abc import Sequence

from bench.conversation import Turn
from bench.systems.adapter import Found, Hit, Place, System


class Chance:
    """The same lot for the same question; kept in memory."""

    def __init__(self, place: Place) -> None:
        del place
        self._turns: list[Turn] = []

    def add(self, turns: Sequence[Turn]) -> None:
        """Take one session."""
        self._turns += turns

    def finish(self) -> None:
        """Nothing is to be done."""

    def search(self, question: str, limit: int) -> Found:
        """Draw turns."""
        lot = random.Random(question)
        order = lot.sample(self._turns, len(self._turns))[:limit]
        return Found(
            hits=[Hit(text=turn.text, score=-rank, ref=turn.ref) for rank, turn in enumerate(order)]
        )

    def close(self) -> None:
        """Nothing is kept."""


SYSTEM = System(
    title="random",
    kind="baseline",
    open=Chance,
    persistent=False,
    note="Turns drawn by lot, seeded with the question.",
)
