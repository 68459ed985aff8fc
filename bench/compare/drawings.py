"""Draw a comparison: bars with intervals, categories, curves over tokens, costs, abstention.

Each plot is a function from the rows of one data set to a figure, 800 px wide, with a sentence that
says the same. Colours are Okabe and Ito's, which most colour-blind people tell apart; hatches,
markers and weights say it again. The same figures give the same SVG with the same matplotlib.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import cycle
from typing import Any

from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from bench.compare import labels
from bench.compare.reading import FIRST, Row, chosen, ran
from bench.compare.summary import QUALITY
from bench.measures import BUDGETS_TOKENS

WIDE = 8.0
COLOURS = {"mnemos": "#0072b2", "peer": "#e69f00", "baseline": "#999999"}
HATCHES = {"mnemos": "", "peer": "", "baseline": "////"}
TOLD = {"mnemos": "mnemos", "peer": "other products", "baseline": "the usual ways,\nand bounds"}
MARKERS = {"mnemos": "o", "peer": "s", "baseline": "^"}
#: Of curves.
OURS = (("#0072b2", "-", 2.8), ("#56b4e9", "-", 2.2), ("#56b4e9", "--", 1.8))
LINES = ("#d55e00", "#009e73", "#cc79a7", "#e69f00", "#000000", "#999999")
DASHES = ("-", "--", "-.", ":")
INK, GRID = "#222222", "#dddddd"
STYLE: Any = {  # matplotlib types every key by its name
    "axes.axisbelow": True,
    "axes.edgecolor": GRID,
    "axes.labelcolor": INK,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "axes.titlesize": 11,
    "font.family": "DejaVu Sans",
    "font.size": 10,
    "grid.color": GRID,
    "hatch.color": "#ffffff",
    "hatch.linewidth": 0.8,
    "legend.frameon": False,
    "svg.fonttype": "none",
    "svg.hashsalt": "mnemos",
    "text.color": INK,
    "xtick.color": INK,
    "ytick.color": INK,
}


def quality(some: Sequence[Row]) -> Figure:
    """Return bars with intervals: a panel a measure, a bar a row, in the order of R@10."""
    able = ran(some, bounds=True)
    figure = Figure(figsize=(WIDE, 2 * (0.24 * len(able) + 0.75) + 0.3), layout="constrained")
    axes = figure.subplots(2, 4, sharey=True, sharex=True).ravel().tolist()
    for panel, column in zip(axes, QUALITY, strict=False):
        _bars(panel, able, [row.values.get(column, 0.0) for row in able])
        for place, row in enumerate(able):
            if column in row.intervals:
                low, high = row.intervals[column]
                panel.plot([low, high], [place, place], color=INK, linewidth=1.4)
        panel.set_title(column)
    legend = axes[-1]
    legend.axis("off")
    handles: list[Artist] = [
        Patch(facecolor=COLOURS[kind], hatch=HATCHES[kind], label=TOLD[kind])
        for kind in _kinds(able)
    ]
    handles.append(Line2D([], [], color=INK, linewidth=1.4, label="95 % interval"))
    legend.legend(handles=handles, loc="center")
    return figure


def _bars(axes: Axes, some: Sequence[Row], values: Sequence[float]) -> None:
    """Draw a bar a row with its figure at the right, ours in bold, best at the top."""
    for place, (row, value) in enumerate(zip(some, values, strict=True)):
        axes.barh(place, value, height=0.74, color=COLOURS[row.kind], hatch=HATCHES[row.kind])
        told = f"{value:.3f}".removeprefix("0")
        axes.text(1.42, place, told, ha="right", va="center", fontsize=9, fontweight=_weight(row))
    axes.set_yticks(range(len(some)), [row.name for row in some])
    for label, row in zip(axes.get_yticklabels(), some, strict=False):  # inner panels have none
        label.set_fontweight(_weight(row))
    axes.set_ylim(len(some) - 0.4, -0.6)
    axes.set_xlim(0, 1.44)
    axes.set_xticks([0, 0.5, 1], ["0", ".5", "1"])
    axes.tick_params(length=0)
    axes.grid(axis="x")


def _kinds(some: Sequence[Row]) -> list[str]:
    return [kind for kind in COLOURS if any(row.kind == kind for row in some)]


def _weight(row: Row) -> str:
    return "bold" if row.kind == "mnemos" else "normal"


def categories(some: Sequence[Row]) -> Figure:
    """Return bars of R@10: a panel a category, mnemos beside the best of the others."""
    able = chosen(some)
    names = categories_of(able)
    across = min(3, len(names))
    down = -(-len(names) // across)
    height = down * (0.24 * len(able) + 0.7) + 0.3
    figure = Figure(figsize=(WIDE, height), layout="constrained")
    axes = figure.subplots(down, across, sharey=True, sharex=True, squeeze=False).ravel().tolist()
    for panel, name in zip(axes, names, strict=False):
        of = [row.categories.get(name, {}) for row in able]
        _bars(panel, able, [its.get(FIRST, 0.0) for its in of])
        count = max(its.get("questions", 0) for its in of)
        panel.set_title(f"{name.replace('_', ' ')} ({count:,.0f})")
    for panel in axes[len(names) :]:
        panel.axis("off")
    return figure


def categories_of(able: Sequence[Row]) -> list[str]:
    """Return the names of all categories that any row has."""
    return sorted({name for row in able for name in row.categories})


def tokens(some: Sequence[Row]) -> Figure:
    """Return curves: questions whose gold is all there, over the tokens that a prompt pays."""
    figure = Figure(figsize=(WIDE, 4.6), layout="constrained")
    axes = figure.subplots()
    columns = [f"FB@{budget}" for budget in BUDGETS_TOKENS]
    for row, style in _styled(chosen(some, 7)):
        axes.plot(
            BUDGETS_TOKENS, [row.values[column] for column in columns], label=row.name, **style
        )
    told_at = -1.0
    for row in sorted(ran(some, bounds=True), key=lambda row: row.values[columns[-1]]):
        if row.bound:
            heights = [row.values[column] for column in columns]
            axes.plot(BUDGETS_TOKENS, heights, color="#777777", linewidth=0.9, linestyle=":")
            told_at = max(heights[-1], told_at + 0.045)
            axes.text(8_400, told_at, row.name, va="center", fontsize=9, color="#555555")
    axes.set_xscale("log")
    axes.set_xticks(BUDGETS_TOKENS, [f"{budget:,}" for budget in BUDGETS_TOKENS])
    axes.minorticks_off()
    axes.set_xlabel("tokens of memories in the prompt")
    axes.set_ylabel("questions with all gold among them")
    _legend(figure, axes)
    return figure


def _styled(some: Sequence[Row]) -> list[tuple[Row, dict[str, Any]]]:
    """Return each row with how its curve looks; ours are blue, whole and thick, best first."""
    others = cycle(zip(LINES, cycle(DASHES[1:]), strict=False))
    mine = cycle(OURS)
    found = []
    for row in some:
        if row.kind == "mnemos":
            colour, dash, width = next(mine)
        else:
            (colour, dash), width = next(others), 1.7
        style = {"color": colour, "linestyle": dash, "linewidth": width}
        found.append((row, {**style, "marker": MARKERS[row.kind], "markersize": 5}))
    return found


def _legend(figure: Figure, axes: Axes) -> None:
    axes.set_ylim(0, 1.02)
    axes.grid()
    axes.tick_params(length=0)
    figure.legend(loc="outside upper left", ncols=4, fontsize=9.5, handlelength=3)


def costs(some: Sequence[Row]) -> Figure:
    """Return R@10 over the time of reading and that of writing; areas are bytes on disk a turn."""
    able = [row for row in ran(some) if "read p50 ms" in row.values]
    figure = Figure(figsize=(WIDE, 8.6), layout="constrained")
    panels = figure.subplots(2, 1).tolist()
    told = {"read p50 ms": "ms to answer a question, p50", "write ms/turn": "ms to take a turn in"}
    largest = max([row.values.get("bytes/turn", 0.0) for row in able] + [1.0])
    heights = [row.values[FIRST] for row in able]
    for axes, (column, label) in zip(panels, told.items(), strict=True):
        for row in able:
            _point(axes, row, _across(row, column), largest)
        across = [_across(row, column) for row in able]
        axes.set_xscale("log")
        axes.set_xlim(min(across) / 2.5, max(across) * 4)
        axes.set_ylim(max(0.0, min(heights) - 0.08), max(heights) + 0.08)
        axes.set_xlabel(f"{label} (log)")
        axes.set_ylabel(FIRST)
        axes.grid()
        axes.tick_params(length=0)
    figure.legend(
        handles=[
            Line2D([], [], color=COLOURS[kind], marker=MARKERS[kind], linestyle="", label=label)
            for kind in _kinds(able)
            for label in [TOLD[kind].split(",")[0]]
        ],
        title=f"area: bytes on disk a turn, largest {largest:,.0f}; hollow: kept in memory",
        loc="outside upper left",
        ncols=3,
        alignment="left",
    )
    figure.draw_without_rendering()
    for axes, column in zip(panels, told, strict=True):
        labels.place(
            axes,
            [
                labels.Point(
                    name=row.name,
                    x=_across(row, column),
                    y=row.values[FIRST],
                    radius=math.sqrt(_area(row, largest)) / 2,
                    bold=row.kind == "mnemos",
                )
                for row in able
            ],
        )
    return figure


def _across(row: Row, column: str) -> float:
    """Return where a row stands on an axis of milliseconds; below a microsecond all are alike."""
    return max(row.values.get(column, 0.0), 0.001)


def _area(row: Row, largest: float) -> float:
    return 45 + 900 * row.values.get("bytes/turn", 0.0) / largest


def _point(axes: Axes, row: Row, x: float, largest: float) -> None:
    on_disk = "bytes/turn" in row.values
    axes.scatter(
        x,
        row.values[FIRST],
        s=_area(row, largest),
        color=COLOURS[row.kind] if on_disk else "none",
        edgecolor=INK if on_disk else COLOURS[row.kind],
        linewidth=0.8 if on_disk else 2,
        alpha=0.85,
        marker=MARKERS[row.kind],
    )


def abstention(some: Sequence[Row]) -> Figure:
    """Return curves: how much of what is told is wrong, over how much is told at all."""
    figure = Figure(figsize=(WIDE, 4.6), layout="constrained")
    axes = figure.subplots()
    for row, style in _styled(chosen([row for row in some if row.curve], 7)):
        share, risk = zip(*row.curve, strict=True)
        axes.plot(share, risk, label=row.name, **{**style, "markevery": 4})
    axes.set_xlim(0, 1)
    axes.set_xlabel("share of questions answered, surest first")
    axes.set_ylabel("share of what is told that is wrong")
    _legend(figure, axes)
    return figure
