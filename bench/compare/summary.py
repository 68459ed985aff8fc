"""From what a run kept to the figures that are told: means, intervals, differences, costs.

A summary holds figures only, no word of the data, so it can be committed; documents and reports are
made from it.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict
from itertools import groupby
from pathlib import Path
from typing import Any

import numpy as np

from bench import intervals, machine, measures
from bench.compare import records
from bench.compare.environments import Environment
from bench.compare.records import Asked, Unit
from bench.conversation import Conversation
from bench.intervals import Floats, Interval
from bench.measures import MEASURES, Judged
from bench.systems import system
from mnemos import estimate_tokens

#: Measures that get intervals and differences, and that stand for quality.
QUALITY = ("R@5", "R@10", "all@5", "NDCG@10", "FB@500", "FB@1000", "FB@2000")
#: Rows that the others are held against, where they ran.
REFERENCES = ("mnemos c0", "mnemos c3", "RRF best")
#: Shares of answerable questions that may be lost to refusing.
LOST = (0.02, 0.05)
#: The budget whose lines are searched for the answer's words.
CONTAINMENT_TOKENS = 1_000
#: Points that are kept of a curve.
CURVE_POINTS = 20

Figures = dict[str, Any]


def row_name(name: str, variant: str) -> str:
    """Return what a system in some settings is called in tables.

    >>> row_name("bm25", "best"), row_name("last", "default")
    ('BM25 best', 'last turns')
    """
    known = system(name)
    return f"{known.title} {variant}" if len(known.settings) > 1 else known.title


def summary(
    run: Path,
    units: Sequence[Unit],
    conversations: Sequence[Conversation],
    environments: Mapping[str, Environment],
    broken: Mapping[str, str],
) -> Figures:
    """Return all figures of a run.

    Args:
        units: In the order in which rows are to stand.
        broken: System → why it has no environment.
    """
    lines = {
        (each.dataset, each.name): records.lines(run, each.dataset, each.name)
        for each in conversations
    }
    rows: Figures = {}
    values: dict[tuple[str, str], dict[str, list[Floats]]] = {}
    for (name, variant), its in groupby(
        units, key=lambda unit: (unit.key.system, unit.key.variant)
    ):
        row = row_name(name, variant)
        rows[row] = _about(name, variant, environments.get(name))
        by_dataset: dict[str, list[Unit]] = defaultdict(list)
        for unit in its:
            by_dataset[unit.key.dataset].append(unit)
        for dataset, some in by_dataset.items():
            rows[row]["data"][dataset] = _dataset(some, lines)
            values[row, dataset] = values_of(_first(some), lines)
    for name, why in broken.items():
        for variant in system(name).settings:
            rows.setdefault(
                row_name(name, variant), {**_about(name, variant, None), "failure": why}
            )
    _hold_against(rows, values)
    return {"data": data_of(conversations), "systems": rows}


def _about(name: str, variant: str, environment: Environment | None) -> Figures:
    known = system(name)
    told: Figures = {
        "title": known.title,
        "kind": known.kind,
        "settings": dict(known.settings[variant]),
        "note": known.note,
        "calls a model": known.calls_model,
        "data": {},
    }
    if environment is not None and known.package is not None:
        version = {each.lower(): v for each, v in environment.versions.items()}
        told |= {
            "package": known.package,
            "version": version.get(known.package.lower(), "?"),
            "install MB": environment.install_mb,
            "distributions": len(environment.versions),
            "import s": environment.import_s,
        }
    return told


def data_of(conversations: Sequence[Conversation]) -> Figures:
    """Return how much there is of each data set."""
    found: Figures = {}
    for dataset, its in groupby(conversations, key=lambda each: each.dataset):
        some = list(its)
        questions = [question for each in some for question in each.questions]
        found[dataset] = {
            "conversations": len(some),
            "turns": sum(len(each.turns) for each in some),
            "questions": len(questions),
            "answerable": sum(question.answerable for question in questions),
        }
    return found


def _first(units: Sequence[Unit]) -> list[Unit]:
    """Return the first run of each conversation that came to its end."""
    return [unit for unit in units if unit.key.repeat == 1 and unit.cost is not None]


def _dataset(units: Sequence[Unit], lines: Mapping[tuple[str, str], Any]) -> Figures:
    """Return one system's figures on one data set; its failure alone if any conversation failed."""
    failed = [unit for unit in units if unit.failure is not None]
    told: Figures = {"wanted": sorted({host for unit in units for host in unit.wanted})}
    if failed:
        return {
            **told,
            "failure": f"{len(failed)} of {len(units)} conversations: {failed[0].failure}",
        }
    first = _first(units)
    values = values_of(first, lines)
    asked = [each for unit in first for each in unit.asked]
    told |= {
        "means": {name: mean_of(its) for name, its in values.items()},
        "intervals": {name: _ends(intervals.clustered(values[name])) for name in QUALITY},
        "categories": _categories(first, lines),
        "audited R@10": _rounded(
            np.mean([measures.recall_at(e.ranked, frozenset(e.audited), 10) for e in asked
                     if e.answerable and e.audited])
        ),
        "answer contained": _contained(first, lines),
        "abstention": _abstention(asked),
        "cost": _cost(first, asked),
        "faults": sum(each.fault is not None for each in asked),
    }  # fmt: skip
    if any(unit.key.repeat > 1 for unit in units):
        told["spread"] = _spread(units, lines)
    return told


