"""What a recipe reads of a space while it learns: its own items, and what was said before."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

import numpy as np

from mnemos.store.base import Reader
from mnemos.store.journal import microseconds
from mnemos.types import Item, Scope


def held(
    reader: Reader,
    recipe: str,
    scope: Scope | None = None,
    kinds: Collection[str] | None = None,
    most: int | None = None,
) -> list[Item]:
    """Return the active items that a recipe made, in the order of writing.

    Args:
        reader: The snapshot.
        recipe: Who made them.
        scope: Only those of its very user and agent, whatever the session: what is made of one
            owner's words is never set beside another's. None is all owners.
        kinds: Only these; None is all.
        most: So many are looked at, the newest; None is all.
    """
    index = reader.derived(recipe)
    nos = index.items
    if kinds is not None:
        wanted = [no for no, name in reader.kinds.items() if name in kinds]
        nos = nos[np.isin(index.docs["kind"][nos], wanted)]
    if most is not None:
        nos = nos[max(0, len(nos) - most) :]
    return [
        item
        for item in reader.items(nos.tolist())
        if item.status == "active" and (scope is None or _owner(item.scope) == _owner(scope))
    ]


def said_before(moment: datetime, scope: Scope, reader: Reader, most: int) -> list[Item]:
    """Return the latest turns that one user and agent said before a moment, in their order.

    Args:
        moment: Not included.
        scope: Whose; sessions do not matter.
        reader: The snapshot.
        most: How many are looked at; those that are hidden are left out of them.
    """
    owner = Scope(user=scope.user, agent=scope.agent)
    index = reader.index
    nos = index.items
    nos = nos[index.docs["said_at"][nos] < microseconds(moment)]
    nos = nos[np.isin(index.columns.scope[nos], reader.matching_scopes(owner))]
    rows = index.docs[nos]
    order = np.lexsort((nos, rows["position"], rows["scope"], rows["said_at"]))
    found = reader.items(nos[order[max(0, len(order) - most) :]].tolist())
    return [
        item for item in found if item.status == "active" and _owner(item.scope) == _owner(owner)
    ]


def _owner(scope: Scope) -> tuple[str | None, str | None]:
    return scope.user, scope.agent
