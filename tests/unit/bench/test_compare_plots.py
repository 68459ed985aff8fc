"""Plots of a comparison: the same every time, legible, with the hash of what they show."""

from __future__ import annotations

import copy
import io
from collections.abc import Sequence
from itertools import combinations
from pathlib import Path
from xml.etree import ElementTree as ET

import numpy as np
import pytest
from matplotlib.figure import Figure
from matplotlib.image import imread

from bench.compare import drawings, labels, plots
from bench.compare.reading import Row
from bench.compare.summary import Figures
from tests.unit.bench import made_up_run


@pytest.fixture(scope="module")
def figures(tmp_path_factory: pytest.TempPathFactory) -> Figures:
    return made_up_run.write(tmp_path_factory.mktemp("run"))


@pytest.fixture(scope="module")
def drawn(figures: Figures) -> list[plots.Plot]:
    return plots.plots(figures, made_up_run.DATASET)


def test_all_kinds_are_drawn_and_none_is_blank(figures: Figures, tmp_path: Path) -> None:
    written = plots.write(figures, tmp_path / "plots")
    assert [each.name for each in written] == [
        plots.file_name(made_up_run.DATASET, kind) for kind in plots.KINDS
    ]
    for each in written:
        pixels = imread(io.BytesIO(each.png))[:, :, :3]
        assert pixels.shape[1] == 800
        assert np.mean(pixels.min(axis=2) < 0.9) > 0.01
        tree = ET.fromstring(each.svg)  # noqa: S314 - our own text
        assert tree.tag.endswith("svg")
        assert (tmp_path / "plots" / f"{each.name}.svg").read_text("utf-8") == each.svg
        assert (tmp_path / "plots" / f"{each.name}.png").read_bytes() == each.png


def test_the_same_figures_are_drawn_alike_and_no_day_is_told(
    figures: Figures, drawn: list[plots.Plot]
) -> None:
    assert plots.plots(figures, made_up_run.DATASET) == drawn
    assert all("<dc:date>" not in each.svg for each in drawn)
    assert all(each.fingerprint in each.svg for each in drawn)


def test_another_figure_makes_another_fingerprint_and_other_rows_words_do_not(
    figures: Figures,
) -> None:
    before = plots.fingerprint(figures, made_up_run.DATASET)
    other = copy.deepcopy(figures)
    other["systems"]["mnemos c0"]["note"] = "said otherwise"
    assert plots.fingerprint(other, made_up_run.DATASET) == before
    other["systems"]["mnemos c0"]["data"][made_up_run.DATASET]["means"]["R@10"] = 0.1
    assert plots.fingerprint(other, made_up_run.DATASET) != before


def test_what_is_drawn_is_told_in_words_too(drawn: list[plots.Plot]) -> None:
    told = {each.title: each.alt for each in drawn}
    assert told["What is found"].startswith("R@10 of each, best first: Mem0 best 1.000,")
    assert "two: " in told["R@10 by category (questions)"]


def test_there_are_plots_without_mnemos_and_none_where_all_failed(figures: Figures) -> None:
    alone = {**figures, "systems": {"BM25 best": figures["systems"]["BM25 best"]}}
    assert len(plots.plots(alone, made_up_run.DATASET)) == len(plots.KINDS)
    failed = {**figures, "systems": {"Graphiti best": figures["systems"]["Graphiti best"]}}
    assert plots.plots(failed, made_up_run.DATASET) == []


def rows(count: int) -> Sequence[Row]:
    return [
        Row(name=f"A product {n} best", kind="peer", bound=False, values={"R@10": 0.6 + n % 3 / 50})
        for n in range(count)
    ]


def test_no_name_lies_on_another_where_twenty_points_are_close() -> None:
    figure = Figure(figsize=(drawings.WIDE, 4.3))
    axes = figure.subplots()
    axes.set_xlim(0, 20)
    axes.set_ylim(0.5, 0.7)
    figure.draw_without_rendering()
    placed = labels.place(
        axes,
        [
            labels.Point(
                name=row.name, x=8 + n / 5, y=row.values["R@10"], radius=4, bold=n % 2 == 0
            )
            for n, row in enumerate(rows(20))
        ],
    )
    assert len(placed) == 20
    assert not [pair for pair in combinations(placed, 2) if pair[0].overlaps(pair[1])]
    inside = axes.get_window_extent()
    assert all(inside.x0 <= box.x0 and box.x1 <= inside.x1 for box in placed)
