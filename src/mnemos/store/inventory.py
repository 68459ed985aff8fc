"""Reading a memory as a whole: pages of items, versions with their events, figures."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

import numpy as np

from mnemos.store import journal
from mnemos.store.base import FLAG_KEY, NO_TIME
from mnemos.store.snapshot import Snapshot
from mnemos.store.tables import EventRow
from mnemos.types import Event, Item


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """One version of an item, and the event that made it."""

    item: Item
    event: Event


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Some items in the order in which they were remembered.

    Args:
        items: As many as were asked for, or fewer at the end.
        after: Hand this to the next ``browse``; None at the end.
    """

    items: tuple[Item, ...]
    after: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Stats:
    """Figures of a memory.

    Args:
        items: How many items are active, by kind.
        inactive: How many are not, by status.
        erased: How many were erased, the further keys of items counted with them.
        sessions: Scopes that name a session and hold something.
        speakers: Active items by speaker, most talkative first.
        events: Events in the journal.
        first_said_at: When the oldest item, active or not, was said; None if there is none.
        last_said_at: When the newest was.
        activity: Items said a day (UTC), active or not, by day.
        bytes_on_disk: Size of the file and its write-ahead log.
        bytes_by_part: How many bytes of it each part takes, largest first; empty where the store
            cannot tell.
        text_bytes: Bytes of the texts themselves.
        head: The journal's head hash.
        state_hash: The state hash.
    """

    items: Mapping[str, int]
    inactive: Mapping[str, int]
    erased: int
    sessions: int
    speakers: Mapping[str, int]
    events: int
    first_said_at: datetime | None
    last_said_at: datetime | None
    activity: Mapping[date, int]
    bytes_on_disk: int
    bytes_by_part: Mapping[str, int]
    text_bytes: int
    head: str
    state_hash: str


def event(row: EventRow, snapshot: Snapshot, previous: EventRow | None) -> Event:
    """Return an event as callers see it."""
    body = json.loads(row.body) if row.body else {}
    touched = snapshot.tables.touched(row.seq)
    return Event(
        seq=row.seq,
        recorded_at=journal.moment(row.recorded_at),
        actor=row.actor,
        op=row.op,
        why=row.why,
        items=tuple(dict.fromkeys(each for each in touched if each is not None)),
        rows=len(touched),
        undoes=body.get("undoes"),
        recipe=body.get("recipe", ""),
        previous_hash=(_genesis(snapshot) if previous is None else previous.hash).hex(),
        hash=row.hash.hex(),
    )


def _genesis(snapshot: Snapshot) -> bytes:
    return journal.genesis(snapshot.space.settings)


def event_at(seq: int, snapshot: Snapshot) -> Event | None:
    """Return the event with this sequence number."""
    row = snapshot.tables.event(seq)
    return None if row is None else event(row, snapshot, snapshot.tables.event(seq - 1))


def stats(snapshot: Snapshot, *, bytes_on_disk: int) -> Stats:
    """Count everything once."""
    docs = snapshot.index.docs
    own = docs[(docs["item"] >= 0) & (docs["flags"] & FLAG_KEY == 0)]
    current = [row for row in snapshot.tables.visibilities(None) if row.visible_to is None]
    inactive = Counter(row.status for row in current if row.status != "active")
    hidden = [row.no for row in current if row.status != "active"]
    active = own[~np.isin(own["item"], hidden)]
    said = own["said_at"][own["said_at"] != NO_TIME]
    space = snapshot.space
    parts = snapshot.tables.sizes()
    return Stats(
        items=_tally(active["kind"], snapshot.kinds),
        inactive=dict(sorted(inactive.items())),
        erased=space.next_no - space.live,
        sessions=sum(1 for scope in snapshot.tables.scopes().values() if scope.session),
        speakers=_tally(active["speaker"], snapshot.speakers),
        events=space.head_seq,
        first_said_at=journal.moment(int(said.min())) if said.size else None,
        last_said_at=journal.moment(int(said.max())) if said.size else None,
        activity=_by_day(said),
        bytes_on_disk=bytes_on_disk,
        bytes_by_part=dict(sorted(parts.items(), key=lambda part: (-part[1], part[0]))),
        text_bytes=snapshot.tables.text_bytes(),
        head=snapshot.head.hash,
        state_hash=snapshot.state_hash(),
    )


def _tally(
    numbers: np.ndarray[tuple[int], np.dtype[np.int32]], names: Mapping[int, str]
) -> dict[str, int]:
    values, counts = np.unique(numbers, return_counts=True)
    found = {
        names[int(no)]: int(n) for no, n in zip(values, counts, strict=True) if int(no) in names
    }
    return dict(sorted(found.items(), key=lambda pair: (-pair[1], pair[0])))


def _by_day(said: np.ndarray[tuple[int], np.dtype[np.int64]]) -> dict[date, int]:
    day_us = 86_400_000_000
    days, counts = np.unique(said // day_us, return_counts=True)
    return {
        journal.moment(int(day) * day_us).date(): int(n)
        for day, n in zip(days, counts, strict=True)
    }
