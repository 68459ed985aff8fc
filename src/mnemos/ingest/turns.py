"""Where messages go in a memory: ``remember`` appends, ``sync`` continues, ``revise`` supersedes.

Each function looks at a snapshot and returns a plan: the Delta to apply and one id a message. None
of them writes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, tzinfo
from itertools import count

from mnemos.errors import ConflictError, NotFound, RefConflict, SyncDiverged
from mnemos.ingest.messages import Draft, Message, drafts
from mnemos.store.journal import canonical, turn_id
from mnemos.store.snapshot import Snapshot
from mnemos.text.dates import event_time
from mnemos.types import JSON, Delta, Interval, Item, Scope

#: How much of a text an error message quotes.
QUOTED = 60
#: How much of a text is read for the day that it speaks of; what is longer is no chat turn.
EVENT_CHARS = 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What a write is going to do.

    Args:
        delta: The change; empty if all is there already.
        ids: One a message, in order.
        added: Those that the change makes.
        existing: Those that were there.
    """

    delta: Delta
    ids: tuple[str, ...]
    added: tuple[str, ...] = ()
    existing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where and when a write happens.

    Args:
        scope: Whose and which session.
        now: The moment for messages that do not tell theirs.
        zone: Where days begin, for "yesterday".
    """

    scope: Scope
    now: datetime
    zone: tzinfo


def remember(drafts: Sequence[Draft], place: Place, snapshot: Snapshot) -> Plan:
    """Append messages; one with a ref that is stored already is not stored again.

    Raises:
        RefConflict: A ref is stored with other content.
    """
    free = _free_positions(place.scope, snapshot)
    here_already = _exact(place.scope, snapshot)
    made: list[Item] = []
    ids: list[str] = []
    existing: list[str] = []
    here: dict[str, Item] = {}
    for draft in drafts:
        known = None if draft.ref is None else here.get(draft.ref)
        if known is None and draft.ref is not None:
            known = _by_ref(draft.ref, here_already, snapshot)
            if known is not None:
                existing.append(known.id)
        if known is not None:
            _require_same(known, draft)
            ids.append(known.id)
            continue
        item = _item(draft, place, next(free))
        made.append(item)
        ids.append(item.id)
        if draft.ref is not None:
            here[draft.ref] = item
    added = tuple(item.id for item in made)
    return Plan(
        delta=Delta(items=tuple(made)), ids=tuple(ids), added=added, existing=tuple(existing)
    )


def sync(drafts: Sequence[Draft], place: Place, snapshot: Snapshot) -> Plan:
    """Take messages as a whole session so far, and add what follows the stored part.

    Turns that were forgotten stay forgotten, and what was erased is not stored again. A message
    whose place was erased, and which ``remember`` stored anew, is found by its ref.

    Raises:
        SyncDiverged: A message differs from the turn in its place, or turns are missing.
    """
    stored = _by_position(place.scope, snapshot)
    named = Counter(draft.ref for draft in drafts)
    moved: set[int] = set()
    ids: list[str] = []
    existing: list[str] = []
    made: list[Item] = []
    erased_id: str | None = None
    position = -1
    for number, draft in enumerate(drafts):
        position = next(each for each in count(position + 1) if each not in moved)
        turn = stored.pop(position, None)
        gone = None if turn is not None else _erased_id(place.scope, position, snapshot)
        if gone is not None:
            erased_id = gone
            again = _stored_anew(draft, place.scope, snapshot) if named[draft.ref] == 1 else None
            if again is not None and again.position in stored:
                turn = stored.pop(again.position)
                moved.add(again.position)
        if turn is not None:
            _require_continuation(number, turn, draft)
            existing.append(turn.id)
            ids.append(turn.id)
        elif gone is not None:
            ids.append(gone)
        else:
            made.append(_item(draft, place, position))
            ids.append(made[-1].id)
    if stored:
        erased = "" if erased_id is None else f" (where {erased_id} stood, it was erased)"
        raise SyncDiverged(
            f"the session has a turn {max(stored)} (counting from 0) and only {len(drafts)} "
            f"messages were given{erased}; sync takes the whole session"
        )
    added = tuple(item.id for item in made)
    return Plan(
        delta=Delta(items=tuple(made)), ids=tuple(ids), added=added, existing=tuple(existing)
    )


def revise(ref: str, draft: Draft, place: Place, snapshot: Snapshot) -> Plan:
    """Supersede the turn with this ref by an edited message in the same place.

    Raises:
        NotFound: No turn has this ref (or it was erased).
        ConflictError: It was forgotten, or several sessions of the scope have such a ref.
    """
    old = _only(ref, place.scope, snapshot)
    if old.status == "hidden":
        raise ConflictError(f"message {ref!r} was forgotten; restore it before revising it")
    if _same(old, draft) and _same_beside(old, draft):
        return Plan(delta=Delta(), ids=(old.id,), existing=(old.id,))
    revision = _free_revision(old, snapshot)
    said_at = draft.said_at or old.said_at
    new = _item(
        replace(draft, ref=ref, said_at=said_at), replace(place, scope=old.scope), old.position
    )
    new = replace(
        new,
        id=turn_id(old.scope, old.position, revision),
        said_at_given=draft.said_at is not None or old.said_at_given,
        event_time=new.event_time if _is_timed(draft, old) else None,
        supersedes=old.id,
    )
    superseded = replace(old, status="superseded")
    return Plan(delta=Delta(items=(superseded, new)), ids=(new.id,), added=(new.id,))


def edited(old: Item, message: str | Message, zone: tzinfo) -> Draft:
    """Read what a turn is to become; what the message does not name stays as it was.

    A text takes the place of the turn's text alone: tool calls and other attributes stay, but not
    the parts that the old text was read from.

    Raises:
        MessageError: The message is malformed.
    """
    if not isinstance(message, str):
        beside = {"metadata": old.metadata, "expires_at": old.expires_at}
        (draft,) = drafts(
            [{**beside, **message} if isinstance(message, Mapping) else message], zone
        )
        return draft
    stale = set() if message == old.text else {"content"}
    return Draft(
        role=old.role or "user",
        text=message,
        speaker=old.speaker,
        expires_at=old.expires_at,
        metadata=old.metadata,
        attrs={key: value for key, value in old.attrs.items() if key not in stale},
    )


def by_ref(ref: str, scope: Scope, snapshot: Snapshot) -> Item:
    """Return the turn that answers to a ref now: the newest that was not superseded.

    Raises:
        NotFound: There is none in this scope.
        ConflictError: Several sessions of the scope have one.
    """
    return _only(ref, scope, snapshot)


def _item(draft: Draft, place: Place, position: int) -> Item:
    said_at = draft.said_at or place.now
    timeless = draft.role == "document" and draft.said_at is None
    return Item(
        id=turn_id(place.scope, position),
        text=draft.text,
        scope=place.scope,
        position=position,
        role=draft.role,
        speaker=draft.speaker,
        ref=draft.ref,
        said_at=said_at,
        said_at_given=draft.said_at is not None,
        event_time=None if timeless else _event_time(draft, said_at, place),
        recorded_at=place.now,
        expires_at=draft.expires_at,
        metadata=draft.metadata,
        attrs=draft.attrs,
    )


def _local(moment: datetime, zone: tzinfo) -> datetime:
    """Return a moment in a zone, or as it is at the ends of the calendar, where that has none."""
    try:
        return moment.astimezone(zone)
    except OverflowError:
        return moment


def _event_time(draft: Draft, said_at: datetime, place: Place) -> Interval | None:
    return event_time(draft.text[:EVENT_CHARS], _local(said_at, place.zone))


def _is_timed(draft: Draft, old: Item) -> bool:
    """Say whether an edited message has a time from which days can be reckoned."""
    return draft.role != "document" or draft.said_at is not None or old.said_at_given


def _free_positions(scope: Scope, snapshot: Snapshot) -> Iterator[int]:
    """Yield the places after the last one, leaving out those that were erased."""
    scope_no = snapshot.tables.scope_no(scope)
    position = -1 if scope_no is None else snapshot.tables.last_position(scope_no)
    erased = snapshot.tables.has_erased()
    while True:
        position += 1
        if not erased or snapshot.tables.erased_at(turn_id(scope, position)) is None:
            yield position


def _is_taken(item_id: str, snapshot: Snapshot) -> bool:
    tables = snapshot.tables
    return tables.item_no(item_id) is not None or tables.erased_at(item_id) is not None


def _free_revision(item: Item, snapshot: Snapshot) -> int:
    """Return the next revision of a place: by doubling and halving, for a value is revised often.

    Revisions are counted without gaps, those that were erased among them.
    """
    taken, free = 0, 1
    while _is_taken(turn_id(item.scope, item.position, free), snapshot):
        taken, free = free, free * 2
    while free - taken > 1:
        middle = (taken + free) // 2
        if _is_taken(turn_id(item.scope, item.position, middle), snapshot):
            taken = middle
        else:
            free = middle
    return free


def _exact(scope: Scope, snapshot: Snapshot) -> list[int]:
    scope_no = snapshot.tables.scope_no(scope)
    return [] if scope_no is None else [scope_no]


def _only(ref: str, scope: Scope, snapshot: Snapshot) -> Item:
    """Return the turn with a ref in this very scope, else in the one session that has it."""
    here = _by_ref(ref, _exact(scope, snapshot), snapshot)
    if here is not None:
        return here
    everywhere = (_by_ref(ref, [no], snapshot) for no in snapshot.matching_scopes(scope))
    found = [item for item in everywhere if item is not None]
    if not found:
        raise NotFound(f"no message has the ref {ref!r} in {scope}")
    if len(found) > 1:
        raise ConflictError(f"{len(found)} sessions have a message {ref!r}; name the session")
    return found[0]


def _by_ref(ref: str, scope_nos: Sequence[int], snapshot: Snapshot) -> Item | None:
    nos = [no for scope_no in scope_nos for no in snapshot.tables.by_ref(scope_no, ref)]
    return _representative(snapshot.items(nos), snapshot) if nos else None


def _stored_anew(draft: Draft, scope: Scope, snapshot: Snapshot) -> Item | None:
    """Return the turn that has a message's ref now, if the message names one."""
    return None if draft.ref is None else _by_ref(draft.ref, _exact(scope, snapshot), snapshot)


