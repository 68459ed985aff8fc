"""Write a run's report: one page that asks nothing of any network and holds all there is to see.

Its tables are there without scripts; scripts sort them and show what was missed. It holds words of
the data: never commit it.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Sequence
from hashlib import sha256
from html import escape
from pathlib import Path

from bench import machine
from bench.compare import missed
from bench.compare.plots import Plot
from bench.compare.reading import (
    GROUPS,
    LOWER_IS_BETTER,
    METHOD,
    Row,
    ahead_told,
    datasets,
    definition,
    headline,
    ran,
    rows,
    shown,
    size,
    unsure,
)
from bench.compare.summary import QUALITY, Figures

HERE = Path(__file__).parent
#: Groups of columns that are shown before anyone chooses.
OPEN = ("quality", "cost")


def write(run: Path, figures: Figures, plots: Sequence[Plot]) -> Path:
    """Write RUN/report.html; return where it is."""
    path = run / "report.html"
    path.write_text(page(run, figures, plots), encoding="utf-8")
    return path


def page(run: Path, figures: Figures, plots: Sequence[Plot]) -> str:
    """Return the whole page."""
    style = (HERE / "report.css").read_text(encoding="utf-8")
    script = (HERE / "report.js").read_text(encoding="utf-8")
    filled = {
        "policy": "default-src 'none'; base-uri 'none'; form-action 'none'; img-src data:; "
        f"style-src '{_hash(style)}'; script-src '{_hash(script)}'",
        "method": "".join(f"<p>{escape(each)}</p>" for each in METHOD),
        "style": style,
        "script": script,
        "setting": _setting(figures),
        "datasets": "".join(_dataset(figures, name, plots) for name in datasets(figures)),
        "choices": "".join(f"<option>{escape(name)}</option>" for name in datasets(figures)),
        "systems": "".join(_about(name, its) for name, its in sorted(figures["systems"].items())),
        "definitions": _definitions(),
        "missed": missed.packed(run, figures),
    }
    template = (HERE / "report.html").read_text(encoding="utf-8")
    return re.sub(r"\{\{(\w+)\}\}", lambda match: filled[match[1]], template)


def _hash(text: str) -> str:
    return f"sha256-{base64.b64encode(sha256(text.encode()).digest()).decode()}"


def _setting(figures: Figures) -> str:
    told = {"machine": figures.get("machine", machine.line()), **figures.get("limits", {})}
    told |= {name: figures[name] for name in ("bad records", "minutes") if name in figures}
    return "".join(
        f"<div><dt>{escape(str(name))}</dt><dd>{escape(str(value))}</dd></div>"
        for name, value in told.items()
    )


def _dataset(figures: Figures, name: str, plots: Sequence[Plot]) -> str:
    some, about = rows(figures, name), figures["data"][name]
    parts = [
        f"<section><h2>{escape(name)}</h2>",
        f"<p class='headline'>{escape(headline(some))}</p>",
        f"<p>{escape(size(about))}</p>",
        _table(name, ran(some, bounds=True)),
        *(_failed(row) for row in some if row.failure is not None),
        f"<h3>Where others are ahead</h3><p>{escape(ahead_told(some))}</p>",
        f"<details><summary>What may be chance</summary><p>{escape(unsure(some))}</p></details>",
        *(_plot(plot) for plot in plots if plot.dataset == name),
        "<h3>One by one: differences, categories, spread</h3>",
        *(_details(row) for row in ran(some, bounds=True)),
        "</section>",
    ]
    return "\n".join(parts)


def _plot(plot: Plot) -> str:
    data = base64.b64encode(plot.svg.encode()).decode()
    return (
        f"<figure><figcaption>{escape(plot.title)}</figcaption>"
        f'<div class="wide" tabindex="0" role="region" aria-label="{escape(plot.title)}">'
        f'<img class="plot" alt="{escape(plot.alt)}" src="data:image/svg+xml;base64,{data}">'
        "</div></figure>"
    )


def _table(name: str, some: Sequence[Row]) -> str:
    groups = {
        group: its
        for group, columns in GROUPS.items()
        if (its := [each for each in columns if any(each in row.values for row in some)])
    }
    boxes = "".join(
        f'<label><input type="checkbox" data-group="{group}"{" checked" * (group in OPEN)}> '
        f"{group}</label>"
        for group in groups
    )
    head = "".join(
        f'<th scope="col" data-of="{group}" title="{escape(definition(each)[0])}">'
        f'<button type="button">{escape(each)}</button></th>'
        for group, its in groups.items()
        for each in its
    )
    body = "".join(
        f'<tr class="{row.kind}"><th scope="row">{escape(row.name)}</th>'
        + "".join(_cell(row, group, each, some) for group, its in groups.items() for each in its)
        + "</tr>"
        for row in some
    )
    return (
        f'<fieldset class="groups"><legend>Columns</legend>{boxes}</fieldset>'
        f'<div class="wide" tabindex="0" role="region" aria-label="Figures on {escape(name)}">'
        f'<table class="sortable"><caption>Figures on {escape(name)}. ◆ another product; '
        "underlined: best of what can be had. 95 % intervals: point at a figure, or go there with "
        "the arrow keys.</caption>"
        f'<thead><tr><th scope="col"><button type="button">system</button></th>{head}</tr></thead>'
        f"<tbody>{body}</tbody></table></div>"
    )


def _cell(row: Row, group: str, column: str, some: Sequence[Row]) -> str:
    if column not in row.values:
        return f'<td data-of="{group}">–</td>'
    value = row.values[column]
    known = [each.values[column] for each in some if column in each.values and not each.bound]
    best = (min if column in LOWER_IS_BETTER else max)(known, default=None)
    mark = ' class="best"' if value == best and not row.bound else ""
    ends = row.intervals.get(column)
    told = f'<span class="ends">{ends[0]:.3f} to {ends[1]:.3f}</span>' if ends else ""
    focus = ' tabindex="-1"' if ends else ""
    text = shown(column, value)
    return f'<td data-of="{group}" data-value="{value}"{mark}{focus}>{text}{told}</td>'


def _failed(row: Row) -> str:
    return (
        f'<details class="failed" open><summary>{escape(row.name)} failed</summary>'
        f"<pre>{escape(row.failure or '')}</pre>{_wanted(row)}</details>"
    )


def _wanted(row: Row) -> str:
    return f"<p>It wanted to reach {escape(', '.join(row.wanted))}.</p>" if row.wanted else ""


def _details(row: Row) -> str:
    lines = []
    for reference, its in row.against.items():
        cells = [
            [
                *(column, f"{each.mean:+.3f}", f"{each.low:+.3f} to {each.high:+.3f}"),
                "may be none" if each.low <= 0 <= each.high else "is one",
            ]
            for column, each in its.items()
        ]
        head = (f"less {reference}", "mean", "95 %", "a difference?")
        lines.append(_small(head, cells))
    own = [
        [column, shown(column, row.values[column]), f"{low:.3f} to {high:.3f}"]
        for column, (low, high) in row.intervals.items()
    ]
    lines.append(_small(("figure", "mean", "95 %"), own))
    lines.append(_small(("category", "questions", *QUALITY), _category_cells(row)))
    if row.spread:
        lines.append(_small(("spread", "largest less least"), [*map(_pair, row.spread.items())]))
    lines.append(_wanted(row))
    return f"<details><summary>{escape(row.name)}</summary>{''.join(lines)}</details>"


def _pair(pair: tuple[str, float]) -> list[str]:
    return [pair[0], f"{pair[1]:.4g}"]


def _category_cells(row: Row) -> list[list[str]]:
    return [
        [name.replace("_", " "), f"{its['questions']:,.0f}"]
        + [f"{its[column]:.3f}" if column in its else "–" for column in QUALITY]
        for name, its in row.categories.items()
    ]


def _small(head: Sequence[str], lines: Sequence[Sequence[str]]) -> str:
    top = "".join(f'<th scope="col">{escape(each)}</th>' for each in head)
    body = "".join(
        f'<tr><th scope="row">{escape(first)}</th>'
        + "".join(f"<td>{escape(each)}</td>" for each in rest)
        + "</tr>"
        for first, *rest in lines
    )
    return (
        f'<div class="wide"><table><thead><tr>{top}</tr></thead><tbody>{body}</tbody></table></div>'
    )


def _about(name: str, about: Figures) -> str:
    settings = json.dumps(about["settings"], ensure_ascii=False)
    package = f"{about['package']} {about['version']}; " if "package" in about else ""
    model = "asks a language model; " if about["calls a model"] else ""
    return (
        f"<details><summary>{escape(name)}</summary><p>{escape(about['note'])}</p>"
        f"<p>{escape(package + model)}settings <code>{escape(settings)}</code></p></details>"
    )


def _definitions() -> str:
    return "".join(
        f"<dt>{escape(column)}</dt><dd>{escape(what)}. <small>{escape(source)}</small></dd>"
        for columns in GROUPS.values()
        for column in columns
        for what, source in [definition(column)]
    )
