"""Texts are stemmed in their own language, names and numbers found as they are written."""

from __future__ import annotations

import pytest

from mnemos.text.languages import spoken
from mnemos.text.names import named
from mnemos.text.terms import Analyzer
from mnemos.text.tokens import words

ENGLISH = Analyzer()


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("wo hast du das gekauft", "german"),
        ("donde vive la suegra", "spanish"),
        ("the man died in the war", "english"),
        ("los angeles", "english"),
    ],
)
def test_small_words_tell_the_language(text: str, language: str) -> None:
    assert spoken(text.split(), "english") == language


def test_an_english_memory_stems_other_languages_in_their_own_way() -> None:
    assert ENGLISH.terms("Ich habe das Buch gelesen") == ["buch", "les"]
    assert ENGLISH.terms("кошкой") == ENGLISH.terms("кошка")


def test_a_question_also_looks_for_what_a_short_turn_was_stemmed_to() -> None:
    assert ENGLISH.query_forms("Wann hast du gelesen?") == {"les": ("gelesen",)}


@pytest.mark.parametrize(
    ("question", "name"),
    [("Что купили Маше?", "Маша"), ("Кот Алексея", "Алексей"), ("Кошка Ольги", "Olga")],
)
def test_russian_cases_of_a_name_name_it(question: str, name: str) -> None:
    assert [index for index, _ in named(question, [name])] == [0]


@pytest.mark.parametrize(("said", "name"), [("Juergen", "Jürgen"), ("Jürgen", "Juergen")])
def test_umlauts_of_a_name_may_be_spelt_out(said: str, name: str) -> None:
    assert [index for index, _ in named(f"Wo wohnt {said}?", [name])] == [0]


@pytest.mark.parametrize(
    ("text", "token"),
    [
        ("12.500,00 €", "12500"),
        ("Größe 42,5", "42.5"),
        ("(030) 555-0199", "0305550199"),
        ("DE02 1203 0000 0000 2020 51", "de02120300000000202051"),
        ("我养了一只狗", "狗"),
    ],
)
def test_other_spellings_of_a_number_or_word_are_tokens(text: str, token: str) -> None:
    assert token in words(text)
