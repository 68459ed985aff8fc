"""Why a hit stands where it does: what each signal added to its score, as bars."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from mnemos import Hit, Reason, Recall, VectorStatus
from mnemos.serve.cli.highlight import marked
from mnemos.serve.cli.hits import WIDE, day, marks
from mnemos.serve.cli.plain import one_line, visible
from mnemos.serve.cli.reindex import in_words

#: Cells of the longest bar of an answer, either side of the axis.
BAR_WIDTH = 14
#: Signals that moved the score less than this are told together.
SMALL = 0.25
VALUE_WIDTH = len("+10.00")
INDENT = "  "
#: What each level goes by.
LEVELS = {
    "c0": "words, people, days and kinds of turn",
    "c1": "words, people, days, kinds of turn, and a vector of each turn",
    "c2": "words, people, days, kinds of turn, and vectors of turns and sentences",
    "c3": "words, people, days, kinds of turn, and vectors of turns, sentences and word pieces",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One bar.

    Args:
        name: A group's, or a signal's.
        value: What it added to the score.
        of_group: Signals are set in below their group.
        meaning: What the signal looks at.
    """

    name: str
    value: float
    of_group: bool = False
    meaning: str = ""


def rows(reasons: Sequence[Reason]) -> list[Row]:
    """Return a hit's bars: groups by what they moved, in each its signals that moved much."""
    groups = [(name, list(each)) for name, each in groupby(sorted(reasons, key=_group), key=_group)]
    groups.sort(key=lambda group: -abs(_total(group[1])))
    return [row for name, each in groups for row in _rows(name, each)]


def _group(reason: Reason) -> str:
    return reason.group or "signals"


def _total(reasons: Sequence[Reason]) -> float:
    return sum(each.contribution for each in reasons)


def _rows(group: str, reasons: Sequence[Reason]) -> Iterator[Row]:
    yield Row(name=group, value=_total(reasons), of_group=True)
    told = [each for each in reasons if abs(each.contribution) >= SMALL]
    for each in sorted(told, key=lambda each: -abs(each.contribution)):
        yield Row(name=each.signal, value=each.contribution, meaning=each.meaning)
    rest = [each for each in reasons if abs(each.contribution) < SMALL]
    if rest and told:
        yield Row(name=f"{len(rest)} more", value=_total(rest))


def bar(value: float, least: float, most: float) -> str:
    """Return a bar about an axis, in half cells; all bars of an answer share its scale.

    Args:
        value: What it stands for.
        least: The smallest value of the answer, or 0.
        most: The largest value of the answer, or 0.
    """
    scale = max(most, -least) or 1.0
    left, right = (_halves(side, scale) for side in (-least, most))
    halves = _halves(abs(value), scale)
    drawn = "█" * (halves // 2)
    if value < 0:
        return f"{'▐' * (halves % 2)}{drawn}".rjust(-(-left // 2)) + "│"
    return " " * -(-left // 2) + "│" + f"{drawn}{'▌' * (halves % 2)}".ljust(-(-right // 2))


def _halves(value: float, scale: float) -> int:
    return round(max(0.0, value) / scale * BAR_WIDTH * 2)


def explained(found: Recall, *, width: int) -> Group:
    """Return hits, best first, each with its text and its bars."""
    all_rows = [rows(hit.reasons) for hit in found.hits]
    values = [row.value for each in all_rows for row in each]
    scale = (min([0.0, *values]), max([0.0, *values]))
    parts: list[RenderableType] = []
    for place, (hit, its) in enumerate(zip(found.hits, all_rows, strict=True), 1):
        parts.append(_heading(place, hit))
        parts.append(Padding(marked(hit.text, found.query.question), (0, 0, 0, 4)))
        parts += [Padding(line, (0, 0, 0, 4)) for line in marks(hit)]
        parts.append(Padding(_bars(its, scale, wide=width >= WIDE), (0, 0, 1, 4)))
    if width < WIDE:
        parts.append(_legend(all_rows))
    return Group(*parts)


def _heading(place: int, hit: Hit) -> Text:
    named = [hit.id, *([hit.ref] if hit.ref else [])]
    return Text.assemble(
        (f"{place:>2}. {hit.score:.2f}", "bold"),
        (f"  {day(hit.item)}", "cyan"),
        f"  {one_line(hit.speaker or '')}",
        ("  " + "  ".join(one_line(each) for each in named), "dim"),
    )


def _bars(its: Sequence[Row], scale: tuple[float, float], *, wide: bool) -> Table:
    made = Table(box=None, show_header=False, padding=(0, 1, 0, 0), pad_edge=False, expand=wide)
    # What tells keeps its width; where room is short, it is taken from what the signals look at.
    made.add_column(no_wrap=True, min_width=max((_width(row) for row in its), default=0))
    made.add_column(justify="right", no_wrap=True, min_width=VALUE_WIDTH)
    made.add_column(no_wrap=True, overflow="crop", min_width=len(bar(0.0, *scale)) if wide else 0)
    if wide:
        made.add_column(style="dim", no_wrap=True, overflow="ellipsis", ratio=1)
    for row in its:
        style = "green" if row.value >= 0 else "red"
        name = visible(row.name) if row.of_group else f"{INDENT}{visible(row.name)}"
        cells: list[RenderableType] = [
            Text(name, style="bold" if row.of_group else ""),
            Text(f"{row.value:+.2f}", style=f"bold {style}" if row.of_group else style),
            Text(bar(row.value, *scale), style=style if row.of_group else f"dim {style}"),
        ]
        made.add_row(*cells, *([Text(visible(row.meaning))] if wide else []))
    return made


def _width(row: Row) -> int:
    return len(row.name) + (0 if row.of_group else len(INDENT))


def _legend(all_rows: Sequence[Sequence[Row]]) -> Table:
    """Return what the signals look at, where it does not fit beside their bars."""
    meanings = {row.name: row.meaning for each in all_rows for row in each if row.meaning}
    made = Table(box=None, show_header=False, padding=(0, 1, 0, 0), pad_edge=False)
    made.add_column(no_wrap=True)
    made.add_column(style="dim", overflow="fold")
    for name, meaning in meanings.items():
        made.add_row(Text(visible(name)), Text(visible(meaning)))
    return made


def level(found: Recall, status: VectorStatus) -> str:
    """Return how sure the answer is, which level gave it, and what kept it from more."""
    sure = f"{found.confidence:.0%} sure that it is here"
    said = f"{sure}; level {found.level.upper()}: {LEVELS.get(found.level, found.level)}"
    if found.limitation:
        return f"{said}; not more, for {found.limitation}"
    if status.model is not None and status.embedded < status.documents:
        return f"{said}; {in_words(status)}"
    return said
