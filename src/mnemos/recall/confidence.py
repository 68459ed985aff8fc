"""How sure an answer is: whether what was asked for is here at all, and how likely each hit is it.

Six traits of an answer, weighed by constants that were learnt from questions with and without an
answer and from questions about something else (logistic regression), give the confidence; a hit's
relevance is a logistic function of its score. What is decided by them is decided on the linear
scale, which every machine rounds alike.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mnemos.recall.frame import Floats, Frame
from mnemos.recall.meaning import UNIT, Whole

#: Rank of the hit that the best one is compared with.
TENTH = 10
#: Hits among which each word piece of the question is looked for.
SHOWN = 3
#: What is known of an answer, in this order:
TRAITS = (
    "best",  # the best score
    "lead",  # by how much it exceeds the tenth; an answer seldom stands alone in what it is about
    "right_person",  # how much better the one person named matches than everybody else does
    "least",  # how well the worst-matched word piece of the question is matched by the best hits
    "covered",  # how well they are matched on average
    "matched",  # which share of what the question's words could attain is attained
)
DECIMALS = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What the traits are read from, besides the scores.

    Args:
        right_person: See ``TRAITS``; NaN if not exactly one person is named.
        matched: See ``TRAITS``.
        pieces: Likeness × 4096 of each word piece in each candidate; None without vectors.
            Shape (q, n).
        known: Which candidates have vectors; None if none has. Shape (n,).
    """

    right_person: float
    matched: float
    pieces: Whole | None
    known: NDArray[np.bool_] | None


def evidence(frame: Frame, ranked: NDArray[np.int64]) -> Evidence:
    """Read what a frame says about an answer.

    Args:
        frame: The candidates.
        ranked: Places of those that count.
    """
    return Evidence(
        right_person=_right_person(frame, ranked),
        matched=frame.matched(),
        pieces=None if frame.late is None else frame.late.pieces[:, ranked],
        known=None if frame.late is None else frame.late.known[ranked],
    )


def _right_person(frame: Frame, ranked: NDArray[np.int64]) -> float:
    """Return by how much the named person's best match exceeds that of all others."""
    if len(frame.asked.people) != 1:
        return math.nan
    theirs = frame.rows["speaker"][ranked] == frame.asked.people[0]
    if not theirs.any() or theirs.all():
        return math.nan
    match = (
        frame.scaled(frame.impacts.sum(axis=0))
        if frame.late is None or not len(frame.late.pieces) or not frame.late.known.any()
        else frame.late.own / UNIT
    )[ranked]
    return float(match[theirs].max() - match[~theirs].max())


def traits(found: Evidence, scores: Floats) -> tuple[float, ...]:
    """Return the traits of an answer; NaN for one that cannot be told.

    Args:
        found: Of the candidates.
        scores: Theirs, at least one. Shape (n,).
    """
    order = np.argsort(-scores, kind="stable")
    best = float(scores[order[0]])
    lead = best - float(scores[order[TENTH - 1]]) if len(order) >= TENTH else math.nan
    least = covered = math.nan
    told = found.known is not None and bool(found.known[order[:SHOWN]].all())
    if told and found.pieces is not None and len(found.pieces):
        shown = found.pieces[:, order[:SHOWN]].max(axis=1)
        least, covered = int(shown.min()) / UNIT, int(shown.sum()) / (UNIT * len(shown))
    return best, lead, found.right_person, least, covered, found.matched


@dataclass(frozen=True, slots=True, kw_only=True)
class Trait:
    """One trait's constants: (value − mean) / deviation × weight is its share."""

    mean: float
    deviation: float
    weight: float

    def share(self, value: float) -> float:
        """Return what a value adds; nothing where it is unknown."""
        if math.isnan(value):
            return 0.0
        return (value - self.mean) / self.deviation * self.weight


@dataclass(frozen=True, slots=True, kw_only=True)
class Judge:
    """A logistic regression over the traits.

    Args:
        traits: By trait, in the order of adding up.
        bias: Added to their shares.
        floor: Answers under it are kept back; on the linear scale.
    """

    traits: Mapping[str, Trait]
    bias: float
    floor: float

    def sure(self, values: tuple[float, ...]) -> float:
        """Return how sure it is, on the linear scale."""
        sure = self.bias
        for trait, value in zip(self.traits.values(), values, strict=True):
            sure += trait.share(value)
        return sure


@dataclass(frozen=True, slots=True, kw_only=True)
class Confidence:
    """The constants of one level.

    Two judges, for their cases differ: what is asked off the topic matches nothing, what is asked
    of the wrong person matches well.

    Args:
        topic: Whether the memory is about what was asked.
        answer: Whether, if it is, it holds an answer.
        slope: Of a hit's relevance over its score.
        offset: Of the same.
    """

    topic: Judge
    answer: Judge
    slope: float
    offset: float

    def of(self, values: tuple[float, ...]) -> float:
        """Return how likely what was asked for is here, 0 to 1."""
        return round(
            probability(self.topic.sure(values)) * probability(self.answer.sure(values)), DECIMALS
        )

    def relevance(self, score: float) -> float:
        """Return how likely a hit with this score is part of the answer, 0 to 1."""
        return probability(self.slope * score + self.offset)


def probability(linear: float) -> float:
    """Return the logistic function, rounded so that no machine's ``exp`` shows."""
    if linear < 0:
        return round(1.0 - 1.0 / (1.0 + math.exp(linear)), DECIMALS)
    return round(1.0 / (1.0 + math.exp(-linear)), DECIMALS)


def logistic(
    values: Floats, target: NDArray[np.float64], weight: NDArray[np.float64], l2: float
) -> NDArray[np.float64]:
    """Fit a logistic regression by Newton's method; the last coefficient is the bias.

    Args:
        values: Standardised. Shape (n, traits).
        target: 0 or 1. Shape (n,).
        weight: What each counts for. Shape (n,).
        l2: Penalty on all coefficients but the bias.
    """
    rows = np.hstack([values, np.ones((len(values), 1))])
    penalty = np.diag([*([l2] * values.shape[1]), 0.0])
    found = np.zeros(rows.shape[1])
    for _ in range(50):
        chance = 1.0 / (1.0 + np.exp(-(rows @ found)))
        slope = rows.T @ (weight * (chance - target)) / weight.sum() + penalty @ found
        curve = (rows.T * (weight * chance * (1.0 - chance))) @ rows / weight.sum() + penalty
        step = np.linalg.solve(curve + 1e-12 * np.eye(len(found)), slope)
        found = found - step
        if np.abs(step).max() < 10.0 ** -(DECIMALS + 4):
            break
    return found
