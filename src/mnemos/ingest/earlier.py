"""What a recipe made before, to compare what is new with."""

from __future__ import annotations

import numpy as np

from mnemos.store.base import FLAG_KEY, Reader
from mnemos.types import Item, Scope


def newest(reader: Reader, recipe: str, kind: str, scope: Scope, most: int) -> list[Item]:
    """Return the newest active items of a kind that a recipe made, in the order of making.

    Args:
        reader: The snapshot.
        recipe: Who made them.
        kind: Of the items.
        scope: Whose user and agent they must be of; the session does not matter.
        most: So many are looked at.
    """
    index = reader.derived(recipe)
    kinds = [no for no, name in reader.kinds.items() if name == kind]
    own = (index.columns.recipe == index.recipe) & (index.columns.flags & FLAG_KEY == 0)
    own &= (index.docs["item"] >= 0) & np.isin(index.docs["kind"], kinds)
    return [
        item
        for item in reader.items(np.flatnonzero(own)[-most:].tolist())
        if item.status == "active"
        and (item.scope.user, item.scope.agent) == (scope.user, scope.agent)
    ]
