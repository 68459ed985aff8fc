"""All that the signals look at: the candidates of one question with their words and neighbours."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mnemos.recall import lexical
from mnemos.recall.asked import Asked
from mnemos.recall.late import Late
from mnemos.recall.lexical import LONG, SHORT, Saturation, Term
from mnemos.recall.meaning import Meant
from mnemos.recall.neighbours import NEAR_TENTHS, distinct, neighbours
from mnemos.store.base import ASSISTANT, DOCUMENT, Index

Integers = NDArray[np.int64]
Floats = NDArray[np.float64]

FREQUENT = 16  # a term in more than a 16th of all documents is in most sessions
PREVIOUS, NEXT = 0, 1
PAGE = 100  # index terms; 98 % of the replies of BEAM's assistants have 90 or more
_TENTHS = np.array(NEAR_TENTHS, dtype=np.int32)[:, None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """The candidates of one question; n of them, t terms.

    Args:
        asked: The question, read.
        terms: Its terms as the index knows them.
        scale: What sums of impacts are divided by.
        docs: Document numbers, ascending. Shape (n,).
        rows: Their columns. Shape (n,), dtype DOC.
        beside: Their neighbours, as ``neighbours`` returns them. Shape (4, n).
        impacts: What each term adds to each candidate, for turns. Shape (t, n).
        long_impacts: The same, for pages; zeros where there are no pages. Shape (t, n).
        near: Tenfold the most that a term adds to a candidate or, with 9, 8, 7 and 7 tenths, to
            its neighbours. Shape (t, n).
        before: What all terms add to the previous turn. Shape (n,).
        session: What all terms add to the candidate's session as a whole. Shape (n,).
        previous_flags: Of the previous turn; 0 where there is none. Shape (n,).
        chat: The candidate or a neighbour of it was said by an assistant. Shape (n,).
        page: Its pageness: how much of a page an assistant says in it, 0 to 1; 0 of any other
            speaker. Shape (n,).
        paged: The largest pageness of the candidate and its two neighbours. Shape (n,).
        has_pages: That is more than 0 for any candidate.
        meant: How near they come to what the question means; None at level C0.
        late: The same word piece by word piece; None before the best were chosen.
    """

    asked: Asked
    terms: Sequence[Term]
    scale: float
    docs: Integers
    rows: NDArray[np.void]
    beside: Integers
    impacts: NDArray[np.int32]
    long_impacts: NDArray[np.int32]
    near: NDArray[np.int32]
    before: Integers
    session: Integers
    previous_flags: NDArray[np.uint8]
    chat: Floats
    page: Floats
    paged: Floats
    has_pages: bool
    meant: Meant | None = None
    late: Late | None = None

    def flag(self, bit: int) -> Floats:
        """Return 1 where a candidate has the flag, else 0."""
        found: Floats = (self.rows["flags"] & bit != 0).astype(np.float64)
        return found

    def role(self, role: int) -> Floats:
        """Return 1 where a candidate was said in this role, else 0."""
        found: Floats = (self.rows["role"] == role).astype(np.float64)
        return found

    def zeros(self) -> Floats:
        """Return a signal that says nothing."""
        return np.zeros(len(self.docs))

    def matched(self) -> float:
        """Return the best candidate's share of what the words could attain, 0 to 1."""
        attainable = sum(term.weight for term in self.terms)
        if not attainable or not len(self.docs):
            return 0.0
        return int(self.near.sum(axis=0).max()) / (10 * attainable)

    def measured(self, of: Meant | Late | None, field: str) -> Floats:
        """Return what was measured of each candidate's vectors; NaN where it has none."""
        if of is None:
            return np.full(len(self.docs), np.nan)
        found: Floats = np.where(of.known, getattr(of, field), np.nan)
        return found

    def scaled(self, sums: Integers) -> Floats:
        """Return sums of impacts so that they mean the same in any store."""
        return sums.astype(np.float64) / self.scale


