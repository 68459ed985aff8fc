"""``mnemos ui``, as one types it."""

from __future__ import annotations

import json
import signal
import subprocess
import webbrowser
from functools import partial
from pathlib import Path
from threading import Event

import httpx
import pytest

from mnemos import Memory
from mnemos.client import Client
from mnemos.serve.cli import ui
from mnemos.serve.cli.command import Settings
from mnemos.serve.ui.bundled import fill
from tests.unit.serve.command_line import Run, Start


def url_of(running: subprocess.Popen[bytes]) -> str:
    assert running.stdout is not None
    found: str = json.loads(running.stdout.readline())["url"]
    return found


def ended(running: subprocess.Popen[bytes]) -> str:
    running.send_signal(signal.SIGTERM)
    _, err = running.communicate(timeout=30)
    return err.decode()


def test_it_shows_a_file_and_tells_no_requests(started: Start, tmp_path: Path) -> None:
    with Memory(tmp_path / "one.mnemos", embedder=None) as memory:
        memory.remember("The spare key is with Mrs Feeney", session="home")
    running = started(["ui", "one.mnemos", "--json", "--embedder", "none"])
    url = url_of(running)
    assert url.startswith("http://127.0.0.1:") and url.endswith("/ui/")
    assert "<title>mnemos</title>" in httpx.get(url, trust_env=False).text
    with Client(url.removesuffix("/ui/")) as client:
        assert client.sessions().sessions[0].scope.session == "home"
    assert ended(running) == ""


def test_the_demo_has_a_past_and_leaves_nothing(started: Start, tmp_path: Path) -> None:
    running = started(["ui", "--demo", "--json", "--embedder", "none"])
    url = url_of(running)
    with Client(url.removesuffix("/ui/")) as client:
        stats = client.stats()
        assert stats.items["turn"] == 343 and stats.items["fact"] > 0
        early = client.log(1, before=2)[0].recorded_at
        assert early.date().isoformat() == "2026-01-05"
        assert len(client.browse(as_of=early, limit=1_000).items) < 30
    ended(running)
    assert list(tmp_path.iterdir()) == []


def test_serve_has_the_page_too(started: Start) -> None:
    running = started(["serve", "one.mnemos", "--port", "0", "--json", "--embedder", "none"])
    url = url_of(running)
    assert httpx.get(f"{url}/ui", follow_redirects=True, trust_env=False).status_code == 200
    ended(running)


def test_a_file_and_the_demo_are_not_shown_at_once(mnemos: Run) -> None:
    assert mnemos("ui", "x.mnemos", "--demo").code == 2


def test_the_browser_is_opened_unless_it_should_not(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    opened, came = [], Event()

    def open_page(url: str) -> bool:
        opened.append(url)
        came.set()
        return True

    monkeypatch.setattr(webbrowser, "open", open_page)
    ready = partial(ui._ready, Settings(), Path("x.mnemos"), "http://127.0.0.1:1", True)  # noqa: FBT003 - run's
    ready(browser=False)
    assert opened == []
    ready(browser=True)
    assert came.wait(10)
    assert opened == ["http://127.0.0.1:1/ui/"]
    assert "x.mnemos at http://127.0.0.1:1/ui/" in capsys.readouterr().out


def test_the_bundled_conversation_grows_as_it_was_said() -> None:
    with Memory(":memory:", embedder=None) as memory:
        fill(memory)
        events = memory.log(100)
        assert sum(each.op == "remember" for each in events) == memory.stats().sessions
        assert [each.recorded_at for each in events] == sorted(
            (each.recorded_at for each in events), reverse=True
        )
