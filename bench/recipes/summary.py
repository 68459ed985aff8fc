"""From what a run kept to figures: what each recipe finds and costs, and what its own idea pays.

A summary holds figures only, no word of the data, so it can be committed; page, plots and what
``mnemos recipes`` shows are made from it.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from bench import intervals, machine
from bench.compare import records
from bench.compare.records import Asked, Line, Unit
from bench.compare.summary import data_of, mean_of, values_of
from bench.conversation import Conversation
from bench.intervals import Floats
from bench.systems.recipes import WAYS, ablation

#: What is told of quality, with differences.
QUALITY = ("R@5", "R@10", "NDCG@10", "FB@1000")
#: A way, and the one that it is held against: what the recipe's idea pays, and what a model's
#: branch does without a model in it.
AGAINST = {"whole": "without", "scripted": "whole", "meaning": "meaning without"}
#: What a recipe counts and what is no doing of its own mechanism.
IDLE = frozenset({"add", "answer", "facts let go", "ignore", "looked for everywhere", "plain"})

#: Seconds below which a conversation was not learnt from at all.
LEAST_S = 0.005

Figures = dict[str, Any]
Lines = Mapping[tuple[str, str], Mapping[str, Line]]


def summary(run: Path, units: Sequence[Unit], conversations: Sequence[Conversation]) -> Figures:
    """Return all figures of a run, recipes in the order in which they ran."""
    lines = {
        (each.dataset, each.name): records.lines(run, each.dataset, each.name)
        for each in conversations
    }
    several: dict[str, dict[str, dict[str, list[Unit]]]] = {}
    for unit in units:
        recipe, _, way = unit.key.variant.partition(" ")
        ways = several.setdefault(recipe, {name: defaultdict(list) for name in WAYS})
        ways[way][unit.key.dataset].append(unit)
    data = data_of(conversations)
    for name, about in data.items():
        own = [each for each in conversations if each.dataset == name]
        about["sessions"] = sum(len(each.sessions) for each in own)
    return {
        "data": data,
        "recipes": {recipe: _recipe(recipe, ways, lines, data) for recipe, ways in several.items()},
    }


def _recipe(
    recipe: str, ways: Mapping[str, Mapping[str, list[Unit]]], lines: Lines, data: Figures
) -> Figures:
    told: Figures = {"ablation": ablation(recipe), "ways": {}}
    values: dict[tuple[str, str], dict[str, list[Floats]]] = {}
    for way, sets in ways.items():
        if sets:
            told["ways"][way] = {
                name: _dataset(some, lines, data[name]) for name, some in sets.items()
            }
        for name, some in sets.items():
            if all(unit.failure is None for unit in some):
                values[way, name] = values_of(some, lines)
    for (way, name), its in values.items():
        other = values.get((AGAINST.get(way, ""), name))
        if other is not None:
            told["ways"][way][name]["against"] = {
                measure: _rounded(asdict(intervals.paired(its[measure], other[measure])))
                for measure in QUALITY
            }
    told["fired"] = {
        way: _fired(told["ways"], way, AGAINST[way])
        for way in ("whole", "meaning")
        if way in told["ways"]
    }
    return told


def _fired(ways: Figures, way: str, without: str) -> Figures | None:
    """Return how often a recipe's own mechanism did something; None if it cannot be told.

    What its ablation counts as well is no mechanism of its own.
    """
    if without not in ways:
        return None
    whole, other = (
        sum((Counter(each.get("fired", {})) for each in ways[one].values()), Counter[str]())
        for one in (way, without)
    )
    return {
        name: count for name, count in sorted(whole.items()) if name not in IDLE and not other[name]
    }


def _dataset(units: Sequence[Unit], lines: Lines, about: Figures) -> Figures:
    """Return one way's figures on one data set; its failure alone if any conversation failed."""
    failed = [unit for unit in units if unit.failure is not None]
    if failed:
        return {"failure": f"{len(failed)} of {len(units)} conversations: {failed[0].failure}"}
    values = values_of(units, lines)
    asked = [(unit, each) for unit in units for each in unit.asked]
    costs = [unit.cost for unit in units if unit.cost is not None]
    turns = sum(cost.turns for cost in costs)
    learn_s = sum(unit.told["learn_s"] for unit in units)
    sessions = about["sessions"]
    writing, reading = (
        _asked(unit.told[part] for unit in units) for part in ("writing", "reading")
    )
    told: Figures = {
        **{measure: mean_of(values[measure]) for measure in QUALITY},
        "tokens of ten": _tokens(asked, lines),
        "said ms/turn": 1e3 * sum(unit.told["said_s"] for unit in units) / turns,
        "learn ms/turn": 1e3 * learn_s / turns,
        "encoding ms/turn": 1e3 * sum(cost.encoding_s for cost in costs) / turns,
        **({"turns/s": turns / learn_s} if learn_s > LEAST_S * len(units) else {}),
        "read p50 ms": 1e3 * machine.percentile([each.seconds for _, each in asked], 0.5),
        "items/turn": sum(unit.told["items"] for unit in units) / turns,
        "links/turn": sum(unit.told["links"] for unit in units) / turns,
        "bytes/turn": sum(unit.told["bytes"] for unit in units) / turns,
        "peak MiB": max(cost.peak_mib for cost in costs),
        "load": max(cost.load for cost in costs),
    }
    if writing["calls"] or reading["calls"]:
        told |= {
            "calls/session": writing["calls"] / sessions,
            "tokens/session": writing["tokens"] / sessions,
            "calls/question": reading["calls"] / len(asked),
            "tokens/question": reading["tokens"] / len(asked),
        }
    return {
        **_rounded(told),
        "fired": dict(sum((Counter(unit.told["fired"]) for unit in units), Counter[str]())),
        "branches": dict(writing["branches"] + reading["branches"]),
        "why": dict(writing["why"] + reading["why"]),
        "errors": sum(len(unit.told["errors"]) for unit in units),
        "faults": sum(each.fault is not None for _, each in asked),
    }


def _tokens(asked: Iterable[tuple[Unit, Asked]], lines: Lines) -> float:
    """Return what the first ten turns cost in a prompt, mean over answerable questions."""
    found = [
        sum(lines[unit.key.dataset, unit.key.conversation][ref].tokens for ref in each.ranked[:10])
        for unit, each in asked
        if each.answerable
    ]
    return sum(found) / max(1, len(found))


def _asked(several: Iterable[Mapping[str, Any]]) -> Figures:
    """Return what was asked of a model: calls are decisions that it, and not a rule, was put to."""
    branches: Counter[str] = Counter()
    why: Counter[str] = Counter()
    tokens = 0
    for each in several:
        for own in each["tasks"].values():
            branches.update(own)
        why.update(each["why"])
        tokens += each["tokens in"] + each["tokens out"]
    alone = why.pop("no model", 0)
    branches["fallback"] -= alone
    calls = branches["model"] + 2 * branches["repaired"] + branches["fallback"]
    return {"calls": calls, "tokens": tokens, "branches": +branches, "why": why}


def _rounded(figures: Mapping[str, float]) -> dict[str, float]:
    return {name: round(value, 6) for name, value in figures.items()}
