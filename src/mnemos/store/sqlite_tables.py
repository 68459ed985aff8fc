"""The rows of one space in a SQLite file; every statement stands in ``sql/sqlite/queries.sql``."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict
from functools import wraps
from typing import Any, ParamSpec, TypeVar, get_args

from mnemos.errors import Corrupt
from mnemos.store import journal
from mnemos.store.near import grams as grams_of
from mnemos.store.sql import named
from mnemos.store.sqlite_vectors import SqliteVectorTables
from mnemos.store.tables import (
    Entry,
    EventRow,
    ItemRow,
    Names,
    Numbers,
    Request,
    RowKind,
    Side,
    SideKind,
    SideRow,
    Space,
    UseRow,
    Visibility,
)
from mnemos.types import JSON, Interval, Item, Key, Link, Scope, State

P = ParamSpec("P")
R = TypeVar("R")

_SIDES: dict[SideKind, type[Key | Link | State]] = {"key": Key, "link": Link, "state": State}


class SqliteTables(SqliteVectorTables):
    """Implements ``store.tables.Tables`` on one connection, inside its transaction."""

    def __init__(self, connection: sqlite3.Connection, space: int) -> None:
        self._connection = connection
        self._space = space
        self._sql = named("sqlite")

    # -- running statements

    def _one(self, name: str, /, **values: object) -> Any:  # noqa: ANN401 - a cell of any type
        row = self._run(name, **values).fetchone()
        return None if row is None else row[0]

    def _numbers(self, name: str, /, **values: object) -> list[int]:
        return [row[0] for row in self._run(name, **values)]

    # -- the space itself

    def has_space(self) -> bool:
        """Say whether the space has been set up."""
        return self._run("get_space").fetchone() is not None

    def space(self) -> Space:
        return _space(self._run("get_space").fetchone())

    def put_space(self, space: Space) -> None:
        self._run("put_space", **_fields(space))

    def state_sum(self) -> bytes:
        return _state_sum(self._one("get_state_sum"))

    def put_state_sum(self, raw: bytes) -> None:
        self._run("put_state_sum", sum=raw)

    # -- interned scopes and names

    def scope_no(self, scope: Scope) -> int | None:
        number: int | None = self._one("scope_no", label=_label(scope))
        return number

    def add_scope(self, scope: Scope) -> int:
        number: int = self._one("add_scope", label=_label(scope), **asdict(scope))
        return number

    def scopes(self) -> dict[int, Scope]:
        return {
            row[0]: Scope(user=row[1], agent=row[2], session=row[3]) for row in self._run("scopes")
        }

    def matching_scopes(self, scope: Scope) -> list[int]:
        return self._numbers("matching_scopes", **asdict(scope))

    def name_no(self, names: Names, name: str) -> int | None:
        number: int | None = self._one("name_no", list=names, name=name)
        return number

    def add_name(self, names: Names, name: str) -> int:
        number: int = self._one("add_name", list=names, name=name)
        return number

    def names(self, names: Names) -> dict[int, str]:
        return {row[0]: row[1] for row in self._run("names", list=names)}

    def drop_unused(self) -> None:
        self._run("drop_unused_scopes")
        self._run("drop_unused_speakers")
        self._run("drop_unused_waiting")

    # -- items

    def add_item(self, row: ItemRow, numbers: Numbers) -> None:
        item = row.item
        event = _micros(item.event_time)
        valid = _micros(item.valid)
        self._run(
            "add_item",
            no=row.no,
            visible_from=item.visible_from,
            visible_to=item.visible_to,
            id=item.id,
            kind_no=numbers.kind,
            scope_no=numbers.scope,
            position=item.position,
            role=item.role,
            speaker_no=numbers.speaker,
            ref=item.ref,
            said_at=journal.microseconds(item.said_at),
            said_at_given=item.said_at_given,
            event_from=event[0],
            event_to=event[1],
            valid_from=valid[0],
            valid_to=valid[1],
            recorded_at=journal.microseconds(item.recorded_at),
            expires_at=_micro(item.expires_at),
            status=item.status,
            sources=journal.canonical(item.sources) if item.sources else None,
            supersedes=item.supersedes,
            trust=item.trust,
            metadata=journal.canonical(item.metadata) if item.metadata else None,
            attrs=journal.canonical(item.attrs) if item.attrs else None,
            made_by=item.made_by,
        )
        for source in item.sources:
            self._run("add_source", source=source, no=row.no)

    def add_text(self, no: int, text: str) -> None:
        self._run("add_text", no=no, body=_body(text))

    def end_item(self, no: int, visible_from: int, visible_to: int) -> None:
        self._run("end_item", no=no, visible_from=visible_from, visible_to=visible_to)

    def item_no(self, item_id: str) -> int | None:
        number: int | None = self._one("item_no", id=item_id)
        return number

    def item_nos(self, ids: Sequence[str]) -> dict[str, int]:
        return dict(self._run("item_nos", ids=json.dumps(list(ids))).fetchall())

    def item_at(self, no: int, seq: int | None = None) -> ItemRow | None:
        if seq is None:
            row = self._run("item_current", no=no).fetchone()
        else:
            row = self._run("item_at", no=no, seq=seq).fetchone()
        return None if row is None else item_of(row)

    def items_at(self, nos: Sequence[int], seq: int | None = None) -> list[ItemRow]:
        wanted = json.dumps(list(nos))
        if seq is None:
            rows = self._run("items_current", nos=wanted)
        else:
            rows = self._run("items_at", nos=wanted, seq=seq)
        found = {row[0]: item_of(row) for row in rows}  # of several versions the last
        return [found[no] for no in nos if no in found]

    def versions(self, no: int) -> list[ItemRow]:
        return [item_of(row) for row in self._run("item_versions", no=no)]

    def by_ref(self, scope_no: int, ref: str) -> list[int]:
        return self._numbers("by_ref", scope_no=scope_no, ref=ref)

    def session(self, scope_no: int) -> list[int]:
        return self._numbers("session", scope_no=scope_no)

    def in_scope(self, scope_no: int) -> list[int]:
        return self._numbers("in_scope", scope_no=scope_no)

    def last_position(self, scope_no: int) -> int:
        position: int = self._one("last_position", scope_no=scope_no)
        return position

    def derived_from(self, item_id: str) -> list[int]:
        return self._numbers("derived_from", source=item_id)

    def visibilities(self, as_of: int | None) -> list[Visibility]:
        if as_of is None:
            rows = self._run("visibilities")
        else:
            rows = self._run("visibilities_at", as_of=as_of)
        return [
            Visibility(
                no=row[0], visible_from=row[1], visible_to=row[2], status=row[3], expires_at=row[4]
            )
            for row in rows
        ]

    # -- keys, links, states

    def add_side(self, row: SideRow) -> None:
        value = journal.canonical(_fields(row.value))
        seen = {"no": row.no, "visible_from": row.visible_from, "visible_to": row.visible_to}
        match row.value:
            case Key():
                self._run("add_key", **seen, item_no=row.item_no, value=value)
            case Link(source=source, target=target):
                self._run("add_link", **seen, source=source, target=target, value=value)
            case State(name=name):
                self._run("add_state", **seen, name=name, value=value)

    def side(self, kind: SideKind, no: int) -> SideRow | None:
        row = self._run(kind, no=no).fetchone()
        return None if row is None else _side_row(kind, row)

    def end_side(self, kind: SideKind, no: int, visible_to: int) -> None:
        self._run(f"end_{kind}", no=no, visible_to=visible_to)

    def sides(self, kind: SideKind) -> Iterator[SideRow]:
        return (_side_row(kind, row) for row in self._run(f"{kind}s"))

    def keys_of(self, item_no: int) -> list[SideRow]:
        return [_side_row("key", row) for row in self._run("keys_of", item_no=item_no)]

    def links_of(self, item_id: str) -> list[SideRow]:
        return [_side_row("link", row) for row in self._run("links_of", id=item_id)]

    def links_between(self, source: str, target: str) -> list[SideRow]:
        rows = self._run("links_between", source=source, target=target)
        return [_side_row("link", row) for row in rows]

    def current_state(self, name: str) -> SideRow | None:
        row = self._run("current_state", name=name).fetchone()
        return None if row is None else _side_row("state", row)

    # -- the journal

    def add_event(self, event: EventRow, entries: Iterable[Entry]) -> None:
        self._run("add_event", **_fields(event))
        self._connection.executemany(
            self._sql["add_entry"],
            ({"space": self._space, **_entry_values(entry)} for entry in entries),
        )

    def event(self, seq: int) -> EventRow | None:
        row = self._run("event", seq=seq).fetchone()
        return None if row is None else _event_row(row)

    def events(self, *, after: int = 0) -> Iterator[EventRow]:
        return map(_event_row, self._run("events", after=after))

    def entries(self, seq: int) -> list[Entry]:
        return [_entry(row) for row in self._run("entries", seq=seq)]

    def touched(self, seq: int) -> list[str | None]:
        return [row[0] for row in self._run("touched", seq=seq)]

    def seq_at(self, recorded_at: int) -> int:
        return self._one("seq_at", recorded_at=recorded_at) or 0

    def request(self, request_id: str) -> Request | None:
        row = self._run("request", request_id=request_id).fetchone()
        return None if row is None else _request(row)

    def put_request(self, request: Request) -> None:
        self._run("put_request", **asdict(request))

    def requests(self) -> list[Request]:
        return [_request(row) for row in self._run("requests")]

    def has_erased(self) -> bool:
        return self._run("has_erased").fetchone() is not None

    def erased_at(self, item_id: str) -> int | None:
        seq: int | None = self._one("erased_at", id=item_id)
        return seq

    def add_erased(self, item_id: str, seq: int) -> None:
        self._run("add_erased", id=item_id, seq=seq)

    # -- how items have been used

    def has_uses(self) -> bool:
        try:
            return self._run("has_uses").fetchone() is not None
        except sqlite3.OperationalError as error:
            # An older file that can only be read has no such table and gets none.
            if "no such table" not in str(error):
                raise
            return False

    def put_uses(self, rows: Iterable[UseRow]) -> None:
        self._connection.executemany(
            self._sql["put_use"], ({"space": self._space, **asdict(row)} for row in rows)
        )

    def uses(self, nos: Sequence[int]) -> list[UseRow]:
        if not self.has_uses():
            return []
        return [_use_row(row) for row in self._run("uses", nos=json.dumps(list(nos)))]

    def all_uses(self) -> list[UseRow]:
        return [_use_row(row) for row in self._run("all_uses")] if self.has_uses() else []

    # -- destruction

    def destroy_item(self, no: int) -> None:
        row = self.versions(no)[-1]
        for seq in self._numbers("destroyed_events", no=no):
            self._run("forget_nonce", seq=seq, kind="item", no=no)
        for kind, sides in (("key", self.keys_of(no)), ("link", self.links_of(row.item.id))):
            for side in sides:
                for seen in (side.visible_from, side.visible_to):
                    self._run("forget_nonce", seq=seen, kind=kind, no=side.no)
                self._run(f"destroy_{kind}", no=side.no)
        self._run("destroy_item", no=no)
        self._run("destroy_use", no=no)
        self._run("destroy_text", no=no)
        self._run("destroy_sources", id=row.item.id, no=no)

    def forget_requests(self, ids: Sequence[str]) -> None:
        self._run("forget_requests", ids=json.dumps(list(ids)))

    def holding(self, needle: bytes) -> list[str]:
        return [row[0] for row in self._run("holding", needle=needle)]

    # -- the lexical index

    def put_tail(self, no: int, record: bytes, terms: str, tf: bytes) -> None:
        self._run("put_tail", no=no, record=record, terms=terms, tf=tf)

    def tail(self, *, first: int, end: int) -> list[tuple[int, bytes, str, bytes]]:
        return self._run("tail", first=first, end=end).fetchall()

    def drop_tail(self, first: int, end: int) -> None:
        self._run("drop_tail", first=first, end=end)

    def segments_from(self, first: int, end: int) -> list[tuple[int, bytes]]:
        return self._run("segments_from", first=first, end=end).fetchall()

    def put_segment(self, segment: int, records: bytes) -> None:
        self._run("put_segment", segment=segment, records=records)

    def put_postings(self, rows: Iterable[tuple[str, int, bytes]]) -> None:
        self._connection.executemany(
            self._sql["put_posting"],
            (
                {"space": self._space, "term": term, "segment": segment, "packed": packed}
                for term, segment, packed in rows
            ),
        )

    def postings(self, term: str) -> list[tuple[int, bytes]]:
        return self._run("postings", term=term).fetchall()

    def posting(self, term: str, segment: int) -> bytes | None:
        packed: bytes | None = self._one("posting", term=term, segment=segment)
        return packed

    def drop_posting(self, term: str, segment: int) -> None:
        self._run("drop_posting", term=term, segment=segment)

    def has_postings(self, term: str) -> bool:
        return self._run("has_postings", term=term).fetchone() is not None

    def without_postings(self, terms: Sequence[str]) -> list[str]:
        return [row[0] for row in self._run("without_postings", terms=json.dumps(list(terms)))]

    def put_grams(self, rows: Iterable[tuple[str, str]]) -> None:
        self._connection.executemany(
            self._sql["put_gram"],
            ({"space": self._space, "gram": gram, "term": term} for gram, term in rows),
        )

    def drop_grams(self, term: str) -> None:
        for gram in set(grams_of(term)):
            self._run("drop_gram", gram=gram, term=term)

    def terms_sharing(self, grams: Sequence[str]) -> list[str]:
        return [row[0] for row in self._run("terms_sharing", grams=json.dumps(list(grams)))]

    def clear_index(self) -> None:
        for table in ("tail", "segments", "postings", "grams"):
            self._run(f"clear_{table}")

    # -- figures

    def sizes(self) -> dict[str, int]:
        try:
            return dict(self._run("sizes").fetchall())
        except sqlite3.OperationalError:  # this SQLite was built without dbstat
            return {}

    def text_bytes(self) -> int:
        return self._one("text_bytes") or 0


_SPACE_FIELDS = (
    "settings",
    "head_seq",
    "head_hash",
    "recorded_at",
    "next_no",
    "next_row",
    "folded",
    "live",
    "total_length",
    "epoch",
)


def _label(scope: Scope) -> str:
    return journal.canonical([scope.user, scope.agent, scope.session])


def _fields(row: Side | Space | EventRow) -> dict[str, Any]:
    """Return a flat row's fields by name; ``asdict`` would copy what is in them."""
    return {name: getattr(row, name) for name in row.__slots__}


