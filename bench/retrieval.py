"""Are the right turns found? Conversations are imported, their questions asked, hits held to gold.

R@k is the mean over answerable questions of the share of gold turns among the first k hits;
"all@10" the share of questions with every gold turn among the first ten. "FB@1000" (full budget)
is the share whose every gold turn is among the hits that fit 1,000 tokens of the built-in model
(WordPiece) in rank order, each as a line with date and speaker; "in 1,000 tokens" the share whose
every gold turn is cited, whole or cut, in a context of that budget (default counter). One memory a
conversation, or with ``--pooled`` one for all of a file: asked in all of it, and narrowed to the
conversation. A question is put after the last turn.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.progress import track
from rich.table import Table

from bench import machine
from bench.conversation import Conversation, Question
from bench.data import BadData, all_of, files
from bench.memories import file_of, fill, folder, pooled, told_apart
from mnemos import Hit, InputError, Memory, Scope, TokenEmbedder
from mnemos.models import embedder as embedder_named

BUDGET_TOKENS = 1_000
#: More hits than fit the budget.
HITS = 200
EMBEDDER = "minilm"
COLUMNS = ("questions", "R@5", "R@10", "R@10 audited", "all@10", "FB@1000", "in 1,000 tokens")
ENDS = ("answerable refused", "unanswerable refused", "recall p50 ms")

Count = Callable[[Sequence[str]], list[int]]
Rows = dict[str, dict[str, float]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One question's result.

    Args:
        question: It.
        refs: Of the hits, best first.
        fitting: How many of them fit the budget; None if nothing counts tokens.
        cited: Refs in a context of that budget.
        abstained: Whether recall held them back.
        seconds: That recall took.
    """

    question: Question
    refs: tuple[str, ...]
    fitting: int | None
    cited: frozenset[str]
    abstained: bool
    seconds: float

    def recall(self, k: int, gold: frozenset[str] | None = None) -> float:
        """Return the share of gold turns among the first k hits."""
        wanted = self.question.gold if gold is None else gold
        return len(wanted & set(self.refs[:k])) / len(wanted)


def ask(
    memory: Memory, conversation: Conversation, count: Count | None, scope: Scope
) -> Iterable[Answer]:
    """Ask all questions of a conversation."""
    for question in conversation.questions:
        asked_at = conversation.asked_at
        start = time.perf_counter()
        recall = memory.recall(question.text, HITS, asked_at=asked_at, scope=scope)
        seconds = time.perf_counter() - start
        context = memory.context(
            question.text, budget_tokens=BUDGET_TOKENS, asked_at=asked_at, scope=scope
        )
        yield Answer(
            question=question,
            refs=tuple(hit.ref or "" for hit in recall),
            fitting=None if count is None else _fitting(recall, count),
            cited=frozenset(citation.ref or "" for citation in context.citations),
            abstained=recall.abstention is not None,
            seconds=seconds,
        )


def _fitting(hits: Sequence[Hit], count: Count) -> int:
    """Return how many of the first hits fit the budget, as lines with date and speaker."""
    lines = [f"[{hit.item.said_at:%Y-%m-%d}] {hit.speaker or ''}: {hit.text}" for hit in hits]
    spent = 0
    for number, tokens in enumerate(count(lines)):
        spent += tokens
        if spent > BUDGET_TOKENS:
            return number
    return len(lines)


def figures(answers: Sequence[Answer]) -> dict[str, float]:
    """Return the means over some answers."""
    hard = [answer for answer in answers if answer.question.answerable]
    void = [answer for answer in answers if not answer.question.answerable]
    found = {"questions": float(len(hard))}
    if hard:
        found |= {
            "R@5": _mean(answer.recall(5) for answer in hard),
            "R@10": _mean(answer.recall(10) for answer in hard),
            "R@10 audited": _mean(
                answer.recall(10, answer.question.audited)
                for answer in hard
                if answer.question.audited
            ),
            "all@10": _mean(answer.recall(10) == 1.0 for answer in hard),
            "in 1,000 tokens": _mean(answer.question.gold <= answer.cited for answer in hard),
            "answerable refused": _mean(answer.abstained for answer in hard),
        }
        if hard[0].fitting is not None:
            found["FB@1000"] = _mean(answer.recall(answer.fitting or 0) == 1.0 for answer in hard)
    if void:
        found["unanswerable refused"] = _mean(answer.abstained for answer in void)
    found["recall p50 ms"] = 1e3 * machine.percentile([answer.seconds for answer in answers], 0.5)
    return {name: round(value, 4) for name, value in found.items()}


