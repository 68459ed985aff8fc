"""A vector is put into the group whose centre it is near to, or founds a new one.

Vectors are sign bits, read as ±1; a group keeps their sums, whole numbers, so that its centre is
exact whatever came in which order. A cosine with a centre is one product of whole numbers, divided
by one square root: the same on every CPU.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from mnemos.arithmetic import Floats
from mnemos.store import signs
from mnemos.store.signs import Signs
from mnemos.types import JSON

#: EverMemOS: a scene takes what is so near to its centre, and no longer than a week after it.
NEAR, LONGEST_GAP = 0.65, timedelta(days=7)


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """What is known of a group: enough to place the next, little enough to keep as State.

    Args:
        sums: Of its members' signs, as ±1. Shape (dimension,).
        count: How many members it has.
        last_at: When the last of them was said.
    """

    sums: NDArray[np.int64]
    count: int
    last_at: datetime

    def to_json(self) -> JSON:
        """Return it as a value for State."""
        return {
            "sums": self.sums.tolist(),
            "count": self.count,
            "last_at": self.last_at.isoformat(),
        }

    @classmethod
    def of_json(cls, value: Mapping[str, JSON]) -> Group:
        """Read what ``to_json`` returned."""
        sums, count, last_at = value["sums"], value["count"], value["last_at"]
        if not isinstance(sums, Sequence) or not isinstance(count, int):
            raise TypeError(f"no group: {value}")
        whole = np.array([int(str(each)) for each in sums], dtype=np.int64)
        return cls(sums=whole, count=count, last_at=datetime.fromisoformat(str(last_at)))


def founded(row: Signs, dimension: int, said_at: datetime) -> Group:
    """Return a group of one. ``row`` is of shape (words,)."""
    return Group(sums=points(row[np.newaxis], dimension)[0], count=1, last_at=said_at)


def joined(group: Group, row: Signs, said_at: datetime) -> Group:
    """Return a group with one more member."""
    return Group(
        sums=group.sums + points(row[np.newaxis], len(group.sums))[0],
        count=group.count + 1,
        last_at=max(group.last_at, said_at),
    )


def place(
    row: Signs,
    said_at: datetime,
    groups: Sequence[Group],
    *,
    near: float = NEAR,
    longest_gap: timedelta | None = LONGEST_GAP,
) -> int | None:
    """Return the group that a vector belongs to: the nearest that is near enough and not too old.

    Args:
        row: Shape (words,).
        said_at: When it was said; a gap counts in either direction.
        groups: Those there are.
        near: The least cosine with the centre.
        longest_gap: Between the group's last and this; None for any.

    Returns:
        Its place, of equals the first; None if a new one is to be founded, and for no vector.
    """
    able = [
        number
        for number, group in enumerate(groups)
        if longest_gap is None or abs(said_at - group.last_at) <= longest_gap
    ]
    if not able or not row.any():
        return None
    sums = np.stack([groups[number].sums for number in able])
    likes = _cosines(points(row[np.newaxis], sums.shape[1])[0], sums)
    best = int(np.argmax(likes))
    return able[best] if likes[best] >= near else None


def points(rows: Signs, dimension: int) -> NDArray[np.int64]:
    """Return sign bits as ±1; a row of zeros, no vector, stays one. Shape (n, dimension)."""
    found = signs.unpack(rows, dimension).astype(np.int64)
    found[~(rows != 0).any(axis=1)] = 0
    return found


def centred(rows: Signs, sums: NDArray[np.int64]) -> Floats:
    """Return the cosine of each vector with a centre; 0 where either is none.

    cos = Σ ±s / √(d · Σ s²): of ±1 vectors and the sums s, all of them whole numbers.

    Args:
        rows: Shape (n, words).
        sums: Shape (dimension,).

    Returns:
        Shape (n,).

    >>> row = np.array([[0b1111], [0b0011]], dtype=np.uint64)
    >>> centred(row, np.array([2, 2, 0, 0])).round(6).tolist()  # 4 / √(4 · 8); the same
    [0.707107, 0.707107]
    """
    return _cosines(sums, points(rows, len(sums)))


def _cosines(one: NDArray[np.int64], others: NDArray[np.int64]) -> Floats:
    """Return the cosine of whole numbers with each row; 0 where either is nought. Shape (n,)."""
    squares = (one * one).sum() * (others * others).sum(axis=1)
    dots = (others * one).sum(axis=1).astype(np.float64)
    found: Floats = dots / np.sqrt(np.maximum(squares, 1).astype(np.float64))
    return found


def medoid(rows: Signs, dimension: int) -> int:
    """Return the place of the vector nearest to the centre of all; of equals the first.

    Its text stands for the group where no model writes one.

    Raises:
        ValueError: There are none.
    """
    if not len(rows):
        raise ValueError("no vectors have no medoid")
    return int(np.argmax(centred(rows, points(rows, dimension).sum(axis=0))))
