"""The best are taken, each once, so many of a kind."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mnemos.recall.choose import best, quota, roll_up

parts = st.lists(st.tuples(st.integers(-1, 4), st.integers(-9, 9)), max_size=20)


@given(st.lists(st.integers(-3, 3)), st.integers(0, 5))
def test_the_best_are_those_of_a_stable_sort(scores: list[int], count: int) -> None:
    expected = sorted(range(len(scores)), key=lambda place: (-scores[place], place))
    assert best(scores, count).tolist() == expected[:count]


def test_only_the_eligible_and_good_enough_are_taken() -> None:
    eligible = np.array([True, True, False])
    assert best([1, 2, 3], 5, least=1.5, eligible=eligible).tolist() == [1]
    assert eligible.tolist() == [True, True, False]
    with pytest.raises(ValueError, match="not finite"):
        best([math.nan], 1)
    with pytest.raises(ValueError, match="at most -1"):
        best([1], -1)


def test_each_kind_has_its_own_places() -> None:
    kinds = ["a", "b", "a", "b", "c"]
    assert quota(kinds, [4, 2, 0, 1, 3], {"a": 1, "b": 5}) == [2, 1, 3]
    assert quota(kinds, [], {"a": 1}) == [] == quota(kinds, [0], {})


@given(parts)
def test_an_item_scores_as_its_best_part_or_as_their_mean(
    given_parts: list[tuple[int, int]],
) -> None:
    owners = [owner for owner, _ in given_parts]
    scores = [float(value) for _, value in given_parts]
    own = {
        owner: [value for whose, value in given_parts if whose == owner]
        for owner in owners
        if owner >= 0
    }
    for how, expected in (
        ("max", {owner: max(values) for owner, values in own.items()}),
        ("mean", {owner: sum(values) / len(values) for owner, values in own.items()}),
    ):
        named, found = roll_up(owners, scores, "max" if how == "max" else "mean")
        assert dict(zip(named.tolist(), found.tolist(), strict=True)) == pytest.approx(expected)
        ranked = sorted(zip(-found, named, strict=True))
        assert [owner for _, owner in ranked] == named.tolist()


def test_as_many_owners_as_scores_are_wanted() -> None:
    with pytest.raises(ValueError, match="owners have"):
        roll_up([1], [1.0, 2.0])
