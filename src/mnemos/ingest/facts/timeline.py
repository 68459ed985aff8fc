"""Facts of one slot become versions with a time of their own: what is true now, and what was when.

``reconcile`` takes the versions so far and one fact, and returns the changes; ``apply`` makes them.
So a store can do it turn by turn, and get what ``timeline`` gets from all facts at once.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

from mnemos.ingest.facts.classes import NUMBERS, ORDINALS, singular
from mnemos.ingest.facts.fact import Fact
from mnemos.ingest.facts.people import FUNCTION_WORDS

Status = Literal["current", "superseded", "corrected", "disputed", "planned"]
Op = Literal["ADD", "SUPERSEDE", "END", "CORRECT", "DISPUTE", "NOOP"]

#: Two people who contradict each other within this time disagree; later, it may have changed.
DISPUTED_WITHIN = timedelta(days=90)


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """A fact with the time in which it holds, [valid_from, valid_to).

    Args:
        fact: What was said.
        valid_from: When it became true, or else when it was said.
        valid_to: When it was over; None while it holds.
        status: "corrected" was an error and never true; "disputed" is claimed and contradicted;
            "planned" is not true yet.
    """

    fact: Fact
    valid_from: datetime
    valid_to: datetime | None = None
    status: Status = "current"

    @property
    def key(self) -> tuple[str, str]:
        """Its subject and slot."""
        return self.fact.subject, self.fact.slot


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What a new fact does to one version.

    Args:
        op: ADD brings ``new``; SUPERSEDE and CORRECT put ``new`` in place of ``old``, which is over
            or was never true; END ends ``old``; DISPUTE sets ``new`` against ``old``; NOOP nothing.
        old: The version as it was; None for ADD and NOOP.
        new: The version that is added or, for what happens to ``old``, ``old`` as it is now.
        fact: What brought it about.
    """

    op: Op
    fact: Fact
    old: Version | None = None
    new: Version | None = None


def reconcile(versions: Sequence[Version], fact: Fact) -> tuple[Change, ...]:
    """Return what a fact changes among the versions of its subject and slot.

    Args:
        versions: Those of the same subject and slot, in any order; others are not looked at.
        fact: The new one; not said before any of theirs.
    """
    same = [one for one in versions if one.key == (fact.subject, fact.slot)]
    open_ = [one for one in same if one.valid_to is None and one.status in {"current", "disputed"}]
    if fact.act == "plan":
        planned = Version(fact=fact, valid_from=fact.true_from or fact.said_at, status="planned")
        return (Change(op="ADD", fact=fact, new=planned),)
    if fact.act == "correct":
        return _correct(same, fact)
    if fact.act == "end":
        return _end(open_, fact)
    if fact.true_to is not None and fact.true_to <= fact.said_at:
        return _over(same, fact)
    return _tell(open_, fact)


def apply(versions: Sequence[Version], changes: Iterable[Change]) -> tuple[Version, ...]:
    """Return the versions after some changes, by when they were said."""
    found = list(versions)
    for change in changes:
        if change.old is not None:
            found.remove(change.old)
            if change.op in {"SUPERSEDE", "CORRECT", "DISPUTE"}:
                found.append(_after(change))
            elif change.new is not None:
                found.append(change.new)
            if change.op == "END":
                continue
        if change.new is not None and (change.old is None or change.op != "END"):
            found.append(change.new)
    return tuple(sorted(found, key=_order))


def timeline(facts: Iterable[Fact]) -> dict[tuple[str, str], tuple[Version, ...]]:
    """Return the versions of each subject and slot after all these facts."""
    found: dict[tuple[str, str], tuple[Version, ...]] = {}
    for fact in sorted(facts, key=lambda one: one.said_at):
        key = (fact.subject, fact.slot)
        versions = found.get(key, ())
        found[key] = apply(versions, reconcile(versions, fact))
    return {key: versions for key, versions in found.items() if versions}


def current(versions: Iterable[Version], now: datetime | None = None) -> tuple[Version, ...]:
    """Return what holds now or is disputed, latest first; without a now, after all was said."""
    if now is not None:
        return valid_at(versions, now)
    held = [
        one for one in versions if one.valid_to is None and one.status in {"current", "disputed"}
    ]
    return tuple(sorted(held, key=_order, reverse=True))


