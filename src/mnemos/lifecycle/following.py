"""What was derived goes with what it came from: hidden with it, and back with it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from mnemos.store.snapshot import Snapshot
from mnemos.types import Item, Status

#: The attribute that says with which source an item was hidden: it comes back with that alone.
HIDDEN_WITH = "hidden_with"


def following(changed: Iterable[Item], snapshot: Snapshot) -> tuple[Item, ...]:
    """Return the new versions of what was derived from items whose status changes.

    Args:
        changed: The items as they are going to be.
        snapshot: What is now.

    Returns:
        Versions of items that are hidden with a source, or come back with it, however far derived;
        none of the items given.
    """
    waiting = list(changed)
    known: dict[str, Item] = {item.id: item for item in waiting}
    given = set(known)
    while waiting:
        source = waiting.pop(0)
        for derived in snapshot.items(snapshot.tables.derived_from(source.id)):
            if derived.id in known:
                continue
            version = _after(derived, source, known, snapshot)
            if version is not None:
                known[version.id] = version
                waiting.append(version)
    return tuple(item for item_id, item in known.items() if item_id not in given)


def is_by_itself(item: Item) -> bool:
    """Say whether an item was hidden for itself, by a user: then it stays hidden."""
    return item.status == "hidden" and item.attrs.get(HIDDEN_WITH) is None


def _after(derived: Item, source: Item, known: dict[str, Item], snapshot: Snapshot) -> Item | None:
    """Return what becomes of an item when one of its sources changes; None if nothing does."""
    if source.status != "active":
        if derived.status != "active":
            return None
        status: Status = "superseded" if source.status == "superseded" else "hidden"
        return replace(derived, status=status, attrs={**derived.attrs, HIDDEN_WITH: source.id})
    if derived.attrs.get(HIDDEN_WITH) is None:
        return None
    sources = [known.get(each.id, each) for each in snapshot.by_id(derived.sources)]
    if any(each.status != "active" for each in sources):
        return None
    attrs = {name: value for name, value in derived.attrs.items() if name != HIDDEN_WITH}
    return replace(derived, status="active", attrs=attrs)