def _by_position(scope: Scope, snapshot: Snapshot) -> dict[int, Item]:
    """Return the turn that stands at each place of a session now."""
    stored: dict[int, list[Item]] = {}
    for scope_no in _exact(scope, snapshot):
        for item in snapshot.items(snapshot.tables.session(scope_no)):
            stored.setdefault(item.position, []).append(item)
    found = {place: _representative(items, snapshot) for place, items in stored.items()}
    return {position: item for position, item in found.items() if item is not None}


def _representative(items: Sequence[Item], snapshot: Snapshot) -> Item | None:
    """Return the one that counts of the versions of a message: active, else not superseded.

    Where all are superseded and the last was erased, none does.
    """
    if not items:
        return None
    standing = {"active": 2, "superseded": 0}
    best = max(enumerate(items), key=lambda pair: (standing.get(pair[1].status, 1), pair[0]))[1]
    if best.status == "superseded" and _erased_id(best.scope, best.position, snapshot) is not None:
        return None
    return best


def _erased_id(scope: Scope, position: int, snapshot: Snapshot) -> str | None:
    """Return the last version of the turn in a place that was erased, if one was."""
    found = None
    for revision in count():
        item_id = turn_id(scope, position, revision)
        if not _is_taken(item_id, snapshot):
            return found
        if snapshot.tables.erased_at(item_id) is not None:
            found = item_id
    return found


