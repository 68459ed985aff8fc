"""A store that lives in dictionaries: for trials, for tests, and to hold the others against.

It keeps the same rows under the same keys as the SQL stores. A transaction notes how to take back
each change it makes; readers wait for the writer.
"""

from __future__ import annotations

import json
import os
import threading
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from mnemos.errors import Closed, StoreError
from mnemos.store import journal
from mnemos.store.index import IndexCache, fresh_index
from mnemos.store.memory_rows import Table
from mnemos.store.memory_vectors import MemoryVectorTables
from mnemos.store.near import grams as grams_of
from mnemos.store.snapshot import Snapshot, Transaction
from mnemos.store.tables import (
    Entry,
    EventRow,
    ItemRow,
    Names,
    Numbers,
    Request,
    RowKind,
    SideKind,
    SideRow,
    Space,
    UseRow,
    Visibility,
)
from mnemos.store.vectors import VectorCache, fresh_vectors
from mnemos.text.terms import Analyzer
from mnemos.types import Key, Link, Scope, State

#: The parts of a receipt that name items.
_NAMING = ("ids", "added", "existing")


class MemoryTables(MemoryVectorTables):
    """Implements ``store.tables.Tables`` in dictionaries."""

    def __init__(self) -> None:
        self.undo: list[Callable[[], None]] = []
        log = self.undo
        super().__init__(log)
        self._single: Table[str, object] = Table(log)
        self._scopes: Table[int, Scope] = Table(log)
        self._names: Table[tuple[Names, int], str] = Table(log)
        self._items: Table[int, tuple[ItemRow, ...]] = Table(log)
        self._numbers: Table[int, Numbers] = Table(log)
        self._texts: Table[int, str] = Table(log)
        self._nos: Table[str, int] = Table(log)
        self._sessions: Table[int, tuple[int, ...]] = Table(log)
        self._derived: Table[str, tuple[int, ...]] = Table(log)
        self._sides: Table[tuple[SideKind, int], SideRow] = Table(log)
        self._linked: Table[str, tuple[int, ...]] = Table(log)  # ids of both ends
        self._events: Table[int, EventRow] = Table(log)
        self._entries: Table[int, tuple[Entry, ...]] = Table(log)
        self._requests: Table[str, Request] = Table(log)
        self._erased: Table[str, int] = Table(log)
        self._uses: Table[int, UseRow] = Table(log)
        self._tail: Table[int, tuple[bytes, str, bytes]] = Table(log)
        self._segments: Table[int, bytes] = Table(log)
        self._postings: Table[str, Mapping[int, bytes]] = Table(log)
        self._grams: Table[str, frozenset[str]] = Table(log)

    def rollback(self) -> None:
        """Take back everything since the last commit."""
        while self.undo:
            self.undo.pop()()

    def commit(self) -> None:
        """Keep everything since the last commit."""
        self.undo.clear()

    # -- the space itself

    def space(self) -> Space:
        space = self._single.get("space")
        assert isinstance(space, Space)  # noqa: S101 - put by the constructor of the store
        return space

    def put_space(self, space: Space) -> None:
        self._single.put("space", space)

    def state_sum(self) -> bytes:
        raw = self._single.get("state_sum")
        assert isinstance(raw, bytes)  # noqa: S101 - put by the constructor of the store
        return raw

    def put_state_sum(self, raw: bytes) -> None:
        self._single.put("state_sum", raw)

    # -- interned scopes and names

    def scope_no(self, scope: Scope) -> int | None:
        return next((no for no, each in self._scopes.rows.items() if each == scope), None)

    def add_scope(self, scope: Scope) -> int:
        no = max(self._scopes.rows, default=-1) + 1
        self._scopes.put(no, scope)
        return no

    def scopes(self) -> dict[int, Scope]:
        return dict(self._scopes.rows)

    def matching_scopes(self, scope: Scope) -> list[int]:
        def agrees(each: Scope) -> bool:
            return all(
                wanted is None or wanted == given
                for wanted, given in (
                    (scope.user, each.user),
                    (scope.agent, each.agent),
                    (scope.session, each.session),
                )
            )

        return sorted(no for no, each in self._scopes.rows.items() if agrees(each))

    def name_no(self, names: Names, name: str) -> int | None:
        return next((no for no, each in self.names(names).items() if each == name), None)

    def add_name(self, names: Names, name: str) -> int:
        no = max(self.names(names), default=-1) + 1
        self._names.put((names, no), name)
        return no

    def names(self, names: Names) -> dict[int, str]:
        return {no: name for (which, no), name in self._names.rows.items() if which == names}

    def drop_unused(self) -> None:
        used = self._numbers.rows.values()
        scopes = {numbers.scope for numbers in used}
        speakers = {numbers.speaker for numbers in used}
        for scope_no in [no for no in self._scopes.rows if no not in scopes]:
            self._scopes.drop(scope_no)
        self._drop_waiting_of(scopes)
        for no in [no for no in self.names("speaker") if no not in speakers]:
            self._names.drop(("speaker", no))

    # -- items

    def add_item(self, row: ItemRow, numbers: Numbers) -> None:
        before = self._items.get(row.no) or ()
        self._items.put(row.no, (*before, row))
        if not before:
            self._nos.put(row.item.id, row.no)
            self._numbers.put(row.no, numbers)
            session = self._sessions.get(numbers.scope) or ()
            self._sessions.put(numbers.scope, (*session, row.no))
        for source in row.item.sources:
            derived = self._derived.get(source) or ()
            if row.no not in derived:
                self._derived.put(source, (*derived, row.no))

    def add_text(self, no: int, text: str) -> None:
        self._texts.put(no, text)

    def end_item(self, no: int, visible_from: int, visible_to: int) -> None:
        def ended(row: ItemRow) -> ItemRow:
            if row.item.visible_from != visible_from:
                return row
            return replace(row, item=replace(row.item, visible_to=visible_to))

        self._items.put(no, tuple(map(ended, self._items.rows[no])))

    def item_no(self, item_id: str) -> int | None:
        return self._nos.get(item_id)

    def item_nos(self, ids: Sequence[str]) -> dict[str, int]:
        found = {item_id: self._nos.get(item_id) for item_id in ids}
        return {item_id: no for item_id, no in found.items() if no is not None}

    def item_at(self, no: int, seq: int | None = None) -> ItemRow | None:
        rows = self._items.get(no) or ()
        seen = [row for row in rows if seq is None or row.item.visible_from <= seq]
        return seen[-1] if seen else None

    def items_at(self, nos: Sequence[int], seq: int | None = None) -> list[ItemRow]:
        rows = (self.item_at(no, seq) for no in nos)
        return [row for row in rows if row is not None]

    def versions(self, no: int) -> list[ItemRow]:
        return list(self._items.get(no) or ())

    def by_ref(self, scope_no: int, ref: str) -> list[int]:
        return sorted(
            no
            for no in self._sessions.get(scope_no) or ()
            if self._items.rows[no][0].item.ref == ref
        )

    def session(self, scope_no: int) -> list[int]:
        turns = [self._items.rows[no][-1] for no in self._sessions.get(scope_no) or ()]
        said = [row for row in turns if row.item.made_by == ""]
        return [row.no for row in sorted(said, key=lambda row: (row.item.position, row.no))]

    def in_scope(self, scope_no: int) -> list[int]:
        return sorted(self._sessions.get(scope_no) or ())

    def last_position(self, scope_no: int) -> int:
        items = (self._items.rows[no][0].item for no in self._sessions.get(scope_no) or ())
        return max((item.position for item in items if item.made_by == ""), default=-1)

    def derived_from(self, item_id: str) -> list[int]:
        return sorted(self._derived.get(item_id) or ())

    def visibilities(self, as_of: int | None) -> list[Visibility]:
        found = []
        for no in self._items.rows:
            row = self.item_at(no, as_of)
            if row is not None and (row.item.status != "active" or row.item.expires_at is not None):
                expires = row.item.expires_at
                found.append(
                    Visibility(
                        no=no,
                        visible_from=row.item.visible_from,
                        visible_to=row.item.visible_to,
                        status=row.item.status,
                        expires_at=None if expires is None else journal.microseconds(expires),
                    )
                )
        ended = (
            side
            for side in self.sides("key")
            if side.visible_to is not None and (as_of is None or side.visible_to <= as_of)
        )
        return [*found, *map(_ended_key, ended)]

    # -- keys, links, states

    def add_side(self, row: SideRow) -> None:
        self._sides.put((_kind_of(row), row.no), row)
        if isinstance(row.value, Link):
            for end in {row.value.source, row.value.target}:
                self._linked.put(end, (*(self._linked.get(end) or ()), row.no))

    def side(self, kind: SideKind, no: int) -> SideRow | None:
        return self._sides.get((kind, no))

    def end_side(self, kind: SideKind, no: int, visible_to: int) -> None:
        self._sides.put((kind, no), replace(self._sides.rows[kind, no], visible_to=visible_to))

    def sides(self, kind: SideKind) -> Iterator[SideRow]:
        return iter([row for (which, _), row in sorted(self._sides.rows.items()) if which == kind])

    def keys_of(self, item_no: int) -> list[SideRow]:
        return [row for row in self.sides("key") if row.item_no == item_no]

    def links_of(self, item_id: str) -> list[SideRow]:
        rows = (self._sides.get(("link", no)) for no in sorted(self._linked.get(item_id) or ()))
        return [row for row in rows if row is not None]

    def links_between(self, source: str, target: str) -> list[SideRow]:
        rows = self.links_of(source)
        return [
            row
            for row in rows
            if isinstance(row.value, Link)
            and (row.value.source, row.value.target) == (source, target)
        ]

    def current_state(self, name: str) -> SideRow | None:
        for row in self.sides("state"):
            value = row.value
            if isinstance(value, State) and value.name == name and row.visible_to is None:
                return row
        return None

    # -- the journal

    def add_event(self, event: EventRow, entries: Iterable[Entry]) -> None:
        self._events.put(event.seq, event)
        self._entries.put(event.seq, tuple(entries))

    def event(self, seq: int) -> EventRow | None:
        return self._events.get(seq)

    def events(self, *, after: int = 0) -> Iterator[EventRow]:
        return iter([row for seq, row in sorted(self._events.rows.items()) if seq > after])

    def entries(self, seq: int) -> list[Entry]:
        return list(self._entries.get(seq) or ())

    def touched(self, seq: int) -> list[str | None]:
        found = (
            self.item_at(entry.no, seq) if entry.kind == "item" else None
            for entry in self.entries(seq)
        )
        return [None if row is None else row.item.id for row in found]

    def seq_at(self, recorded_at: int) -> int:
        events = self._events.rows.values()
        return max((event.seq for event in events if event.recorded_at <= recorded_at), default=0)

    def request(self, request_id: str) -> Request | None:
        return self._requests.get(request_id)

    def put_request(self, request: Request) -> None:
        self._requests.put(request.request_id, request)

    def requests(self) -> list[Request]:
        return sorted(self._requests.rows.values(), key=lambda each: (each.seq, each.request_id))

    def has_erased(self) -> bool:
        return bool(self._erased.rows)

    def erased_at(self, item_id: str) -> int | None:
        return self._erased.get(item_id)

    def add_erased(self, item_id: str, seq: int) -> None:
        self._erased.put(item_id, seq)

    # -- how items have been used

    def has_uses(self) -> bool:
        return bool(self._uses.rows)

    def put_uses(self, rows: Iterable[UseRow]) -> None:
        for row in rows:
            self._uses.put(row.no, row)

    def uses(self, nos: Sequence[int]) -> list[UseRow]:
        rows = self._uses.rows
        return [rows[no] for no in sorted(set(nos)) if no in rows]

    def all_uses(self) -> list[UseRow]:
        return [row for _, row in sorted(self._uses.rows.items())]

    # -- destruction

    def destroy_item(self, no: int) -> None:
        rows = self.versions(no)
        item = rows[-1].item
        for row in rows:
            self._forget_nonces(row.item.visible_from, "item", no)
        for side in [*self.keys_of(no), *self.links_of(item.id)]:
            kind = _kind_of(side)
            for seq in (side.visible_from, side.visible_to):
                self._forget_nonces(seq, kind, side.no)
            self._sides.drop((kind, side.no))
        scope_no = self._numbers.rows[no].scope
        rest = tuple(each for each in self._sessions.rows[scope_no] if each != no)
        self._sessions.put(scope_no, rest)
        for source in {source for row in rows for source in row.item.sources}:
            self._derived.put(source, tuple(n for n in self.derived_from(source) if n != no))
        self._derived.drop(item.id)
        self._linked.drop(item.id)
        self._items.drop(no)
        self._uses.drop(no)
        self._texts.drop(no)
        self._nos.drop(item.id)
        self._numbers.drop(no)

    def forget_requests(self, ids: Sequence[str]) -> None:
        for request in self.requests():
            receipt = json.loads(request.receipt)
            named = {each for part in _NAMING for each in receipt.get(part, ())}
            if not named.isdisjoint(ids):
                self._requests.put(request.request_id, replace(request, nonce=None))

    def _forget_nonces(self, seq: int | None, kind: RowKind, no: int) -> None:
        if seq is None:
            return
        self._entries.put(
            seq,
            tuple(
                replace(entry, nonce=None) if (entry.kind, entry.no) == (kind, no) else entry
                for entry in self.entries(seq)
            ),
        )

    def holding(self, needle: bytes) -> list[str]:
        tables = {name: table for name, table in vars(self).items() if isinstance(table, Table)}
        return [
            f"{name.strip('_')} {key}"
            for name, table in tables.items()
            for key, value in table.rows.items()
            if needle in repr((key, value)).encode("utf-8", "surrogatepass")
        ][:100]

    # -- the lexical index

    def put_tail(self, no: int, record: bytes, terms: str, tf: bytes) -> None:
        self._tail.put(no, (record, terms, tf))

    def tail(self, *, first: int, end: int) -> list[tuple[int, bytes, str, bytes]]:
        rows = self._tail.rows
        return [(no, *rows[no]) for no in range(first, end) if no in rows]

    def drop_tail(self, first: int, end: int) -> None:
        for no in range(first, end):
            self._tail.drop(no)

    def segments_from(self, first: int, end: int) -> list[tuple[int, bytes]]:
        rows = self._segments.rows
        return [(segment, rows[segment]) for segment in range(first, end) if segment in rows]

    def put_segment(self, segment: int, records: bytes) -> None:
        self._segments.put(segment, records)

    def put_postings(self, rows: Iterable[tuple[str, int, bytes]]) -> None:
        for term, segment, packed in rows:
            self._postings.put(term, {**(self._postings.get(term) or {}), segment: packed})

    def postings(self, term: str) -> list[tuple[int, bytes]]:
        return sorted((self._postings.get(term) or {}).items())

    def posting(self, term: str, segment: int) -> bytes | None:
        return (self._postings.get(term) or {}).get(segment)

    def drop_posting(self, term: str, segment: int) -> None:
        held = self._postings.get(term) or {}
        rest = {each: packed for each, packed in held.items() if each != segment}
        if rest:
            self._postings.put(term, rest)
        else:
            self._postings.drop(term)

    def has_postings(self, term: str) -> bool:
        return term in self._postings.rows

    def without_postings(self, terms: Sequence[str]) -> list[str]:
        return [term for term in terms if not self.has_postings(term)]

    def put_grams(self, rows: Iterable[tuple[str, str]]) -> None:
        for gram, term in rows:
            self._grams.put(gram, (self._grams.get(gram) or frozenset()) | {term})

    def drop_grams(self, term: str) -> None:
        for gram in grams_of(term):
            rest = (self._grams.get(gram) or frozenset()) - {term}
            if rest:
                self._grams.put(gram, rest)
            else:
                self._grams.drop(gram)

    def terms_sharing(self, grams: Sequence[str]) -> list[str]:
        counts = Counter(term for gram in grams for term in self._grams.get(gram) or ())
        return [term for term, _ in sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))][
            :64
        ]

    def clear_index(self) -> None:
        for no in list(self._tail.rows):
            self._tail.drop(no)
        for segment in list(self._segments.rows):
            self._segments.drop(segment)
        for term in list(self._postings.rows):
            self._postings.drop(term)
        for gram in list(self._grams.rows):
            self._grams.drop(gram)

    # -- figures

    def sizes(self) -> dict[str, int]:
        return {}

    def text_bytes(self) -> int:
        return sum(len(text.encode("utf-8", "surrogatepass")) for text in self._texts.rows.values())


