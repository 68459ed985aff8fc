"""The queue is worked off: read in a snapshot, encoded with none open, written in short steps.

Several processes may do so on one file, and share the work by sessions. None waits for another:
each writes what is still wanted when it comes to write, and throws away what is not.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

import numpy as np

from mnemos.embedding import sessions
from mnemos.embedding.bind import check, sweep
from mnemos.embedding.blocks import Block, Cutter, Line
from mnemos.embedding.encode import block_tokens, count, encode
from mnemos.embedding.pooling import Encoded
from mnemos.errors import ModelError
from mnemos.models.base import Embedder, TokenEmbedder
from mnemos.store import journal, vectors
from mnemos.store.protocol import Store
from mnemos.store.snapshot import Transaction
from mnemos.store.tables import Tables
from mnemos.store.vector_change import VectorWriter
from mnemos.store.vector_tables import EmbedderRow, EmbedderState, Placed, VectorRow, Waiting

#: Called with the documents written so far, and with how many there will be.
Progress = Callable[[int, int], None]

#: Blocks encoded at once and written in one transaction.
BATCH = 16
#: Lines that are read and counted at once.
READ = 256
#: A model that failed in so many sessions in a row is left alone for this time; in one session it
#: is asked so often after a failure, and twice as often at each further attempt.
MAX_FAILURES = 3
#: A scope waits a second after its first failure, then twice as long each time, up to an hour.
FIRST_WAIT_US = 1_000_000
LONGEST_WAIT_US = 3_600_000_000
#: Where a process begins in the queue: the golden section spreads any number of them.
SPREAD = 618


@dataclass(frozen=True, slots=True, kw_only=True)
class Embedded:
    """What was done.

    Args:
        turns: Documents whose vectors were written.
        blocks: Blocks that they were encoded in.
        pending: Sessions that are still in the queue.
        failed: Sessions in which the model failed this time.
        error: What failed last; empty if nothing did.
    """

    turns: int = 0
    blocks: int = 0
    pending: int = 0
    failed: int = 0
    error: str = ""


class _Gone(Exception):
    """The model whose vectors were being made is no longer wanted."""


def drain(
    store: Store,
    embedder: Embedder,
    *,
    now: datetime,
    limit: int | None = None,
    progress: Progress | None = None,
    state: EmbedderState = "serving",
    worker: int = 0,
    again: bool = False,
) -> Embedded:
    """Encode what waits in the queue.

    Args:
        store: The space.
        embedder: The model that it is bound to.
        now: Sessions that are to wait after a failure are left alone until then.
        limit: Stop after about so many documents.
        progress: Told after each write.
        state: Whose queue: that of the serving model, or of the one that is built.
        worker: Which of several processes this is; each begins at another place.
        again: Also try what is to be left alone after a failure.

    Raises:
        ModelMismatch: The space is bound to another model.
    """
    with store.reading() as snapshot:
        row = vectors.embedder_in(snapshot.tables, state)
        if row is None:
            return Embedded()
        check(row.model, embedder.model)
    work = _Work(store, embedder, row, now=now, limit=limit, progress=progress, again=again)
    try:
        work.all(worker)
    except _Gone:
        return replace(work.done, pending=0)
    with store.reading() as snapshot:
        return replace(work.done, pending=len(snapshot.tables.queue(row.no)))


@dataclass(slots=True)
class _Scope:
    """One session that is worked on."""

    waiting: Waiting
    known: dict[int, Placed] = field(default_factory=dict)
    members: dict[int, set[int]] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)


class _Work:
    """One call of ``drain``."""

    def __init__(
        self,
        store: Store,
        embedder: Embedder,
        row: EmbedderRow,
        *,
        now: datetime,
        limit: int | None,
        progress: Progress | None,
        again: bool,
    ) -> None:
        self._store = store
        self._embedder = embedder
        self._no = row.no
        self._now = journal.microseconds(now)
        self._limit = limit
        self._progress = progress
        self._again = again
        self._total = 0
        self._failures = 0  # sessions in a row
        self.done = Embedded()

    def all(self, worker: int) -> None:
        """Work on every session that may be worked on."""
        with self._store.reading() as snapshot:
            queue = snapshot.tables.queue(self._no)
            if self._progress:
                held = len(snapshot.tables.some_vectors(self._no, snapshot.space.next_no))
                self._total = max(0, snapshot.space.live - held)
        first = worker * SPREAD % 1000 * len(queue) // 1000
        # Back from there at last: to meet the worker that comes once, not to keep pace with it.
        for each in [*queue[first:], *reversed(queue[:first])]:
            if self._is_enough() or self._failures >= MAX_FAILURES:
                return
            self._take(each.scope_no)

    def _is_enough(self, batch: Sequence[Block] = ()) -> bool:
        turns = self.done.turns + sum(len(block.lines) for block in batch)
        return self._limit is not None and turns >= self._limit

    def _take(self, scope_no: int) -> None:
        with self._store.reading() as snapshot:
            waiting = snapshot.tables.waiting(self._no, scope_no)
            if waiting is None or (waiting.not_before > self._now and not self._again):
                return  # done by another process, or to be left alone
            rows = sessions.wanted(snapshot.tables, self._no, waiting)
        scope = _Scope(waiting=waiting, known={row.no: row for row in rows})
        for row in rows:
            if row.block is not None:
                scope.members.setdefault(row.block, set()).add(row.no)
        whole = self._encode(scope, rows)
        self._settle(scope, whole=whole)

    def _encode(self, scope: _Scope, rows: Sequence[Placed]) -> bool:
        """Encode what a session wants; say whether nothing was put off."""
        batch: list[Block] = []
        try:
            for block in self._blocks(rows):
                if not _is_as_cut(scope, block):
                    batch.append(block)
                if len(batch) == BATCH or self._is_enough(batch):
                    self._encode_some(scope, batch)
                    batch = []
                    if self._is_enough() or _is_hopeless(scope):
                        return False
        except ModelError as error:  # it could not even count
            self._fail(scope, error)
        self._encode_some(scope, batch)
        return not scope.errors

    def _blocks(self, rows: Sequence[Placed]) -> Iterator[Block]:
        """Yield a session's blocks: its chain of turns, cut, and each other document alone."""
        chain, alone = sessions.chain(rows)
        if not isinstance(self._embedder, TokenEmbedder):
            chain, alone = [], sorted([*chain, *alone], key=lambda row: row.no)
        for lines in self._lines(alone):
            counts = self._counts(lines)
            for line, tokens in zip(lines, counts, strict=True):
                yield Block(lines=(line,), long=tokens > self._block_tokens)
        cutter = Cutter(self._block_tokens)
        for lines in self._lines(chain):
            for line, tokens in zip(lines, self._counts(lines), strict=True):
                yield from cutter.add(line, tokens)
        yield from cutter.end()

    @property
    def _block_tokens(self) -> int:
        return block_tokens(self._embedder) if isinstance(self._embedder, TokenEmbedder) else 1

    def _counts(self, lines: Sequence[Line]) -> list[int]:
        if isinstance(self._embedder, TokenEmbedder):
            return count(self._embedder, lines)
        return [1] * len(lines)

    def _lines(self, rows: Sequence[Placed]) -> Iterator[list[Line]]:
        for first in range(0, len(rows), READ):
            with self._store.reading() as snapshot:
                lines = sessions.read(snapshot, rows[first : first + READ])
            yield lines

    def _encode_some(self, scope: _Scope, blocks: Sequence[Block]) -> None:
        """Encode and write blocks; if the model fails, each by itself."""
        with self._store.reading() as snapshot:
            language = snapshot.language
            blocks = [block for block in blocks if self._wants(snapshot.tables, scope, block)]
        same = [block for block in blocks if _has_members(scope, block)]
        fresh = [block for block in blocks if not _has_members(scope, block)]
        if same:
            self._write(scope, [(block, None) for block in same])
        if not fresh:
            return
        try:
            encoded = encode(self._embedder, fresh, language)
        except ModelError as error:
            if len(fresh) == 1:
                self._fail(scope, error)
                return
            for block in fresh:
                if not _is_hopeless(scope):
                    self._encode_some(scope, [block])
            return
        self._failures = 0
        self._write(scope, list(zip(fresh, encoded, strict=True)))

    def _fail(self, scope: _Scope, error: ModelError) -> None:
        scope.errors.append(str(error))

    def _write(
        self, scope: _Scope, blocks: Sequence[tuple[Block, Sequence[Encoded] | None]]
    ) -> None:
        turns = written = 0
        with self._store.writing() as transaction:
            row = self._row(transaction)
            tables = transaction.tables
            writer = VectorWriter(tables, row)
            for block, encoded in blocks:
                if not self._wants(tables, scope, block):
                    continue
                if encoded is None:
                    _keep(tables, self._no, block)
                else:  # what was in the block before and is no more gets vectors of its own block
                    writer.drop(sorted({*tables.in_block(self._no, block.nos[0])} - {*block.nos}))
                    writer.put(_rows(block, encoded), np.concatenate([e.pooled for e in encoded]))
                    turns, written = turns + len(encoded), written + 1
            writer.close()
        done = self.done
        self.done = replace(done, turns=done.turns + turns, blocks=done.blocks + written)
        if self._progress and turns:
            self._progress(self.done.turns, max(self._total, self.done.turns))

    def _wants(self, tables: Tables, scope: _Scope, block: Block) -> bool:
        """Say whether a block still has to be written.

        If the session has changed since it was read, only what can neither grow nor has been
        written by then: whoever reads the session next sees to the rest.
        """
        waiting = tables.waiting(self._no, scope.waiting.scope_no)
        if waiting is None or tables.documents_left(block.nos) != set(block.nos):
            return False
        rows = tables.vector_rows(self._no, block.nos)
        if waiting.seq != scope.waiting.seq:
            return not block.provisional and all(row.provisional for row in rows)
        there = {(row.block, row.provisional) for row in rows}
        members = tables.in_block(self._no, block.nos[0])
        return there != {(block.nos[0], block.provisional)} or members != sorted(block.nos)

    def _row(self, transaction: Transaction) -> EmbedderRow:
        """Return the model's row as it is now."""
        for row in transaction.tables.embedders():
            if row.no == self._no and row.model == self._embedder.model and row.state != "dropped":
                return row
        raise _Gone

    def _settle(self, scope: _Scope, *, whole: bool) -> None:
        """Take a session out of the queue, or say there what failed."""
        if not whole and not scope.errors:
            return
        with self._store.writing() as transaction:
            tables = transaction.tables
            waiting = tables.waiting(self._no, scope.waiting.scope_no)
            if waiting is not None and whole and waiting.seq == scope.waiting.seq:
                tables.drop_waiting(self._no, waiting.scope_no)
            elif waiting is not None and whole:
                tables.put_waiting(self._no, replace(waiting, attempts=0, not_before=0))
            elif waiting is not None:
                wait = min(FIRST_WAIT_US << min(waiting.attempts, 32), LONGEST_WAIT_US)
                tables.put_waiting(
                    self._no,
                    replace(
                        waiting,
                        attempts=waiting.attempts + 1,
                        not_before=self._now + wait,
                        # Of what was read before an erasure it may quote what is gone.
                        error=scope.errors[-1] if waiting.seq == scope.waiting.seq else "",
                    ),
                )
        if scope.errors:
            self._failures += 1
            failed = self.done.failed + 1
            self.done = replace(self.done, failed=failed, error=scope.errors[-1])


