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
from dataclasses import asdict, dataclass

import numpy as np
from numpy.typing import NDArray

from mnemos.models.base import Embedder
from mnemos.recall.fusion import Weight
from mnemos.recall.ranking import MATCHED
from mnemos.recall.search import search
from mnemos.recall.signals import CHOSEN_BY, LEVELS
from mnemos.store.base import Reader
from mnemos.types import JSON, Query

Floats = NDArray[np.float64]

BEST, SPREAD = 60, 40  # candidates a question: the best so far, and some of all the rest
L2 = 1e-3
STEPS = 50
GOLD_POWER = 0.5  # a question with g gold turns weighs g^-½: summaries do not drown look-ups
DECIMALS = 4
LOST = 0.015  # of a data set's answerable questions may stay under the floor


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One question's signals over its candidates, and which of them are gold.

    Args:
        memory: Names the memory; what is learnt without it is tried on all its questions.
        values: Shape (candidates, signals).
        gold: Places of the gold documents among them, ascending; none if nothing answers.
        missed: How many gold documents are not among them.
        matched: What the best document has of what the question's words could attain, 0 to 1.
    """

    memory: str
    values: Floats
    gold: tuple[int, ...]
    missed: int = 0
    matched: float


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
    places = np.flatnonzero(np.isin(frame.docs, sorted(gold)))
    values = np.stack([signal(frame) for signal in LEVELS[level].values()], axis=1)
    return Sample(
        memory=memory,
        values=values,
        gold=tuple(places.tolist()),
        missed=len(set(gold)) - len(places),
        matched=frame.matched(),
    )


def fit(data: Sequence[Sample]) -> Fit:
    """Fit the weights: once on turns spread evenly, then on the best by that fit and others."""
    answerable = [sample for sample in data if sample.gold]
    first = _solve([_drawn(sample, np.zeros(len(sample.values)), 0) for sample in answerable])
    return _solve([_drawn(sample, first.score(sample.values), BEST) for sample in answerable])


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


def _solve(drawn: Sequence[_Drawn]) -> Fit:
    rows = np.concatenate([sample.values for sample in drawn])
    mean: Floats = np.round(np.asarray(np.nanmean(rows, axis=0)), DECIMALS)
    deviation: Floats = np.round(np.asarray(np.nanstd(rows, axis=0)), DECIMALS)
    deviation[deviation == 0] = 1.0
    total = sum(sample.weight for sample in drawn)
    ready = [
        (_standard(s.values, mean, deviation), s.offset, s.target, s.weight / total) for s in drawn
    ]
    weight = np.zeros(rows.shape[1])
    for _ in range(STEPS):
        loss, slope, curve = _loss(ready, weight)
        step = np.linalg.solve(curve, slope)
        size = 1.0
        while _loss(ready, weight - size * step)[0] > loss and size > 1e-6:  # noqa: PLR2004
            size /= 2
        weight = weight - size * step
        if np.abs(step).max() < 10.0 ** -(DECIMALS + 3):
            break
    return Fit(mean=mean, deviation=deviation, weight=np.round(weight, DECIMALS))


def _loss(
    ready: Sequence[tuple[Floats, Floats, Floats, float]], weight: Floats
) -> tuple[float, Floats, Floats]:
    """Return the loss with its first and second derivatives."""
    loss = 0.5 * L2 * float(weight @ weight)
    slope = L2 * weight
    curve = L2 * np.eye(len(weight))
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
        if sample.gold or sample.missed:
            score = fits.get(sample.memory, whole).score(sample.values)
            best = np.argsort(-score, kind="stable")[:k]
            found = len(set(best.tolist()) & set(sample.gold))
            shares.append(found / (len(sample.gold) + sample.missed))
    return np.array(shares)


def floor(datasets: Iterable[Sequence[Sample]], whole: Fit, lost: float = LOST) -> float:
    """Return the score that in each data set all but a share ``lost`` of best documents attain.

    Only questions that can be answered count. Each data set by itself: a score hangs on the manner
    of talk too (what assistants say starts six points lower), and a floor set over all of them
    together would silence the smaller ones.
    """
    floors = []
    for data in datasets:
        best = [float(whole.score(sample.values).max()) for sample in data if sample.gold]
        if best:
            floors.append(float(np.quantile(best, lost)))
    return float(np.floor(min(floors) * 100) / 100)


def refused(data: Iterable[Sample], whole: Fit, floor: float) -> list[bool]:
    """Say of each question whether ``ranking`` would call it too weakly matched."""
    return [
        float(whole.score(sample.values).max()) < floor and sample.matched < MATCHED
        for sample in data
    ]


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


def document(whole: Fit, floor: float, level: str, provenance: Mapping[str, JSON]) -> str:
    """Return the weights as they stand in ``weights/<level>.json``; see ``fusion.weights``."""
    signals = {name: asdict(weight) for name, weight in constants(whole, level).items()}
    stored = {"level": level, "provenance": provenance, "floor": floor, "signals": signals}
    return json.dumps(stored, indent=2) + "\n"
