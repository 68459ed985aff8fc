"""``export``, ``load`` and ``backup``: taking a memory elsewhere."""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

import click

from mnemos import Memory
from mnemos.serve.cli.access import opened, require_folder
from mnemos.serve.cli.command import Command, settings
from mnemos.serve.cli.exits import STORE, USAGE, Refused
from mnemos.serve.cli.figures import size
from mnemos.serve.cli.receipts import counted

STREAM = "-"


@click.command("export", cls=Command)
@click.argument("target", metavar="[FILE|-]", default=STREAM)
def export_command(*, target: str) -> None:
    """Write the whole memory as lines of JSON: to a new FILE, or to stdout.

    load makes the same memory of them: same ids, same journal, same state hash.
    """
    given = settings()
    output = given.output
    with opened(given) as memory:
        if target == STREAM:
            for line in memory.export_lines():
                sys.stdout.write(f"{line}\n")
            return
        require_folder(target)
        lines = memory.export(target)
    if output.as_json:
        output.document({"file": target, "lines": lines})
    elif not output.quiet:
        output.show(f"{target}: {counted(lines, 'line')} written")


@click.command("load", cls=Command)
@click.argument("source", metavar="EXPORT|-")
@click.argument("target", metavar="FILE")
def load_command(*, source: str, target: str) -> None:
    """Make a memory, in a new FILE, from an export.

    Every line is checked against the journal's hashes; nothing is kept if one is damaged.
    """
    given = settings()
    output = given.output
    if Path(target).exists():
        raise Refused(f"{target}: is there already; load makes a new file", STORE)
    require_folder(target)
    try:
        with _reading(source) as file, Memory.load(_lines(source, file), target) as memory:
            stats = memory.stats()
    except BaseException:
        _remove(target)
        raise
    if output.as_json:
        output.document({"file": target, "events": stats.events, "state_hash": stats.state_hash})
    elif not output.quiet:
        items = counted(sum(stats.items.values()), "item")
        output.show(f"{target}: {items}, {counted(stats.events, 'event')}, as exported")
        output.show(f"state hash {stats.state_hash}")


def _reading(source: str) -> TextIO:
    if source == STREAM:
        return io.TextIOWrapper(sys.stdin.buffer, encoding="utf-8")
    try:
        return Path(source).open(encoding="utf-8")
    except OSError as error:
        raise Refused(f"{source}: cannot be read: {error.strerror}", USAGE) from error


def _lines(source: str, file: TextIO) -> Iterator[str]:
    try:
        first = next(file, "")
        if not _is_export(first):
            what = "this is no export" if first.strip() else "this is empty, and so no export"
            raise Refused(f"{source}: {what}; for messages: mnemos remember {source}", USAGE)
        yield first
        yield from file
    except UnicodeDecodeError as error:
        raise Refused(f"{source}: is no UTF-8 and so no export", USAGE) from error


def _is_export(line: str) -> bool:
    """Return whether a first line may be an export's, though perhaps a damaged or newer one."""
    return line.lstrip().startswith("{") and '"mnemos"' in line


def _remove(target: str) -> None:
    """Take away a file that was begun; it was not there before."""
    for suffix in ("", "-wal", "-shm"):
        Path(f"{target}{suffix}").unlink(missing_ok=True)


@click.command("backup", cls=Command)
@click.argument("target", metavar="FILE")
def backup_command(*, target: str) -> None:
    """Write a compact copy of the file, while others may go on writing."""
    given = settings()
    output = given.output
    require_folder(target)
    with opened(given) as memory:
        memory.backup(target)
    taken = Path(target).stat().st_size
    if output.as_json:
        output.document({"file": target, "bytes": taken})
    elif not output.quiet:
        output.show(f"{target}: {size(taken)} written")
