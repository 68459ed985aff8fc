"""A whole memory as lines of JSON, and back: same events, same hashes, same ids.

The first line says what it is; then a line for each event with its rows, nonces and commitments; a
line for each request_id; one for each item whose use was noted, for which no hash vouches; the last
line has the head and the state hash to end up with. Indexes are left out, vectors too: they are
made again.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, replace
from typing import Any

from mnemos.errors import Corrupt
from mnemos.store import journal
from mnemos.store.change import Numbering, event_hash
from mnemos.store.index import IndexWriter
from mnemos.store.snapshot import Snapshot, Transaction
from mnemos.store.tables import (
    Entry,
    EventRow,
    ItemRow,
    Request,
    RowKind,
    Side,
    SideRow,
    Tables,
    UseRow,
)
from mnemos.store.vector_change import bound, enqueue_all
from mnemos.types import Interval, Item, Key, Link, Scope, State

FORMAT = 1
_SIDES: dict[str, type[Key | Link | State]] = {"key": Key, "link": Link, "state": State}
_TIMES = ("said_at", "recorded_at", "expires_at")
_INTERVALS = ("event_time", "valid")


def dump(snapshot: Snapshot) -> Iterator[str]:
    """Yield the lines, without line ends."""
    head = snapshot.head
    settings = json.loads(snapshot.space.settings)
    yield _line({"mnemos": FORMAT, "settings": settings, "events": head.seq})
    for event in snapshot.tables.events():
        entries = snapshot.tables.entries(event.seq)
        yield _line(event_record(event, [_entry_out(each, snapshot.tables) for each in entries]))
    for request in snapshot.tables.requests():
        yield _line({"request": _hexed(asdict(request))})
    for row in snapshot.tables.all_uses():
        yield _line({"use": asdict(row)})
    yield _line({"head": head.hash, "state_hash": snapshot.state_hash()})


def settings_of(first_line: str) -> str:
    """Return the settings that the first line carries, as canonical JSON.

    Raises:
        Corrupt: It is no export, or one of a newer mnemos.
    """
    header = _parse(1, first_line)
    if header.get("mnemos") != FORMAT:
        raise Corrupt(f"line 1: expected an export of format {FORMAT}: {first_line[:80]!r}")
    return journal.canonical(header["settings"])


class Loader:
    """Puts exported lines into an empty space, checking every commitment and the chain."""

    def __init__(self, transaction: Transaction) -> None:
        self._tables: Tables = transaction.tables
        self._writer: IndexWriter = transaction.index_writer()
        self._numbering = Numbering(self._tables)
        self._sum = journal.StateSum()
        self._space = self._tables.space()

    def load(self, lines: Iterable[str]) -> None:
        """Load all lines after the first.

        Raises:
            Corrupt: A line is damaged or missing; says which. Nothing is kept.
        """
        ended = False
        for number, line in enumerate(lines, start=2):
            record = _parse(number, line)
            if ended:
                raise Corrupt(f"line {number}: stands after the last line of the export")
            try:
                ended = self._take(record)
            except (LookupError, TypeError, ValueError, ArithmeticError, AttributeError) as error:
                raise Corrupt(f"line {number}: is not as exported: {error!r}") from error
            except Corrupt as error:
                raise Corrupt(f"line {number}: {error}") from error
        if not ended:
            raise Corrupt("the export has no last line: it was cut off")

    def _take(self, record: dict[str, Any]) -> bool:
        if "event" in record:
            self.take_event(record)
        elif "request" in record:
            self._tables.put_request(Request(**_unhexed(record["request"])))
        elif "use" in record:
            self._put_use(UseRow(**record["use"]))
        else:
            self._finish(record)
            return True
        return False

    def _put_use(self, row: UseRow) -> None:
        if self._tables.item_at(row.no) is None:
            raise Corrupt(f"there is no item {row.no} that could have been used")
        self._tables.put_uses([row])

    def take_event(self, record: dict[str, Any]) -> None:
        """Load one event with its rows, as ``event_record`` makes it.

        Raises:
            Corrupt: It does not follow from the one before, or a row is not what was committed to.
        """
        event = EventRow(**_unhexed(record["event"]))
        entries = [_entry_in(event.seq, n, each) for n, each in enumerate(record["entries"])]
        if event_hash(self._space.head_hash, event, entries) != event.hash:
            raise Corrupt(f"event {event.seq} does not follow from the one before")
        detail = journal.detail_bytes(event.actor, event.why, event.body)
        if event.nonce and journal.commitment(event.nonce, detail) != event.commitment:
            raise Corrupt(f"event {event.seq}: actor, reason or body is not what it committed to")
        for entry, each in zip(entries, record["entries"], strict=True):
            self._put(entry, each)
        self._tables.add_event(event, entries)
        for item_id in json.loads(event.body).get("erased", []) if event.body else []:
            self._tables.add_erased(item_id, event.seq)
        self._space = replace(
            self._space,
            head_seq=event.seq,
            head_hash=event.hash,
            recorded_at=event.recorded_at,
            next_no=event.next_no,
        )

    def _put(self, entry: Entry, given: dict[str, Any]) -> None:
        if entry.kind in {"link", "state"}:
            self._space = replace(self._space, next_row=max(self._space.next_row, entry.no + 1))
        if given["row"] is None:
            if entry.nonce is not None:
                raise Corrupt(f"{entry.kind} {entry.no} is missing")
            return
        data = (
            self._put_item(entry, given["row"])
            if entry.kind == "item"
            else self._put_side(entry, given)
        )
        if entry.nonce is None or journal.commitment(entry.nonce, data) != entry.commitment:
            raise Corrupt(f"{entry.kind} {entry.no} is not what was committed to")

    def _put_item(self, entry: Entry, row: dict[str, Any]) -> bytes:
        item = replace(_item_in(row), visible_from=entry.seq, visible_to=None)
        before = self._tables.item_at(entry.no)
        numbers = self._numbering.of(item)
        if before is None:
            self._tables.add_text(entry.no, item.text)
            self._writer.add_item(entry.no, item, numbers)
        else:
            self._tables.end_item(entry.no, before.item.visible_from, entry.seq)
            self._sum.subtract(journal.item_bytes(before.item))
        self._tables.add_item(ItemRow(no=entry.no, item=item), numbers)
        data = journal.item_bytes(item)
        self._sum.add(data)
        return data + journal.recording_bytes(item, entry.no)

    def _put_side(self, entry: Entry, given: dict[str, Any]) -> bytes:
        value: Side = _SIDES[entry.kind](**given["row"])
        data = journal.side_bytes(value)
        if given["ends"]:
            assert entry.kind != "item"  # noqa: S101 - told apart by the caller
            self._tables.end_side(entry.kind, entry.no, entry.seq)
            self._sum.subtract(data)
            return journal.END + data
        self._sum.add(data)
        item_no = -1
        if isinstance(value, Key):
            item_no = self._tables.item_no(value.item) or 0
        row = SideRow(no=entry.no, value=value, visible_from=entry.seq, item_no=item_no)
        self._tables.add_side(row)
        owner = self._tables.item_at(item_no) if isinstance(value, Key) else None
        if isinstance(value, Key) and owner is not None:
            numbers = self._numbering.of(owner.item, value)
            self._writer.add_key(entry.no, item_no, value, owner.item, numbers)
        return data

    def _finish(self, record: dict[str, Any]) -> None:
        if self._space.head_hash.hex() != record["head"]:
            raise Corrupt("the events do not lead to the head of the export")
        if self._sum.hexdigest() != record["state_hash"]:
            raise Corrupt("the rows do not add up to the state hash of the export")
        self.close()

    def close(self) -> None:
        """Keep the counters, the head and the state sum of what was loaded."""
        self._tables.put_state_sum(self._sum.raw())
        self._tables.put_space(self._writer.close(self._space))
        enqueue_all(self._tables, bound(self._tables))


def _parse(number: int, line: str) -> dict[str, Any]:
    try:
        record = json.loads(line)
    except ValueError as error:
        raise Corrupt(f"line {number}: is no JSON: {error}") from error
    if not isinstance(record, dict):
        raise Corrupt(f"line {number}: expected an object")
    return record


def _line(record: dict[str, Any]) -> str:
    return journal.canonical(record)


def _hexed(record: dict[str, Any]) -> dict[str, Any]:
    return {
        key: {"hex": value.hex()} if isinstance(value, bytes) else value
        for key, value in record.items()
    }


def _unhexed(record: dict[str, Any]) -> dict[str, Any]:
    return {
        key: bytes.fromhex(value["hex"]) if isinstance(value, dict) else value
        for key, value in record.items()
    }


def event_record(event: EventRow, entries: list[dict[str, Any]]) -> dict[str, Any]:
    """Return an event with its rows as one record of an export."""
    return {"event": _hexed(asdict(event)), "entries": entries}


def entry_record(entry: Entry, row: Item | Side | None, *, ends: bool = False) -> dict[str, Any]:
    """Return an entry with its row, None if it was erased, for ``event_record``."""
    out: dict[str, Any] = {
        "kind": entry.kind,
        "no": entry.no,
        "nonce": None if entry.nonce is None else entry.nonce.hex(),
        "commitment": entry.commitment.hex(),
        "row": None,
    }
    if entry.nonce is None:
        return out
    if entry.kind == "item":
        out["row"] = _item_out(row) if isinstance(row, Item) else None
    else:
        out["row"] = None if row is None else asdict(row)
        out["ends"] = ends
    return out


def _entry_out(entry: Entry, tables: Tables) -> dict[str, Any]:
    if entry.nonce is None:
        return entry_record(entry, None)
    if entry.kind == "item":
        item = tables.item_at(entry.no, entry.seq)
        return entry_record(entry, None if item is None else item.item)
    side = tables.side(entry.kind, entry.no)
    if side is None:
        return entry_record(entry, None)
    return entry_record(entry, side.value, ends=side.visible_from != entry.seq)


def _entry_in(seq: int, ordinal: int, given: dict[str, Any]) -> Entry:
    kind: RowKind = given["kind"]
    return Entry(
        seq=seq,
        ordinal=ordinal,
        kind=kind,
        no=given["no"],
        nonce=None if given["nonce"] is None else bytes.fromhex(given["nonce"]),
        commitment=bytes.fromhex(given["commitment"]),
    )


def _item_out(item: Item) -> dict[str, Any]:
    row = asdict(item)
    for each in _TIMES:
        row[each] = None if row[each] is None else journal.microseconds(row[each])
    for each in _INTERVALS:
        interval: Interval | None = row[each]
        row[each] = None if interval is None else [journal.microseconds(end) for end in interval]
    for each in ("visible_from", "visible_to"):
        del row[each]
    return row


def _item_in(row: dict[str, Any]) -> Item:
    fields = dict(row)
    for each in _TIMES:
        fields[each] = None if fields[each] is None else journal.moment(fields[each])
    for each in _INTERVALS:
        ends = fields[each]
        fields[each] = None if ends is None else tuple(journal.moment(end) for end in ends)
    fields["scope"] = Scope(**fields["scope"])
    fields["sources"] = tuple(fields["sources"])
    return Item(**fields)
