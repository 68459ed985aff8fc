"""The page of results beside other products, made from ``bench/results/compare.json``.

Text, tables and plots come from the figures alone: what was not measured is not there, and nothing
is said that another summary would not say as well.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import groupby
from pathlib import Path

from bench import machine
from bench.compare import plots
from bench.compare.losses import LEVELS, Loss, losses
from bench.compare.reading import (
    BOUNDS,
    GROUPS,
    METHOD,
    Row,
    datasets,
    definition,
    headline,
    listed,
    ran,
    rows,
    shown,
    size,
    unsure,
)
from bench.compare.summary import QUALITY, Figures

ROOT = Path(__file__).parent.parent.parent
PAGE = Path("docs", "results.md")
#: Data set → what it is called in documents.
TITLES = {
    "locomo": "LoCoMo",
    "longmemeval": "LongMemEval",
    "beam100K": "BEAM 128K",
    "beam500K": "BEAM 500K",
    "musique_dev100": "MuSiQue",
    "hotpotqa_dev100": "HotpotQA",
}
#: What is drawn of data sets after the first.
FURTHER = ("quality", "categories")
PRODUCTS = ("R@10", "FB@1000", "write ms/turn", "read p50 ms", "install MB")
_LEAD = (
    "**Beside other products** on {title}: {questions:,} questions about {conversations:,} "
    "conversations, the same model for all that take one, one core each. `best` is the best that "
    "we found with a product's public interface. [All figures, what mnemos loses at, and how it "
    "was measured](docs/results.md)."
)

_WRITTEN = (
    "Written by `make docs` from `bench/results/compare.json`; do not edit. Measured on {machine}. "
    "[Measure it yourself](howto/benchmark.md)."
)
_LOSSES = (
    "Every column and category in which a product or one of the usual ways is ahead of {levels}, "
    "the best first. ≈: the 95 % interval of the difference holds zero, so it may be chance. Rows "
    "that only bound what can be had ({bounds}) are left out."
)


def kept() -> Figures | None:
    """Return the summary that is committed; None if there is none."""
    return machine.kept("compare")


def products(figures: Figures) -> str:
    """Return the table for newcomers: mnemos, the products, and the best of the usual ways."""
    dataset = datasets(figures)[0]
    some = rows(figures, dataset)
    usual = [row for row in ran(some) if row.kind == "baseline"][:1]
    told = [row for row in some if row.kind != "baseline" or row in usual]
    about = figures["data"][dataset]
    lead = _LEAD.format(
        title=_title(dataset), questions=about["answerable"], conversations=about["conversations"]
    )
    lines = [
        [*_figures(row, PRODUCTS), _needs(row, figures)]
        if row.values
        else [_name(row), *["–"] * len(PRODUCTS), "failed"]
        for row in told
    ]
    return "\n".join([lead, "", *table(("", *PRODUCTS, "needs"), lines)])


def _needs(row: Row, figures: Figures) -> str:
    about = figures["systems"][row.name]
    needs = ["a language model"] * about["calls a model"]
    needs += ["an embedder"] * (row.values.get("of it encoding", 0.0) > 0)
    if "distributions" in about:
        count = about["distributions"]
        needs.append(f"{count:,} package{'s' * (count != 1)}")
    return listed(needs) if needs else "nothing more"


def page(figures: Figures) -> str:
    """Return the whole page."""
    parts = [
        "# Results beside other products",
        _WRITTEN.format(machine=figures["machine"]),
        *(_dataset(figures, name) for name in datasets(figures)),
        "## What mnemos loses at",
        _LOSSES.format(levels=listed(LEVELS), bounds=listed(sorted(BOUNDS))),
        *(_lost(figures, name) for name in datasets(figures)),
        "## What failed",
        _failed(figures),
        "## How far runs lie apart",
        _spread(figures),
        "## Method",
        *METHOD,
        "## Systems and fair play",
        *(_about(name, about) for name, about in figures["systems"].items()),
        "## Columns",
        "\n".join(
            f"- **{column}**: {definition(column)[0]}." for its in GROUPS.values() for column in its
        ),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _dataset(figures: Figures, name: str) -> str:
    some = rows(figures, name)
    able = ran(some, bounds=True)
    parts = [
        f"## {_title(name)}",
        headline(some),
        size(figures["data"][name]),
    ]
    for kind in _drawn(figures, name):
        parts.append(f"### {plots.KINDS[kind].title}")
        parts.append(f"![{plain(plots.KINDS[kind].alt(some))}]({_file(name, kind).name})")
    for title, group in (("Quality", "quality"), ("Abstention", "abstention"), ("Cost", "cost")):
        columns = [each for each in GROUPS[group] if any(each in row.values for row in able)]
        if columns:
            lines = [_figures(row, columns) for row in able]
            parts += [f"### {title}", "\n".join(table(("", *columns), lines))]
    return "\n\n".join([*parts, plain(unsure(some))])


def _figures(row: Row, columns: Sequence[str]) -> list[str]:
    cells = [
        shown(column, row.values[column]) if column in row.values else "–" for column in columns
    ]
    return [_name(row), *cells]


def _name(row: Row) -> str:
    return f"**{plain(row.name)}**" if row.kind == "mnemos" else plain(row.name)


def _lost(figures: Figures, name: str) -> str:
    found = losses(rows(figures, name))
    lead = f"### On {_title(name)}"
    if not found:
        return f"{lead}\n\nNothing."
    lines = []
    for (column, category), its in groupby(found, key=lambda each: (each.column, each.category)):
        for each in its:
            what = column if category is None else f"{plain(category.replace('_', ' '))}: {column}"
            lines.append([what, each.level, shown(column, each.value), _ahead(each), each.why])
    head = ("", "level", "has", "ahead of it", "why")
    return "\n".join([lead, "", *table(head, lines, text=True)])


def _ahead(loss: Loss) -> str:
    return ", ".join(
        f"{plain(name)} {shown(loss.column, value)}{' ≈' if chance else ''}"
        for name, value, chance in loss.ahead
    )


def _failed(figures: Figures) -> str:
    """Return what failed, each once for a reason, in its own words."""
    told: dict[tuple[str, str], list[str]] = {}
    for dataset in datasets(figures):
        for row in rows(figures, dataset):
            if row.failure is not None:
                told.setdefault((row.name, row.failure), []).append(_title(dataset))
    parts = [
        f"**{plain(name)}** on {listed(where)}:\n\n{_quoted(failure)}"
        for (name, failure), where in told.items()
    ]
    return "\n\n".join(parts) or "Nothing."


def _quoted(text: str) -> str:
    """Return text as it is, indented so that nothing in it is markup; our own path goes."""
    lines = text.replace(f"{ROOT}/", "").splitlines() or [""]
    return "\n".join(f"    {line.rstrip()}" for line in lines)


def _spread(figures: Figures) -> str:
    parts = []
    for dataset in datasets(figures):
        some = [row for row in ran(rows(figures, dataset), bounds=True) if row.spread]
        if some:
            lines = [
                [_name(row), f"{row.spread['runs']:.0f}"]
                + [f"{row.spread[column]:.4f}" for column in QUALITY]
                for row in some
            ]
            head = ("", "runs", *QUALITY)
            parts += [f"### Runs on {_title(dataset)}", "\n".join(table(head, lines))]
    if not parts:
        return "Each ran once."
    return "\n\n".join(["The largest mean less the least of several runs of the same.", *parts])


def _about(name: str, about: Figures) -> str:
    version = f" ({about['package']} {about['version']})" if "package" in about else ""
    settings = ", ".join(f"`{key}={value}`" for key, value in about["settings"].items())
    model = " Asks a language model." if about["calls a model"] else ""
    told = f" Settings: {settings}." if settings else ""
    return plain(f"**{name}**{version}: {about['note']}{told}{model}", strong=True)


def table(head: Sequence[str], lines: Sequence[Sequence[str]], *, text: bool = False) -> list[str]:
    """Return a table; its cells stand at the right, but where they are text."""
    rule = "---|" * len(head) if text else f"---|{'--:|' * (len(head) - 1)}"
    cells = [" | ".join(each) for each in (head, *lines)]
    return [f"| {cells[0]} |", f"|{rule}", *(f"| {each} |" for each in cells[1:])]


def plain(text: str, *, strong: bool = False) -> str:
    """Return text that Markdown shows as it is, code spans apart."""
    marks = r"[<>\[\]_|]" if strong else r"[<>\[\]_|*]"
    parts = text.split("`")
    parts[::2] = [re.sub(marks, lambda mark: f"\\{mark[0]}", part) for part in parts[::2]]
    return " ".join("`".join(parts).split())


def _title(dataset: str) -> str:
    return TITLES.get(dataset, plain(dataset))


def _drawn(figures: Figures, dataset: str) -> list[str]:
    first = dataset == datasets(figures)[0]
    return [name for name in plots.names(figures, dataset) if first or name in FURTHER]


def _file(dataset: str, kind: str) -> Path:
    return Path("docs", f"results-{plots.file_name(dataset, kind)}.svg")


def images(figures: Figures) -> dict[Path, tuple[str, str]]:
    """Return the plots of the page: file, from the root → (data set, kind)."""
    return {
        _file(dataset, kind): (dataset, kind)
        for dataset in datasets(figures)
        for kind in _drawn(figures, dataset)
    }


def stale(figures: Figures, root: Path = ROOT) -> list[Path]:
    """Return the files, from the root, that are not of these figures; those too many included.

    A plot is known by the hash of its figures that it carries: another matplotlib may draw the same
    otherwise.
    """
    wanted = images(figures)
    found = [] if _read(root / PAGE) == page(figures) else [PAGE]
    found += [
        file
        for file, (dataset, _) in wanted.items()
        if plots.fingerprint(figures, dataset) not in _read(root / file)
    ]
    there = {path.relative_to(root) for path in (root / "docs").glob("results-*.svg")}
    return [*found, *sorted(there - set(wanted))]


def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8") if path.exists() else ""


def write(figures: Figures, root: Path = ROOT) -> list[Path]:
    """Write what is stale, and remove plots of figures that are no more; return what was done."""
    due, wanted = stale(figures, root), images(figures)
    drawn = {
        dataset: {plot.name: plot.svg for plot in plots.plots(figures, dataset)}
        for dataset in {wanted[file][0] for file in due if file in wanted}
    }
    for file in due:
        if file == PAGE:
            (root / file).write_text(page(figures), encoding="utf-8")
        elif file in wanted:
            dataset, kind = wanted[file]
            svg = drawn[dataset][plots.file_name(dataset, kind)]
            (root / file).write_text(svg, encoding="utf-8")
        else:
            (root / file).unlink()
    return due
