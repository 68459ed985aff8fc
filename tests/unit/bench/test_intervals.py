"""Intervals know that questions of one conversation are alike, and are the same in every run."""

from __future__ import annotations

from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from bench.intervals import Interval, clustered, paired

Floats = NDArray[np.float64]
VALUES = st.lists(st.floats(0, 1), min_size=1, max_size=8).map(np.array)
CLUSTERS = st.lists(VALUES, min_size=1, max_size=6)


def drawn(seed: int, sizes: tuple[int, ...]) -> list[Floats]:
    """Return conversations that are easier or harder than others."""
    draws = np.random.default_rng(seed)
    return [(draws.random(size) < draws.random()).astype(np.float64) for size in sizes]


def width(interval: Interval) -> float:
    return interval.high - interval.low


@settings(max_examples=50)
@given(clusters=CLUSTERS)
def test_the_mean_is_over_all_questions_and_nothing_leaves_their_bounds(
    clusters: list[Floats],
) -> None:
    found = clustered(clusters, resamples=200)
    everything = np.concatenate(clusters)
    assert found.mean == pytest.approx(everything.mean(), abs=1e-12)
    assert everything.min() - 1e-12 <= found.low <= found.high <= everything.max() + 1e-12


@settings(max_examples=50)
@given(clusters=CLUSTERS, order=st.randoms())
def test_neither_the_order_of_conversations_nor_of_questions_matters(
    clusters: list[Floats], order: Random
) -> None:
    shuffled = [values[::-1].copy() for values in clusters[::-1]]
    order.shuffle(shuffled)
    assert clustered(shuffled, resamples=200) == clustered(clusters, resamples=200)


def test_the_same_values_give_the_same_bits_and_another_seed_others() -> None:
    clusters = [np.random.default_rng(3).random(size) for size in range(5, 25)]
    assert clustered(clusters) == clustered([values.copy() for values in clusters])
    assert clustered(clusters, seed=8) != clustered(clusters)
    assert clustered(clusters, seed=8).mean == clustered(clusters).mean


def test_equal_conversations_leave_no_doubt_whatever_their_number() -> None:
    one = np.array([1.0, 0.0, 0.5, 0.5])
    assert clustered([one] * 7) == Interval(mean=0.5, low=0.5, high=0.5)


def test_whole_conversations_are_drawn_with_all_their_questions() -> None:
    found = clustered([np.ones(99), np.zeros(1)])
    assert (found.mean, found.low, found.high) == (0.99, 0.0, 1.0)


def test_the_ends_are_those_of_the_binomial_where_every_conversation_has_one_question() -> None:
    found = clustered([np.array([float(number < 30)]) for number in range(100)])
    # Binomial(100, 0.3): 2.5 % lie below 22 and 2.5 % above 39.
    assert [found.mean, found.low, found.high] == pytest.approx([0.3, 0.21, 0.39])


def test_one_conversation_has_its_questions_drawn() -> None:
    values = np.array([float(number < 30) for number in range(100)])
    assert clustered([values]) == clustered([values[at : at + 1] for at in range(100)])


def test_a_question_alone_is_its_own_interval() -> None:
    assert clustered([np.array([0.25])]) == Interval(mean=0.25, low=0.25, high=0.25)


def test_questions_that_agree_within_conversations_widen_the_interval() -> None:
    clusters = [np.full(20, float(number % 2)) for number in range(20)]
    plain = clustered([np.concatenate(clusters)])
    known = clustered(clusters)
    assert known.mean == plain.mean == 0.5
    # 20 independent draws in place of 400: √20 as wide.
    assert width(known) / width(plain) == pytest.approx(20**0.5, rel=0.1)


def test_a_difference_of_equals_is_nothing() -> None:
    clusters = drawn(5, (12, 30, 7))
    same = [values.copy() for values in clusters]
    found = paired(clusters, same)
    assert found == Interval(mean=0.0, low=0.0, high=0.0)
    assert "-" not in str(found)


def test_a_pairs_interval_is_that_of_its_differences_and_turns_with_them() -> None:
    sizes = (12, 30, 7, 16, 21)
    a, b = drawn(1, sizes), drawn(2, sizes)
    found = paired(a, b)
    assert found == clustered([one - other for one, other in zip(a, b, strict=True)])
    assert found.low < found.mean < found.high
    turned = paired(b, a)
    assert turned.mean == -found.mean
    assert (turned.low, turned.high) == pytest.approx((-found.high, -found.low), abs=0.03)


def test_what_is_paired_is_surer_than_two_means_that_swing_together() -> None:
    a = drawn(4, (20,) * 12)
    b = [np.clip(values - 0.1, 0.0, 1.0) for values in a]
    assert width(paired(a, b)) < width(clustered(a)) / 2


@pytest.mark.parametrize(
    ("clusters", "said"),
    [
        ([], "no conversations"),
        ([np.ones(2), np.ones(0)], "conversation 1 has no questions"),
        ([np.array([0.5, np.nan])], "conversation 0 has a value that is no finite number"),
        ([np.array([np.inf])], "conversation 0 has a value that is no finite number"),
        ([np.ones((2, 2))], r"shape \(2, 2\) is not \(questions,\)"),
    ],
)
def test_what_has_no_mean_is_refused(clusters: list[Floats], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        clustered(clusters)
    with pytest.raises(ValueError, match=said):
        paired(clusters, clusters)


def test_other_questions_and_no_resamples_are_refused() -> None:
    with pytest.raises(ValueError, match="2 conversations cannot be paired with 1"):
        paired([np.ones(2), np.ones(2)], [np.ones(2)])
    with pytest.raises(ValueError, match="conversation 1: 3 questions cannot be paired with 2"):
        paired([np.ones(2), np.ones(3)], [np.ones(2), np.ones(2)])
    with pytest.raises(ValueError, match="0 resamples"):
        clustered([np.ones(2)], resamples=0)
