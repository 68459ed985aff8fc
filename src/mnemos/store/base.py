"""What recipes read: a snapshot of a space and its lexical index.

An item's own text and each further key is one *document* of the index, known by a dense number
``no``. Numbers are given in the order of writing and never used twice. What a recipe made is
indexed apart: none of its words is found among what was said, nor changes what those weigh.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, SupportsIndex

import numpy as np
from numpy.typing import NDArray

from mnemos.store.columns import Columns
from mnemos.text import stance
from mnemos.types import JSON, Item, Key, Link, ModelId, Scope

#: "No time" in a column of microseconds.
NO_TIME = np.iinfo(np.int64).min

#: One document of the index, 48 bytes. Times are microseconds since 1970 UTC, or NO_TIME.
DOC = np.dtype(
    [
        ("item", "<i4"),  # number of the item this document leads to; -1 where erased
        ("scope", "<i4"),  # scope number; a scope with a session is a session
        ("position", "<i4"),  # place in the session
        ("speaker", "<i4"),  # name number, -1 for none
        ("kind", "<u2"),  # name number
        ("recipe", "<u2"),  # which recipe made it, by number; 0 for what was said
        ("length", "<u2"),  # index terms in the text, at most 65,535
        ("role", "u1"),  # place in ROLES
        ("flags", "u1"),  # bits below
        ("said_at", "<i8"),  # when it was said
        ("event_from", "<i8"),  # the interval that the text speaks of, if it is another day
        ("event_to", "<i8"),  # where it ends
    ]
)
ROLES = ("", "system", "user", "assistant", "tool", "document")
USER, ASSISTANT, DOCUMENT = map(ROLES.index, ("user", "assistant", "document"))
FLAG_QUESTION = 1  # the text ends with a question mark
FLAG_TIME = 2  # the text holds a time expression
FLAG_KEY = 4  # a further key, not the item's own text
FLAG_STANDING = stance.STANDING  # asks for something for good
FLAG_PREFERENCE = stance.PREFERENCE  # states a preference
FLAG_NEVER = stance.NEVER  # says that the speaker never did something


@dataclass(frozen=True, slots=True)
class Postings:
    """Where one term occurs.

    Args:
        docs: Document numbers, ascending. Shape (n,), int32.
        tf: How often, 1 to 255. Shape (n,), uint8.
    """

    docs: NDArray[np.int32]
    tf: NDArray[np.uint8]


class Index(Protocol):
    """The lexical index of one snapshot; arrays are read-only."""

    @property
    def docs(self) -> NDArray[np.void]:
        """All documents, by number. Shape (n,), dtype DOC; the holes of erased ones included."""

    @property
    def recipe(self) -> int:
        """Whose documents are found here: those of this recipe's number, 0 for what was said."""

    @property
    def items(self) -> NDArray[np.int64]:
        """The numbers of the items among these documents, ascending: no keys, none erased."""

    @property
    def live(self) -> int:
        """How many of these documents are not erased."""

    @property
    def total_length(self) -> int:
        """Sum of the lengths of these documents that are not erased."""

    @property
    def columns(self) -> Columns:
        """What is read of very many documents, and the order of sessions; ``columns(docs)``."""

    def postings(self, terms: Sequence[str]) -> Mapping[str, Postings]:
        """Return the postings of each term that occurs at all."""

    def near_terms(self, term: str) -> Sequence[str]:
        """Return indexed terms that look like an unknown one, nearest first, at most three."""

    def compounds(self, term: str) -> Sequence[str]:
        """Return indexed words of which an unknown one is the head or tail, or the reverse."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Details:
    """Sentence and token vectors of some documents, as sign bits (``store.signs``).

    Args:
        sentences: Of all documents, one after the other. Shape (s, words), uint64.
        sentence_start: Where each document's begin, and the end. Shape (n + 1,), int64.
        tokens: Those of content words. Shape (t, words), uint64.
        token_start: Where each document's begin, and the end. Shape (n + 1,), int64.
    """

    sentences: NDArray[np.uint64]
    sentence_start: NDArray[np.int64]
    tokens: NDArray[np.uint64]
    token_start: NDArray[np.int64]


class Vectors(Protocol):
    """The vectors of one model as one snapshot sees them; arrays are read-only.

    A document may have none yet, and a reader never waits for it.
    """

    @property
    def model(self) -> ModelId:
        """What they are bound to."""

    @property
    def signs(self) -> NDArray[np.uint64]:
        """One pooled vector a document, by number, as sign bits; zeros where there is none.

        Shape (documents, words).
        """

    @property
    def present(self) -> NDArray[np.bool_]:
        """Which documents have a vector. Shape (documents,)."""

    @property
    def count(self) -> int:
        """How many have one."""

    def read(self, docs: NDArray[np.int64]) -> Details:
        """Return the sentence and token vectors of documents; nothing for those without.

        Args:
            docs: Their numbers, ascending. Shape (n,).

        Raises:
            Corrupt: A row is not as it was written.
        """


@dataclass(frozen=True, slots=True, kw_only=True)
class Uses:
    """How some items have been used; see ``types.Use``. Each of shape (n,).

    Args:
        uses: 0 where nothing was noted.
        strength: 1 where nothing was noted.
        last_used_at: Microseconds; NO_TIME where it was never used.
        utility: 0 where nothing was noted.
    """

    uses: NDArray[np.int64]
    strength: NDArray[np.float64]
    last_used_at: NDArray[np.int64]
    utility: NDArray[np.float64]


class Reader(Protocol):
    """A consistent snapshot of one space."""

    @property
    def index(self) -> Index:
        """The lexical index."""

    @property
    def vectors(self) -> Vectors | None:
        """The vectors of the model that this space is bound to; None if it is bound to none."""

    @property
    def language(self) -> str:
        """The Snowball name of the space's language."""

    @property
    def speakers(self) -> Mapping[int, str]:
        """Names of speakers by the number in a document's ``speaker``."""

    @property
    def kinds(self) -> Mapping[int, str]:
        """Names of kinds by the number in a document's ``kind``."""

    @property
    def recipes(self) -> Mapping[str, int]:
        """Numbers of the recipes that made something, by name; see a document's ``recipe``."""

    def derived(self, recipe: str) -> Index:
        """Return the index of what a recipe made; its numbers are those of the same documents.

        What it made and is superseded, archived or hidden stands there as well; what was erased
        does not.
        """

    def matching_scopes(self, scope: Scope) -> Sequence[int]:
        """Return the numbers of scopes that agree with every field of this one that is set."""

    def items(self, nos: Iterable[SupportsIndex]) -> list[Item]:
        """Return the items with these numbers, in their order, as this snapshot shows them.

        Those that were superseded, archived or hidden, too: look at their ``status``.

        Args:
            nos: Integers of any kind, ``index.items`` for instance.
        """

    def by_id(self, ids: Sequence[str]) -> list[Item]:
        """Return the items with these ids, in their order, without those that are not there."""

    def numbers(self, ids: Sequence[str]) -> dict[str, int]:
        """Return the numbers of items by id, in their order, without those that are not there."""

    def session(self, scope: Scope) -> list[Item]:
        """Return the active turns of this very scope, in their order; new ones included."""

    def keys(self, item_id: str) -> list[Key]:
        """Return the further keys of an item, oldest first."""

    def links(self, item_id: str) -> list[Link]:
        """Return the links that start or end at an item, oldest first."""

    def state(self, name: str) -> JSON:
        """Return a named value; None if there is none."""

    def uses(self, nos: NDArray[np.int64]) -> Uses | None:
        """Return how items have been used, by number; None if nothing was ever noted.

        The ledger has no past: a snapshot of an earlier moment has none.
        """
