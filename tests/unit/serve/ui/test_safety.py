"""What is said is shown as text; nothing leaves the server; a key stays in its tab."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from mnemos.serve.ui.page import mount
from tests.unit.serve.rest.serving import Served, served
from tests.unit.serve.ui.looking import DESK, HOSTILE, VIEWS, Shown, learning


def hostile_of(page: Page) -> list[str]:
    """Return the texts that hold it, and fail if any of it became markup."""
    assert page.locator("main script, main img, main svg[onload], [onerror]").count() == 0
    return [
        text for text in page.locator(".said, pre, code, q, p").all_inner_texts() if "<" in text
    ]


@pytest.mark.parametrize("view", VIEWS)
def test_no_view_makes_a_mistake_or_asks_another_server(shown: Shown, view: str) -> None:
    page = shown.go(view)
    assert page.locator(".wrong").count() == 0
    assert not re.search(r"null|undefined|NaN|\[object", page.locator("body").inner_text())
    assert len(shown.asked) > 3


def test_markup_that_was_said_is_shown_as_text(shown: Shown) -> None:
    item = next(each for each in shown.memory.browse().items if "<script>" in each.text)
    shown.memory.forget(item.id, why=HOSTILE)
    shown.memory.restore(item.id, why=HOSTILE)
    for view in ("session?session=home", "journal", f"turn?id={item.id}", "search?q=script+alert"):
        page = shown.go(view)
        page.wait_for_selector(":is(.said, pre, q):has-text('<script>')")
        assert any("onerror=alert(1)" in text for text in hostile_of(page))
    page = shown.go("timeline?q=script+alert")
    page.wait_for_selector(".said:has-text('<script>')")


def test_markup_in_names_and_addresses_is_shown_as_text(shown: Shown) -> None:
    bad = "<img src=x onerror=alert(1)>"
    shown.memory.remember(
        [{"role": "user", "name": bad, "content": f"I live in {bad}.", "id": bad}], session=bad
    )
    page = shown.go("sessions")
    page.locator(".list a", has_text="<img").press("Enter")
    page.wait_for_selector(".turn .who")
    assert page.locator("h1").inner_text() == f"Session {bad}"
    assert page.locator(".turn .who").inner_text() == bad
    for view in ("facts", "figures", f"facts?about={bad}", f"search?q={bad}&session={bad}"):
        hostile_of(shown.go(view))
    hostile_of(shown.go(f"{bad}?q={bad}"))


def test_the_policy_lets_in_nothing_but_the_pages_own_files(shown: Shown) -> None:
    page = shown.go("search")
    refused = page.evaluate(
        """() => new Promise((resolve) => {
          const refused = new Set();
          document.addEventListener('securitypolicyviolation', (event) => {
            refused.add(event.effectiveDirective);
            if (refused.size === 6) resolve([...refused].sort());
          });
          setTimeout(() => resolve([...refused].sort()), 5000);
          const script = document.createElement('script');
          try { script.src = 'http://127.0.0.1:9/x.js'; } catch { refused.add('script threw'); }
          const image = document.createElement('img');
          image.src = 'http://127.0.0.1:9/seen.png';
          const style = document.createElement('style');
          style.textContent = 'body { color: red }';
          document.body.append(script, image, style);
          try { document.body.innerHTML = '<b>x</b>'; } catch { refused.add('innerHTML threw'); }
          fetch('http://127.0.0.1:9/').catch(() => {});
        })"""
    )
    expected = {"connect-src", "img-src", "innerHTML threw", "script threw", "style-src-elem"}
    assert expected <= set(refused)
    shown.said.clear()
    shown.asked.clear()


@pytest.fixture
def tenants(tmp_path: Path) -> Iterator[Served]:
    with served(tmp_path, mounts=[mount], opening=learning) as running:
        yield running


def test_a_key_is_asked_for_and_kept_in_this_tab_alone(browser: Browser, tenants: Served) -> None:
    token = tenants.key("ann")
    with tenants.client(token) as client:
        client.remember("The spare key is with Mrs Feeney", session="home")
    with browser.new_context(viewport=DESK) as context:
        page = context.new_page()
        page.goto(f"{tenants.url}/ui/#/sessions")
        asks = page.get_by_role("dialog")
        expect(asks).to_contain_text("send a key")
        page.keyboard.type("mnemos_wrong")
        page.keyboard.press("Enter")
        expect(asks).to_contain_text("opens nothing here")
        asks.get_by_label("Key").fill(token)
        page.keyboard.press("Enter")
        expect(page.locator(".list tbody th")).to_have_text("home")
        kept = page.evaluate("[JSON.stringify(localStorage), document.cookie, location.href]")
        assert token not in "".join(kept)
        page.reload()
        expect(page.locator(".list tbody th")).to_have_text("home")
        other = context.new_page()
        other.goto(f"{tenants.url}/ui/#/sessions")
        expect(other.get_by_role("dialog")).to_contain_text("send a key")
        page.get_by_role("button", name="Key", exact=True).press("Enter")
        page.get_by_role("button", name="Forget it").press("Enter")
        expect(page.get_by_role("dialog")).to_contain_text("send a key")


def test_what_a_key_may_not_do_is_told(browser: Browser, tenants: Served) -> None:
    with tenants.client(tenants.key("ann")) as client:
        client.remember("The spare key is with Mrs Feeney", session="home")
    reading = tenants.key("ann", "read")
    with browser.new_context(viewport=DESK) as context:
        page = context.new_page()
        page.add_init_script(f"sessionStorage.setItem('mnemos-key', '{reading}')")
        page.goto(f"{tenants.url}/ui/#/session?session=home")
        page.get_by_role("button", name="Forget").press("Enter")
        expect(page.locator("#told")).to_contain_text("this key may not write")
        page.get_by_role("button", name="Erase…").press("Enter")
        expect(page.get_by_role("dialog")).to_contain_text("this key may not erase")


def test_a_server_that_is_gone_is_told(browser: Browser, tmp_path: Path) -> None:
    with browser.new_context(viewport=DESK) as context:
        page = context.new_page()
        with served(tmp_path, file="x.mnemos", mounts=[mount], opening=learning) as running:
            page.goto(f"{running.url}/ui/#/sessions")
            expect(page.locator(".empty")).to_contain_text("Nothing has been said yet")
        page.get_by_role("link", name="Sessions").focus()
        page.evaluate("dispatchEvent(new HashChangeEvent('hashchange'))")
        expect(page.locator(".wrong")).to_contain_text("cannot be reached")
