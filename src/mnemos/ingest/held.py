"""What a recipe has made so far, as it reads it back to go on from there."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np

from mnemos.store.base import FLAG_KEY, Reader
from mnemos.types import Item, Scope


def held(
    reader: Reader, recipe: str, scope: Scope | None, kinds: Collection[str] | None = None
) -> list[Item]:
    """Return the active items that a recipe made for an owner, in the order of writing.

    Args:
        reader: The snapshot.
        recipe: Who made them.
        scope: Only those of its very user and agent, whatever the session: what is made of one
            owner's words is never set beside another's. None is all owners.
        kinds: Only these; None is all.
    """
    index = reader.derived(recipe)
    docs, columns = index.docs, index.columns
    own = (columns.recipe == index.recipe) & (columns.flags & FLAG_KEY == 0) & (docs["item"] >= 0)
    items = reader.items(np.flatnonzero(own).tolist())
    return [
        item
        for item in items
        if item.status == "active"
        and (scope is None or _owner(item.scope) == _owner(scope))
        and (kinds is None or item.kind in kinds)
    ]


def _owner(scope: Scope) -> tuple[str | None, str | None]:
    return scope.user, scope.agent
