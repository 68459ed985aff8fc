"""What a memory system must be able to do to be chosen by name."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from mnemos.errors import InputError
from mnemos.models.decide import Decide
from mnemos.recall.ranked import Ranked
from mnemos.store.base import Reader
from mnemos.types import Delta, Query, Session


@runtime_checkable
class Recipe(Protocol):
    """A memory system: it reads, ranks and proposes; it never writes.

    Its constructor takes a level, or None for the most that can be had, and an embedder or None.
    All that it derives names it in ``made_by``, and its named values begin with ``NAME/``.
    """

    @property
    def name(self) -> str:
        """The name by which it is chosen."""

    def recall(
        self, query: Query, reader: Reader, eligible: NDArray[np.bool_] | None, decide: Decide
    ) -> Ranked:
        """Rank the documents of a snapshot by how well they answer a question.

        Args:
            query: The question.
            reader: The snapshot.
            eligible: Which documents may come back, by the query's scope, filters and moment;
                None is all. What other recipes made is never among them. Shape (documents,).
            decide: Asks a model, if there is one.
        """


@runtime_checkable
class Learner(Recipe, Protocol):
    """A recipe that derives something from what was said."""

    @property
    def at_once(self) -> bool:
        """Whether a turn can be learnt from as soon as it is stored: cheap, and asks no model."""

    def learn(self, session: Session, reader: Reader, decide: Decide) -> Delta:
        """Propose what is to be derived from the new turns of a session.

        Equal turns and an equal snapshot give an equal Delta. It may be asked again for the same
        turns, when another process has written meanwhile.
        """


@runtime_checkable
class Consolidator(Learner, Protocol):
    """A recipe that goes over what it has derived while nobody waits."""

    def consolidate(self, now: datetime, reader: Reader, decide: Decide) -> Delta:
        """Propose one bounded step; an empty Delta when there is nothing left to do."""


def is_whole(name: str, level: str | None, ablation: str) -> bool:
    """Say whether a level is the whole recipe; else it is the one without its own mechanism.

    Raises:
        InputError: It is neither.

    >>> is_whole("memory-bank", None, "no-forgetting")
    True
    """
    if level not in {None, "full", ablation}:
        raise InputError(f"recipe {name!r} has no level {level!r}; known are {ablation}, full")
    return level != ablation
