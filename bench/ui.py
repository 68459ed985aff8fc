"""How soon the page can be used, over many turns: each view in a browser that knows nothing yet.

    python -m bench ui --turns 100000

prints, for each view, the milliseconds from the address to a view that stands with its content.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Browser

from bench import machine
from bench.browser import chromium, page_of, settled
from bench.synthetic import Talk
from mnemos import Memory

ROUNDS = 5
#: View → its address; "empty" is what one sees first.
VIEWS = {
    "empty": "search",
    "search": "search?q=",
    "sessions": "sessions",
    "session": "session?session=s1",
    "timeline": "timeline",
    "facts": "facts",
    "journal": "journal",
    "import": "import",
    "figures": "figures",
}
#: Set by the page when its first view stands.
STANDS = "performance.getEntriesByName('interactive')[0].startTime"


def fill(path: Path, turns: int) -> None:
    """Make a memory of so many turns."""
    with Memory(path, embedder=None, durability="NORMAL", learning="on request") as memory:
        for session, messages in Talk().sessions(turns):
            memory.remember(messages, session=session)


def stands_ms(browser: Browser, address: str) -> float:
    """Return when a view stands, in a browser without a cache, from the address on."""
    with browser.new_context() as context:
        page = context.new_page()
        page.goto(address)
        settled(page)
        page.wait_for_timeout(20)
        found: float = page.evaluate(STANDS)
        return found


def main(arguments: list[str] | None = None) -> int:
    """Run from the command line."""
    parser = argparse.ArgumentParser(prog="python -m bench ui", description=__doc__)
    parser.add_argument("--turns", type=int, default=100_000)
    given = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "many.mnemos"
        fill(path, given.turns)
        print(f"{given.turns:,} turns, {path.stat().st_size / 1e6:.0f} MB")
        with page_of(str(path)) as url, chromium() as browser:
            stands_ms(browser, f"{url}#/search?q=warm")
            for view, address in VIEWS.items():
                asked = address + (Talk().question() if view == "search" else "")
                times = [stands_ms(browser, f"{url}#/{asked}") for _ in range(ROUNDS)]
                median, most = statistics.median(times), max(times)
                print(f"{view:10} stands after {median:6.0f} ms, at most {most:6.0f}")
    print(machine.line())
    return 0


if __name__ == "__main__":
    sys.exit(main())
