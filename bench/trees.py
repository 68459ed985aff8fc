"""Grow a few small trees that together tell yes from no (gradient boosting).

Every tree asks the same few questions of every row, so it is a table: which answers → how much is
added (oblivious trees; Prokhorenkova et al. 2018, arXiv:1706.09516). What is added comes from
Newton's step on the logistic loss (Chen & Guestrin 2016, 10.1145/2939672.2939785). Values are kept
as whole thousandths, whose sums are exact. The same rows give the same trees.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from mnemos.recall.newer import Trees

TREES, DEPTH = 100, 3
RATE = 0.1  # share of each step that is taken
CALM = 20.0  # weight of rows that a leaf must outweigh to say much
LIMITS = 10  # at most so many a feature
UNIT = 1000  # what stands for one

Floats = NDArray[np.float64]


def grow(rows: Floats, yes: NDArray[np.bool_], weights: Floats) -> Trees:
    """Grow trees one after the other, each on what those before it leave.

    Args:
        rows: Shape (n, features).
        yes: What is to be told. Shape (n,).
        weights: Of the rows. Shape (n,).
    """
    splits = list(_splits(rows))
    answers = np.stack([rows[:, feature] > limit for feature, limit in splits], axis=1)
    sums = np.zeros(len(rows))
    chosen, added = [], []
    for _ in range(TREES):
        likely = 1 / (1 + np.exp(-sums))
        slope, bend = weights * (yes - likely), weights * likely * (1 - likely)
        asked: list[int] = []
        leaf = np.zeros(len(rows), np.int64)
        for _ in range(DEPTH):
            asked.append(_best(answers, leaf, slope, bend))
            leaf = 2 * leaf + answers[:, asked[-1]]
        total, room = (np.bincount(leaf, each, 1 << DEPTH) for each in (slope, bend))
        leaves = np.rint(UNIT * RATE * total / (room + CALM)).astype(np.int64)
        sums += leaves[leaf] / UNIT
        chosen.append([splits[each] for each in asked])
        added.append(leaves)
    return Trees(
        features=np.array([[feature for feature, _ in each] for each in chosen]),
        limits=np.array([[limit for _, limit in each] for each in chosen]),
        leaves=np.array(added),
    )


def _splits(rows: Floats) -> Iterator[tuple[int, float]]:
    shares = np.linspace(0, 1, LIMITS, endpoint=False)
    for feature, column in enumerate(rows.T):
        values = np.unique(column)
        if len(values) > LIMITS:
            values = np.unique(np.quantile(column, shares, method="lower"))
        yield from ((feature, limit) for limit in values.tolist() if limit < column.max())


def _best(answers: NDArray[np.bool_], leaf: NDArray[np.int64], slope: Floats, bend: Floats) -> int:
    """Return the split by which all leaves together gain most; the first of equals."""
    inside = np.eye(leaf.max() + 1)[leaf]
    gain = np.zeros(answers.shape[1])
    for side in (answers, ~answers):
        totals, rooms = (side.T @ (inside * each[:, None]) for each in (slope, bend))
        gain += (totals**2 / (rooms + CALM)).sum(axis=1)
    return int(np.argmax(np.round(gain, 9)))
