"""Small trees learn what tells yes from no, and the same every time."""

from __future__ import annotations

import numpy as np

from bench.trees import grow

ROWS = np.array([[a, b, c] for a in (0, 1) for b in (0, 1) for c in range(40)], np.float64)
#: No feature tells it by itself.
ALL = (ROWS[:, 0] > 0) & (ROWS[:, 1] > 0) & (ROWS[:, 2] > 19)
EVEN = np.ones(len(ROWS))


def test_what_only_several_features_tell_together_is_learnt() -> None:
    sums = grow(ROWS, ALL, EVEN).sums(ROWS)
    assert ((sums > 0) == ALL).mean() > 0.95


def test_the_same_rows_give_the_same_trees() -> None:
    one, other = grow(ROWS, ALL, EVEN), grow(ROWS, ALL, EVEN)
    assert one.features.tobytes() == other.features.tobytes()
    assert one.limits.tobytes() == other.limits.tobytes()
    assert one.leaves.tobytes() == other.leaves.tobytes()


def test_rows_that_weigh_nothing_teach_nothing() -> None:
    kept = ROWS[:, 0] == 1
    trees = grow(ROWS, ALL, np.where(kept, 1.0, 0.0))
    alone = grow(ROWS[kept], ALL[kept], EVEN[kept])
    assert (trees.sums(ROWS[kept]) > 0).tolist() == (alone.sums(ROWS[kept]) > 0).tolist()
