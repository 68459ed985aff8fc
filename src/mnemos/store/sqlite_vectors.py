"""The rows of vectors and of their queue in a SQLite file."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import Any, get_args

from mnemos.errors import Corrupt
from mnemos.store.vector_tables import EmbedderRow, EmbedderState, Placed, VectorRow, Waiting
from mnemos.types import ModelId


class SqliteVectorTables:
    """Implements ``store.vector_tables.VectorTables``; a part of ``SqliteTables``."""

    _connection: sqlite3.Connection
    _space: int
    _sql: dict[str, str]

    def _run(self, name: str, /, **values: object) -> sqlite3.Cursor:
        return self._connection.execute(self._sql[name], {"space": self._space, **values})

    # -- models

    def embedders(self) -> list[EmbedderRow]:
        return [_embedder(row) for row in self._run("embedders")]

    def put_embedder(self, row: EmbedderRow) -> None:
        # Not INSERT OR REPLACE: that would delete another row in the same state.
        values: dict[str, object] = {"no": row.no, "state": row.state, "clock": row.clock}
        if not self._run("change_embedder", **values).rowcount:
            self._run("add_embedder", **values, **_model(row.model))

    def drop_embedder(self, no: int) -> None:
        self._run("drop_queue", embedder=no)
        self._run("drop_embedder", no=no)

    # -- vectors of documents

    def put_vectors(self, embedder: int, rows: Iterable[VectorRow]) -> None:
        space = {"space": self._space, "embedder": embedder}
        self._connection.executemany(
            self._sql["put_vector"], ({**space, **asdict(row)} for row in rows)
        )

    def vectors(self, embedder: int, nos: Sequence[int]) -> list[tuple[int, bytes]]:
        return self._run("vectors", embedder=embedder, nos=_json(nos)).fetchall()

    def vector_rows(self, embedder: int, nos: Sequence[int]) -> list[VectorRow]:
        return [
            VectorRow(no=row[0], block=row[1], provisional=bool(row[2]), data=row[3])
            for row in self._run("vector_rows", embedder=embedder, nos=_json(nos))
        ]

    def in_block(self, embedder: int, block: int) -> list[int]:
        return [row[0] for row in self._run("in_block", embedder=embedder, block=block)]

    def drop_vectors(self, embedder: int, nos: Sequence[int]) -> None:
        for no in nos:
            self._run("drop_vector", embedder=embedder, no=no)

    def loosen(self, embedder: int, scope_no: int, position: int) -> None:
        self._run("loosen", embedder=embedder, scope_no=scope_no, position=position)

    def some_vectors(self, embedder: int, limit: int) -> list[int]:
        return [row[0] for row in self._run("some_vectors", embedder=embedder, limit=limit)]

    def orphans(self, embedder: int) -> list[int]:
        return [row[0] for row in self._run("orphans", embedder=embedder)]

    # -- one vector a document

    def scan(self, embedder: int, segments: Sequence[int]) -> list[tuple[int, bytes]]:
        return self._run("scan", embedder=embedder, segments=_json(segments)).fetchall()

    def put_scan(self, embedder: int, segment: int, clock: int, signs: bytes) -> None:
        self._run("put_scan", embedder=embedder, segment=segment, clock=clock, signs=signs)

    def scan_since(self, embedder: int, clock: int) -> list[tuple[int, bytes]]:
        return self._run("scan_since", embedder=embedder, clock=clock).fetchall()

    def drop_scan(self, embedder: int) -> None:
        self._run("drop_scan", embedder=embedder)

    # -- the queue

    def queue(self, embedder: int) -> list[Waiting]:
        return [_waiting(row) for row in self._run("queue", embedder=embedder)]

    def waiting(self, embedder: int, scope_no: int) -> Waiting | None:
        row = self._run("waiting", embedder=embedder, scope_no=scope_no).fetchone()
        return None if row is None else _waiting(row)

    def put_waiting(self, embedder: int, row: Waiting) -> None:
        self._run("put_waiting", embedder=embedder, **asdict(row))

    def drop_waiting(self, embedder: int, scope_no: int) -> None:
        self._run("drop_waiting", embedder=embedder, scope_no=scope_no)

    # -- what is to be encoded

    def first_documents(self) -> list[tuple[int, int]]:
        return self._run("first_documents").fetchall()

    def placed(self, embedder: int, scope_no: int, *, position: int, first_no: int) -> list[Placed]:
        where = {"scope_no": scope_no, "position": position, "first_no": first_no}
        return [_placed(row) for row in self._run("placed", embedder=embedder, **where)]

    def before(self, embedder: int, scope_no: int, position: int) -> Placed | None:
        where = {"scope_no": scope_no, "position": position}
        row = self._run("before", embedder=embedder, **where).fetchone()
        return None if row is None else _placed(row)

    def position_from(self, scope_no: int, first_no: int) -> int | None:
        row = self._run("position_from", scope_no=scope_no, first_no=first_no).fetchone()
        position: int | None = row[0]
        return position

    def documents_left(self, nos: Sequence[int]) -> set[int]:
        return {row[0] for row in self._run("documents_left", nos=_json(nos))}


def _json(nos: Sequence[int]) -> str:
    return json.dumps(list(nos))


def _model(model: ModelId) -> dict[str, object]:
    return {"name": model.name, "revision": model.revision, "dimension": model.dimension}


def _embedder(row: Sequence[Any]) -> EmbedderRow:
    no, name, revision, dimension, state, clock = row
    if state not in get_args(EmbedderState) or not isinstance(dimension, int) or dimension < 1:
        raise Corrupt(f"the row of embedder {no} is damaged: {state!r}, {dimension!r}-d")
    model = ModelId(name, revision, dimension)
    return EmbedderRow(no=no, model=model, state=state, clock=clock)


def _waiting(row: Sequence[Any]) -> Waiting:
    scope_no, seq, first_no, attempts, not_before, error = row
    return Waiting(
        scope_no=scope_no,
        seq=seq,
        first_no=first_no,
        attempts=attempts,
        not_before=not_before,
        error=error,
    )


def _placed(row: Sequence[Any]) -> Placed:
    no, position, said, key, block, provisional = row
    return Placed(
        no=no,
        position=position,
        said=bool(said),
        key=bool(key),
        block=block,
        provisional=bool(provisional),
    )
