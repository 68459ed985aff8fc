"""Texts are compared by bits, with a model and without."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mnemos.embedding.likeness import BITS, Likeness
from mnemos.errors import ModelError
from mnemos.models.base import Floats32
from mnemos.models.scripted import ScriptedEmbedder
from mnemos.store import signs
from mnemos.text.terms import Analyzer

ENGLISH = Analyzer("english")
WORDS = Likeness(None, ENGLISH)
LETTERS = [one + other for one in "bcdfghk" for other in "aeiou"]


def _drawn(beginnings: str, ending: str) -> str:
    """Return a text of made-up words."""
    return " ".join(f"{beginning}lm{ending}" for beginning in beginnings)


def test_a_text_of_one_term_has_the_bits_of_its_hash() -> None:
    (row,) = WORDS.signs(["hiking"])
    assert row.astype("<u8").tobytes() == blake2b(b"hike", digest_size=48).digest()


def test_texts_of_the_same_terms_are_the_same_in_any_order() -> None:
    rows = WORDS.signs(["She hikes with a dog", "dogs hiking", "tea in Paris"])
    same, other = WORDS.cosine(rows, rows[0])[1:]
    assert same == 1 and abs(other) < 0.2
    assert np.array_equal(WORDS.table(rows, rows[:1])[:, 0], WORDS.cosine(rows, rows[0]))


def test_half_the_terms_in_common_are_a_cosine_of_about_a_half() -> None:
    pairs = [(_drawn("abcd", n), _drawn("abxy", n)) for n in LETTERS]
    plain = Likeness(None, Analyzer("none"))
    found = [plain.cosine(plain.signs(pair), plain.signs(pair)[1])[0] for pair in pairs]
    assert abs(np.mean(found) - 0.5) < 0.06, np.mean(found)


def test_short_texts_without_a_common_term_are_not_alike() -> None:
    plain = Likeness(None, Analyzer("none"))
    rows = plain.signs([_drawn("pq", n) for n in LETTERS])
    found = [plain.cosine(rows[n + 1 :], row) for n, row in enumerate(rows)]
    assert abs(np.concatenate(found).mean()) < 0.02  # ties decided by a constant would give .38


def test_a_term_that_counts_for_more_decides() -> None:
    rare = Likeness(None, ENGLISH, weigh=lambda term: 10 if term == "zebra" else 1)
    rows = rare.signs(["zebra tea coffee milk", "zebra"])
    assert rare.cosine(rows, rows[1])[0] == 1
    with pytest.raises(ValueError, match="not for 0"):
        Likeness(None, ENGLISH, weigh=lambda _: 0).signs(["zebra"])


@given(st.lists(st.text(max_size=30), max_size=5))
def test_each_text_has_a_row_whatever_stands_beside_it(texts: list[str]) -> None:
    rows = WORDS.signs(texts)
    assert rows.shape == (len(texts), signs.words(BITS))
    for place, text in enumerate(texts):
        assert np.array_equal(rows[place], WORDS.signs([text])[0])
        assert rows[place].any() == bool(ENGLISH.terms(text))


def test_with_a_model_bits_are_the_signs_of_its_vectors() -> None:
    embedder = ScriptedEmbedder(100)
    likeness = Likeness(embedder, ENGLISH)
    rows = likeness.signs(["a dog", " ", "a dog, half a pair \ud800"])
    assert likeness.dimension == 100 and rows.shape == (3, 2)
    assert np.array_equal(rows[0], signs.pack(embedder.encode(["a dog"]))[0])
    assert not rows[1].any() and likeness.cosine(rows, rows[0])[:2].tolist() == [1, 0]
    assert not any("\ud800" in text for text in embedder.encoded)


def test_no_texts_have_no_rows_and_ask_no_model() -> None:
    embedder = ScriptedEmbedder(100)
    assert Likeness(embedder, ENGLISH).signs(["", "\n"]).tolist() == [[0, 0]] * 2
    assert Likeness(embedder, ENGLISH).signs([]).shape == (0, 2)
    assert embedder.encoded == []


class _Broken(ScriptedEmbedder):
    def __init__(self, given: Floats32) -> None:
        super().__init__(3)
        self._given = given

    def encode(self, texts: Sequence[str]) -> Floats32:
        del texts
        return self._given


@pytest.mark.parametrize("shape", [(1, 2), (2, 3)])
def test_vectors_of_another_shape_are_the_models_error(shape: tuple[int, int]) -> None:
    with pytest.raises(ModelError, match=r"wanted vectors \(1, 3\)"):
        Likeness(_Broken(np.ones(shape, np.float32)), ENGLISH).signs(["a"])


def test_vectors_that_are_no_numbers_are_the_models_error() -> None:
    with pytest.raises(ModelError, match="not finite"):
        Likeness(_Broken(np.full((1, 3), np.nan, np.float32)), ENGLISH).signs(["a"])
