"""Keywords are frequent here and rare elsewhere."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mnemos.ingest.keywords import UNIT, keywords, rarity, weights
from mnemos.text.terms import Analyzer

ENGLISH = Analyzer("english")


@given(st.integers(0, 10**6), st.integers(0, 10**6))
def test_rarity_is_the_formula_in_units(frequency: int, more: int) -> None:
    total = frequency + more
    expected = UNIT * (1 + math.log((total + 1) / (frequency + 1)))
    assert abs(rarity(frequency, total) - expected) <= 0.51


def test_weights_multiply_how_often_by_how_rare() -> None:
    found = weights("Tea, tea and milk", ENGLISH, {"tea": 9, "milk": 0}.__getitem__, 9)
    assert found == {"tea": 2 * rarity(9, 9), "milk": rarity(0, 9)}


def test_words_of_one_stem_are_one_keyword_as_first_written() -> None:
    text = "Hikers love hiking: she hiked, tea helped."
    assert keywords(text, ENGLISH, 9)[:1] == ["hiking"]
    assert "hiked" not in keywords(text, ENGLISH, 9)


def test_equals_stand_in_order_of_appearance() -> None:
    assert keywords("zebra apple mango", ENGLISH, 2) == ["zebra", "apple"]


def test_accents_stay_on_what_is_shown() -> None:
    assert keywords("Zoë drank café crème", ENGLISH, 9) == ["zoë", "drank", "café", "crème"]


def test_nothing_has_no_keywords() -> None:
    assert keywords("", ENGLISH, 5) == [] == keywords("the and of", ENGLISH, 5)
    assert keywords("tea", ENGLISH, 0) == []
    with pytest.raises(ValueError, match="not -1"):
        keywords("tea", ENGLISH, -1)
    with pytest.raises(ValueError, match="5 of 4"):
        rarity(5, 4)


def test_a_frequency_beyond_the_total_counts_as_that() -> None:
    assert weights("tea", ENGLISH, lambda _: 99, 9) == {"tea": rarity(9, 9)}
