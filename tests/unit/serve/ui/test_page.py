"""The page's files as they are served."""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

import httpx
import pytest

from mnemos.serve.ui import page
from tests.unit.serve.rest.serving import Served, served

MOST_BYTES = 200_000


@pytest.fixture
def http(tmp_path: Path) -> Iterator[httpx.Client]:
    with (
        served(tmp_path, file="one.mnemos", mounts=[page.mount]) as running,
        httpx.Client(base_url=running.url, trust_env=False) as client,
    ):
        yield client


def test_all_of_it_is_small() -> None:
    found = page.read()
    assert {"index.html", "main.js", "style.css"} <= set(found)
    assert sum(len(each.content) for each in found.values()) <= MOST_BYTES


def test_each_file_comes_with_the_policy_and_its_type(http: httpx.Client) -> None:
    for name, file in page.read().items():
        answer = http.get(f"/ui/{name}")
        assert answer.content == file.content
        assert answer.headers["content-security-policy"] == page.POLICY
        assert answer.headers["content-type"] == file.type
        assert answer.headers["x-content-type-options"] == "nosniff"
    for part in ("default-src 'none'", "script-src 'self'", "frame-ancestors 'none'"):
        assert part in page.POLICY
    assert "unsafe" not in page.POLICY


def test_ui_leads_to_the_page(http: httpx.Client) -> None:
    answer = http.get("/ui")
    assert answer.status_code == 308
    assert http.get("/ui", follow_redirects=True).text.startswith("<!doctype html>")
    assert http.get("/ui/").text == http.get("/ui/index.html").text


def test_what_the_browser_has_is_not_sent_again(http: httpx.Client) -> None:
    etag = http.get("/ui/main.js").headers["etag"]
    again = http.get("/ui/main.js", headers={"if-none-match": etag})
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize("path", ["nothing.js", "../page.py", "%2e%2e/page.py", "static/main.js"])
def test_nothing_else_is_served(http: httpx.Client, path: str) -> None:
    answer = http.get(f"/ui/{path}")
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"


def test_nothing_is_written_to_it(http: httpx.Client) -> None:
    assert http.post("/ui/", json={}).status_code == 405


def test_it_is_shown_to_who_has_no_key_and_the_memory_is_not(tmp_path: Path) -> None:
    with served(tmp_path, mounts=[page.mount]) as running:
        assert isinstance(running, Served)
        assert httpx.get(f"{running.url}/ui/", trust_env=False).status_code == 200
        assert httpx.get(f"{running.url}/v1/stats", trust_env=False).status_code == 401


def test_no_file_reads_markup_or_has_script_or_style_inline() -> None:
    static = files("mnemos.serve.ui").joinpath("static")
    for name in page.read():
        text = static.joinpath(name).read_text(encoding="utf-8")
        assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(", text)
        assert "http://" not in text.replace("http://www.w3.org/2000/svg", "")
        assert "https://" not in text
    html = static.joinpath("index.html").read_text(encoding="utf-8")
    assert not re.search(r"<style|style=|\son\w+=|<script(?![^>]*src=)", html)