def clear_dropped(store: Store) -> None:
    """Delete the vectors that serve no more, in short transactions."""
    left = True
    while left:
        with store.writing() as transaction:
            left = sweep(transaction)


def _is_hopeless(scope: _Scope) -> bool:
    return len(scope.errors) >= MAX_FAILURES << min(scope.waiting.attempts, 32)


def _has_members(scope: _Scope, block: Block) -> bool:
    """Say whether these documents, and no others, were encoded together."""
    blocks = {scope.known[no].block for no in block.nos}
    return blocks == {block.nos[0]} and scope.members[block.nos[0]] == set(block.nos)


def _is_as_cut(scope: _Scope, block: Block) -> bool:
    """Say whether nothing is left to do for a block."""
    flags = {scope.known[no].provisional for no in block.nos}
    return _has_members(scope, block) and flags == {block.provisional}


def _keep(tables: Tables, embedder: int, block: Block) -> None:
    """Say of vectors that are right already whether their block may grow."""
    rows = tables.vector_rows(embedder, block.nos)
    tables.put_vectors(embedder, [replace(row, provisional=block.provisional) for row in rows])


def _rows(block: Block, encoded: Sequence[Encoded]) -> list[VectorRow]:
    return [
        VectorRow(
            no=no,
            block=block.nos[0],
            provisional=block.provisional,
            data=vectors.pack(each.sentences, each.tokens),
        )
        for no, each in zip(block.nos, encoded, strict=True)
    ]
