"""Vectors find their groups, exactly and in any order."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mnemos.ingest import place as module
from mnemos.ingest.kmeans import kmeans
from mnemos.ingest.place import Group, centred, founded, joined, medoid, place, points
from mnemos.store import signs

MAY = datetime(2023, 5, 1, tzinfo=UTC)
WEEK = timedelta(days=7)


def some(count: int, dimension: int = 70, seed: int = 0) -> signs.Signs:
    rng = np.random.default_rng(seed)
    return signs.pack(rng.normal(size=(count, dimension)).astype(np.float32))


@given(st.integers(1, 6), st.integers(0, 20))
def test_a_groups_centre_is_the_sum_in_any_order(count: int, seed: int) -> None:
    rows = some(count, seed=seed)
    group = founded(rows[0], 70, MAY)
    for row in rows[1:]:
        group = joined(group, row, MAY)
    assert np.array_equal(group.sums, np.where(signs.unpack(rows, 70) > 0, 1, -1).sum(axis=0))
    other = founded(rows[-1], 70, MAY)
    for row in rows[-2::-1]:
        other = joined(other, row, MAY)
    assert np.array_equal(group.sums, other.sums) and group.count == count


def test_cosines_with_a_centre_are_those_of_the_vectors() -> None:
    rows = some(9)
    whole = points(rows, 70).astype(np.float64)
    centre = whole[:3].sum(axis=0)
    lengths = np.linalg.norm(whole, axis=1) * np.linalg.norm(centre)
    expected = whole @ centre / lengths
    assert centred(rows, points(rows[:3], 70).sum(axis=0)) == pytest.approx(expected)
    assert centred(rows, np.zeros(70, dtype=np.int64)).tolist() == [0] * 9
    assert centred(np.zeros((1, 2), np.uint64), whole[0].astype(np.int64)).tolist() == [0]


def test_a_vector_goes_to_the_nearest_group_of_this_week() -> None:
    rows = some(2)
    groups = [founded(rows[0], 70, MAY), founded(rows[1], 70, MAY), founded(rows[1], 70, MAY)]
    assert place(rows[1], MAY + WEEK, groups) == 1
    assert place(rows[1], MAY + WEEK + timedelta(seconds=1), groups) is None
    assert place(rows[1], MAY - 2 * WEEK, groups) is None
    assert place(rows[1], MAY + 9 * WEEK, groups, longest_gap=None) == 1
    assert place(some(1, seed=9)[0], MAY, groups) is None
    assert place(rows[0], MAY, []) is None


def test_no_vector_belongs_nowhere() -> None:
    groups = [founded(some(1)[0], 70, MAY)]
    assert place(np.zeros(2, np.uint64), MAY, groups, near=-1) is None


def test_a_group_is_kept_as_a_value() -> None:
    group = joined(founded(some(1)[0], 70, MAY), some(1, seed=1)[0], MAY - WEEK)
    again = Group.of_json(json.loads(json.dumps(group.to_json())))
    assert np.array_equal(again.sums, group.sums)
    assert (again.count, again.last_at) == (2, MAY)
    with pytest.raises(TypeError, match="no group"):
        Group.of_json({"sums": 3, "count": 1, "last_at": "x"})


def test_the_medoid_is_the_vector_in_the_middle() -> None:
    rows = np.array([[0b000], [0b111], [0b011], [0b110]], dtype=np.uint64)
    assert medoid(rows[1:], 3) == 0
    assert medoid(rows[2:], 3) == 0  # of equals the first
    with pytest.raises(ValueError, match="no vectors"):
        medoid(rows[:0], 3)


def heaps(per_heap: int, seed: int) -> signs.Signs:
    rng = np.random.default_rng(seed)
    centres = rng.choice([-1.0, 1.0], size=(3, 128))
    rows = np.repeat(centres, per_heap, axis=0) + 0.5 * rng.normal(size=(3 * per_heap, 128))
    return signs.pack(rows.astype(np.float32))


@given(st.integers(1, 8), st.integers(0, 20), st.integers(0, 5))
def test_heaps_are_told_apart_whatever_the_seed(per_heap: int, seed: int, start: int) -> None:
    found = kmeans(heaps(per_heap, seed), 128, 3, seed=start)
    assert found.tolist() == [heap for heap in range(3) for _ in range(per_heap)]


def test_the_same_vectors_and_seed_give_the_same_groups() -> None:
    rows = some(50, seed=4)
    assert kmeans(rows, 70, 7, seed=3).tolist() == kmeans(rows, 70, 7, seed=3).tolist()
    assert kmeans(rows, 70, 7).max() == 6


def test_there_are_no_more_groups_than_different_vectors() -> None:
    rows = some(2)[[0, 1, 0, 0]]
    assert kmeans(rows, 70, 9).tolist() == [0, 1, 0, 0]
    assert kmeans(rows, 70, 1).tolist() == [0, 0, 0, 0]
    assert kmeans(rows[:0], 70, 3).tolist() == []
    with pytest.raises(ValueError, match="0 groups"):
        kmeans(rows, 70, 0)


def test_what_is_no_vector_takes_no_centre() -> None:
    rows = np.concatenate([np.zeros((2, 2), np.uint64), some(3)])
    for seed in range(9):
        found = kmeans(rows, 70, 3, seed=seed).tolist()
        assert len(set(found[2:])) == 3 and found[0] == found[1]
    assert kmeans(rows[:2], 70, 3).tolist() == [0, 0]


def test_the_published_bars_are_these() -> None:
    assert (module.NEAR, module.LONGEST_GAP) == (0.65, WEEK)
