"""Are the right turns found? Conversations are imported, their questions asked, hits held to gold.

R@k is the mean over answerable questions of the share of gold turns among the first k hits;
"all@10" the share of questions with every gold turn among the first ten; "in 1,000 tokens" the
share whose every gold turn is cited, whole or cut, in a context of that budget (default counter).
One memory a conversation; a question is put after the last turn.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.progress import track
from rich.table import Table

from bench import machine
from bench.data import Conversation, Question, conversations, fill
from mnemos import Memory

BUDGET_TOKENS = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One question's result."""

    dataset: str
    question: Question
    refs: tuple[str, ...]
    cited: frozenset[str]
    abstained: bool
    seconds: float

    def recall(self, k: int, gold: frozenset[str] | None = None) -> float:
        """Return the share of gold turns among the first k hits."""
        wanted = self.question.gold if gold is None else gold
        return len(wanted & set(self.refs[:k])) / len(wanted)


def ask(conversation: Conversation, folder: Path) -> list[Answer]:
    """Import one conversation into a file of its own and ask all its questions."""
    path = folder / f"{conversation.dataset}-{conversation.name}.mnemos"
    with fill(conversation, path) as memory:
        return [_answer(memory, conversation, question) for question in conversation.questions]


def _answer(memory: Memory, conversation: Conversation, question: Question) -> Answer:
    start = time.perf_counter()
    recall = memory.recall(question.text, 10, asked_at=conversation.asked_at)
    seconds = time.perf_counter() - start
    context = memory.context(
        question.text, budget_tokens=BUDGET_TOKENS, asked_at=conversation.asked_at
    )
    return Answer(
        dataset=conversation.dataset,
        question=question,
        refs=tuple(hit.ref or "" for hit in recall),
        cited=frozenset(citation.ref or "" for citation in context.citations),
        abstained=recall.abstention is not None,
        seconds=seconds,
    )


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
    if void:
        found["unanswerable refused"] = _mean(answer.abstained for answer in void)
    found["recall p50 ms"] = 1e3 * machine.percentile([answer.seconds for answer in answers], 0.5)
    return {name: round(value, 4) for name, value in found.items()}


def _mean(values: Iterable[float]) -> float:
    each = list(values)
    return sum(each) / len(each)


def run(paths: Sequence[Path], console: Console) -> dict[str, dict[str, float]]:
    """Ask everything in these files; return figures by data set and by category."""
    found: dict[str, list[Answer]] = defaultdict(list)
    with tempfile.TemporaryDirectory() as folder:
        for path in paths:
            for conversation in track(
                list(conversations(path)), description=path.name, console=console, transient=True
            ):
                for answer in ask(conversation, Path(folder)):
                    found[path.name.split(".")[0]].append(answer)
    rows: dict[str, dict[str, float]] = {}
    for dataset, answers in found.items():
        rows[dataset] = figures(answers)
        by_category: dict[str, list[Answer]] = defaultdict(list)
        for answer in answers:
            by_category[answer.question.category].append(answer)
        for category, some in sorted(by_category.items()):
            rows[f"{dataset} · {category}"] = figures(some)
    return rows


def show(rows: dict[str, dict[str, float]], console: Console) -> None:
    """Print one line a data set or category."""
    columns = ["questions", "R@5", "R@10", "R@10 audited", "all@10", "in 1,000 tokens"]
    columns += ["answerable refused", "unanswerable refused", "recall p50 ms"]
    table = Table(title="Retrieval, level C0, one memory a conversation", caption=machine.line())
    table.add_column("data", no_wrap=True)
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
    parser.add_argument("--keep", action="store_true", help="write bench/results/retrieval.json")
    given = parser.parse_args(arguments)
    paths = [path for each in given.data for path in _files(each)]
    if not paths:
        sys.exit(f"no *.jsonl or *.jsonl.gz under {', '.join(map(str, given.data))}")
    console = Console(width=None if sys.stdout.isatty() else 160)
    rows = run(paths, console)
    show(rows, console)
    if given.keep:
        machine.keep("retrieval", {"rows": rows})
    return 0


def _files(path: Path) -> list[Path]:
    return sorted(path.glob("*.jsonl*")) if path.is_dir() else [path]
