"""Learn the weights of the signals from questions whose gold documents are known.

A linear listwise softmax: for each question the gold documents should hold the probability.
Candidates are sampled, and those drawn for many carry the logarithm of how many as an offset:
without it the signal by which the sample was drawn is taken for harmful, or for holy (measured:
five points). The fit is convex with a little L2, solved by Newton's method to the end, and written
with four decimals, so that neither order nor rounding of the machine can be seen in it.

Nothing here reads files: ``python -m bench train`` fills memories and asks.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace

import numpy as np
from numpy.typing import NDArray

from mnemos.models.base import Embedder
from mnemos.recall.confidence import (
    TRAITS,
    Confidence,
    Evidence,
    Judge,
    Trait,
    evidence,
    logistic,
    traits,
)
from mnemos.recall.fusion import Weight
from mnemos.recall.search import search
from mnemos.recall.signals import CHOSEN_BY, LEVELS
from mnemos.store.base import Reader
from mnemos.types import JSON, Query

Floats = NDArray[np.float64]

BEST, SPREAD = 60, 40  # candidates a question: the best so far, and some of all the rest
L2 = 3e-2  # strong enough that signals which say much the same share the weight
L2_RARE = 1e-3  # of signals that few questions hang on: those of pages and of wishes
RARE = ("page", "standing", "preference", "never")  # how their names begin
STEPS = 50
GOLD_POWER = 0.5  # a question with g gold turns weighs g^-½: summaries do not drown look-ups
DECIMALS = 4
LOST = 0.015  # of a data set's answerable questions may stay under the floor of answers
TOPIC_LOST = 0.003  # and under that of the topic
TOPIC_MARGIN = 1.0  # by which that lies lower still: memories of a few turns differ from these
SURE_L2 = 1e-2  # on six traits of a thousand questions it hardly matters


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One question's signals over its candidates, and which of them are gold.

    Args:
        memory: Names the memory; what is learnt without it is tried on all its questions.
        level: Whose signals were measured.
        values: Shape (candidates, signals).
        gold: Places of the gold documents among them, ascending; none if nothing answers.
        missed: How many gold documents are not among them.
        evidence: What says whether anything answers.
        foreign: The question is about another memory.
    """

    memory: str
    level: str
    values: Floats
    gold: tuple[int, ...]
    missed: int = 0
    evidence: Evidence
    foreign: bool = False

    @property
    def answerable(self) -> bool:
        """Whether the memory holds an answer."""
        return bool(self.gold) or self.missed > 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Fit:
    """Constants of all signals, in their order."""

    mean: Floats
    deviation: Floats
    weight: Floats

    def score(self, values: Floats) -> Floats:
        """Return the scores of candidates. Shape (n,)."""
        found: Floats = _standard(values, self.mean, self.deviation) @ self.weight
        return found


def _scale(rows: Floats) -> tuple[Floats, Floats]:
    """Return means and deviations of columns, of what is known; 0 and 1 where nothing is."""
    known = ~np.isnan(rows)
    count = np.maximum(1, known.sum(axis=0))
    filled = np.where(known, rows, 0.0)
    mean = filled.sum(axis=0) / count
    spread = np.sqrt((np.where(known, rows - mean, 0.0) ** 2).sum(axis=0) / count)
    mean, deviation = np.round(mean, DECIMALS), np.round(spread, DECIMALS)
    deviation[deviation == 0] = 1.0
    return mean, deviation


def _standard(values: Floats, mean: Floats, deviation: Floats) -> Floats:
    """Return signals in deviations from their means; 0 where one is unknown."""
    return np.nan_to_num((values - mean) / deviation, nan=0.0)


