"""Where sentences begin and end."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mnemos.text.sentences import MAX_SENTENCE, is_question, sentences


def pieces(text: str) -> list[str]:
    return [text[start:stop] for start, stop in sentences(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Hi there! How are you? Fine.", ["Hi there!", "How are you?", "Fine."]),
        ("Dr. Smith paid 3.14 dollars. Ok", ["Dr. Smith paid 3.14 dollars.", "Ok"]),
        ("At 5 p.m. we met. J. R. came.", ["At 5 p.m. we met.", "J. R. came."]),
        ("So did I. Then we left.", ["So did I.", "Then we left."]),
        ('"Really?" Yes... Well', ['"Really?"', "Yes...", "Well"]),
        ("- one\n- two. B\n1. three", ["- one", "- two.", "B", "1. three"]),
        ("今日は。元気？はい", ["今日は。", "元気？", "はい"]),
        ("See:\n```py\nx. y\n\nz\n```\nEnd", ["See:", "```py\nx. y\n\nz\n```", "End"]),
        ("  ", []),
    ],
)
def test_sentences_of_a_text(text: str, expected: list[str]) -> None:
    assert pieces(text) == expected


def test_a_long_run_is_cut_at_blanks() -> None:
    found = pieces("word " * 1000)
    assert all(len(piece) <= MAX_SENTENCE for piece in found)
    assert all(piece.endswith("word") for piece in found)


@given(st.text(st.characters(codec=None, exclude_categories=())) | st.text("a. \n`!?”。1-"))
def test_sentences_hold_everything_but_blanks_in_order(text: str) -> None:
    end = 0
    for start, stop in sentences(text):
        assert not text[end:start].strip()
        assert text[start:stop] == text[start:stop].strip() != ""
        assert stop - start <= MAX_SENTENCE
        end = stop
    assert not text[end:].strip()


@pytest.mark.parametrize("unit", ["a. ", "a", ".", "\n", "```\n", "。", '?"', "\u3000", ". "])
def test_a_million_characters_take_linear_time(unit: str) -> None:
    text = unit * (1_000_000 // len(unit))
    assert isinstance(sentences(text), list)  # quadratic, it would not end


@pytest.mark.parametrize(
    "text",
    [
        "Really?",
        "Really?! 😀",
        'He asked "why?"',
        "元気？",
        "أين؟",
        "Τι είναι αυτό;",
        "Why? :)",
        "a? \n",
    ],
)
def test_texts_that_end_with_a_question_mark_are_questions(text: str) -> None:
    assert is_question(text)


@pytest.mark.parametrize("text", ["", "No.", "Why? Because.", "see a.b/?x=1", "one; two;", "?x"])
def test_other_texts_are_no_questions(text: str) -> None:
    assert not is_question(text)
