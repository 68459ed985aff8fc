"""The part of a long text that is shown: where the question's terms stand together."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mnemos.context.passage import Passages
from mnemos.text.terms import Analyzer

ANALYZER = Analyzer("english")
FILLER = "Nothing of note was said about it by anyone here. "


def best(text: str, question: str, size: int) -> str:
    wanted = frozenset(ANALYZER.query_terms(question))
    start, end = Passages(text, wanted, ANALYZER).best(size)
    return text[start:end]


def test_the_sentence_that_answers_is_shown_with_what_surrounds_it() -> None:
    text = FILLER * 40 + "The dentist moved to Lisbon. " + FILLER * 40
    passage = best(text, "Where did the dentist move?", 140)
    assert passage == f"{FILLER}The dentist moved to Lisbon. {FILLER}".strip()


def test_a_run_with_more_of_the_terms_wins_over_one_term_said_often() -> None:
    text = "Lisbon! " * 30 + FILLER * 20 + "The dentist went to Lisbon by train. " + FILLER * 20
    assert "dentist went to Lisbon" in best(text, "Did the dentist go to Lisbon by train?", 120)


def test_a_rare_term_weighs_more_than_a_common_one() -> None:
    text = "The garden is fine. " * 50 + FILLER * 10 + "A hedgehog came. " + FILLER * 10
    assert "hedgehog" in best(text, "garden hedgehog", 100)


def test_without_any_term_the_beginning_is_shown() -> None:
    assert best("First of all. " + FILLER * 40, "zebra", 100).startswith("First of all.")


def test_a_sentence_without_end_is_cut_at_blanks() -> None:
    text = "word " * 1000 + "zebra " + "word " * 1000
    passage = best(text, "zebra", 120)
    assert "zebra" in passage
    assert len(passage) <= 120
    assert set(passage.split()) == {"word", "zebra"}


@pytest.mark.parametrize("text", ["x" * 10_000, "漢" * 10_000, "zebra" * 5_000])
def test_a_text_without_blanks_is_cut_all_the_same(text: str) -> None:
    assert 0 < len(best(text, "zebra", 100)) <= 100


@given(st.text(min_size=1), st.text(), st.integers(-5, 300))
def test_the_span_is_within_the_text_and_the_size(text: str, question: str, size: int) -> None:
    wanted = frozenset(ANALYZER.query_terms(question))
    start, end = Passages(text, wanted, ANALYZER).best(size)
    assert 0 <= start <= end <= len(text)
    assert end - start <= max(size, 40) or text.isspace()
