"""Each measure alone: by hand, at the edges, and where published code was wrong."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mnemos.recall import score
from mnemos.recall.lexical import LONG, UNIT
from mnemos.store import cosine, signs
from tests.unit.recall.small import Said, reader

NOW = datetime(2024, 1, 9, tzinfo=UTC)


def test_bm25_is_the_formula_in_units() -> None:
    index = reader([Said(text="tea tea milk"), Said(text="coffee"), Said(text="tea")]).index
    found = score.words(index, [("tea", 1.0)], saturation=LONG)
    idf = math.log(1 + (3 - 2 + 0.5) / (2 + 0.5))
    mean = 5 / 3
    for doc, (tf, length) in {0: (2, 3), 2: (1, 1)}.items():
        expected = idf * tf / (tf + 1.2 * (1 - 0.75 + 0.75 * length / mean))
        assert found[doc] == pytest.approx(expected * UNIT, abs=2)
    assert found[1] == 0 and found.dtype == np.int64


def test_a_weight_of_a_half_counts_half_and_the_ineligible_not_at_all() -> None:
    index = reader([Said(text="tea"), Said(text="tea milk")]).index
    whole = score.words(index, [("tea", 1.0)])
    half = score.words(index, [("tea", 0.5)], eligible=np.array([True, False]))
    assert abs(2 * half[0] - whole[0]) <= 2 and half[1] == 0
    assert score.words(index, [("absent", 1.0)]).tolist() == [0, 0]
    assert score.words(index, []).tolist() == [0, 0]


def test_rows_without_a_vector_are_like_nothing() -> None:
    rows = np.array([[0], [5]], dtype=np.uint64)
    assert score.likeness(rows, rows[1], 3).tolist() == [0, 1]
    assert score.likeness(rows, rows[0], 3).tolist() == [0, 0]


@given(st.lists(st.integers(0, 4), min_size=1, max_size=6), st.integers(1, 3), st.integers(0, 9))
def test_late_interaction_is_what_a_plain_loop_finds(
    counts: list[int], asked: int, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    rows = signs.pack(rng.normal(size=(sum(counts), 70)).astype(np.float32))
    questions = signs.pack(rng.normal(size=(asked, 70)).astype(np.float32))
    starts = np.cumsum([0, *counts])
    found = score.max_sim(rows, starts, questions, 70)
    for item, count in enumerate(counts):
        own = rows[starts[item] : starts[item + 1]]
        most = [float(cosine.likeness(own, each, 70).max()) if count else 0 for each in questions]
        assert found[item] == pytest.approx(sum(most), abs=1e-12)


def test_items_whose_rows_are_not_all_told_are_refused() -> None:
    rows = np.ones((3, 1), dtype=np.uint64)
    for starts in ([0, 2], []):
        with pytest.raises(ValueError, match="3 rows"):
            score.max_sim(rows, np.array(starts, dtype=np.int64), rows[:1], 3)


def test_recency_halves_and_never_exceeds_now() -> None:
    ages = [timedelta(0), timedelta(hours=138.3), timedelta(days=99_999), timedelta(days=-5)]
    found = score.recency([NOW - age for age in ages], NOW, timedelta(hours=138.3))
    assert found.tolist() == pytest.approx([1, 0.5, 0, 1], abs=1e-12)
    assert score.recency([], NOW, timedelta(1)).shape == (0,)
    with pytest.raises(ValueError, match="half-life"):
        score.recency([NOW], NOW, timedelta(0))