def _body(text: str) -> str | bytes:
    """Return a text as SQLite can hold it: lone surrogates have no place in TEXT."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-8", "surrogatepass")
    return text


def _micro(value: Any) -> int | None:  # noqa: ANN401 - a datetime or None
    return None if value is None else journal.microseconds(value)


def _micros(interval: Interval | None) -> tuple[int | None, int | None]:
    return (None, None) if interval is None else (_micro(interval[0]), _micro(interval[1]))


def _interval(start: int | None, end: int | None) -> Interval | None:
    if start is None or end is None:
        return None
    return journal.moment(start), journal.moment(end)


_decode = json.JSONDecoder().raw_decode


def _parsed(text: str) -> Any:  # noqa: ANN401 - any JSON
    """Return a canonical JSON text's value: with no blanks to look for, in half the time."""
    value, end = _decode(text)
    if end != len(text):
        raise ValueError("there is more than one value")
    return value


def _checked(read: Callable[P, R]) -> Callable[P, R]:
    """Raise ``Corrupt`` where a row cannot be what was written."""

    @wraps(read)
    def checked(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return read(*args, **kwargs)
        except (ValueError, TypeError, LookupError, ArithmeticError, AttributeError) as error:
            raise Corrupt(f"a row is damaged: {error}") from error

    return checked


@_checked
def _space(row: Sequence[Any]) -> Space:
    fields = dict(zip(_SPACE_FIELDS, row, strict=True))
    space = Space(**{**fields, "head_hash": bytes(fields["head_hash"])})
    if not isinstance(json.loads(space.settings), dict):
        raise TypeError("its settings are no object")
    return space


@_checked
def _state_sum(raw: Any) -> bytes:  # noqa: ANN401 - a cell of any type
    if len(raw) != journal.SUM_BYTES:
        raise ValueError(f"the state sum has {len(raw)} bytes, not {journal.SUM_BYTES}")
    return bytes(raw)


@_checked
def _entry(row: Sequence[Any]) -> Entry:
    if row[2] not in get_args(RowKind):
        raise ValueError(f"there are no rows of kind {row[2]!r}")
    return Entry(
        seq=row[0],
        ordinal=row[1],
        kind=row[2],
        no=row[3],
        nonce=None if row[4] is None else bytes(row[4]),
        commitment=bytes(row[5]),
    )


@_checked
def item_of(row: Sequence[Any]) -> ItemRow:
    """Return an item from its columns in the order of ``whole_item``."""
    body = row[27]
    item = Item(
        id=row[3],
        kind=row[4],
        text=body if isinstance(body, str) else body.decode("utf-8", "surrogatepass"),
        scope=Scope(user=row[5], agent=row[6], session=row[7]),
        position=row[8],
        role=row[9],
        speaker=row[10],
        ref=row[11],
        said_at=journal.moment(row[12]),
        said_at_given=bool(row[13]),
        event_time=_interval(row[14], row[15]),
        valid=_interval(row[16], row[17]),
        recorded_at=journal.moment(row[18]),
        expires_at=None if row[19] is None else journal.moment(row[19]),
        status=row[20],
        visible_from=row[1],
        visible_to=row[2],
        sources=tuple(_parsed(row[21])) if row[21] else (),
        supersedes=row[22],
        trust=row[23],
        metadata=_parsed(row[24]) if row[24] else {},
        attrs=_parsed(row[25]) if row[25] else {},
        made_by=row[26],
    )
    return ItemRow(no=row[0], item=item)


@_checked
def _side_row(kind: SideKind, row: Sequence[Any]) -> SideRow:
    fields: dict[str, JSON] = _parsed(row[1])
    value: Side = _SIDES[kind](**fields)  # type: ignore[arg-type] # as asdict wrote them
    return SideRow(no=row[0], value=value, visible_from=row[2], visible_to=row[3], item_no=row[4])


@_checked
def _event_row(row: Sequence[Any]) -> EventRow:
    return EventRow(
        seq=row[0],
        recorded_at=row[1],
        actor=row[2],
        op=row[3],
        why=row[4],
        body=row[5],
        nonce=row[6],
        commitment=row[7],
        next_no=row[8],
        hash=bytes(row[9]),
    )


def _entry_values(entry: Entry) -> dict[str, object]:
    return {
        "seq": entry.seq,
        "ordinal": entry.ordinal,
        "kind": entry.kind,
        "no": entry.no,
        "nonce": entry.nonce,
        "commitment": entry.commitment,
    }


@_checked
def _use_row(row: Sequence[Any]) -> UseRow:
    return UseRow(no=row[0], uses=row[1], strength=row[2], last_used_at=row[3], utility=row[4])


def _request(row: Sequence[Any]) -> Request:
    return Request(
        request_id=row[0], op=row[1], seq=row[2], nonce=row[3], digest=row[4], receipt=row[5]
    )
