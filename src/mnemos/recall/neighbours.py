"""Who spoke before and after: a turn's neighbours in its session."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mnemos.store.base import DOCUMENT, FLAG_KEY, Index

Integers = NDArray[np.int64]

PER_SIDE = 2  # turns to either side whose words reach this one
REACH = 4  # places looked at to either side; more than 2, for keys may stand between the turns
#: What a neighbour's words count for: of the previous turn, the next, those two away.
NEAR_TENTHS = (9, 8, 7, 7)


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
    rows, columns = index.docs, index.columns
    found = np.full((2 * PER_SIDE, len(docs)), -1, dtype=np.int64)
    in_session = np.flatnonzero(rows["role"][docs] != DOCUMENT)  # a document stands alone
    # Both sides are walked at once, everyone's predecessors before everyone's successors.
    who = np.concatenate([in_session, in_session])
    side = np.repeat([-1, 1], len(in_session))
    own = docs[who]
    place, scope, kind = columns.places[own], columns.scope[own], rows["kind"][own]
    last = rows["position"][own]
    row = np.repeat([0, 1], len(in_session))  # of what is found next
    for step in range(1, REACH + 1):
        at = place + side * step
        other = columns.order.take(at, mode="clip")
        inside = (columns.scope[other] == scope) & (at >= 0) & (at < len(columns.order))
        sought = inside & (row < 2 * PER_SIDE)
        if not sought.any():
            break
        position = rows["position"][other]
        good = sought & (position != last) & (rows["kind"][other] == kind)
        good &= columns.flags[other] & FLAG_KEY == 0
        if eligible is not None:
            good &= eligible[other]
        found[row[good], who[good]] = other[good]
        row += 2 * good
        last = np.where(good, position, last)
    return found


def distinct(numbers: NDArray[np.signedinteger], below: int) -> Integers:
    """Return numbers from 0 on, all below a bound, ascending and each once.

    By marking: of 3,000 among 10,000 documents in 9 µs, among a million in 144; sorting takes 70.
    """
    marked = np.zeros(below, dtype=np.bool_)
    marked[numbers] = True
    return np.flatnonzero(marked)
