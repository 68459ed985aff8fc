"""How well every document matches a question, by one measure: meaning if there are vectors.

What most published systems call dense retrieval: one vector a text, the cosine with the question's.
Without an embedder, or while too few texts have vectors, words stand in for it (BM25).
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mnemos.arithmetic import Floats
from mnemos.errors import Corrupt, ModelError
from mnemos.models.base import Embedder
from mnemos.recall import meaning, score
from mnemos.recall.asked import analyzer_of
from mnemos.recall.meaning import UNIT
from mnemos.recall.search import MOST
from mnemos.store.base import FLAG_KEY, Index, Reader

Integers = NDArray[np.int64]

_log = logging.getLogger("mnemos")


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """The documents that match a question.

    Args:
        docs: Their numbers, ascending; by words only those that hold one. Shape (n,).
        scores: Cosines, or BM25. Shape (n,).
        signal: "meaning" or "words".
        limitation: Why not meaning; None if it is.
    """

    docs: Integers
    scores: Floats
    signal: str
    limitation: str | None = None

    @property
    def level(self) -> str:
        """What was used, as a ranking tells it."""
        return "c1" if self.signal == "meaning" else "c0"

    def scaled(self, count: int) -> Floats:
        """Return the scores of so many documents, 1 for the best; 0 where there is no match."""
        found = np.zeros(count)
        found[self.docs] = np.maximum(self.scores, 0.0)
        best = float(found.max(initial=0.0))
        return found / best if best else found


def match(
    question: str,
    reader: Reader,
    indexes: Sequence[Index],
    eligible: NDArray[np.bool_] | None,
    embedder: Embedder | None,
) -> Match:
    """Compare a question with all documents of some indexes.

    Args:
        question: In words.
        reader: The snapshot.
        indexes: Of what was said, or of what a recipe made; by words each has its own statistics.
        eligible: Documents that may come back; None is all. Shape (documents,).
        embedder: Encodes the question; None compares by words.
    """
    able = np.zeros(len(reader.index.docs), dtype=np.bool_)
    for index in indexes:
        able[documents(index, eligible)] = True
    found, limitation = _by_meaning(question, reader, able, embedder)
    if found is not None:
        return found
    terms = [(term, 1.0) for term in analyzer_of(reader.language).query_terms(question)]
    summed = np.zeros(len(able), dtype=np.int64)
    for index in indexes:
        summed += score.words(index, terms, able)
    docs = np.flatnonzero(summed)
    return Match(docs=docs, scores=summed[docs] / UNIT, signal="words", limitation=limitation)


def documents(index: Index, eligible: NDArray[np.bool_] | None, *, keys: bool = True) -> Integers:
    """Return the documents of one index that may come back, ascending.

    Args:
        index: Of what was said, or of what a recipe made.
        eligible: None is all. Shape (documents,).
        keys: Also further keys, not the items' own texts alone.
    """
    own = (index.docs["item"] >= 0) & (index.columns.recipe == index.recipe)
    if not keys:
        own &= index.columns.flags & FLAG_KEY == 0
    return np.flatnonzero(own if eligible is None else own & eligible)


def _by_meaning(
    question: str, reader: Reader, able: NDArray[np.bool_], embedder: Embedder | None
) -> tuple[Match | None, str | None]:
    """Return the match by vectors; or none, and why."""
    vectors = reader.vectors
    if embedder is None or vectors is None:
        return None, "there is no embedder" if embedder is None else "no text has vectors yet"
    docs = np.flatnonzero(able & vectors.present)
    texts = int(np.count_nonzero(able & (reader.index.columns.length > 0)))
    if not len(docs) or len(docs) < MOST * texts:
        return None, f"{len(docs)} of {texts} texts have vectors so far"
    try:
        asked = meaning.read(question, embedder, vectors, reader.language).whole
    except (ModelError, Corrupt) as error:
        _log.warning("recall by words alone: %s", error)
        return None, str(error)
    if not asked.any():
        return None, "the question means nothing to the model"
    like = meaning.likeness(vectors.signs[docs], asked)[:, 0]
    return Match(docs=docs, scores=like / UNIT, signal="meaning"), None
