"""Copy what is whole out of a damaged file into a new memory.

The damaged file is not touched: a copy of it is read, event by event and row by row, each read
guarded, so that a bad page costs what stood on it and no more. Only rows that still match their
commitment are taken. As long as nothing is missing, events are copied as they are, with their
hashes; from the first gap on, the rows that are whole are put as new events.
"""

from __future__ import annotations

import json
import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import product
from pathlib import Path
from typing import Any, TypeVar

from mnemos.errors import MnemosError, NotAMemory, StoreError
from mnemos.store import journal, sql
from mnemos.store.change import Change, Header, event_hash, put
from mnemos.store.portable import Loader, entry_record, event_record
from mnemos.store.protocol import Store
from mnemos.store.snapshot import Transaction
from mnemos.store.sqlite_tables import SqliteTables, item_of
from mnemos.store.tables import Entry, EventRow, Request, Side
from mnemos.store.verify import DAMAGE
from mnemos.types import Delta, Item, Key, Link, State

#: What a guarded read may raise.
_DAMAGE = (*DAMAGE, sqlite3.Error)
#: So many entries in a row that cannot be read are taken for the end of their event, and so many
#: events for the end of the journal. A page of 4 KiB holds at most 100 of either.
MAX_GAP = 1_000
PAGE_COUNT_AT = 28
PAGE_BYTES = 4096
#: A header may say that a cut file was so many times as long; more than that is damage, too.
MAX_GROWTH = 64
#: At most so many different errors are listed.
MAX_PROBLEMS = 20

R = TypeVar("R")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rescued:
    """What ``rescue`` brought over.

    Args:
        events: Events copied as they were, hash and all: the journal up to the first gap.
        rows: Rows that matched their commitment and were kept, in those events and later ones.
        lost: What was not, one description each.
        problems: What went wrong in reading the damaged file.
    """

    events: int
    rows: int
    lost: tuple[str, ...]
    problems: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Row:
    """An entry with the row that it vouches for; None if that is lost or was erased."""

    entry: Entry
    value: Item | Side | None = None
    ends: bool = False

    @property
    def whole(self) -> bool:
        return self.value is not None or self.entry.nonce is None


def settings(path: str | Path) -> str | None:
    """Return the settings of a damaged file as canonical JSON; None if they cannot be read.

    Open the new store with them: they say how its texts are analysed.
    """
    with _copied(Path(path)) as source:
        space = source.guard(source.tables.space)
        return None if space is None else space.settings


def rescue(path: str | Path, new_store: Store) -> Rescued:
    """Copy all that is whole in a damaged file into a new, empty store.

    Args:
        path: The damaged file; it is only read.
        new_store: Where the whole rows go, in one transaction.

    Raises:
        NotAMemory: There is no file, or no page of it could be read as a memory's.
        StoreError: The new store already holds something.
    """
    with _copied(Path(path)) as source, new_store.writing() as transaction:
        if transaction.head.seq:
            raise StoreError(f"{new_store.location}: already holds a memory")
        return _Rescue(source, transaction).run()


