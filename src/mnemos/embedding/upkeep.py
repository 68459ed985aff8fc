"""A memory's vectors are kept up to date: in the background while it is open, or on request.

The thread works off the durable queue, so that a write never waits for a model. Recall waits for it
a moment if there is little to do, so that what was just said is found by its meaning as well.
"""

from __future__ import annotations

import atexit
import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from mnemos.embedding.bind import begin_reindex, bind, check, switch
from mnemos.embedding.work import Embedded, Progress, clear_dropped, drain
from mnemos.errors import Closed, MnemosError, ModelError, ModelMismatch, ReadOnly
from mnemos.models.base import Embedder
from mnemos.store import journal
from mnemos.store.protocol import Store
from mnemos.store.vector_tables import EmbedderRow
from mnemos.store.vectors import embedder_in
from mnemos.types import ModelId

#: Documents encoded before the thread looks whether it is to end.
STEP = 64
#: How long recall waits for what was just said, at most.
PATIENCE_S = 0.5
#: How long closing waits for what was just said; and for the batch that is being encoded.
LAST_WORDS_S = 2.0
CLOSING_S = 30.0
#: When to look again if the file was busy, or if another process has changed what was read.
AGAIN_S = 1.0
#: How often in a row a reindex may find that others have written meanwhile.
OVERTAKEN = 100

_log = logging.getLogger("mnemos")


@dataclass(frozen=True, slots=True, kw_only=True)
class VectorStatus:
    """How far a memory's vectors have come.

    Args:
        model: What those that serve are bound to; None if there are none.
        documents: Texts that are to have vectors.
        embedded: Those that have them.
        waiting: Sessions in the queue.
        failed: Sessions in it in which the model failed.
        retry_at: When the first of those is tried again.
        error: What failed.
        building: The model whose vectors are being made to take their place.
        built: Texts that have vectors of it so far.
        without: Why this memory was opened without an embedder; empty if it has one.
    """

    model: ModelId | None
    documents: int
    embedded: int
    waiting: int = 0
    failed: int = 0
    retry_at: datetime | None = None
    error: str = ""
    building: ModelId | None = None
    built: int = 0
    without: str = ""


