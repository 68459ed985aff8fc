"""From tokens to vectors of documents."""

from __future__ import annotations

import numpy as np

from mnemos.embedding.pooling import MAX_PASSAGES, PASSAGE, passages, pool, whole
from mnemos.models.base import Tokens
from mnemos.store import signs
from mnemos.text.content import content


def tokens(*spans: tuple[int, int]) -> Tokens:
    rows = np.random.default_rng(0).normal(size=(len(spans), 70)).astype(np.float32)
    return Tokens(vectors=rows, spans=np.array(spans, dtype=np.int64).reshape(-1, 2))


def packed(rows: np.ndarray[tuple[int, ...], np.dtype[np.float32]]) -> list[list[int]]:
    found: list[list[int]] = signs.pack(rows).tolist()
    return found


def test_only_a_documents_own_tokens_are_pooled() -> None:
    made = tokens((-5, -2), (0, 3), (4, 7), (8, 11), (-2, 3))
    found = pool("tea now", made, "english")
    assert found.pooled.tolist() == packed(made.vectors[1:3].mean(axis=0, keepdims=True))
    assert found.sentences.tolist() == found.pooled.tolist()
    assert found.tokens.tolist() == packed(made.vectors[1:2])


def test_each_of_several_sentences_has_a_vector() -> None:
    made = tokens((0, 3), (3, 4), (5, 8))
    found = pool("Tea. Cup", made, "none")
    means = [made.vectors[:2].mean(axis=0), made.vectors[2]]
    assert found.sentences.tolist() == packed(np.stack(means))


def test_a_text_without_tokens_has_no_vectors() -> None:
    found = pool("", tokens((3, 9)), "english")
    assert not found.pooled.any()
    assert len(found.sentences) == len(found.tokens) == 0


def test_all_pieces_of_content_words_count_and_nothing_else() -> None:
    text = "The Übergrößen aren't tea_pots, 42!"
    spans = [(0, 3), (4, 8), (8, 14), (15, 19), (19, 20), (20, 21), (22, 25), (25, 26), (26, 30)]
    spans += [(30, 31), (32, 34), (34, 35)]
    kept = content(text, np.array(spans), "english")
    words = [text[start:stop] for (start, stop), keep in zip(spans, kept, strict=True) if keep]
    assert words == ["Über", "größen", "tea", "pots", "42"]
    assert not content("?!", np.array([[0, 1]]), "english").any()


def test_only_long_texts_have_passages() -> None:
    assert passages("x" * PASSAGE) == []
    sentence = "A heron stood in the reeds all day. "
    found = passages(sentence * 100)
    assert "".join(found).replace(" ", "") == (sentence * 100).replace(" ", "")
    assert all(len(each) <= PASSAGE for each in found)
    assert len(passages(sentence * 10_000)) == MAX_PASSAGES


def test_a_model_without_tokens_gives_the_line_and_its_passages() -> None:
    rows = tokens((0, 1), (0, 1), (0, 1)).vectors
    assert whole(rows).sentences.tolist() == packed(rows[1:])
    assert whole(rows[:1]).sentences.tolist() == packed(rows[:1])
    assert len(whole(rows).tokens) == 0