class _Rescue:
    """Carries rows from a damaged file into one transaction."""

    def __init__(self, source: _Source, transaction: Transaction) -> None:
        self._source = source
        self._transaction = transaction
        self._lost: list[str] = []
        self._rows = 0
        self._seqs: dict[int, int] = {}

    def run(self) -> Rescued:
        source = self._source
        seqs = iter(range(1, source.last_seq() + 1))
        first_bad = self._copy_whole_events(seqs)
        copied = self._transaction.tables.space().head_seq
        if first_bad is not None:
            self._put_rows(*first_bad)
        for seq in seqs:
            self._put_rows(seq, source.event(seq), source.rows(seq))
        for request in source.requests():
            if request.seq in self._seqs:
                kept = replace(request, seq=self._seqs[request.seq])
                self._transaction.tables.put_request(kept)
        self._put_uses()
        return Rescued(
            events=copied,
            rows=self._rows,
            lost=tuple(self._lost),
            problems=tuple(source.problems),
        )

    def _put_uses(self) -> None:
        """Copy how items were used; no hash vouches for that, and its loss is no harm."""
        tables, known = self._transaction.tables, self._source.tables
        for row in self._source.guard(known.all_uses) or []:
            found = self._source.guard(lambda no=row.no: known.versions(no))  # type: ignore[misc] # now
            no = tables.item_no(found[0].item.id) if found else None
            if no is not None:
                tables.put_uses([replace(row, no=no)])

    def _copy_whole_events(
        self, seqs: Iterator[int]
    ) -> tuple[int, EventRow | None, list[_Row]] | None:
        """Copy events while they are whole; return the first that is not, None if all are."""
        loader = Loader(self._transaction)
        previous = self._transaction.space.head_hash
        bad = None
        for seq in seqs:
            event, rows = self._source.event(seq), self._source.rows(seq)
            entries = [row.entry for row in rows]
            if (
                event is None
                or not all(row.whole for row in rows)
                or event_hash(previous, event, entries) != event.hash
                or not _tells_true(event)
            ):
                bad = seq, event, rows
                break
            records = [entry_record(row.entry, row.value, ends=row.ends) for row in rows]
            loader.take_event(event_record(event, records))
            previous = event.hash
            self._seqs[seq] = seq
            self._rows += sum(row.value is not None for row in rows)
        loader.close()
        self._transaction.__dict__.pop("space", None)
        return bad

    def _put_rows(self, seq: int, event: EventRow | None, rows: Sequence[_Row]) -> None:
        """Put the whole rows of one event as a new event."""
        self._note_losses(seq, event, rows)
        whole = [row for row in rows if row.value is not None]
        gone = self._source.erased(event)
        if not whole and not gone:
            return
        moments = [row.value.recorded_at for row in whole if isinstance(row.value, Item)]
        at = event.recorded_at if event else max(map(journal.microseconds, moments), default=0)
        why = f"from event {seq}" + (f" ({event.op}: {event.why})" if event else "")
        header = Header(op="rescue", why=why, recorded_at=at)
        if gone:
            header.body["erased"] = list(gone)
        change = self._transaction.change(header)
        for row in whole:
            try:
                self._put(change, row)
            except MnemosError as error:
                self._lost.append(f"event {seq}: {self._source.name(row)}: {error}")
            else:
                self._rows += 1
        self._erase(change, gone)
        self._seqs[seq] = self._transaction.close(change).seq

    def _note_losses(self, seq: int, event: EventRow | None, rows: Sequence[_Row]) -> None:
        if event is None:
            self._lost.append(f"event {seq}: its header")
        if not rows and (event is None or event.op != "erase"):
            self._lost.append(f"event {seq}: which rows it made")
        self._lost += [f"event {seq}: {self._source.name(row)}" for row in rows if not row.whole]

    def _erase(self, change: Change, ids: Sequence[str]) -> None:
        """Keep erased what was erased, even where its destruction is all that is left of it."""
        tables = self._transaction.tables
        for item_id in ids:
            no = tables.item_no(item_id)
            if no is not None:
                change.destroy_item(no)
            elif tables.erased_at(item_id) is None:
                tables.add_erased(item_id, change.seq)

    def _put(self, change: Change, row: _Row) -> None:
        tables = self._transaction.tables
        match row.value:
            case Item() as item:
                change.put_item(item)
            case Link() as link if row.ends:
                change.end_link(link)
            case State(name=name) if row.ends:
                change.put_state(State(name=name, value=None))
            case Key(item=item_id) as key if row.ends:
                no = tables.item_no(item_id)
                for side in [] if no is None else tables.keys_of(no):
                    if side.value == key and side.visible_to is None:
                        change.end_side("key", side)
            case Key() | Link() | State() as side_value:
                put(change, Delta.of(side_value))
            case None:
                pass


def _tells_true(event: EventRow) -> bool:
    """Say whether actor, reason and body are what the event committed to."""
    detail = journal.detail_bytes(event.actor, event.why, event.body)
    return event.nonce is None or journal.commitment(event.nonce, detail) == event.commitment


