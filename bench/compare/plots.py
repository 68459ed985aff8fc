"""Plots of a comparison with what they show in a sentence, as SVG and PNG.

The same figures give the same SVG with the same matplotlib; its metadata hold a hash of the figures
and of the code that drew them.
"""

from __future__ import annotations

import inspect
import io
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import matplotlib as mpl
from matplotlib.figure import Figure

from bench.compare import drawings, labels, records
from bench.compare.reading import FIRST, Row, chosen, datasets, listed, ran, rows
from bench.compare.summary import Figures

DPI = 100
#: For whoever has not the font that the room for words was measured in.
FAMILY = ("'DejaVu Sans'", "'DejaVu Sans', Verdana, Helvetica, Arial, sans-serif")


@dataclass(frozen=True, slots=True, kw_only=True)
class Plot:
    """One plot of one data set.

    Args:
        name: Of its files: ``locomo-quality``.
        alt: What it shows, in a sentence.
        svg: Without dates; the fingerprint is in its metadata.
        png: The same.
        fingerprint: Of the figures and of what draws them.
    """

    dataset: str
    name: str
    title: str
    alt: str
    svg: str
    png: bytes
    fingerprint: str


def _told(some: Sequence[Row], column: str) -> str:
    able = [row for row in some if column in row.values]
    return listed([f"{row.name} {row.values[column]:.3f}" for row in able])


def _quality_told(some: Sequence[Row]) -> str:
    return f"R@10 of each, best first: {_told(ran(some, bounds=True), FIRST)}."


def _categories_told(some: Sequence[Row]) -> str:
    able = chosen(some)
    parts = []
    for name in drawings.categories_of(able):
        its = [f"{r.name} {r.categories[name][FIRST]:.3f}" for r in able if name in r.categories]
        parts.append(f"{name.replace('_', ' ')}: {listed(its)}")
    return f"R@10 by category. {'; '.join(parts)}."


def _tokens_told(some: Sequence[Row]) -> str:
    able = chosen(some, 7)
    return f"At 1,000 tokens: {_told(able, 'FB@1000')}; at 8,000: {_told(able, 'FB@8000')}."


def _costs_told(some: Sequence[Row]) -> str:
    parts = [
        f"{row.name} reads in {row.values['read p50 ms']:.3g} ms and writes a turn in "
        f"{row.values.get('write ms/turn', 0):.3g} ms with R@10 {row.values[FIRST]:.3f}"
        for row in ran(some)
        if "read p50 ms" in row.values
    ]
    return f"{'; '.join(parts)}."


def _abstention_told(some: Sequence[Row]) -> str:
    able = chosen([row for row in some if row.curve], 7)
    return f"Mean risk over all shares (AURC), lower is better: {_told(able, 'AURC')}."


@dataclass(frozen=True, slots=True, kw_only=True)
class _Kind:
    title: str
    draw: Callable[[Sequence[Row]], Figure]
    alt: Callable[[Sequence[Row]], str]
    wanted: Callable[[Row], object]


KINDS = {
    "quality": _Kind(
        title="What is found",
        draw=drawings.quality,
        alt=_quality_told,
        wanted=lambda row: row.values,
    ),
    "categories": _Kind(
        title="R@10 by category (questions)",
        draw=drawings.categories,
        alt=_categories_told,
        wanted=lambda row: row.categories,
    ),
    "tokens": _Kind(
        title="All gold, over the tokens it costs",
        draw=drawings.tokens,
        alt=_tokens_told,
        wanted=lambda row: row.values,
    ),
    "costs": _Kind(
        title="What it costs in time and space",
        draw=drawings.costs,
        alt=_costs_told,
        wanted=lambda row: "read p50 ms" in row.values,
    ),
    "abstention": _Kind(
        title="Telling when there is no answer",
        draw=drawings.abstention,
        alt=_abstention_told,
        wanted=lambda row: row.curve,
    ),
}


def fingerprint(figures: Figures, dataset: str) -> str:
    """Return a hash of the figures of a data set and of what draws them."""
    code = [inspect.getsource(module) for module in (drawings, labels)]
    told = {
        name: [about["kind"], about["title"], about["data"].get(dataset)]
        for name, about in figures["systems"].items()
    }
    text = "\n".join([*code, json.dumps(told, sort_keys=True)])
    return sha256(text.encode()).hexdigest()


def file_name(dataset: str, kind: str) -> str:
    """Return what a plot's files are called, without suffix; safe in a path and in a link."""
    return f"{records.plain(dataset)}-{kind}"


def names(figures: Figures, dataset: str) -> list[str]:
    """Return the kinds of plots for which a data set has figures."""
    some = ran(rows(figures, dataset))
    return [name for name, kind in KINDS.items() if any(map(kind.wanted, some))]


def plots(figures: Figures, dataset: str) -> list[Plot]:
    """Draw all plots of a data set."""
    some = rows(figures, dataset)
    mark = fingerprint(figures, dataset)
    found = []
    with mpl.rc_context(drawings.STYLE):
        for name in names(figures, dataset):
            kind = KINDS[name]
            drawn, alt = kind.draw(some), kind.alt(some)
            metadata = {"Title": kind.title, "Description": alt, "Source": mark}
            found.append(
                Plot(
                    dataset=dataset,
                    name=file_name(dataset, name),
                    title=kind.title,
                    alt=alt,
                    svg=as_svg(drawn, metadata),
                    png=_png(drawn),
                    fingerprint=mark,
                )
            )
    return found


def as_svg(drawn: Figure, metadata: Mapping[str, str]) -> str:
    """Return a figure as SVG, the same for the same figure."""
    written = io.StringIO()
    drawn.savefig(written, format="svg", dpi=DPI, metadata={**metadata, "Date": None})
    lines = written.getvalue().replace(*FAMILY).splitlines()
    return "\n".join([*(line.rstrip() for line in lines), ""])


def _png(drawn: Figure) -> bytes:
    written = io.BytesIO()
    drawn.savefig(written, format="png", dpi=DPI, metadata={"Software": None})
    return written.getvalue()


def write(figures: Figures, folder: Path) -> list[Plot]:
    """Draw all plots of a summary, as SVG and PNG."""
    folder.mkdir(parents=True, exist_ok=True)
    found = [plot for dataset in datasets(figures) for plot in plots(figures, dataset)]
    for plot in found:
        (folder / f"{plot.name}.svg").write_text(plot.svg, encoding="utf-8")
        (folder / f"{plot.name}.png").write_bytes(plot.png)
    return found
