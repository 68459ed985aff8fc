"""Learn the weights of the signals from conversations with gold evidence.

    python -m mnemos.recall.train --data locomo.jsonl.gz beam.jsonl.gz --out weights.json

A linear listwise softmax: for each question the gold turns should hold the probability. Candidates
are sampled, and those drawn for many carry the logarithm of how many as an offset: without it the
signal by which the sample was drawn is taken for harmful, or for holy (measured: five points). The
fit is convex with a little L2, solved by Newton's method to the end, and written with four
decimals, so that neither order nor rounding of the machine can be seen in it.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mnemos.recall import lexical
from mnemos.recall.asked import read
from mnemos.recall.corpus import Conversation, conversations
from mnemos.recall.frame import build
from mnemos.recall.signals import LEVELS
from mnemos.types import Query

Floats = NDArray[np.float64]

BEST, SPREAD = 60, 40  # candidates a question: the best so far, and some of all the rest
L2 = 1e-3
STEPS = 50
GOLD_POWER = 0.5  # a question with g gold turns weighs g^-½: summaries do not drown look-ups
DECIMALS = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One question's signals over all turns of its conversation, and its gold turns."""

    dataset: str
    conversation: str
    category: str
    values: Floats
    gold: tuple[int, ...]
    found: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Fit:
    """Constants of all signals, in their order."""

    mean: Floats
    deviation: Floats
    weight: Floats

    def score(self, values: Floats) -> Floats:
        """Return the scores of candidates. Shape (n,)."""
        found: Floats = ((values - self.mean) / self.deviation) @ self.weight
        return found


def samples(conversation: Conversation, level: str = "c0") -> Iterable[Sample]:
    """Compute the signals of each question over all turns."""
    reader = conversation.reader
    everything = np.arange(len(reader.index.docs))
    for asking in conversation.questions:
        query = Query(question=asking.question, asked_at=conversation.asked_at)
        asked = read(query, reader)
        terms = lexical.weigh(list(asked.terms), reader.index)
        frame = build(asked, terms, reader.index, everything, None)
        yield Sample(
            dataset=conversation.dataset,
            conversation=conversation.name,
            category=asking.category,
            values=np.stack([signal(frame) for signal in LEVELS[level].values()], axis=1),
            gold=asking.gold,
            found=any(term.postings is not None for term in terms),
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
    mean = np.round(rows.mean(axis=0), DECIMALS)
    deviation = np.round(rows.std(axis=0), DECIMALS)
    deviation[deviation == 0] = 1.0
    total = sum(sample.weight for sample in drawn)
    ready = [((s.values - mean) / deviation, s.offset, s.target, s.weight / total) for s in drawn]
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


def recall_at(k: int, data: Iterable[Sample], fits: Mapping[str, Fit], whole: Fit) -> Floats:
    """Return each answerable question's share of gold turns among the best k.

    Args:
        k: How many of the best count.
        data: The questions.
        fits: By conversation, the fit that has not seen it.
        whole: The fit for all others.
    """
    shares = []
    for sample in data:
        if sample.gold:
            score = fits.get(sample.conversation, whole).score(sample.values)
            best = np.argsort(-score, kind="stable")[:k]
            shares.append(len(set(best.tolist()) & set(sample.gold)) / len(sample.gold))
    return np.array(shares)


def floor(data: Sequence[Sample], whole: Fit, lost: float) -> tuple[float, float]:
    """Return the score under which a share ``lost`` of answerable questions' best candidates lie.

    And the share of unanswerable questions that it turns away.
    """
    best = {answerable: [] for answerable in (True, False)}  # type: dict[bool, list[float]]
    for sample in data:
        best[bool(sample.gold)].append(float(whole.score(sample.values).max()))
    bar = float(np.floor(np.quantile(best[True], lost) * 100) / 100)
    return bar, float(np.mean(np.array(best[False]) < bar)) if best[False] else 0.0


def _report(data: Sequence[Sample], fits: Mapping[str, Fit], whole: Fit) -> list[str]:
    lines = []
    for dataset in dict.fromkeys(sample.dataset for sample in data):
        own = [sample for sample in data if sample.dataset == dataset]
        figures = [
            f"{recall_at(5, own, fits, whole).mean():.3f}",
            f"{recall_at(10, own, fits, whole).mean():.3f}",
            f"{recall_at(10, own, {}, whole).mean():.3f}",
        ]
        lines.append(f"{dataset}: left out R@5, R@10 {', '.join(figures[:2])}; seen {figures[2]}")
        for category in sorted({sample.category for sample in own if sample.gold}):
            part = [sample for sample in own if sample.category == category]
            lines.append(f"  {category}: {recall_at(10, part, fits, whole).mean():.3f}")
    return lines


def main(arguments: Sequence[str] | None = None) -> None:
    """Train, tell how well it does on conversations left out, and write the weights."""
    parser = argparse.ArgumentParser(prog="python -m mnemos.recall.train", description=__doc__)
    parser.add_argument("--data", nargs="+", type=Path, required=True, help="to train on")
    parser.add_argument("--test", nargs="*", type=Path, default=[], help="only to be scored")
    parser.add_argument("--out", type=Path, help="where the weights go; none are written without")
    parser.add_argument("--level", default="c0", choices=sorted(LEVELS))
    parser.add_argument(
        "--lost", type=float, default=0.015, help="answerable questions turned away"
    )
    given = parser.parse_args(arguments)
    data = [s for path in given.data for c in conversations(path) for s in samples(c, given.level)]
    test = [s for path in given.test for c in conversations(path) for s in samples(c, given.level)]
    whole = fit(data)
    names = dict.fromkeys(sample.conversation for sample in data)
    fits = {name: fit([s for s in data if s.conversation != name]) for name in names}
    bar, turned_away = floor(data, whole, given.lost)
    lines = [*_report(data, fits, whole), *_report(test, {}, whole)]
    lines.append(f"floor {bar}: {given.lost:.1%} of answerable, {turned_away:.1%} of others lost")
    sys.stdout.write("\n".join(lines) + "\n")
    if given.out is not None:
        given.out.write_text(_document(data, whole, bar, given.level), encoding="utf-8")


def _document(data: Sequence[Sample], whole: Fit, bar: float, level: str) -> str:
    datasets = dict.fromkeys(sample.dataset for sample in data)
    provenance = {
        "data": {
            name: {
                "conversations": len({s.conversation for s in data if s.dataset == name}),
                "questions": sum(s.dataset == name and bool(s.gold) for s in data),
            }
            for name in datasets
        },
        "command": "python -m mnemos.recall.train --data FILE ... --out weights.json",
    }
    signals = {
        name: {
            "mean": round(float(whole.mean[place]), DECIMALS),
            "deviation": round(float(whole.deviation[place]), DECIMALS),
            "weight": round(float(whole.weight[place]), DECIMALS),
        }
        for place, name in enumerate(LEVELS[level])
    }
    stored = {"level": level, "provenance": provenance, "floor": bar, "signals": signals}
    return json.dumps(stored, indent=2) + "\n"


if __name__ == "__main__":
    main()