def _ended_key(side: SideRow) -> Visibility:
    return Visibility(
        no=side.no,
        visible_from=side.visible_from,
        visible_to=side.visible_to,
        status="active",
        expires_at=None,
    )


def _kind_of(row: SideRow) -> SideKind:
    match row.value:
        case Key():
            return "key"
        case Link():
            return "link"
        case State():
            return "state"


class MemoryStore:
    """A space in dictionaries. Implements ``store.protocol.Store``."""

    location = ":memory:"

    def __init__(
        self,
        *,
        settings: str,
        analyzer: Callable[[str], Analyzer],
        nonce: Callable[[int], bytes],
    ) -> None:
        self._tables = MemoryTables()
        self._tables.put_space(Space(settings=settings, head_hash=journal.genesis(settings)))
        self._tables.put_state_sum(bytes(journal.SUM_BYTES))
        self._tables.commit()
        self._analyzer = analyzer(settings)
        self._nonce = nonce
        self._lock = threading.RLock()
        self._cache = IndexCache()
        self._vector_cache = VectorCache()
        self._process = os.getpid()
        self._closed = False

    @contextmanager
    def reading(self, *, as_of_seq: int | None = None) -> Iterator[Snapshot]:
        """Open a snapshot; the writer waits for it."""
        self._check_usable()
        with self._lock:
            # What a write in progress on this thread has changed must not get into the cache.
            if self._tables.undo:
                yield Snapshot(self._tables, fresh_index, fresh_vectors, as_of_seq)
            else:
                caches = (self._cache.snapshot, self._vector_cache.snapshot)
                yield Snapshot(self._tables, *caches, as_of_seq)

    @contextmanager
    def writing(self) -> Iterator[Transaction]:
        """Open the write transaction; nothing of it stays if the block ends with an error."""
        self._check_usable()
        with self._lock:
            try:
                yield Transaction(self._tables, self._analyzer, self._nonce)
            except BaseException:
                self._tables.rollback()
                raise
            self._tables.commit()

    def _check_usable(self) -> None:
        if self._closed:
            raise Closed(":memory: this memory was closed")
        if os.getpid() != self._process:
            raise Closed(":memory: opened before a fork; open another in the child")

    def interrupt(self, thread: int) -> None:
        """Do nothing: no operation here lasts."""

    def checkpoint(self) -> bool:
        """Say that there is no WAL."""
        return True

    def vacuum(self) -> None:
        """Do nothing: freed rows are gone."""

    def copy_to(self, path: str | os.PathLike[str]) -> None:
        """Refuse: there is no file to copy."""
        raise StoreError(f":memory: has no file to copy to {os.fspath(path)}; use export")

    def check(self) -> list[str]:
        """Find nothing wrong: there is no file."""
        return []

    def files(self) -> list[Path]:
        """Return no files."""
        return []

    def close(self) -> None:
        """Let go of everything."""
        self._closed = True