class Upkeep:
    """Keeps one memory's vectors.

    Args:
        store: The space.
        embedder: The model; None if vectors are left as they are.
        clock: Tells the time.
        background: Work without being asked to.
        without: Why there is no model.
    """

    def __init__(
        self,
        store: Store,
        embedder: Embedder | None,
        *,
        clock: Callable[[], datetime],
        background: bool,
        without: str = "",
    ) -> None:
        self._store = store
        self._clock = clock
        self._background = background
        self._thread: threading.Thread | None = None
        self._working = threading.Lock()  # one drain at a time in a process
        self._noting = threading.Lock()  # what was said, and that all of it was seen to
        self._due = threading.Event()
        self._idle = threading.Event()
        self._idle.set()
        self._ends = False
        self._said = 0  # documents written since the thread was last idle
        self._looked = False
        self._complained = ""
        self.embedder = embedder
        self.without = without

    # -- in the background

    def wake(self, documents: int) -> None:
        """Say that so many documents want vectors."""
        if self.embedder is None or not self._background or self._ends or not documents:
            return
        with self._noting:
            self._said += documents
            self._idle.clear()
            self._due.set()
            if self._thread is None:
                self._start()

    def _start(self) -> None:
        thread = threading.Thread(target=self._run, name="mnemos-embed", daemon=True)
        try:
            thread.start()
        except RuntimeError as error:  # too many of them, or the interpreter is ending
            self._idle.set()
            self._complain(str(error))
            return
        self._thread = thread
        # A thread that is inside a model when the interpreter goes can take it down.
        atexit.register(self._end)

    def settle(self) -> None:
        """Wait for what was just said, if it was little; not for long."""
        if not self._looked:
            self._looked = True
            self.wake(self._left_behind())
        if self._said <= STEP:
            self._idle.wait(PATIENCE_S)

    def _left_behind(self) -> int:
        """Return how many documents an earlier process left in the queue."""
        if self.embedder is None or not self._background:
            return 0
        status = self.status()
        return max(1, status.documents - status.embedded) if status.waiting else 0

    def close(self) -> None:
        """End the thread; what waits in the queue waits there for the next who opens the file."""
        thread = self._thread
        if thread is not None and thread.is_alive() and self._said <= STEP:  # not in a fork
            self._idle.wait(LAST_WORDS_S)
        self._end()
        atexit.unregister(self._end)

    def _end(self) -> None:
        thread = self._thread
        self._ends = True
        if thread is None or not thread.is_alive() or thread is threading.current_thread():
            return
        self._due.set()
        thread.join(CLOSING_S)

    def _run(self) -> None:
        wait_s: float | None = None
        try:
            while not self._ends:
                self._due.wait(wait_s)
                self._due.clear()
                wait_s = self._catch_up()
                with self._noting:
                    if not self._due.is_set():
                        self._said = 0
                        self._idle.set()
        finally:  # nobody is to wait for a thread that is gone
            with self._noting:
                self._thread = None
                self._idle.set()

    def _catch_up(self) -> float | None:
        """Work until nothing can be done; return when to look again, None for when woken."""
        try:
            while not self._ends:
                done = self._drain(limit=STEP)
                self._complained = ""
                if not done.turns:
                    return self._until_retry() if done.pending else None
        except MnemosError as error:
            # The file is closed, busy or full: what was said is safe, the queue still knows.
            if not self._ends:
                self._complain(str(error))
            lasting = isinstance(error, Closed | ReadOnly | ModelMismatch)
            return None if lasting else AGAIN_S
        return None

    def _complain(self, message: str) -> None:
        if message != self._complained:
            self._complained = message
            _log.warning("vectors are not kept up to date: %s", message)

    def _until_retry(self) -> float:
        retry_at = self.status().retry_at
        if retry_at is None:
            return AGAIN_S
        return max(AGAIN_S, (retry_at - self._clock()).total_seconds())

    # -- on request

    def embed(self, progress: Progress | None = None) -> Embedded:
        """Encode all that waits, now, whatever failed before.

        Raises:
            ModelError: There is no model.
        """
        self._required()
        return self._drain(progress=progress, again=True)

    def _drain(
        self, *, limit: int | None = None, progress: Progress | None = None, again: bool = False
    ) -> Embedded:
        with self._working:
            embedder = self._required()
            self._bind(embedder)
            return drain(
                self._store,
                embedder,
                now=self._clock(),
                limit=limit,
                progress=progress,
                again=again,
            )

    def _bind(self, embedder: Embedder) -> None:
        with self._store.reading() as snapshot:
            row = embedder_in(snapshot.tables, "serving")
            empty = not snapshot.space.live
        if row is None and not empty:
            with self._store.writing() as transaction:
                bind(transaction, embedder.model)
        elif row is not None:
            check(row.model, embedder.model)

    def reindex(self, embedder: Embedder, progress: Progress | None = None) -> Embedded:
        """Make a model's vectors beside those that serve, and let them serve once all are made.

        What was begun and broken off is gone on with.

        Raises:
            ModelError: Some could not be made; the old ones serve on.
        """
        with self._working:
            with self._store.writing() as transaction:
                row = begin_reindex(transaction, embedder.model)
            done = self._build(row, embedder, progress)
            clear_dropped(self._store)
            self.embedder, self.without = embedder, ""
        return done

    def _build(self, row: EmbedderRow, embedder: Embedder, progress: Progress | None) -> Embedded:
        """Make a model's vectors until they serve; those of what is said meanwhile as well."""
        total, overtaken = Embedded(), 0
        while True:
            now = self._clock()
            done = drain(
                self._store, embedder, now=now, progress=progress, state=row.state, again=True
            )
            total = replace(done, turns=total.turns + done.turns, blocks=total.blocks + done.blocks)
            if not done.pending and self._serves(row, embedder.model):
                return total
            overtaken = 0 if done.turns else overtaken + 1
            put_off = self._put_off(row, now)
            if done.failed or put_off or overtaken > OVERTAKEN:
                sessions = "1 session is" if done.pending == 1 else f"{done.pending} sessions are"
                raise ModelError(
                    f"{sessions} without vectors of {embedder.model} "
                    f"({done.error or put_off or 'others are writing'}); reindex again to go on"
                )

    def _serves(self, row: EmbedderRow, model: ModelId) -> bool:
        """Let the vectors that were made serve, if they are whole; say whether they do."""
        with self._store.writing() as transaction:
            building = embedder_in(transaction.tables, "building")
            if building is not None and building.no == row.no:
                return switch(transaction)
            serving = embedder_in(transaction.tables, "serving")
            if serving is not None and serving.model == model:
                return not transaction.tables.queue(serving.no)
        raise ModelError(f"the reindex to {model} was given up for another one")

    def _put_off(self, row: EmbedderRow, now: datetime) -> str:
        """Say what failed in a session that is left alone for now; empty if there is none."""
        moment = journal.microseconds(now)
        with self._store.reading() as snapshot:
            queue = snapshot.tables.queue(row.no)
        late = [each for each in queue if each.not_before > moment]
        return (late[-1].error or "the model failed") if late else ""

    def _required(self) -> Embedder:
        if self.embedder is None:
            raise ModelError(f"no vectors can be made: {self.without or 'there is no embedder'}")
        return self.embedder

    def status(self) -> VectorStatus:
        """Say how far the vectors have come."""
        with self._store.reading() as snapshot:
            tables = snapshot.tables
            serving = embedder_in(tables, "serving")
            building = embedder_in(tables, "building")
            queue = [] if serving is None else tables.queue(serving.no)
            failed = [each for each in queue if each.attempts]
            vectors = snapshot.vectors
            return VectorStatus(
                model=None if serving is None else serving.model,
                documents=snapshot.space.live,
                embedded=0 if vectors is None else vectors.count,
                waiting=len(queue),
                failed=len(failed),
                retry_at=journal.moment(min(each.not_before for each in failed))
                if failed
                else None,
                error=failed[-1].error if failed else "",
                building=None if building is None else building.model,
                built=0
                if building is None
                else len(tables.some_vectors(building.no, snapshot.space.next_no)),
                without=self.without,
            )
