"""One vector a turn and the cosine: what most vector memories are."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from bench.conversation import Turn
from bench.systems.adapter import Found, Hit, Place, System


class Dense:
    """Exact search; kept in memory."""

    def __init__(self, place: Place) -> None:
        self._dated = bool(place.settings["dated"])
        self._vectors = place.vectors
        self._turns: list[Turn] = []
        self._rows: list[list[float]] = []

    def add(self, turns: Sequence[Turn]) -> None:
        """Encode one session."""
        self._turns += turns
        self._rows += self._vectors.encode([self.readable(turn) for turn in turns])

    def finish(self) -> None:
        """Lay the vectors side by side."""
        self._matrix: NDArray[np.float64] = np.array(self._rows, dtype=np.float64)

    def readable(self, turn: Turn) -> str:
        """Return what is encoded of a turn."""
        return turn.dated if self._dated else turn.said

    def scores(self, question: str) -> list[float]:
        """Return every turn's cosine."""
        vector = np.array(self._vectors.encode([question])[0], dtype=np.float64)
        # Not ``@``: its sums hang on the machine and the number of threads.
        found: list[float] = (self._matrix * vector).sum(axis=1).tolist()
        return found

    def search(self, question: str, limit: int) -> Found:
        """Return the nearest turns."""
        scores = self.scores(question)
        order = sorted(range(len(scores)), key=lambda place: -scores[place])[:limit]
        hits = [
            Hit(text=self._turns[place].text, score=scores[place], ref=self._turns[place].ref)
            for place in order
        ]
        return Found(hits=hits)

    def close(self) -> None:
        """Nothing is kept."""


SYSTEM = System(
    title="dense",
    kind="baseline",
    open=Dense,
    persistent=False,
    settings={"default": {"dated": False}, "best": {"dated": True}},
    note="One MiniLM vector a turn of “Speaker: text”, cosine, exact; at best with the day in the "
    "text.",
)
