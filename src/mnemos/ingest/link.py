"""Which items are joined by a link: the nearest, the near enough, those that name the same.

Pairs and weights come out, in a fixed order; ``links`` makes ``Link`` values of them.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from itertools import combinations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mnemos.arithmetic import Floats, finite
from mnemos.store.signs import Signs
from mnemos.types import Link

#: A place and its partner, and how strongly they are joined.
Pair = tuple[int, int, float]

#: Items that name an entity; beyond, it tells as little as a function word, and n² links cost much.
MOST_NAMING = 64


def nearest(likeness: ArrayLike, count: int, *, least: float = -1.0) -> list[int]:
    """Return the places of the most alike, best first, equals in their order.

    Args:
        likeness: With each of the others. Shape (n,).
        count: At most so many: 5 in A-MEM (arXiv:2502.12110), 3 in SGMem (arXiv:2509.21212).
        least: Only those at least so alike.

    >>> nearest([0.2, 0.9, 0.9, 0.5], 2), nearest([0.2, 0.9], 5, least=0.5)
    ([1, 2], [1])
    """
    values = finite(likeness, "likenesses")
    if count < 0:
        raise ValueError(f"neighbours are counted from 0, not {count}")
    able = np.flatnonzero(values >= least)
    if 0 < count < len(able):
        bar = np.partition(values[able], len(able) - count)[len(able) - count]
        able = able[values[able] >= bar]
    chosen: list[int] = able[np.argsort(-values[able], kind="stable")][:count].tolist()
    return chosen


def nearest_pairs(table: ArrayLike, count: int, *, least: float = -1.0) -> list[Pair]:
    """Return each item's nearest others as pairs (lower place, higher, likeness), each once.

    Args:
        table: The likeness of each with each; its diagonal does not matter. Shape (n, n).
        count: Neighbours of an item; it may be the neighbour of more.
        least: Only those at least so alike.

    >>> nearest_pairs([[1, 0.9, 0.1], [0.9, 1, 0.2], [0.1, 0.2, 1]], 1)
    [(0, 1, 0.9), (1, 2, 0.2)]
    """
    values = _square(table)
    found = {}
    for place, row in enumerate(values):
        others = row.copy()
        others[place] = -np.inf if least == -np.inf else least - 1.0
        for other in nearest(others, count, least=least):
            one, two = sorted((place, other))
            found[one, two] = float(values[one, two])
    return [(one, two, weight) for (one, two), weight in sorted(found.items())]


def nearest_before(
    rows: Signs,
    first: int,
    count: int,
    cosine: Callable[[Signs, Signs], Floats],
    *,
    least: float,
) -> list[Pair]:
    """Return each new item's nearest among all before it: (its place, the other's, likeness).

    What is already there needs no second look, so that learning in parts joins the same pairs.

    Args:
        rows: Sign bits of those that were there, then of the new ones. Shape (n, words).
        first: Place of the first new one.
        count: Neighbours of each.
        cosine: Of rows with one.
        least: Only those at least so alike.
    """
    found: list[Pair] = []
    for place in range(first, len(rows)):
        likeness = cosine(rows[:place], rows[place])
        own = nearest(likeness, count, least=least)
        found += [(place, other, float(likeness[other])) for other in own]
    return found


def above(table: ArrayLike, threshold: float) -> list[Pair]:
    """Return all pairs at least so alike (HippoRAG 2, arXiv:2502.14802: synonyms from .8).

    Args:
        table: The likeness of each with each; only what is right of the diagonal is read.
        threshold: Inclusive.

    >>> above([[1, 0.8, 0.1], [0.8, 1, 0.2], [0.1, 0.2, 1]], 0.8)
    [(0, 1, 0.8)]
    """
    values = _square(table)
    ones, twos = np.nonzero(np.triu(values >= threshold, 1))
    return [
        (one, two, float(values[one, two]))
        for one, two in zip(ones.tolist(), twos.tolist(), strict=True)
    ]


def same_entity(named: Sequence[Collection[str]], most: int = MOST_NAMING) -> list[Pair]:
    """Return pairs of items that name the same; the weight is how many entities they share.

    Args:
        named: Entities of each item.
        most: An entity that more items name joins none.

    >>> same_entity([{"Ann", "Paris"}, {"Paris"}, set(), {"Paris", "Ann"}])
    [(0, 1, 1.0), (0, 3, 2.0), (1, 3, 1.0)]
    """
    places: defaultdict[str, list[int]] = defaultdict(list)
    for place, entities in enumerate(named):
        for entity in set(entities):
            places[entity].append(place)
    shared: Counter[tuple[int, int]] = Counter()
    for naming in places.values():
        if len(naming) <= most:
            shared.update(combinations(naming, 2))
    return [(one, two, float(count)) for (one, two), count in sorted(shared.items())]


def contained(
    parts: Mapping[str, Iterable[str]],
    *,
    type: str = "contains",  # noqa: A002 - Link's own word
    made_by: str = "",
) -> tuple[Link, ...]:
    """Return links from each whole to its parts, in the order given.

    >>> [(link.source, link.target, link.type) for link in contained({"s": ["a", "b"]})]
    [('s', 'a', 'contains'), ('s', 'b', 'contains')]
    """
    return tuple(
        Link(source=whole, target=part, type=type, made_by=made_by)
        for whole, own in parts.items()
        for part in dict.fromkeys(own)
    )


def links(
    pairs: Iterable[Pair],
    ids: Sequence[str],
    *,
    type: str,  # noqa: A002 - Link's own word
    made_by: str = "",
) -> tuple[Link, ...]:
    """Return pairs of places as links between items.

    Args:
        pairs: As the functions above return them.
        ids: By place.
        type: "similar", "same_entity" …
        made_by: The recipe.
    """
    return tuple(
        Link(source=ids[one], target=ids[two], type=type, weight=weight, made_by=made_by)
        for one, two, weight in pairs
    )


def _square(table: ArrayLike) -> NDArray[np.float64]:
    values = finite(table, "likenesses")
    if values.size and (values.ndim != 2 or values.shape[0] != values.shape[1]):  # noqa: PLR2004
        raise ValueError(f"a table of each with each is square, not {values.shape}")
    return values
