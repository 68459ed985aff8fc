"""How far each recipe has learnt from each session, and where what it made has holes since.

A mark is a named value, changed in the same event as what it speaks of. Where something that was
made of several sources went with one of them, the sessions of those that are left are torn: what
the recipe made of them is dropped, and made anew of what is left, when it learns next.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace

import numpy as np

from mnemos.lifecycle.following import following, is_by_itself
from mnemos.store import journal
from mnemos.store.snapshot import Snapshot
from mnemos.types import JSON, Delta, Item, Scope, State

#: Who makes what is in no need of being made again: what was said, and what users put right.
_NOBODY = frozenset({"", "user"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """How far a session has been learnt from.

    Args:
        through: The highest item number among the turns that were.
        position: The highest position.
        failed: How often a model was asked in vain.
        torn: Something made of it went with a source that it shared with what is left.
    """

    through: int = -1
    position: int = -1
    failed: int = 0
    torn: bool = False

    def value(self) -> dict[str, JSON]:
        """Return it as it is kept."""
        kept: dict[str, JSON] = {"through": self.through, "position": self.position}
        if self.failed:
            kept["failed"] = self.failed
        if self.torn:
            kept["torn"] = True
        return kept

    @classmethod
    def read(cls, snapshot: Snapshot, recipe: str, scope: Scope) -> Mark:
        """Return a session's mark; that of one never learnt from if there is none."""
        value = snapshot.state(mark_name(recipe, scope))
        if not isinstance(value, Mapping):
            return cls()
        found = {name: value.get(name) for name in ("through", "position", "failed")}
        known = {name: each for name, each in found.items() if isinstance(each, int)}
        return cls(**known, torn=value.get("torn") is True)


def mark_name(recipe: str, scope: Scope) -> str:
    """Return the name of the value that says how far a session has been learnt from."""
    label = journal.canonical([scope.user, scope.agent, scope.session])
    return f"{recipe}/learnt/{journal.short_hash(label.encode())}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How a session stands with a recipe.

    Args:
        scope: The session.
        newest: The highest item number among its turns.
        mark: How far it has been learnt from.
    """

    scope: Scope
    newest: int
    mark: Mark

    @property
    def waits(self) -> bool:
        """Whether it has turns that were not learnt from, or is to be learnt from anew."""
        return self.mark.torn or self.newest > self.mark.through

    @property
    def failed(self) -> bool:
        """Whether a model failed in it."""
        return self.mark.failed > 0


def standings(snapshot: Snapshot, recipe: str) -> list[Standing]:
    """Return how all sessions in which something was said stand, oldest first."""
    scopes = snapshot.tables.scopes()
    return [
        Standing(scope=scopes[no], newest=newest, mark=Mark.read(snapshot, recipe, scopes[no]))
        for no, newest in _newest(snapshot)
    ]


def _newest(snapshot: Snapshot) -> list[tuple[int, int]]:
    """Return, for each scope in which something was said, its number and its newest item's."""
    said = snapshot.index.items
    scopes = snapshot.index.columns.scope[said]
    numbers, first = np.unique(scopes, return_index=True)
    newest = np.zeros(int(scopes.max(initial=-1)) + 1, dtype=np.int64)
    np.maximum.at(newest, scopes, said)
    return [(int(numbers[at]), int(newest[numbers[at]])) for at in np.argsort(first)]


def with_following(delta: Delta, changed: Iterable[Item], snapshot: Snapshot) -> Delta:
    """Return a change with what it brings about: what follows its items, and marks torn by that.

    Args:
        delta: The change.
        changed: Those of its items whose status changes.
        snapshot: What is now.
    """
    changed = tuple(changed)
    items = following(changed, snapshot)
    gone = {item.id for item in (*changed, *items) if item.status != "active"}
    marks = torn(snapshot.by_id([item.id for item in items]), gone, snapshot)
    return replace(delta, items=(*delta.items, *items), states=(*delta.states, *marks))


def torn(went: Iterable[Item], gone: Collection[str], snapshot: Snapshot) -> tuple[State, ...]:
    """Return the marks that say which sessions are to be learnt from anew.

    Args:
        went: What goes with a source, as it is now.
        gone: Ids of all that goes, those sources included.
        snapshot: What is now. What a user had hidden by itself tears nothing when it goes.
    """
    found: dict[tuple[str, Scope], None] = {}
    for item in went:
        if item.made_by not in _NOBODY and not is_by_itself(item):
            found |= {(item.made_by, scope): None for scope in left_of(item, gone, snapshot)}
    marks = [(*pair, Mark.read(snapshot, *pair)) for pair in found]
    return tuple(
        State(name=mark_name(recipe, scope), value=replace(mark, torn=True).value())
        for recipe, scope, mark in marks
        if mark.through >= 0 and not mark.torn
    )


def torn_again(names: Iterable[str], snapshot: Snapshot) -> tuple[State, ...]:
    """Return marks as torn, by the names of the values; not those that are gone."""
    values = [(name, snapshot.state(name)) for name in names]
    return tuple(
        State(name=name, value={**value, "torn": True})
        for name, value in values
        if isinstance(value, Mapping)
    )


def left_of(item: Item, gone: Collection[str], snapshot: Snapshot) -> list[Scope]:
    """Return the sessions of the active turns that an item leaves with nothing made of them.

    A source that is derived itself and active still stands for its own turns; one that was
    superseded does not.
    """
    scopes: dict[Scope, None] = {}
    seen = {item.id}
    waiting = list(item.sources)
    while waiting:
        wanted = [each for each in dict.fromkeys(waiting) if each not in gone and each not in seen]
        seen.update(wanted)
        waiting = []
        for source in snapshot.by_id(wanted):
            if source.made_by:
                waiting += () if source.status == "active" else source.sources
            elif source.status == "active":
                scopes[source.scope] = None
    return list(scopes)
