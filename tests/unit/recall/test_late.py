"""Late interaction, held against the same in plain Python."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from mnemos.recall import late
from mnemos.recall.late import Late
from mnemos.recall.neighbours import NEAR_TENTHS
from mnemos.store.base import DOC, DOCUMENT
from tests.unit.recall.meant import DIMENSION, EMPTY, Held, asked, cosine, drawn

SEEDS = st.integers(0, 10_000)
NOBODY = np.full((4, 1), -1)


def columns(scopes: Sequence[int], documents: Sequence[int] = ()) -> NDArray[np.void]:
    rows = np.zeros(len(scopes), dtype=DOC)
    rows["scope"] = scopes
    rows["role"][list(documents)] = DOCUMENT
    return rows


def floor(value: float) -> int:
    """Round down; so little below a whole number is the float's fault."""
    return math.floor(value + 1e-9)


@settings(max_examples=60)
@given(SEEDS, st.integers(1, 6), st.integers(0, 5))
def test_each_figure_is_that_of_plain_python(seed: int, count: int, pieces: int) -> None:
    random = np.random.default_rng(seed)
    sizes = random.integers(0, 4, (2, count))
    sentences = [drawn(seed + n, sizes[0, n] + (n != 2), DIMENSION) for n in range(count)]
    tokens = [drawn(seed + 50 + n, sizes[1, n], DIMENSION) for n in range(count)]
    pooled = [None if n == 2 else drawn(seed + 90 + n, DIMENSION) for n in range(count)]
    vectors = Held(pooled, sentences, tokens)
    whole, telling = drawn(seed + 7, DIMENSION), drawn(seed + 8, pieces, DIMENSION)
    docs = np.flatnonzero(random.random(count) < 0.7)
    beside = random.integers(-1, count, (4, len(docs)))
    scopes = random.integers(0, 3, len(docs)).tolist()
    papers = [at for at in range(len(docs)) if docs[at] == 1]
    found = late.read(docs, columns(scopes, papers), beside, asked(whole, telling), vectors)

    def best(no: int, piece: int) -> int:
        return max([0, *(floor(4096 * cosine(row, telling[piece])) for row in tokens[no])])

    for at, no in enumerate(docs.tolist()):
        assert found.known[at] == (pooled[no] is not None and len(sentences[no]) > 0)
        likes = [floor(4096 * cosine(row, whole)) for row in sentences[no]]
        assert found.sentence[at] == (max(likes) if likes else 0)
        own = [best(no, piece) for piece in range(pieces)]
        assert found.own[at] == sum(own) / max(1, pieces)
        tenths = [
            max(
                [10 * own[piece]]
                + [
                    tenth * best(other, piece)
                    for tenth, other in zip(NEAR_TENTHS, beside[:, at].tolist(), strict=True)
                    if other >= 0
                ]
            )
            for piece in range(pieces)
        ]
        assert found.near[at] == sum(tenths) / max(1, pieces) / 10
        mates = [
            docs[other]
            for other in range(len(docs))
            if scopes[other] == scopes[at] and other not in papers
        ]
        most = [max((best(mate, piece) for mate in mates), default=0) for piece in range(pieces)]
        if at in papers:
            assert math.isnan(found.session[at])
        else:
            assert found.session[at] == sum(most) / max(1, pieces)


def test_a_word_found_in_the_previous_turn_counts_nine_tenths() -> None:
    word = np.ones((1, DIMENSION), np.float32)
    vectors = Held([word[0], word[0]], [EMPTY, EMPTY], [word, EMPTY])
    beside = np.array([[-1, 0], [1, -1], [-1, -1], [-1, -1]])
    found = late.read(np.arange(2), columns([0, 0]), beside, asked(word[0], word), vectors)
    assert found.own.tolist() == [4096, 0]
    assert found.near.tolist() == [4096, 4096 * 0.9]
    assert found.session.tolist() == [4096, 4096]


def test_what_contradicts_every_word_is_no_worse_than_what_says_nothing() -> None:
    word = np.ones((1, DIMENSION), np.float32)
    vectors = Held([word[0]], [-word], [-word])
    found = late.read(np.arange(1), columns([0]), NOBODY, asked(word[0], word), vectors)
    assert (found.own[0], found.near[0], found.session[0]) == (0, 0, 0)
    assert found.sentence[0] == -4096


def test_without_candidates_or_word_pieces_there_is_nothing() -> None:
    vectors = Held([drawn(1, DIMENSION)], [drawn(2, 2, DIMENSION)], [drawn(3, 2, DIMENSION)])
    question = asked(drawn(4, DIMENSION))
    found = late.read(np.arange(1), columns([0]), NOBODY, question, vectors)
    assert (found.own[0], found.near[0], found.session[0]) == (0, 0, 0)
    assert found.sentence[0] != 0
    none = late.read(np.arange(0), columns([]), NOBODY[:, :0], question, vectors)
    assert all(len(getattr(none, name)) == 0 for name in Late.__slots__)
