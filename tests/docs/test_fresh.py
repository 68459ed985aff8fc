"""What is generated in the documents is up to date, and every link leads somewhere."""

import re
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from bench import figures
from bench.compare import page
from bench.documents import PARTS, ROOT, written
from bench.recipes import page as leaderboard
from mnemos.recall.signals import C3, LEVELS

DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md")), ROOT / "CONTRIBUTING.md"]


@pytest.mark.parametrize("document", PARTS)
def test_generated_parts_are_as_the_sources_say(document: str) -> None:
    assert (ROOT / document).read_text(encoding="utf-8") == written(document), "run `make docs`"


@pytest.mark.parametrize("figure", figures.FIGURES)
def test_figures_are_as_the_code_draws_them(figure: str) -> None:
    assert figures.stale() == [], "run `make docs`"
    tree = ET.parse(ROOT / figure)  # noqa: S314 - our own text
    assert tree.getroot().tag.endswith("svg")


def test_the_page_of_results_and_its_plots_are_of_the_kept_figures() -> None:
    kept = page.kept()
    if kept is None:
        pytest.skip("no comparison was kept: `python -m bench compare --keep` does so")
    assert page.stale(kept) == [], "run `make docs`"


def test_the_leaderboard_and_what_the_package_shows_are_of_the_kept_figures() -> None:
    kept = leaderboard.kept()
    if kept is None:
        pytest.skip("no leaderboard was kept: `python -m bench recipes --keep` does so")
    assert leaderboard.stale(kept) == [], "run `make docs`"


def test_the_figure_shows_what_adds_up_to_each_score() -> None:
    found, gold = figures.asked()
    assert found.level == "c0"
    assert found[0].ref in gold
    for hit in found:
        assert sum(figures.shares(hit).values()) == pytest.approx(hit.score)


def test_every_signal_and_level_is_explained() -> None:
    told = (ROOT / "docs/recall.md").read_text(encoding="utf-8")
    assert all(f"| `{name}` |" in told for name in C3)
    assert all(f"| {level.upper()} |" in told for level in LEVELS)


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_links_between_documents_lead_somewhere(document: Path) -> None:
    links = re.findall(r"\]\(([^)#]+?)(?:#[^)]*)?\)", document.read_text(encoding="utf-8"))
    missing = [
        link for link in links if "://" not in link and not (document.parent / link).exists()
    ]
    assert missing == []
