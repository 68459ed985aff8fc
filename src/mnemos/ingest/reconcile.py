"""What is to happen when something new meets what is held: one decision, made of values.

Nothing is deleted: what is contradicted is superseded, and what turns out to be older than what is
held is added as past. Bars are those proposed for Memory-R1 (arXiv:2508.19828), RMM
(arXiv:2503.08026) and LightMem (arXiv:2510.18866); a model may decide instead, with this as its
fallback.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from mnemos.arithmetic import finite

Operation = Literal["ADD", "UPDATE", "NOOP", "MERGE", "SUPERSEDE"]
#: What a slot does with a second value: takes its place, stands beside it, or follows it in time.
Rule = Literal["replace", "append", "trajectory"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Bars:
    """How alike is alike enough; cosines, each inclusive.

    Args:
        same: From here on it says the same.
        merge: From here on two that are of no slot are told together.
        near: Below, it is another matter.
    """

    same: float = 0.92
    merge: float = 0.85
    near: float = 0.6

    def __post_init__(self) -> None:
        if not self.near <= self.merge <= self.same:
            raise ValueError(f"bars rise: {self.near} ≤ {self.merge} ≤ {self.same}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """What something says, as far as it can be compared.

    Args:
        said_at: When it was said.
        subject: Whom it is about; None if it is of no slot.
        slot: What of them: "lives in", "name"; None if it is of no slot.
        value: What it is; empty for none.
        denies: It says that something is so no longer.
    """

    said_at: datetime
    subject: str | None = None
    slot: str | None = None
    value: str = ""
    denies: bool = False

    @property
    def place(self) -> tuple[str, str] | None:
        """Subject and slot, in small letters; None if there is no slot."""
        if self.subject is None or self.slot is None:
            return None
        return _plain(self.subject), _plain(self.slot)


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What to do with something new.

    Args:
        operation: ADD it; UPDATE what is held with its fuller words; NOOP: it is held already;
            MERGE both into one; SUPERSEDE what is held.
        target: The place of what is held; None for an ADD that meets nothing. With an ADD of a slot
            that replaces, that one is the newer: the new was true until then. With an ADD of a
            trajectory, that one is the latest so far.
        why: In a few words.
    """

    operation: Operation
    target: int | None = None
    why: str = ""


def reconcile(
    new: Claim,
    held: Sequence[Claim],
    likeness: Sequence[float],
    *,
    rule: Rule = "replace",
    bars: Bars | None = None,
) -> Decision:
    """Decide what becomes of something new.

    First the slot tells, where both have the same: it holds whatever the likeness. Then likeness.

    Args:
        new: What is said.
        held: What may be meant, active ones only.
        likeness: Of the new with each. Shape of held.
        rule: What its slot does with a second value (MOOM, arXiv:2509.11860).
        bars: How alike is alike enough.

    >>> from datetime import UTC
    >>> old = Claim(said_at=datetime(2023, 1, 1, tzinfo=UTC), subject="Ann", slot="city",
    ...             value="Paris")
    >>> new = Claim(said_at=datetime(2024, 1, 1, tzinfo=UTC), subject="ann", slot="city",
    ...             value="Oslo")
    >>> reconcile(new, [old], [0.7])
    Decision(operation='SUPERSEDE', target=0, why='a newer value of its slot')
    >>> reconcile(new, [], []).operation
    'ADD'
    """
    values = finite(list(likeness), "likenesses").tolist()
    if len(values) != len(held):
        raise ValueError(f"{len(held)} are held, {len(values)} likenesses given")
    bars = bars or Bars()
    order = sorted(range(len(held)), key=lambda place: (-values[place], place))
    if new.place is not None:
        own = [place for place in order if held[place].place == new.place]
        if own:
            return _by_slot(new, held, own, rule)
    return _by_likeness(new, held, [(place, values[place]) for place in order], bars)


def _by_slot(new: Claim, held: Sequence[Claim], own: Sequence[int], rule: Rule) -> Decision:
    """Decide among claims of the same slot, the most alike first."""
    value = _plain(new.value)
    latest = max(own, key=lambda place: (held[place].said_at, -place))
    meant = [latest] if rule == "trajectory" else own  # who comes back is there again
    for place in meant:
        if _plain(held[place].value) == value and held[place].denies == new.denies:
            return Decision(operation="NOOP", target=place, why="held already")
    if new.denies:
        return _denied(new, held, own)
    if held[latest].denies:
        return _newer(new, held, latest, "so again")
    if rule == "replace":
        fuller = _plain(held[latest].value)
        if fuller and f" {fuller} " in f" {value} ":
            return _newer(new, held, latest, "the same, told more fully", "UPDATE")
        return _newer(new, held, latest, "a newer value of its slot")
    target = latest if rule == "trajectory" else None
    return Decision(operation="ADD", target=target, why="one more value of its slot")


def _denied(new: Claim, held: Sequence[Claim], own: Sequence[int]) -> Decision:
    """Supersede what a denial of its value, or of all values, is about."""
    value = _plain(new.value)
    for place in own:
        if not held[place].denies and value in {"", _plain(held[place].value)}:
            return _newer(new, held, place, "no longer so")
    return Decision(operation="ADD", why="denies what is not held")


def _newer(
    new: Claim,
    held: Sequence[Claim],
    target: int,
    why: str,
    operation: Operation = "SUPERSEDE",
) -> Decision:
    """Return the operation if the new is as new as what is held, else that it is past."""
    if new.said_at < held[target].said_at:
        return Decision(operation="ADD", target=target, why="a past value of its slot")
    return Decision(operation=operation, target=target, why=why)


def _by_likeness(
    new: Claim, held: Sequence[Claim], ranked: Sequence[tuple[int, float]], bars: Bars
) -> Decision:
    """Decide by the most alike."""
    place, like = ranked[0] if ranked else (0, -1.0)
    if not ranked or like < bars.near:
        return Decision(operation="ADD", why="nothing like it is held")
    two_slots = new.place is not None and held[place].place is not None
    if two_slots or (held[place].denies and not new.denies):
        return Decision(operation="ADD", why="another matter")
    if new.denies and not held[place].denies:
        return _newer(new, held, place, "no longer so")
    if like >= bars.same:
        return Decision(operation="NOOP", target=place, why="held already")
    if like >= bars.merge:
        return Decision(operation="MERGE", target=place, why="much the same")
    return Decision(operation="ADD", why="near, but another matter")


def _plain(words: str) -> str:
    return " ".join(words.casefold().split())
