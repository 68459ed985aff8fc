"""Texts are told in fewer words, and never say the opposite."""

from __future__ import annotations

import pytest

from mnemos.ingest.compress import compress
from mnemos.text.terms import Analyzer

ENGLISH = Analyzer("english")


def test_a_fifth_of_the_words_goes_function_words_first() -> None:
    # 10 words, 8 are to be left: the first two function words go.
    assert compress("I went to the harbour and saw a red boat", ENGLISH) == (
        "went the harbour and saw a red boat"
    )


def test_what_denies_stays_and_so_does_every_word_that_tells() -> None:
    assert compress("I don't drink it, not at all. No!", ENGLISH, 0.0) == "don't drink not No!"
    assert compress("harbour boat", ENGLISH, 0.0) == "harbour boat"


def test_a_rate_is_a_share() -> None:
    for rate in (-0.1, 1.1, float("nan")):
        with pytest.raises(ValueError, match="a rate is a share"):
            compress("tea", ENGLISH, rate)
