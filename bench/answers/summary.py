"""From outcomes to figures: accuracy by both judges side by side, refusals, faults, costs.

The summary holds figures only, no word of the data. What was replied goes to files of lines, which
are never committed.
"""

from __future__ import annotations

import json
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from bench import intervals, machine
from bench.answers.asking import Control, Outcome, Verdict
from bench.answers.material import Material
from bench.answers.prompts import JUDGES
from bench.answers.replies import Reply
from bench.compare.summary import row_name
from bench.intervals import Floats

Figures = dict[str, Any]
#: Question → 1 or 0, and which conversation it belongs to.
Values = Sequence[tuple[str, float]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Price:
    """What a million tokens cost, in whatever money."""

    tokens_in: float
    tokens_out: float

    def of(self, tokens_in: int, tokens_out: int) -> float:
        """Return what so many cost.

        >>> Price(tokens_in=0.15, tokens_out=0.6).of(2_000_000, 1_000_000)
        0.9
        """
        return round((tokens_in * self.tokens_in + tokens_out * self.tokens_out) / 1e6, 6)


def summary(
    material: Material,
    outcomes: Sequence[Outcome],
    controls: Sequence[Control],
    price: Price | None,
) -> Figures:
    """Return all figures: of the data, the systems, how far the judges agree, and the control."""
    systems: Figures = {}
    rows: dict[tuple[str, str, int], list[Outcome]] = defaultdict(list)
    for outcome in outcomes:
        shown = outcome.shown
        row = row_name(shown.system, shown.variant)
        rows[row, shown.posed.dataset, shown.budget].append(outcome)
    for (row, dataset, budget), its in rows.items():
        systems.setdefault(row, {}).setdefault(dataset, {})[str(budget)] = _row(its, price)
    for (system, variant, dataset), why in material.failures.items():
        systems.setdefault(row_name(system, variant), {})[dataset] = {"failure": why}
    told: Figures = {
        "data": _data(material),
        "systems": systems,
        "agreement": agreement([outcome.verdicts for outcome in outcomes]),
    }
    if controls:
        told["control"] = _controls(controls)
    return told


def _data(material: Material) -> Figures:
    found: Figures = {}
    for dataset in dict.fromkeys(posed.dataset for posed in material.posed):
        its = [posed for posed in material.posed if posed.dataset == dataset]
        found[dataset] = {
            "conversations": len({posed.conversation for posed in its}),
            "questions": len(its),
            "unanswerable": sum(posed.unanswerable for posed in its),
            "left out, without a gold answer": material.left_out.get(dataset, 0),
            "categories": dict(Counter(posed.category for posed in its)),
        }
    return found


def _row(outcomes: Sequence[Outcome], price: Price | None) -> Figures:
    """Return one system's figures for one data set and budget."""
    able = [each for each in outcomes if not each.shown.posed.unanswerable]
    void = [each for each in outcomes if each.shown.posed.unanswerable]
    categories = sorted({each.shown.posed.category for each in outcomes})
    read = [each.reply for each in outcomes]
    judged = [reply for each in outcomes for reply in _said(each.verdicts)]
    seconds = [reply.seconds for reply in read]
    return {
        "answerable": _group(able),
        "unanswerable": _group(void),
        "categories": {
            name: _group([each for each in outcomes if each.shown.posed.category == name])
            for name in categories
        },
        "agreement": agreement([each.verdicts for each in outcomes]),
        "reader": {**_spent(read, price), "p50 s": machine.percentile(seconds, 0.5)},
        "judges": _spent(judged, price),
    }


def _group(outcomes: Sequence[Outcome]) -> Figures | None:
    """Return accuracy by both judges over questions, every one of them; None if there is none."""
    if not outcomes:
        return None
    return {
        "questions": len(outcomes),
        **{judge: _share(outcomes, lambda each, by=judge: each.correct(by)) for judge in JUDGES},  # type: ignore[misc]
        "refused": _share(outcomes, lambda each: each.refused),
        "unanswered": sum(not each.answered for each in outcomes),
        "unjudged": {
            judge: sum(
                judge in each.verdicts and each.verdicts[judge].correct is None for each in outcomes
            )
            for judge in JUDGES
        },
    }


def _share(outcomes: Sequence[Outcome], holds: Callable[[Outcome], bool]) -> Figures:
    return _interval([(each.shown.posed.conversation, float(holds(each))) for each in outcomes])


def _interval(values: Values) -> Figures:
    """Return a mean with what it lies between, drawing whole conversations again."""
    of: dict[str, list[float]] = defaultdict(list)
    for conversation, value in values:
        of[conversation].append(value)
    clusters: list[Floats] = [np.array(its) for its in of.values()]
    found = intervals.clustered(clusters)
    return {name: round(getattr(found, name), 6) for name in ("mean", "low", "high")}


def agreement(verdicts: Iterable[Mapping[str, Verdict]]) -> Figures:
    """Return how the judges stand to each other, where both judged.

    ``kappa`` is Cohen's (1960): what they agree more than by chance, of what they could; None if
    chance leaves nothing to agree on.
    """
    pairs: Counter[tuple[bool, bool]] = Counter()
    for its in verdicts:
        strict, lenient = (its[judge].correct if judge in its else None for judge in JUDGES)
        if strict is not None and lenient is not None:
            pairs[strict, lenient] += 1
    both, neither = pairs[True, True], pairs[False, False]
    strict_only, lenient_only = pairs[True, False], pairs[False, True]
    judged = pairs.total()
    told: Figures = {
        "judged by both": judged,
        "both accept": both,
        "strict alone accepts": strict_only,
        "lenient alone accepts": lenient_only,
        "neither accepts": neither,
        "agree": None,
        "kappa": None,
    }
    if judged:
        same = (both + neither) / judged
        strict_share, lenient_share = (both + strict_only) / judged, (both + lenient_only) / judged
        chance = strict_share * lenient_share + (1 - strict_share) * (1 - lenient_share)
        told["agree"] = round(same, 6)
        told["kappa"] = round((same - chance) / (1 - chance), 6) if chance < 1 else None
    return told


def _controls(controls: Sequence[Control]) -> Figures:
    """Return how often each judge accepts the gold answer of another question."""
    found: Figures = {}
    for dataset in dict.fromkeys(each.posed.dataset for each in controls):
        its = [each for each in controls if each.posed.dataset == dataset]
        categories = sorted({each.posed.category for each in its})
        found[dataset] = {
            **_accepted(its),
            "categories": {
                name: _accepted([each for each in its if each.posed.category == name])
                for name in categories
            },
        }
    return found


def _accepted(controls: Sequence[Control]) -> Figures:
    told: Figures = {"questions": len(controls)}
    for judge in JUDGES:
        judged = [
            (each.posed.conversation, float(correct))
            for each in controls
            if (correct := each.verdicts[judge].correct) is not None
        ]
        told[judge] = {
            "accepted": _interval(judged) if judged else None,
            "unjudged": len(controls) - len(judged),
        }
    return told


def _said(verdicts: Mapping[str, Verdict]) -> list[Reply]:
    return [reply for verdict in verdicts.values() for reply in verdict.replies]


def _spent(replies: Sequence[Reply], price: Price | None) -> Figures:
    """Return what replies cost, wherever they came from, and what went wrong with them."""
    tokens_in = sum(reply.tokens_in for reply in replies)
    tokens_out = sum(reply.tokens_out for reply in replies)
    return {
        "replies": len(replies),
        "tokens in": tokens_in,
        "tokens out": tokens_out,
        "of it estimated": sum(reply.estimated for reply in replies),
        "cost": None if price is None else price.of(tokens_in, tokens_out),
        "faults": dict(Counter(reply.fault for reply in replies if reply.fault is not None)),
        "asked again after": dict(Counter(why for each in replies for why in each.retried)),
    }


def keep(
    run: Path, figures: Figures, outcomes: Sequence[Outcome], controls: Sequence[Control]
) -> None:
    """Write RUN/answers.json, and RUN/answers/*.jsonl with every reply and verdict."""
    files: dict[str, list[Figures]] = defaultdict(list)
    for outcome in outcomes:
        shown = outcome.shown
        parts = (shown.system, shown.variant, shown.posed.dataset, str(shown.budget))
        files[".".join(_plain(part) for part in parts)].append(_line(outcome))
    for control in controls:
        files[f"control.{_plain(control.posed.dataset)}"].append(_control_line(control))
    folder = run / "answers"
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("*.jsonl"):
        old.unlink()
    for name, rows in files.items():
        text = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
        _write(folder / f"{name}.jsonl", text)
    _write(run / "answers.json", json.dumps(figures, indent=1) + "\n")


def _line(outcome: Outcome) -> Figures:
    posed, reply = outcome.shown.posed, outcome.reply
    return {
        "conversation": posed.conversation,
        "qid": posed.qid,
        "category": posed.category,
        "question": posed.text,
        "gold answer": posed.gold,
        "lines": list(outcome.shown.lines),
        "reply": reply.text,
        "refused": outcome.refused,
        "fault": reply.fault,
        "detail": reply.detail,
        "tokens in": reply.tokens_in,
        "tokens out": reply.tokens_out,
        "s": reply.seconds,
        "correct": {judge: outcome.correct(judge) for judge in JUDGES},
        "verdicts": _verdicts(outcome.verdicts),
    }


def _control_line(control: Control) -> Figures:
    posed = control.posed
    return {
        "conversation": posed.conversation,
        "qid": posed.qid,
        "category": posed.category,
        "question": posed.text,
        "gold answer": posed.gold,
        "another's": control.other,
        "verdicts": _verdicts(control.verdicts),
    }


def _verdicts(verdicts: Mapping[str, Verdict]) -> Figures:
    return {
        judge: {
            "correct": its.correct,
            "fault": its.fault,
            "said": [reply.text for reply in its.replies],
        }
        for judge, its in verdicts.items()
    }


def _write(path: Path, text: str) -> None:
    half = path.with_suffix(".half")
    half.write_text(text, encoding="utf-8", errors="replace")
    half.replace(path)


def _plain(name: str) -> str:
    return re.sub(r"[^\w-]+", "_", name) or "_"
