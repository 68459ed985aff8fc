"""What a memory system must be able to do to be chosen by name."""

from __future__ import annotations

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from mnemos.recall.ranking import Ranking
from mnemos.store.base import Reader
from mnemos.types import Query


class Recipe(Protocol):
    """A memory system: it reads, ranks and proposes; it never writes.

    Its constructor takes a level, or None for the most that can be had, and an embedder or None.
    """

    @property
    def name(self) -> str:
        """The name by which it is chosen."""

    def recall(self, query: Query, reader: Reader, eligible: NDArray[np.bool_] | None) -> Ranking:
        """Rank the documents of a snapshot by how well they answer a question.

        Args:
            query: The question.
            reader: The snapshot.
            eligible: Which documents may come back, by the query's scope, filters and moment;
                None is all. Shape (documents,).
        """
