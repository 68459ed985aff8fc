"""Two groups of values are told apart, the same way in any order."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mnemos.ingest.mixture import stand_out


def test_two_heaps_are_told_apart() -> None:
    rng = np.random.default_rng(5)
    values = np.concatenate([rng.normal(0.2, 0.03, 200), rng.normal(0.6, 0.05, 20)])
    assert stand_out(values).tolist() == [False] * 200 + [True] * 20


def test_few_that_stand_out_are_found_beside_many() -> None:
    assert stand_out([0.1] * 50 + [0.8]).tolist() == [False] * 50 + [True]


@settings(max_examples=40)
@given(st.lists(st.floats(-1, 1), max_size=15))
def test_who_stands_out_is_above_who_does_not(values: list[float]) -> None:
    found = stand_out(values)
    chosen = [value for value, out in zip(values, found, strict=True) if out]
    rest = [value for value, out in zip(values, found, strict=True) if not out]
    assert bool(chosen) == (len(set(values)) > 1)
    if chosen:
        assert min(chosen) > max(rest)


@settings(max_examples=40)
@given(st.lists(st.floats(-1, 1), max_size=15))
def test_the_order_of_values_does_not_matter(values: list[float]) -> None:
    assert stand_out(values).tolist() == stand_out(values[::-1]).tolist()[::-1]


@settings(max_examples=40)
@given(st.lists(st.integers(-9, 9), max_size=15))
def test_neither_scale_nor_level_matters(values: list[int]) -> None:
    wide = [4 * value + 8 for value in values]
    assert stand_out(wide).tolist() == stand_out(values).tolist()


def test_where_all_are_equal_nothing_stands_out() -> None:
    assert stand_out([]).tolist() == []
    assert stand_out([0.9]).tolist() == [False]
    assert stand_out([0.9, 0.9]).tolist() == [False, False]
    assert stand_out([0.1, 0.9]).tolist() == [False, True]


def test_what_is_no_number_is_refused() -> None:
    with pytest.raises(ValueError, match="1 of 2 not finite"):
        stand_out([0.5, math.nan])
