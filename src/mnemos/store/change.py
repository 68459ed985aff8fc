"""How a change becomes one event: rows, commitments, index, state sum and chain.

``put`` takes a Delta; ``put_inverse`` undoes an event; ``Change.destroy_item`` erases. All three
are written over ``Tables`` and run inside the store's transaction: all they did is kept, or none.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import cache, cached_property, partial

from mnemos.errors import ConflictError, InputError, NotFound, UndoRefused
from mnemos.store import journal
from mnemos.store.index import IndexWriter
from mnemos.store.tables import (
    Entry,
    EventRow,
    ItemRow,
    Names,
    Numbers,
    RowKind,
    Side,
    SideKind,
    SideRow,
    Space,
    Tables,
)
from mnemos.store.vector_change import VectorChange
from mnemos.types import JSON, Delta, Item, Key, Link, Scope, State

#: Fields of an item that no later version may change: they say what was said.
SAID = ("kind", "text", "scope", "position", "role", "speaker", "ref", "said_at", "made_by")


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """Who changes what, when and why.

    Args:
        op: The verb.
        actor: Who asked.
        why: The reason given.
        recorded_at: Microseconds; moved up to the last event's if the clock ran back.
        given: Whether the caller set it; then it is refused rather than moved.
        body: What only this kind of event has.
    """

    op: str
    actor: str = ""
    why: str = ""
    recorded_at: int
    given: bool = False
    body: dict[str, JSON] = field(default_factory=dict)


class Numbering:
    """Looks up, or gives, the numbers of scopes, speakers, kinds and recipes; remembers them."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables
        self._scopes: dict[Scope, int] = {}
        self._names: dict[tuple[Names, str], int] = {}

    def of(self, item: Item, key: Key | None = None) -> Numbers:
        """Return the numbers of an item, or of a further key of it."""
        made_by = item.made_by if key is None else key.made_by
        return Numbers(
            scope=self._scope(item.scope),
            speaker=-1 if item.speaker is None else self._name("speaker", item.speaker),
            kind=self._name("kind", item.kind),
            recipe=self._name("recipe", made_by) + 1 if made_by else 0,
        )

    def _scope(self, scope: Scope) -> int:
        known = self._scopes.get(scope)
        if known is None:
            known = self._tables.scope_no(scope)
            if known is None:
                known = self._tables.add_scope(scope)
            self._scopes[scope] = known
        return known

    def _name(self, names: Names, name: str) -> int:
        known = self._names.get((names, name))
        if known is None:
            known = self._tables.name_no(names, name)
            if known is None:
                known = self._tables.add_name(names, name)
            self._names[names, name] = known
        return known