def values_of(
    units: Sequence[Unit],
    lines: Mapping[tuple[str, str], Any],
    wanted: Callable[[Asked], bool] = lambda asked: asked.answerable,
) -> dict[str, list[Floats]]:
    """Return each measure's value of each question. Shape (questions,) a conversation."""
    found: dict[str, list[Floats]] = {name: [] for name in MEASURES}
    for unit in units:
        told = lines[unit.key.dataset, unit.key.conversation]
        tokens = {ref: line.tokens for ref, line in told.items()}
        judged = [
            Judged(ranked=asked.ranked, gold=frozenset(asked.gold), tokens=tokens)
            for asked in unit.asked
            if asked.answerable and wanted(asked)
        ]
        if judged:
            for name, measure in MEASURES.items():
                found[name].append(np.array([measure.of(each) for each in judged]))
    return {name: its for name, its in found.items() if its}


def mean_of(clusters: Sequence[Floats]) -> float:
    """Return the mean over all questions."""
    values = [value for each in clusters for value in each.tolist()]
    return round(math.fsum(values) / len(values), 6)


def _rounded(value: float | np.floating[Any]) -> float:
    return round(float(value), 6)


def _ends(interval: Interval) -> list[float]:
    return [round(interval.low, 6), round(interval.high, 6)]


def _categories(units: Sequence[Unit], lines: Mapping[tuple[str, str], Any]) -> Figures:
    found: Figures = {}
    names = sorted({each.category for unit in units for each in unit.asked if each.answerable})
    for category in names:
        values = values_of(units, lines, lambda asked, its=category: asked.category == its)  # type: ignore[misc]
        found[category] = {
            "questions": sum(map(len, values["R@10"])),
            **{name: mean_of(values[name]) for name in QUALITY},
        }
    return found


def _contained(units: Sequence[Unit], lines: Mapping[tuple[str, str], Any]) -> float | None:
    """Return the share of answers whose words stand in what fits the budget."""
    found: list[bool] = []
    for unit in units:
        told = lines[unit.key.dataset, unit.key.conversation]
        tokens = {ref: line.tokens for ref, line in told.items()}
        for asked in unit.asked:
            if not asked.answerable or asked.answer is None:
                continue
            if asked.derived:
                texts = list(_cut(asked.derived))
            else:
                refs = measures.fitting(asked.ranked, tokens, CONTAINMENT_TOKENS)
                texts = [told[ref].text for ref in refs]
            contained = measures.contains_answer(texts, asked.answer)
            if contained is not None:
                found.append(contained)
    return _rounded(np.mean(found)) if found else None