class _Source:
    """A damaged file, every read of it guarded."""

    def __init__(self, connection: sqlite3.Connection, size_bytes: int) -> None:
        self._connection = connection
        self._sql = sql.named("sqlite")
        #: No event takes fewer bytes, so no more can be there than this.
        self._most = size_bytes // 32 + 1
        self.problems: dict[str, None] = {}
        self.tables = SqliteTables(connection, 1)
        # The small lists stand twice in the file, in a table and in an index: both are tried.
        self._names = [self._list(self._read_names, each) for each in ("", "_again")]
        self._scopes = [self._list(self._read_scopes, each) for each in ("", "_again")]
        self._texts: dict[int, str | bytes] | None = None

    def guard(self, read: Callable[[], R]) -> R | None:
        """Return what a read returns, None if it fails; the reason is noted once."""
        try:
            return read()
        except _DAMAGE as error:
            if len(self.problems) < MAX_PROBLEMS:
                self.problems[str(error)] = None
            return None

    def _run(self, name: str, **values: object) -> sqlite3.Cursor:
        return self._connection.execute(self._sql[name], {"space": 1, **values})

    def _one(self, name: str, **values: object) -> Sequence[Any] | None:
        def read() -> Sequence[Any] | None:
            row: Sequence[Any] | None = self._run(name, **values).fetchone()
            return row

        return self.guard(read)

    def _list(self, read: Callable[[dict[Any, Any], str], None], suffix: str) -> dict[Any, Any]:
        """Read a small list, as far as it can be read."""
        found: dict[Any, Any] = {}
        self.guard(lambda: read(found, suffix))
        return found

    def _read_names(self, found: dict[Any, Any], suffix: str) -> None:
        for which, no, name in self._run(f"rescue_names{suffix}"):
            found.setdefault((which, no), name)

    def _read_scopes(self, found: dict[Any, Any], suffix: str) -> None:
        for no, label in self._run(f"rescue_scopes{suffix}"):
            found.setdefault(no, json.loads(label))

    # -- events and entries

    def last_seq(self) -> int:
        """Return the highest number that an event can have."""
        space = self.guard(self.tables.space)
        found = [0 if space is None else space.head_seq]
        for name in ("rescue_last_event", "rescue_last_entry"):
            row = self._one(name)
            found += [row[0] for row in [row] if row and isinstance(row[0], int)]
        known = max((seq for seq in found if seq <= self._most), default=0)
        gap = 0
        for seq in range(known + 1, self._most):  # in case the way to the end is what is bad
            if self.event(seq) is not None or self.entries(seq):
                known, gap = seq, 0
            elif (gap := gap + 1) > MAX_GAP:
                break
        return known

    def event(self, seq: int) -> EventRow | None:
        return self.guard(lambda: self.tables.event(seq))

    def entries(self, seq: int) -> list[Entry]:
        found = self.guard(lambda: self.tables.entries(seq))
        if found is not None:
            return found
        singly: list[Entry] = []
        ordinal = bad = 0
        while bad < MAX_GAP:
            row = self._try_entry(seq, ordinal)
            if isinstance(row, Entry):
                singly.append(row)
            if row is None:
                break
            bad = 0 if isinstance(row, Entry) else bad + 1
            ordinal += 1
        return singly

    def _try_entry(self, seq: int, ordinal: int) -> Entry | bool | None:
        """Return the entry, None where there is none, False where it cannot be read."""
        try:
            row = self._run("rescue_entry", seq=seq, ordinal=ordinal).fetchone()
            return None if row is None else Entry(**dict(zip(_ENTRY, row, strict=True)))
        except _DAMAGE:
            return False

    def erased(self, event: EventRow | None) -> list[str]:
        """Return the ids that an event erased."""
        body = self.guard(lambda: json.loads(event.body)) if event and event.body else {}
        return list(body.get("erased", [])) if isinstance(body, dict) else []

    # -- rows

    def rows(self, seq: int) -> list[_Row]:
        """Return the entries of an event with those of its rows that match."""
        found = []
        for entry in self.entries(seq):
            row = None if entry.nonce is None else self.guard(lambda e=entry: self._row(e))  # type: ignore[misc] # now
            found.append(row or _Row(entry=entry))
        return found

    def _row(self, entry: Entry) -> _Row | None:
        if entry.nonce is None:
            return None
        if entry.kind == "item":
            for item in self._spelled(entry.no, entry.seq):
                data = journal.item_bytes(item) + journal.recording_bytes(item, entry.no)
                if journal.commitment(entry.nonce, data) == entry.commitment:
                    return _Row(entry=entry, value=item)
            return None
        side = self.tables.side(entry.kind, entry.no)
        if side is None:
            return None
        data = journal.side_bytes(side.value)
        for ends in (False, True):
            row = journal.END + data if ends else data
            if journal.commitment(entry.nonce, row) == entry.commitment:
                return _Row(entry=entry, value=side.value, ends=ends)
        return None

    def _spelled(self, no: int, seq: int) -> Iterator[Item]:
        """Yield a version of an item with its names as the table has them, and as the index has."""
        row = self._run("rescue_item", no=no, seq=seq).fetchone()
        if row is None:
            raise LookupError(f"item {no} of event {seq} is missing")
        body = self._text(no)
        for names, scopes in product(self._names, self._scopes):
            kind, scope = names.get(("kind", row[4])), scopes.get(row[5])
            speaker = None if row[8] == -1 else names.get(("speaker", row[8]))
            if kind is not None and scope is not None:
                cells = [*row[:4], kind, *scope, *row[6:8], speaker, *row[9:], body]
                yield item_of(cells).item

    def _text(self, no: int) -> str | bytes:
        row = self._one("rescue_text", no=no)
        if row is not None:
            body: str | bytes = row[0]
            return body
        if self._texts is None:
            self._texts = dict(self._all_texts())
        return self._texts[no]

    def _all_texts(self) -> Iterator[tuple[int, str | bytes]]:
        """Yield texts by where they stand rather than by the index that may be bad."""
        last = self._one("rescue_text_rows")
        for number in range(1, (last[0] if last and last[0] else self._most) + 1):
            row = self._one("rescue_text_row", row=number)
            if row is not None:
                yield row[0], row[1]

    def name(self, row: _Row) -> str:
        """Return what an entry is called, by its id if that can be read."""
        entry = row.entry
        if entry.kind == "item":
            found = self._one("rescue_item", no=entry.no, seq=entry.seq)
            if found is not None:
                return f"item {entry.no} ({found[3]})"
        return f"{entry.kind} {entry.no}"

    def requests(self) -> list[Request]:
        return self.guard(self.tables.requests) or []


