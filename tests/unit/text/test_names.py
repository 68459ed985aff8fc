"""Whom a question names, and of whom it speaks."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mnemos.text.names import first_person, named, second_person, without

ANY_TEXT = st.text(st.characters(codec=None, exclude_categories=()))


def who(question: str, *speakers: str) -> list[tuple[str, list[str]]]:
    return [
        (speakers[index], [question[slice(*span)] for span in spans])
        for index, spans in named(question, speakers)
    ]


@pytest.mark.parametrize(
    ("question", "speaker", "spoken"),
    [
        ("What did Melanie paint?", "Melanie", "Melanie"),
        ("what did melanie paint?", "Melanie", "melanie"),
        ("What is Melanie's job?", "Melanie", "Melanie's"),
        ("What is Melanie’s job?", "Melanie", "Melanie’s"),
        ("What did Mel paint?", "Melanie", "Mel"),
        ("What did Melanie paint?", "Mel", "Melanie"),
        ("What did Melanei paint?", "Melanie", "Melanei"),
        ("What was Johns's job?", "John", "Johns's"),
        ("What did Melani paint?", "Melanie", "Melani"),
        ("Where does Ada Lovelace live?", "Ada Lovelace", "Ada Lovelace"),
        ("Where does Ada live?", "Ada Lovelace", "Ada"),
        ("Where does Smith live?", "Dr. Smith", "Smith"),
        ("What did José say?", "Jose", "José"),
        ("Does Will like it?", "Will", "Will"),
        ("What does May eat?", "May", "May"),
        ("Что сказала Маша?", "Маша", "Маша"),
        ("田中さんは何を食べた？", "田中", "田中"),
        ("मोहन ने क्या कहा?", "मोहन", "मोहन"),
    ],
)
def test_a_name_in_many_forms(question: str, speaker: str, spoken: str) -> None:
    assert who(question, speaker) == [(speaker, [spoken])]


@pytest.mark.parametrize(
    ("question", "speaker"),
    [
        ("Will she come?", "Will"),
        ("will you come?", "Will"),
        ("What happened in May?", "May"),
        ("I may go", "May"),
        ("What mark did she get?", "Mark"),
        ("What did the user say?", "user"),
        ("Can she dance?", "Candace"),
        ("What did al eat?", "Al"),
        ("Time flies, said the Times", "Tim"),
        ("Did mel paint?", "Melanie"),
        ("Which melon did she buy?", "Melanie"),
        ("What did Ann do?", "Bob"),
        ("", "Ada"),
        ("Who?", ""),
    ],
)
def test_words_that_are_no_names(question: str, speaker: str) -> None:
    assert named(question, [speaker]) == []


def test_speakers_come_in_the_order_of_their_first_mention() -> None:
    found = who("Did Jon meet Gina before Jon left?", "Gina", "Jon")
    assert found == [("Jon", ["Jon", "Jon"]), ("Gina", ["Gina"])]


def test_a_better_match_leaves_no_room_for_a_worse_one() -> None:
    assert who("What did Maria say?", "Marie", "Maria") == [("Maria", ["Maria"])]
    assert who("Is John Doe here?", "John Smith", "John Doe") == [("John Doe", ["John Doe"])]


def test_a_form_that_fits_two_speakers_names_both() -> None:
    assert [name for name, _ in who("Did Mel sing?", "Melanie", "Melissa")] == [
        "Melanie",
        "Melissa",
    ]


def test_without_blanks_the_names_and_keeps_the_length() -> None:
    question = "What is Mel's job?"
    ((_, spans),) = named(question, ["Melanie"])
    assert without(question, spans) == "What is       job?"


@given(ANY_TEXT, st.lists(ANY_TEXT, max_size=4))
def test_spans_lie_in_the_question_in_order(question: str, speakers: list[str]) -> None:
    found = named(question, speakers)
    assert len({index for index, _ in found}) == len(found)
    firsts = [spans[0] for _, spans in found]
    assert firsts == sorted(firsts)
    for _, spans in found:
        assert all(0 <= start < end <= len(question) for start, end in spans)
        assert len(without(question, spans)) == len(question)


def test_a_million_characters_take_linear_time() -> None:
    for unit in ("Mel ", "a", "é", "M'", ". "):
        named(
            unit * (1_000_000 // len(unit)), ["Melanie", "Ada Lovelace"]
        )  # quadratic, it would not end


@pytest.mark.parametrize(
    "question",
    ["What did I eat?", "my dog", "i said so", "Where did we go?", "Tell me", "I'm lost",
     "Was habe ich gesagt?", "Что я сказал?", "我昨天吃了什么？"],
)  # fmt: skip
def test_the_asker_speaks_of_themselves(question: str) -> None:
    assert first_person(question)


@pytest.mark.parametrize("question", ["What did Ada eat?", "In the US", "i.e. this", "mime", ""])
def test_the_asker_speaks_of_others(question: str) -> None:
    assert not first_person(question)


@pytest.mark.parametrize(
    "question",
    ["What did you recommend?", "Which book was on your list?", "Can you tell me what you said?"],
)
def test_the_assistant_is_spoken_of(question: str) -> None:
    assert second_person(question)


@pytest.mark.parametrize(
    "question",
    [
        "Can you tell me what I ate?",
        "Do you remember my dog?",
        "Thank you!",
        "What would you suggest?",
        "youth",
        "",
    ],
)
def test_courtesies_do_not_speak_of_the_assistant(question: str) -> None:
    assert not second_person(question)
