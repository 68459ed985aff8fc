"""Turns are ranked by what a recipe derived of each, and by what that is linked to."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from mnemos.arithmetic import Floats
from mnemos.recall.closeness import Closeness, Mask, own
from mnemos.recall.ranked import Shares, ranked
from mnemos.store.base import Reader

#: Of the most that are wanted: candidates for each, and at least.
POOL, LEAST_POOL = 4, 64


def pool(limit: int) -> int:
    """Return how many candidates to look at for so many hits."""
    return max(LEAST_POOL, POOL * limit)


def best(values: Mapping[int, float], most: int, above: float = 0.0) -> list[int]:
    """Return so many items of the highest values above a bar; of equals the lower numbers."""
    able = [no for no, value in values.items() if value > above]
    return sorted(able, key=lambda no: (-values[no], no))[:most]


def inherited(
    hits: Mapping[int, float], able: Mapping[int, float], reader: Reader, made_by: str
) -> dict[int, float]:
    """Return what items inherit from hits: the score of a hit times the weight of the link to it.

    Of several hits the most counts. What is linked is so ranked among the hits, instead of standing
    behind them, where a cut to the best k takes it away again (as in A-MEM's code).

    Args:
        hits: Scores by item number.
        able: Items that may come back, by number.
        reader: The snapshot.
        made_by: The recipe whose links are followed, either way.
    """
    found: dict[int, float] = {}
    for hit, item in zip(hits, reader.items(list(hits)), strict=True):
        links = [link for link in reader.links(item.id) if link.made_by == made_by]
        ends = [link.source if link.target == item.id else link.target for link in links]
        numbers = reader.numbers(ends)
        for end, link in zip(ends, links, strict=True):
            other, score = numbers.get(end, -1), hits[hit] * link.weight
            if other in able and score > found.get(other, 0.0):
                found[other] = score
    return found


def turns_of(reader: Reader, items: Sequence[int], eligible: Mask | None) -> dict[int, int]:
    """Return the turn that each derived item comes from first of all, by item number.

    Those whose turn may not come back are left out.
    """
    sources = {no: item.sources[0] for no, item in zip(items, reader.items(items), strict=True)}
    numbers = reader.numbers(list(sources.values()))
    found = {no: numbers.get(source, -1) for no, source in sources.items()}
    return {
        no: turn for no, turn in found.items() if turn >= 0 and (eligible is None or eligible[turn])
    }


def without_one(
    reader: Reader,
    near: Closeness,
    eligible: Mask | None,
    most: int,
    own_id: Callable[[list[str], int], str],
) -> list[int]:
    """Return the turns nearest to a question of which nothing was derived that may come back.

    A recipe has not learnt from them yet, or a filter that derived items do not pass is set.

    Args:
        reader: The snapshot.
        near: Of what was said.
        eligible: Documents that may come back; None is all. Shape (documents,).
        most: So many turns are looked at, the nearest.
        own_id: The id of what the recipe derives of a turn, by its sources and ordinal.

    Returns:
        Item numbers, nearest first.
    """
    said = np.flatnonzero(own(reader.index, eligible) & near.near)
    said = said[np.argsort(-near.scores[said], kind="stable")[:most]]
    ids = [own_id([item.id], 0) for item in reader.items(said.tolist())]
    known = reader.numbers(ids)
    return [
        no
        for no, its in zip(said.tolist(), ids, strict=True)
        if its not in known or not (eligible is None or eligible[known[its]])
    ]


def ranking(found: Mapping[int, Sequence[float]], names: Sequence[str], near: Closeness) -> Shares:
    """Rank items by shares.

    Args:
        found: Item number → its shares, in the order of names.
        names: Of the signals.
        near: Says what was used.
    """
    order = sorted(found)
    table = np.array([found[no] for no in order], dtype=np.float64).reshape(-1, len(names))
    return ranked(
        np.array(order, dtype=np.int64),
        {name: table[:, place] for place, name in enumerate(names)},
        level=near.level,
        limitation=near.limitation,
    )


def means(values: Floats, scopes: NDArray[np.int32]) -> dict[int, float]:
    """Return the mean of values by scope. Shapes (n,).

    >>> means(np.array([0.5, 0.25, 0.0]), np.array([7, 3, 7], dtype=np.int32))
    {3: 0.25, 7: 0.25}
    """
    found, places, counts = np.unique(scopes, return_inverse=True, return_counts=True)
    sums = np.bincount(places, weights=values, minlength=len(found))
    return dict(zip(found.tolist(), (sums / counts).tolist(), strict=True))
