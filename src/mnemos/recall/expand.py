"""From hits to what belongs to them: over links, to sources, children and parents, turns beside.

Everything comes back in a fixed order: nearest first, equals in the order given.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from mnemos.recall.pagerank import Edges
from mnemos.store.base import DOCUMENT, FLAG_KEY, Index, Reader
from mnemos.types import Item, Link

Integers = NDArray[np.int64]


def edges_of(links: Iterable[Link], ids: Sequence[str]) -> Edges:
    """Return links between items as numbered edges; those that lead elsewhere are left out.

    Args:
        links: With weights above nought.
        ids: The items; an item's number is its place.

    >>> link = Link(source="b", target="a", type="similar", weight=0.5)
    >>> edges = edges_of([link, Link(source="b", target="z", type="similar")], ["a", "b"])
    >>> edges.count, edges.sources.tolist(), edges.targets.tolist(), edges.weights.tolist()
    (2, [1], [0], [0.5])
    """
    number = {item: place for place, item in enumerate(ids)}
    inside = [link for link in links if link.source in number and link.target in number]
    return Edges(
        count=len(ids),
        sources=np.array([number[link.source] for link in inside], dtype=np.int64),
        targets=np.array([number[link.target] for link in inside], dtype=np.int64),
        weights=np.array([link.weight for link in inside], dtype=np.float64),
    )


def hops(edges: Edges, starts: Sequence[int] | Integers, most: int) -> Integers:
    """Return how many links each node is from the nearest start, walked either way.

    SGMem (arXiv:2509.21212) takes one hop from the sentences it finds.

    Args:
        edges: The links.
        starts: Node numbers.
        most: Hops at most.

    Returns:
        0 for starts, −1 for what is further. Shape (count,).

    >>> ends = np.array([0, 1, 2]), np.array([1, 2, 3])
    >>> path = Edges(count=5, sources=ends[0], targets=ends[1], weights=np.ones(3))
    >>> hops(path, [1], 2).tolist()
    [1, 0, 1, 2, -1]
    """
    if most < 0:
        raise ValueError(f"hops are counted from 0, not {most}")
    begin = np.asarray(starts, dtype=np.int64)
    if len(begin) and (begin.min() < 0 or begin.max() >= edges.count):
        raise ValueError(f"hops start at one of {edges.count} nodes, not at {begin.tolist()}")
    found = np.full(edges.count, -1, dtype=np.int64)
    found[begin] = 0
    for hop in range(1, most + 1):
        reached = found == hop - 1
        beyond = np.concatenate(
            [edges.targets[reached[edges.sources]], edges.sources[reached[edges.targets]]]
        )
        beyond = beyond[found[beyond] < 0]
        if not len(beyond):
            break
        found[beyond] = hop
    return found


def children(links: Iterable[Link], type: str) -> dict[str, tuple[str, ...]]:  # noqa: A002 - Link's
    """Return the targets of each source by links of one type, heaviest first, equals by id.

    >>> links = [Link(source="s", target=each, type="child") for each in "ba"]
    >>> children(links, "child"), parents(links, "child")
    ({'s': ('a', 'b')}, {'b': ('s',), 'a': ('s',)})
    """
    return _followed((link.source, link) for link in links if link.type == type)


def parents(links: Iterable[Link], type: str) -> dict[str, tuple[str, ...]]:  # noqa: A002 - Link's
    """Return the sources of each target by links of one type, heaviest first, equals by id."""
    return _followed((link.target, link) for link in links if link.type == type)


def _followed(links: Iterable[tuple[str, Link]]) -> dict[str, tuple[str, ...]]:
    found: defaultdict[str, list[tuple[float, str]]] = defaultdict(list)
    for end, link in links:
        other = link.target if end == link.source else link.source
        found[end].append((-link.weight, other))
    return {end: tuple(other for _, other in sorted(others)) for end, others in found.items()}


def spread(hits: Sequence[str], beside: Mapping[str, Sequence[str]]) -> list[str]:
    """Return hits, each followed by what is linked to it; each id once, where it comes first.

    A hit never gives way to what another is linked to: A-MEM's code adds linked notes and then cuts
    to k, which takes them away again. Cut the hits, then spread.

    >>> spread(["a", "b"], {"a": ["c", "b"], "b": ["d"]})
    ['a', 'c', 'b', 'd']
    """
    return list(
        dict.fromkeys(each for hit in hits for each in (hit, *beside.get(hit, ()))),
    )


def sources(items: Sequence[Item]) -> list[str]:
    """Return the ids of what items were derived from, in their order, each once.

    An item without sources, a turn, stands for itself.
    """
    return list(dict.fromkeys(each for item in items for each in (item.sources or (item.id,))))


def adjacent(
    index: Index,
    docs: Sequence[int] | Integers,
    reach: int,
    eligible: NDArray[np.bool_] | None = None,
) -> list[int]:
    """Return documents and the turns said just before and after them, in the order of sessions.

    Further keys, derived items between the turns and what may not come back are stepped over. A
    document of a corpus stands alone.

    Args:
        index: Of one snapshot.
        docs: Document numbers.
        reach: Turns to either side.
        eligible: Documents that may be seen; None is all. Shape (documents,).

    Returns:
        Document numbers, each once.
    """
    rows, columns = index.docs, index.columns
    found: set[int] = set()
    for doc in map(int, docs):
        found.add(doc)
        if rows["role"][doc] == DOCUMENT:
            continue
        for step in (-1, 1):
            at, left = int(columns.places[doc]) + step, reach
            last = rows["position"][doc]
            while left and 0 <= at < len(columns.order):
                other = int(columns.order[at])
                at += step
                if columns.scope[other] != columns.scope[doc]:
                    break
                if (
                    rows["position"][other] == last
                    or rows["kind"][other] != rows["kind"][doc]
                    or columns.flags[other] & FLAG_KEY
                    or not (eligible is None or eligible[other])
                ):
                    continue
                found.add(other)
                last, left = rows["position"][other], left - 1
    return sorted(found, key=lambda doc: int(columns.places[doc]))


def widen(
    index: Index,
    reader: Reader,
    hits: Sequence[int] | Integers,
    characters: int,
    eligible: NDArray[np.bool_] | None = None,
) -> dict[int, int]:
    """Return the turns beside hits as far as a hit and they stay within so many characters.

    Args:
        index: Of one snapshot.
        reader: The same snapshot.
        hits: Document numbers, best first.
        characters: Of a hit and what is beside it (MemoryBank's code: 200).
        eligible: Documents that may be seen; None is all. Shape (documents,).

    Returns:
        Document → the best hit that it stands beside.
    """
    found: dict[int, int] = {}
    for hit in map(int, hits):
        near = [doc for doc in adjacent(index, [hit], 1, eligible) if doc != hit]
        own, *texts = (
            item.text for item in reader.items(index.docs["item"][[hit, *near]].tolist())
        )
        left = characters - len(own)
        for doc, text in zip(near, texts, strict=True):
            left -= len(text)
            if left >= 0:
                found.setdefault(doc, hit)
    return found


def linked(
    ids: Sequence[str],
    type: str,  # noqa: A002 - Link's own word
    reader: Reader,
    recipe: str,
    eligible: NDArray[np.bool_],
) -> dict[str, Item]:
    """Return, for each item that has one, the item that a recipe's link leads to from it.

    Args:
        ids: Of the items.
        type: Of the link: "summary" …; of several links the last counts.
        reader: The snapshot.
        recipe: Whose links.
        eligible: Documents that may be seen. Shape (documents,).
    """
    found = {
        item_id: link.target
        for item_id in ids
        for link in reader.links(item_id)
        if (link.source, link.type, link.made_by) == (item_id, type, recipe)
    }
    nos = reader.numbers(sorted(set(found.values())))
    items = {item.id: item for item in reader.by_id([each for each in nos if eligible[nos[each]]])}
    return {item_id: items[target] for item_id, target in found.items() if target in items}
