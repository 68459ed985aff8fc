"""Draw the figures of the documents: ``python -m bench.figures``; text alone, the same everywhere.

What they show is worked out here and now, at level C0, whose scores are the same on every machine.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from itertools import groupby
from pathlib import Path
from textwrap import shorten
from xml.sax.saxutils import escape

from mnemos import Hit, Memory, Recall, demo

ROOT = Path(__file__).parent.parent

QUESTION = "Which island did Ben go to in February?"
HITS = 5
#: Okabe and Ito's colours, which most colour-blind people tell apart.
COLOURS = {
    "words": "#0072b2",
    "people": "#cc79a7",
    "days": "#e69f00",
    "kind of turn": "#009e73",
    "meaning": "#56b4e9",
}
WIDTH, MARGIN, TOP, ROW, BAR = 800, 20, 92, 58, 22
TEXT = 'font-family="Helvetica, Arial, sans-serif" fill="#222"'


def shares(hit: Hit) -> dict[str, float]:
    """Return what each group of signals added to a hit's score."""
    found: dict[str, float] = {}
    for reason in hit.reasons:
        found[reason.group] = found.get(reason.group, 0.0) + reason.contribution
    return found


def asked() -> tuple[Recall, frozenset[str]]:
    """Ask the bundled conversation; return what comes back, and which turns answer."""
    question = next(each for each in demo.questions() if each.question == QUESTION)
    with Memory(":memory:", embedder=None) as memory:
        said = demo.conversation()
        for session, its in groupby(said, key=lambda message: str(message["session"])):
            plain = [{key: each[key] for key in each if key != "session"} for each in its]
            memory.remember(plain, session=session)
        found = memory.recall(QUESTION, HITS, asked_at=question.asked_at)
    return found, frozenset(question.gold)


def contributions() -> str:
    """Return the figure of the best hits to a question: what adds up to each score."""
    found, gold = asked()
    rows = [shares(hit) for hit in found]
    right = max(sum(value for value in row.values() if value > 0) for row in rows)
    left = max(-sum(value for value in row.values() if value < 0) for row in rows)
    scale = (WIDTH - 2 * MARGIN - 60) / (left + right)
    axis = MARGIN + left * scale
    height = TOP + HITS * ROW + 8
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img">',
        f"<title>{escape(QUESTION)}</title>",
        f"<desc>{escape(_described(found, rows))}</desc>",
        f'<rect width="{WIDTH}" height="{height}" fill="#fff"/>',
        _text(MARGIN, 28, f"“{QUESTION}”", 'font-size="17" font-weight="bold"'),
        *_legend([group for group in COLOURS if any(group in row for row in rows)]),
    ]
    for place, (hit, row) in enumerate(zip(found, rows, strict=True)):
        parts += _hit(hit, row, TOP + place * ROW, axis, scale, answers=hit.ref in gold)
    bottom = TOP + HITS * ROW - 8
    parts.append(
        f'<line x1="{axis:.1f}" y1="{TOP - 8}" x2="{axis:.1f}" y2="{bottom}" stroke="#222"/>'
    )
    return "\n".join([*parts, "</svg>", ""])


def _hit(
    hit: Hit, row: Mapping[str, float], top: int, axis: float, scale: float, *, answers: bool
) -> list[str]:
    said = f"{hit.said_at:%d %b} {hit.speaker}: {' '.join(hit.text.split())}"
    mark = "✓ " if answers else ""
    parts = [_text(MARGIN, top + 10, mark + shorten(said, 104, placeholder=" …"), 'font-size="13"')]
    ends = {1: axis, -1: axis}
    for group, colour in COLOURS.items():
        value = row.get(group, 0.0)
        side = 1 if value > 0 else -1
        long = abs(value) * scale
        start = ends[side] if side > 0 else ends[side] - long
        ends[side] += side * long
        parts.append(
            f'<rect x="{start:.1f}" y="{top + 18}" width="{long:.1f}" height="{BAR}" '
            f'fill="{colour}"><title>{group} {value:+.2f}</title></rect>'
        )
    score = f"{hit.score:.2f}"
    parts.append(_text(ends[1] + 8, top + 34, score, 'font-size="14" font-weight="bold"'))
    return parts


def _legend(groups: Sequence[str]) -> list[str]:
    parts, x = [], float(MARGIN)
    for group in groups:
        parts.append(f'<rect x="{x:.1f}" y="46" width="14" height="14" fill="{COLOURS[group]}"/>')
        parts.append(_text(x + 20, 58, group, 'font-size="13"'))
        x += 44 + 7 * len(group)
    parts.append(_text(x, 58, "✓ answers the question; the number is the score", 'font-size="13"'))
    return parts


def _text(x: float, y: float, text: str, style: str) -> str:
    return f'<text x="{x:.1f}" y="{y}" {style} {TEXT}>{escape(text)}</text>'


def _described(found: Recall, rows: Sequence[Mapping[str, float]]) -> str:
    told = (
        f"{hit.speaker}, score {hit.score:.2f}: "
        + ", ".join(f"{group} {row[group]:+.2f}" for group in COLOURS if group in row)
        for hit, row in zip(found, rows, strict=True)
    )
    return "; ".join(told)


#: File → what draws it.
FIGURES: dict[str, Callable[[], str]] = {"docs/recall.svg": contributions}


def stale() -> list[str]:
    """Return the figures that are not as they should be."""
    return [
        file
        for file, draw in FIGURES.items()
        if not (ROOT / file).exists() or (ROOT / file).read_text(encoding="utf-8") != draw()
    ]


def main() -> int:
    """Draw those that are stale."""
    for file in stale():
        (ROOT / file).write_text(FIGURES[file](), encoding="utf-8")
        print(f"{file}: drawn")
    return 0


if __name__ == "__main__":
    sys.exit(main())
