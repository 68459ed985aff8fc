"""How sure is a mean? Intervals that know that questions of one conversation are alike.

Questions about one conversation share its talk, its labels and its quirks: they are not so many
independent draws. So whole conversations are drawn again, with replacement (the cluster bootstrap:
Field & Welsh 2007, 10.1111/j.1467-9868.2007.00593.x), and the mean is over all questions of those
drawn. Between the 2.5th and the 97.5th percentile of these means lies the interval. With few
conversations it is narrower than it should be (Cameron, Gelbach & Miller 2008): tell how many there
were.

The same values give the same bits: sums are exact or in a fixed order, draws are seeded, and
neither the order of conversations nor that of their questions matters.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

RESAMPLES = 10_000
SEED = 7
#: Percentiles of the means drawn, as shares: what lies between is 95 %.
ENDS = (0.025, 0.975)

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """A mean, and what it lies between in 95 % of resamples."""

    mean: float
    low: float
    high: float


def clustered(
    values_by_cluster: Sequence[Floats], *, seed: int = SEED, resamples: int = RESAMPLES
) -> Interval:
    """Return the mean over all questions with its interval, drawing whole conversations again.

    A single conversation cannot be drawn among others: its questions are, and the interval then
    speaks of that conversation only.

    Args:
        values_by_cluster: A conversation each. Shape (questions,), any length but 0
        seed: Of the draws.
        resamples: How many.

    Raises:
        ValueError: No conversations, one without questions, or a value that is no finite number.

    >>> clustered([np.array([1.0, 1.0, 1.0]), np.array([0.0])])
    Interval(mean=0.75, low=0.0, high=1.0)
    """
    if resamples < 1:
        raise ValueError(f"{resamples} resamples; at least one is drawn")
    clusters = _checked(values_by_cluster)
    everything = [value for values in clusters for value in values]
    units = clusters if len(clusters) > 1 else [[value] for value in everything]
    ordered = sorted((math.fsum(values), len(values)) for values in units)
    means = _resampled_means(ordered, np.random.default_rng(seed), resamples)
    low, high = np.quantile(means, ENDS).tolist()
    return Interval(mean=math.fsum(everything) / len(everything), low=low, high=high)


def paired(
    a_by_cluster: Sequence[Floats],
    b_by_cluster: Sequence[Floats],
    *,
    seed: int = SEED,
    resamples: int = RESAMPLES,
) -> Interval:
    """Return the mean of a less b, question by question, with its interval as of `clustered`.

    Args:
        a_by_cluster: One system's figures, a conversation each. Shape (questions,)
        b_by_cluster: Another's, of the same questions in the same order.
        seed: Of the draws.
        resamples: How many.

    Raises:
        ValueError: As of `clustered`, and where the two do not have the same questions.

    >>> paired([np.array([1.0, 1.0])], [np.array([0.5, 0.5])])
    Interval(mean=0.5, low=0.5, high=0.5)
    """
    ones, others = _checked(a_by_cluster), _checked(b_by_cluster)
    if len(ones) != len(others):
        raise ValueError(f"{len(ones)} conversations cannot be paired with {len(others)}")
    for number, (one, other) in enumerate(zip(ones, others, strict=True)):
        if len(one) != len(other):
            raise ValueError(
                f"conversation {number}: {len(one)} questions cannot be paired with {len(other)}"
            )
    differences = [np.subtract(*pair) for pair in zip(ones, others, strict=True)]
    return clustered(differences, seed=seed, resamples=resamples)


def _checked(values_by_cluster: Sequence[Floats]) -> list[list[float]]:
    if not len(values_by_cluster):
        raise ValueError("no conversations, so no mean")
    found: list[list[float]] = []
    for number, given in enumerate(values_by_cluster):
        values = np.asarray(given, np.float64)
        if values.ndim != 1:
            raise ValueError(f"conversation {number}: shape {values.shape} is not (questions,)")
        if not values.size:
            raise ValueError(f"conversation {number} has no questions")
        if not np.isfinite(values).all():
            raise ValueError(f"conversation {number} has a value that is no finite number")
        found.append(values.tolist())
    return found


def _resampled_means(
    units: Sequence[tuple[float, int]], draws: np.random.Generator, resamples: int
) -> Floats:
    """Return means of as many (sum, questions) drawn as there are. Shape (resamples,).

    One draw of all resamples after the other: elementwise, so that no sum's order is the CPU's.
    """
    sums = np.array([total for total, _ in units], np.float64)
    counts = np.array([count for _, count in units], np.int64)
    total = np.zeros(resamples)
    questions = np.zeros(resamples, np.int64)
    for _ in units:
        drawn = draws.integers(0, len(units), resamples)
        total += sums[drawn]
        questions += counts[drawn]
    means: Floats = total / questions
    return means
