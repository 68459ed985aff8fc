"""Late interaction: for each word piece of the question its best counterpart in each candidate.

Only the best candidates come so far: their sentence and token vectors are read from the store, and
those of the turns beside them.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mnemos.models.base import Floats32
from mnemos.recall.meaning import Meaning, Whole, scaled
from mnemos.recall.neighbours import NEAR_TENTHS, Integers, distinct
from mnemos.store import signs
from mnemos.store.base import DOCUMENT, Details, Vectors
from mnemos.store.signs import Signs

Floats = NDArray[np.float64]

#: A text of more index terms may be longer than what is encoded of one: its words alone count.
WHOLE_TERMS = 1_500


@dataclass(frozen=True, slots=True, kw_only=True)
class Late:
    """How the best candidates answer to the question's word pieces; n of them.

    Sums over the question's word pieces of likenesses × 4096, none counted below nought, over
    their number.

    Args:
        known: Whether a candidate has vectors. Shape (n,).
        sentence: Likeness of its best sentence × 4096. Shape (n,).
        own: Of its own words. Shape (n,).
        near: Of its own or, with 9, 8, 7 and 7 tenths, its neighbours' words. Shape (n,).
        session: Of the words of all that was read of its session; NaN of documents. Shape (n,).
        pieces: What ``own`` is the mean of: each word piece × 4096. Shape (q, n).
    """

    known: NDArray[np.bool_]
    sentence: Floats
    own: Floats
    near: Floats
    session: Floats
    pieces: Whole

    def spread(self, places: Integers, count: int) -> Late:
        """Return the same for more candidates, of whom only those in these places were read."""

        def wide(values: NDArray[Any]) -> NDArray[Any]:
            found = np.zeros((*values.shape[:-1], count), dtype=values.dtype)
            found[..., places] = values
            return found

        return Late(**{field.name: wide(getattr(self, field.name)) for field in fields(self)})


def read(
    docs: Integers, rows: NDArray[np.void], beside: Integers, meaning: Meaning, vectors: Vectors
) -> Late:
    """Read the vectors of candidates and of their neighbours, and compare.

    Args:
        docs: The candidates, ascending. Shape (n,).
        rows: Their columns. Shape (n,), dtype DOC.
        beside: Their neighbours, as ``neighbours`` returns them. Shape (4, n).
        meaning: The question's.
        vectors: Where they are kept.
    """
    extended = distinct(np.concatenate([docs, beside[beside >= 0]]), len(vectors.signs))
    details = vectors.read(extended)
    place = np.searchsorted(extended, docs)
    places = np.where(beside >= 0, np.searchsorted(extended, beside), len(extended))
    most = np.maximum(_most(details.tokens, details.token_start, meaning.tokens), 0)
    own = most[:, place]
    near = 10 * own
    for tenth, others in zip(NEAR_TENTHS, places, strict=True):
        np.maximum(near, tenth * most[:, others], out=near)
    asked = max(1, len(meaning.tokens))
    document, long = rows["role"] == DOCUMENT, rows["length"] > WHOLE_TERMS
    return Late(
        # Of a vector written since this snapshot began only the shared array knows.
        known=vectors.present[docs] & (np.diff(details.sentence_start)[place] > 0) & ~long,
        sentence=_sentences(details, place, meaning),
        own=_mean(own, asked),
        near=_mean(near, asked) / 10.0,
        session=np.where(
            document, np.nan, _mean(_sessions(np.where(document, 0, own), rows["scope"]), asked)
        ),
        pieces=own,
    )


def _sentences(details: Details, place: Integers, meaning: Meaning) -> Floats:
    """Return the likeness of the best sentence of some of the documents read, 0 for none.

    Args:
        details: What was read.
        place: Where they stand in it, ascending. Shape (n,).
        meaning: The question's.
    """
    counts = np.diff(details.sentence_start)
    wanted = np.zeros(len(counts), dtype=np.bool_)
    wanted[place] = True
    rows = details.sentences[np.repeat(wanted, counts)]
    start = np.concatenate([[0], np.cumsum(counts[place])])
    return _most(rows, start, meaning.whole)[0, :-1].astype(np.float64)


def _most(rows: Signs, start: Integers, asked: Floats32) -> Whole:
    """Return the most that each document's vectors are like each of the question's, 0 for none.

    Args:
        rows: Of all sentences or tokens. Shape (s, words).
        start: Where each document's begin, and the end. Shape (n + 1,).
        asked: The question's vectors. Shape (q, dimension).

    Returns:
        Shape (q, n + 1); the last column is of zeros.
    """
    found = np.zeros((len(start), len(asked)), dtype=np.int32)
    some = np.flatnonzero(start[1:] > start[:-1])
    if len(some):
        products = signs.dots(rows, asked, asked.shape[1])
        found[some] = scaled(np.maximum.reduceat(products, start[some], axis=0), asked)
    return np.ascontiguousarray(found.T)


def _sessions(rows: Whole, scopes: NDArray[np.int32]) -> Whole:
    """Return, for each candidate, the most of its session's candidates. Shape of rows."""
    order = np.argsort(scopes, kind="stable")
    first = np.flatnonzero(np.diff(scopes[order], prepend=-1))
    if not len(first):
        return rows
    most = np.maximum.reduceat(rows[:, order], first, axis=1)
    slot = np.empty(len(scopes), dtype=np.int64)
    slot[order] = np.repeat(np.arange(len(first)), np.diff(np.append(first, len(scopes))))
    return most[:, slot]


def _mean(rows: Whole, asked: int) -> Floats:
    """Return sums over the question's word pieces, exact, over their number."""
    found: Floats = rows.sum(axis=0, dtype=np.int64).astype(np.float64) / asked
    return found
