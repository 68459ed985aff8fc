"""A memory's page in a browser, for figures and pictures."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, Page, sync_playwright

from bench.process import ROOT

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser"))), None)
WAIT_S = 60


@contextmanager
def page_of(*arguments: str) -> Iterator[str]:
    """Run ``mnemos ui``, by words alone, while the block runs; give the page's address."""
    process = subprocess.Popen(
        [
            *(sys.executable, "-m", "mnemos.serve.cli", "ui"),
            *("--json", "--embedder", "none", *arguments),
        ],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(each for each in sys.path if each)},
    )
    try:
        assert process.stdout is not None  # noqa: S101 - a pipe was asked for
        line = process.stdout.readline()
        if not line:
            raise RuntimeError(f"the page ended by itself with status {process.wait(WAIT_S)}")
        yield json.loads(line)["url"]
    finally:
        process.terminate()
        process.wait(WAIT_S)
        if process.stdout is not None:
            process.stdout.close()


@contextmanager
def chromium() -> Iterator[Browser]:
    """Give the browser of this machine.

    Raises:
        SystemExit: There is none.
    """
    if CHROMIUM is None:
        sys.exit("no Chromium here: `rm -f .venv/.browser && make test` installs it")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


def settled(page: Page) -> None:
    """Wait until a view stands."""
    page.wait_for_selector("main:not([aria-busy]) h1")
    page.wait_for_selector("main .view > *", state="attached")
