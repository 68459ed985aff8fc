"""A version of a fact as an item of kind "fact", and back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from mnemos.ingest.derive import derived_id
from mnemos.ingest.facts.fact import Fact, Said
from mnemos.ingest.facts.timeline import Version
from mnemos.store.journal import microseconds, moment
from mnemos.types import JSON, Item
from mnemos.types import Status as ItemStatus

KIND = "fact"
#: The end of what holds still.
OPEN = datetime.max.replace(tzinfo=UTC)
#: What keeps an item from being recalled; a plan and a claim are looked at.
_STATUS: dict[str, ItemStatus] = {"superseded": "superseded", "corrected": "superseded"}


def said(turn: Item) -> Said:
    """Return a turn as the rules read it."""
    return Said(
        ref=turn.id,
        text=turn.text,
        said_at=turn.said_at,
        speaker=turn.speaker or "",
        role=turn.role or "user",
        session=turn.scope.session or "",
    )


def item_of(version: Version, turn: Item, ordinal: int, recipe: str) -> Item:
    """Return a fact as an item; its id is of its place in the turn that says it.

    Args:
        version: The fact, and when it is true.
        turn: Who says it.
        ordinal: Its place among the turn's facts.
        recipe: Who reads it.
    """
    fact = version.fact
    return Item(
        id=derived_id(recipe, KIND, [turn.id], ordinal),
        kind=KIND,
        text=fact.line,
        scope=turn.scope,
        position=turn.position,
        speaker=turn.speaker,
        said_at=turn.said_at,
        said_at_given=turn.said_at_given,
        recorded_at=turn.recorded_at,
        valid=(version.valid_from, version.valid_to or OPEN),
        status=_STATUS.get(version.status, "active"),
        sources=(turn.id,),
        trust=turn.trust,
        metadata={"about": fact.subject, "slot": fact.slot},
        attrs=_attrs(version),
        made_by=recipe,
    )


def holds_fact(item: Item) -> bool:
    """Say whether an item holds a fact of a slot; other recipes call sentences of theirs facts."""
    return item.kind == KIND and "slot" in item.metadata


def version_of(item: Item) -> Version:
    """Return the fact that an item holds."""
    held: Mapping[str, Any] = item.attrs
    begins, ends = item.valid or (item.said_at, OPEN)
    span = held.get("span", (0, 0))
    fact = Fact(
        subject=str(item.metadata["about"]),
        slot=str(item.metadata["slot"]),
        value=held["value"],
        holds=held.get("holds", True),
        kind=held.get("of", "single"),
        act=held.get("act", "tell"),
        by=held["by"],
        said_at=item.said_at,
        true_from=_moment(held.get("true_from")),
        true_to=_moment(held.get("true_to")),
        turn=item.sources[0],
        span=(span[0], span[1]),
        words=held.get("words", ""),
        instead_of=held.get("instead_of", ""),
    )
    return Version(
        fact=fact,
        valid_from=begins,
        valid_to=None if ends >= OPEN else ends,
        status=held.get("standing", "current"),
    )


def _attrs(version: Version) -> dict[str, JSON]:
    """Return what an item says of a fact beside its text; what is usual is left out."""
    fact = version.fact
    told: dict[str, JSON] = {"value": fact.value, "by": fact.by, "span": list(fact.span)}
    told["words"] = fact.words
    if not fact.holds:
        told["holds"] = False
    if fact.kind != "single":
        told["of"] = fact.kind
    if fact.act != "tell":
        told["act"] = fact.act
    if fact.instead_of:
        told["instead_of"] = fact.instead_of
    for name in ("true_from", "true_to"):
        value = getattr(fact, name)
        if value is not None:
            told[name] = microseconds(value)
    if version.status != "current":
        told["standing"] = version.status
    return told


def _moment(value: object) -> datetime | None:
    return moment(value) if isinstance(value, int) else None
