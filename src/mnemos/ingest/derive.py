"""What a recipe makes of items becomes items: with an id of its place, and its sources' scope."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from mnemos.store.journal import canonical, short_hash
from mnemos.types import JSON, Interval, Item, Scope


def made(
    text: str,
    *,
    kind: str,
    sources: Sequence[Item],
    recipe: str,
    now: datetime,
    ordinal: int = 0,
    speaker: str | None = None,
    event_time: Interval | None = None,
    valid: Interval | None = None,
    expires_at: datetime | None = None,
    supersedes: str | None = None,
    attrs: Mapping[str, JSON] | None = None,
) -> Item:
    """Return an item derived from others, said when the latest of them was.

    Args:
        text: Its words.
        kind: "fact", "summary" …; not "turn".
        sources: What it comes from, most important first; one at least. Repeats count once.
        recipe: Who makes it.
        now: When it is recorded.
        ordinal: Its place among those of this kind that the recipe makes of the same sources.
        speaker: Whom it is about, or who said it.
        event_time: What time it speaks of.
        valid: When it is true.
        expires_at: From then on it is no longer recalled.
        supersedes: Id of the item that it replaces.
        attrs: The kind's own.

    Returns:
        An item trusted as little as the least of its sources. Its moment counts as given only if
        all of theirs are: else it is a clock's.

    Raises:
        ValueError: There are no sources, or it would pass for a turn.
    """
    unique = {item.id: item for item in sources}
    if not unique:
        raise ValueError(f"a {kind} is derived from something; no sources were named")
    if kind == "turn":
        raise ValueError("a turn is what was said; what is derived has a kind of its own")
    latest = max(unique.values(), key=lambda item: item.said_at)
    return Item(
        id=derived_id(recipe, kind, list(unique), ordinal),
        kind=kind,
        text=text,
        scope=common_scope([item.scope for item in unique.values()]),
        position=ordinal,
        speaker=speaker,
        said_at=latest.said_at,
        said_at_given=all(item.said_at_given for item in unique.values()),
        event_time=event_time,
        valid=valid,
        recorded_at=now,
        expires_at=expires_at,
        sources=tuple(unique),
        supersedes=supersedes,
        trust=min(item.trust for item in unique.values()),
        attrs=dict(attrs or {}),
        made_by=recipe,
    )


def derived_id(recipe: str, kind: str, sources: Sequence[str], ordinal: int) -> str:
    """Return a derived item's id: of its place, never of its content.

    Args:
        recipe: Who makes it.
        kind: What it is.
        sources: Ids, in their order.
        ordinal: Its place among those of the same recipe, kind and sources.

    >>> derived_id("scm", "summary", ["a", "b"], 0) == derived_id("scm", "summary", ["a", "b"], 0)
    True
    """
    return short_hash(canonical(["derived", recipe, kind, list(sources), ordinal]).encode())


def common_scope(scopes: Sequence[Scope]) -> Scope:
    """Return the scope that several have in common: fields that differ become None.

    >>> common_scope([Scope(user="ann", session="1"), Scope(user="ann", session="2")])
    Scope(user='ann', agent=None, session=None)
    """
    if not scopes:
        return Scope()
    first, *rest = scopes

    def shared(field: str) -> str | None:
        value: str | None = getattr(first, field)
        return value if all(getattr(other, field) == value for other in rest) else None

    return Scope(user=shared("user"), agent=shared("agent"), session=shared("session"))
