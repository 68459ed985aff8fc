"""Vectors as they stand in the tables, and as recall reads them.

``vector.data`` of a document is a run of little-endian 64-bit words::

    word 0              sentences in bits 0-15, tokens in bits 16-31, words a vector in bits 32-47
    sentences × words   sign bits of each sentence's vector
    tokens × words      sign bits of each content token's vector

``scan.signs`` holds one pooled vector a document, of ``SEGMENT`` documents, zeros where there is
none. A process keeps all of these in one array and reads on from the clock that it has reached.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mnemos.errors import Corrupt
from mnemos.store.base import Details
from mnemos.store.signs import Signs, words
from mnemos.store.tables import Space, Tables
from mnemos.store.vector_tables import EmbedderRow, EmbedderState
from mnemos.types import ModelId

#: Documents in one row of the scan: what a write of one vector writes again, 6 KB at 384-d.
SEGMENT = 128
#: Sentences or tokens of one document.
MAX_COUNT = 65_535
WORD = np.dtype("<u8")
#: Rows of the scan that are joined at a time when many are read.
JOINED = 512
#: What reading a damaged row can raise, and what to say then.
DAMAGE = (ValueError, TypeError, LookupError, ArithmeticError, AttributeError)
DAMAGED = "the vectors are damaged; embedding all texts again mends them"


def pack(sentences: Signs, tokens: Signs) -> bytes:
    """Return the details of one document as they stand in its row.

    Args:
        sentences: Shape (s, words).
        tokens: Shape (t, words).
    """
    width = sentences.shape[1]
    if tokens.shape[1] != width or max(len(sentences), len(tokens)) > MAX_COUNT:
        raise ValueError(f"details of {sentences.shape} and {tokens.shape} cannot be packed")
    header = np.array([len(sentences) | len(tokens) << 16 | width << 32], dtype=WORD)
    rows = (sentences.astype(WORD, copy=False), tokens.astype(WORD, copy=False))
    return header.tobytes() + rows[0].tobytes() + rows[1].tobytes()


def unpack(packed: Sequence[bytes], width: int) -> Details:
    """Return the details of several documents; an empty one has none.

    Raises:
        ValueError: A row is not as ``pack`` makes it with so many words a vector.
    """
    sizes = np.array([len(data) for data in packed], dtype=np.int64) // WORD.itemsize
    flat = np.frombuffer(b"".join(packed), dtype=WORD)
    full = sizes > 0
    starts = (np.cumsum(sizes) - sizes)[full]
    headers = flat[starts].astype(np.int64)
    counts = np.zeros((len(packed), 2), dtype=np.int64)
    counts[full, 0] = headers & MAX_COUNT
    counts[full, 1] = headers >> 16 & MAX_COUNT
    expected = np.where(full, 1 + counts.sum(axis=1) * width, 0)
    if (headers >> 32 != width).any() or (sizes != expected).any():
        raise ValueError(f"a row does not hold the vectors of {width} words that it names")
    spans = np.column_stack([full, counts * width]).ravel()
    parts = np.repeat(np.tile(np.arange(3, dtype=np.uint8), len(packed)), spans)
    return Details(
        sentences=flat[parts == 1].reshape(-1, width).astype(np.uint64, copy=False),
        sentence_start=np.concatenate([[0], np.cumsum(counts[:, 0])]),
        tokens=flat[parts == 2].reshape(-1, width).astype(np.uint64, copy=False),  # noqa: PLR2004
        token_start=np.concatenate([[0], np.cumsum(counts[:, 1])]),
    )


def embedder_in(tables: Tables, state: EmbedderState) -> EmbedderRow | None:
    """Return the serving or the building model, None if there is none."""
    return next((row for row in tables.embedders() if row.state == state), None)


@dataclass(slots=True)
class _Held:
    """What a process keeps of one model's pooled vectors; rows change in place."""

    embedder: int
    clock: int
    signs: Signs
    present: NDArray[np.bool_]


