"""Who comes back to whom: each new entry queues for the older ones that are much like it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Hashable, Sequence
from dataclasses import dataclass

import numpy as np

from mnemos.ingest.link import nearest
from mnemos.store import cosine
from mnemos.store.signs import Signs

#: LightMem (arXiv:2510.18866): places in an entry's queue, and the likeness that counts (the .8 of
#: the paper; its code's default is .9).
QUEUED, ALIKE = 10, 0.8


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """An old entry, and the newer ones that name it.

    Args:
        old: Its place.
        newer: Their places, ascending.
        alike: The likeness of the most alike.
    """

    old: int
    newer: tuple[int, ...]
    alike: float


def queues(
    rows: Signs,
    dimension: int,
    owners: Sequence[Hashable],
    fresh: Collection[int],
    *,
    most: int = QUEUED,
    least: float = ALIKE,
) -> list[Named]:
    """Return the old entries that new ones name, in order.

    A new entry names the nearest that stand before it and are the same owner's.

    Args:
        rows: Of all entries, oldest first. Shape (n, words).
        dimension: Bits that count in a row.
        owners: Whose each is; entries of None are neither old nor new.
        fresh: Places of the new ones.
        most: How many a new one names.
        least: Cosine from which it does.

    >>> rows = np.array([[0b1111], [0b1111], [0b0000_1111], [0b1010_0000]], dtype=np.uint64)
    >>> [(each.old, each.newer) for each in queues(rows, 8, ["ann", "bob", "ann", "ann"], {2, 3})]
    [(0, (2,))]
    """
    found: defaultdict[int, dict[int, float]] = defaultdict(dict)
    numbers = {owner: number for number, owner in enumerate(dict.fromkeys(owners))}
    whose = np.array([-1 if owner is None else numbers[owner] for owner in owners], dtype=np.int64)
    for place in sorted(fresh):
        if whose[place] >= 0:
            alike = cosine.likeness(rows[:place], rows[place], dimension)
            alike[whose[:place] != whose[place]] = -1.0
            for old in nearest(alike, most, least=least):
                found[old][place] = float(alike[old])
    return [
        Named(old=old, newer=tuple(newer), alike=max(newer.values()))
        for old, newer in sorted(found.items())
    ]
