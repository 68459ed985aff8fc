"""What a recipe's recall returns: items in order, with scores and the reasons for them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from mnemos.types import Reason

Integers = NDArray[np.int64]
Floats = NDArray[np.float64]

NOTHING = "nothing in this memory matches the question"


class Ranked(Protocol):
    """Candidates for one question, best first; each item once."""

    @property
    def items(self) -> Integers:
        """Item numbers. Shape (n,)."""

    @property
    def scores(self) -> Floats:
        """Descending. Shape (n,)."""

    @property
    def abstention(self) -> str | None:
        """Why nothing here deserves showing; None if something does."""

    @property
    def level(self) -> str:
        """What was used: "c0" words alone, higher ones vectors."""

    @property
    def limitation(self) -> str | None:
        """Why not a higher level; None if there is none."""

    @property
    def confidence(self) -> float:
        """How likely what was asked for is here at all, 0 to 1."""

    def cut(self, limit: int) -> int:
        """Return how many to read for ``limit`` hits: all that score as much as the last."""

    def relevance(self, position: int) -> float:
        """Return how likely one of them is part of the answer, 0 to 1."""

    def reasons(self, position: int) -> tuple[Reason, ...]:
        """Return the signals' shares in one score, largest first; those of nought left out."""


def cut(scores: Floats, limit: int) -> int:
    """Return how many to read for ``limit`` hits: all that score as much as the last of them.

    Which of the equals are shown is decided by their ids, which only the items know.

    >>> cut(np.array([3.0, 2.0, 2.0, 1.0]), 2)
    3
    """
    if limit >= len(scores):
        return len(scores)
    if limit <= 0:
        return 0
    return int(np.searchsorted(-scores, -scores[limit - 1], side="right"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Shares:
    """A ranking whose scores are sums of named shares.

    Args:
        items: Item numbers, each once. Shape (n,).
        scores: Descending. Shape (n,).
        shares: Signal → what it adds to each score. Shapes (n,).
        level: What was used.
        limitation: Why not a higher level.
    """

    items: Integers
    scores: Floats
    shares: Mapping[str, Floats] = field(default_factory=dict)
    level: str = "c0"
    limitation: str | None = None
    abstention: str | None = None
    confidence: float = 1.0

    def cut(self, limit: int) -> int:
        """Return how many to read for ``limit`` hits."""
        return cut(self.scores, limit)

    def relevance(self, position: int) -> float:
        """Return a score's share of the best one, 0 to 1."""
        best = float(self.scores[0])
        return min(1.0, max(0.0, float(self.scores[position]) / best)) if best > 0.0 else 0.0

    def reasons(self, position: int) -> tuple[Reason, ...]:
        """Return the shares in one score, largest first."""
        found = [(float(values[position]), name) for name, values in self.shares.items()]
        return tuple(
            Reason(signal=name, value=share, contribution=share)
            for share, name in sorted(found, key=lambda pair: (-pair[0], pair[1]))
            if share
        )


def ranked(
    items: Integers,
    shares: Mapping[str, Floats],
    *,
    level: str = "c0",
    limitation: str | None = None,
) -> Shares:
    """Rank items by the sum of their shares; equals stand in the order of their numbers.

    Args:
        items: Item numbers, each once. Shape (n,).
        shares: Signal → what it adds to each item's score, at least one. Shapes (n,).
        level: What was used.
        limitation: Why not a higher level.

    >>> found = ranked(np.array([7, 8]), {"words": np.array([0.5, 1.0])})
    >>> found.items.tolist(), found.reasons(0)[0].signal
    ([8, 7], 'words')
    """
    scores = np.zeros(len(items))
    for values in shares.values():  # one after the other: a sum of fixed order
        scores = scores + values
    order = np.lexsort((items, -scores))
    return Shares(
        items=np.asarray(items, dtype=np.int64)[order],
        scores=scores[order],
        shares={
            name: np.asarray(values, dtype=np.float64)[order] for name, values in shares.items()
        },
        level=level,
        limitation=limitation,
        abstention=None if len(items) else NOTHING,
        confidence=1.0 if len(items) else 0.0,
    )
