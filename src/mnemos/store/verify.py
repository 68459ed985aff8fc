"""Is a memory whole? ``verify`` walks the chain; ``replay`` rebuilds the indexes from the rows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from mnemos.errors import StoreError
from mnemos.store import journal
from mnemos.store.change import Numbering, event_hash
from mnemos.store.index import IndexWriter
from mnemos.store.protocol import Store
from mnemos.store.snapshot import Snapshot, Transaction
from mnemos.store.tables import Entry, EventRow
from mnemos.store.vector_change import bound, drop_vectors
from mnemos.types import Key

Progress = Callable[[int, int], None]
#: What reading a damaged row can raise beside the store's own errors.
DAMAGE = (StoreError, ValueError, TypeError, LookupError, OverflowError, AttributeError)


@dataclass(frozen=True, slots=True, kw_only=True)
class Verification:
    """What ``verify`` found.

    Args:
        events: Events whose hash, rows and commitments were checked.
        rows: Rows that match their commitment.
        erased: Rows that were erased; only their commitment is left.
        state_hash: Recomputed from the rows.
        problems: What is wrong, in words; empty if the memory is whole.
        first_bad_event: The first event that is not whole, or that is missing; None if none.
    """

    events: int
    rows: int
    erased: int
    state_hash: str
    problems: tuple[str, ...] = ()
    first_bad_event: int | None = None

    @property
    def ok(self) -> bool:
        """Whether nothing is wrong."""
        return not self.problems


@dataclass(frozen=True, slots=True, kw_only=True)
class Replayed:
    """What ``replay`` did.

    Args:
        documents: How many were indexed again.
        state_hash: Recomputed from the rows.
        unchanged: Whether that is the state hash the store had.
    """

    documents: int
    state_hash: str
    unchanged: bool


class _Verifier:
    """Walks one snapshot's journal."""

    def __init__(self, snapshot: Snapshot, progress: Progress | None) -> None:
        self._tables = snapshot.tables
        self._head = snapshot.head
        self._stored_hash = snapshot.state_hash()
        self._next_no_kept = snapshot.space.next_no
        self._next_no = 0
        self._progress = progress
        self._sum = journal.StateSum()
        self._seen: set[str] = set()
        self._previous = journal.genesis(snapshot.space.settings)
        self.seq = 0
        self.rows = 0
        self.erased = 0
        self.problems: list[str] = []
        self.first_bad: int | None = None

    def blame(self, seq: int, problem: str) -> None:
        self.problems.append(f"event {seq}: {problem}")
        self.first_bad = seq if self.first_bad is None else min(self.first_bad, seq)

    def walk(self, expected_head: str | None) -> None:
        for event in self._tables.events():
            if event.seq != self.seq + 1:
                self.blame(self.seq + 1, "is missing")
            self.seq = event.seq
            self._check_event(event)
            if self._progress and (event.seq % 64 == 0 or event.seq == self._head.seq):
                self._progress(event.seq, self._head.seq)
        if self._previous.hex() != self._head.hash or self.seq != self._head.seq:
            self.blame(self.seq, f"is the last one; the space says {self._head.seq}")
        if self._next_no != self._next_no_kept:
            self.problems.append(
                f"the next number kept is {self._next_no_kept}; the journal says {self._next_no}"
            )
        if self.first_bad is None and self._sum.hexdigest() != self._stored_hash:
            self.problems.append("the state hash kept is not that of the rows")
        for use in self._tables.all_uses():
            if self._tables.item_at(use.no) is None:
                self.problems.append(f"item {use.no} was used and is not here")
        if expected_head is not None and expected_head not in self._seen:
            self.blame(
                self.seq + 1, f"the journal ends before the expected head {expected_head[:16]}…"
            )

    def _check_event(self, event: EventRow) -> None:
        entries = self._tables.entries(event.seq)
        digest = event_hash(self._previous, event, entries)
        if digest != event.hash:
            self.blame(event.seq, "its hash does not follow from its header and rows")
        detail = journal.detail_bytes(event.actor, event.why, event.body)
        if event.nonce and journal.commitment(event.nonce, detail) != event.commitment:
            self.blame(event.seq, "its actor, reason or body is not what was committed to")
        self._previous = event.hash
        self._next_no = event.next_no
        self._seen.add(event.hash.hex())
        for entry in entries:
            if entry.nonce is None:
                self._check_erased(entry)
            elif journal.commitment(entry.nonce, self._row_bytes(entry)) == entry.commitment:
                self.rows += 1
            else:
                self.blame(event.seq, f"{entry.kind} {entry.no} is not what was committed to")

    def _check_erased(self, entry: Entry) -> None:
        self.erased += 1
        if entry.kind == "item":
            left = self._tables.item_at(entry.no) is not None
        else:
            left = self._tables.side(entry.kind, entry.no) is not None
        if left:
            self.blame(entry.seq, f"{entry.kind} {entry.no} is here, and its nonce is gone")

    def _row_bytes(self, entry: Entry) -> bytes:
        if entry.kind == "item":
            return self._item_bytes(entry)
        side = self._tables.side(entry.kind, entry.no)
        if side is None:
            self.blame(entry.seq, f"{entry.kind} {entry.no} is missing")
            return b""
        data = journal.side_bytes(side.value)
        if side.visible_from != entry.seq:
            return journal.END + data
        if side.visible_to is None:
            self._sum.add(data)
        return data

    def _item_bytes(self, entry: Entry) -> bytes:
        row = self._tables.item_at(entry.no, entry.seq)
        if row is None or row.item.visible_from != entry.seq:
            self.blame(entry.seq, f"item {entry.no} is missing")
            return b""
        data = journal.item_bytes(row.item)
        end = row.item.visible_to
        if end is None:
            self._sum.add(data)
        else:
            following = self._tables.item_at(entry.no, end)
            if following is None or following.item.visible_from != end:
                self.blame(entry.seq, f"item {entry.no} ends at event {end}, which did not end it")
        return data + journal.recording_bytes(row.item, entry.no)

    @property
    def state_hash(self) -> str:
        return self._sum.hexdigest()


