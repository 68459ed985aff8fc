"""What the memory knows of whom, from when to when: facts as they are asked for.

Facts are items of kind "fact", read from turns by the recipe, or put right by the user. The newest
that is valid leads; what it took the place of is kept, with the time in which it was true.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np

from mnemos.ingest.derive import derived_id
from mnemos.ingest.facts.find import find
from mnemos.ingest.facts.items import KIND, OPEN, holds_fact, version_of
from mnemos.ingest.facts.timeline import Status, Version
from mnemos.ingest.facts.told import wanted_of
from mnemos.store.snapshot import Snapshot
from mnemos.types import Item, Scope

#: Who makes what a user puts right. No recipe drops it.
USER = "user"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One thing that is known about somebody, with the time in which it is true.

    Args:
        id: The item's.
        about: Whose fact: a name, "user", or a relation of one ("Ann's sister").
        slot: What about them: "home", "job", "likes" …
        value: In the words of who said it; empty where it only says that something is over.
        holds: False where it is denied: "I don't eat meat".
        status: "current", "superseded" by a newer value, "corrected" (it never was true),
            "disputed" (somebody else says otherwise), "planned", or "retired" by the user.
        since: When it became true, or else when it was said.
        until: When it was over; None while it holds.
        said_at: When it was said.
        by: Who said it.
        learnt_at: When the memory learnt it, or last changed its mind about it.
        turns: Ids of the turns that say it.
        text: In a line: "Ann · home: Porto".
        words: The words of the turn that say so.
    """

    id: str
    about: str
    slot: str
    value: str
    holds: bool
    status: str
    since: datetime
    until: datetime | None
    said_at: datetime
    by: str
    learnt_at: datetime
    turns: tuple[str, ...]
    text: str
    words: str

    def holds_at(self, moment: datetime) -> bool:
        """Return whether it was true at a moment, or claimed to be, by all that is known."""
        if self.status in {"corrected", "planned", "retired"}:
            return False
        return self.since <= moment and (self.until is None or moment < self.until)


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """What is true of somebody at a moment.

    Args:
        about: Whose.
        at: The moment.
        slots: Slot → facts that hold then, newest first; slots in alphabetical order.
    """

    about: str
    at: datetime
    slots: Mapping[str, tuple[Fact, ...]]


def facts(snapshot: Snapshot, recipe: str, scope: Scope) -> list[Fact]:
    """Return all facts of a scope, newest first; what they took the place of is marked as over.

    Args:
        snapshot: What is read; at a moment of the past, as the memory saw it then.
        recipe: Whose facts, beside those that the user put right.
        scope: Whose and which.
    """
    found = [fact for fact, _ in _read(snapshot, recipe, scope)]
    return sorted(found, key=lambda fact: (fact.since, fact.said_at, fact.id), reverse=True)


def answering(
    snapshot: Snapshot, recipe: str, scope: Scope, question: str, moment: datetime | None
) -> list[Fact]:
    """Return the facts that answer a question, best first; none if it asks for nobody's slot.

    Args:
        snapshot: What is read.
        recipe: Whose facts, beside those that the user put right.
        scope: Whose and which.
        question: In the present tense, or in the past for what is over.
        moment: What was true then; None is what holds, or what is over.
    """
    wanted = wanted_of(question, snapshot)
    if wanted is None:
        return []
    timelines: dict[tuple[str, str], list[Version]] = {}
    whole: dict[int, Fact] = {}
    for fact, version in _read(snapshot, recipe, scope):
        if fact.status != "retired":
            whole[id(version)] = fact
            timelines.setdefault(version.key, []).append(version)
    return [whole[id(version)] for version in find(timelines, wanted, moment)]


def _read(snapshot: Snapshot, recipe: str, scope: Scope) -> list[tuple[Fact, Version]]:
    items = _items(snapshot, recipe, scope)
    told = [(_fact(item, version), version) for item in items for version in [version_of(item)]]
    replaced = {
        item.supersedes for item in items if item.made_by == USER and item.status == "active"
    }
    return [_put_right(*each) if each[0].id in replaced else each for each in told]


def about_whom(found: Iterable[Fact], about: str) -> list[Fact]:
    """Return the facts about somebody, whatever their case."""
    return [fact for fact in found if fact.about.casefold() == about.casefold()]


def held(found: Iterable[Fact], moment: datetime) -> tuple[Fact, ...]:
    """Return those that hold at a moment, in their order."""
    return tuple(fact for fact in found if fact.holds_at(moment))


