"""Forgetting by policy: what has expired, is too much, or was not used for long is hidden.

Nothing is deleted: what fades is hidden by one event, which can be undone, and what was derived
from it goes with it and comes back with it. What users said fades only where it is named.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import numpy as np

from mnemos.arithmetic import Floats
from mnemos.errors import Corrupt, InputError
from mnemos.lifecycle import fade
from mnemos.lifecycle.following import following
from mnemos.lifecycle.used import ages
from mnemos.store.base import FLAG_KEY
from mnemos.store.journal import microseconds
from mnemos.store.snapshot import Snapshot
from mnemos.types import Item, Receipt, Scope

#: What was said, or put right, by somebody: makers of items that no recipe derived.
SAID_BY = frozenset({"", "user"})
TURN = "turn"
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """What may fade. Each rule by itself hides what it finds; what ``keep`` names always stays.

    Time counts from when an item was said, recorded in its present state or last used, whichever
    came last. So what was made or brought back today has not been unused for years.

    Args:
        expired: Hide what is past its ``expires_at``: it is not recalled anyway.
        caps: By kind, at most so many of each user and agent; those with least left of them go
            first. MemOS (arXiv:2507.03724) keeps such caps.
        unused_for: Hide what was not used for so long: a timedelta, or days.
        below: Hide what has less than this left of it: R = e^(−t / S), S its strength.
        stretch: The time in which t is counted: a timedelta, or days.
        kinds: Only items of these kinds; by default all that recipes derived. Turns, and what a
            user put right, fade only where "turn" stands here or, for its cap, in ``caps``.
        keep: Ids of items that stay.
        useful: Items of at least this utility stay; None is no reason to.

    Raises:
        InputError: A figure makes no sense.
    """

    expired: bool = True
    caps: Mapping[str, int] = field(default_factory=dict)
    unused_for: timedelta | float | None = None
    below: float | None = None
    stretch: timedelta | float = DAY
    kinds: tuple[str, ...] = ()
    keep: tuple[str, ...] = ()
    useful: float | None = None

    def __post_init__(self) -> None:
        if not isinstance(self.caps, Mapping) or any(
            not isinstance(kind, str)
            or isinstance(cap, bool)
            or not isinstance(cap, int)
            or cap < 0
            for kind, cap in self.caps.items()
        ):
            raise InputError(f"caps: expected kinds with how many of each, not {self.caps!r}")
        for name in ("kinds", "keep"):
            given: object = getattr(self, name)
            if not isinstance(given, tuple) or not all(isinstance(each, str) for each in given):
                raise InputError(f"{name}: expected a tuple of texts, not {given!r}")
        _require(self.below, "below", 0.0, 1.0)
        _require(self.useful, "useful", -1.0, 1.0)
        if self.unused_for is not None:
            span(self.unused_for, "unused_for")
        if not span(self.stretch, "stretch"):
            raise InputError("stretch: expected a time above nought")
        apart = sorted(self.caps.keys() - set(self.kinds)) if self.kinds else []
        if apart:
            raise InputError(f"caps: {apart[0]!r} is not among the kinds {', '.join(self.kinds)}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Faded:
    """What a policy hid, or would hide.

    Args:
        ids: Items that fade, in the order in which they were remembered.
        why: Why each does, by id.
        derived: Items that were derived from them, and go with them.
        kinds: How many of both go, by kind.
        seq: The event; None in a preview, and where nothing fades.
        head: The journal's head hash after it.
        preview: Whether nothing was done.
    """

    ids: tuple[str, ...] = ()
    why: Mapping[str, str] = field(default_factory=dict)
    derived: tuple[str, ...] = ()
    kinds: Mapping[str, int] = field(default_factory=dict)
    seq: int | None = None
    head: str = ""
    preview: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Fading:
    """What a policy finds.

    Args:
        items: As they are going to be, hidden, in the order of their numbers.
        why: Why each does, by id.
        derived: As they are going to be, hidden with them.
    """

    items: tuple[Item, ...] = ()
    why: Mapping[str, str] = field(default_factory=dict)
    derived: tuple[Item, ...] = ()


def faded(found: Fading, receipt: Receipt | None = None) -> Faded:
    """Return what was found as callers see it; without a receipt as a preview."""
    going = Counter(item.kind for item in (*found.items, *found.derived))
    written = receipt is not None and bool(found.items)
    return Faded(
        ids=tuple(item.id for item in found.items),
        why=found.why,
        derived=tuple(item.id for item in found.derived),
        kinds=dict(sorted(going.items())),
        seq=receipt.seq if receipt is not None and written else None,
        head="" if receipt is None else receipt.head,
        preview=receipt is None,
    )


def span(given: object, what: str) -> timedelta:
    """Return a time that is given as such, or in days.

    Raises:
        InputError: It is neither, or runs backwards.

    >>> span(1.5, "unused_for")
    datetime.timedelta(days=1, seconds=43200)
    """
    if isinstance(given, int | float) and not isinstance(given, bool):
        try:
            given = timedelta(days=given)
        except (ValueError, OverflowError) as error:
            raise InputError(f"{what}: {given} days cannot be counted: {error}") from error
    if not isinstance(given, timedelta) or given < timedelta(0):
        raise InputError(f"{what}: expected a timedelta or days, from nought up, not {given!r}")
    return given


def fading(policy: Policy, snapshot: Snapshot, scope: Scope, now: datetime) -> Fading:
    """Return what fades of a scope."""
    items, figures = _candidates(policy, snapshot, scope, now)
    why: dict[str, str] = {}
    for item, reason in _found(policy, items, figures, now):
        why.setdefault(item.id, reason)
    stay = _staying(policy, items, figures)
    chosen = tuple(item for item in items if item.id in why and item.id not in stay)
    hidden = tuple(replace(item, status="hidden") for item in chosen)
    return Fading(
        items=hidden,
        why={item.id: why[item.id] for item in chosen},
        derived=following(hidden, snapshot),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Figures:
    """What the rules look at. Each of shape (items,).

    Args:
        unused: Microseconds since it was said, recorded or used last.
        strength: S.
        utility: Q.
    """

    unused: Floats
    strength: Floats
    utility: Floats


def _candidates(
    policy: Policy, snapshot: Snapshot, scope: Scope, now: datetime
) -> tuple[list[Item], _Figures]:
    """Return the active items that the policy looks at, with what its rules ask of them."""
    docs = snapshot.index.docs
    wanted = {*(policy.kinds or snapshot.kinds.values()), *policy.caps}
    if TURN not in {*policy.kinds, *policy.caps}:
        wanted.discard(TURN)
    numbers = [no for no, kind in snapshot.kinds.items() if kind in wanted]
    there = (docs["item"] >= 0) & (docs["flags"] & FLAG_KEY == 0) & np.isin(docs["kind"], numbers)
    if scope != Scope():
        there &= np.isin(docs["scope"], snapshot.matching_scopes(scope))
    nos = np.flatnonzero(there)
    read = snapshot.items(nos.tolist())
    if len(read) < len(nos):
        raise Corrupt("the index names items that cannot be read")
    active = [place for place, item in enumerate(read) if item.status == "active"]
    items = [read[place] for place in active]
    uses = snapshot.uses(nos[active])
    since = [max(microseconds(item.said_at), microseconds(item.recorded_at)) for item in items]
    return items, _Figures(
        unused=ages(np.array(since, dtype=np.int64), uses, microseconds(now)),
        strength=np.ones(len(items)) if uses is None else uses.strength,
        utility=np.zeros(len(items)) if uses is None else uses.utility,
    )


def _found(
    policy: Policy, items: Sequence[Item], figures: _Figures, now: datetime
) -> Iterable[tuple[Item, str]]:
    """Yield what each rule hides, and why; some of it more than once."""
    named = [place for place, item in enumerate(items) if _named(policy, item)]
    gone: set[int] = set()
    days = figures.unused / (DAY / timedelta(microseconds=1))
    if policy.expired:
        for at in fade.expired([items[place].expires_at for place in named], now):
            item = items[named[at]]
            gone.add(named[at])
            yield item, f"expired on {item.expires_at:%Y-%m-%d}"
    if policy.unused_for is not None:
        longest = span(policy.unused_for, "unused_for") / DAY
        for place in named:
            if days[place] >= longest:
                gone.add(place)
                since = now - timedelta(days=float(days[place]))
                yield items[place], f"not used since {since:%Y-%m-%d}"
    if policy.below is not None:
        left = fade.retention(days / (span(policy.stretch, "stretch") / DAY), figures.strength)
        for place in named:
            if left[place] < policy.below:
                gone.add(place)
                yield items[place], f"{left[place]:.1%} of it is left"
    yield from _too_many(policy, items, figures, gone)


def _too_many(
    policy: Policy, items: Sequence[Item], figures: _Figures, gone: set[int]
) -> Iterable[tuple[Item, str]]:
    """Yield what is over a cap, of what the other rules leave."""
    stay = _staying(policy, items, figures)
    rest = [
        place
        for place in range(len(items))
        if place not in gone and items[place].kind in policy.caps
    ]
    owners = [f"{items[place].scope.user!r} {items[place].scope.agent!r}" for place in rest]
    kinds = [f"{owner} {items[place].kind}" for owner, place in zip(owners, rest, strict=True)]
    caps = {kind: policy.caps[items[place].kind] for kind, place in zip(kinds, rest, strict=True)}
    # The exponent of what is left of each: that itself is nought for all that is old.
    scores = -figures.unused[rest] / figures.strength[rest]
    kept = [items[place].id in stay for place in rest]
    for at in fade.over_cap(kinds, np.where(kept, 1.0, scores), caps):
        item = items[rest[at]]
        yield item, f"over the cap of {policy.caps[item.kind]:,} of kind {item.kind}"


def _named(policy: Policy, item: Item) -> bool:
    """Say whether an item may fade for what it is, caps aside."""
    if item.made_by in SAID_BY and TURN not in policy.kinds:
        return False
    return item.kind in policy.kinds or not policy.kinds


def _staying(policy: Policy, items: Sequence[Item], figures: _Figures) -> set[str]:
    """Return the ids of what fades by no rule."""
    stay = set(policy.keep)
    for place, item in enumerate(items):
        useful = policy.useful is not None and figures.utility[place] >= policy.useful
        put_right = item.made_by in SAID_BY and item.kind != TURN and TURN not in policy.kinds
        if useful or put_right:
            stay.add(item.id)
    return stay


def _require(given: object, what: str, least: float, most: float) -> None:
    if given is None:
        return
    number = isinstance(given, int | float) and not isinstance(given, bool)
    if not number or not least <= given <= most:  # type: ignore[operator] # a number
        raise InputError(f"{what}: expected a number from {least:g} to {most:g}, not {given!r}")
