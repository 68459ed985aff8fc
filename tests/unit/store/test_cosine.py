"""Differing bits become cosines."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mnemos.store import cosine, signs


@given(st.integers(1, 1100))
def test_the_table_falls_from_one_to_minus_one(dimension: int) -> None:
    table = cosine.cosines(dimension)
    assert table[0] == 1 and table[-1] == -1
    assert (np.diff(table) < 0).all()
    assert np.array_equal(table, -table[::-1])
    assert np.abs(table - np.cos(np.pi * np.arange(dimension + 1) / dimension)).max() < 1e-12


def test_the_estimate_comes_near_the_cosine_of_vectors() -> None:
    rng = np.random.default_rng(3)
    first = rng.normal(size=(40, 1024)).astype(np.float32)
    mixed = (0.6 * first + 0.8 * rng.normal(size=first.shape)).astype(np.float32)  # cosine 0.6
    found = cosine.table(signs.pack(mixed), signs.pack(first), 1024)
    own = np.diag(found)
    assert abs(own.mean() - 0.6) < 0.02 and abs((found.sum() - own.sum()) / 1560) < 0.01


def test_what_is_no_vector_is_like_nothing() -> None:
    rows = np.array([[0], [7]], dtype=np.uint64)
    assert cosine.table(rows, rows, 3).tolist() == [[0, 0], [0, 1]]
    assert cosine.likeness(rows[:0], rows[0], 3).shape == (0,)


def test_rows_of_another_width_are_refused() -> None:
    with pytest.raises(ValueError, match=r"65-d signs have 2 words, not \(1, 1\)"):
        cosine.likeness(np.zeros((1, 1), np.uint64), np.zeros(1, np.uint64), 65)
