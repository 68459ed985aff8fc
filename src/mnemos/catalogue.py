"""What a memory keeps of each recipe: what it made, and which sessions still wait for it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from mnemos.learning import standings
from mnemos.recipes import Offered
from mnemos.store.snapshot import Snapshot


@dataclass(frozen=True, slots=True, kw_only=True)
class RecipeKept:
    """A recipe, and what a memory keeps of it.

    Args:
        name: By which it is chosen.
        about: What it is, in a line; or why it cannot be loaded.
        cost: What it costs, in its own words: model calls, and what it stores.
        learns: Whether it derives anything from what was said.
        at_once: Whether it does so as soon as a turn is stored.
        consolidates: Whether it goes over that in idle hours.
        items: What it made and has not been dropped, by kind: active, or over.
        pending: Sessions that end in turns without its mark: not learnt from yet or, where it
            learns at once, with nothing in them that it could use.
        failed: Sessions that a model failed in: they were learnt from without it.
    """

    name: str
    about: str
    cost: str
    learns: bool
    at_once: bool
    consolidates: bool
    items: Mapping[str, int]
    pending: int
    failed: int


def kept(snapshot: Snapshot, offered: Iterable[Offered]) -> tuple[RecipeKept, ...]:
    """Return what a snapshot keeps of recipes, those included that made something and are gone."""
    known = {each.name: each for each in offered}
    gone = snapshot.recipes.keys() - known.keys() - {"user"}
    for name in gone:
        known[name] = Offered(name=name, about="is not installed here")
    dropped = _dropped(snapshot)
    return tuple(_kept(snapshot, known[name], dropped) for name in sorted(known))


def _kept(snapshot: Snapshot, offered: Offered, dropped: list[int]) -> RecipeKept:
    stand = standings(snapshot, offered.name)
    return RecipeKept(
        name=offered.name,
        about=offered.about,
        cost=offered.cost,
        learns=offered.learns,
        at_once=offered.at_once,
        consolidates=offered.consolidates,
        items=_items(snapshot, offered.name, dropped),
        pending=sum(each.waits for each in stand) if offered.learns else 0,
        failed=sum(each.failed for each in stand),
    )


def _dropped(snapshot: Snapshot) -> list[int]:
    """Return the numbers of the items that recipes have dropped, or users have hidden."""
    rows = snapshot.tables.visibilities(None)
    return [
        row.no
        for row in rows
        if row.visible_to is None and row.status not in {"active", "superseded"}
    ]


def _items(snapshot: Snapshot, recipe: str, dropped: list[int]) -> dict[str, int]:
    own = snapshot.derived(recipe).items
    kinds = snapshot.index.docs["kind"][own[~np.isin(own, dropped)]]
    counts = Counter(snapshot.kinds[no] for no in kinds.tolist())
    return dict(sorted(counts.items(), key=lambda pair: (-pair[1], pair[0])))
