"""A walk over links from items that were found, reading no more of the graph than it needs."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from mnemos.recall.expand import edges_of
from mnemos.recall.pagerank import pagerank
from mnemos.store.base import Reader
from mnemos.types import Link

#: Links away from where it starts: with a damping of .1 less than a hundredth goes beyond.
REACH = 2


def walk(
    seeds: Mapping[int, float],
    reader: Reader,
    *,
    able: Collection[int],
    damping: float,
    reach: int = REACH,
) -> dict[int, float]:
    """Return each item's share of a walk from some items (``pagerank``), by number.

    Args:
        seeds: Item number → how much of the walk starts there, above nought; one at least.
        reader: The snapshot.
        able: Items that count in the result; the walk goes over others, too.
        damping: How likely it goes on.
        reach: Links away from the seeds that are looked at.
    """
    start = {item.id: seeds[no] for no, item in zip(seeds, reader.items(list(seeds)), strict=True)}
    around = dict.fromkeys(start)
    links: dict[Link, None] = {}
    fresh = list(around)
    for _ in range(reach):
        for node in fresh:
            links.update(dict.fromkeys(link for link in reader.links(node) if link.weight > 0))
        ends = dict.fromkeys(end for link in links for end in (link.source, link.target))
        fresh = [end for end in ends if end not in around]
        around.update(dict.fromkeys(fresh))
    ids = list(around)
    restart = [start.get(node, 0.0) for node in ids]
    shares = pagerank(edges_of(links, ids), restart, damping=damping).tolist()
    numbers = reader.numbers(ids)
    found = {numbers.get(node, -1): share for node, share in zip(ids, shares, strict=True)}
    return {no: share for no, share in found.items() if no in able}
