"""Are the right turns found in other languages, in mixed talk, and by codes and numbers?

The conversations of ``bench/sets`` are ours and written for this: a German, Spanish, Russian,
Chinese and Japanese one, one of several languages at once, and one of code, tables, addresses and
numbers. Each is asked twice: in a memory opened in its language, and in one opened as people open
it who set none. R@k as in ``bench retrieval``; a miss is a question whose first ten hits lack a
turn that answers it.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bench import machine
from bench.conversation import Conversation, Question
from bench.data import conversations
from bench.memories import fill

SETS = Path(__file__).parent / "sets"
DEFAULT = "english"
#: Set → the language that a careful owner would open its memory in; Snowball stems no Chinese or
#: Japanese, and no two languages at once.
LANGUAGES = {
    "german": "german",
    "spanish": "spanish",
    "russian": "russian",
    "chinese": "none",
    "japanese": "none",
    "mixed": "none",
    "kinds": "english",
}
FIRST = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A question with the refs of its first hits."""

    question: Question
    refs: tuple[str, ...]

    def recall(self, k: int) -> float:
        """Return the share of gold turns among the first k hits."""
        return len(self.question.gold & set(self.refs[:k])) / len(self.question.gold)


def ask(conversation: Conversation, language: str) -> list[Asked]:
    """Put a conversation into a memory of this language and ask all its questions."""
    with fill(conversation, ":memory:", language=language) as memory:
        found = []
        for question in conversation.questions:
            hits = memory.recall(question.text, FIRST, asked_at=conversation.asked_at)
            found.append(Asked(question=question, refs=tuple(hit.ref or "" for hit in hits)))
        return found


def figures(answers: Sequence[Asked]) -> dict[str, float]:
    """Return the means over some answers."""
    count = len(answers)
    return {
        "questions": count,
        "R@1": round(sum(answer.recall(1) for answer in answers) / count, 4),
        "R@5": round(sum(answer.recall(5) for answer in answers) / count, 4),
        "R@10": round(sum(answer.recall(FIRST) for answer in answers) / count, 4),
        "misses": sum(answer.recall(FIRST) < 1 for answer in answers),
    }


def run(names: Sequence[str], console: Console, *, misses: bool) -> dict[str, dict[str, float]]:
    """Ask the sets of these names in both ways; return figures by set and language."""
    rows = {}
    for name in names:
        for language in dict.fromkeys((LANGUAGES[name], DEFAULT)):
            (conversation,) = conversations(SETS / f"{name}.jsonl")
            answers = ask(conversation, language)
            rows[f"{name} · {language}"] = figures(answers)
            if misses:
                _tell(name, language, [each for each in answers if each.recall(FIRST) < 1], console)
    return rows


def _tell(name: str, language: str, missed: Sequence[Asked], console: Console) -> None:
    for each in missed:
        wanted = ", ".join(sorted(each.question.gold))
        line = f"{name} · {language}: {each.question.text} ({wanted}; found {each.refs})"
        console.print(line, highlight=False, markup=False, soft_wrap=True)


def show(rows: dict[str, dict[str, float]], console: Console) -> None:
    """Print one line a set and language."""
    columns = ["questions", "R@1", "R@5", "R@10", "misses"]
    table = Table(title="Languages and kinds, level C0", caption=machine.line())
    table.add_column("set · language of the memory", no_wrap=True)
    for column in columns:
        table.add_column(column, justify="right")
    for name, row in rows.items():
        table.add_row(name, *[f"{row[column]:.3g}" for column in columns])
    console.print(table)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run from the command line."""
    parser = argparse.ArgumentParser(prog="python -m bench languages", description=__doc__)
    parser.add_argument("sets", nargs="*", metavar="SET", help=f"of {', '.join(LANGUAGES)}")
    parser.add_argument("--misses", action="store_true", help="print each question that missed")
    parser.add_argument("--keep", action="store_true", help="write bench/results/languages.json")
    given = parser.parse_args(arguments)
    if unknown := sorted(set(given.sets) - set(LANGUAGES)):
        parser.error(f"no set {', '.join(unknown)}; there are {', '.join(LANGUAGES)}")
    console = Console(width=None if sys.stdout.isatty() else 120)
    rows = run(given.sets or list(LANGUAGES), console, misses=given.misses)
    show(rows, console)
    if given.keep and not given.sets:
        machine.keep("languages", {"rows": rows})
    return 0
