"""The rows of vectors and of the queue of what wants some; a part of ``store.tables.Tables``.

Vectors are an index: no commitment, state hash or chain knows of them, exports leave them out, and
any of them can be dropped and made again from the texts.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from mnemos.types import ModelId

#: Whose vectors recall reads; whose are being made beside them.
EmbedderState = Literal["serving", "building", "dropped"]


@dataclass(frozen=True, slots=True, kw_only=True)
class EmbedderRow:
    """A model whose vectors the space keeps.

    Args:
        no: Its number; never used twice while rows of it are left.
        model: What its vectors are bound to.
        state: At most one is serving and one building; a dropped one's rows are on their way out.
        clock: Raised by each transaction that writes vectors of it; caches read on from theirs.
    """

    no: int
    model: ModelId
    state: EmbedderState
    clock: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class VectorRow:
    """The sentence and token vectors of one document.

    Args:
        no: The document.
        block: First document of the block that it was encoded in.
        provisional: Whether the block may yet grow, or has to be cut again.
        data: As ``vectors.pack`` makes it.
    """

    no: int
    block: int
    provisional: bool
    data: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A scope in the queue: it has documents without their final vectors.

    Args:
        scope_no: The scope.
        seq: The newest event that changed what it wants.
        first_no: No document before this one wants anything.
        attempts: How often encoding failed since it last went well.
        not_before: When to try again, microseconds; 0 for at once.
        error: What failed; empty if nothing did.
    """

    scope_no: int
    seq: int
    first_no: int
    attempts: int = 0
    not_before: int = 0
    error: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """Where a document of a scope stands, and what is known of its vectors.

    Args:
        no: The document.
        position: Its item's place in the session.
        said: Whether it is a turn, no paragraph of a document; only such stand in the chain.
        key: Whether it is a further key of an item.
        block: First document of its block; None if it has no vectors.
        provisional: As its row says.
    """

    no: int
    position: int
    said: bool
    key: bool
    block: int | None
    provisional: bool


class VectorTables(Protocol):
    """What the space keeps of vectors, seen from inside one transaction."""

    # -- models
    def embedders(self) -> list[EmbedderRow]:
        """Return all models that rows are left of, by number."""

    def put_embedder(self, row: EmbedderRow) -> None: ...
    def drop_embedder(self, no: int) -> None:
        """Delete a model's row and its queue."""

    # -- vectors of documents
    def put_vectors(self, embedder: int, rows: Iterable[VectorRow]) -> None: ...
    def vectors(self, embedder: int, nos: Sequence[int]) -> list[tuple[int, bytes]]:
        """Return number and data of those documents that have a row, in any order."""

    def vector_rows(self, embedder: int, nos: Sequence[int]) -> list[VectorRow]:
        """Return the rows of those documents that have one, in any order."""

    def in_block(self, embedder: int, block: int) -> list[int]:
        """Return the documents that were encoded in this block, by number."""

    def drop_vectors(self, embedder: int, nos: Sequence[int]) -> None: ...
    def loosen(self, embedder: int, scope_no: int, position: int) -> None:
        """Make the rows of a scope's items from this position on provisional."""

    def some_vectors(self, embedder: int, limit: int) -> list[int]:
        """Return the first documents that have a row, at most so many."""

    def orphans(self, embedder: int) -> list[int]:
        """Return the documents that have a row and are gone, by number."""

    # -- one vector a document, for the scan
    def scan(self, embedder: int, segments: Sequence[int]) -> list[tuple[int, bytes]]: ...
    def put_scan(self, embedder: int, segment: int, clock: int, signs: bytes) -> None: ...
    def scan_since(self, embedder: int, clock: int) -> list[tuple[int, bytes]]:
        """Return the segments that were written after this clock."""

    def drop_scan(self, embedder: int) -> None: ...

    # -- the queue
    def queue(self, embedder: int) -> list[Waiting]:
        """Return what waits, by scope."""

    def waiting(self, embedder: int, scope_no: int) -> Waiting | None: ...
    def put_waiting(self, embedder: int, row: Waiting) -> None: ...
    def drop_waiting(self, embedder: int, scope_no: int) -> None: ...

    # -- what is to be encoded
    def first_documents(self) -> list[tuple[int, int]]:
        """Return each scope that holds items, with its first document, by scope."""

    def placed(self, embedder: int, scope_no: int, *, position: int, first_no: int) -> list[Placed]:
        """Return the documents of a scope whose position or number is this or a later one.

        Of further keys, those whose number is. In the order of position, then number.
        """

    def before(self, embedder: int, scope_no: int, position: int) -> Placed | None:
        """Return the turn in the chain before a position: the last one that is no paragraph.

        Of several at one position the first is in the chain.
        """

    def position_from(self, scope_no: int, first_no: int) -> int | None:
        """Return the lowest position of a scope's turns from this number on, None for none.

        Turns are what was said and is no paragraph of a document.
        """

    def documents_left(self, nos: Sequence[int]) -> set[int]:
        """Return those of these documents that were not erased."""
