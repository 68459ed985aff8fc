"""Vectors are divided into k groups about centres, the same way on every machine.

Spherical k-means (Dhillon & Modha 2001) over signs read as ±1: a vector goes to the centre with the
highest cosine, a centre is the sum of its vectors. The first centre is drawn by the seed's hash,
each next is the vector that is least like its nearest centre (Gonzalez 1985): no other chance, and
sums of whole numbers alone.
"""

from __future__ import annotations

from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

from mnemos.arithmetic import Floats
from mnemos.ingest.place import centred, points
from mnemos.store.signs import Signs

ROUNDS = 20


def kmeans(
    rows: Signs, dimension: int, count: int, *, seed: int = 0, rounds: int = ROUNDS
) -> NDArray[np.int64]:
    """Return each vector's group, numbered from 0 in order of first appearance.

    Args:
        rows: Shape (n, words).
        dimension: Bits that count in a row.
        count: Groups at most: fewer where fewer vectors differ.
        seed: Draws the first centre.
        rounds: At most; it ends sooner if nothing changes.

    Returns:
        A row of zeros, no vector, is of the first centre's. Shape (n,).

    >>> kmeans(np.array([[0b1111], [0b0001], [0b0111]], dtype=np.uint64), 4, 2).tolist()
    [0, 1, 0]
    """
    if count < 1 or rounds < 1:
        raise ValueError(f"{count} groups in {rounds} rounds: from 1 each")
    if not len(rows):
        return np.zeros(0, dtype=np.int64)
    whole = points(rows, dimension)
    centres = _begin(rows, whole, min(count, len(rows)), seed)
    groups = np.full(len(rows), -1, dtype=np.int64)
    for _ in range(rounds):
        found = np.argmax(_table(rows, centres), axis=1)
        if np.array_equal(found, groups):
            break
        groups = found
        for number in range(len(centres)):  # one that lost all its vectors stays where it was
            if (groups == number).any():
                centres[number] = whole[groups == number].sum(axis=0)
    return _numbered(groups)


def _begin(rows: Signs, whole: NDArray[np.int64], count: int, seed: int) -> NDArray[np.int64]:
    drawn = int.from_bytes(blake2b(str(seed).encode(), digest_size=8).digest(), "big")
    present = np.flatnonzero(whole.any(axis=1))
    if not len(present):
        return whole[:1].copy()
    chosen = [int(present[drawn % len(present)])]
    nearest = np.where(whole.any(axis=1), centred(rows, whole[chosen[0]]), 1.0)
    while len(chosen) < count:
        furthest = int(np.argmin(nearest))
        if nearest[furthest] >= 1:  # all stand on a centre
            break
        chosen.append(furthest)
        nearest = np.maximum(nearest, centred(rows, whole[furthest]))
    return whole[chosen].copy()


def _table(rows: Signs, centres: NDArray[np.int64]) -> Floats:
    return np.stack([centred(rows, sums) for sums in centres], axis=1)


def _numbered(groups: NDArray[np.int64]) -> NDArray[np.int64]:
    order: dict[int, int] = {}
    return np.array([order.setdefault(group, len(order)) for group in groups.tolist()])
