"""Facts are read from new turns and set against what is known: one Delta a session.

What is over gets a new version of its item; nothing is deleted. An item that the user has hidden
stays so, and what it said is not known: the same words, read again, change nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import TypeVar

from mnemos.ingest.facts import stored
from mnemos.ingest.facts.fact import Fact, Said
from mnemos.ingest.facts.items import item_of, said, version_of
from mnemos.ingest.facts.later import Later
from mnemos.ingest.facts.read import NEAR, read
from mnemos.ingest.facts.timeline import Change, Version, left_of, reconcile
from mnemos.store.base import Reader
from mnemos.store.journal import turn_id
from mnemos.types import Delta, Item, Scope, Session

#: So many facts told last are what "she" and "not any more" can be about.
KNOWN = 60

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
        return [version_of(item).fact for item in items if item.status != "hidden"]

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
        item = replace(item, status=fresh.status, valid=fresh.valid, attrs=fresh.attrs)
        self._put(item, left, held)
        return old if change.op in {"SUPERSEDE", "CORRECT"} else None

    def _put(self, item: Item, version: Version, held: dict[str, tuple[Item, Version]]) -> None:
        held[item.id] = (item, version)
        self._changed[item.id] = item


def _last(most: int, first: Sequence[T], then: Sequence[T]) -> list[T]:
    return [*first, *then][-most:]
