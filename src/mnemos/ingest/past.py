"""What a recipe reads of a space while it learns: its own items, and what was said before."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

import numpy as np

from mnemos.store.base import FLAG_KEY, Reader
from mnemos.store.journal import microseconds
from mnemos.types import Item, Scope


def made_by(recipe: str, reader: Reader, kinds: Collection[str] = ()) -> list[Item]:
    """Return the active items that a recipe made, oldest first.

    Args:
        recipe: By name.
        reader: The snapshot.
        kinds: Only of these; none is all.
    """
    own = reader.derived(recipe)
    mine = (own.columns.recipe == own.recipe) & (own.docs["item"] >= 0)
    mine &= own.columns.flags & FLAG_KEY == 0
    if kinds:
        mine &= np.isin(
            own.docs["kind"], [no for no, name in reader.kinds.items() if name in kinds]
        )
    nos = own.docs["item"][mine].tolist()
    return [item for item in reader.items(nos) if item.status == "active"]


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
    said = (index.columns.recipe == 0) & (index.columns.flags & FLAG_KEY == 0)
    said &= (index.docs["item"] >= 0) & (index.docs["said_at"] < microseconds(moment))
    said &= np.isin(index.columns.scope, reader.matching_scopes(owner))
    docs = np.flatnonzero(said)
    rows = index.docs[docs]
    order = np.lexsort((docs, rows["position"], rows["scope"], rows["said_at"]))
    found = reader.items(rows["item"][order[max(0, len(order) - most) :]].tolist())
    return [
        item
        for item in found
        if item.status == "active"
        and (item.scope.user, item.scope.agent) == (owner.user, owner.agent)
    ]
