"""A browser on the page of a server, and what it must never be seen to do."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import Browser, Page, ViewportSize

from mnemos import Memory
from mnemos.client import Client
from mnemos.serve.limits import Limits
from mnemos.serve.ui.page import mount
from tests.unit.serve.rest.serving import served

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser"))), None)
PHONE: ViewportSize = {"width": 360, "height": 740}
DESK: ViewportSize = {"width": 1280, "height": 900}
HOSTILE = (
    "<script>alert('said')</script><img src=x onerror=alert(1)>"
    "<svg onload=alert(2)> \u202eback [1] javascript:alert(3)"
)
#: Every view, as its address.
VIEWS = (
    "search?q=Where+do+I+live%3F",
    "sessions",
    "session?session=home",
    "timeline?q=Where+do+I+live%3F",
    "facts",
    "journal",
    "import",
    "figures",
)


def learning(path: Path) -> Memory:
    """Open a memory that finds by words and learns at once."""
    return Memory(path, embedder=None, learning="at once", actor="serve")


def fill(memory: Client) -> None:
    """Say what the tests look for."""
    home = [
        ("h1", "I live in Porto.", "2026-03-01T10:00:00+00:00"),
        ("h2", "The spare key is with Mrs Feeney.", "2026-03-01T10:01:00+00:00"),
        ("h3", HOSTILE, "2026-03-01T10:02:00+00:00"),
    ]
    later = [
        ("l1", "I moved to Oslo.", "2026-05-01T10:00:00+00:00"),
        ("l2", "My cat is called Tilde.", "2026-05-02T10:00:00+00:00"),
    ]
    for session, said in (("home", home), ("later", later)):
        memory.remember(
            [
                {"role": "user", "name": "Ann", "content": text, "id": ref, "said_at": moment}
                for ref, text, moment in said
            ],
            session=session,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A page on a server, and all that it was seen to do.

    Args:
        page: The browser's.
        url: Of the page.
        memory: The same memory, for the tests.
        folder: Where its file is.
        said: Errors and warnings of the console, mistakes, dialogs.
        asked: Addresses that it asked for.
    """

    page: Page
    url: str
    memory: Client
    folder: Path
    said: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    def go(self, address: str) -> Page:
        """Go to a view, and wait until it stands."""
        self.page.goto("about:blank")
        self.page.goto(f"{self.url}#/{address}")
        self.settle()
        return self.page

    def settle(self) -> None:
        """Wait until a view stands."""
        self.page.wait_for_selector("main:not([aria-busy]) h1")
        self.page.wait_for_selector("main .view > *", state="attached")

    def focused(self) -> str:
        """Return the text or name of what has the focus."""
        found: str = self.page.evaluate(
            "(document.activeElement.getAttribute('aria-label')"
            " || document.activeElement.innerText || document.activeElement.name || '')"
        )
        return found

    def tab_to(self, name: str) -> None:
        """Press Tab until something has the focus that is called so."""
        for _ in range(80):
            self.page.keyboard.press("Tab")
            if self.focused().strip().startswith(name):
                return
        raise AssertionError(f"Tab does not lead to {name!r}")


@contextmanager
def looking(
    browser: Browser,
    folder: Path,
    *,
    viewport: ViewportSize = DESK,
    bypass_csp: bool = False,
    limits: Limits | None = None,
) -> Iterator[Shown]:
    """Show a small memory's page in the browser while the block runs."""
    with (
        served(
            folder, file="one.mnemos", mounts=[mount], opening=learning, limits=limits
        ) as running,
        running.client() as memory,
        browser.new_context(viewport=viewport, bypass_csp=bypass_csp) as context,
    ):
        fill(memory)
        page = context.new_page()
        shown = Shown(page=page, url=f"{running.url}/ui/", memory=memory, folder=folder)
        page.on("console", lambda told: shown.said.append(f"{told.type}: {told.text}"))
        page.on("pageerror", lambda error: shown.said.append(str(error)))
        page.on("request", lambda request: shown.asked.append(request.url))

        def refuse(dialog: object) -> None:
            shown.said.append(f"a dialog: {dialog}")
            dialog.dismiss()  # type: ignore[attr-defined] # playwright's

        page.on("dialog", refuse)
        yield shown
