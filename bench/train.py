"""What do the signals weigh? Weights are learnt from conversations with gold evidence.

Each conversation is put into a memory of its own, as ``retrieval`` does, and its questions' signals
are measured: of levels C0 and C1 over all of its turns, of C2 and C3 over the best by C1, chosen
by weights that have not seen the conversation; ``mnemos.recall.train`` fits. R@k is told "left
out": for each conversation by weights that were learnt without it; for ``--test`` by those learnt
from all of ``--data``; so are AUROC and what would be refused. Each memory is also asked some
questions of the next one, off its topic: who is sure of everything has learnt nothing. The same
vectors give the same bytes.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.progress import track
from rich.table import Table

from bench import machine
from bench.conversation import Conversation, Question
from bench.data import all_of
from bench.memories import file_of, fill, folder
from mnemos import Embedder, Memory
from mnemos.models import embedder as embedder_named
from mnemos.recall import train
from mnemos.recall.confidence import Confidence
from mnemos.recall.signals import CHOSEN_BY, LEVELS
from mnemos.recall.train import Fit, Sample
from mnemos.types import JSON, Query

Rows = dict[str, dict[str, float]]

COMMAND = "python -m bench train --data FILE ... --out FOLDER"
EMBEDDER = "minilm"
#: Questions of the next memory that each is asked, to learn what being off topic looks like.
FOREIGN = 20
OFF_TOPIC = "off topic"


@dataclass(frozen=True, slots=True, kw_only=True)
class Filled:
    """A conversation in its memory."""

    dataset: str
    conversation: Conversation
    memory: Memory

    @property
    def name(self) -> str:
        """Of the memory; no two are alike."""
        return f"{self.dataset} {self.conversation.name}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One question of a data set, measured."""

    dataset: str
    category: str
    sample: Sample


def filled(path: Path, within: Path, embedder: str | None, console: Console) -> Iterable[Filled]:
    """Open, or make, the memories of one file, which names the data set."""
    each = all_of(path)
    for conversation in track(each, description=path.name, console=console, transient=True):
        memory = fill(conversation, file_of(conversation, within), embedder=embedder, level="c0")
        yield Filled(dataset=path.name.split(".")[0], conversation=conversation, memory=memory)


def measure(
    conversation: Filled,
    foreign: Sequence[Question],
    level: str,
    embedder: Embedder | None,
    first: Fit | None,
) -> Iterable[Asked]:
    """Ask all questions of one conversation, and some that are not about it."""
    with conversation.memory.reader() as reader:
        numbers = range(len(reader.index.docs))
        items = reader.items(numbers)
        documents = {item.ref: no for no, item in zip(numbers, items, strict=True)}
        for question in (*conversation.conversation.questions, *foreign):
            gold = question.gold if question.answerable else frozenset()
            sample = train.measure(
                Query(question=question.text, asked_at=conversation.conversation.asked_at),
                reader,
                [documents[ref] for ref in gold if ref in documents],
                memory=conversation.name,
                level=level,
                embedder=embedder,
                first=first,
                foreign=question.category == OFF_TOPIC,
            )
            yield Asked(dataset=conversation.dataset, category=question.category, sample=sample)


@dataclass(frozen=True, slots=True, kw_only=True)
class Learnt:
    """The weights of one level."""

    whole: Fit
    without: Mapping[str, Fit]
    confidence: Confidence
    sure: Mapping[str, Sequence[tuple[float, float]]]
    data: Sequence[Asked]
    test: Sequence[Asked]

    def first(self, memory: str) -> Fit:
        """Return the fit that has not seen a memory."""
        return self.without.get(memory, self.whole)


def learn(
    level: str,
    data: Sequence[Filled],
    test: Sequence[Filled],
    embedder: Embedder | None,
    learnt: Mapping[str, Learnt],
) -> Learnt:
    """Measure and fit one level; C2 and C3 rank what C1 has chosen."""
    chooser = learnt.get(CHOSEN_BY.get(level, ""))

    def asked(each: Filled, foreign: Sequence[Question]) -> Iterable[Asked]:
        first = None if chooser is None else chooser.first(each.name)
        return measure(each, foreign, level, embedder, first)

    following = [*data[1:], *data[:1]]
    measured = [
        question
        for each, other in zip(data, following, strict=True)
        for question in asked(each, _foreign(other.conversation) if other is not each else ())
    ]
    tested = [question for each in test for question in asked(each, ())]
    samples = [each.sample for each in measured]
    whole = train.fit(samples)
    without = train.without_each(samples)
    datasets = _by_dataset(measured)
    confidence, sure = train.sureness(
        [[each.sample for each in own] for own in datasets.values()], without, whole
    )
    return Learnt(
        whole=whole,
        without=without,
        confidence=confidence,
        sure=dict(zip(datasets, sure, strict=True)),
        data=measured,
        test=tested,
    )


