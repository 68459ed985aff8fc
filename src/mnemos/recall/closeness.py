"""How close every document comes to a question: by its one vector or, without them, by words.

It is what a published system does with a vector index and no more: one question, one cosine a text.
Without a model BM25 stands in, as a share of what a plain answer would attain, so that what shares
nothing with the question has nought and what says all of it has about one, either way.
"""

from __future__ import annotations

import logging
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from mnemos.arithmetic import Floats
from mnemos.errors import Corrupt, ModelError
from mnemos.models.base import Embedder
from mnemos.recall import lexical, meaning
from mnemos.recall.asked import MAX_TERMS, Asked, analyzer_of
from mnemos.recall.asked import read as read_question
from mnemos.recall.lexical import SHORT
from mnemos.recall.search import MOST
from mnemos.store.base import FLAG_KEY, Index, Reader
from mnemos.types import Query

#: A vector's signs keep √(2/π) of its cosine with another on average (Charikar 2002).
KEPT = math.sqrt(2.0 / math.pi)

Integers = NDArray[np.int64]
Mask = NDArray[np.bool_]

_log = logging.getLogger("mnemos")


@dataclass(frozen=True, slots=True, kw_only=True)
class Closeness:
    """How close all documents of a snapshot come to a question.

    Args:
        able: Those that are compared. Shape (documents,).
        scores: Cosines from −1 to 1, as far as signs tell them, or shares of what a text of mean
            length attains that holds each word once: 0 or more, above 1 for shorter ones. 0 for
            documents that are not compared or have no vector. Shape (documents,).
        signal: What was measured, as reasons name it: "meaning" or "words".
        limitation: Why not meaning; None if it is.
    """

    able: Mask
    scores: Floats
    signal: str
    limitation: str | None = None

    @property
    def level(self) -> str:
        """What was used, as a ranking tells it: "c1" vectors, "c0" words."""
        return "c1" if self.signal == "meaning" else "c0"

    @property
    def near(self) -> Mask:
        """Which share anything with the question: a word, or more meaning than chance."""
        found: Mask = self.scores > 0.0
        return found

    @property
    def worth(self) -> Floats:
        """Scores within 0 and 1: less alike than chance is nothing, and enough is enough."""
        return np.clip(self.scores, 0.0, 1.0)


def closeness(
    query: Query,
    reader: Reader,
    indexes: Sequence[Index],
    eligible: Mask | None = None,
    embedder: Embedder | None = None,
    *,
    keys: bool = True,
    names: bool = False,
) -> Closeness:
    """Compare a question with every document of some indexes.

    Args:
        query: The question.
        reader: The snapshot.
        indexes: Of what was said (``reader.index``), of what a recipe made; by words each has its
            own statistics.
        eligible: Which documents may come back; None is all. Shape (documents,).
        embedder: Encodes the question; None compares words.
        keys: Whether further keys are compared, or items' own texts alone.
        names: Whether texts name whom they are about, so that the question is compared as it
            stands; else without its names, which are only words of what these people said.
    """
    able = np.zeros(len(reader.index.docs), dtype=np.bool_)
    for index in indexes:
        able |= own(index, eligible, keys=keys)
    asked = read_question(query, reader, eligible)
    text = query.question if names else asked.rest
    scores, limitation = _by_meaning(text, reader, able, embedder)
    if scores is not None:
        return Closeness(able=able, scores=scores, signal="meaning")
    if names:
        terms = analyzer_of(reader.language).query_terms(query.question)[:MAX_TERMS]
        asked = replace(asked, terms=tuple((term, 1.0) for term in terms))
    scores = np.zeros(len(able))
    for index in indexes:
        scores = np.maximum(scores, _by_words(asked, index))
    scores[~able] = 0.0
    return Closeness(able=able, scores=scores, signal="words", limitation=limitation)


def own(index: Index, eligible: Mask | None = None, *, keys: bool = True) -> Mask:
    """Say which documents belong to an index and may come back. Shape (documents,).

    Args:
        index: Of what was said, or of what a recipe made.
        eligible: None is all. Shape (documents,).
        keys: Also further keys, not the items' own texts alone.
    """
    there: Mask = (index.columns.recipe == index.recipe) & (index.docs["item"] >= 0)
    if not keys:
        there &= index.columns.flags & FLAG_KEY == 0
    return there if eligible is None else there & eligible


def of_kind(kind: str, reader: Reader) -> Mask:
    """Say which documents are of items of a kind. Shape (documents,)."""
    numbers = [number for number, name in reader.kinds.items() if name == kind]
    return np.isin(reader.index.docs["kind"], numbers)


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


def _by_meaning(
    text: str, reader: Reader, able: Mask, embedder: Embedder | None
) -> tuple[Floats | None, str | None]:
    """Return cosines, or why there are none."""
    vectors = reader.vectors
    if embedder is None:
        return None, "there is no embedder"
    wanted = int(np.count_nonzero(able & (reader.index.columns.length > 0)))
    if vectors is None:
        return None, f"0 of {wanted} texts have vectors so far"
    comparable = able & vectors.present
    held = int(np.count_nonzero(comparable & (reader.index.columns.length > 0)))
    if not held or held < MOST * wanted:
        return None, f"{held} of {wanted} texts have vectors so far"
    try:
        asked = meaning.read(text, embedder, vectors, reader.language).whole
    except (ModelError, Corrupt) as error:  # words are there all the same
        _log.warning("recall by words alone: %s", error)
        return None, str(error)
    if not asked.any():
        return None, "the question means nothing to the model"
    found = meaning.likeness(vectors.signs[comparable], asked)[:, 0] / (meaning.UNIT * KEPT)
    scores = np.zeros(len(able))
    scores[comparable] = np.clip(found, -1.0, 1.0)
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
    shares: Floats = found / max(1.0, once)
    return shares
