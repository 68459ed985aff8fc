"""Why a hit stands where it does, drawn so that any terminal can show it."""

from __future__ import annotations

import re

import pytest

from mnemos import Reason
from mnemos.serve.cli.explain import BAR_WIDTH, bar, rows
from tests.unit.serve.command_line import Run


def _reason(signal: str, contribution: float, group: str) -> Reason:
    return Reason(signal=signal, value=1.0, contribution=contribution, group=group, meaning="x")


def test_bars_share_one_scale_about_one_axis() -> None:
    bars = [bar(value, -1.0, 2.0) for value in (2.0, 1.0, 0.0, -0.07, -1.0)]
    axis = {drawn.index("│") for drawn in bars}
    assert axis == {BAR_WIDTH // 2}
    assert len({len(drawn) for drawn in bars[:3]}) == 1
    filled = [drawn.count("█") for drawn in bars]
    assert filled == [BAR_WIDTH, BAR_WIDTH // 2, 0, 0, BAR_WIDTH // 2]
    assert bars[3].endswith("▐│")
    assert bar(0.0, 0.0, 0.0) == "│"


def test_signals_stand_below_their_groups_and_small_ones_together() -> None:
    drawn = rows(
        [
            _reason("bm", 1.0, "words"),
            _reason("near_bm", 0.1, "words"),
            _reason("before_bm", -0.05, "words"),
            _reason("late", 3.0, "meaning"),
            _reason("speaker", -0.1, "people"),
        ]
    )
    assert [(row.name, round(row.value, 2), row.of_group) for row in drawn] == [
        ("meaning", 3.0, True),
        ("late", 3.0, False),
        ("words", 1.05, True),
        ("bm", 1.0, False),
        ("2 more", 0.05, False),
        ("people", -0.1, True),
    ]


@pytest.mark.parametrize("columns", ["44", "80", "140"])
def test_an_explanation_fits_and_needs_no_colour(
    told: Run, monkeypatch: pytest.MonkeyPatch, columns: str
) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    ended = told("recall", "Where did Ada move to?", "--explain")
    assert ended.code == 0
    assert "\x1b" not in ended.out
    assert all(len(line) <= int(columns) for line in ended.out.splitlines())
    assert "words" in ended.out
    assert "│█" in ended.out
    assert re.search(r"^ +words +[+-]\d+\.\d\d +[▐█]*│", ended.out, re.MULTILINE)
    assert re.search(r"^ +near_bm +\+\d+\.\d\d ", ended.out, re.MULTILINE)
    said = " ".join(ended.out.split())
    assert "BM25 that also reaches the turns beside" in said
    assert "level C0: words, people, days" in said
    assert "opened without an embedder" in said


def test_reasons_are_in_the_json_too(told: Run) -> None:
    found = told("recall", "Where did Ada move to?", "--json").json
    assert (found["level"], found["limitation"]) == ("c0", "it was opened without an embedder")
    hits = found["hits"]
    assert isinstance(hits, list)
    first = hits[0]["reasons"][0]
    assert set(first) == {"signal", "value", "contribution", "group", "meaning"}
    assert first["group"] in {"words", "people"}
