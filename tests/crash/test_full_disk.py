"""What serves a memory on a full disk: calls pass on, reads go on, and room brings all back."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from mnemos import Memory, Scope
from mnemos.serve.proxy.app import MEMORY_HEADER, Lent, Proxy, Upstream
from mnemos.serve.proxy.app import application as proxy_application
from mnemos.serve.proxy.ledger import Ledger
from mnemos.serve.proxy.recall import Budget
from mnemos.serve.work import Kind
from tests.unit.serve.rest.serving import served

R = TypeVar("R")


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of one mebibyte."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = shutil.which("mount")
    if os.geteuid() != 0 or mount is None:
        pytest.skip("only root may mount")
    options = ("-t", "tmpfs", "-o", "size=1m", "tmpfs", str(folder))
    if subprocess.run([mount, *options], check=False, capture_output=True).returncode:
        pytest.skip("may not mount here")
    try:
        yield folder
    finally:
        subprocess.run([str(shutil.which("umount")), "-l", str(folder)], check=True)


def filled(disk: Path) -> Path:
    """Fill a disk; return the file to delete."""
    ballast = disk / "ballast"
    with ballast.open("wb", buffering=0) as file:
        for part in (4096, 1):
            try:
                while True:
                    file.write(bytes(part))
            except OSError:
                continue
    return ballast


def test_a_served_memory_is_read_and_takes_nothing_until_there_is_room(disk: Path) -> None:
    with served(disk, file="x.mnemos") as running, running.client() as client:
        client.remember("My sister Ann keeps bees in Porto", session="s")
        ballast = filled(disk)
        answers = [
            httpx.post(f"{running.url}/v1/remember", json={"messages": f"{n} " + "x" * 40_000})
            for n in range(20)
        ]
        taken = [each.status_code for each in answers].count(200)
        assert {each.status_code for each in answers[taken:]} == {507}
        assert answers[-1].json()["error"] == "DiskFull"
        assert client.recall("Where does Ann keep bees?")[0].text.endswith("Porto")
        assert client.context("Where does Ann keep bees?").citations
        assert client.facts(every=True)
        assert client.verify().ok
        ballast.unlink()
        client.remember("after", session="s")
        assert len(client.browse(kinds=["turn"], limit=100).items) == taken + 2
        assert client.verify().ok


def test_a_proxied_call_passes_on_and_its_words_are_kept_once_there_is_room(disk: Path) -> None:
    asked: list[dict[str, Any]] = []

    async def answer(request: Request) -> JSONResponse:
        asked.append(await request.json())
        return JSONResponse({"choices": [{"message": {"role": "assistant", "content": "I see."}}]})

    endpoint = Starlette(routes=[Route("/v1/chat/completions", answer, methods=["POST"])])
    with Memory(disk / "x.mnemos", embedder=None) as memory:
        ledger = Ledger(disk / "x.threads", datetime.now(UTC))

        async def run(_: Request, __: str | None, ___: Kind, call: Callable[[Lent], R]) -> R:
            return call(Lent(memory=memory, scope=Scope(), ledger=ledger, key=ledger.key("")))

        proxy = Proxy(
            Upstream(url="http://endpoint/v1"),
            run,
            budget=Budget(),
            patience_s=10.0,
            clock=lambda: datetime.now(UTC),
            transport=httpx.ASGITransport(app=endpoint),
        )
        said = [{"role": "user", "content": "long " * 100_000}]
        with TestClient(proxy_application(proxy)) as http:
            ballast = filled(disk)
            first = http.post("/v1/chat/completions", json={"messages": said})
            assert first.json()["choices"][0]["message"]["content"] == "I see."
            assert asked[-1]["messages"] == said
            assert "not remembered: DiskFull" in first.headers[MEMORY_HEADER]
            ballast.unlink()
            short = [{"role": "user", "content": "Ann keeps bees"}]
            second = http.post("/v1/chat/completions", json={"messages": short})
            assert "not" not in second.headers[MEMORY_HEADER]
        kept = {item.text for item in memory.browse(limit=100).items}
        assert {"Ann keeps bees", "I see."} <= kept
        assert memory.verify().ok
        ledger.close()
