"""How alike documents and a question are: by vectors or, where those are missing, by words.

What a recipe needs that ranks by one dense score. With vectors it is the cosine, as far as signs
tell it; without, BM25 as a share of the best, so that a document without any of the words has 0.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mnemos.arithmetic import Floats
from mnemos.errors import Corrupt, ModelError
from mnemos.models.base import Embedder, Floats32
from mnemos.recall import meaning, score
from mnemos.recall.asked import MAX_TERMS, analyzer_of
from mnemos.store.base import FLAG_KEY, Index, Reader

#: Of the documents compared so many need vectors: among few, those without would lose.
MOST = 0.9
#: A vector's signs keep √(2/π) of its cosine with another, on average.
KEPT = 0.7978845608028654


@dataclass(frozen=True, slots=True, kw_only=True)
class Alike:
    """How alike the documents of one index and a question are.

    Args:
        docs: Numbers of those that may come back, ascending. Shape (n,).
        values: Cosines from −1 to 1, or shares of the best BM25 from 0 to 1. Shape (n,).
        level: "c1" by vectors, "c0" by words.
        limitation: Why not by vectors.
    """

    docs: NDArray[np.int64]
    values: Floats
    level: str
    limitation: str | None = None

    @property
    def signal(self) -> str:
        """What the values measure, as reasons name it."""
        return "meaning" if self.level == "c1" else "words"

    @property
    def near(self) -> NDArray[np.bool_]:
        """Which share anything with the question: a word, or more meaning than chance."""
        return self.values > 0.0

    def of(self, docs: NDArray[np.int64]) -> Floats:
        """Return the values of documents; 0 for those that may not come back. Shape of docs."""
        found = np.zeros(len(docs))
        if len(self.docs):
            places = np.searchsorted(self.docs, docs).clip(max=len(self.docs) - 1)
            there = self.docs[places] == docs
            found[there] = self.values[places[there]]
        return found


def alike(
    question: str,
    reader: Reader,
    index: Index,
    eligible: NDArray[np.bool_] | None = None,
    embedder: Embedder | None = None,
) -> Alike:
    """Compare the documents of an index with a question; further keys are left out.

    Args:
        question: The question, or what is left of it without names.
        reader: The snapshot.
        index: ``reader.index`` or ``reader.derived(recipe)``.
        eligible: Which documents may come back; None is all. Shape (documents,).
        embedder: Encodes the question; None compares words.
    """
    columns = index.columns
    able = (columns.recipe == index.recipe) & (index.docs["item"] >= 0)
    able &= columns.flags & FLAG_KEY == 0
    if eligible is not None:
        able &= eligible
    docs = np.flatnonzero(able)
    asked, limitation = _asked(question, reader, docs, embedder)
    vectors = reader.vectors
    if asked is not None and vectors is not None:
        products = meaning.likeness(vectors.signs[docs], asked)[:, 0]
        values = (products / (meaning.UNIT * KEPT)).clip(-1.0, 1.0)
        values[~vectors.present[docs]] = 0.0
        return Alike(docs=docs, values=values, level="c1")
    terms = analyzer_of(reader.language).query_terms(question)[:MAX_TERMS]
    found = score.words(index, [(term, 1.0) for term in terms], able)[docs].astype(np.float64)
    values = found / max(1.0, float(found.max(initial=0.0)))
    return Alike(docs=docs, values=values, level="c0", limitation=limitation)


def _asked(
    question: str, reader: Reader, docs: NDArray[np.int64], embedder: Embedder | None
) -> tuple[Floats32 | None, str | None]:
    """Return the question's bits, or why there are none to compare with."""
    vectors = reader.vectors
    if embedder is None:
        return None, "there is no embedder"
    if vectors is None:
        return None, "no text has vectors yet; embed() makes them, vectors() tells how far"
    held = int(np.count_nonzero(vectors.present[docs]))
    if not held or held < MOST * len(docs):
        return None, f"{held} of {len(docs)} texts have vectors so far"
    try:
        asked = meaning.read(question, embedder, vectors, reader.language).whole
    except (ModelError, Corrupt) as error:  # words are there all the same
        return None, str(error)
    return (asked, None) if asked.any() else (None, "the question means nothing to the model")
