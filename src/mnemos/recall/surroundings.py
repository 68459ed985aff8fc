"""The part of a graph that lies round some items, for a walk that seldom gets further."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from mnemos.arithmetic import Floats
from mnemos.recall.expand import Integers, edges_of
from mnemos.recall.pagerank import pagerank
from mnemos.store.base import Reader
from mnemos.types import Link


def surroundings(
    reader: Reader, starts: Sequence[str], made_by: str, *, hops: int, items: int
) -> list[Link]:
    """Return the links of one recipe that are reached from some items, either way.

    Args:
        reader: The snapshot.
        starts: Ids.
        made_by: Whose links.
        hops: From a start to a link's nearer end, and over it.
        items: Whose links are read, at most; the nearest first.
    """
    found: dict[tuple[str, str, str], Link] = {}
    seen = dict.fromkeys(starts)
    front = list(seen)
    left = items
    for _ in range(hops):
        beyond: dict[str, None] = {}
        for each in front[:left]:
            for link in reader.links(each):
                if link.made_by == made_by:
                    found[link.source, link.target, link.type] = link
                    beyond |= dict.fromkeys((link.source, link.target))
        left = max(0, left - len(front))
        front = [each for each in beyond if each not in seen]
        seen |= beyond
    return list(found.values())


def walked(
    links: Sequence[Link],
    reader: Reader,
    starts: Mapping[str, float],
    docs: Integers,
    shares: Floats,
    *,
    damping: float,
) -> Floats | None:
    """Return how often a walk over links is at each of some documents.

    What may not be seen is not walked over either: an end that was said is one of these documents.

    Args:
        links: Of one snapshot.
        reader: The same snapshot.
        starts: How much of the walk begins at derived items, by id.
        docs: Documents, ascending. Shape (n,).
        shares: How much of it begins at each. Shape (n,).
        damping: How likely each step follows a link instead of beginning again.

    Returns:
        Shape (n,); None if the walk begins nowhere.
    """
    ends = dict.fromkeys(end for each in links for end in (each.source, each.target))
    numbers = reader.numbers(list(ends))
    known = set(docs.tolist())
    made = reader.index.columns.recipe
    ids = [each for each, no in numbers.items() if no in known or made[no]]
    own = np.array([numbers[each] for each in ids], dtype=np.int64)
    rest = docs[~np.isin(docs, own)]
    nodes = np.concatenate([own, rest])
    restart = np.zeros(len(nodes))
    said = np.isin(nodes, docs)
    restart[said] = shares[np.searchsorted(docs, nodes[said])]
    restart[: len(ids)] += [starts.get(each, 0.0) for each in ids]
    if not restart.any():
        return None
    edges = edges_of(links, ids)
    found = pagerank(replace(edges, count=len(nodes)), restart, damping=damping)
    ranks = np.zeros(len(docs))
    ranks[np.searchsorted(docs, nodes[said])] = found[said]
    return ranks