class Change:
    """One event in the making."""

    def __init__(
        self,
        tables: Tables,
        writer: IndexWriter,
        header: Header,
        nonce: Callable[[int], bytes],
    ) -> None:
        self._tables = tables
        self._writer = writer
        self._header = header
        self._nonce = nonce
        self._space: Space = tables.space()
        self._sum = journal.StateSum(tables.state_sum())
        self._entries: list[Entry] = []
        self._numbering = Numbering(tables)
        self._vectors = VectorChange(tables)
        self._nos: dict[str, int] = {}  # numbers of items that this change has met
        self._next_no = self._space.next_no
        self._next_row = self._space.next_row
        self.seq = self._space.head_seq + 1
        if self.seq > 1 and header.given and header.recorded_at < self._space.recorded_at:
            last = journal.moment(self._space.recorded_at).isoformat()
            raise InputError(f"recorded_at lies before the last event's, {last}")
        last_at = self._space.recorded_at if self.seq > 1 else header.recorded_at
        self.recorded_at = max(header.recorded_at, last_at)

    @cached_property
    def _has_erased(self) -> bool:
        return self._tables.has_erased()

    # -- putting rows

    def put_item(self, item: Item) -> None:
        """Add a new item, or a new version of one that exists."""
        item = replace(
            item,
            trust=float(item.trust) + 0.0,  # as a column of reals gives it back, -0.0 too
            recorded_at=journal.moment(self.recorded_at),
            visible_from=self.seq,
            visible_to=None,
        )
        no = self._tables.item_no(item.id)
        if no is None:
            self._put_new_item(item)
        else:
            self._put_version(no, item)

    def _put_new_item(self, item: Item) -> None:
        if self._has_erased and self._tables.erased_at(item.id) is not None:
            raise ConflictError(f"item {item.id} was erased; its id is not used again")
        no = self._nos[item.id] = self._take_no()
        self._tables.add_text(no, item.text)
        numbers = self._insert(no, item)
        self._writer.add_item(no, item, numbers)
        self._vectors.add(numbers.scope, no)

    def _put_version(self, no: int, item: Item) -> None:
        current = self._current(no)
        if current.visible_from == self.seq:
            raise InputError(f"item {item.id} stands twice in one change")
        changed = [name for name in SAID if getattr(item, name) != getattr(current, name)]
        if changed:
            raise InputError(
                f"item {item.id} exists; a new version cannot change its {', '.join(changed)} "
                "(put a new item that supersedes it)"
            )
        self._tables.end_item(no, current.visible_from, self.seq)
        self._sum.subtract(journal.item_bytes(current))
        self._insert(no, item)

    def _insert(self, no: int, item: Item) -> Numbers:
        numbers = self._numbering.of(item)
        self._tables.add_item(ItemRow(no=no, item=item), numbers)
        row = journal.item_bytes(item)
        self._sum.add(row)
        self._enter("item", no, row + journal.recording_bytes(item, no))
        return numbers

    def _current(self, no: int) -> Item:
        row = self._tables.item_at(no)
        if row is None:
            raise NotFound(f"item number {no} has no current version")
        return row.item

    def put_key(self, key: Key) -> None:
        """Add a further key of an item."""
        item_no = self._item_no(key.item)
        no = self._take_no()
        self._put_side("key", SideRow(no=no, value=key, visible_from=self.seq, item_no=item_no))
        item = self._current(item_no)
        numbers = self._numbering.of(item, key)
        self._writer.add_key(no, item_no, key, item, numbers)
        self._vectors.add(numbers.scope, no)

    def end_key(self, key: Key) -> None:
        """Take away a key of an item, if there is such a one."""
        for row in self._tables.keys_of(self._item_no(key.item)):
            if row.visible_to is None and row.value == key:
                self.end_side("key", row)

    def put_link(self, link: Link) -> None:
        """Put an edge, not twice in one change; an older one with its ends and type is replaced."""
        newest = max(self._item_no(link.source), self._item_no(link.target))
        if newest < self._space.next_no:  # what is new has no links yet
            self.end_link(link)
        link = replace(link, weight=float(link.weight) + 0.0)
        self._put_side("link", SideRow(no=self._take_row(), value=link, visible_from=self.seq))

    def end_link(self, link: Link) -> None:
        """Take away the edge with these ends and type, if there is one."""
        for row in self._tables.links_between(link.source, link.target):
            if row.visible_to is None and _same_edge(row.value, link):
                self.end_side("link", row)

    def put_state(self, state: State) -> None:
        """Put a named value; None removes it."""
        current = self._tables.current_state(state.name)
        if current is not None:
            self.end_side("state", current)
        if state.value is not None:
            row = SideRow(no=self._take_row(), value=state, visible_from=self.seq)
            self._put_side("state", row)

    def _put_side(self, kind: SideKind, row: SideRow) -> None:
        self._tables.add_side(row)
        data = journal.side_bytes(row.value)
        self._sum.add(data)
        self._enter(kind, row.no, data)

    def end_side(self, kind: SideKind, row: SideRow) -> None:
        """End a key, link or named value. An ended key's document leads nowhere from then on."""
        self._tables.end_side(kind, row.no, self.seq)
        data = journal.side_bytes(row.value)
        self._sum.subtract(data)
        self._enter(kind, row.no, journal.END + data)

    # -- destroying rows

    def destroy_item(self, no: int) -> None:
        """Take an item out of tables, index and state; its commitments stay in the chain."""
        item = self._current(no)
        first = self._tables.versions(no)[0].item
        self._sum.subtract(journal.item_bytes(item))
        keys = self._tables.keys_of(no)
        for row in [*keys, *self._tables.links_of(item.id)]:
            if row.visible_to is None:
                self._sum.subtract(journal.side_bytes(row.value))
        for row in keys:
            indexed = self._tables.item_at(no, row.visible_from)
            if isinstance(row.value, Key):
                owner = item if indexed is None else indexed.item
                self._writer.remove_key(row, owner, self._numbering.of(owner, row.value))
        self._writer.remove_item(no, first, self._numbering.of(first))
        said = item.made_by == "" and item.role != "document"
        self._vectors.erase(
            [no, *(row.no for row in keys)],
            self._numbering.of(item).scope,
            item.position if said else None,
        )
        self._tables.destroy_item(no)
        self._nos.pop(item.id, None)
        self._tables.add_erased(item.id, self.seq)

    # -- closing the event

    def close(self) -> EventRow:
        """Write the event, the counters and the state sum; fold the index if it is time."""
        header = self._header
        body = journal.canonical(header.body) if header.body else ""
        nonce = self._nonce(journal.NONCE_BYTES)
        detail = journal.detail_bytes(header.actor, header.why, body)
        event = EventRow(
            seq=self.seq,
            recorded_at=self.recorded_at,
            actor=header.actor,
            op=header.op,
            why=header.why,
            body=body,
            nonce=nonce,
            commitment=journal.commitment(nonce, detail),
            next_no=self._next_no,
            hash=b"",
        )
        digest = event_hash(self._space.head_hash, event, self._entries)
        event = replace(event, hash=digest)
        self._tables.add_event(event, self._entries)
        self._tables.put_state_sum(self._sum.raw())
        space = replace(
            self._space,
            head_seq=self.seq,
            head_hash=digest,
            recorded_at=self.recorded_at,
            next_no=self._next_no,
            next_row=self._next_row,
        )
        self._tables.put_space(self._writer.close(space))
        self._vectors.close(self.seq)
        return event

    # -- small parts

    def _item_no(self, item_id: str) -> int:
        no = self._nos.get(item_id)
        if no is None:
            no = self._tables.item_no(item_id)
            if no is None:
                raise NotFound(f"there is no item {item_id}")
            self._nos[item_id] = no
        return no

    def _take_no(self) -> int:
        self._next_no += 1
        return self._next_no - 1

    def _take_row(self) -> int:
        self._next_row += 1
        return self._next_row - 1

    def _enter(self, kind: RowKind, no: int, row: bytes) -> None:
        nonce = self._nonce(journal.NONCE_BYTES)
        self._entries.append(
            Entry(
                seq=self.seq,
                ordinal=len(self._entries),
                kind=kind,
                no=no,
                nonce=nonce,
                commitment=journal.commitment(nonce, row),
            )
        )


