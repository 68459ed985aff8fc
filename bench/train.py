"""What do the signals weigh? Weights are learnt from conversations with gold evidence.

Each conversation is put into a memory of its own, as ``retrieval`` does, and its questions' signals
are measured over all of its turns; ``mnemos.recall.train`` fits. R@k is told "left out": for each
conversation by weights that were learnt without it; for ``--test`` by those learnt from all of
``--data``. "answerable refused" and "unanswerable refused" are by the weights that are written.
The same data give the same bytes.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table

from bench import machine
from bench.data import conversations, fill
from mnemos.recall import train
from mnemos.recall.signals import LEVELS
from mnemos.recall.train import Fit, Sample
from mnemos.types import JSON, Query

Rows = dict[str, dict[str, float]]

COMMAND = "python -m bench train --data FILE ... --out weights.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One question of a data set, measured."""

    dataset: str
    category: str
    sample: Sample


def measure(path: Path, level: str) -> Iterable[Asked]:
    """Ask all questions of one file, which names the data set."""
    dataset = path.name.split(".")[0]
    for conversation in conversations(path):
        with fill(conversation, ":memory:") as memory, memory.reader() as reader:
            numbers = range(len(reader.index.docs))
            items = reader.items(numbers)
            documents = {item.ref: no for no, item in zip(numbers, items, strict=True)}
            for question in conversation.questions:
                gold = question.gold if question.answerable else frozenset()
                sample = train.measure(
                    Query(question=question.text, asked_at=conversation.asked_at),
                    reader,
                    [documents[ref] for ref in gold if ref in documents],
                    memory=f"{dataset} {conversation.name}",
                    level=level,
                )
                yield Asked(dataset=dataset, category=question.category, sample=sample)


def figures(asked: Sequence[Asked], fits: Mapping[str, Fit], whole: Fit, floor: float) -> Rows:
    """Return figures by data set and by category.

    Args:
        asked: Of several data sets.
        fits: By memory, the fit that has not seen it.
        whole: The fit for all others, and for what is refused.
        floor: Under which the best document is taken for none.
    """
    rows: Rows = {}
    for dataset, own in _by_dataset(asked).items():
        rows[dataset] = _row([each.sample for each in own], fits, whole, floor)
        for category in sorted({each.category for each in own}):
            part = [each.sample for each in own if each.category == category]
            rows[f"{dataset} · {category}"] = _row(part, fits, whole, floor)
    return rows


def _by_dataset(asked: Iterable[Asked]) -> dict[str, list[Asked]]:
    found: dict[str, list[Asked]] = {}
    for each in asked:
        found.setdefault(each.dataset, []).append(each)
    return found


def _row(
    samples: Sequence[Sample], fits: Mapping[str, Fit], whole: Fit, floor: float
) -> dict[str, float]:
    hard = [sample for sample in samples if sample.gold]
    void = [sample for sample in samples if not sample.gold]
    found = {"questions": float(len(hard))}
    if hard:
        found |= {
            "R@5": float(train.recall_at(5, hard, fits, whole).mean()),
            "R@10": float(train.recall_at(10, hard, fits, whole).mean()),
            "R@10 seen": float(train.recall_at(10, hard, {}, whole).mean()),
            "answerable refused": float(np.mean(train.refused(hard, whole, floor))),
        }
    if void:
        found["unanswerable refused"] = float(np.mean(train.refused(void, whole, floor)))
    return {name: round(value, 4) for name, value in found.items()}


def show(rows: Rows, floor: float, console: Console) -> None:
    """Print one line a data set or category."""
    columns = ["questions", "R@5", "R@10", "R@10 seen"]
    columns += ["answerable refused", "unanswerable refused"]
    table = Table(title="Left out: conversations that the weights have not seen")
    table.caption = f"floor {floor}"
    table.add_column("data", no_wrap=True)
    for column in columns:
        table.add_column(column, justify="right")
    for name, row in rows.items():
        cells = [f"{row[c]:.3g}" if c in row else "" for c in columns]
        table.add_row(name, *cells, style="" if "·" in name else "bold")
    console.print(table)


def provenance(asked: Sequence[Asked]) -> dict[str, JSON]:
    """Return what the weights were learnt from."""
    found: dict[str, JSON] = {}
    for dataset, own in _by_dataset(asked).items():
        found[dataset] = {
            "conversations": len({each.sample.memory for each in own}),
            "questions": sum(bool(each.sample.gold) for each in own),
        }
    return {"data": found, "command": COMMAND}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run from the command line."""
    parser = argparse.ArgumentParser(prog="python -m bench train", description=__doc__)
    parser.add_argument("--data", nargs="+", type=Path, required=True, help="to learn from")
    parser.add_argument("--test", nargs="+", type=Path, default=[], help="only to be scored")
    parser.add_argument("--out", type=Path, help="where the weights go; none are written without")
    parser.add_argument("--level", default="c0", choices=sorted(LEVELS))
    parser.add_argument("--keep", action="store_true", help="write bench/results/training.json")
    given = parser.parse_args(arguments)
    data = [each for path in given.data for each in measure(path, given.level)]
    test = [each for path in given.test for each in measure(path, given.level)]
    samples = [each.sample for each in data]
    whole, fits = train.fit(samples), train.without_each(samples)
    datasets = _by_dataset(data).values()
    floor = train.floor([[each.sample for each in own] for own in datasets], whole)
    rows = figures(data, fits, whole, floor) | figures(test, {}, whole, floor)
    show(rows, floor, Console(width=None if sys.stdout.isatty() else 160))
    if given.out is not None:
        text = train.document(whole, floor, given.level, provenance(data))
        given.out.write_text(text, encoding="utf-8")
    if given.keep:
        learnt_from = provenance(data)["data"]
        machine.keep("training", {"left_out": rows, "floor": floor, "learnt_from": learnt_from})
    return 0
