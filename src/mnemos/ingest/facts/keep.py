"""Facts are read from new turns and set against what is known: one Delta a session.

What is over gets a new version of its item; nothing is deleted. An item that the user has hidden
stays so, and what it said is not known: the same words, read again, change nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from mnemos.ingest.facts.fact import Fact
from mnemos.ingest.facts.items import item_of, said, version_of
from mnemos.ingest.facts.read import NEAR, read
from mnemos.ingest.facts.timeline import Change, Version, left_of, reconcile
from mnemos.store.base import FLAG_KEY, Reader
from mnemos.store.index import tag
from mnemos.store.journal import turn_id
from mnemos.types import Delta, Item, Scope, Session

#: So many facts told last are what "she" and "not any more" can be about.
KNOWN = 60

Integers = NDArray[np.int64]
_Slot = tuple[str, str]


def keep(session: Session, reader: Reader, recipe: str) -> Delta:
    """Return what the new turns of a session tell, and what of the known it ends."""
    return Keeping(reader, session.scope, recipe).learn(session.new)


class Keeping:
    """The facts of one user and agent, as far as new turns touch them."""

    def __init__(self, reader: Reader, scope: Scope, recipe: str) -> None:
        self._reader = reader
        self._recipe = recipe
        self._session = scope
        self._whose = replace(scope, session=None)
        self._slots: dict[_Slot, dict[str, tuple[Item, Version]]] = {}
        self._changed: dict[str, Item] = {}

    def learn(self, turns: Sequence[Item]) -> Delta:
        """Return the change that turns make, in their order."""
        if not any(turn.role == "user" for turn in turns):
            return Delta()
        known = self._known()
        before = [said(turn) for turn in self._before(turns[0])]
        for turn in turns:
            this = said(turn)
            facts = read(this, before, known)
            for ordinal, fact in enumerate(facts):
                self._tell(fact, turn, ordinal)
            known = [*known, *facts][-KNOWN:]
            before = [*before, this][-NEAR:]
        return Delta(items=tuple(self._changed.values()))

    def _before(self, turn: Item) -> list[Item]:
        """Return the turns before one; where a place was edited, nothing stands there."""
        places = range(max(0, turn.position - NEAR), turn.position)
        return self._reader.by_id([turn_id(self._session, place) for place in places])

    def _known(self) -> list[Fact]:
        """Return the facts told last, oldest first."""
        nos = self._ours(self._reader.derived(self._recipe).items)
        items = self._reader.items(nos[-KNOWN:].tolist())
        return [version_of(item).fact for item in items if item.status != "hidden"]

    def _ours(self, nos: Integers) -> Integers:
        """Return those documents that are items of this user and agent."""
        columns = self._reader.index.columns
        scopes = self._reader.matching_scopes(self._whose)
        own = np.isin(columns.scope[nos], scopes) & (columns.flags[nos] & FLAG_KEY == 0)
        found: Integers = nos[own]
        return found

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
            items = [item for item in self._stored(key) if item.id not in self._changed]
            self._slots[key] = {item.id: (item, version_of(item)) for item in items}
        return self._slots[key]

    def _stored(self, key: _Slot) -> list[Item]:
        about, slot = (tag(*pair) for pair in (("about", key[0]), ("slot", key[1])))
        found = self._reader.index.postings([about, slot])
        if len(found) < len({about, slot}):
            return []
        nos = np.intersect1d(found[about].docs, found[slot].docs).astype(np.int64)
        recipe = self._reader.derived(self._recipe).recipe
        nos = nos[self._reader.index.columns.recipe[nos] == recipe]
        items = self._reader.items(self._ours(nos).tolist())
        return [item for item in items if item.status in {"active", "superseded"}]

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
