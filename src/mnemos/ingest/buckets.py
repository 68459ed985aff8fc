"""Vectors are hashed into buckets so that those of like meaning meet (TiM, arXiv:2311.08719).

F(x) = argmax([xR; −xR]) with a random matrix R of d × b/2 gives b buckets (Andoni et al. 2015,
cross-polytope). x is the sign bits, and R is of random signs too (Achlioptas 2003), so that each
product is a count of bits: exact, the same on every CPU. R is drawn by blake2b from a seed; who
keeps the seed keeps the buckets. One bucket alone misses much: ``nearest_buckets`` gives more.
"""

from __future__ import annotations

from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

from mnemos.store import signs
from mnemos.store.signs import Signs

_BYTES = 64


def planes(dimension: int, buckets: int, seed: int = 0) -> Signs:
    """Return R: a random direction for each two buckets.

    Args:
        dimension: Bits that count in a vector.
        buckets: b, even.
        seed: The same seed gives the same directions, everywhere and for ever.

    Returns:
        Sign bits. Shape (buckets / 2, words).
    """
    if buckets < 2 or buckets % 2:  # noqa: PLR2004 - a direction and its opposite
        raise ValueError(f"buckets come in pairs, 2 or more, not {buckets}")
    rows = [_drawn(dimension, seed, number) for number in range(buckets // 2)]
    return signs.pack(np.array(rows, dtype=np.float32))


def nearest_buckets(row: Signs, directions: Signs, dimension: int, count: int = 1) -> list[int]:
    """Return the buckets of a vector, its own first, then those it comes next to.

    Args:
        row: Sign bits. Shape (words,).
        directions: As ``planes`` returns them. Shape (b / 2, words).
        dimension: Bits that count in a vector.
        count: How many: 1 to write, 2 or 3 to read.

    Returns:
        From 0 to b − 1: b/2 + i is the opposite of i. Of equals the lower number first.

    >>> directions = np.array([[0b1111], [0b0011]], dtype=np.uint64)
    >>> nearest_buckets(np.array([0b1000], dtype=np.uint64), directions, 4, 4)  # −2, −2; 2, 2
    [2, 3, 0, 1]
    """
    if count < 1:
        raise ValueError(f"a vector is in 1 bucket or more, not {count}")
    products = dimension - 2 * signs.hamming(directions, row).astype(np.int64)
    values = np.concatenate([products, -products])
    chosen: list[int] = np.argsort(-values, kind="stable")[:count].tolist()
    return chosen


def _drawn(dimension: int, seed: int, number: int) -> NDArray[np.int8]:
    """Return a random direction as ±1. Shape (dimension,)."""
    blocks = range(-(-dimension // (8 * _BYTES)))
    raw = b"".join(
        blake2b(f"{seed}/{number}/{block}".encode(), digest_size=_BYTES).digest()
        for block in blocks
    )
    bits = np.unpackbits(np.frombuffer(raw, dtype=np.uint8), count=dimension)
    return 2 * bits.astype(np.int8) - 1
