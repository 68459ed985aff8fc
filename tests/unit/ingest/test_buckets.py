"""Like vectors meet in a bucket, which is the same everywhere."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mnemos.ingest.buckets import nearest_buckets, planes
from mnemos.store import signs


def vectors(count: int, seed: int) -> signs.Floats32:
    return np.random.default_rng(seed).normal(size=(count, 384)).astype(np.float32)


@given(st.integers(0, 50), st.integers(1, 16), st.integers(0, 3))
def test_the_bucket_is_the_largest_of_the_products_and_their_opposites(
    seed: int, pairs: int, drawn: int
) -> None:
    directions = planes(384, 2 * pairs, drawn)
    (row,) = signs.pack(vectors(1, seed))
    plain = signs.unpack(directions, 384) @ signs.unpack(row[np.newaxis], 384)[0]
    values = np.concatenate([plain, -plain])
    (own,) = nearest_buckets(row, directions, 384)
    assert own == int(np.argmax(values))
    every = nearest_buckets(row, directions, 384, 2 * pairs)
    assert sorted(every) == list(range(2 * pairs)) and (np.diff(values[every]) <= 0).all()


def test_directions_are_these_for_ever() -> None:
    assert planes(70, 4, 7).tolist() == [[14457792838083020353, 28], [5178912745063566429, 24]]
    assert not np.array_equal(planes(70, 4, 8), planes(70, 4, 7))
    assert np.array_equal(planes(70, 8, 7)[:2], planes(70, 4, 7))


def test_directions_are_balanced() -> None:
    whole = signs.unpack(planes(1024, 64), 1024)
    assert abs(whole.mean()) < 0.02
    assert np.abs(whole @ whole.T - 1024 * np.eye(32)).max() < 200  # of 32, 6 deviations


def test_like_vectors_meet_more_often_and_more_buckets_find_more() -> None:
    first, noise = vectors(200, 1), vectors(200, 2)
    rows = signs.pack(first)
    near = signs.pack((first + 0.4 * noise).astype(np.float32))
    far = signs.pack(noise)
    directions = planes(384, 16)
    own = [nearest_buckets(row, directions, 384)[0] for row in rows]

    def met(others: signs.Signs, count: int) -> int:
        return sum(
            bucket in nearest_buckets(row, directions, 384, count)
            for bucket, row in zip(own, others, strict=True)
        )

    assert 3 * met(far, 1) < met(near, 1) < met(near, 3)


def test_buckets_that_make_no_sense_are_refused() -> None:
    for bad in (0, 3):
        with pytest.raises(ValueError, match=f"not {bad}"):
            planes(70, bad)
    with pytest.raises(ValueError, match="not 0"):
        nearest_buckets(planes(70, 2)[0], planes(70, 2), 70, 0)
