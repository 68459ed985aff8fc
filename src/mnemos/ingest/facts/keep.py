"""Facts are read from new turns and set against what is known: one Delta a session.

What is over gets a new version of its item; nothing is deleted. An item that the user has hidden
stays so, and what it said is not known: the same words, read again, change nothing.

A model may read a turn again, later (``add``). It adds to what the rules read there: what they read
under the same name stands, and rules never look at what a model read.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import TypeVar

from mnemos.ingest.derive import derived_id
from mnemos.ingest.facts import slots, stored
from mnemos.ingest.facts.fact import Fact, Said
from mnemos.ingest.facts.items import KIND, item_of, said, version_of
from mnemos.ingest.facts.late import told_late
from mnemos.ingest.facts.later import Later
from mnemos.ingest.facts.read import NEAR, read
from mnemos.ingest.facts.timeline import Change, Version, current, left_of, reconcile, same_value
from mnemos.store.base import Reader
from mnemos.store.journal import turn_id
from mnemos.types import Delta, Item, Scope, Session

#: So many facts told last are what "she" and "not any more" can be about.
KNOWN = 60
#: The ordinals of what a model read in a turn begin here, after those of the rules.
BY_MODEL = 1_000
#: The attribute of an item that a model read, and its value.
READ, MODEL = "read", "model"

_Slot = tuple[str, str]
T = TypeVar("T")


def keep(session: Session, reader: Reader, recipe: str) -> Delta:
    """Return what the new turns of a session tell, and what of the known it ends."""
    return Keeping(reader, session.scope, recipe).learn(session.new)


class Keeping:
    """The facts of one user and agent, as far as new turns touch them."""

    def __init__(self, reader: Reader, scope: Scope, recipe: str) -> None:
        self._reader = reader
        self._recipe = recipe
        self._session = scope
        self._slots: dict[_Slot, dict[str, tuple[Item, Version]]] = {}
        self._changed: dict[str, Item] = {}

    def learn(self, turns: Sequence[Item]) -> Delta:
        """Return the change that turns make, in their order."""
        if not any(turn.role == "user" for turn in turns):
            return Delta()
        known, earlier = Later(self._known), Later(lambda: self._before(turns[0]))
        told: list[Fact] = []
        near: list[Said] = []
        for turn in turns:
            this = said(turn)
            before = Later(partial(_last, NEAR, earlier, near))
            facts = read(this, before, Later(partial(_last, KNOWN, known, told)))
            for ordinal, fact in enumerate(facts):
                self._tell(fact, turn, ordinal)
            told, near = [*told, *facts][-KNOWN:], [*near, this][-NEAR:]
        return Delta(items=tuple(self._changed.values()))

    def _before(self, turn: Item) -> list[Said]:
        """Return the turns before one; where a place was edited, nothing stands there."""
        places = range(max(0, turn.position - NEAR), turn.position)
        ids = [turn_id(self._session, place) for place in places]
        return [said(each) for each in self._reader.by_id(ids)]

    def _known(self) -> list[Fact]:
        """Return the facts told last, oldest first."""
        made = self._reader.derived(self._recipe).items
        nos = stored.ours(self._reader, self._session, made)
        items = self._reader.items(nos[-KNOWN:].tolist())
        if any(READ in item.attrs for item in items):
            items = self._reader.items(nos.tolist())
            items = [item for item in items if READ not in item.attrs][-KNOWN:]
        return [version_of(item).fact for item in items if item.status != "hidden"]

    @property
    def changed(self) -> tuple[Item, ...]:
        """All items that are new or other than they were."""
        return tuple(self._changed.values())

    def add(self, fact: Fact, turn: Item) -> None:
        """Set what a model read in a turn against what is known, some of it said after it."""
        every = self._every(fact.subject)
        if any(_settles(item, fact, turn) for item in every):
            return
        held = self._held((fact.subject, fact.slot))
        if _speaks_for_another([version for _, version in held.values()], fact):
            return
        at = (turn.said_at, turn.position)
        later = {key for key, (item, _) in held.items() if (item.said_at, item.position) > at}
        before = [version for key, (_, version) in held.items() if key not in later]
        after = [version for key, (_, version) in held.items() if key in later]
        for change in told_late(before, after, fact):
            replaced = self._end(change, held)
            if change.new is not None and change.op not in {"END", "NOOP"}:
                ordinal = self._ordinal(change.new.fact.line, turn)
                item = item_of(change.new, turn, ordinal, self._recipe)
                item = replace(item, supersedes=replaced, attrs={**item.attrs, READ: MODEL})
                self._put(item, change.new, held)

    def _every(self, about: str) -> list[Item]:
        """Return the items about somebody as they are now, hidden ones too."""
        found = stored.every(self._reader, self._recipe, self._session, about)
        known = {item.id: item for item in found if self._counts(item)}
        own = {key: item for key, item in self._changed.items() if item.metadata["about"] == about}
        return [*{**known, **own}.values()]

    def _counts(self, item: Item) -> bool:
        """Tell whether an item says something still: what was hidden with its turn does not."""
        turns = self._reader.by_id(item.sources) if item.status == "hidden" else []
        return item.status != "archived" and all(turn.status == "active" for turn in turns)

    def _ordinal(self, text: str, turn: Item) -> int:
        """Return the place of a fact among those that a model read in a turn.

        One of this text keeps its place, dropped or hidden; others get the next that is free.
        """
        ordinal = BY_MODEL
        while True:
            item_id = derived_id(self._recipe, KIND, [turn.id], ordinal)
            there = self._changed.get(item_id) or next(iter(self._reader.by_id([item_id])), None)
            if there is None or (there.text == text and item_id not in self._changed):
                return ordinal
            ordinal += 1

    def _tell(self, fact: Fact, turn: Item, ordinal: int) -> None:
        """Set a fact against what its slot holds, and make the changes that follow."""
        held = self._held((fact.subject, fact.slot))
        for change in reconcile([version for _, version in held.values()], fact):
            replaced = self._end(change, held)
            if change.new is not None and change.op not in {"END", "NOOP"}:
                item = item_of(change.new, turn, ordinal, self._recipe)
                self._put(replace(item, supersedes=replaced), change.new, held)

    def _held(self, key: _Slot) -> dict[str, tuple[Item, Version]]:
        """Return the items of a subject and slot with what they say, by id."""
        if key not in self._slots:
            held = stored.of(self._reader, self._recipe, self._session, *key)
            items = [item for item in held if item.id not in self._changed]
            self._slots[key] = {item.id: (item, version_of(item)) for item in items}
        return self._slots[key]

    def _end(self, change: Change, held: dict[str, tuple[Item, Version]]) -> str | None:
        """Put what a change leaves of a version; return its id if another takes its place."""
        old = next((item_id for item_id, (_, one) in held.items() if one is change.old), None)
        left = left_of(change)
        if old is None or left is None:
            return None
        item = held[old][0]
        fresh = item_of(left, item, 0, self._recipe)
        read = {READ: MODEL} if READ in item.attrs else {}
        attrs = {**fresh.attrs, **read}
        item = replace(item, status=fresh.status, valid=fresh.valid, attrs=attrs)
        self._put(item, left, held)
        return old if change.op in {"SUPERSEDE", "CORRECT"} else None

    def _put(self, item: Item, version: Version, held: dict[str, tuple[Item, Version]]) -> None:
        held[item.id] = (item, version)
        self._changed[item.id] = item


def _settles(item: Item, fact: Fact, turn: Item) -> bool:
    """Tell whether an item leaves nothing to be said by what a model read about the same person."""
    known = version_of(item).fact
    here = item.sources[0] == turn.id
    same = known.slot == fact.slot and same_value(known, fact) and known.holds == fact.holds
    if item.status == "hidden":
        return same  # whoever hid it meant all that says so
    if not here:
        return False
    if known.value.casefold() == fact.value.casefold() and not slots.is_known(fact.slot):
        return known.holds == fact.holds
    plans = "plan" in {known.act, fact.act} and known.act != fact.act
    one = known.slot == fact.slot and fact.kind != "list" and known.holds and not plans
    return same or one


def _speaks_for_another(versions: Sequence[Version], fact: Fact) -> bool:
    """Tell whether somebody denies what another holds of themselves, or says otherwise."""
    own = fact.by == fact.subject or fact.subject.startswith(f"{fact.by}'s ")
    if own or (fact.kind == "list" and fact.holds):
        return False
    return any(one.fact.by == fact.subject for one in current(versions))


def _last(most: int, first: Sequence[T], then: Sequence[T]) -> list[T]:
    return [*first, *then][-most:]
