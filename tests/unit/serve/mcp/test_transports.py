"""Real servers and the SDK's own client, over stdio and over HTTP."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any

import anyio
import pytest
from mcp import Client

from mnemos import Memory
from mnemos.serve.mcp.tools import TOOLS
from tests.unit.serve.mcp.talking import ENVIRONMENT, command, listening, run, started, text

Connect = Callable[[Path], AbstractAsyncContextManager[Client]]


@asynccontextmanager
async def _over_stdio(path: Path) -> AsyncIterator[Client]:
    async with Client(started(path)) as client:
        yield client


@asynccontextmanager
async def _over_stdio_of_old(path: Path) -> AsyncIterator[Client]:
    async with Client(started(path), mode="legacy") as client:
        yield client


@asynccontextmanager
async def _over_http(path: Path) -> AsyncIterator[Client]:
    with listening(path) as (url, _):
        async with Client(url) as client:
            yield client


@asynccontextmanager
async def _over_http_of_old(path: Path) -> AsyncIterator[Client]:
    with listening(path) as (url, _):
        async with Client(url, mode="legacy") as client:
            yield client


@pytest.fixture(params=[_over_stdio, _over_http], ids=["stdio", "http"])
def connect(request: pytest.FixtureRequest) -> Connect:
    connect: Connect = request.param
    return connect


@pytest.mark.parametrize(
    "connect",
    [_over_stdio, _over_stdio_of_old, _over_http, _over_http_of_old],
    ids=["stdio", "stdio, before 2026", "http", "http, before 2026"],
)
def test_a_client_finds_and_uses_everything(connect: Connect, tmp_path: Path) -> None:
    async def told() -> None:
        async with connect(tmp_path / "new.mnemos") as client:
            assert client.instructions is not None and "context" in client.instructions
            listed = [tool.name for tool in (await client.list_tools()).tools]
            assert listed == [tool.name for tool in TOOLS]
            said = {"text": "I live in Porto.", "speaker": "Ann", "session": "s"}
            turn = (await client.call_tool("remember", said)).structured_content["id"]
            for name, arguments, part in (
                ("recall", {"question": "Where does Ann live?"}, "Porto"),
                ("context", {"question": "Where does Ann live?"}, "Porto"),
                ("facts", {"about": "Ann"}, "Porto"),
                ("profile", {"about": "Ann"}, "Porto"),
                ("stats", {}, "1 sessions"),
                ("forget", {"ids": [turn]}, turn),
                ("restore", {"ids": [turn]}, turn),
                ("history", {"id": turn}, "restore"),
            ):
                result = await client.call_tool(name, arguments)
                assert not result.is_error and part in text(result), name
            assert (await client.call_tool("recall", {})).is_error
            (session,) = (await client.list_resources()).resources
            assert "Porto" in text(await client.read_resource(session.uri))
            assert len((await client.list_resource_templates()).resource_templates) == 1
            assert "memory" in text(await client.get_prompt("use-memory"))

    run(told())


def test_twenty_calls_at_a_time_are_all_answered(connect: Connect, tmp_path: Path) -> None:
    path = tmp_path / "busy.mnemos"

    async def told() -> None:
        async with connect(path) as client:

            async def call(number: int) -> str:
                if number % 2:
                    asked = {"question": f"tram {number}"}
                    return text(await client.call_tool("recall", asked))
                said = {"text": f"tram {number}", "session": "s"}
                return text(await client.call_tool("remember", said))

            answers = await asyncio.gather(*(call(number) for number in range(20)))
            assert sum(answer.startswith("Remembered as ") for answer in answers) == 10

    run(told())
    with Memory(path, read_only=True) as memory:
        found = {item.text for item in memory.browse().items}
        assert found == {f"tram {number}" for number in range(0, 20, 2)}


def test_cancelled_calls_happen_whole_or_not_at_all(connect: Connect, tmp_path: Path) -> None:
    path = tmp_path / "cancelled.mnemos"

    async def told() -> None:
        async with connect(path) as client:
            await client.call_tool("remember", {"text": "first"})
            for number in range(12):
                with anyio.move_on_after(number / 1_000):
                    await client.call_tool("remember", {"text": f"tram {number}", "session": "s"})
            after = await client.call_tool("remember", {"text": "afterwards"})
            assert not after.is_error

    run(told())
    with Memory(path, read_only=True) as memory:
        assert memory.verify().ok
        said = [item.text for item in memory.browse(session="s").items]
        assert len(said) == len(set(said))
        assert {"first", "afterwards"} <= {item.text for item in memory.browse().items}


def test_what_was_acknowledged_over_http_survives_kill_9(tmp_path: Path) -> None:
    path = tmp_path / "killed.mnemos"

    async def told(url: str, process: subprocess.Popen[str]) -> str:
        async with Client(url) as client:
            result = await client.call_tool("remember", {"text": "The key is under the pot"})
            process.send_signal(signal.SIGKILL)
            turn: str = result.structured_content["id"]
            return turn

    with listening(path) as (url, process):
        turn = run(told(url, process))
        assert process.wait(30) == -signal.SIGKILL
    with Memory(path) as memory:
        assert memory.get(turn).text == "The key is under the pot"
        assert memory.verify().ok


def _lines(path: Path) -> subprocess.Popen[str]:
    """Start a server that is spoken to line by line."""
    return subprocess.Popen(
        command(path),
        env=ENVIRONMENT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        bufsize=1,
    )


def _request(number: int, method: str, **params: object) -> str:
    body = {"jsonrpc": "2.0", "id": number, "method": method, "params": params}
    return json.dumps(body) + "\n"


_HELLO = _request(
    0,
    "initialize",
    protocolVersion="2025-06-18",
    capabilities={},
    clientInfo={"name": "lines", "version": "1"},
)
_READY = '{"jsonrpc": "2.0", "method": "notifications/initialized"}\n'


def test_what_was_acknowledged_over_stdio_survives_kill_9(tmp_path: Path) -> None:
    path = tmp_path / "killed.mnemos"
    said = {"text": "The key is under the pot"}
    with _lines(path) as process:
        assert process.stdin is not None and process.stdout is not None
        process.stdin.write(_HELLO)
        assert json.loads(process.stdout.readline())["id"] == 0
        process.stdin.write(_READY + _request(1, "tools/call", name="remember", arguments=said))
        answer = json.loads(process.stdout.readline())
        os.kill(process.pid, signal.SIGKILL)
    with Memory(path) as memory:
        assert memory.get(answer["result"]["structuredContent"]["id"]).text == said["text"]


def test_nothing_but_the_protocol_gets_to_stdout(tmp_path: Path) -> None:
    broken = "no json\n" + '{"jsonrpc": "2.0"}\n' + "[1, 2\n" + "\n" + "\x00\ufffe\n"
    calls = (
        _request(1, "tools/call", name="remember", arguments={"text": "said"}),
        _request(2, "tools/call", name="nothing", arguments={}),
        _request(3, "tools/call", name="recall", arguments={"question": 7}),
        _request(4, "no/such"),
        _request(5, "resources/read", uri="mnemos://session/none"),
        _request(6, "tools/list"),
    )
    with _lines(tmp_path / "new.mnemos") as process:
        assert process.stdin is not None and process.stdout is not None
        process.stdin.write(_HELLO + _READY + broken + "".join(calls))
        answers: list[dict[str, Any]] = []
        while not set(range(7)) <= {answer.get("id") for answer in answers}:
            answers.append(json.loads(process.stdout.readline()))
        out, _ = process.communicate(timeout=60)
        answers += [json.loads(line) for line in out.splitlines()]
    assert all(answer["jsonrpc"] == "2.0" for answer in answers)
    by_id = {answer.get("id"): answer for answer in answers}
    assert by_id[3]["result"]["isError"] and "error" in by_id[2] and "error" in by_id[5]
    assert process.returncode == 0


def test_a_server_that_cannot_start_says_why_on_stderr_alone(tmp_path: Path) -> None:
    (tmp_path / "text.mnemos").write_text("not a memory, but long enough to be looked at\n" * 50)
    with _lines(tmp_path / "text.mnemos") as process:
        out, err = process.communicate(timeout=60)
    assert process.returncode == 4
    assert out == "" and "text.mnemos" in err and "Traceback" not in err
