"""One consistent view of a space, for reading; and one transaction, for writing."""

from __future__ import annotations

import json
import operator
from collections.abc import Callable, Iterable, Sequence
from functools import cached_property
from typing import SupportsIndex

import numpy as np
from numpy.typing import NDArray

from mnemos.errors import Erased, NotFound
from mnemos.store import journal
from mnemos.store.base import NO_TIME, Uses
from mnemos.store.change import Change, Header
from mnemos.store.index import IndexSnapshot, IndexWriter, fresh_index
from mnemos.store.tables import EventRow, SideRow, Space, Tables, UseRow
from mnemos.store.vectors import VectorsSnapshot, fresh_vectors
from mnemos.text.terms import Analyzer
from mnemos.types import JSON, Head, Item, Key, Link, Scope, State

#: The number of no recipe.
NOBODY = 65_535


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

    def derived(self, recipe: str) -> IndexSnapshot:
        """Return the index of what a recipe made."""
        return self.index.of(self.recipes.get(recipe, NOBODY))

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

    @cached_property
    def recipes(self) -> dict[str, int]:
        """Numbers of recipes that made something here, by name."""
        return {name: no + 1 for no, name in self.tables.names("recipe").items()}

    def matching_scopes(self, scope: Scope) -> list[int]:
        """Return the numbers of scopes that agree with every field of this one that is set."""
        return self.tables.matching_scopes(scope)

    def items(self, nos: Iterable[SupportsIndex]) -> list[Item]:
        """Return the items with these numbers, in their order."""
        wanted = list(map(operator.index, nos))  # numpy's integers are no JSON
        if not wanted:
            return []
        return [row.item for row in self.tables.items_at(wanted, self.as_of_seq)]

    def by_id(self, ids: Sequence[str]) -> list[Item]:
        """Return the items with these ids, in their order, without those that are not there."""
        found = self.tables.item_nos(ids)
        return self.items([found[item_id] for item_id in ids if item_id in found])

    def numbers(self, ids: Sequence[str]) -> dict[str, int]:
        """Return the numbers of items by id, in their order, without those that are not there."""
        found = self.tables.item_nos(ids)
        return {item_id: found[item_id] for item_id in ids if item_id in found}

    def session(self, scope: Scope) -> list[Item]:
        """Return the active turns of this very scope, in their order."""
        scope_no = self.tables.scope_no(scope)
        turns = [] if scope_no is None else self.items(self.tables.session(scope_no))
        return [turn for turn in turns if turn.status == "active"]

    def keys(self, item_id: str) -> list[Key]:
        """Return the further keys of an item, oldest first."""
        no = self.tables.item_no(item_id)
        rows = [] if no is None else self.tables.keys_of(no)
        return [row.value for row in self._seen(rows) if isinstance(row.value, Key)]

    def links(self, item_id: str) -> list[Link]:
        """Return the links that start or end at an item, oldest first."""
        rows = self._seen(self.tables.links_of(item_id))
        return [row.value for row in rows if isinstance(row.value, Link)]

    def state(self, name: str) -> JSON:
        """Return a named value; None if there is none, or the snapshot shows the past."""
        row = None if self.as_of_seq is not None else self.tables.current_state(name)
        return row.value.value if row is not None and isinstance(row.value, State) else None

    def uses(self, nos: NDArray[np.int64]) -> Uses | None:
        """Return how items have been used; None if nothing was noted, or this shows the past."""
        if self.as_of_seq is not None or not self.tables.has_uses():
            return None
        rows = {row.no: row for row in self.tables.uses(nos.tolist())}
        found = [rows.get(no, UseRow(no=no)) for no in nos.tolist()]
        last = [NO_TIME if row.last_used_at is None else row.last_used_at for row in found]
        return Uses(
            uses=np.array([row.uses for row in found], dtype=np.int64),
            strength=np.array([row.strength for row in found], dtype=np.float64),
            last_used_at=np.array(last, dtype=np.int64),
            utility=np.array([row.utility for row in found], dtype=np.float64),
        )

    def _seen(self, rows: Sequence[SideRow]) -> list[SideRow]:
        """Return the rows that stood at this snapshot's moment."""
        seq = self.as_of_seq
        if seq is None:
            return [row for row in rows if row.visible_to is None]
        return [
            row
            for row in rows
            if row.visible_from <= seq and (row.visible_to is None or row.visible_to > seq)
        ]

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
        for name in ("space", "index", "vectors", "speakers", "kinds", "recipes"):
            self.__dict__.pop(name, None)
        return event