class VectorsSnapshot:
    """A model's vectors as one transaction sees them; implements ``store.base.Vectors``.

    The pooled ones are shared with later snapshots: they may show a vector that was written, or
    taken out, since. They never show a document that came since.
    """

    def __init__(self, tables: Tables, row: EmbedderRow, held: _Held, documents: int) -> None:
        self._tables = tables
        self._row = row
        self.signs = held.signs[:documents]
        self.present = held.present[:documents]
        self.signs.flags.writeable = self.present.flags.writeable = False

    @property
    def model(self) -> ModelId:
        """What the vectors are bound to."""
        return self._row.model

    @property
    def count(self) -> int:
        """How many documents have a vector."""
        return int(np.count_nonzero(self.present))

    def read(self, docs: NDArray[np.int64]) -> Details:
        """Return sentence and token vectors of documents, in their order."""
        nos = docs.tolist()
        found = dict(self._tables.vectors(self._row.no, nos))
        try:
            packed = [found.get(no, b"") for no in nos]
            return unpack(packed, words(self.model.dimension))
        except DAMAGE as error:
            raise Corrupt(f"{DAMAGED}: {error}") from error


class VectorCache:
    """One process's view of the serving model's vectors, brought up to date by each new snapshot.

    Not locked: the store calls it under a lock, with the snapshot's transaction open.
    """

    def __init__(self) -> None:
        self._held: _Held | None = None

    def snapshot(self, tables: Tables, space: Space) -> VectorsSnapshot | None:
        """Return the vectors as this transaction sees them; None if no model is bound."""
        row = embedder_in(tables, "serving")
        if row is None:
            return None
        try:
            held = self._current(tables, row, space.next_no)
        except DAMAGE as error:
            self._held = None
            raise Corrupt(f"{DAMAGED}: {error}") from error
        return VectorsSnapshot(tables, row, held, space.next_no)

    def _current(self, tables: Tables, row: EmbedderRow, documents: int) -> _Held:
        held = self._held
        if held is None or held.embedder != row.no:
            held = _Held(row.no, 0, *_room(0, row.model.dimension))
        if len(held.signs) < documents:
            signs, present = _room(documents, row.model.dimension)
            signs[: len(held.signs)] = held.signs
            present[: len(held.present)] = held.present
            held = _Held(row.no, held.clock, signs, present)
        if held.clock < row.clock:
            _read_on(held, tables.scan_since(row.no, held.clock), documents)
            held.clock = row.clock
        self._held = held
        return held


def fresh_vectors(tables: Tables, space: Space) -> VectorsSnapshot | None:
    """Return the vectors as a transaction sees them that may yet be rolled back."""
    return VectorCache().snapshot(tables, space)


def _room(documents: int, dimension: int) -> tuple[Signs, NDArray[np.bool_]]:
    """Return arrays for so many documents, and for an eighth more that may come."""
    rows = -(-(documents + documents // 8) // SEGMENT) * SEGMENT
    return np.zeros((rows, words(dimension)), dtype=np.uint64), np.zeros(rows, dtype=np.bool_)


def _read_on(held: _Held, rows: Sequence[tuple[int, bytes]], documents: int) -> None:
    width = held.signs.shape[1]
    by_segment = held.signs.reshape(-1, SEGMENT, width)
    present = held.present.reshape(-1, SEGMENT)
    for first in range(0, len(rows), JOINED):
        some = rows[first : first + JOINED]
        segments = np.array([segment for segment, _ in some], dtype=np.int64)
        if segments.min() < 0 or segments.max() * SEGMENT >= documents:
            raise ValueError(f"a segment of vectors lies beyond the {documents} documents")
        for segment, signs in some:
            if len(signs) != SEGMENT * width * WORD.itemsize:
                raise ValueError(f"segment {segment} of the vectors has {len(signs)} bytes")
        block = np.frombuffer(b"".join(signs for _, signs in some), dtype=WORD)
        block = block.reshape(-1, SEGMENT, width)
        by_segment[segments] = block
        present[segments] = np.bitwise_or.reduce(block, axis=2) != 0
