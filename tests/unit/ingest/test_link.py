"""Links join what is alike, each pair once, whoever asks."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mnemos.ingest import link
from mnemos.types import Link

tables = st.integers(0, 6).flatmap(
    lambda size: st.lists(
        st.lists(st.integers(-4, 4), min_size=size, max_size=size), min_size=size, max_size=size
    )
)


def symmetric(rows: list[list[int]]) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    table = np.array(rows, dtype=np.float64).reshape(len(rows), len(rows)) / 4
    return (table + table.T) / 2


@given(tables, st.integers(0, 3), st.floats(-1, 1))
def test_every_pair_is_of_somebodys_nearest(
    rows: list[list[int]], count: int, least: float
) -> None:
    table = symmetric(rows)
    expected = set()
    for place, row in enumerate(table.tolist()):
        others = [other for other in range(len(row)) if other != place and row[other] >= least]
        others.sort(key=lambda other: (-row[other], other))
        expected |= {(min(place, other), max(place, other)) for other in others[:count]}
    found = link.nearest_pairs(table, count, least=least)
    assert [(one, two) for one, two, _ in found] == sorted(expected)
    assert all(weight == table[one, two] for one, two, weight in found)


@given(tables, st.floats(-1, 1))
def test_all_pairs_above_a_threshold_are_found(rows: list[list[int]], threshold: float) -> None:
    table = symmetric(rows)
    size = range(len(table))
    expected = [
        (one, two, table[one, two])
        for one in size
        for two in size
        if one < two and table[one, two] >= threshold
    ]
    assert link.above(table, threshold) == expected


def test_what_everybody_names_joins_nobody() -> None:
    named = [{"Ann", "Paris"}, {"Ann", "Paris"}, {"Ann"}]
    assert link.same_entity(named, most=2) == [(0, 1, 1.0)]
    assert link.same_entity([]) == []


def test_names_given_twice_count_once() -> None:
    assert link.same_entity([["Ann", "Ann"], ["Ann"]]) == [(0, 1, 1.0)]


def test_pairs_become_links_between_ids() -> None:
    made = link.links([(0, 1, 0.5)], ["a", "b"], type="similar", made_by="tim")
    assert made == (Link(source="a", target="b", type="similar", weight=0.5, made_by="tim"),)
    assert link.contained({"s": ["a", "a"], "t": []}) == (
        Link(source="s", target="a", type="contains"),
    )


def test_what_cannot_be_compared_is_refused() -> None:
    with pytest.raises(ValueError, match="square"):
        link.above([[1.0, 2.0]], 0)
    with pytest.raises(ValueError, match="not finite"):
        link.nearest([math.nan], 1)
    with pytest.raises(ValueError, match="not -1"):
        link.nearest([1.0], -1)