def valid_at(versions: Iterable[Version], moment: datetime) -> tuple[Version, ...]:
    """Return what was true at a moment, by all that is known, latest first."""
    held = [
        one
        for one in versions
        if one.status in {"current", "superseded", "disputed"}
        and one.valid_from <= moment
        and (one.valid_to is None or moment < one.valid_to)
    ]
    return tuple(sorted(held, key=_order, reverse=True))


def past(versions: Iterable[Version]) -> tuple[Version, ...]:
    """Return what was true and is over, the one that ended last first."""
    over = [one for one in versions if one.status == "superseded" and one.valid_to is not None]
    return tuple(
        sorted(over, key=lambda one: (one.valid_to or one.valid_from, *_order(one)), reverse=True)
    )


def same_value(one: Fact, other: Fact) -> bool:
    """Tell whether two facts give the same value: the same telling words, or fewer of them."""
    if one.kind == "count" and other.kind == "count":
        return _number(one.value) == _number(other.value)
    if "@" in one.value:
        return one.value.casefold() == other.value.casefold()
    mine, theirs = _words(one.value), _words(other.value)
    return bool(mine and theirs) and (mine <= theirs or theirs <= mine)


def _tell(open_: Sequence[Version], fact: Fact) -> tuple[Change, ...]:
    alike = [one for one in open_ if same_value(one.fact, fact)]
    agreeing = [one for one in alike if one.fact.holds == fact.holds]
    contrary = [one for one in alike if one.fact.holds != fact.holds]
    if not fact.holds and _is_all(fact):
        contrary = [one for one in open_ if one.fact.holds]  # "not on any medication"
    begins = fact.true_from or fact.said_at
    new = Version(fact=fact, valid_from=begins)
    if agreeing and not (fact.kind != "list" and len(open_) > len(agreeing)):
        return (Change(op="NOOP", fact=fact),)
    if not fact.holds:
        ended = tuple(_ended(one, begins, fact) for one in contrary)
        if ended or fact.kind == "list" or not open_:
            return (*ended, Change(op="ADD", fact=fact, new=new))
        return (Change(op="NOOP", fact=fact),)
    if fact.kind == "list" and not fact.instead_of:
        ended = tuple(_ended(one, begins, fact) for one in contrary)
        return (*ended, Change(op="ADD", fact=fact, new=new))
    rivals = (
        contrary
        or [one for one in open_ if fact.kind != "list"]
        or [one for one in open_ if _named(one, fact)]
    )
    if not rivals:
        return (Change(op="ADD", fact=fact, new=new),)
    return _replace(rivals, fact, new)


def _replace(rivals: Sequence[Version], fact: Fact, new: Version) -> tuple[Change, ...]:
    """Let a new value of a slot with one take the place of those before, or dispute them."""
    last = max(rivals, key=_order)
    if _disputes(last.fact, fact) and fact.by != last.fact.by:
        against = replace(new, status="disputed")
        return (Change(op="DISPUTE", fact=fact, old=last, new=against),)
    if last.fact.by == last.fact.subject and fact.by != fact.subject and fact.act == "tell":
        return (Change(op="NOOP", fact=fact),)
    changes = [Change(op="SUPERSEDE", fact=fact, old=last, new=new)]
    changes += [_ended(one, new.valid_from, fact) for one in rivals if one is not last]
    return tuple(changes)


def _disputes(old: Fact, new: Fact) -> bool:
    """Tell whether two people contradict each other about a third."""
    third = new.subject not in {old.by, new.by} and not new.subject.startswith(
        (f"{old.by}'s ", f"{new.by}'s ")
    )
    soon = new.said_at - old.said_at <= DISPUTED_WITHIN
    return third and old.by != new.by and new.act == "tell" and soon and new.true_from is None