def verify(
    store: Store, *, expected_head: str | None = None, progress: Progress | None = None
) -> Verification:
    """Check every event's hash, every row's commitment, and the state hash."""
    verifier: _Verifier | None = None
    try:
        with store.reading() as snapshot:
            verifier = _Verifier(snapshot, progress)
            verifier.walk(expected_head)
    except DAMAGE as error:
        if verifier is None:
            return _unreadable(error)
        verifier.blame(verifier.seq + 1, f"cannot be read: {error}")
    return Verification(
        events=verifier.seq,
        rows=verifier.rows,
        erased=verifier.erased,
        state_hash=verifier.state_hash,
        problems=tuple(verifier.problems),
        first_bad_event=verifier.first_bad,
    )


def _unreadable(error: Exception) -> Verification:
    return Verification(
        events=0, rows=0, erased=0, state_hash="", problems=(str(error),), first_bad_event=1
    )


def replay(
    transaction: Transaction, *, progress: Progress | None = None, vectors: bool = False
) -> Replayed:
    """Build the lexical index, the counters and the state sum again, from the rows alone.

    Vectors of documents that are gone are dropped. With ``vectors`` all are, and every text is put
    into the queue again: for when rows of them are damaged.
    """
    tables = transaction.tables
    before = transaction.state_hash()
    space = replace(
        tables.space(), folded=0, live=0, total_length=0, epoch=tables.space().epoch + 1
    )
    tables.clear_index()
    tables.put_space(space)
    numbering = Numbering(tables)
    total = journal.StateSum()
    documents = 0
    writer = transaction.index_writer()
    for no in range(space.next_no):
        documents += _index(transaction, writer, numbering, no)
        if progress and (no % 1024 == 0 or no + 1 == space.next_no):
            progress(no + 1, space.next_no)
        row = tables.item_at(no)
        if row is not None:
            total.add(journal.item_bytes(row.item))
    for kind in ("key", "link", "state"):
        for side in tables.sides(kind):
            if side.visible_to is None:
                total.add(journal.side_bytes(side.value))
    tables.put_state_sum(total.raw())
    tables.put_space(writer.close(space))
    for embedder in bound(tables):
        drop_vectors(tables, embedder, everything=vectors)
    return Replayed(
        documents=documents,
        state_hash=total.hexdigest(),
        unchanged=total.hexdigest() == before,
    )


def _index(transaction: Transaction, writer: IndexWriter, numbering: Numbering, no: int) -> int:
    """Index the document with this number; return how many it was, 0 for a hole."""
    tables = transaction.tables
    row = tables.item_at(no)
    if row is not None:
        first = tables.versions(no)[0].item  # what was indexed: later versions share its text
        writer.add_item(no, first, numbering.of(first))
        return 1
    side = tables.side("key", no)
    if side is None or not isinstance(side.value, Key):
        return 0
    owner = tables.item_at(side.item_no, side.visible_from)
    if owner is None:
        return 0
    writer.add_key(no, side.item_no, side.value, owner.item, numbering.of(owner.item, side.value))
    return 1
