"""One consistent view of a space, for reading; and one transaction, for writing."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from functools import cached_property

from mnemos.errors import Erased, NotFound
from mnemos.store import journal
from mnemos.store.change import Change, Header
from mnemos.store.index import IndexSnapshot, IndexWriter, fresh_index
from mnemos.store.tables import EventRow, Space, Tables
from mnemos.store.vectors import VectorsSnapshot, fresh_vectors
from mnemos.text.terms import Analyzer
from mnemos.types import Head, Item, Scope


class Snapshot:
    """What one transaction sees; implements ``store.base.Reader``.

    Args:
        tables: The rows, inside an open transaction.
        open_index: Gives the lexical index when it is first needed.
        open_vectors: Gives the serving model's vectors likewise.
        as_of_seq: Show items as they were after this event; None is now.
    """

    def __init__(
        self,
        tables: Tables,
        open_index: Callable[[Tables, Space], IndexSnapshot],
        open_vectors: Callable[[Tables, Space], VectorsSnapshot | None],
        as_of_seq: int | None = None,
    ) -> None:
        self.tables = tables
        self.as_of_seq = as_of_seq
        self._open_index = open_index
        self._open_vectors = open_vectors

    @cached_property
    def space(self) -> Space:
        """The counters of the space."""
        return self.tables.space()

    @property
    def head(self) -> Head:
        """The end of the journal."""
        return Head(seq=self.space.head_seq, hash=self.space.head_hash.hex())

    @cached_property
    def index(self) -> IndexSnapshot:
        """The lexical index."""
        return self._open_index(self.tables, self.space)

    @cached_property
    def vectors(self) -> VectorsSnapshot | None:
        """The vectors of the serving model; None if there is none."""
        return self._open_vectors(self.tables, self.space)

    @cached_property
    def _settings(self) -> dict[str, str]:
        settings: dict[str, str] = json.loads(self.space.settings)
        return settings

    @property
    def language(self) -> str:
        """The Snowball name of the space's language."""
        return self._settings["language"]

    @property
    def time_zone(self) -> str:
        """The IANA name of the zone in which naive times and dates are read."""
        return self._settings["time_zone"]

    @cached_property
    def speakers(self) -> dict[int, str]:
        """Names of speakers by number."""
        return self.tables.names("speaker")

    @cached_property
    def kinds(self) -> dict[int, str]:
        """Names of kinds by number."""
        return self.tables.names("kind")

    def matching_scopes(self, scope: Scope) -> list[int]:
        """Return the numbers of scopes that agree with every field of this one that is set."""
        return self.tables.matching_scopes(scope)

    def items(self, nos: Sequence[int]) -> list[Item]:
        """Return the items with these numbers, in their order."""
        return [row.item for row in self.tables.items_at(nos, self.as_of_seq)]

    def item(self, item_id: str) -> tuple[int, Item]:
        """Return an item by id, with its number.

        Raises:
            Erased: It was here.
            NotFound: It never was.
        """
        no = self.tables.item_no(item_id)
        row = None if no is None else self.tables.item_at(no, self.as_of_seq)
        if no is None or row is None:
            seq = self.tables.erased_at(item_id)
            if seq is not None:
                raise Erased(f"item {item_id} was erased by event {seq}")
            raise NotFound(f"there is no item {item_id!r} here")
        return no, row.item

    def state_hash(self) -> str:
        """Return the hash over everything current, in any order."""
        return journal.StateSum(self.tables.state_sum()).hexdigest()


class Transaction(Snapshot):
    """A snapshot that can be changed; the store commits it, or nothing of it."""

    def __init__(
        self,
        tables: Tables,
        analyzer: Analyzer,
        nonce: Callable[[int], bytes],
    ) -> None:
        super().__init__(tables, fresh_index, fresh_vectors)  # not the shared ones: it may fail
        self._analyzer = analyzer
        self._nonce = nonce

    def change(self, header: Header) -> Change:
        """Begin the one event of this transaction."""
        return Change(self.tables, self.index_writer(), header, self._nonce)

    def index_writer(self) -> IndexWriter:
        """Return a writer to the lexical index."""
        return IndexWriter(self.tables, self._analyzer)

    def nonce(self) -> bytes:
        """Return random bytes for one commitment."""
        return self._nonce(journal.NONCE_BYTES)

    def close(self, change: Change) -> EventRow:
        """End the event; what this transaction has read of the space is stale from here on."""
        event = change.close()
        for name in ("space", "index", "vectors", "speakers", "kinds"):
            self.__dict__.pop(name, None)
        return event
