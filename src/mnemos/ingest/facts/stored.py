"""The facts that a recipe keeps of somebody, found by the names of slot and person."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from mnemos.ingest.facts.items import version_of
from mnemos.ingest.facts.timeline import Version
from mnemos.store.base import FLAG_KEY, Reader
from mnemos.store.index import tag
from mnemos.types import Item, Scope

Integers = NDArray[np.int64]


def of(reader: Reader, recipe: str, scope: Scope, about: str, slot: str = "") -> list[Item]:
    """Return the items of kind "fact" about somebody that stand or stood, oldest first.

    Args:
        reader: The snapshot.
        recipe: Who made them.
        scope: Whose they are, in whichever session.
        about: Whom they are about.
        slot: Only those of this slot; empty is any.
    """
    items = every(reader, recipe, scope, about, slot)
    return [item for item in items if item.status in {"active", "superseded"}]


def every(reader: Reader, recipe: str, scope: Scope, about: str, slot: str = "") -> list[Item]:
    """Return what ``of`` does, and those that were hidden or dropped."""
    tags = {tag("about", about), *([tag("slot", slot)] if slot else [])}
    postings = reader.index.postings(list(tags))
    if recipe not in reader.recipes or len(postings) < len(tags):
        return []
    nos = ours(reader, scope, _in_all(posting.docs for posting in postings.values()))
    nos = nos[reader.index.columns.recipe[nos] == reader.recipes[recipe]]
    return reader.items(nos.tolist())


def ours(reader: Reader, scope: Scope, nos: Integers) -> Integers:
    """Return those documents that are items of a scope, in whichever session."""
    columns = reader.index.columns
    nos = nos[columns.flags[nos] & FLAG_KEY == 0]
    whose = replace(scope, session=None)
    if whose == Scope():
        return nos
    found: Integers = nos[np.isin(columns.scope[nos], reader.matching_scopes(whose))]
    return found


def timelines(items: Iterable[Item]) -> dict[tuple[str, str], list[Version]]:
    """Return what items say as versions, by subject and slot."""
    found: dict[tuple[str, str], list[Version]] = {}
    for item in items:
        version = version_of(item)
        found.setdefault(version.key, []).append(version)
    return found


def _in_all(several: Iterable[NDArray[np.int32]]) -> Integers:
    """Return the numbers that stand in each of some ascending rows."""
    first, *others = several
    for other in others:
        first = np.intersect1d(first, other, assume_unique=True)
    return first.astype(np.int64)
