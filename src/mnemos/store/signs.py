"""Vectors as sign bits: 48 bytes instead of 1,536, and integers wherever ranks are decided.

A component above nought is a one. A row of zeros is "no vector". Products of signs with a query of
whole numbers, and counts of differing bits, are exact: the same on any CPU, with any number of
threads, in any order. In the whole fusion signs do as well as floats (DESIGN, Store).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Signs = NDArray[np.uint64]
Floats32 = NDArray[np.float32]

WORD_BITS = 64
#: Query components reach from -127 to 127.
QUERY_MAX = 127
#: So many differing bits fit 16 bits; and every partial sum of products stays below 2^24, up to
#: which float32 holds whole numbers exactly.
MAX_DIMENSION = 65_535
#: Components unpacked at once, into one place: fresh memory costs more than the multiplying.
UNPACKED = 98_304
#: Multiplications in one product: more of them wake a BLAS's threads, which costs 8 ms a call.
MULTIPLIED = 262_144
#: Query rows in one product.
QUERIES = 16
#: Rows compared at once.
COMPARED = 8192


def words(dimension: int) -> int:
    """Return how many 64-bit words one vector takes.

    >>> words(384), words(100)
    (6, 2)
    """
    if not 0 < dimension <= MAX_DIMENSION:
        raise ValueError(f"vectors of 1 to {MAX_DIMENSION} numbers are kept, not of {dimension}")
    return -(-dimension // WORD_BITS)


def pack(vectors: Floats32) -> Signs:
    """Return the signs of vectors.

    Args:
        vectors: Shape (n, d).

    Returns:
        Shape (n, words): bit i of a row, counted from the lowest of its first word, says whether
        component i is above nought; what is beyond the last component is zero.
    """
    count, dimension = vectors.shape
    bits = np.packbits(vectors > 0, axis=1, bitorder="little")
    padded = np.zeros((count, words(dimension) * WORD_BITS // 8), dtype=np.uint8)
    padded[:, : bits.shape[1]] = bits
    return padded.view("<u8").astype(np.uint64, copy=False)


def unpack(signs: Signs, dimension: int) -> Floats32:
    """Return signs as ±1. Shape (n, dimension)."""
    return _bits(signs, dimension) * np.float32(2) - np.float32(1)


def _bits(signs: Signs, dimension: int) -> Floats32:
    """Return signs as 0 and 1. Shape (n, dimension)."""
    return _raw(signs, dimension).astype(np.float32)


def _raw(signs: Signs, dimension: int) -> NDArray[np.uint8]:
    """Return signs as 0 and 1, a byte each. Shape (n, dimension)."""
    if signs.ndim != 2 or signs.shape[1] != words(dimension):  # noqa: PLR2004 - rows of words
        raise ValueError(f"{dimension}-d signs have {words(dimension)} words, not {signs.shape}")
    raw = np.ascontiguousarray(signs, dtype="<u8").view(np.uint8)
    return np.unpackbits(raw, axis=1, count=dimension, bitorder="little")


def query(vector: Floats32) -> Floats32:
    """Return vectors scaled, row by row, to whole numbers from -127 to 127, as float32.

    Args:
        vector: Shape (d,) or (q, d); a row of zeros stays one.

    >>> query(np.array([0.5, -1.0, 0.0], dtype=np.float32)).tolist()
    [64.0, -127.0, 0.0]
    """
    words(vector.shape[-1])
    if not np.isfinite(vector).all():
        raise ValueError("a query's vector has numbers that are not finite")
    wide = vector.astype(np.float64)
    largest = np.abs(wide).max(axis=-1, keepdims=True)
    scale = np.divide(QUERY_MAX, largest, out=np.zeros_like(largest), where=largest > 0)
    whole: Floats32 = (np.rint(wide * scale) + 0.0).astype(np.float32)
    return whole


def dots(signs: Signs, asked: Floats32, dimension: int) -> NDArray[np.int32]:
    """Return the products of vectors' signs, as ±1, with queries; exact.

    Args:
        signs: Shape (n, words).
        asked: As ``query`` returns it. Shape (q, d) or (d,).
        dimension: d.

    Returns:
        Shape (n, q).
    """
    rows = np.atleast_2d(asked)
    if rows.shape[1] != dimension:
        raise ValueError(f"the vectors are {dimension}-d; the query is {rows.shape[1]}-d")
    found = _multiply(signs, rows, dimension)
    # Signs are twice the bits less one.
    sums = rows.sum(axis=1, dtype=np.float64).astype(np.int32)
    products: NDArray[np.int32] = 2 * found.astype(np.int32) - sums
    return products


def _multiply(signs: Signs, rows: Floats32, dimension: int) -> Floats32:
    """Return products with bits: whole numbers. Shape (n, q)."""
    found = np.empty((len(signs), len(rows)), dtype=np.float32)
    columns = [
        np.ascontiguousarray(rows[start : start + QUERIES].T)
        for start in range(0, len(rows), QUERIES)
    ]
    largest = dimension * min(QUERIES, len(rows))
    step = max(1, min(UNPACKED // dimension, MULTIPLIED // max(1, largest)))
    room = np.empty((min(step, len(signs)), dimension), dtype=np.float32)
    for first in range(0, len(signs), step):
        raw = _raw(signs[first : first + step], dimension)
        bits = room[: len(raw)]
        bits[...] = raw
        for number, some in enumerate(columns):
            start = number * QUERIES
            found[first : first + len(raw), start : start + some.shape[1]] = bits @ some
    return found


def hamming(signs: Signs, asked: Signs) -> NDArray[np.uint16]:
    """Return in how many bits each row differs from a query.

    numkong 7.8.6 gives the same figures in half again as much time.

    Args:
        signs: Shape (n, words).
        asked: Shape (words,).

    Returns:
        Shape (n,).
    """
    width = signs.shape[1]
    if asked.shape != (width,):
        raise ValueError(f"the vectors have {width} words; the query has {asked.shape}")
    found = np.zeros(len(signs), dtype=np.uint16)
    for first in range(0, len(signs), COMPARED):
        part = signs[first : first + COMPARED]
        total = found[first : first + COMPARED]
        for word in range(width):  # column by column: a sum along so short a row is slow
            total += np.bitwise_count(part[:, word] ^ asked[word])
    return found
