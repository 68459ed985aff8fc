"""Plain statements are read; what is not plain is left alone."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mnemos.ingest.triples import MOST_WORDS, triples


def read(text: str) -> list[tuple[str, str, str]]:
    return [
        (each.subject, f"not {each.relation}" if each.denies else each.relation, each.object)
        for each in triples(text, "Ann")
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("I'm 34 years old.", ("Ann", "age", "34")),
        ("I’m from Sweden", ("Ann", "be from", "Sweden")),
        ("I am a nurse and I work at the clinic", ("Ann", "be", "nurse")),
        ("My name is Ann", ("Ann", "name", "Ann")),
        ("My favourite colour is blue.", ("Ann", "favourite colour", "blue")),
        ("I don't like tea.", ("Ann", "not like", "tea")),
        ("I no longer live in Paris.", ("Ann", "not live in", "Paris")),
        ("I used to live in Rome.", ("Ann", "not live in", "Rome")),
        ("Well, I really love hiking", ("Ann", "love", "hiking")),
        ("I've been learning French", ("Ann", "learn", "French")),
        ("I have bought a car", ("Ann", "buy", "car")),
        ("I have two cats", ("Ann", "have", "two cats")),
        ("I was just reading a book", ("Ann", "read", "book")),
        ("My mom works as a teacher.", ("Ann's mom", "work as", "teacher")),
        ("My dog is called Rex!", ("Ann", "dog", "Rex")),
        ("Melanie loves painting because it is fun.", ("Melanie", "love", "painting")),
        ("Tom isn't a doctor", ("Tom", "not be", "doctor")),
        ("Mary Jane is married, they say", ("Mary Jane", "be", "married")),
    ],
)
def test_a_plain_statement_is_read(text: str, expected: tuple[str, str, str]) -> None:
    assert read(text) == [expected]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Do I live in Oslo?",
        "If I live in Oslo it rains",
        "He likes tea.",
        "It is cold.",
        "We went home.",
        "I was a teacher.",
        "Ann's mom bought a car",
        "Thanks for the tea!",
        "I like " + "very " * MOST_WORDS + "much tea",
        "i live in lower case",
    ],
)
def test_what_is_not_plain_is_left_alone(text: str) -> None:
    assert read(text) == []


def test_each_sentence_is_read_on_its_own_and_says_where_it_stands() -> None:
    text = "I like tea. Tom likes milk."
    found = triples(text, "Ann")
    assert [text[slice(*each.span)] for each in found] == ["I like tea.", "Tom likes milk."]


@given(st.text(alphabet="I amlikeTomyn't.,? ", max_size=80))
def test_any_text_gives_whole_triples(text: str) -> None:
    for each in triples(text, "Ann"):
        assert each.subject and each.relation and each.object
        assert len(each.object.split()) <= MOST_WORDS
