"""Which of the scored come back: the best, so many of a kind, each item once. Equals by place."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Mapping, Sequence
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mnemos.arithmetic import Floats, finite

Integers = NDArray[np.int64]


def best(
    scores: ArrayLike,
    count: int,
    *,
    least: float | None = None,
    eligible: NDArray[np.bool_] | None = None,
) -> Integers:
    """Return the places of the highest scores, best first, equals in their order.

    Args:
        scores: Shape (n,).
        count: At most so many.
        least: Only those that score so much or more.
        eligible: Which may be taken; None is all. Shape (n,).

    >>> best([1, 3, 3, 2], 3).tolist(), best([1, 3, 3, 2], 9, least=2).tolist()
    ([1, 2, 3], [1, 2, 3])
    """
    values = finite(scores, "scores")
    if count < 0:
        raise ValueError(f"at most {count} cannot be taken")
    taken = np.ones(len(values), dtype=np.bool_) if eligible is None else eligible.copy()
    if least is not None:
        taken &= values >= least
    places = np.flatnonzero(taken)
    return places[np.argsort(-values[places], kind="stable")[:count]]


def quota(kinds: Sequence[Hashable], places: Sequence[int], most: Mapping[str, int]) -> list[int]:
    """Return the first so many of each kind, in the order in which they stand.

    ENGRAM takes the best of each store on its own: as one store its answers fall from 77.6 to 46.6
    (arXiv:2511.12960).

    Args:
        kinds: Of all items.
        places: Best first, as ``best`` returns them.
        most: By kind; a kind that is not named gets nothing.

    >>> quota(["fact", "fact", "turn", "note"], [1, 0, 2, 3], {"fact": 1, "turn": 2})
    [1, 2]
    """
    taken: Counter[Hashable] = Counter()
    found = []
    for place in places:
        kind = kinds[place]
        if isinstance(kind, str) and taken[kind] < most.get(kind, 0):
            taken[kind] += 1
            found.append(int(place))
    return found


def roll_up(
    owners: Sequence[int] | Integers, scores: ArrayLike, how: Literal["max", "mean"] = "max"
) -> tuple[Integers, Floats]:
    """Return each owner once with the best, or the mean, of what its parts score; best first.

    An item is found by several documents, a chunk by its sentences (SGMem, arXiv:2509.21212, the
    mean), a session by its turns.

    Args:
        owners: Whose each part is; negative for nobody's. Shape (n,).
        scores: Shape (n,).
        how: A mean is of all parts that are given.

    Returns:
        Owners, equals ascending, and their scores.

    >>> [part.tolist() for part in roll_up([7, 3, 7], [1.0, 2.0, 4.0])]
    [[7, 3], [4.0, 2.0]]
    >>> [part.tolist() for part in roll_up([7, 3, 7, 5], [1.0, 2.0, 4.0, 2.0], "mean")]
    [[7, 3, 5], [2.5, 2.0, 2.0]]
    """
    values, whose = finite(scores, "scores"), np.asarray(owners, dtype=np.int64)
    if values.shape != whose.shape:
        raise ValueError(f"{whose.shape} owners have {values.shape} scores")
    values, whose = values[whose >= 0], whose[whose >= 0]
    named, slots = np.unique(whose, return_inverse=True)
    if how == "max":
        found = np.full(len(named), -np.inf)
        np.maximum.at(found, slots, values)
    else:  # ascending: the same sum in any order of parts
        order = np.lexsort((values, slots))
        sums = np.bincount(slots[order], weights=values[order], minlength=len(named))
        found = sums / np.bincount(slots, minlength=len(named)) if len(named) else np.zeros(0)
    ranked = np.argsort(-found, kind="stable")
    return named[ranked], found[ranked]
