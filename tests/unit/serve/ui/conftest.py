from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.unit.serve.ui.looking import CHROMIUM, Shown, looking


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if CHROMIUM is None:
        pytest.skip("no Chromium here: `rm -f .venv/.browser && make test` installs it")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def shown(browser: Browser, tmp_path: Path) -> Iterator[Shown]:
    """A page that makes no mistake, opens no dialog of its own and asks this server alone."""
    with looking(browser, tmp_path) as found:
        yield found
        assert found.said == []
        origin = found.url.removesuffix("/ui/")
        assert all(url.startswith((origin, "about:", "blob:")) for url in found.asked)
