"""The report of a comparison, as a person sees it in a browser; it asks nothing of a network."""

from __future__ import annotations

import base64
import gzip
import io
import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pytest
from matplotlib.image import imread
from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright

from bench.compare import missed, plots, records, report
from bench.compare.summary import Figures
from tests.unit.bench import made_up_run

DATASET = made_up_run.DATASET
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser"))), None)
Scheme = Literal["light", "dark"]
PHONE: ViewportSize = {"width": 360, "height": 740}
DESK: ViewportSize = {"width": 1280, "height": 900}


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    run = tmp_path_factory.mktemp("run")
    figures = made_up_run.write(run)
    report.write(run, figures, plots.write(figures, run / "plots"))
    return run


@pytest.fixture(scope="module")
def figures(run: Path) -> Figures:
    found: Figures = json.loads((run / "summary.json").read_text("utf-8"))
    return found


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if CHROMIUM is None:
        pytest.skip("no Chromium here: `rm -f .venv/.browser && make test` installs it")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def page(browser: Browser, run: Path) -> Iterator[Page]:
    with browser.new_context(viewport=DESK, color_scheme="light") as context:
        page = context.new_page()
        page.goto((run / "report.html").as_uri())
        page.wait_for_selector("#questions details")
        yield page


def column(page: Page, name: str) -> list[str]:
    place = page.locator("table.sortable thead th").all_inner_texts().index(name)
    cells = page.locator(f"table.sortable tbody tr > :nth-child({place + 1})")
    return [text.split("\n")[0] for text in cells.all_inner_texts()]


def test_it_opens_without_an_error_and_asks_nothing_of_any_network(
    browser: Browser, run: Path
) -> None:
    said: list[str] = []
    asked: list[str] = []
    path = (run / "report.html").as_uri()
    with browser.new_context(viewport=DESK) as context:
        page = context.new_page()
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        page.on("request", lambda request: asked.append(request.url))
        page.goto(path)
        page.wait_for_selector("#questions details")
        for summary in page.locator("summary").all():
            summary.click()
        assert page.title() == "Memory systems on the same questions"
    assert said == []
    assert {url for url in asked if not url.startswith("data:")} == {path}


def test_it_lets_nothing_in_that_is_not_its_own(page: Page) -> None:
    refused = page.evaluate(
        """() => new Promise((resolve) => {
          const refused = [];
          document.addEventListener('securitypolicyviolation', (event) => {
            if (refused.push(event.effectiveDirective) === 2) resolve(refused.sort());
          });
          setTimeout(() => resolve(refused.sort()), 5000);
          const script = document.createElement('script');
          script.textContent = 'document.title = "broken"';
          const image = document.createElement('img');
          image.src = 'http://127.0.0.1:9/seen.png';
          document.body.append(script, image);
        })"""
    )
    assert refused == ["img-src", "script-src-elem"]
    assert page.title() == "Memory systems on the same questions"


def test_every_plot_is_seen(page: Page) -> None:
    images = page.locator("img.plot").all()
    assert len(images) == len(plots.KINDS)
    for image in images:
        image.scroll_into_view_if_needed()
        box = image.bounding_box()
        assert box is not None and box["width"] > 600 and box["height"] > 150
        pixels = imread(io.BytesIO(image.screenshot()))[:, :, :3]
        inked = np.abs(pixels - 1).max(axis=2) > 0.1
        assert np.mean(inked) > 0.01
        assert inked.any(axis=1).mean() > 0.4  # from top to bottom, not in a corner
        assert inked.any(axis=0).mean() > 0.4
        assert image.get_attribute("alt")


def test_a_click_or_a_key_on_a_heading_sorts(page: Page) -> None:
    heading = page.locator("table.sortable thead button", has_text=re.compile("^R@5$"))
    heading.click()
    falling = [float(text) for text in column(page, "R@5")]
    assert falling == sorted(falling, reverse=True)
    assert falling[0] > falling[-1]
    heading.press("Enter")
    assert [float(text) for text in column(page, "R@5")] == sorted(falling)
    assert heading.locator("..").get_attribute("aria-sort") == "ascending"
    page.locator("table.sortable thead button", has_text="install MB").click()
    assert column(page, "install MB")[-2:] == ["–", "–"]  # what is not there is last
    page.locator("table.sortable thead button", has_text="system").click()
    assert column(page, "system") == sorted(column(page, "system"), key=str.lower)


def test_columns_come_and_go(page: Page) -> None:
    assert "AUROC" not in page.locator("table.sortable thead").inner_text()
    page.get_by_label("abstention").check()
    assert "AUROC" in page.locator("table.sortable thead").inner_text()