def _cut(texts: Iterable[str]) -> Iterable[str]:
    spent = 0
    for text in texts:
        spent += estimate_tokens(text)
        if spent > CONTAINMENT_TOKENS:
            return
        yield text


def _abstention(asked: Sequence[Asked]) -> Figures | None:
    """Return how well a system's confidence tells questions without an answer; None if all have."""
    able = [_sure(each) for each in asked if each.answerable]
    void = [_sure(each) for each in asked if not each.answerable]
    if not able or not void:
        return None
    right = [
        measures.recall_at(each.ranked, frozenset(each.gold), 10) if each.answerable else 0.0
        for each in asked
    ]
    curve = measures.risk_coverage([_sure(each) for each in asked], right)
    step = max(1, len(curve.points) // CURVE_POINTS)
    return {
        "unanswerable": len(void),
        "AUROC": _rounded(measures.auroc(able, void)),
        **{
            f"refused at {lost:.0%} lost": _rounded(measures.refused_at(able, void, lost))
            for lost in LOST
        },
        "AURC": _rounded(curve.area),
        "risk by coverage": [[round(x, 4), round(y, 4)] for x, y in curve.points[step - 1 :: step]],
    }


def _sure(asked: Asked) -> float:
    return -math.inf if asked.confidence is None else asked.confidence


def _cost(units: Sequence[Unit], asked: Sequence[Asked]) -> Figures:
    costs = [unit.cost for unit in units if unit.cost is not None]
    turns = sum(cost.turns for cost in costs)
    reads = [each.seconds for each in asked if each.fault is None]
    cold = [cost.cold_s for cost in costs if cost.cold_s is not None]
    found = {
        "write ms/turn": 1e3 * sum(cost.write_s for cost in costs) / turns,
        "of it encoding": 1e3 * sum(cost.encoding_s for cost in costs) / turns,
        "peak MiB": max(cost.peak_mib for cost in costs),
        "load": max(cost.load for cost in costs),
    }
    if reads:
        found |= {
            f"read p{share:.0f} ms": 1e3 * machine.percentile(reads, share / 100)
            for share in (50, 95, 99)
        }
    if cold:
        found["cold read s"] = machine.percentile(cold, 0.5)
        found["bytes/turn"] = sum(cost.bytes for cost in costs) / turns
    return {name: round(value, 3) for name, value in found.items()}


def _spread(units: Sequence[Unit], lines: Mapping[tuple[str, str], Any]) -> Figures:
    """Return how far apart the means of several runs of the same are."""
    repeats = sorted({unit.key.repeat for unit in units})
    means = [
        {name: mean_of(its) for name, its in values_of(some, lines).items()}
        for repeat in repeats
        if (some := [unit for unit in units if unit.key.repeat == repeat])
    ]
    return {
        "runs": len(repeats),
        **{name: _rounded(_range(each[name] for each in means)) for name in QUALITY},
    }


def _range(values: Iterable[float]) -> float:
    several = list(values)
    return max(several) - min(several)


def _hold_against(
    rows: Figures, values: Mapping[tuple[str, str], Mapping[str, Sequence[Floats]]]
) -> None:
    """Add each row's differences to the reference rows, question by question."""
    for (row, dataset), its in values.items():
        told = rows[row]["data"][dataset]
        if "means" not in told:
            continue
        told["against"] = {
            reference: {
                name: asdict(intervals.paired(its[name], values[reference, dataset][name]))
                for name in QUALITY
            }
            for reference in REFERENCES
            if reference != row
            and "means" in rows.get(reference, {}).get("data", {}).get(dataset, {})
        }
