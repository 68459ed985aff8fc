"""What a question means, as vectors: of the whole of it, and of each word piece that tells.

Likeness is measured in whole numbers, cosine × 4096: the question's vectors are rounded to
integers, those of documents are signs, so every product is exact on any machine.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mnemos.errors import ModelError, ModelMismatch
from mnemos.models.base import Embedder, Floats32, TokenEmbedder
from mnemos.models.check import named_failure
from mnemos.recall.neighbours import Integers, distinct
from mnemos.store import signs
from mnemos.store.base import Vectors
from mnemos.text.content import content
from mnemos.text.whole import mended

UNIT = 4096  # likeness 1; finer than signs tell documents apart
MAX_TOKENS = 32  # of a question that are looked for; a longer one is a document
MAX_CHARACTERS = 2_000  # of a question that are encoded: more than a model's window holds

#: Half a pair has no meaning, and tokenisers refuse it.

Whole = NDArray[np.int32]


@dataclass(frozen=True, slots=True, kw_only=True)
class Meaning:
    """A question's vectors, rounded to whole numbers held as float32.

    Args:
        whole: Of the question. Shape (1, dimension).
        signs: The same as sign bits, for counting bits over all documents. Shape (words,).
        tokens: Of its telling word pieces; none if the model shows no tokens. Shape (q, dimension).
    """

    whole: Floats32
    signs: NDArray[np.uint64]
    tokens: Floats32


@dataclass(frozen=True, slots=True, kw_only=True)
class Meant:
    """How near candidates come to a question, each by its one vector; n of them.

    Args:
        known: Whether a candidate has a vector. Shape (n,).
        own: Likeness × 4096. Shape (n,).
        near: The same, averaged over the candidate and its neighbours; longer turns count for
            more, as the square roots of their lengths. Shape (n,).
    """

    known: NDArray[np.bool_]
    own: NDArray[np.float64]
    near: NDArray[np.float64]


def read(question: str, embedder: Embedder, vectors: Vectors, language: str) -> Meaning:
    """Encode a question.

    Args:
        question: In words; without names of speakers, who only say who should be speaking.
        embedder: The model that the vectors are of.
        vectors: Those that will be compared.
        language: Whose function words are not looked for, a Snowball name.

    Raises:
        ModelMismatch: They are of another model.
        ModelError: The model failed.
    """
    if embedder.model != vectors.model:
        raise ModelMismatch(
            f"the vectors here are of {vectors.model}; the question's would be of {embedder.model}"
        )
    with named_failure(embedder.model):
        whole, tokens = _encoded(mended(question[:MAX_CHARACTERS]), embedder, language)
    wanted = (1, vectors.model.dimension)
    if whole.shape != wanted or tokens.shape[1:] != wanted[1:]:
        raise ModelError(f"{embedder.model}: wanted a vector of {wanted[1]}, got {whole.shape}")
    if not np.isfinite(whole).all() or not np.isfinite(tokens).all():
        raise ModelError(f"{embedder.model}: gave a question's vector that is not finite")
    return Meaning(whole=signs.query(whole), signs=signs.pack(whole)[0], tokens=signs.query(tokens))


def _encoded(text: str, embedder: Embedder, language: str) -> tuple[Floats32, Floats32]:
    """Return a text's one vector, and those of its telling word pieces."""
    if not isinstance(embedder, TokenEmbedder):
        return np.asarray(embedder.encode([text])), np.zeros(
            (0, embedder.model.dimension), np.float32
        )
    (states,) = embedder.encode_tokens([text])
    telling = content(text, states.spans, language)
    tokens = states.vectors[telling if telling.any() else slice(None)][:MAX_TOKENS]
    return _mean(states.vectors), tokens


def _mean(vectors: Floats32) -> Floats32:
    """Return the mean of rows, in their order; zeros for none. Shape (1, dimension)."""
    total = vectors.sum(axis=0, dtype=np.float64, keepdims=True)
    mean: Floats32 = (total / max(1, len(vectors))).astype(np.float32)
    return mean


def likeness(rows: NDArray[np.uint64], asked: Floats32) -> Whole:
    """Return cosines × 4096 between documents' signs and a question's vectors, rounded down.

    Args:
        rows: Shape (n, words).
        asked: Shape (q, dimension).

    Returns:
        Shape (n, q).
    """
    return scaled(signs.dots(rows, asked, asked.shape[1]), asked)


def scaled(products: Whole, asked: Floats32) -> Whole:
    """Return products of signs with a question's vectors as cosines × 4096, rounded down.

    The largest of some products is the largest of these, too.

    Args:
        products: Shape (n, q).
        asked: Shape (q, dimension).
    """
    squares = (asked.astype(np.float64) ** 2).sum(axis=1)  # whole numbers: exact in any order
    scale = UNIT / np.sqrt(np.maximum(1.0, squares) * asked.shape[1])
    found: Whole = np.floor(products * scale).astype(np.int32)
    return found


def nearest(
    vectors: Vectors, meaning: Meaning, eligible: NDArray[np.bool_] | None, count: int
) -> Integers:
    """Return the documents whose signs differ least from the question's, ascending.

    Exact: all are looked at. Of equals those said first.
    """
    differing = signs.hamming(vectors.signs, meaning.signs).astype(np.int32)
    able = vectors.present if eligible is None else vectors.present & eligible
    bits = len(meaning.signs) * signs.WORD_BITS + 1
    differing[~able] = bits  # more than any can differ
    at_most = np.cumsum(np.bincount(differing, minlength=bits + 1)[:bits])
    bar = int(np.searchsorted(at_most, count))
    under = np.flatnonzero(differing < bar)
    if bar >= bits:
        return under
    level = np.flatnonzero(differing == bar)[: count - len(under)]
    return np.sort(np.concatenate([under, level]))


def compare(
    docs: Integers,
    beside: Integers,
    lengths: NDArray[np.uint16],
    meaning: Meaning,
    vectors: Vectors,
) -> Meant:
    """Compare candidates and their neighbours with a question, each by its one vector.

    Args:
        docs: The candidates, ascending. Shape (n,).
        beside: Their neighbours, as ``neighbours`` returns them. Shape (4, n).
        lengths: Of all documents, in index terms.
        meaning: The question's.
        vectors: Where they are kept.
    """
    everyone = np.vstack([docs, np.where(beside >= 0, beside, docs)])
    extended = distinct(everyone.ravel(), len(vectors.signs))
    like = likeness(vectors.signs[extended], meaning.whole)[:, 0].astype(np.float64)
    share = np.sqrt(np.maximum(1, lengths[extended]).astype(np.float64))
    share[~vectors.present[extended]] = 0.0
    places = np.searchsorted(extended, everyone)
    total, shares = np.zeros(len(docs)), np.zeros(len(docs))
    for row, counts in zip(places, [docs >= 0, *(beside >= 0)], strict=True):
        total += like[row] * share[row] * counts
        shares += share[row] * counts
    return Meant(
        known=vectors.present[docs],
        own=like[places[0]],
        near=np.floor(total / np.maximum(1.0, shares)),
    )
