"""What a question means: its vectors, and how near documents come to it."""

from __future__ import annotations

import math
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mnemos.errors import ModelError, ModelMismatch
from mnemos.models.base import Floats32
from mnemos.models.scripted import ScriptedEmbedder, ScriptedTokenEmbedder
from mnemos.recall.meaning import MAX_TOKENS, UNIT, compare, likeness, nearest, read
from mnemos.store import signs
from tests.unit.recall.meant import DIMENSION, Held, asked, cosine, drawn

SEEDS = st.integers(0, 10_000)


def held(model: ScriptedEmbedder) -> Held:
    vectors = Held([drawn(1, DIMENSION)])
    vectors.model = model.model
    return vectors


# -- a question's vectors


def test_a_question_has_one_vector_and_one_for_each_telling_word() -> None:
    embedder = ScriptedTokenEmbedder()
    found = read("Where is the heron?", embedder, held(embedder), "english")
    assert (found.whole.shape, found.tokens.shape) == ((1, 64), (1, 64))
    states = embedder.encode_tokens(["Where is the heron?"])[0].vectors
    assert np.array_equal(found.tokens, signs.query(states[3:4]))
    assert np.array_equal(found.whole, signs.query(states.mean(axis=0, keepdims=True)))
    assert np.array_equal(found.signs, signs.pack(states.mean(axis=0, keepdims=True))[0])


def test_a_question_of_function_words_is_looked_for_whole() -> None:
    embedder = ScriptedTokenEmbedder()
    assert len(read("Who are you?", embedder, held(embedder), "english").tokens) == 4


def test_a_question_as_long_as_a_book_is_read_from_its_start() -> None:
    embedder = ScriptedTokenEmbedder()
    found = read("heron " * 17_000, embedder, held(embedder), "english")
    assert len(found.tokens) == MAX_TOKENS
    assert len(embedder.encoded[-1]) == 2000


@pytest.mark.parametrize("text", ["", " \n", "\0", "😀", "東京は", "\ud800", "e\u0301", "\u202e"])
def test_any_text_can_be_asked(text: str) -> None:
    for embedder in (ScriptedEmbedder(), ScriptedTokenEmbedder()):
        found = read(text, embedder, held(embedder), "english")
        assert found.whole.shape == (1, 64)
        assert all(not 0xD800 <= ord(char) < 0xE000 for char in embedder.encoded[-1])


def test_a_model_without_tokens_gives_the_one_vector() -> None:
    embedder = ScriptedEmbedder()
    found = read("heron", embedder, held(embedder), "english")
    assert found.tokens.shape == (0, 64)
    assert found.whole.any()


def test_vectors_of_another_model_are_not_compared() -> None:
    with pytest.raises(ModelMismatch, match=r"\(1, 64-d\).*\(2, 64-d\)"):
        read("x", ScriptedEmbedder(revision="2"), held(ScriptedEmbedder()), "english")


@pytest.mark.parametrize(
    "given_", [np.full((1, 64), np.nan), np.ones((1, 63)), np.ones((2, 64)), np.ones(64), None, "x"]
)
def test_what_is_no_vector_is_refused(given_: object) -> None:
    class Wrong(ScriptedEmbedder):
        def encode(self, texts: object) -> Floats32:
            assert texts
            return given_  # type: ignore[return-value] # which is the point

    with pytest.raises(ModelError):
        read("x", Wrong(), held(ScriptedEmbedder()), "english")


# -- likeness


@settings(max_examples=60)
@given(SEEDS, st.integers(1, 9), st.integers(1, 40))
def test_likeness_is_the_cosine_rounded_down(seed: int, documents: int, questions: int) -> None:
    rows, asks = drawn(seed, documents, DIMENSION), drawn(seed + 1, questions, DIMENSION)
    found = likeness(signs.pack(rows), signs.query(asks))
    assert found.shape == (documents, questions)
    for d in range(documents):
        for q in range(questions):
            exact = UNIT * cosine(rows[d], asks[q])
            assert found[d, q] in {math.floor(exact), math.floor(exact + 1e-9)}


def test_likeness_to_itself_and_to_its_opposite() -> None:
    same = np.ones((1, DIMENSION), np.float32)
    assert likeness(signs.pack(same), signs.query(same)).tolist() == [[UNIT]]
    assert likeness(signs.pack(same), signs.query(-same)).tolist() == [[-UNIT]]
    assert likeness(signs.pack(same), np.zeros((1, DIMENSION), np.float32)).tolist() == [[0]]
    assert likeness(signs.pack(same[:0]), signs.query(same)).shape == (0, 1)


