"""The estimate: deterministic, linear, on the high side."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mnemos.context import estimate_tokens

# Real counts under cl100k_base, the dearest of the tokenizers in wide use.
COUNTED = {
    "I moved to Lisbon in March because the rent in Berlin had doubled.": 14,
    "Thanks! We should meet at 5:30 pm, near the station, if that's fine with you.": 23,
    "Ich habe gestern meinen Wohnungsschlüssel in der Straßenbahn verloren.": 20,
    "Вчера мы долго гуляли по набережной и говорили о работе.": 27,
    "昨日は友達と新しいラーメン屋に行きました。": 22,
    "def total(rows):\n    return sum(row['price'] for row in rows)\n": 16,
}


@pytest.mark.parametrize(("text", "real"), COUNTED.items())
def test_estimate_is_at_least_the_real_count_and_less_than_twice(text: str, real: int) -> None:
    assert real <= estimate_tokens(text) <= 2 * real


def test_nothing_costs_nothing() -> None:
    assert estimate_tokens("") == 0


@given(st.text())
def test_any_text_has_a_count_and_always_the_same(text: str) -> None:
    tokens = estimate_tokens(text)
    assert tokens >= 0
    assert tokens == estimate_tokens(text)
    assert (tokens == 0) == (text in {"", " "})


@given(st.text(), st.text())
def test_more_text_never_costs_less_by_more_than_rounding(text: str, more: str) -> None:
    assert estimate_tokens(text + more) >= estimate_tokens(text) - 1


@given(st.lists(st.text()))
def test_lines_together_cost_what_they_cost_apart_or_less(lines: list[str]) -> None:
    apart = sum(estimate_tokens(line + "\n") for line in lines)
    assert estimate_tokens("\n".join(lines)) <= apart + len(lines)


def test_lone_surrogates_and_controls_are_counted() -> None:
    assert estimate_tokens("\ud800\x00\u202e") > 0


@pytest.mark.parametrize("piece", ["a", " ", "\n", "é", "aB", "漢", "'", "-", " 1", "\U0001f600"])
def test_a_million_characters_are_counted_at_once(piece: str) -> None:
    text = piece * (10**6 // len(piece))
    assert estimate_tokens(text) > 0  # linear, a quarter of a second; quadratic, hours
