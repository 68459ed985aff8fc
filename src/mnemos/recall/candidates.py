"""Which documents are worth all signals: a cheap BM25 over everything, and who stands nearby."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from mnemos.recall.lexical import SHORT, Term, impacts, mean_length
from mnemos.recall.neighbours import distinct, neighbours
from mnemos.store.base import FLAG_STANDING, Index

Integers = NDArray[np.int64]
Days = Sequence[tuple[int, int]]

CAP = 768  # a store this small is ranked whole
BEST = 192  # taken by their own words
BEST_SESSIONS = 8
BEST_OF_SESSIONS = 48  # taken from the best sessions
BEST_OF_DAYS = 64  # taken from the days that the question names
STANDING = 64  # the newest standing wishes, taken when the question seeks help
WITH_NEIGHBOURS = 128  # of the best, whose neighbours come along
POOL = 2048  # of which the best of sessions and days are chosen
COUNTED = 2048  # so many scores are counted before they are sorted
COARSE = 8  # by steps of 2⁸ units
POSTINGS = 500_000  # read for one question; beyond, frequent terms count on candidates only


def choose(
    index: Index,
    terms: Sequence[Term],
    days: Days,
    eligible: NDArray[np.bool_] | None,
    *,
    seeks_help: bool = False,
    nearest: Integers | None = None,
) -> tuple[Integers, bool]:
    """Return the documents to rank, and whether any of them holds a term of the question.

    Args:
        index: The lexical index.
        terms: The question's terms.
        days: Spans of time in which answers are looked for, in microseconds; may be empty.
        eligible: Documents that may come back; None is all.
        seeks_help: The question asks for help, where standing wishes count without its words.
        nearest: Documents near to what the question means.

    Returns:
        Document numbers, ascending, and whether there was a word to go by.
    """
    rows = index.docs
    everything = _whole(rows, eligible)
    if everything is not None:
        return everything, _any_hit(terms, eligible)
    score = _score(index, terms)
    if eligible is not None:
        score *= eligible
    hits = np.flatnonzero(score != 0)  # a tenth of the time of flatnonzero(score)
    pool = _best(hits, score, POOL)
    if not len(hits):
        pool = np.flatnonzero(rows["item"] >= 0 if eligible is None else eligible)[-POOL:]
        if days:
            everyone = np.arange(len(rows)) if eligible is None else np.flatnonzero(eligible)
            pool = np.concatenate([pool, everyone[inside(rows["said_at"][everyone], days)]])
            pool = distinct(pool, len(rows))
    best = _best(pool, score, BEST)
    found = [best] if nearest is None else [best, nearest]
    found.append(_of_sessions(index.columns.scope[pool], pool, score))
    if days:
        within = pool if len(pool) < POOL or not len(hits) else hits
        within = within[inside(rows["said_at"][within], days)]
        found.append(_best(within, score, BEST_OF_DAYS))
    kept = _best(best, score, WITH_NEIGHBOURS)
    beside = neighbours(index, kept, eligible).ravel()
    found.append(beside[beside >= 0])
    if seeks_help:
        standing = np.flatnonzero(index.columns.flags & FLAG_STANDING != 0)
        found.append(standing[slice(None) if eligible is None else eligible[standing]][-STANDING:])
    return distinct(np.concatenate(found), len(rows)), len(hits) > 0


def _whole(rows: NDArray[np.void], eligible: NDArray[np.bool_] | None) -> Integers | None:
    """Return all documents that may come back, if they are few."""
    if eligible is not None:
        if np.count_nonzero(eligible) > CAP:
            return None
        return np.flatnonzero(eligible)
    return np.flatnonzero(rows["item"] >= 0) if len(rows) <= CAP else None


def _any_hit(terms: Sequence[Term], eligible: NDArray[np.bool_] | None) -> bool:
    for term in terms:
        if term.postings is not None and (
            eligible is None or bool(eligible[term.postings.docs].any())
        ):
            return True
    return False


def _score(index: Index, terms: Sequence[Term]) -> NDArray[np.int32]:
    """Return BM25 of the telling terms for every document. Shape (documents,)."""
    lengths = index.columns.length
    score = np.zeros(len(lengths), dtype=np.int32)
    mean = mean_length(index)
    for term in _telling(terms):
        postings = term.postings
        if postings is not None:
            norms = SHORT.norms(lengths[postings.docs], mean)
            gain = impacts(term.weight, postings.tf.astype(np.float64), norms)
            score[postings.docs] += gain.astype(np.int32)
    return score


def _telling(terms: Sequence[Term]) -> list[Term]:
    """Take the terms from the rarest on, until they have cost what may be spent."""
    telling: list[Term] = []
    spent = 0
    for term in sorted(terms, key=lambda term: (-term.weight, term.text)):
        df = 0 if term.postings is None else len(term.postings.docs)
        spent += df
        if telling and spent > POSTINGS:
            break
        if df:
            telling.append(term)
    return telling


def _best(docs: Integers, score: NDArray[np.int32], count: int) -> Integers:
    """Return the ``count`` best of some documents, ascending; of equals those said first."""
    if len(docs) <= count:
        return docs
    own = score[docs]
    bar = _highest(own, count)
    above = docs[own > bar]
    level = docs[own == bar][: count - len(above)]
    return np.sort(np.concatenate([above, level]))


def _highest(scores: NDArray[np.int32], count: int) -> np.int32:
    """Return the count-th highest of scores, none of them negative."""
    if len(scores) > COUNTED:  # without those in steps that are too low: a tenth of the time
        steps = scores >> COARSE
        at_least = np.cumsum(np.bincount(steps)[::-1])
        scores = scores[steps >= len(at_least) - 1 - np.searchsorted(at_least, count)]
    found: np.int32 = np.sort(scores)[-count]
    return found


def _of_sessions(scopes: NDArray[np.int32], pool: Integers, score: NDArray[np.int32]) -> Integers:
    """Return the best documents of the sessions whose documents in the pool score most in all."""
    if not len(pool):
        return pool
    sessions = distinct(scopes, int(scopes.max()) + 1)
    slot = np.searchsorted(sessions, scopes)
    sums = np.bincount(slot, weights=score[pool]).astype(np.int64)  # whole numbers: exact
    slots = np.arange(len(sessions))
    bar = np.partition(sums, max(0, len(sums) - BEST_SESSIONS))[max(0, len(sums) - BEST_SESSIONS)]
    good = np.concatenate([slots[sums > bar], slots[sums == bar]])[:BEST_SESSIONS]
    chosen = np.zeros(len(sessions), dtype=np.bool_)
    chosen[good] = True
    return _best(pool[chosen[slot]], score, BEST_OF_SESSIONS)


def inside(said_at: Integers, days: Days) -> NDArray[np.bool_]:
    """Say of each time whether it lies in one of these spans."""
    found = np.zeros(len(said_at), dtype=np.bool_)
    for start, stop in days:
        found |= (said_at >= start) & (said_at < stop)
    return found