def _mean(values: Iterable[float]) -> float:
    each = list(values)
    return sum(each) / len(each)


def rows_of(name: str, answers: Sequence[Answer]) -> Rows:
    """Return figures of a data set and of its categories."""
    rows = {name: figures(answers)}
    by_category: dict[str, list[Answer]] = defaultdict(list)
    for answer in answers:
        by_category[answer.question.category].append(answer)
    for category, some in sorted(by_category.items()):
        rows[f"{name} · {category}"] = figures(some)
    return rows


def apart(path: Path, level: str, within: Path, count: Count | None, console: Console) -> Rows:
    """Ask with one memory a conversation."""
    embedder = None if level == "c0" else EMBEDDER
    answers: list[Answer] = []
    each = all_of(path)
    for conversation in track(
        each, description=f"{path.name} {level}", console=console, transient=True
    ):
        file = file_of(conversation, within)
        with fill(conversation, file, embedder=embedder, level=level) as memory:
            answers += ask(memory, conversation, count, Scope())
    return rows_of(path.name.split(".")[0], answers)


def together(path: Path, level: str, within: Path, count: Count | None, console: Console) -> Rows:
    """Ask with all conversations of a file in one memory, each under an agent of its own."""
    embedder = None if level == "c0" else EMBEDDER
    name = path.name.split(".")[0]
    everywhere: list[Answer] = []
    narrowed: list[Answer] = []
    each = [told_apart(conversation) for conversation in all_of(path)]
    with pooled(each, within / f"{name}-pooled.mnemos", embedder=embedder, level=level) as memory:
        for conversation in track(
            each, description=f"{path.name} pooled {level}", console=console, transient=True
        ):
            own = Scope(agent=conversation.name)
            everywhere += ask(memory, conversation, count, Scope())
            narrowed += ask(memory, conversation, count, own)
    return {f"{name} · pooled": figures(everywhere), f"{name} · narrowed": figures(narrowed)}


def show(rows: Rows, level: str, console: Console) -> None:
    """Print one line a data set or category."""
    table = Table(title=f"Retrieval, level {level.upper()}", caption=machine.line())
    table.add_column("data", no_wrap=True)
    columns = (*COLUMNS, *ENDS)
    for column in columns:
        table.add_column(column, justify="right")
    for name, row in rows.items():
        cells = [f"{row[c]:.3g}" if c in row else "" for c in columns]
        table.add_row(name, *cells, style="" if "·" in name else "bold")
    console.print(table)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run from the command line."""
    parser = argparse.ArgumentParser(prog="python -m bench retrieval", description=__doc__)
    parser.add_argument("--data", type=Path, nargs="+", required=True, help="files or folders")
    parser.add_argument("--levels", nargs="+", default=["c0", "c2", "c3"])
    parser.add_argument("--pooled", type=Path, nargs="*", default=[], help="files to pool as well")
    parser.add_argument("--memories", type=Path, help="folder in which memories are kept")
    parser.add_argument("--keep", action="store_true", help="write bench/results/retrieval.json")
    given = parser.parse_args(arguments)
    try:
        paths = [path for each in given.data for path in files(each)]
    except BadData as error:
        sys.exit(str(error))
    console = Console(width=None if sys.stdout.isatty() else 170)
    count = _counter(console)
    levels = given.levels if count is not None else ["c0"]
    kept: dict[str, Rows] = {}
    with folder(given.memories) as within:
        for level in levels:
            rows: Rows = {}
            for path in paths:
                rows |= apart(path, level, within, count, console)
            for path in given.pooled:
                rows |= together(path, level, within, count, console)
            show(rows, level, console)
            kept[level] = rows
    if given.keep:
        machine.keep("retrieval", {"levels": kept})
    return 0


def _counter(console: Console) -> Count | None:
    """Return what counts tokens of the built-in model, or say that it is not there."""
    try:
        embedder = embedder_named(EMBEDDER)
    except InputError as error:
        console.print(f"only level C0: {error}")
        return None
    return embedder.count if isinstance(embedder, TokenEmbedder) else None