def measure(
    query: Query,
    reader: Reader,
    gold: Collection[int],
    *,
    memory: str,
    level: str = "c0",
    embedder: Embedder | None = None,
    first: Fit | None = None,
    foreign: bool = False,
) -> Sample:
    """Compute the signals of a question, over all documents or over the best that were chosen.

    Args:
        query: The question.
        reader: A memory in which nothing was erased.
        gold: Numbers of the documents that answer it.
        memory: A name for the memory.
        level: Which signals; see ``signals.LEVELS``.
        embedder: Encodes the question.
        first: What chooses the candidates, at levels that rank only the best.
        foreign: The question is about another memory.
    """
    chosen = None if first is None else constants(first, CHOSEN_BY[level])
    found = search(
        query,
        reader,
        None,
        level=level,
        embedder=embedder,
        first=chosen,
        among=np.arange(len(reader.index.docs)) if first is None else None,
    )
    if found.level != level:
        raise ValueError(f"{memory} has no vectors for level {level}")
    frame = found.frame
    places = np.flatnonzero(np.isin(frame.docs[found.ranked], sorted(gold)))
    values = np.stack([signal(frame)[found.ranked] for signal in LEVELS[level].values()], axis=1)
    return Sample(
        memory=memory,
        level=level,
        values=values,
        gold=tuple(places.tolist()),
        missed=len(set(gold)) - len(places),
        evidence=evidence(frame, found.ranked),
        foreign=foreign,
    )


def fit(data: Sequence[Sample]) -> Fit:
    """Fit the weights: once on turns spread evenly, then on the best by that fit and others."""
    answerable = [sample for sample in data if sample.gold]
    l2 = _penalty(answerable[0].level)
    first = _solve([_drawn(sample, np.zeros(len(sample.values)), 0) for sample in answerable], l2)
    return _solve([_drawn(sample, first.score(sample.values), BEST) for sample in answerable], l2)


def _penalty(level: str) -> Floats:
    """Return what keeps each weight of a level small."""
    return np.array([L2_RARE if name.startswith(RARE) else L2 for name in LEVELS[level]])


@dataclass(frozen=True, slots=True, kw_only=True)
class _Drawn:
    values: Floats
    offset: Floats
    target: Floats
    weight: float


