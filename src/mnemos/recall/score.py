"""How well items answer, by one measure each: words, meaning, late interaction, how recent.

Higher is better. BM25 is a whole number, likeness is read from a table of counted bits, and recency
from ``arithmetic.exp``: all the same on every CPU.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from mnemos.arithmetic import Floats, exp
from mnemos.recall import lexical
from mnemos.recall.lexical import SHORT, Saturation
from mnemos.store import cosine
from mnemos.store.base import Index
from mnemos.store.signs import Signs

Integers = NDArray[np.int64]

#: ln 2: after one half-life e^(−ln 2) is a half.
LN2 = 0.6931471805599453


def words(
    index: Index,
    terms: Sequence[tuple[str, float]],
    eligible: NDArray[np.bool_] | None = None,
    saturation: Saturation = SHORT,
) -> Integers:
    """Return BM25 of each document of an index, × 4096 (Robertson & Zaragoza 2009).

    Args:
        index: Of one snapshot.
        terms: Of the question, with weights from 0 to 1 (``Analyzer.query_terms``).
        eligible: Documents that may come back; None is all. Shape (documents,).
        saturation: How repeats and length count.

    Returns:
        By document number; 0 where no term stands. Shape (documents,).
    """
    lengths = index.columns.length
    found = np.zeros(len(lengths), dtype=np.int64)
    mean = lexical.mean_length(index)
    for term in lexical.weigh(terms, index):
        if term.postings is None:
            continue
        docs, tf = term.postings.docs, term.postings.tf.astype(np.float64)
        found[docs] += lexical.impacts(term.weight, tf, saturation.norms(lengths[docs], mean))
    if eligible is not None:
        found[~eligible] = 0
    return found


def likeness(rows: Signs, asked: Signs, dimension: int) -> Floats:
    """Return the cosine of each row of sign bits with the question's, from −1 to 1.

    Args:
        rows: Zeros for none. Shape (n, words).
        asked: Shape (words,).
        dimension: Bits that count in a row.

    Returns:
        0 where there is no vector. Shape (n,).

    >>> rows = np.array([[0b1111], [0b1100], [0b10000]], dtype=np.uint64)
    >>> likeness(rows, rows[0], 8).tolist()[:2] == [1.0, round(2**0.5 / 2 * 2**40) / 2**40]
    True
    """
    return cosine.likeness(rows, asked, dimension)


def max_sim(rows: Signs, starts: Integers, asked: Signs, dimension: int) -> Floats:
    """Return late interaction: for each of the question's vectors its best row, added up.

    Σ_q max_r cos(q, r) (Khattab & Zaharia 2020, ColBERT); with one question vector and an item's
    facts as rows it is EverMemOS's MaxSim over facts.

    Args:
        rows: Of all items, one after the other. Shape (r, words).
        starts: Where each item's begin, and the end. Shape (n + 1,).
        asked: Shape (q, words).
        dimension: Bits that count in a row.

    Returns:
        0 for an item without rows. Shape (n,).

    >>> rows = np.array([[0b1111], [0b0011], [0b1100]], dtype=np.uint64)
    >>> max_sim(rows, np.array([0, 2, 2, 3]), rows[:2], 4).tolist()  # 1 + 1, none, 0 − 1
    [2.0, 0.0, -1.0]
    """
    if not len(starts) or starts[-1] != len(rows):
        raise ValueError(f"{len(rows)} rows end where the last item's do, not at {starts[-1:]}")
    found = np.zeros(len(starts) - 1)
    filled = np.flatnonzero(np.diff(starts) > 0)
    if not len(filled):
        return found
    for vector in asked:
        values = cosine.likeness(rows, vector, dimension)
        found[filled] += np.maximum.reduceat(values, starts[filled])
    return found


def recency(moments: Sequence[datetime], now: datetime, half_life: timedelta) -> Floats:
    """Return how recent each moment is: 1 now, a half after one half-life, 2^(−age / half-life).

    Park et al. 2023 (arXiv:2304.03442), there .995 an hour: a half-life of 138.3 hours. What is
    to come is as recent as now.

    >>> from datetime import UTC
    >>> now = datetime(2024, 1, 9, tzinfo=UTC)
    >>> days = [now - timedelta(days=7), now - timedelta(days=14), now + timedelta(days=1)]
    >>> [round(value, 12) for value in recency(days, now, timedelta(days=7)).tolist()]
    [0.5, 0.25, 1.0]
    """
    if half_life <= timedelta(0):
        raise ValueError(f"a half-life is longer than nought, not {half_life}")
    ages = [max(timedelta(0), now - moment) / half_life for moment in moments]
    return exp([-LN2 * age for age in ages])