def event_hash(previous: bytes, event: EventRow, entries: Sequence[Entry]) -> bytes:
    """Return the hash that chains this event to the one before."""
    header: dict[str, JSON] = {
        "seq": event.seq,
        "recorded_at": event.recorded_at,
        "op": event.op,
        "next_no": event.next_no,
        "rows": [[entry.kind, entry.no] for entry in entries],
    }
    commitments = [event.commitment, *(entry.commitment for entry in entries)]
    return journal.chain(previous, header, commitments)


def put(change: Change, delta: Delta) -> None:
    """Put all rows of a Delta, in its order."""
    for item in delta.items:
        change.put_item(item)
    for key in delta.unkeyed:
        change.end_key(key)
    for key in delta.keys:
        change.put_key(key)
    for link in delta.unlinked:
        change.end_link(link)
    # Of several for the same edge or name the last one counts, as if each were a change.
    for link in {(each.source, each.target, each.type): each for each in delta.links}.values():
        change.put_link(link)
    for state in {each.name: each for each in delta.states}.values():
        change.put_state(state)


def put_inverse(
    change: Change, tables: Tables, seq: int, *, spared: list[str] | None = None
) -> list[str]:
    """Undo an event: first versions are hidden or ended, others give way to the one before.

    Args:
        change: The event that undoes.
        tables: What is now.
        seq: The event that is undone.
        spared: Takes the names of values that were changed since and stay as they are; None
            refuses.

    Returns:
        The ids of the items it touched.

    Raises:
        UndoRefused: A later event touched the same rows, or a row of it has been erased.
    """
    touched: list[str] = []
    standing = cache(partial(_standing, tables, seq))
    for entry in reversed(tables.entries(seq)):
        if entry.nonce is None:
            raise UndoRefused(f"event {seq} cannot be undone: a row of it has been erased")
        if entry.kind == "item":
            touched.append(_invert_item(change, tables, seq, entry.no))
            continue
        try:
            _invert_side(change, tables, entry.kind, entry, standing)
        except UndoRefused:
            row = None if entry.kind != "state" else tables.side(entry.kind, entry.no)
            if spared is None or row is None or not isinstance(row.value, State):
                raise
            spared += [row.value.name] if row.value.name not in spared else []
    return touched