_ENTRY = ("seq", "ordinal", "kind", "no", "nonce", "commitment")


@contextmanager
def _copied(path: Path) -> Iterator[_Source]:
    """Open a copy of a file and its WAL, for reading."""
    if not path.is_file():
        raise NotAMemory(f"{path}: there is no such file")
    with tempfile.TemporaryDirectory(prefix="mnemos-rescue-") as folder:
        copy = Path(folder) / "copy.mnemos"
        shutil.copyfile(path, copy)
        wal = Path(f"{path}-wal")
        if wal.exists():
            shutil.copyfile(wal, f"{copy}-wal")
        if not any(_is_readable(copy) for mend in (_leave, _count_pages, _lend) if mend(copy)):
            raise NotAMemory(f"{path}: nothing of it can be read as a memory")
        connection = sqlite3.connect(copy, isolation_level=None)
        try:
            yield _Source(connection, copy.stat().st_size)
        finally:
            connection.close()


def _is_readable(copy: Path) -> bool:
    """Say whether the tables can be found; SQLite reads the WAL and the first page for that."""
    connection = sqlite3.connect(copy, isolation_level=None)
    try:
        names = {row[0] for row in connection.execute("SELECT name FROM sqlite_schema")}
    except sqlite3.Error:
        return False
    finally:
        connection.close()
    return {"event", "entry", "item", "text", "name", "scope"} <= names


def _leave(copy: Path) -> bool:
    """Mend nothing."""
    return copy.exists()


def _count_pages(copy: Path) -> bool:
    """Give a file that was cut off as many pages as its header says, empty ones."""
    size = copy.stat().st_size
    with copy.open("r+b") as file:
        file.seek(PAGE_COUNT_AT)
        said = int.from_bytes(file.read(4), "big") * PAGE_BYTES
        size = max(size, said if said < MAX_GROWTH * (size + PAGE_BYTES) else 0)
        file.seek(PAGE_COUNT_AT)
        file.write((size // PAGE_BYTES).to_bytes(4, "big"))
        file.truncate(size // PAGE_BYTES * PAGE_BYTES)
    return True


def _lend(copy: Path) -> bool:
    """Give the copy those pages of a new memory that list the tables and where they begin.

    That is a guess: a file that was written anew may have them elsewhere. The commitments decide.
    """
    fresh = copy.with_name("fresh.mnemos")
    connection = sqlite3.connect(fresh, isolation_level=None)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("BEGIN")
    for statement in sql.statements(sql.text("sqlite", "schema.sql")):
        connection.execute(statement)
    connection.execute("COMMIT")
    try:
        pages = [row[0] for row in connection.execute(sql.named("sqlite")["rescue_schema_pages"])]
    except sqlite3.OperationalError:  # this SQLite was built without dbstat
        pages = [1]
    connection.close()
    whole = fresh.read_bytes()
    if copy.stat().st_size < PAGE_BYTES:
        return False
    with copy.open("r+b") as file:
        for page in pages:
            file.seek((page - 1) * PAGE_BYTES)
            file.write(whole[(page - 1) * PAGE_BYTES : page * PAGE_BYTES])
        file.seek(PAGE_COUNT_AT)
        most = max(copy.stat().st_size, len(whole)) // PAGE_BYTES
        file.write(most.to_bytes(4, "big"))
    return _count_pages(copy)
