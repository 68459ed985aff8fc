"""Draw the leaderboard: what is found over the tokens it costs, and over the cost of writing.

A filled point is a whole recipe, the hollow one on its line the same without its own mechanism.
The same figures give the same SVG with the same matplotlib; its metadata hold their hash.
"""

from __future__ import annotations

import inspect
import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from bench.compare import drawings, labels
from bench.compare.plots import as_svg
from bench.recipes.summary import Figures
from bench.systems.recipes import DEFAULT

FIRST = "R@10"
OURS, THEIRS = drawings.COLOURS["mnemos"], drawings.COLOURS["peer"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One kind of plot.

    Args:
        title: Above it.
        across: Columns of the summary whose sum is the place on the horizontal axis.
        told: The axis' words.
    """

    title: str
    across: tuple[str, ...]
    told: str


KINDS = {
    "tokens": Kind(
        title="What is found, over the tokens of the first ten turns",
        across=("tokens of ten",),
        told="tokens that the first ten turns cost in a prompt (log)",
    ),
    "writing": Kind(
        title="What is found, over what writing costs",
        across=("said ms/turn", "learn ms/turn"),
        told="ms to store a turn and to learn from it (log)",
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Point:
    name: str
    x: float
    y: float
    without: tuple[float, float] | None


def points(figures: Figures, dataset: str, kind: str) -> list[_Point]:
    """Return what is drawn of a data set, best first."""
    found = []
    for name, recipe in figures["recipes"].items():
        whole, without = (recipe["ways"].get(way, {}).get(dataset) for way in ("whole", "without"))
        if whole is None or FIRST not in whole:
            continue
        there = without is not None and FIRST in without
        found.append(
            _Point(
                name=name,
                x=_across(whole, kind),
                y=whole[FIRST],
                without=(_across(without, kind), without[FIRST]) if there else None,
            )
        )
    return sorted(found, key=lambda point: (-point.y, point.name))


def _across(its: Mapping[str, float], kind: str) -> float:
    return max(0.001, sum(its[column] for column in KINDS[kind].across))


def told(figures: Figures, dataset: str, kind: str) -> str:
    """Return what a plot shows, in a sentence."""
    parts = [
        f"{each.name} {each.y:.3f} at {each.x:,.3g}" for each in points(figures, dataset, kind)
    ]
    return f"R@10 and {KINDS[kind].told.removesuffix(' (log)')}, best first: {', '.join(parts)}."


def fingerprint(figures: Figures, dataset: str) -> str:
    """Return a hash of the figures that are drawn of a data set and of what draws them."""
    code = [inspect.getsource(module) for module in (sys.modules[__name__], labels)]
    drawn = [
        [
            kind,
            *((each.name, each.x, each.y, each.without) for each in points(figures, dataset, kind)),
        ]
        for kind in KINDS
    ]
    return sha256("\n".join([*code, json.dumps(drawn)]).encode()).hexdigest()


def svg(figures: Figures, dataset: str, kind: str) -> str:
    """Draw one plot."""
    metadata = {
        "Title": KINDS[kind].title,
        "Description": told(figures, dataset, kind),
        "Source": fingerprint(figures, dataset),
    }
    with mpl.rc_context(drawings.STYLE):
        return as_svg(_drawn(points(figures, dataset, kind), KINDS[kind]), metadata)


def _drawn(some: list[_Point], kind: Kind) -> Figure:
    figure = Figure(figsize=(drawings.WIDE, 5.2), layout="constrained")
    axes = figure.subplots()
    for each in some:
        _draw(axes, each)
    ends = [end for each in some for end in ((each.x, each.y), each.without) if end is not None]
    across, heights = zip(*ends, strict=True)
    axes.set_xscale("log")
    axes.set_xlim(min(across) / 1.6, max(across) * 2)
    axes.set_ylim(max(0.0, min(heights) - 0.06), min(1.0, max(heights) + 0.06))
    axes.set_xlabel(kind.told)
    axes.set_ylabel(FIRST)
    axes.grid()
    axes.tick_params(length=0)
    figure.legend(
        handles=[
            Line2D([], [], color=OURS, marker="o", linestyle="", label="default"),
            Line2D([], [], color=THEIRS, marker="s", linestyle="", label="a published system"),
            Line2D(
                [], [], color=THEIRS, marker="s", fillstyle="none", label="without its mechanism"
            ),
        ],
        loc="outside upper left",
        ncols=3,
    )
    figure.draw_without_rendering()
    labels.place(
        axes,
        [
            labels.Point(name=each.name, x=each.x, y=each.y, radius=4, bold=each.name == DEFAULT)
            for each in some
        ],
    )
    return figure


def _draw(axes: Axes, point: _Point) -> None:
    own = point.name == DEFAULT
    colour, marker = (OURS, "o") if own else (THEIRS, "s")
    if point.without is not None:
        x, y = point.without
        axes.plot([x, point.x], [y, point.y], color="#aaaaaa", linewidth=0.9, zorder=1)
        axes.scatter(x, y, s=45, facecolor="white", edgecolor=colour, marker=marker, zorder=2)
    axes.scatter(
        point.x, point.y, s=55, color=colour, edgecolor=drawings.INK, linewidth=0.7, marker=marker,
        zorder=3,
    )  # fmt: skip
