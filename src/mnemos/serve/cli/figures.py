"""Figures for people: bytes, counts, spark-lines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from rich.console import Group
from rich.table import Table
from rich.text import Text

from mnemos import Stats
from mnemos.serve.cli.plain import one_line

_BLOCKS = "▁▂▃▄▅▆▇█"
_KIB = 1024
#: How many speakers and parts are listed.
LISTED = 8
SPARK_WIDTH = 48
#: With fewer items the empty tables weigh more than what is in them.
ENOUGH = 100


def size(count: float) -> str:
    """Return a number of bytes in words."""
    value = float(count)
    for unit in ("B", "KiB", "MiB"):
        if value < _KIB:
            return f"{value:,.0f} {unit}" if unit == "B" else f"{value:,.1f} {unit}"
        value /= _KIB
    return f"{value:,.1f} GiB"


def spark(values: Sequence[float]) -> str:
    """Return one block a value, its height by the largest; a blank for nothing."""
    most = max(values, default=0)
    top = len(_BLOCKS) - 1
    return "".join(_BLOCKS[round(value / most * top)] if value > 0 else " " for value in values)


def activity(days: Mapping[date, int], width: int) -> tuple[str, str]:
    """Return a spark-line of turns over time, and what one block of it stands for."""
    if not days:
        return "", ""
    first, last = min(days), max(days)
    span = (last - first).days + 1
    step = -(-span // width)
    values = [0] * (-(-span // step))
    for day, count in days.items():
        values[(day - first).days // step] += count
    unit = "day" if step == 1 else f"{step} days"
    return spark(values), f"{first} – {last}, a block a {unit}"


def stats_panel(stats: Stats, width: int, *, vectors: str = "", parts: bool = False) -> Group:
    """Return the figures of a memory; how many bytes each part of the file takes, if asked for."""
    made = Table(box=None, show_header=False, padding=(0, 2, 0, 0), pad_edge=False)
    made.add_column(style="dim", no_wrap=True)
    made.add_column(overflow="fold")
    for name, value in _rows(stats):
        made.add_row(name, Text(value))
    if vectors:
        made.add_row("vectors", Text(one_line(vectors)))
    line, legend = activity(stats.activity, max(8, min(SPARK_WIDTH, width - 30)))
    if line:
        made.add_row("activity", Text(line, style="green"))
        made.add_row("", Text(legend, style="dim"))
    made.add_row("head", stats.head)
    made.add_row("state hash", stats.state_hash)
    return Group(made, Text(), _parts(stats)) if parts else Group(made)


def _rows(stats: Stats) -> list[tuple[str, str]]:
    turns = sum(stats.items.values())
    speakers = list(stats.speakers.items())
    named = ", ".join(f"{one_line(name)} {count:,}" for name, count in speakers[:LISTED])
    more = f" and {len(speakers) - LISTED} more" if len(speakers) > LISTED else ""
    rows = [
        ("items", ", ".join(f"{kind} {count:,}" for kind, count in stats.items.items()) or "none"),
        ("not active", ", ".join(f"{status} {n:,}" for status, n in stats.inactive.items())),
        ("erased", f"{stats.erased:,}" if stats.erased else ""),
        ("sessions", f"{stats.sessions:,}"),
        ("speakers", named + more),
        ("events", f"{stats.events:,}"),
        ("said", _period(stats)),
        ("file", size(stats.bytes_on_disk)),
        ("texts", f"{size(stats.text_bytes)}{_per_turn(stats, turns)}"),
    ]
    return [(name, value) for name, value in rows if value]


def _period(stats: Stats) -> str:
    if stats.first_said_at is None or stats.last_said_at is None:
        return ""
    return f"{stats.first_said_at:%Y-%m-%d} – {stats.last_said_at:%Y-%m-%d}"


def _per_turn(stats: Stats, turns: int) -> str:
    if turns < ENOUGH:
        return ""
    return f" ({stats.bytes_on_disk / turns:,.0f} bytes of file an item)"


def _parts(stats: Stats) -> Table:
    """Return how many bytes each part of the file takes, as bars."""
    made = Table(box=None, show_header=False, padding=(0, 2, 0, 0), pad_edge=False)
    parts = list(stats.bytes_by_part.items())[:LISTED]
    most = max((count for _, count in parts), default=0) or 1
    for name, count in parts:
        bar = "█" * max(1, round(count / most * 20))
        made.add_row(
            Text(one_line(name), style="dim"),
            Text(size(count), justify="right"),
            Text(bar, style="blue", overflow="crop", no_wrap=True),
        )
    return made
