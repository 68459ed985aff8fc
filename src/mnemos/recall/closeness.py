"""How close every document comes to a question: by its one vector or, without them, by words.

It is what a published system does with a vector index and no more: one question, one cosine a text.
Without a model BM25 stands in, as a share of what a plain answer would attain, so that both run
from nought to one.
"""

from __future__ import annotations

import logging
import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mnemos.arithmetic import Floats
from mnemos.errors import Corrupt, ModelError
from mnemos.models.base import Embedder
from mnemos.recall import lexical, meaning
from mnemos.recall.asked import Asked
from mnemos.recall.asked import read as read_question
from mnemos.recall.lexical import SHORT
from mnemos.store.base import Index, Reader
from mnemos.types import Query

#: Of the texts that may come back so many need vectors: among few, those without would lose.
MOST = 0.9
#: A vector's signs keep √(2/π) of its cosine with another on average (Charikar 2002).
KEPT = math.sqrt(2.0 / math.pi)

_log = logging.getLogger("mnemos")


@dataclass(frozen=True, slots=True, kw_only=True)
class Closeness:
    """How close all documents of a snapshot come to a question.

    Args:
        able: Those that may come back: said, or made by the recipe. Shape (documents,).
        scores: 0 to 1; 0 for others. Shape (documents,).
        signal: What was measured: "meaning" or "words".
        level: "c1" by vectors, "c0" by words.
        limitation: Why not by vectors; None if it is.
    """

    able: NDArray[np.bool_]
    scores: Floats
    signal: str
    level: str
    limitation: str | None = None


def closeness(
    query: Query,
    reader: Reader,
    eligible: NDArray[np.bool_] | None,
    *,
    recipe: str,
    embedder: Embedder | None = None,
) -> Closeness:
    """Compare a question with what was said and with what one recipe made.

    Args:
        query: The question.
        reader: The snapshot.
        eligible: Which documents may come back; None is all. Shape (documents,).
        recipe: Whose documents come back beside the turns.
        embedder: Encodes the question; None compares words.
    """
    own = reader.derived(recipe)
    made_by = own.columns.recipe
    able = (own.docs["item"] >= 0) & ((made_by == 0) | (made_by == own.recipe))
    if eligible is not None:
        able &= eligible
    asked = read_question(query, reader, eligible)
    scores, limitation = _by_meaning(asked, reader, able, embedder)
    if scores is not None:
        return Closeness(able=able, scores=scores, signal="meaning", level="c1")
    scores = np.maximum(_by_words(asked, reader.index), _by_words(asked, own))
    scores[~able] = 0.0
    return Closeness(able=able, scores=scores, signal="words", level="c0", limitation=limitation)


def _by_meaning(
    asked: Asked, reader: Reader, able: NDArray[np.bool_], embedder: Embedder | None
) -> tuple[Floats | None, str | None]:
    """Return cosines, or why there are none; what has no vector yet is not close."""
    if embedder is None:
        return None, "there is no embedder"
    try:
        vectors = reader.vectors
        texts = able & (reader.index.columns.length > 0)
        wanted = int(np.count_nonzero(texts))
        held = 0 if vectors is None else int(np.count_nonzero(vectors.present & texts))
        if vectors is None or not held or held < MOST * wanted:
            return None, f"{held} of {wanted} texts have vectors so far"
        meant = meaning.read(asked.rest, embedder, vectors, reader.language)
        if not meant.whole.any():
            return None, "the question means nothing to the model"
    except (ModelError, Corrupt) as error:
        _log.warning("recall by words alone: %s", error)
        return None, str(error)
    found = meaning.likeness(vectors.signs, meant.whole)[:, 0] / (meaning.UNIT * KEPT)
    scores: Floats = np.clip(found, 0.0, 1.0)
    scores[~(vectors.present & able)] = 0.0
    return scores, None


def _by_words(asked: Asked, index: Index) -> Floats:
    """Return BM25 as a share of that of a text of mean length with each word of the question once.

    Who is named counts as a word of what they said: systems that keep "Ann: …" find it so.
    """
    lengths = index.columns.length
    found = np.zeros(len(lengths), dtype=np.int64)
    mean = lexical.mean_length(index)
    attainable = 0
    for term in lexical.weigh(asked.terms, index, asked.forms, compounds=asked.compounds):
        attainable += term.weight
        if term.postings is not None:
            docs, tf = term.postings.docs, term.postings.tf.astype(np.float64)
            found[docs] += lexical.impacts(term.weight, tf, SHORT.norms(lengths[docs], mean))
    for person in asked.people:
        spoken = np.flatnonzero(
            (index.docs["speaker"] == person) & (index.columns.recipe == index.recipe)
        )
        weight = lexical.idf(index.live, len(spoken))
        attainable += weight
        norms = SHORT.norms(lengths[spoken], mean)
        found[spoken] += lexical.impacts(weight, np.ones(len(spoken)), norms)
    once = attainable / (1.0 + SHORT.k1)
    shares: Floats = np.minimum(1.0, found / max(1.0, once))
    return shares
