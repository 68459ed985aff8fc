"""What is looked up."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from mnemos.errors import InputError
from mnemos.text.stopwords import stopwords
from mnemos.text.terms import MAX_CACHED, Analyzer
from mnemos.text.tokens import words

ENGLISH = Analyzer()


def test_terms_are_stemmed_without_function_words_and_with_repeats() -> None:
    assert ENGLISH.terms("She was hiking; hikes are what I like") == ["hike", "hike"]


def test_query_terms_come_once_in_first_seen_order() -> None:
    assert ENGLISH.query_terms("Which dog chased the dogs' cat?") == ["dog", "chase", "cat"]


def test_a_question_of_function_words_keeps_them() -> None:
    assert ENGLISH.query_terms("Who are you, who?") == ["who", "are", "you"]


def test_identifiers_are_not_stemmed_and_found_by_their_parts() -> None:
    assert set(ENGLISH.query_terms("user id")) <= set(ENGLISH.terms("set user_id first"))
    assert "user_ids" in ENGLISH.terms("the user_ids")


@pytest.mark.parametrize(
    ("language", "one", "other"),
    [
        ("spanish", "información", "informacion"),
        ("spanish", "canciones", "canción"),
        ("portuguese", "informações", "informacao"),
        ("german", "Häuser", "Haus"),
        ("french", "mangé", "manger"),
        ("russian", "собаки", "собака"),
        ("dutch", "honden", "hond"),
        ("italian", "ragazzi", "ragazzo"),
        ("turkish", "kitaplar", "kitap"),
    ],
)
def test_forms_of_a_word_share_a_term(language: str, one: str, other: str) -> None:
    analyzer = Analyzer(language)
    assert analyzer.terms(one) == analyzer.terms(other)


def test_none_keeps_every_word_as_it_is() -> None:
    assert Analyzer("none").terms("The hikes") == ["the", "hikes"]


def test_an_unknown_language_is_refused_with_the_known_ones() -> None:
    with pytest.raises(InputError, match=r"'klingon'.*none.*english"):
        Analyzer("klingon")


@pytest.mark.parametrize(
    "language",
    ["english", "german", "spanish", "french", "italian", "portuguese", "dutch", "russian"],
)
def test_stop_words_are_written_as_words_folds_them(language: str) -> None:
    listed = stopwords(language)
    assert len(listed) > 100
    assert {word for word in listed if words(word) != [word]} == set()


def test_threads_may_share_an_analyzer() -> None:
    texts = [f"running{chr(97 + i % 26)} dogs {chr(97 + i % 7)}ings walking" for i in range(400)]
    expected = [Analyzer().terms(text) for text in texts]
    shared = Analyzer()
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(shared.terms, texts)) == expected


def test_the_cache_is_bounded() -> None:
    analyzer = Analyzer()
    analyzer.terms(" ".join(f"w{i}" for i in range(MAX_CACHED + 10)))
    assert len(analyzer._in("english")._terms) <= MAX_CACHED


@given(st.text(st.characters(codec=None, exclude_categories=())))
@example("\ufc5e")  # a letter that is all marks
def test_any_text_has_terms(text: str) -> None:
    assert all(ENGLISH.terms(text))
    assert bool(ENGLISH.query_terms(text)) == bool(words(text))
