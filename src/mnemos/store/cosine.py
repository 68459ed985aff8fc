"""How alike two rows of sign bits are, as the cosine of the angle that differing bits tell of.

Of two vectors at an angle θ the signs differ in θ/π of all directions, so that h differing bits of
d say θ ≈ πh/d (Goemans & Williamson 1995; Charikar 2002, "Similarity estimation techniques from
rounding algorithms"). Counts of bits are exact and cosines are read from a table of d + 1 numbers,
the same on every CPU. A row of zeros is no vector: like nothing, cosine 0.
"""

from __future__ import annotations

import math
from functools import cache, reduce

import numpy as np
from numpy.typing import NDArray

from mnemos.arithmetic import Floats, sine
from mnemos.store import signs
from mnemos.store.signs import Signs


@cache
def cosines(dimension: int) -> Floats:
    """Return cos(πh/d) for h = 0 to d differing bits, falling from 1 to −1. Shape (d + 1,).

    >>> cosines(4).tolist() == [1.0, round(2**0.5 / 2 * 2**40) / 2**40, 0.0, -cosines(4)[1], -1.0]
    True
    """
    signs.words(dimension)
    balance = dimension - 2 * np.arange(dimension + 1, dtype=np.float64)
    table = sine(balance * math.pi / (2 * dimension))
    table.flags.writeable = False
    return table


def likeness(rows: Signs, asked: Signs, dimension: int) -> Floats:
    """Return the cosine of each row with one vector; higher is nearer.

    Args:
        rows: Shape (n, words).
        asked: Shape (words,).
        dimension: Bits that count in a row.

    Returns:
        Shape (n,).

    >>> rows = np.array([[0b1111], [0b1100], [0b0000]], dtype=np.uint64)
    >>> likeness(rows, rows[0], 4).tolist()
    [1.0, 0.0, 0.0]
    """
    _check(rows, dimension)
    found = cosines(dimension)[signs.hamming(rows, asked)]
    if not asked.any():
        return np.zeros(len(rows))
    found[~present(rows)] = 0.0
    return found


def table(rows: Signs, others: Signs, dimension: int) -> Floats:
    """Return the cosine of each row with each of others. Shape (n, m)."""
    _check(rows, dimension)
    found = np.zeros((len(rows), len(others)))
    for place, other in enumerate(others):
        found[:, place] = likeness(rows, other, dimension)
    return found


def present(rows: Signs) -> NDArray[np.bool_]:
    """Say of each row whether it is a vector at all. Shape (n,)."""
    return np.asarray(reduce(np.bitwise_or, rows.T) != 0)  # along so short a row is slow


def _check(rows: Signs, dimension: int) -> None:
    wanted = signs.words(dimension)
    if rows.ndim != 2 or rows.shape[1] != wanted:  # noqa: PLR2004 - rows of words
        raise ValueError(f"{dimension}-d signs have {wanted} words, not {rows.shape}")
