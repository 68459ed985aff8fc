"""Several scores of the same items become one: by ranks, by rescaled values, by how sure each is.

Sums run over the parts in the order given, elementwise, so that every CPU rounds alike.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

import numpy as np
from numpy.typing import ArrayLike

from mnemos.arithmetic import Floats, exp, finite, log, total

T = TypeVar("T", int, str)

#: Cormack et al. 2009; EverMemOS takes 40.
RANKS_ADDED = 60


def rrf(rankings: Sequence[Sequence[T]], added: int = RANKS_ADDED) -> dict[T, float]:
    """Return reciprocal rank fusion: Σ 1 / (added + rank), the best first, equals by id.

    Cormack, Clarke & Büttcher 2009. Ranks begin at 1; what a ranking leaves out gets nothing there.

    Args:
        rankings: Ids, best first; each id once in a ranking.
        added: To each rank: the larger, the less the first places tell.

    >>> rrf([["a", "b"], ["b"]], added=0)
    {'b': 1.5, 'a': 1.0}
    """
    if added < 0:
        raise ValueError(f"what is added to ranks is 0 or more, not {added}")
    found: dict[T, float] = {}
    for ranking in rankings:
        if len(set(ranking)) < len(ranking):
            raise ValueError("an id stands twice in one ranking")
        for rank, each in enumerate(ranking, 1):
            found[each] = found.get(each, 0.0) + 1.0 / (added + rank)
    return {each: found[each] for each in sorted(found, key=lambda each: (-found[each], each))}


def min_max(values: ArrayLike) -> Floats:
    """Return values rescaled to reach from 0 to 1; all 1 where all are equal (HippoRAG 2).

    >>> min_max([3, 1, 2]).tolist(), min_max([5, 5]).tolist(), min_max([]).tolist()
    ([1.0, 0.0, 0.5], [1.0, 1.0], [])
    """
    found = finite(values, "scores")
    if not found.size:
        return found
    low, high = found.min(), found.max()
    return np.ones_like(found) if low == high else (found - low) / (high - low)


def softmax(values: ArrayLike, temperature: float = 1.0) -> Floats:
    """Return e^(value / temperature), divided by their sum. Shape (n,).

    >>> [round(share, 6) for share in softmax([0.0, float(log(3.0))]).tolist()]
    [0.25, 0.75]
    """
    found = finite(values, "scores")
    if temperature <= 0:
        raise ValueError(f"a temperature is above nought, not {temperature}")
    if not found.size:
        return found
    powers = exp((found - found.max()) / temperature)
    return powers / total(powers.tolist())


def entropy(shares: ArrayLike) -> float:
    """Return how evenly shares are spread: 0 all on one, 1 all equal. −Σ p ln p / ln n.

    >>> entropy([1, 0]), entropy([0.25] * 4), entropy([1])
    (0.0, 1.0, 0.0)
    """
    found = finite(shares, "shares")
    if len(found) < 2:  # noqa: PLR2004 - one share is sure, and ln 1 divides nothing
        return 0.0
    some = found[found > 0]
    nats = -total((some * log(some)).tolist())
    return min(1.0, max(0.0, nats / float(log(float(len(found))))))


def entropy_weights(parts: Sequence[ArrayLike], temperature: float = 0.1) -> Floats:
    """Return how much each part should count: the surer it is which items are best, the more.

    w_g ∝ 1 − H_g / ln n, where H_g is the entropy of the softmax of a part's scores (MemGAS,
    arXiv:2505.19549). Its published code leaves ``/ ln n`` out: where all H exceed one nat, 1 − H
    is negative and the least sure part counts most.

    Args:
        parts: Scores of the same items. Shape (n,) each.
        temperature: .1 in the paper's code, .2 in its README.

    Returns:
        They add up to 1; all equal if no part is sure of anything. Shape (parts,).

    >>> entropy_weights([[1, 0], [0, 0]], temperature=0.01).tolist()
    [1.0, 0.0]
    """
    if not parts:
        return np.zeros(0)
    sure = np.array([1.0 - entropy(softmax(part, temperature)) for part in parts])
    whole = total(sure.tolist())
    return sure / whole if whole > 0 else np.full(len(parts), 1.0 / len(parts))


def weighted(parts: Sequence[ArrayLike], weights: Sequence[float]) -> Floats:
    """Return Σ weight × part, in the order given. Shape (n,).

    >>> weighted([[1, 2], [10, 20]], [1, 0.5]).tolist()
    [6.0, 12.0]
    """
    if len(parts) != len(weights) or not parts:
        raise ValueError(f"{len(parts)} parts want as many weights and one at least, {weights}")
    arrays = [finite(part, "scores") for part in parts]
    if len({part.shape for part in arrays}) > 1:
        raise ValueError(f"parts are scores of the same items, not {[p.shape for p in arrays]}")
    found = np.zeros_like(arrays[0])
    for part, weight in zip(arrays, finite(list(weights), "weights").tolist(), strict=True):
        found += weight * part
    return found