def test_likeness_is_the_same_however_the_work_is_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    rows, asks = signs.pack(drawn(1, 500, DIMENSION)), signs.query(drawn(2, 33, DIMENSION))
    expected = likeness(rows, asks)
    for unpacked, multiplied, queries in ((1, 1, 1), (4096, 2048, 3), (10**9, 10**9, 10**9)):
        monkeypatch.setattr(signs, "UNPACKED", unpacked)
        monkeypatch.setattr(signs, "MULTIPLIED", multiplied)
        monkeypatch.setattr(signs, "QUERIES", queries)
        assert np.array_equal(likeness(rows, asks), expected)
    assert np.array_equal(np.vstack([likeness(rows[[n]], asks) for n in range(500)]), expected)


PRODUCT = """
import numpy as np
from mnemos.recall.meaning import likeness
from mnemos.store import signs
from tests.unit.recall.meant import drawn
found = likeness(signs.pack(drawn(1, 3000, 384)), signs.query(drawn(2, 32, 384)))
print(signs.hamming(signs.pack(drawn(1, 3000, 384)), signs.pack(drawn(3, 1, 384))[0]).sum())
print(__import__("hashlib").sha256(found.tobytes()).hexdigest())
"""


def test_likeness_is_the_same_on_any_number_of_threads() -> None:
    def printed(threads: str) -> str:
        return subprocess.run(
            [sys.executable, "-c", PRODUCT],
            env={**os.environ, "OMP_NUM_THREADS": threads, "OPENBLAS_NUM_THREADS": threads},
            cwd=Path(__file__).parents[3],
            capture_output=True,
            text=True,
            check=True,
        ).stdout

    assert printed("1") == printed("2") == printed("4")


# -- the nearest


@settings(max_examples=150)
@given(st.data(), st.integers(0, 30), st.integers(0, 35))
def test_the_nearest_are_those_of_brute_force(
    data: st.DataObject, documents: int, count: int
) -> None:
    few = st.integers(0, 3)  # so few patterns that many are equal
    places = [data.draw(st.one_of(st.none(), few)) for _ in range(documents)]
    patterns = drawn(5, 4, DIMENSION)
    vectors = Held([None if place is None else patterns[place] for place in places])
    mask = data.draw(
        st.one_of(st.none(), st.lists(st.booleans(), min_size=documents, max_size=documents))
    )
    eligible = None if mask is None else np.array(mask, np.bool_)
    question = asked(drawn(data.draw(SEEDS), DIMENSION))
    before = vectors.signs.copy()
    found = nearest(vectors, question, eligible, count)

    def differing(no: int) -> int:
        return sum(
            (int(a) ^ int(b)).bit_count()
            for a, b in zip(vectors.signs[no], question.signs, strict=True)
        )

    able = [no for no in range(documents) if vectors.present[no] and (mask is None or mask[no])]
    expected = sorted(sorted(able, key=lambda no: (differing(no), no))[:count])
    assert found.tolist() == expected
    assert np.array_equal(vectors.signs, before)


# -- candidates and those beside them


def test_a_neighbour_counts_by_the_root_of_its_length_and_one_without_a_vector_not() -> None:
    rows = drawn(3, 4, DIMENSION)
    vectors = Held([rows[0], rows[1], None, rows[3]])
    question = asked(drawn(4, DIMENSION))
    lengths = np.array([4, 9, 100, 0], np.uint16)
    docs = np.array([0, 2, 3])
    beside = np.array([[-1, 1, -1], [1, 3, -1], [-1, 0, -1], [2, -1, -1]])
    found = compare(docs, beside, lengths, question, vectors)
    like = likeness(vectors.signs, question.whole)[:, 0].astype(float)
    assert found.known.tolist() == [True, False, True]
    assert found.own[[0, 2]].tolist() == [like[0], like[3]]
    assert found.near.tolist() == [
        math.floor((2 * like[0] + 3 * like[1]) / 5),
        math.floor((3 * like[1] + like[3] + 2 * like[0]) / 6),
        like[3],
    ]


@settings(max_examples=50)
@given(SEEDS, st.data())
def test_a_candidate_is_judged_alike_whoever_else_is_one(seed: int, data: st.DataObject) -> None:
    random = np.random.default_rng(seed)
    count = 12
    vectors = Held([drawn(seed + n, DIMENSION) if n % 3 else None for n in range(count)])
    lengths = random.integers(0, 60, count).astype(np.uint16)
    beside = random.integers(-1, count, (4, count))
    question = asked(drawn(seed + 99, DIMENSION))
    everyone = compare(np.arange(count), beside, lengths, question, vectors)
    some = np.array(sorted(data.draw(st.sets(st.integers(0, count - 1), min_size=1))))
    found = compare(some, beside[:, some], lengths, question, vectors)
    for name in ("known", "own", "near"):
        assert np.array_equal(getattr(found, name), getattr(everyone, name)[some])


def test_no_candidates_are_compared_with_nothing() -> None:
    none = np.zeros(0, np.int64)
    found = compare(
        none,
        np.zeros((4, 0), np.int64),
        np.zeros(0, np.uint16),
        asked(drawn(1, DIMENSION)),
        Held([]),
    )
    assert len(found.known) == len(found.own) == len(found.near) == 0
