"""Who spoke before and after: a turn's neighbours in its session."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mnemos.store.base import FLAG_KEY, ROLES, Index

Integers = NDArray[np.int64]

PER_SIDE = 2  # turns to either side whose words reach this one
REACH = 4  # places looked at to either side; more than 2, for keys may stand between the turns
_DOCUMENT = ROLES.index("document")  # stands alone, whatever was stored beside it
_SMALL = 131_072  # up to here turning the order round is quicker than searching it


def neighbours(index: Index, docs: Integers, eligible: NDArray[np.bool_] | None) -> Integers:
    """Return each document's two predecessors and two successors in its session.

    Args:
        index: The lexical index.
        docs: Document numbers. Shape (n,).
        eligible: Documents that may be seen; None is all.

    Returns:
        Rows: previous, next, the one before the previous, the one after the next; -1 where there
        is none. Shape (4, n).
    """
    order, rows = index.order, index.docs
    scopes, positions, kinds = rows["scope"], rows["position"], rows["kind"]
    flags = rows["flags"]
    found = np.full((2 * PER_SIDE, len(docs)), -1, dtype=np.int64)
    in_session = np.flatnonzero(rows["role"][docs] != _DOCUMENT)
    places = _places(index, docs[in_session])
    for side in (-1, 1):
        who, place = in_session, places  # whose neighbours on this side are still sought
        last = positions[docs[who]]
        taken = np.zeros(len(who), dtype=np.int64)
        for step in range(1, REACH + 1):
            at = place + side * step
            inside = (at >= 0) & (at < len(order))
            other = order[np.where(inside, at, 0)]
            inside &= scopes[other] == scopes[docs[who]]
            position = positions[other]
            good = inside & (position != last) & (kinds[other] == kinds[docs[who]])
            good &= flags[other] & FLAG_KEY == 0
            if eligible is not None:
                good &= eligible[other]
            found[(side + 1) // 2 + 2 * taken[good], who[good]] = other[good]
            taken += good
            last = np.where(good, position, last)
            more = inside & (taken < PER_SIDE)
            if not more.any():
                break
            who, place, last, taken = who[more], place[more], last[more], taken[more]
    return found


def distinct(docs: Integers) -> Integers:
    """Return document numbers ascending, each once."""
    ordered = np.sort(docs)
    return ordered[np.flatnonzero(np.diff(ordered, prepend=-1))]


def _places(index: Index, docs: Integers) -> Integers:
    """Return where documents stand in the index's order. Shape of docs."""
    order, rows = index.order, index.docs
    if len(order) <= _SMALL:
        places = np.zeros(len(rows), dtype=np.int64)
        places[order] = np.arange(len(order))
        return places[docs]
    own = rows[docs]
    low = np.zeros(len(docs), dtype=np.int64)
    high = np.full(len(docs), len(order), dtype=np.int64)
    for _ in range(len(order).bit_length()):  # bisection, all documents at once
        middle = np.minimum((low + high) >> 1, len(order) - 1)
        doc = order[middle]
        row = rows[doc]
        tie = row["scope"] == own["scope"]
        before = (row["scope"] < own["scope"]) | (tie & (row["position"] < own["position"]))
        before |= tie & (row["position"] == own["position"]) & (doc < docs)
        active = low < high
        low = np.where(active & before, middle + 1, low)
        high = np.where(active & ~before, middle, high)
    return low