def _same(item: Item, draft: Draft) -> bool:
    said = (item.role, item.speaker, item.text)
    return said == (draft.role, draft.speaker, draft.text) and _equal(item.attrs, draft.attrs)


def _same_beside(item: Item, draft: Draft) -> bool:
    """Say whether an edit leaves all but the words alone."""
    same_time = draft.said_at is None or (item.said_at_given and draft.said_at == item.said_at)
    return (
        same_time and item.expires_at == draft.expires_at and _equal(item.metadata, draft.metadata)
    )


def _equal(one: Mapping[str, JSON], other: Mapping[str, JSON]) -> bool:
    """Compare as JSON does: true is not 1, and 1 is not 1.0."""
    return bool(one) == bool(other) and (not one or canonical(one) == canonical(other))


def _require_same(item: Item, draft: Draft) -> None:
    if not _same(item, draft):
        raise RefConflict(
            f"ref {draft.ref!r} is stored as item {item.id}, {_quote(item.speaker, item.text)}; "
            f"it came again as {_quote(draft.speaker, draft.text)} (use revise for an edit)"
        )


def _require_continuation(position: int, turn: Item, draft: Draft) -> None:
    refs_differ = None not in {turn.ref, draft.ref} and turn.ref != draft.ref
    if refs_differ or not _same(turn, draft):
        raise SyncDiverged(
            f"message {position} is stored as {_quote(turn.speaker, turn.text)} (ref {turn.ref}); "
            f"{_quote(draft.speaker, draft.text)} (ref {draft.ref}) was given"
        )


def _quote(speaker: str | None, text: str) -> str:
    short = text if len(text) <= QUOTED else f"{text[:QUOTED]}…"
    return f"{speaker}: {short!r}"
