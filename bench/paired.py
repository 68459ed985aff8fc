"""Is it better than the usual ways, on the same questions? Paired differences with intervals.

The usual ways rank all documents of one memory: BM25 (the signal ``bm`` alone), dense (one float
vector a document, cosine; of a paragraph with its title), and both lists fused by reciprocal ranks
(1 / (60 + rank)), of the first 20 and of the first 100. The vectors are of the built-in model, as
level C3's are. What is told is C0's and C3's R@k less each of these, question by question, with
intervals of 95 % by bootstrap over the questions, seeded.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.progress import track
from rich.table import Table

from bench import machine
from bench.conversation import Conversation, Question
from bench.data import all_of
from bench.memories import file_of, fill, folder
from mnemos import Embedder, Item, Memory
from mnemos.models import embedder as embedder_named
from mnemos.recall.search import search
from mnemos.recall.signals import C0
from mnemos.types import Query

EMBEDDER = "minilm"
LEVELS = ("C0", "C3")
#: How deep the lists are that are fused.
DEPTHS = (20, 100)
RRF_K = 60  # Cormack et al., SIGIR 2009
CUTS = (5, 10)
RESAMPLES = 10_000
SEED = 7
#: Texts encoded at once.
BATCH = 64

Floats = NDArray[np.float64]
Places = NDArray[np.int64]
Figures = dict[str, float]


def shares(conversation: Conversation, file: Path, embedder: Embedder) -> dict[str, Floats]:
    """Ask every answerable question of one conversation in every way.

    Returns:
        By way and cut ("dense R@5"), the share of gold that each question finds. Shape (questions,)
    """
    asked = [question for question in conversation.questions if question.answerable]
    with fill(conversation, file, embedder=embedder, level="c0") as memory:
        ranked = usual(memory, conversation, asked, embedder)
    for level in LEVELS:
        with fill(conversation, file, embedder=embedder, level=level.lower()) as memory:
            ranked[level] = [
                [
                    hit.ref or ""
                    for hit in memory.recall(
                        question.text, max(CUTS), asked_at=conversation.asked_at
                    )
                ]
                for question in asked
            ]
    return {
        f"{way} R@{k}": np.array(
            [
                len(question.gold & set(refs[:k])) / len(question.gold)
                for question, refs in zip(asked, lists, strict=True)
            ]
        )
        for way, lists in ranked.items()
        for k in CUTS
    }


def usual(
    memory: Memory, conversation: Conversation, asked: Sequence[Question], embedder: Embedder
) -> dict[str, list[list[str]]]:
    """Return the refs that each usual way finds for each question, best first."""
    found: dict[str, list[list[str]]] = {}
    with memory.reader() as reader:
        everything = np.arange(len(reader.index.docs))
        items = reader.items(everything.tolist())
        refs = [item.ref or "" for item in items]
        vectors = encoded([readable(item) for item in items], embedder)
        questions = encoded([question.text for question in asked], embedder)
        for question, vector in zip(asked, questions, strict=True):
            query = Query(question=question.text, asked_at=conversation.asked_at)
            frame = search(query, reader, None, level="c0", among=everything).frame
            bm = C0["bm"](frame)
            ways = {"BM25": best(bm, bm > 0), "dense": best(vectors @ vector)}
            for depth in DEPTHS:
                ways[f"RRF {depth}"] = fused([ways["BM25"][:depth], ways["dense"][:depth]])
            for way, places in ways.items():
                top = [refs[place] for place in places[: max(CUTS)].tolist()]
                found.setdefault(way, []).append(top)
    return found


def readable(item: Item) -> str:
    """Return what a dense index would hold of an item: a paragraph with its title."""
    title = item.attrs.get("title")
    return f"{title}\n{item.text}" if title else item.text


def encoded(texts: Sequence[str], embedder: Embedder) -> Floats:
    """Return vectors of length 1. Shape (texts, dimension)."""
    parts = [embedder.encode(texts[at : at + BATCH]) for at in range(0, len(texts), BATCH)]
    vectors = np.concatenate(parts).astype(np.float64)
    length: Floats = np.linalg.norm(vectors, axis=1, keepdims=True)
    found: Floats = vectors / np.where(length > 0, length, 1.0)
    return found


def best(scores: Floats, able: NDArray[np.bool_] | None = None) -> Places:
    """Return places, best first; of equals the first. Those not able are left out.

    >>> best(np.array([1.0, 3.0, 0.0, 3.0]), np.array([True, True, False, True])).tolist()
    [1, 3, 0]
    """
    order = np.argsort(-scores, kind="stable")
    return order if able is None else order[able[order]]


def fused(lists: Sequence[Places]) -> Places:
    """Return the places of several lists by the sums of their reciprocal ranks.

    >>> fused([np.array([4, 2]), np.array([2, 9])]).tolist()
    [2, 4, 9]
    """
    sums: dict[int, float] = {}
    for each in lists:
        for rank, place in enumerate(each.tolist(), start=1):
            sums[place] = sums.get(place, 0.0) + 1.0 / (RRF_K + rank)
    return np.array(sorted(sums, key=lambda place: (-sums[place], place)), dtype=np.int64)


def compare(one: Floats, other: Floats) -> Figures:
    """Return the mean difference of paired figures, and between what it lies in 95 % of resamples.

    >>> compare(np.ones(4), np.zeros(4))
    {'difference': 1.0, 'from': 1.0, 'to': 1.0}
    """
    differences = one - other
    draws = np.random.default_rng(SEED)
    means = np.array(
        [
            differences[draws.integers(0, len(differences), len(differences))].mean()
            for _ in range(RESAMPLES)
        ]
    )
    low, high = np.quantile(means, (0.025, 0.975)).tolist()
    found = {"difference": float(differences.mean()), "from": low, "to": high}
    return {name: round(value, 4) + 0.0 for name, value in found.items()}


def figures(found: Mapping[str, Floats]) -> tuple[Figures, dict[str, Figures]]:
    """Return each way's means, and each level's differences to each usual way."""
    means = {name: round(float(each.mean()), 4) for name, each in found.items()}
    differences = {
        f"{level} − {name}": compare(found[f"{level} R@{k}"], each)
        for k in CUTS
        for level in LEVELS
        for name, each in found.items()
        if name.endswith(f" R@{k}") and name.split()[0] not in LEVELS
    }
    return means, differences


def run(
    path: Path, within: Path, embedder: Embedder, console: Console
) -> tuple[Figures, dict[str, Figures]]:
    """Compare over all conversations of one file."""
    parts: dict[str, list[Floats]] = {}
    each = all_of(path)
    for conversation in track(each, description=path.name, console=console, transient=True):
        for name, own in shares(conversation, file_of(conversation, within), embedder).items():
            parts.setdefault(name, []).append(own)
    whole = {name: np.concatenate(some) for name, some in parts.items()}
    means, differences = figures(whole)
    return {"questions": float(len(next(iter(whole.values())))), **means}, differences


def show(name: str, means: Figures, differences: Mapping[str, Figures], console: Console) -> None:
    """Print means, then differences."""
    table = Table(title=f"{name}, {means['questions']:.0f} questions", caption=machine.line())
    table.add_column("way", no_wrap=True)
    for k in CUTS:
        table.add_column(f"R@{k}", justify="right")
        for level in LEVELS:
            table.add_column(f"{level} less this", justify="right")
    for way in dict.fromkeys(key.rsplit(" ", 1)[0] for key in means if " R@" in key):
        cells = []
        for k in CUTS:
            cells.append(f"{means[f'{way} R@{k}']:.3f}")
            for level in LEVELS:
                told = differences.get(f"{level} − {way} R@{k}")
                cells.append("" if told is None else interval(told))
        table.add_row(way, *cells)
    console.print(table)


def interval(told: Mapping[str, float]) -> str:
    """Write a difference with its interval, in points.

    >>> interval({"difference": 0.0512, "from": -0.004, "to": 0.1})
    '+5.1 (−0.4 to +10.0)'
    """
    points = [f"{100 * told[name]:+.1f}" for name in ("difference", "from", "to")]
    return "{} ({} to {})".format(*points).replace("-", "−")


def main(arguments: Sequence[str] | None = None, *, embedder: Embedder | None = None) -> int:
    """Run from the command line.

    Args:
        arguments: Those of the command line if None.
        embedder: Another than the built-in one; for tests.
    """
    parser = argparse.ArgumentParser(prog="python -m bench paired", description=__doc__)
    parser.add_argument("--data", type=Path, nargs="+", required=True, help="files")
    parser.add_argument("--memories", type=Path, help="folder in which memories are kept")
    parser.add_argument("--keep", action="store_true", help="write bench/results/paired.json")
    given = parser.parse_args(arguments)
    console = Console(width=None if sys.stdout.isatty() else 160)
    model = embedder_named(EMBEDDER) if embedder is None else embedder
    kept: dict[str, object] = {}
    with folder(given.memories) as within:
        for path in given.data:
            name = path.name.split(".")[0]
            means, differences = run(path, within, model, console)
            show(name, means, differences, console)
            kept[name] = {"means": means, "differences": differences}
    if given.keep:
        machine.keep("paired", {"rows": kept, "resamples": RESAMPLES, "embedder": str(model.model)})
    return 0
