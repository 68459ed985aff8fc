"""BM25 in whole numbers: what one occurrence of a term is worth, the same on every machine."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mnemos.store.base import Index, Postings

UNIT = 4096  # impacts are multiples of 1/4096: finer than BM25 tells turns apart
NEAR_WEIGHT = 0.5  # a look-alike of an unknown word may be another word

Integers = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Term:
    """A term of the question as the index knows it.

    Args:
        text: The term.
        postings: Where it occurs; None where neither it nor a look-alike does.
        weight: idf × the term's weight in the question, in units of 1/4096.
        share: The term's weight in the question, 0 to 1.
    """

    text: str
    postings: Postings | None
    weight: int
    share: float


@dataclass(frozen=True, slots=True)
class Saturation:
    """How repeats and length count: tf / (tf + k1 × (1 − b + b × length / mean length))."""

    k1: float
    b: float

    def norms(self, lengths: NDArray[np.uint16], mean_length: float) -> Floats:
        """Return what is added to tf below the line. Shape of lengths."""
        slope = self.k1 * self.b / mean_length
        return self.k1 * (1.0 - self.b) + slope * lengths.astype(np.float64)


SHORT = Saturation(0.9, 0.4)  # best for turns of a sentence or two; Anserini's values
LONG = Saturation(1.2, 0.75)  # Robertson's values; better where replies fill pages


def weigh(
    terms: Sequence[tuple[str, float]],
    index: Index,
    forms: Mapping[str, Sequence[str]] | None = None,
    *,
    compounds: bool = False,
) -> list[Term]:
    """Look up the question's terms, weighing 0 to 1 each; unknown ones by look-alikes.

    Args:
        terms: Each with its weight.
        index: Where to look.
        forms: What else a term may stand as in the index; counts as the same term.
        compounds: Words are joined in this language: an unknown one may be part of a known one.
    """
    forms = forms or {}
    also = {text: forms.get(text, ()) for text, _ in terms}
    wanted = [form for text, others in also.items() for form in (text, *others)]
    known = dict(index.postings(wanted))
    weighed = []
    for text, asked in terms:
        share = asked
        several = [known[form] for form in (text, *also[text]) if form in known]
        postings = _merge(several) if several else None
        if postings is None:
            alike = [*index.near_terms(text), *(index.compounds(text) if compounds else ())]
            near = list(index.postings(alike).values())
            if near:
                postings, share = _merge(near), asked * NEAR_WEIGHT
        df = 0 if postings is None else len(postings.docs)
        weighed.append(Term(text, postings, round(share * idf(index.live, df)), share))
    return weighed


def idf(live: int, df: int) -> int:
    """Return the weight of a term in df of live documents, in units of 1/4096, never negative."""
    return round(UNIT * math.log1p(max(live - df + 0.5, 0.0) / (df + 0.5)))


def mean_length(index: Index) -> float:
    """Return the mean length of the documents, at least 1."""
    return max(1.0, index.total_length / max(1, index.live))


def impacts(weight: int, tf: Floats, norms: Floats) -> Integers:
    """Return weight × tf / (tf + norm), rounded down. Shape of tf."""
    found: Integers = (weight * (tf / (tf + norms))).astype(np.int64)
    return found


def scale(terms: Sequence[Term], live: int) -> float:
    """Return what BM25 is divided by, so that it means the same in any store.

    The geometric mean of what this question could attain at most and of what one term that is
    found nowhere else would be worth: long questions count for more, but not in proportion.
    """
    attainable = sum(term.weight for term in terms)
    return math.sqrt(float(max(1, attainable)) * idf(max(1, live), 0))


def _merge(several: list[Postings]) -> Postings:
    """Join postings; where two terms share a document, the more frequent one counts."""
    if len(several) == 1:
        return several[0]
    docs = np.concatenate([postings.docs for postings in several])
    tf = np.concatenate([postings.tf for postings in several])
    order = np.argsort(docs, kind="stable")
    docs, tf = docs[order], tf[order]
    starts = np.flatnonzero(np.diff(docs, prepend=-1))
    return Postings(docs[starts], np.maximum.reduceat(tf, starts))
