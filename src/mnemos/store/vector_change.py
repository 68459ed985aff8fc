"""How vectors follow a change: in its own transaction, and without any model.

What an event adds is put into the queue of each bound model; what it erases takes the vectors of
every document with it that was encoded in the same block, for they may tell of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import groupby

import numpy as np

from mnemos.store.signs import Signs, words
from mnemos.store.tables import Tables
from mnemos.store.vector_tables import EmbedderRow, VectorRow, Waiting
from mnemos.store.vectors import SEGMENT, WORD


def bound(tables: Tables) -> list[EmbedderRow]:
    """Return the models whose vectors are kept up: the serving one, and one that is built."""
    return [row for row in tables.embedders() if row.state != "dropped"]


def enqueue(
    tables: Tables, embedders: Iterable[EmbedderRow], wanted: Mapping[int, int], seq: int
) -> None:
    """Put scopes into the queue of models.

    Args:
        tables: The rows.
        embedders: Whose queues.
        wanted: By scope, the first document that wants something.
        seq: The event.
    """
    for embedder in embedders:
        for scope_no, first_no in sorted(wanted.items()):
            before = tables.waiting(embedder.no, scope_no)
            row = Waiting(scope_no=scope_no, seq=seq, first_no=first_no)
            if before is not None:  # what failed goes on waiting; why may quote an erased text
                first = min(first_no, before.first_no)
                row = replace(before, seq=seq, first_no=first, error="")
            tables.put_waiting(embedder.no, row)


def enqueue_all(tables: Tables, embedders: Iterable[EmbedderRow]) -> None:
    """Put every scope that holds something into the queue of models."""
    enqueue(tables, embedders, dict(tables.first_documents()), tables.space().head_seq)


class VectorWriter:
    """Writes and deletes one model's vectors; ``close`` brings the scan and the clock up to it."""

    def __init__(self, tables: Tables, embedder: EmbedderRow) -> None:
        self._tables = tables
        self._embedder = embedder
        self._width = words(embedder.model.dimension)
        self._pooled: dict[int, bytes] = {}

    def put(self, rows: Sequence[VectorRow], pooled: Signs) -> None:
        """Put documents' vectors in place of any they had.

        Args:
            rows: Their sentence and token vectors.
            pooled: The one vector of each, for the scan. Shape (rows, words).
        """
        if pooled.shape != (len(rows), self._width):
            raise ValueError(f"{len(rows)} rows of {self._width} words want no {pooled.shape}")
        self._tables.put_vectors(self._embedder.no, rows)
        for row, signs in zip(rows, pooled.astype(WORD, copy=False), strict=True):
            self._pooled[row.no] = signs.tobytes()

    def drop(self, nos: Sequence[int]) -> None:
        """Delete documents' vectors."""
        self._tables.drop_vectors(self._embedder.no, nos)
        none = bytes(self._width * WORD.itemsize)
        self._pooled.update(dict.fromkeys(nos, none))

    def close(self) -> None:
        """Write the segments of the scan that were touched, once each."""
        if not self._pooled:
            return
        clock = self._embedder.clock + 1
        self._tables.put_embedder(replace(self._embedder, clock=clock))
        for segment, nos in groupby(sorted(self._pooled), key=lambda no: no // SEGMENT):
            before = dict(self._tables.scan(self._embedder.no, [segment])).get(segment)
            signs = bytearray(SEGMENT * self._width * WORD.itemsize if before is None else before)
            rows = np.frombuffer(signs, dtype=np.uint8).reshape(SEGMENT, -1)
            for no in nos:
                rows[no % SEGMENT] = np.frombuffer(self._pooled[no], dtype=np.uint8)
            self._tables.put_scan(self._embedder.no, segment, clock, bytes(signs))


class VectorChange:
    """What one event means for the vectors of all bound models."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables
        self._embedders = bound(tables)
        # Of those on their way out, too: what is erased is to go at once.
        self._writers = [(each, VectorWriter(tables, each)) for each in tables.embedders()]
        self._wanted: dict[int, int] = {}
        self._cut_again: dict[int, int] = {}  # by scope, the first place that an erasure emptied

    def add(self, scope_no: int, no: int) -> None:
        """Note a new document."""
        if self._embedders:
            self._wanted[scope_no] = min(no, self._wanted.get(scope_no, no))

    def erase(self, nos: Sequence[int], scope_no: int, position: int | None) -> None:
        """Delete the vectors of documents, and those of all that were encoded together with them.

        Args:
            nos: The documents.
            scope_no: Their scope.
            position: Where they stood in the session; None if they are not in its chain of turns.
        """
        for embedder, writer in self._writers:
            model = embedder.no
            blocks = {row.block for row in self._tables.vector_rows(model, nos)}
            mates = [no for each in sorted(blocks) for no in self._tables.in_block(model, each)]
            writer.drop(mates)
            for no in {*mates} - {*nos} if embedder.state != "dropped" else ():
                self.add(scope_no, no)
        if self._embedders and position is not None:
            before = self._cut_again.get(scope_no, position)
            self._cut_again[scope_no] = min(position, before)

    def close(self, seq: int) -> None:
        """Write the queue, and make provisional what has to be cut again after an erasure."""
        for scope_no, position in self._cut_again.items():
            end = self._tables.space().next_no
            for embedder in self._embedders:
                self._tables.loosen(embedder.no, scope_no, position)
                later = self._tables.placed(embedder.no, scope_no, position=position, first_no=end)
                for row in later:
                    self.add(scope_no, row.no)
            if scope_no in self._wanted and not self._tables.in_scope(scope_no):
                del self._wanted[scope_no]
        for _, writer in self._writers:
            writer.close()
        enqueue(self._tables, self._embedders, self._wanted, seq)


def drop_vectors(tables: Tables, embedder: EmbedderRow, *, everything: bool) -> None:
    """Delete the vectors of documents that are gone; or all, to have them made again."""
    if not everything:
        writer = VectorWriter(tables, embedder)
        writer.drop(tables.orphans(embedder.no))
        writer.close()
        return
    while nos := tables.some_vectors(embedder.no, SEGMENT):
        tables.drop_vectors(embedder.no, nos)
    clock = embedder.clock + 1
    tables.put_embedder(replace(embedder, clock=clock))
    none = bytes(SEGMENT * words(embedder.model.dimension) * WORD.itemsize)
    tables.drop_scan(embedder.no)
    for segment in range(-(-tables.space().next_no // SEGMENT)):  # zeros, for the caches to read
        tables.put_scan(embedder.no, segment, clock, none)
    enqueue_all(tables, [embedder])