def profile(own: Sequence[Fact], about: str, moment: datetime) -> Profile:
    """Return somebody's facts that hold at a moment, by slot."""
    slots = sorted({fact.slot for fact in own})
    return Profile(
        about=own[0].about if own else about,
        at=moment,
        slots={slot: tuple(fact for fact in own if fact.slot == slot) for slot in slots},
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Marks:
    """What a reader of a turn should know of what it says.

    Args:
        outdated: Slots of which it says what was true then and is not any more.
        disputed: Slots of which it says what somebody else denies.
    """

    outdated: tuple[str, ...] = ()
    disputed: tuple[str, ...] = ()


def marks(
    snapshot: Snapshot, items: Iterable[Item], recipe: str, moment: datetime
) -> dict[str, Marks]:
    """Return what to know of turns at a moment, by their ids; of most there is nothing."""
    if snapshot.recipes.keys().isdisjoint({recipe, USER}):
        return {}
    found = {}
    for turn in items:
        made = [
            item
            for item in snapshot.items(snapshot.tables.derived_from(turn.id))
            if item.made_by in {recipe, USER} and holds_fact(item)
        ]
        over = dict.fromkeys(_slot(item) for item in made if _is_over(item, moment))
        denied = dict.fromkeys(_slot(item) for item in made if _is_disputed(item))
        if over or denied:
            found[turn.id] = Marks(outdated=tuple(over), disputed=tuple(denied))
    return found


def _slot(item: Item) -> str:
    return str(item.metadata["slot"])


def _is_disputed(item: Item) -> bool:
    return item.status == "active" and version_of(item).status == "disputed"


def _is_over(item: Item, moment: datetime) -> bool:
    """Tell whether a turn says what is not so at a moment, by a fact that was made of it.

    What ended before it was said, the turn tells as over itself.
    """
    if item.made_by == USER:  # it stands in the place of what the turn says
        return item.status == "active"
    version = version_of(item)
    if item.status != "superseded":
        return False
    if version.status == "corrected":
        return True
    said_at = version.fact.said_at
    return version.valid_to is not None and said_at < version.valid_to <= moment


def put_right(item: Item, value: str, others: int) -> Item:
    """Return the fact that takes the place of a wrong one, by word of the user.

    Args:
        item: The wrong one.
        value: What is right.
        others: How many times it was put right before.
    """
    version = version_of(item)
    return replace(
        item,
        id=right_id(item, others),
        text=replace(version.fact, value=value, holds=True).line,
        valid=(version.valid_from, OPEN),
        status="active",
        supersedes=item.id,
        trust=1.0,
        attrs={"value": value, "by": version.fact.by, "words": value},
        made_by=USER,
    )


def right_id(item: Item, others: int) -> str:
    """Return the id of the fact that takes the place of a wrong one."""
    return derived_id(USER, KIND, [item.id], others)


def _items(snapshot: Snapshot, recipe: str, scope: Scope) -> list[Item]:
    """Return the fact items of a scope, hidden ones included."""
    nos = np.sort(np.concatenate([snapshot.derived(name).items for name in (recipe, USER)]))
    kinds = [no for no, kind in snapshot.kinds.items() if kind == KIND]
    nos = nos[np.isin(snapshot.index.docs["kind"][nos], kinds)]
    if scope != Scope():
        scopes = snapshot.index.columns.scope
        nos = nos[np.isin(scopes[nos], snapshot.matching_scopes(scope))]
    return [
        item
        for item in snapshot.items(nos.tolist())
        if item.status != "archived" and holds_fact(item)
    ]


def _fact(item: Item, version: Version) -> Fact:
    status: Status | str = version.status
    if item.status == "hidden":
        status = "retired"
    elif item.status == "superseded" and status in {"current", "disputed"}:
        status = "superseded"
    fact = version.fact
    return Fact(
        id=item.id,
        about=fact.subject,
        slot=fact.slot,
        value=fact.value,
        holds=fact.holds,
        status=status,
        since=version.valid_from,
        until=version.valid_to,
        said_at=fact.said_at,
        by=fact.by,
        learnt_at=item.recorded_at,
        turns=item.sources,
        text=item.text,
        words=fact.words,
    )


def _put_right(fact: Fact, version: Version) -> tuple[Fact, Version]:
    """Return a fact as it is once the user has put another in its place."""
    return (
        replace(fact, status="corrected", until=fact.since),
        replace(version, status="corrected", valid_to=version.valid_from),
    )
