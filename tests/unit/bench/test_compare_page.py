"""The page of results says what the figures say, mnemos's defeats first of all."""

from __future__ import annotations

import copy
import json
import re
from pathlib import Path

import pytest

from bench import documents, machine
from bench.compare import page, plots
from bench.compare.losses import losses
from bench.compare.reading import rows
from bench.compare.summary import Figures
from tests.unit.bench import made_up_run

DATASET = made_up_run.DATASET


@pytest.fixture(scope="module")
def figures(tmp_path_factory: pytest.TempPathFactory) -> Figures:
    return made_up_run.write(tmp_path_factory.mktemp("run"))


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "docs").mkdir()
    return tmp_path


def test_every_figure_in_which_another_is_ahead_is_a_loss(figures: Figures) -> None:
    found = {
        (each.level, each.category, each.column): each for each in losses(rows(figures, DATASET))
    }
    loss = found["mnemos c0", None, "R@10"]
    assert loss.value == pytest.approx(8 / 12, abs=1e-6)
    assert loss.ahead == (("Mem0 best", 1.0, False),)
    assert ("mnemos c3", None, "R@10") not in found  # level, not ahead
    assert ("mnemos c0", None, "R@5") not in found
    in_two = found["mnemos c0", "two", "R@5"].ahead
    assert [each[0] for each in in_two] == ["Mem0 best"]
    assert [each[0] for each in found["mnemos c3", "two", "NDCG@10"].ahead] == ["Mem0 best"]
    assert ("mnemos c0", "one", "NDCG@10") not in found
    assert [each[0] for each in found["mnemos c0", None, "write ms/turn"].ahead] == ["BM25 best"]
    named = {name for each in found.values() for name, _, _ in each.ahead}
    assert named == {"Mem0 best", "BM25 best"}  # no bound, no level of ours


def test_a_defeat_that_may_be_chance_is_marked(figures: Figures) -> None:
    other = copy.deepcopy(figures)
    against = other["systems"]["Mem0 best"]["data"][DATASET]["against"]["mnemos c0"]["R@10"]
    assert "Mem0 best 1.000 ≈" not in page.page(other)
    against["low"] = -0.1
    assert "| R@10 | mnemos c0 | 0.667 | Mem0 best 1.000 ≈ |" in page.page(other)


def test_a_defeat_less_is_a_line_less(figures: Figures) -> None:
    other = copy.deepcopy(figures)
    other["systems"]["Mem0 best"]["data"][DATASET]["means"]["R@10"] = 0.5
    assert "| R@10 | mnemos c0 |" in page.page(figures)
    assert "| R@10 | mnemos c0 |" not in page.page(other)


def test_the_page_has_tables_plots_failures_and_spread(figures: Figures) -> None:
    text = page.page(figures)
    assert "| **mnemos c0** | 0.667 | 0.667 |" in text
    assert f"    2 of 2 conversations: {made_up_run.FAILURE}" in text.splitlines()
    assert f"    {made_up_run.BROKEN}" in text.splitlines()
    assert "| BM25 best | 2 | 0.3333 | 0.3333 |" in text
    links = re.findall(r"\]\((results-[^)]*)\)", text)
    assert links == [f"results-{plots.file_name(DATASET, kind)}.svg" for kind in plots.KINDS]
    assert "<" not in re.sub(r"^    .*$|\\<", "", text, flags=re.MULTILINE)


def test_products_are_told_with_what_they_need(figures: Figures) -> None:
    lines = page.products(figures).splitlines()
    assert "| Mem0 best | 1.000 | 1.000 | 83.3 | 50 | 61.5 | an embedder and 3 packages |" in lines
    assert "| Graphiti best | – | – | – | – | – | failed |" in lines
    assert "| BM25 best | 0.667 | 0.667 | 0.083 | 1 | – | nothing more |" in lines
    assert not [line for line in lines if line.startswith("| last turns")]


def test_what_is_written_is_fresh_until_a_figure_changes(figures: Figures, root: Path) -> None:
    written = page.write(figures, root)
    assert len(written) == 1 + len(plots.KINDS)
    assert page.stale(figures, root) == []
    other = copy.deepcopy(figures)
    other["systems"]["Mem0 best"]["data"][DATASET]["means"]["R@10"] = 0.5
    assert page.stale(other, root) == written
    image = root / written[1]
    drawn_otherwise = image.read_text("utf-8").replace("<path", "<path ", 1)
    image.write_text(drawn_otherwise, "utf-8")
    assert page.stale(figures, root) == []


def test_a_plot_of_no_figures_goes(figures: Figures, root: Path) -> None:
    page.write(figures, root)
    left_over = Path("docs", "results-elsewhere-quality.svg")
    (root / left_over).write_text("<svg/>")
    assert page.write(figures, root) == [left_over]
    assert not (root / left_over).exists()


def test_without_a_comparison_there_is_no_table_and_no_page(
    figures: Figures, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(machine, "RESULTS", tmp_path)
    assert page.kept() is None
    assert documents.products() == ""
    (tmp_path / "compare.json").write_text(json.dumps(figures))
    assert documents.products() == page.products(figures)