def test_an_interval_is_told_where_the_keys_lead(page: Page) -> None:
    first = page.locator("table.sortable td[tabindex='0']")
    first.focus()
    page.keyboard.press("ArrowRight")
    focused = page.evaluate("document.activeElement.querySelector('.ends').textContent")
    assert re.fullmatch(r"\d\.\d{3} to \d\.\d{3}", focused)


def test_a_missed_question_shows_what_came_instead(page: Page) -> None:
    page.locator("#system").select_option("mnemos c0")
    assert page.locator("#count").inner_text() == "4 of 4 missed questions"
    page.locator("#category").select_option("one")
    assert page.locator("#count").inner_text() == "0 of 4 missed questions"
    page.locator("#category").select_option("two")
    page.locator("#words").fill("number 5")
    assert page.locator("#count").inner_text() == "2 of 4 missed questions"
    first = page.locator("#questions details").first
    first.locator("summary").press("Enter")
    first.locator("li.gold").wait_for()
    assert first.locator("li.gold").all_inner_texts() == [
        "[2026-03-01] Ann: Boat 5 came in. rank 12, t5, 100 tokens"
    ]
    came = first.locator("ol li").all_inner_texts()
    assert len(came) == missed.FIRST_LINES
    assert made_up_run.HOSTILE in came[0]


def test_what_failed_is_told_in_its_own_words(page: Page) -> None:
    told = page.locator(".failed").all_inner_texts()
    assert [text.split("\n")[0] for text in told] == ["Graphiti best failed", "Letta failed"]
    assert f"2 of 2 conversations: {made_up_run.FAILURE}" in told[0]
    assert "example.com:443" in told[0]
    assert made_up_run.BROKEN in told[1]


def test_it_fits_a_phone(browser: Browser, run: Path) -> None:
    with browser.new_context(viewport=PHONE) as context:
        page = context.new_page()
        page.goto((run / "report.html").as_uri())
        page.wait_for_selector("#questions details")
        for box in page.locator("[data-group]").all():
            box.check()
        for summary in page.locator("summary").all():
            summary.click()
        wide = page.evaluate("document.documentElement.scrollWidth")
        assert wide <= PHONE["width"]


@pytest.mark.parametrize(("scheme", "dark"), [("light", False), ("dark", True)])
def test_light_and_dark_are_as_the_reader_wants(
    browser: Browser, run: Path, scheme: Scheme, *, dark: bool
) -> None:
    with browser.new_context(viewport=DESK, color_scheme=scheme) as context:
        page = context.new_page()
        page.goto((run / "report.html").as_uri())
        ground, ink = (
            sum(
                map(int, re.findall(r"\d+", page.evaluate(f"getComputedStyle(document.body).{of}")))
            )
            for of in ("backgroundColor", "color")
        )
        pixels = imread(io.BytesIO(page.screenshot()))[:, :, :3]
    assert (ground < ink) == dark
    assert abs(ground - ink) > 450  # of 765
    assert (np.median(pixels) < 0.3) == dark


def packed(run: Path, figures: Figures) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(
        gzip.decompress(base64.b64decode(missed.packed(run, figures)))
    )
    return found


def test_so_many_misses_are_kept_of_each_and_all_are_counted(
    run: Path, figures: Figures, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(missed, "MOST", 3)
    found = packed(run, figures)
    names = ("BM25 best", "last turns", "Mem0 best", "mnemos c0", "mnemos c3")
    assert found["counts"][DATASET] == dict(zip(names, (4, 12, 0, 4, 0), strict=True))
    kept = found["missed"][DATASET]
    assert [len(kept[name]) for name in names] == [3, 3, 0, 3, 0]
    conversations = {found["questions"][miss[0]][0] for miss in kept["last turns"]}
    assert conversations == {"pier", "quay"}  # spread over all


def test_a_turn_that_is_gone_from_the_data_does_not_end_the_report(
    tmp_path: Path, figures: Figures, run: Path
) -> None:
    shutil.copytree(run, tmp_path / "run")
    records.keep_lines(tmp_path / "run", DATASET, "quay", {})
    lines = packed(tmp_path / "run", figures)["lines"]
    assert [text for _, text, _ in lines].count(missed.GONE.text) > 0


def test_no_word_of_the_data_stands_in_the_page_as_markup(run: Path) -> None:
    text = (run / "report.html").read_text("utf-8")
    assert text.count("<script") == text.count("</script>") == 2
    assert "<sons>" not in text and "<b>no such luck" not in text
    assert "{{" not in text.replace("${{", "")
