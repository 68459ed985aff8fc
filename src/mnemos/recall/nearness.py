"""How near documents are to a question: by meaning where there are vectors, else by words.

For recipes that rank by one likeness, as most published systems do.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mnemos.models.base import Embedder
from mnemos.recall import lexical, meaning, score
from mnemos.recall.asked import Asked
from mnemos.recall.asked import read as read_question
from mnemos.recall.search import MOST
from mnemos.store.base import Index, Reader
from mnemos.types import Query

#: Cosines of a vector with sign bits are smaller by √(2/π) in the mean: as many
#: times as this those with the vectors themselves.
UNSIGNED = 1.2533141373155001

Integers = NDArray[np.int64]
Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class Nearness:
    """How near documents are to a question.

    Args:
        values: By document number: cosines, as far as sign bits tell, or BM25 divided by
            what the question could attain; 0 for those that may not come back. Shape (documents,).
        by_meaning: Whether they are cosines.
        limitation: Why not; None if they are.
    """

    values: Floats
    by_meaning: bool
    limitation: str | None = None

    @property
    def level(self) -> str:
        """What was used, as a ranking tells it."""
        return "c1" if self.by_meaning else "c0"


def nearness(
    query: Query,
    reader: Reader,
    indexes: Sequence[Index],
    eligible: Mask | None,
    embedder: Embedder | None,
) -> Nearness:
    """Compare a question with every document of some indexes.

    Args:
        query: The question.
        reader: The snapshot.
        indexes: Of it: of what was said (``reader.index``), of what a recipe made.
        eligible: Documents that may come back; None is all. Shape (documents,).
        embedder: Encodes the question; None compares words.

    Raises:
        ModelError: The model failed.
    """
    asked = read_question(query, reader, eligible)
    able = [own(index, eligible) for index in indexes]
    found = np.zeros(len(reader.index.docs))
    vectors = reader.vectors
    if embedder is None or vectors is None:
        return _by_words(asked, indexes, able, found, "there is no embedder")
    with_words = np.any(able, axis=0) & (reader.index.columns.length > 0)
    comparable = with_words & vectors.present
    if np.count_nonzero(comparable) < max(1.0, MOST * np.count_nonzero(with_words)):
        limitation = f"{comparable.sum()} of {with_words.sum()} texts have vectors so far"
        return _by_words(asked, indexes, able, found, limitation)
    meant = meaning.read(asked.rest, embedder, vectors, reader.language)
    likeness = meaning.likeness(vectors.signs[comparable], meant.whole)[:, 0]
    found[comparable] = likeness.astype(np.float64) * (UNSIGNED / meaning.UNIT)
    return Nearness(values=found, by_meaning=True)


def own(index: Index, eligible: Mask | None) -> Mask:
    """Say which documents belong to an index and may come back. Shape (documents,)."""
    there: Mask = (index.columns.recipe == index.recipe) & (index.docs["item"] >= 0)
    return there if eligible is None else there & eligible


def standing(index: Index, eligible: Mask | None) -> tuple[Integers, Integers]:
    """Return the items of an index, each with the document that speaks for it.

    That is its newest further key, else its own text: an item's text never changes, and a key
    that takes its place says what is known of it by now.

    Returns:
        Item numbers, ascending, and document numbers. Shapes (items,).
    """
    docs = np.flatnonzero(own(index, eligible))[::-1]  # an item's keys are numbered after it
    items, newest = np.unique(index.docs["item"][docs], return_index=True)
    return items.astype(np.int64), docs[newest]


def _by_words(
    asked: Asked,
    indexes: Sequence[Index],
    able: Sequence[Mask],
    found: Floats,
    limitation: str,
) -> Nearness:
    for index, mask in zip(indexes, able, strict=True):
        terms = lexical.weigh(asked.terms, index)
        attainable = lexical.scale(terms, index.live)
        found[mask] = score.words(index, asked.terms, mask)[mask] / attainable
    return Nearness(values=found, by_meaning=False, limitation=limitation)