def _foreign(other: Conversation) -> list[Question]:
    """Return some of a conversation's questions, spread evenly, as nobody else can answer them."""
    step = max(1, len(other.questions) // FOREIGN)
    return [
        replace(question, category=OFF_TOPIC, gold=frozenset())
        for question in other.questions[::step][:FOREIGN]
    ]


def figures(learnt: Learnt) -> Rows:
    """Return figures by data set and by category, each by weights that have not seen it."""
    rows: Rows = {}
    for dataset, own in _by_dataset([*learnt.data, *learnt.test]).items():
        rows[dataset] = _row(own, learnt) | _sure(own, learnt)
        for category in sorted({each.category for each in own}):
            part = [each for each in own if each.category == category]
            rows[f"{dataset} · {category}"] = _row(part, learnt)
    return rows


def _row(asked: Sequence[Asked], learnt: Learnt) -> dict[str, float]:
    hard = [each.sample for each in asked if each.sample.answerable]
    found = {"questions": float(len(hard))}
    if hard:
        found |= {
            "R@5": float(train.recall_at(5, hard, learnt.without, learnt.whole).mean()),
            "R@10": float(train.recall_at(10, hard, learnt.without, learnt.whole).mean()),
            "R@10 seen": float(train.recall_at(10, hard, {}, learnt.whole).mean()),
        }
    return {name: round(value, 4) for name, value in found.items()}


def _sure(asked: Sequence[Asked], learnt: Learnt) -> dict[str, float]:
    """Return how well sureness tells what can be answered from what cannot."""
    if asked[0].dataset not in learnt.sure:
        return {}
    sure = np.array(learnt.sure[asked[0].dataset])
    floors = (learnt.confidence.topic.floor, learnt.confidence.answer.floor)
    refused = np.any(sure < floors, axis=1)
    foreign = np.array([each.sample.foreign for each in asked])
    answerable = np.array([each.sample.answerable for each in asked])
    found = {"answerable refused": float(refused[answerable].mean())}
    if foreign.any():
        found["off topic refused"] = float(refused[foreign].mean())
    void = ~answerable & ~foreign
    if void.any():
        own, yes = sure[~foreign, 1], answerable[~foreign].tolist()
        found |= {
            "AUROC": train.ranks_apart(own, yes),
            "refused at 2 %": train.refused_at(0.02, own, yes),
            "refused at 5 %": train.refused_at(0.05, own, yes),
            "unanswerable refused": float(refused[void].mean()),
        }
    return {name: round(value, 4) for name, value in found.items()}


def _by_dataset(asked: Iterable[Asked]) -> dict[str, list[Asked]]:
    found: dict[str, list[Asked]] = {}
    for each in asked:
        found.setdefault(each.dataset, []).append(each)
    return found


def show(rows: Rows, level: str, console: Console) -> None:
    """Print one line a data set or category."""
    columns = ["questions", "R@5", "R@10", "R@10 seen"]
    columns += ["AUROC", "refused at 2 %", "refused at 5 %"]
    columns += ["answerable refused", "unanswerable refused", "off topic refused"]
    title = f"Level {level.upper()}, left out: conversations that the weights have not seen"
    table = Table(title=title)
    table.caption = "refused: of the unanswerable, where so many of the answerable are"
    table.add_column("data", no_wrap=True)
    for column in columns:
        table.add_column(column, justify="right")
    for name, row in rows.items():
        cells = [f"{row[c]:.3g}" if c in row else "" for c in columns]
        table.add_row(name, *cells, style="" if "·" in name else "bold")
    console.print(table)


def provenance(asked: Sequence[Asked], embedder: Embedder | None) -> dict[str, JSON]:
    """Return what the weights were learnt from."""
    found: dict[str, JSON] = {}
    for dataset, own in _by_dataset(asked).items():
        found[dataset] = {
            "conversations": len({each.sample.memory for each in own}),
            "questions": sum(each.sample.answerable for each in own),
        }
    model = None if embedder is None else str(embedder.model)
    return {"data": found, "embedder": model, "command": COMMAND}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run from the command line."""
    parser = argparse.ArgumentParser(prog="python -m bench train", description=__doc__)
    parser.add_argument("--data", nargs="+", type=Path, required=True, help="to learn from")
    parser.add_argument("--test", nargs="+", type=Path, default=[], help="only to be scored")
    parser.add_argument("--out", type=Path, help="folder for the weights; none are written without")
    parser.add_argument("--levels", nargs="+", default=sorted(LEVELS), choices=sorted(LEVELS))
    parser.add_argument("--memories", type=Path, help="folder in which memories are kept")
    parser.add_argument("--keep", action="store_true", help="write bench/results/training.json")
    given = parser.parse_args(arguments)
    console = Console(width=None if sys.stdout.isatty() else 160)
    name = None if given.levels == ["c0"] else EMBEDDER
    embedder = None if name is None else embedder_named(name)
    learnt: dict[str, Learnt] = {}
    rows: dict[str, Rows] = {}
    with folder(given.memories) as within:
        data = [each for path in given.data for each in filled(path, within, name, console)]
        test = [each for path in given.test for each in filled(path, within, name, console)]
        for level in given.levels:
            got = learnt[level] = learn(level, data, test, embedder, learnt)
            rows[level] = figures(got)
            show(rows[level], level, console)
            if given.out is not None:
                learnt_from = provenance(got.data, embedder)
                text = train.document(got.whole, got.confidence, level, learnt_from)
                (given.out / f"{level}.json").write_text(text, encoding="utf-8")
        for each in (*data, *test):
            each.memory.close()
    if given.keep:
        seen = provenance(learnt[given.levels[0]].data, embedder)["data"]
        machine.keep("training", {"levels": rows, "learnt_from": seen})
    return 0
