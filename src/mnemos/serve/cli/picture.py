"""A picture of what was true when: an SVG of its own, in light and in dark."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from xml.sax.saxutils import escape

from mnemos import Fact
from mnemos.serve.cli.axis import Axis
from mnemos.serve.cli.facts import value_of
from mnemos.serve.cli.plain import one_line

WIDTH, LABELS, MARGIN = 960, 300, 16
ROW, BAR = 22, 12
#: Of a bar that would be narrower.
NARROWEST = 3
MARKS = 8
#: So many characters of a slot and a value are shown; the whole is in the tooltip.
SHOWN = 42
#: Selector → what it looks like, in light.
LIGHT = {
    "text": "font: 12px system-ui, sans-serif; fill: #1f2933",
    ".who": "font-weight: 600",
    ".axis, .superseded text, .corrected text, .retired text": "fill: #7b8794",
    "line": "stroke: #e4e7eb",
    ".now": "stroke: #7b8794; stroke-dasharray: 3 3",
    ".current rect": "fill: #2f855a",
    ".superseded rect": "fill: #a0aec0",
    ".disputed rect": "fill: #d69e2e",
    ".planned rect": "fill: none; stroke: #3182ce",
    ".corrected rect, .retired rect": "fill: #feb2b2",
}
DARK = {
    "text": "fill: #e4e7eb",
    "line": "stroke: #3e4c59",
    ".superseded rect": "fill: #52606d",
}


def picture(found: Sequence[Fact], axis: Axis) -> str:
    """Return facts as an SVG document, whose words are all in it and that loads nothing.

    Args:
        found: In the order of their rows.
        axis: On which they are drawn.
    """
    rows = list(_rows(found, axis))
    height = 2 * MARGIN + ROW * (len(rows) + 1)
    body = "\n".join(
        f'<g transform="translate(0 {MARGIN + ROW * place})">{row}</g>'
        for place, row in enumerate(rows)
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img">\n'
        f"<title>What was true when</title>\n<style>{_style()}</style>\n"
        f"{_scale(axis, height)}\n{body}\n</svg>\n"
    )


def _rows(found: Sequence[Fact], axis: Axis) -> Iterator[str]:
    for about, its in groupby(found, key=lambda fact: fact.about):
        yield f'<text class="who" x="{MARGIN}" y="{BAR}">{_text(about)}</text>'
        for fact in its:
            yield _row(fact, axis)


def _row(fact: Fact, axis: Axis) -> str:
    begin, end = (_x(share) for share in axis.bar(fact))
    until = "" if fact.until is None else f" to {fact.until:%Y-%m-%d}"
    told = f"{fact.status}, from {fact.since:%Y-%m-%d}{until}; {fact.by}: {fact.words}"
    disputed = " (disputed)" if fact.status == "disputed" else ""
    label = f"{fact.slot}: {value_of(fact)}"
    shown = label if len(label) <= SHOWN else f"{label[: SHOWN - 1]}…"
    return (
        f'<g class="{_text(fact.status)}"><title>{_text(f"{label} – {told}")}</title>'
        f'<text x="{2 * MARGIN}" y="{BAR}">{_text(shown + disputed)}</text>'
        f'<rect x="{begin:.1f}" y="1" width="{max(NARROWEST, end - begin):.1f}" '
        f'height="{BAR}" rx="2"/></g>'
    )


def _scale(axis: Axis, height: int) -> str:
    """Return the marks of the axis with their labels, and where now is."""
    foot = height - MARGIN
    lines = [
        f'<line x1="{x:.1f}" x2="{x:.1f}" y1="{MARGIN}" y2="{foot - ROW // 2}"/>'
        f'<text class="axis" x="{x:.1f}" y="{foot}" text-anchor="middle">{label}</text>'
        for share, label in axis.marks(MARKS)
        for x in [_x(share)]
    ]
    now = _x(axis.share(axis.now))
    lines.append(
        f'<line class="now" x1="{now:.1f}" x2="{now:.1f}" y1="{MARGIN}" y2="{foot - ROW // 2}"/>'
    )
    return "\n".join(lines)


def _style() -> str:
    light, dark = (
        " ".join(f"{of} {{ {look} }}" for of, look in looks.items()) for looks in (LIGHT, DARK)
    )
    return f"{light} @media (prefers-color-scheme: dark) {{ {dark} }}"


def _x(share: float) -> float:
    return LABELS + share * (WIDTH - LABELS - 2 * MARGIN)


def _text(words: str) -> str:
    return escape(one_line(words))
