"""What is in data files? ``python -m bench data PATH …`` lists each, and what in it is bad."""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bench.conversation import Conversation
from bench.data.records import BadRecord

#: Bad records of a file that are printed; ``--all`` prints every one.
PRINTED = 10
COLUMNS = ("conversations", "turns", "questions", "answerable", "bad records")

Row = dict[str, object]


def row(
    path: Path, name: str, conversations: Iterable[Conversation], bad: Sequence[BadRecord]
) -> Row:
    """Count one file; what is bad is counted after it was read."""
    told = turns = answerable = 0
    categories: Counter[str] = Counter()
    for conversation in conversations:
        told += 1
        turns += len(conversation.turns)
        answerable += sum(question.answerable for question in conversation.questions)
        categories.update(question.category for question in conversation.questions)
    return {
        "file": str(path),
        "format": name,
        "conversations": told,
        "turns": turns,
        "questions": categories.total(),
        "categories": dict(sorted(categories.items())),
        "answerable": answerable,
        "bad records": len(bad),
        "bad": [str(each) for each in bad],
    }


def show(rows: Sequence[Row], console: Console, *, everything: bool) -> None:
    """Print one line a file, one a category, and what is bad."""
    table = Table()
    table.add_column("file", overflow="fold")
    table.add_column("format")
    for column in COLUMNS:
        table.add_column(column, justify="right")
    for each in rows:
        cells = [f"{each[column]:,}" for column in COLUMNS]
        table.add_row(str(each["file"]), str(each["format"]), *cells, style="bold")
        categories = each["categories"]
        if isinstance(categories, Mapping):
            for category, count in categories.items():
                table.add_row(f"· {category}", "", "", "", f"{count:,}")
    console.print(table)
    for each in rows:
        bad = each["bad"]
        if isinstance(bad, list):
            for line in bad if everything else bad[:PRINTED]:
                console.print(line, highlight=False, markup=False, soft_wrap=True)
            if len(bad) > PRINTED and not everything:
                console.print(f"… and {len(bad) - PRINTED:,} more of {each['file']} (--all)")


def parsed(arguments: Sequence[str] | None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="python -m bench data", description=__doc__)
    parser.add_argument("paths", type=Path, nargs="+", metavar="PATH", help="files or folders")
    parser.add_argument("--format", help="their format, if it is not to be told by content")
    parser.add_argument("--audit", type=Path, help="corrected citations of LoCoMo")
    parser.add_argument("--corpus", type=Path, help="clean corpus for PoisonedRAG (BEIR's layout)")
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.add_argument("--all", action="store_true", help="print every bad record")
    return parser.parse_args(arguments)


def tell(rows: Sequence[Row], *, as_json: bool, everything: bool) -> None:
    """Print the rows."""
    if as_json:
        print(json.dumps(list(rows), indent=1, ensure_ascii=False))
    else:
        show(rows, Console(width=None if sys.stdout.isatty() else 160), everything=everything)