def _drawn(sample: Sample, base: Floats, best: int) -> _Drawn:
    order = np.argsort(-base, kind="stable")
    gold = np.array(sample.gold)
    top = np.union1d(order[:best], gold)
    rest = np.sort(order[~np.isin(order, top)])
    count = min(len(rest), SPREAD if best else BEST + SPREAD)
    spread = rest[np.arange(count) * len(rest) // max(1, count)]
    chosen = np.concatenate([top, spread])
    offset = np.zeros(len(chosen))
    if count:
        offset[len(top) :] = np.log(len(rest) / count)
    return _Drawn(
        values=sample.values[chosen],
        offset=offset,
        target=np.isin(chosen, gold) / len(gold),
        weight=float(len(gold)) ** -GOLD_POWER,
    )


def _solve(drawn: Sequence[_Drawn], l2: Floats) -> Fit:
    rows = np.concatenate([sample.values for sample in drawn])
    mean, deviation = _scale(rows)
    total = sum(sample.weight for sample in drawn)
    ready = [
        (_standard(s.values, mean, deviation), s.offset, s.target, s.weight / total) for s in drawn
    ]
    weight = np.zeros(rows.shape[1])
    for _ in range(STEPS):
        loss, slope, curve = _loss(ready, weight, l2)
        step = np.linalg.solve(curve, slope)
        size = 1.0
        while _loss(ready, weight - size * step, l2)[0] > loss and size > 1e-6:  # noqa: PLR2004
            size /= 2
        weight = weight - size * step
        if np.abs(step).max() < 10.0 ** -(DECIMALS + 3):
            break
    return Fit(mean=mean, deviation=deviation, weight=np.round(weight, DECIMALS))


def _loss(
    ready: Sequence[tuple[Floats, Floats, Floats, float]], weight: Floats, l2: Floats
) -> tuple[float, Floats, Floats]:
    """Return the loss with its first and second derivatives."""
    loss = 0.5 * float((l2 * weight) @ weight)
    slope = l2 * weight
    curve = np.diag(l2)
    for values, offset, target, share in ready:
        logit = values @ weight + offset
        odds = np.exp(logit - logit.max())
        chance = odds / odds.sum()
        loss -= share * float(target @ (logit - logit.max() - np.log(odds.sum())))
        slope = slope + share * ((chance - target) @ values)
        middle = chance @ values
        curve = curve + share * (values.T @ (values * chance[:, None]) - np.outer(middle, middle))
    return loss, slope, curve


def without_each(data: Sequence[Sample]) -> dict[str, Fit]:
    """Return, by memory, the fit that has not seen it."""
    names = dict.fromkeys(sample.memory for sample in data)
    return {name: fit([each for each in data if each.memory != name]) for name in names}


def recall_at(k: int, data: Iterable[Sample], fits: Mapping[str, Fit], whole: Fit) -> Floats:
    """Return each answerable question's share of gold documents among the best k.

    Args:
        k: How many of the best count.
        data: The questions.
        fits: By memory, the fit that has not seen it.
        whole: The fit for all others.
    """
    shares = []
    for sample in data:
        if sample.answerable:
            score = fits.get(sample.memory, whole).score(sample.values)
            best = np.argsort(-score, kind="stable")[:k]
            found = len(set(best.tolist()) & set(sample.gold))
            shares.append(found / (len(sample.gold) + sample.missed))
    return np.array(shares)


def sureness(
    datasets: Sequence[Sequence[Sample]], fits: Mapping[str, Fit], whole: Fit
) -> tuple[Confidence, Sequence[Sequence[tuple[float, float]]]]:
    """Learn how sure answers are, and how likely hits.

    Args:
        datasets: The samples, by data set.
        fits: By memory, the fit that has not seen it: answers are weighed as they are for new ones.
        whole: The fit for all others.

    Returns:
        What was learnt from all; and by data set, in the order of its samples, how sure the judges
        of topic and of answer are that have not seen their memory.
    """
    samples = [sample for data in datasets for sample in data]
    scores = [fits.get(each.memory, whole).score(each.values) for each in samples]
    rows = [traits(each.evidence, own) for each, own in zip(samples, scores, strict=True)]
    dataset = [number for number, data in enumerate(datasets) for _ in data]
    cases = _Cases(samples=samples, rows=np.array(rows), dataset=np.array(dataset))
    topic, answer = cases.judge(TOPIC_LOST, foreign=True), cases.judge(LOST, foreign=False)
    topic = replace(topic, floor=round(topic.floor - TOPIC_MARGIN, 2))
    left_out: list[tuple[float, float]] = []
    judges: dict[str, tuple[Judge, Judge]] = {}
    for sample, row in zip(samples, rows, strict=True):
        if sample.memory not in judges:
            others = cases.without(sample.memory)
            judges[sample.memory] = (
                others.judge(TOPIC_LOST, foreign=True),
                others.judge(LOST, foreign=False),
            )
        own_topic, own_answer = judges[sample.memory]
        left_out.append((own_topic.sure(row), own_answer.sure(row)))
    slope, offset = _relevance(scores, samples)
    learnt = Confidence(topic=topic, answer=answer, slope=slope, offset=offset)
    taken = iter(left_out)
    return learnt, [[next(taken) for _ in data] for data in datasets]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Cases:
    """Questions with the traits of their answers. Rows of shape (n, traits)."""

    samples: Sequence[Sample]
    rows: Floats
    dataset: NDArray[np.int64]

    def take(self, chosen: Sequence[int]) -> _Cases:
        return _Cases(
            samples=[self.samples[at] for at in chosen],
            rows=self.rows[list(chosen)],
            dataset=self.dataset[list(chosen)],
        )

    def without(self, memory: str) -> _Cases:
        """Return those of all other memories; of all if there are no others."""
        others = [at for at, each in enumerate(self.samples) if each.memory != memory]
        return self.take(others) if others else self

    def judge(self, lost: float, *, foreign: bool) -> Judge:
        """Tell the answerable from the off-topic, or from the unanswerable."""
        own = self.take(
            [
                at
                for at, each in enumerate(self.samples)
                if each.answerable or each.foreign is foreign
            ]
        )
        target = np.array([float(each.answerable) for each in own.samples])
        mean, deviation = _scale(own.rows)
        weight = np.zeros(len(TRAITS) + 1)
        if 0 < target.sum() < len(target):
            rows = _standard(own.rows, mean, deviation)
            fitted = logistic(rows, target, np.ones(len(target)), SURE_L2)
            weight = np.round(fitted, DECIMALS)
        named = {
            name: Trait(
                mean=float(mean[at]), deviation=float(deviation[at]), weight=float(weight[at])
            )
            for at, name in enumerate(TRAITS)
        }
        judge = Judge(traits=named, bias=float(weight[-1]), floor=0.0)
        return replace(judge, floor=own.floor(judge, lost))

    def floor(self, judge: Judge, lost: float) -> float:
        """Return what all but a share ``lost`` of each data set's answerable questions attain.

        Each data set by itself: over all of them together the smaller ones would be silenced.
        """
        sure = np.array([judge.sure(tuple(row)) for row in self.rows])
        answerable = np.array([each.answerable for each in self.samples])
        floors = [
            float(np.quantile(sure[answerable & (self.dataset == number)], lost))
            for number in sorted(set(self.dataset[answerable].tolist()))
        ]
        return float(np.floor(min(floors, default=0.0) * 100) / 100)


def _relevance(scores: Sequence[Floats], samples: Sequence[Sample]) -> tuple[float, float]:
    """Fit how likely a hit is gold over its score, on the best of each question."""
    values, gold = [], []
    for own, sample in zip(scores, samples, strict=True):
        best = np.argsort(-own, kind="stable")[:BEST]
        values.append(own[best])
        gold.append(np.isin(best, sample.gold).astype(np.float64))
    column, target = np.concatenate(values)[:, None], np.concatenate(gold)
    if len(set(target)) < 2:  # noqa: PLR2004 - both kinds are needed
        return 0.0, 0.0
    slope, offset = np.round(logistic(column, target, np.ones(len(target)), 0.0), DECIMALS)
    return float(slope), float(offset)


def ranks_apart(sure: Floats, answerable: Sequence[bool]) -> float:
    """Return the AUROC: how often an answerable question is surer than an unanswerable one."""
    yes = np.array(answerable)
    above = sure[yes][:, None] - sure[~yes]
    return float((above > 0).mean() + (above == 0).mean() / 2)


def refused_at(lost: float, sure: Floats, answerable: Sequence[bool]) -> float:
    """Return which share of the unanswerable stays under what ``lost`` of the answerable do."""
    yes = np.array(answerable)
    return float((sure[~yes] < np.quantile(sure[yes], lost)).mean())


def constants(found: Fit, level: str) -> dict[str, Weight]:
    """Return a fit as the constants that ``fusion`` works with."""
    return {
        name: Weight(
            mean=round(float(found.mean[place]), DECIMALS),
            deviation=round(float(found.deviation[place]), DECIMALS),
            weight=round(float(found.weight[place]), DECIMALS),
        )
        for place, name in enumerate(LEVELS[level])
    }


def document(whole: Fit, confidence: Confidence, level: str, provenance: Mapping[str, JSON]) -> str:
    """Return the weights as they stand in ``weights/<level>.json``; see ``fusion.weights``."""
    signals = {name: asdict(weight) for name, weight in constants(whole, level).items()}
    stored = {
        "level": level,
        "provenance": provenance,
        "confidence": asdict(confidence),
        "signals": signals,
    }
    return json.dumps(stored, indent=2) + "\n"
