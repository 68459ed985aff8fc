"""The rows of vectors and of their queue in dictionaries."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace

from mnemos.store.memory_rows import Table
from mnemos.store.tables import ItemRow, SideKind, SideRow
from mnemos.store.vector_tables import EmbedderRow, Placed, VectorRow, Waiting
from mnemos.types import Item


class MemoryVectorTables:
    """Implements ``store.vector_tables.VectorTables``; a part of ``MemoryTables``."""

    _items: Table[int, tuple[ItemRow, ...]]
    _sessions: Table[int, tuple[int, ...]]
    _sides: Table[tuple[SideKind, int], SideRow]

    def __init__(self, log: list[Callable[[], None]]) -> None:
        self._embedders: Table[int, EmbedderRow] = Table(log)
        self._vectors: Table[tuple[int, int], VectorRow] = Table(log)
        self._scan: Table[tuple[int, int], tuple[int, bytes]] = Table(log)
        self._queue: Table[tuple[int, int], Waiting] = Table(log)

    # -- models

    def embedders(self) -> list[EmbedderRow]:
        return [row for _, row in sorted(self._embedders.rows.items())]

    def put_embedder(self, row: EmbedderRow) -> None:
        self._embedders.put(row.no, row)

    def drop_embedder(self, no: int) -> None:
        for row in self.queue(no):
            self.drop_waiting(no, row.scope_no)
        self._embedders.drop(no)

    # -- vectors of documents

    def put_vectors(self, embedder: int, rows: Iterable[VectorRow]) -> None:
        for row in rows:
            self._vectors.put((embedder, row.no), row)

    def vectors(self, embedder: int, nos: Sequence[int]) -> list[tuple[int, bytes]]:
        return [(row.no, row.data) for row in self.vector_rows(embedder, nos)]

    def vector_rows(self, embedder: int, nos: Sequence[int]) -> list[VectorRow]:
        rows = (self._vectors.get((embedder, no)) for no in nos)
        return [row for row in rows if row is not None]

    def in_block(self, embedder: int, block: int) -> list[int]:
        rows = self._rows_of(embedder)
        return [row.no for row in rows if row.block == block]

    def _rows_of(self, embedder: int) -> list[VectorRow]:
        return [row for (of, _), row in sorted(self._vectors.rows.items()) if of == embedder]

    def drop_vectors(self, embedder: int, nos: Sequence[int]) -> None:
        for no in nos:
            self._vectors.drop((embedder, no))

    def loosen(self, embedder: int, scope_no: int, position: int) -> None:
        for item_no, item in self._scope_items(scope_no):
            row = self._vectors.get((embedder, item_no))
            if row is not None and item.position >= position:
                self._vectors.put((embedder, item_no), replace(row, provisional=True))

    def _scope_items(self, scope_no: int) -> Iterator[tuple[int, Item]]:
        for no in self._sessions.get(scope_no) or ():
            yield no, self._items.rows[no][0].item

    def some_vectors(self, embedder: int, limit: int) -> list[int]:
        return [row.no for row in self._rows_of(embedder)[:limit]]

    def orphans(self, embedder: int) -> list[int]:
        nos = [row.no for row in self._rows_of(embedder)]
        left = self.documents_left(nos)
        return [no for no in nos if no not in left]

    # -- one vector a document

    def scan(self, embedder: int, segments: Sequence[int]) -> list[tuple[int, bytes]]:
        rows = ((segment, self._scan.get((embedder, segment))) for segment in segments)
        return [(segment, row[1]) for segment, row in rows if row is not None]

    def put_scan(self, embedder: int, segment: int, clock: int, signs: bytes) -> None:
        self._scan.put((embedder, segment), (clock, signs))

    def scan_since(self, embedder: int, clock: int) -> list[tuple[int, bytes]]:
        return [
            (segment, signs)
            for (of, segment), (at, signs) in sorted(self._scan.rows.items())
            if of == embedder and at > clock
        ]

    def drop_scan(self, embedder: int) -> None:
        for key in [key for key in self._scan.rows if key[0] == embedder]:
            self._scan.drop(key)

    # -- the queue

    def queue(self, embedder: int) -> list[Waiting]:
        return [row for (of, _), row in sorted(self._queue.rows.items()) if of == embedder]

    def waiting(self, embedder: int, scope_no: int) -> Waiting | None:
        return self._queue.get((embedder, scope_no))

    def put_waiting(self, embedder: int, row: Waiting) -> None:
        self._queue.put((embedder, row.scope_no), row)

    def drop_waiting(self, embedder: int, scope_no: int) -> None:
        self._queue.drop((embedder, scope_no))

    def _drop_waiting_of(self, scopes: AbstractSet[int]) -> None:
        """Forget what waits in scopes that are not among these."""
        for embedder, scope_no in [key for key in self._queue.rows if key[1] not in scopes]:
            self.drop_waiting(embedder, scope_no)

    # -- what is to be encoded

    def first_documents(self) -> list[tuple[int, int]]:
        return [
            (scope_no, min(nos)) for scope_no, nos in sorted(self._sessions.rows.items()) if nos
        ]

    def placed(self, embedder: int, scope_no: int, *, position: int, first_no: int) -> list[Placed]:
        found = [
            self._placed(embedder, no, item, key=False) for no, item in self._scope_items(scope_no)
        ]
        items = dict(self._scope_items(scope_no))
        for (kind, no), side in self._sides.rows.items():
            if kind == "key" and side.item_no in items:
                found.append(self._placed(embedder, no, items[side.item_no], key=True))
        wanted = [
            row for row in found if row.no >= first_no or (row.position >= position and not row.key)
        ]
        return sorted(wanted, key=lambda row: (row.position, row.no))

    def _placed(self, embedder: int, no: int, item: Item, *, key: bool) -> Placed:
        row = self._vectors.get((embedder, no))
        return Placed(
            no=no,
            position=item.position,
            said=not key and _is_said(item),
            key=key,
            block=None if row is None else row.block,
            provisional=row is not None and row.provisional,
        )

    def before(self, embedder: int, scope_no: int, position: int) -> Placed | None:
        earlier = [
            (-item.position, no, item)
            for no, item in self._scope_items(scope_no)
            if item.position < position and _is_said(item)
        ]
        if not earlier:
            return None
        _, no, item = min(earlier, key=lambda each: each[:2])
        return self._placed(embedder, no, item, key=False)

    def position_from(self, scope_no: int, first_no: int) -> int | None:
        positions = (
            item.position
            for no, item in self._scope_items(scope_no)
            if no >= first_no and _is_said(item)
        )
        return min(positions, default=None)

    def documents_left(self, nos: Sequence[int]) -> set[int]:
        return {no for no in nos if no in self._items.rows or ("key", no) in self._sides.rows}


def _is_said(item: Item) -> bool:
    return item.made_by == "" and item.role != "document"