def _invert_item(change: Change, tables: Tables, seq: int, no: int) -> str:
    versions = tables.versions(no)
    at = len(versions) - 1
    while versions[at].item.visible_from != seq:
        # What undid a later event left the version before that event standing.
        later = versions[at].item.visible_from
        undone = _undoes(tables, later)
        at = next((n for n in range(at) if versions[n].item.visible_from == undone), 0) - 1
        if at < 0:
            raise _refusal(seq, f"item {versions[-1].item.id}", later)
    hidden = replace(versions[0].item, status="hidden")
    change.put_item(versions[at - 1].item if at else hidden)
    return versions[at].item.id


def _invert_side(
    change: Change,
    tables: Tables,
    kind: SideKind,
    entry: Entry,
    standing: Callable[[], frozenset[int]],
) -> None:
    seq, no = entry.seq, entry.no
    row = tables.side(kind, no)
    if row is None:
        raise NotFound(f"event {seq} names {kind} {no}, which is not there")
    if row.visible_to == row.visible_from:
        return
    others = [each for each in _rows_like(tables, row) if each.visible_from > seq]
    if row.visible_from == seq:
        for each in others:  # ended, and put again by the undo of that
            if row.visible_to is not None and _undoes(tables, each.visible_from) == row.visible_to:
                row = each
        if row.visible_to is not None:
            raise _refusal(seq, _named(row), row.visible_to)
        change.end_side(kind, row)
    else:
        # What later events did to it must have been taken back, down to what this one ended.
        for each in others:
            if each.visible_to is None:
                raise _refusal(seq, _named(row), each.visible_from)
            left = standing().intersection((each.visible_from, each.visible_to))
            if left:
                raise _refusal(seq, _named(row), min(left))
        put(change, Delta.of(row.value))


def _standing(tables: Tables, seq: int) -> frozenset[int]:
    """Return the events after this one that are no undo and were not undone."""
    later = list(tables.events(after=seq))
    undone: set[JSON] = set()
    found = set()
    for event in reversed(later):
        undoes = _undone_by(event)
        if event.seq in undone:
            continue
        if undoes is None:
            found.add(event.seq)
        else:
            undone.add(undoes)
    return frozenset(found)


def _named(row: SideRow) -> str:
    """Return what a row is, for a message: nothing of what was said."""
    match row.value:
        case Key() as key:
            return f"a key of item {key.item}"
        case Link() as link:
            return f"the link {link.type!r} from {link.source} to {link.target}"
        case State(name=name):
            return f"the value {name!r}"


def _rows_like(tables: Tables, row: SideRow) -> list[SideRow]:
    """Return the rows for the same key, edge or name, by number."""
    match row.value:
        case Key() as key:
            return [each for each in tables.keys_of(row.item_no) if each.value == key]
        case Link() as link:
            rows = tables.links_between(link.source, link.target)
            return [each for each in rows if _same_edge(each.value, link)]
        case State(name=name):
            rows = list(tables.sides("state"))
            return [
                each for each in rows if isinstance(each.value, State) and each.value.name == name
            ]


def _undoes(tables: Tables, seq: int) -> JSON:
    event = tables.event(seq)
    return None if event is None else _undone_by(event)


def _undone_by(event: EventRow) -> JSON:
    body: dict[str, JSON] = json.loads(event.body) if event.body else {}
    return body.get("undoes")


def _refusal(seq: int, what: str, later: int) -> UndoRefused:
    return UndoRefused(f"event {seq} cannot be undone: event {later} changed {what} since")


def _same_edge(side: Side, link: Link) -> bool:
    ends = (link.source, link.target, link.type)
    return isinstance(side, Link) and (side.source, side.target, side.type) == ends


def with_derived(tables: Tables, nos: Iterable[int]) -> list[int]:
    """Return these items and everything derived from them, however far, in order of number."""
    found: set[int] = set()
    waiting = list(nos)
    while waiting:
        no = waiting.pop()
        if no in found:
            continue
        found.add(no)
        row = tables.item_at(no)
        if row is not None:
            waiting.extend(tables.derived_from(row.item.id))
    return sorted(found)
