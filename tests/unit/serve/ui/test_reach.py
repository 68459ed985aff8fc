"""Everybody can use it: axe finds nothing, it fits a phone, it is light or dark as one wants."""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib.resources import files

import pytest
from playwright.sync_api import Browser, expect

from tests.unit.serve.ui.looking import PHONE, VIEWS, Shown, looking

AXE = files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8")
LONG = "Donaudampfschifffahrtsgesellschaftskapitän" * 6
RUN = """async () => (await axe.run(document, {
  runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
})).violations.map((each) => `${each.id}: ${each.nodes.map((node) => node.html).join(' | ')}`)"""


@pytest.fixture(scope="module")
def open_to_axe(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shown]:
    """A page whose policy is not kept, for axe makes elements from markup."""
    with looking(browser, tmp_path_factory.mktemp("axe"), bypass_csp=True) as found:
        yield found


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("view", VIEWS)
def test_axe_finds_nothing(open_to_axe: Shown, view: str, scheme: str) -> None:
    open_to_axe.page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    page = open_to_axe.go(view)
    page.evaluate(AXE)
    assert page.evaluate(RUN) == []


def test_axe_finds_nothing_in_the_dialogs(open_to_axe: Shown) -> None:
    page = open_to_axe.go("session?session=home")
    page.get_by_role("button", name="Erase…").first.click()
    expect(page.get_by_role("dialog")).to_contain_text("would go")
    page.evaluate(AXE)
    assert page.evaluate(RUN) == []
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Keyboard shortcuts").click()
    assert page.evaluate(RUN) == []


@pytest.fixture(scope="module")
def phone(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shown]:
    with looking(browser, tmp_path_factory.mktemp("phone"), viewport=PHONE) as found:
        said = [{"role": "user", "name": LONG, "content": LONG, "id": LONG}]
        found.memory.remember(said, session=LONG)
        yield found


@pytest.mark.parametrize("view", [*VIEWS, f"session?session={LONG}", f"search?q={LONG}"])
def test_it_fits_a_phone(phone: Shown, view: str) -> None:
    page = phone.go(view)
    for summary in page.locator("summary").all():
        summary.click()
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_light_and_dark_are_as_the_reader_wants(shown: Shown, scheme: str) -> None:
    shown.page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    page = shown.go("search")

    def ground() -> int:
        said = page.evaluate("getComputedStyle(document.body).backgroundColor")
        return sum(map(int, re.findall(r"\d+", said)))

    is_dark = scheme == "dark"
    assert (ground() < 200) == is_dark
    page.get_by_role("button", name="Light or dark").press("Enter")
    assert (ground() < 200) != is_dark
    page.reload()
    assert (ground() < 200) != is_dark


def test_a_view_says_where_one_is(shown: Shown) -> None:
    page = shown.go("search")
    assert page.title() == "Search · mnemos"
    page.get_by_role("link", name="Journal").press("Enter")
    page.wait_for_selector(".events")
    assert page.title() == "Journal · mnemos"
    assert page.locator("[aria-current=page]").inner_text() == "Journal"
    expect(page.locator("h1")).to_be_focused()
    page.go_back()
    expect(page.locator("h1")).to_have_text("Search")


def test_the_content_is_one_key_away(shown: Shown) -> None:
    page = shown.go("journal")
    page.keyboard.press("Tab")
    assert shown.focused() == "To the content"
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.querySelector('main').contains(document.activeElement)")


def test_what_happened_is_said_to_who_cannot_see_it(shown: Shown) -> None:
    page = shown.go("search?q=Where+is+the+spare+key%3F")
    told = page.get_by_role("status")
    expect(told).to_contain_text(re.compile(r"\d+ hits?, \d+ tokens of context"))
