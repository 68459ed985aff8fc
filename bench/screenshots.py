"""Draws each view of the page, on the bundled conversation, into docs/images.

    python -m bench.screenshots

needs Chromium. ``--all DIR`` draws each view light, dark and as on a phone into another folder.
"""

from __future__ import annotations

import argparse
import io
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from PIL import Image
from playwright.sync_api import Browser, ViewportSize

from bench.browser import chromium, page_of, settled
from bench.process import ROOT

IMAGES = ROOT / "docs" / "images"
#: A picture in the docs has so many colours, which a page of text does not miss.
COLOURS = 96
#: View → its address, below the page's.
VIEWS = {
    "search": "search?q=Where+does+Ben+live%3F",
    "sessions": "sessions",
    "session": "session?session=2026-03-15",
    "timeline": "timeline?event=20&q=Where+does+Ben+live%3F",
    "facts": "facts",
    "journal": "journal",
    "import": "import",
    "figures": "figures",
}
Scheme = Literal["light", "dark"]
DESK: ViewportSize = {"width": 1200, "height": 800}
PHONE: ViewportSize = {"width": 360, "height": 740}


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """How a view is looked at."""

    name: str
    scheme: Scheme
    viewport: ViewportSize


LIGHT = Look(name="light", scheme="light", viewport=DESK)
LOOKS = (
    LIGHT,
    Look(name="dark", scheme="dark", viewport=DESK),
    Look(name="phone", scheme="light", viewport=PHONE),
)


def draw(browser: Browser, url: str, look: Look, folder: Path) -> list[Path]:
    """Draw each view once; return the files."""
    drawn = []
    with browser.new_context(viewport=look.viewport, color_scheme=look.scheme) as context:
        page = context.new_page()
        for name, address in VIEWS.items():
            page.goto("about:blank")
            page.goto(f"{url}#/{address}")
            settled(page)
            page.evaluate("document.getElementById('told').textContent = ''")
            middle = "" if look is LIGHT else f"-{look.name}"
            path = folder / f"ui-{name}{middle}.png"
            with Image.open(io.BytesIO(page.screenshot())) as picture:
                picture.convert("RGB").quantize(COLOURS).save(path, optimize=True)
            drawn.append(path)
    return drawn


def main(arguments: list[str] | None = None) -> int:
    """Run from the command line."""
    parser = argparse.ArgumentParser(prog="python -m bench.screenshots", description=__doc__)
    parser.add_argument("--all", type=Path, metavar="DIR", help="light, dark and phone, there")
    given = parser.parse_args(arguments)
    folder = given.all or IMAGES
    folder.mkdir(parents=True, exist_ok=True)
    with page_of("--demo") as url, chromium() as browser:
        for look in LOOKS if given.all else (LIGHT,):
            for path in draw(browser, url, look, folder):
                print(f"{path.stat().st_size / 1000:6.0f} kB  {path}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