def build(
    asked: Asked,
    terms: Sequence[Term],
    index: Index,
    docs: Integers,
    eligible: NDArray[np.bool_] | None,
) -> Frame:
    """Gather what the signals need about the candidates."""
    rows = index.docs
    beside = neighbours(index, docs, eligible)
    extended = distinct(np.concatenate([docs, beside[beside >= 0]]), len(rows))
    place = np.searchsorted(extended, docs)
    # A last column of zeros stands for the neighbour that is not there.
    places = np.where(beside >= 0, np.searchsorted(extended, beside), len(extended))
    tf = _frequencies(terms, extended)
    lengths = index.columns.length[extended]
    mean = lexical.mean_length(index)
    short = _impacts(terms, tf, lengths, SHORT, mean)
    own = short.take(place, axis=1)
    others = short.take(places, axis=1)  # shape (t, 4, n)
    near = np.maximum(10 * own, (_TENTHS * others).max(axis=1))
    assistant = np.append(rows["role"][extended] == ASSISTANT, False)
    pages = np.append(np.minimum(lengths, PAGE).astype(np.float64) / PAGE, 0.0) * assistant
    chat, paged = assistant[place], pages[place]
    for row in (PREVIOUS, NEXT):
        chat |= assistant[places[row]]
        paged = np.maximum(paged, pages[places[row]])
    has_pages = bool(paged.any())
    previous = beside[PREVIOUS]
    return Frame(
        asked=asked,
        terms=terms,
        scale=lexical.scale(terms, index.live),
        docs=docs,
        rows=rows.take(docs),
        beside=beside,
        impacts=own,
        long_impacts=(
            _impacts(terms, tf.take(place, axis=1), lengths[place], LONG, mean)[:, :-1]
            if has_pages
            else np.zeros_like(own)
        ),
        near=near,
        before=others[:, PREVIOUS].sum(axis=0),
        session=_sessions(terms, index, docs, eligible),
        previous_flags=np.where(previous >= 0, rows["flags"][previous], 0),
        chat=chat.astype(np.float64),
        page=pages[place],
        paged=paged,
        has_pages=has_pages,
    )


def _frequencies(terms: Sequence[Term], docs: Integers) -> Floats:
    """Return how often each term occurs in each of some documents. Shape (terms, documents)."""
    tf = np.zeros((len(terms), len(docs)))
    for row, term in zip(tf, terms, strict=True):
        postings = term.postings
        if postings is None or not len(docs):
            continue
        if len(postings.docs) < len(docs):
            at = np.searchsorted(docs, postings.docs)
            at[at == len(docs)] = 0
            same = docs[at] == postings.docs
            row[at[same]] = postings.tf[same]
        else:
            at = np.searchsorted(postings.docs, docs.astype(np.int32))  # of one type: no copy
            at[at == len(postings.docs)] = 0
            same = postings.docs[at] == docs
            row[same] = postings.tf[at[same]]
    return tf


def _impacts(
    terms: Sequence[Term],
    tf: Floats,
    lengths: NDArray[np.uint16],
    saturation: Saturation,
    mean: float,
) -> NDArray[np.int32]:
    """Return impacts with a last column of zeros. Shape (terms, documents + 1)."""
    found = np.zeros((tf.shape[0], tf.shape[1] + 1), dtype=np.int32)  # 64 terms fit with room
    weights = np.array([term.weight for term in terms], dtype=np.float64)[:, None]
    found[:, :-1] = weights * (tf / (tf + saturation.norms(lengths, mean)))
    return found


def _sessions(
    terms: Sequence[Term],
    index: Index,
    candidates: Integers,
    eligible: NDArray[np.bool_] | None,
) -> Integers:
    """Return what the terms add to each candidate's session: tf / (tf + 4) of the whole session.

    Frequent terms are left out: nearly every session holds them. Neither the session's length nor
    how many sessions hold a term is asked: measured, neither brings anything, and both would have
    to be counted over the store.
    """
    scopes = index.columns.scope
    own = scopes[candidates]
    below = int(own.max(initial=-1)) + 1
    sessions = distinct(own, below)
    total = np.zeros(len(sessions), dtype=np.int64)
    lookup = np.full(below, len(sessions), dtype=np.int64)
    lookup[sessions] = np.arange(len(sessions))
    for term in terms:
        postings = term.postings
        if postings is None or len(postings.docs) * FREQUENT > index.live:
            continue
        docs, tf = postings.docs, postings.tf
        if eligible is not None:
            seen = eligible[docs]
            docs, tf = docs[seen], tf[seen]
        scope = scopes[docs]
        within = scope < len(lookup)
        where = lookup[scope[within]]
        sums = np.bincount(where, weights=tf[within], minlength=len(sessions))[: len(sessions)]
        total += (term.weight * (sums / (sums + 4.0))).astype(np.int64)  # sums are whole: exact
    return np.where(index.docs["role"][candidates] == DOCUMENT, 0, total[lookup[own]])