def _correct(same: Sequence[Version], fact: Fact) -> tuple[Change, ...]:
    wrong = [
        one
        for one in same
        if one.status in {"current", "disputed", "superseded"}
        and (_named(one, fact) or (not fact.instead_of and one.valid_to is None))
    ]
    if not fact.value:
        return tuple(
            Change(
                op="END",
                fact=fact,
                old=one,
                new=replace(one, status="corrected", valid_to=one.valid_from),
            )
            for one in wrong[-1:]
        )
    if not wrong:
        return _tell([one for one in same if one.valid_to is None], replace(fact, act="tell"))
    old = max(wrong, key=_order)
    new = Version(fact=fact, valid_from=fact.true_from or old.valid_from)
    return (Change(op="CORRECT", fact=fact, old=old, new=new),)


def _end(open_: Sequence[Version], fact: Fact) -> tuple[Change, ...]:
    wanted = [
        one
        for one in open_
        if one.fact.holds
        and (not fact.value or same_value(one.fact, fact) or _shares(one.fact, fact))
        and (not fact.instead_of or _named(one, fact))
    ]
    if not wanted and fact.value and fact.kind != "list" and len(open_) == 1:
        wanted = [] if fact.slot == "partner" else [one for one in open_ if one.fact.holds]
    ends = fact.true_to or fact.said_at
    denied = [one for one in open_ if not one.fact.holds]
    if not wanted and (denied or fact.kind == "list" or open_):
        return (Change(op="NOOP", fact=fact),)
    named = fact.instead_of or next((one.fact.value for one in wanted if not fact.value), "")
    over = replace(fact, holds=False, true_from=ends, true_to=None, instead_of=named)
    ended = [_ended(one, ends, fact) for one in wanted + denied]
    return (*ended, Change(op="ADD", fact=fact, new=Version(fact=over, valid_from=ends)))


def _over(same: Sequence[Version], fact: Fact) -> tuple[Change, ...]:
    """Add what was true once and is over, unless it is known."""
    if any(same_value(one.fact, fact) for one in same):
        return (Change(op="NOOP", fact=fact),)
    ends = fact.true_to or fact.said_at
    begins = fact.true_from or ends
    version = Version(fact=fact, valid_from=min(begins, ends), valid_to=ends, status="superseded")
    return (Change(op="ADD", fact=fact, new=version),)


def _ended(version: Version, moment: datetime, fact: Fact) -> Change:
    over = replace(version, valid_to=max(moment, version.valid_from), status="superseded")
    return Change(op="END", fact=fact, old=version, new=over)


def _after(change: Change) -> Version:
    """Return the old version as a change leaves it."""
    old, new = change.old, change.new
    if old is None or new is None:
        raise ValueError(f"{change.op} needs an old and a new version")
    if change.op == "DISPUTE":
        return replace(old, status="disputed")
    if change.op == "CORRECT":
        return replace(old, status="corrected", valid_to=old.valid_from)
    return replace(old, status="superseded", valid_to=max(new.valid_from, old.valid_from))


def _named(version: Version, fact: Fact) -> bool:
    return bool(fact.instead_of) and bool(_words(version.fact.value) & _words(fact.instead_of))


def _shares(one: Fact, other: Fact) -> bool:
    return bool((_words(one.value) | _words(one.words)) & _words(other.value))


def _is_all(fact: Fact) -> bool:
    """Tell whether a denied value is the slot itself: "no medication", "stopped drinking"."""
    stem = fact.value.lower().removesuffix("ing")
    return _words(fact.value) <= _words(fact.slot) or (" " not in stem and stem in fact.slot)


def is_in(one: str, other: str) -> bool:
    """Tell whether two texts share a telling word."""
    return bool(_words(one) & _words(other))


def _words(value: str) -> frozenset[str]:
    found = re.findall(r"[^\W_]+", value.casefold())
    return frozenset(singular(one) for one in found if one not in FUNCTION_WORDS) or frozenset(
        found
    )


def _number(value: str) -> int | str:
    low = value.lower()
    return NUMBERS.get(low, ORDINALS.get(low, int(low) if low.isdecimal() else low))


def _order(version: Version) -> tuple[datetime, str, int, str]:
    return version.fact.said_at, version.fact.turn, version.fact.span[0], version.fact.value


def left_of(change: Change) -> Version | None:
    """Return what a change leaves of its old version; None if it has none."""
    if change.old is None:
        return None
    return change.new if change.op == "END" else _after(change)
