"""Whether a text speaks of time, and whether a question asks for it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mnemos.text.dates import asks_when, holds_time

ANY_TEXT = st.text(st.characters(codec=None, exclude_categories=()))


@pytest.mark.parametrize(
    "text",
    ["at 3pm", "at 15:30", "two days ago", "last night", "on Friday", "in May", "May 7", "2023",
     "7/5/2023", "for three hours", "the summer of 2022", "since March", "gestern", "en mayo",
     "вчера", "5月7日", "昨天", "last Fri", "on the 3rd", "30 seconds"],
)  # fmt: skip
def test_time_expressions_hold_time(text: str) -> None:
    assert holds_time(text)


@pytest.mark.parametrize(
    "text",
    ["I may go", "the sun is hot", "wait a second", "since we spoke", "we march on", "hello",
     "Ich bin hier", "mayo on it", "tag me", "3 apples", ""],
)  # fmt: skip
def test_other_texts_hold_no_time(text: str) -> None:
    assert not holds_time(text)


@pytest.mark.parametrize(
    "question",
    ["When did she move?", "when’s the party?", "Since when?", "Do you know when we met?",
     "How long did it take?", "What date was the wedding?", "Which year did he start?",
     "How many days did it last?", "In what month did it rain?", "What time is it?",
     "When Ada moved to Oslo?", "Wann war das?", "¿Cuándo fue?", "Quand est-il venu ?",
     "Когда он приехал?", "什么时候去？", "いつ行った？"],
)  # fmt: skip
def test_questions_for_a_time_ask_when(question: str) -> None:
    assert asks_when(question)


@pytest.mark.parametrize(
    "question",
    ["What did she say when we met?", "When Ada came, what did she bring?", "Who is Ada?",
     "How many dogs do I have?", "How old is Ada?", "What did I do on 3 May?", "", "whenever"],
)  # fmt: skip
def test_other_questions_do_not_ask_when(question: str) -> None:
    assert not asks_when(question)


@given(ANY_TEXT)
def test_any_text_gets_an_answer(text: str) -> None:
    assert holds_time(text) in {True, False}
    assert asks_when(text) in {True, False}


def test_a_million_characters_are_no_trouble() -> None:
    for unit in ("when ", "1", "may ", "\n", "what a "):
        text = unit * (1_000_000 // len(unit))
        holds_time(text)
        asks_when(text)
