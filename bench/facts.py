"""What do facts do to recall? The same memories are asked before they have learnt any, and after.

R@k is the mean over answerable questions of the share of gold turns among the first k hits; each
difference is with facts less without, question by question, with its 95 % interval over whole
conversations. "moved" counts the questions whose first ten hits are not the same, "marked" the
turns among them, a question, that are said to be outdated.
"""

from __future__ import annotations

import argparse
import sys
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.progress import track
from rich.table import Table

from bench import machine
from bench.conversation import Conversation, Question
from bench.data import BadData, all_of, files
from bench.intervals import Interval, paired
from bench.memories import file_of, fill, folder
from mnemos import Memory

LEVELS = ("c0", "c3")
EMBEDDER = "minilm"
HITS = 10
DEPTHS = (1, 5, 10)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One question, before and after.

    Args:
        conversation: Whose.
        category: Of the question.
        before: Share of gold turns among the first of ``DEPTHS`` hits, without facts.
        after: With them.
        moved: Whether the hits are other ones, or stand in another order.
        marked: How many of them are said to be outdated.
    """

    conversation: str
    category: str
    before: tuple[float, ...]
    after: tuple[float, ...]
    moved: bool
    marked: int


def ask(memory: Memory, conversation: Conversation) -> list[Asked]:
    """Ask all answerable questions of a conversation without facts, learn them, and ask again."""
    questions = [each for each in conversation.questions if each.answerable]
    memory.unlearn("default")
    before = [_refs(memory, conversation, each)[0] for each in questions]
    memory.learn()
    found = []
    for question, without in zip(questions, before, strict=True):
        refs, marked = _refs(memory, conversation, question)
        found.append(
            Asked(
                conversation=conversation.name,
                category=question.category,
                before=_shares(question, without),
                after=_shares(question, refs),
                moved=refs != without,
                marked=marked,
            )
        )
    return found


def _refs(memory: Memory, conversation: Conversation, question: Question) -> tuple[list[str], int]:
    recall = memory.recall(question.text, HITS, asked_at=conversation.asked_at)
    return [hit.ref or "" for hit in recall], sum(bool(hit.outdated) for hit in recall)


def _shares(question: Question, refs: Sequence[str]) -> tuple[float, ...]:
    gold = question.gold
    return tuple(len(gold & set(refs[:depth])) / len(gold) for depth in DEPTHS)


def difference(asked: Iterable[Asked], depth: int) -> tuple[float, Interval]:
    """Return R@depth without facts, and the difference that they make."""
    place = DEPTHS.index(depth)
    pairs: defaultdict[str, list[tuple[float, float]]] = defaultdict(list)
    for each in asked:
        pairs[each.conversation].append((each.after[place], each.before[place]))
    after, before = (
        [np.array([pair[side] for pair in some]) for some in pairs.values()] for side in (0, 1)
    )
    return float(np.concatenate(before).mean()), paired(after, before)


def rows_of(name: str, asked: Sequence[Asked]) -> dict[str, dict[str, object]]:
    """Return figures of a data set and of its categories."""
    by_category: defaultdict[str, list[Asked]] = defaultdict(list)
    for each in asked:
        by_category[each.category].append(each)
    groups = {name: asked, **{f"{name} · {key}": by_category[key] for key in sorted(by_category)}}
    return {group: _row(some) for group, some in groups.items()}


def _row(asked: Sequence[Asked]) -> dict[str, object]:
    row: dict[str, object] = {"questions": len(asked)}
    for depth in DEPTHS:
        without, change = difference(asked, depth)
        row[f"R@{depth}"] = round(without, 4)
        row[f"change@{depth}"] = [round(x, 4) for x in (change.mean, change.low, change.high)]
    row["moved"] = sum(each.moved for each in asked)
    row["marked"] = round(sum(each.marked for each in asked) / len(asked), 4)
    return row


def show(rows: dict[str, dict[str, object]], level: str, console: Console) -> None:
    """Print one line a data set or category."""
    table = Table(title=f"What facts do, level {level.upper()}", caption=machine.line())
    table.add_column("data", no_wrap=True)
    columns = [f"{what}@{depth}" for depth in DEPTHS for what in ("R", "change")]
    for column in ("questions", *columns, "moved", "marked"):
        table.add_column(column, justify="right")
    for name, row in rows.items():
        cells = [_cell(row[column]) for column in ("questions", *columns, "moved", "marked")]
        table.add_row(name, *cells, style="" if "·" in name else "bold")
    console.print(table)


def _cell(value: object) -> str:
    if isinstance(value, list):
        mean, low, high = value
        return f"{mean:+.3f} [{low:+.3f}, {high:+.3f}]"
    return f"{value:.3f}" if isinstance(value, float) else str(value)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run from the command line."""
    parser = argparse.ArgumentParser(prog="python -m bench facts", description=__doc__)
    parser.add_argument("--data", type=Path, nargs="+", required=True, help="files or folders")
    parser.add_argument("--levels", nargs="+", choices=LEVELS, default=LEVELS)
    parser.add_argument("--memories", type=Path, help="folder in which memories are kept")
    parser.add_argument("--keep", action="store_true", help="write bench/results/facts.json")
    given = parser.parse_args(arguments)
    try:
        paths = [path for each in given.data for path in files(each)]
    except BadData as error:
        sys.exit(str(error))
    console = Console(width=None if sys.stdout.isatty() else 190)
    kept: dict[str, dict[str, dict[str, object]]] = {}
    with folder(given.memories) as within:
        for level in given.levels:
            rows: dict[str, dict[str, object]] = {}
            for path in paths:
                rows |= rows_of(path.name.split(".")[0], _asked(path, level, within, console))
            show(rows, level, console)
            kept[level] = rows
    if given.keep:
        machine.keep("facts", {"levels": kept})
    return 0


def _asked(path: Path, level: str, within: Path, console: Console) -> list[Asked]:
    asked: list[Asked] = []
    each = all_of(path)
    embedder = None if level == "c0" else EMBEDDER
    told = f"{path.name} {level}"
    for conversation in track(each, description=told, console=console, transient=True):
        with fill(
            conversation,
            file_of(conversation, within),
            embedder=embedder,
            level=level,
            learning="on request",
        ) as memory:
            asked += ask(memory, conversation)
    return asked


if __name__ == "__main__":
    sys.exit(main())
