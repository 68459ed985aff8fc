"""What each system missed, with what it returned instead: the words behind the figures of a run."""

from __future__ import annotations

import base64
import gzip
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bench.compare import records
from bench.compare.records import Asked, Line
from bench.compare.summary import Figures, row_name
from bench.systems import SYSTEMS

#: Lines that are shown of what was returned.
FIRST_LINES = 10
LONGEST_CHARS = 1_200
#: Of a turn that the data had when an older part of a run was made.
GONE = Line(text="(no longer in the data)", tokens=0)
#: Questions that are shown of a row on a data set, spread over all that it missed.
MOST = 150


def packed(run: Path, figures: Figures) -> str:
    """Return all missed questions of a run for a page's script: JSON, gzip, base64.

    A question is missed where not all of its gold is among the first lines. Lines stand once, as
    [ref, text, tokens]; a miss is [question, lines, ranks of the gold or 0, derived texts, fault].
    ``counts`` holds how many each row missed, be they shown or not.
    """
    told = json.dumps(_missed(run, figures), ensure_ascii=False, separators=(",", ":"))
    return base64.b64encode(gzip.compress(told.encode(), mtime=0)).decode("ascii")


def _missed(run: Path, figures: Figures) -> dict[str, Any]:
    lines, questions = _Once(), _Once()
    found: dict[str, dict[str, list[Any]]] = {}
    counts: dict[str, dict[str, int]] = {}
    told: dict[tuple[str, str], dict[str, Line]] = {}
    for (dataset, row), its in _misses(run, figures).items():
        counts.setdefault(dataset, {})[row] = len(its)
        kept = found.setdefault(dataset, {}).setdefault(row, [])
        for conversation, asked in _spread(its):
            where = (dataset, conversation)
            if where not in told:
                told[where] = records.lines(run, *where)
            gold, shown = (
                [_line(lines, where, ref, told[where]) for ref in refs]
                for refs in (asked.gold, asked.ranked[:FIRST_LINES])
            )
            content = [conversation, asked.category, asked.question, asked.answer, gold]
            number = questions.place((*where, asked.qid), content)
            kept.append([number, shown, _ranks(asked), *_rest(asked)])
    return {
        "lines": lines.contents,
        "questions": questions.contents,
        "missed": found,
        "counts": counts,
    }


def _misses(run: Path, figures: Figures) -> dict[tuple[str, str], list[tuple[str, Asked]]]:
    """Return (conversation, question) of all that was missed, by data set and row."""
    found: dict[tuple[str, str], list[tuple[str, Asked]]] = {}
    for unit in records.units(run):
        key = unit.key
        if key.system not in SYSTEMS or key.repeat > 1 or unit.cost is None:
            continue
        row = row_name(key.system, key.variant)
        if "means" in figures["systems"].get(row, {}).get("data", {}).get(key.dataset, {}):
            found.setdefault((key.dataset, row), []).extend(
                (key.conversation, asked)
                for asked in unit.asked
                if asked.answerable and not set(asked.gold) <= set(asked.ranked[:FIRST_LINES])
            )
    return found


def _spread(its: Sequence[tuple[str, Asked]]) -> list[tuple[str, Asked]]:
    """Return at most so many, from beginning to end, always the same."""
    count = min(len(its), MOST)
    return [its[place * len(its) // count] for place in range(count)]


def _rest(asked: Asked) -> list[Any]:
    return [[_cut(text) for text in asked.derived[:FIRST_LINES]], asked.fault]


def _ranks(asked: Asked) -> list[int]:
    places = {ref: rank for rank, ref in enumerate(asked.ranked, start=1)}
    return [places.get(ref, 0) for ref in asked.gold]


def _line(lines: _Once, where: tuple[str, str], ref: str, told: dict[str, Line]) -> int:
    line = told.get(ref, GONE)
    return lines.place((*where, ref), [ref, _cut(line.text), line.tokens])


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST_CHARS else f"{text[:LONGEST_CHARS]} …"


class _Once:
    """Contents by their place, each once."""

    def __init__(self) -> None:
        self.contents: list[list[Any]] = []
        self._places: dict[tuple[str, ...], int] = {}

    def place(self, name: tuple[str, ...], content: list[Any]) -> int:
        if name not in self._places:
            self._places[name] = len(self.contents)
            self.contents.append(content)
        return self._places[name]
