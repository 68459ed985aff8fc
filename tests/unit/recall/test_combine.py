"""Scores are joined: by hand, at the edges, and where published code was wrong."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mnemos.recall import combine

scores = st.lists(st.floats(-5, 5), min_size=1, max_size=30)


def test_ranks_are_fused_by_their_reciprocals() -> None:
    found = combine.rrf([["a", "b", "c"], ["b", "d"]])
    assert list(found) == ["b", "a", "d", "c"]
    assert found["b"] == 1 / 62 + 1 / 61 and found["c"] == 1 / 63


def test_equal_ranks_are_ordered_by_id() -> None:
    assert list(combine.rrf([[2, 1], [1, 2]])) == [1, 2]
    assert combine.rrf([]) == {} == combine.rrf([[], []])
    with pytest.raises(ValueError, match="twice"):
        combine.rrf([[1, 1]])
    with pytest.raises(ValueError, match="-1"):
        combine.rrf([[1]], added=-1)


@given(scores)
def test_rescaled_scores_keep_their_order_between_nought_and_one(values: list[float]) -> None:
    found = combine.min_max(values)
    assert found.min() in {0.0, 1.0} and found.max() == 1
    assert (np.diff(found[np.argsort(values, kind="stable")]) >= 0).all()


@given(scores, st.floats(0.05, 5))
def test_shares_of_a_softmax_add_up_to_one(values: list[float], temperature: float) -> None:
    found = combine.softmax(values, temperature)
    plain = np.exp((np.array(values) - max(values)) / temperature)
    assert found == pytest.approx(plain / plain.sum(), abs=1e-12)


def test_entropy_is_a_share_of_the_most_there_can_be() -> None:
    assert combine.entropy([0.5, 0.25, 0.25]) == pytest.approx(1.5 * math.log(2) / math.log(3))
    assert combine.entropy([]) == 0


def test_the_surer_part_counts_more_even_where_all_entropies_exceed_one_nat() -> None:
    # Un-normalised, 1 − H of both is negative, and dividing by their sum turns the weights round.
    sure, unsure = np.linspace(0, 0.2, 30), np.linspace(0, 0.01, 30)
    nats = [
        -sum(share * math.log(share) for share in combine.softmax(part, 0.1))
        for part in (sure, unsure)
    ]
    assert min(nats) > 1
    published = (1 - np.array(nats)) / (1 - np.array(nats)).sum()
    assert published[0] < published[1]
    found = combine.entropy_weights([sure, unsure], 0.1)
    assert found[0] > 0.9 > found[1] and found.sum() == pytest.approx(1)


@given(st.lists(st.lists(st.floats(-1, 1), min_size=4, max_size=4), min_size=1, max_size=5))
def test_entropy_weights_are_shares(parts: list[list[float]]) -> None:
    found = combine.entropy_weights(parts)
    assert (found >= 0).all() and found.sum() == pytest.approx(1)


def test_parts_that_are_sure_of_nothing_count_alike() -> None:
    assert combine.entropy_weights([[1, 1], [2, 2]]).tolist() == [0.5, 0.5]
    assert combine.entropy_weights([]).shape == (0,)
    assert combine.entropy_weights([[3.0], [1.0]]).tolist() == [0.5, 0.5]


@pytest.mark.parametrize(
    "function", [combine.min_max, combine.softmax, lambda values: combine.weighted([values], [1])]
)
def test_what_is_no_number_is_refused(function: object) -> None:
    assert callable(function)
    with pytest.raises(ValueError, match="1 of 2 not finite"):
        function([1.0, math.nan])


def test_parts_of_other_items_are_refused() -> None:
    with pytest.raises(ValueError, match="same items"):
        combine.weighted([[1, 2], [1]], [1, 1])
    with pytest.raises(ValueError, match="as many weights"):
        combine.weighted([[1]], [])
    with pytest.raises(ValueError, match="temperature"):
        combine.softmax([1], 0)
