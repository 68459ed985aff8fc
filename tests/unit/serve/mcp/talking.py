"""Clients of the protocol, in this process and to servers in their own."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import asynccontextmanager, contextmanager, nullcontext
from pathlib import Path
from typing import Any, TypeVar

import mcp_types as types
from mcp import Client, StdioServerParameters

from mnemos import Memory, estimate_tokens
from mnemos.serve.access import Caller
from mnemos.serve.mcp.lent import Lent, Visit
from mnemos.serve.mcp.server import server
from mnemos.serve.work import Kind, Work

R = TypeVar("R")

SRC = Path(__file__).parents[4] / "src"
#: No test waits longer for a server.
PATIENCE_S = 120
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(SRC), "PYTHONWARNINGS": "error"}


def run(told: Coroutine[Any, Any, R]) -> R:
    """Run what a test does, and not for ever."""

    async def bounded() -> R:
        async with asyncio.timeout(PATIENCE_S):
            return await told

    try:
        return asyncio.run(bounded())
    except BaseExceptionGroup as group:  # the SDK's, around whatever is raised beside its client
        raise _only(group) from None


def _only(group: BaseExceptionGroup[BaseException]) -> BaseException:
    (error,) = group.exceptions
    return _only(error) if isinstance(error, BaseExceptionGroup) else error


@asynccontextmanager
async def inside(memory: Memory, caller: Caller | None = None) -> AsyncIterator[Client]:
    """Connect to a server in this process, whose memory stays open."""
    work = Work(waiting=100)

    async def running(kind: Kind, call: Callable[[Memory], R]) -> R:
        return await work.run(kind, "", lambda: nullcontext(memory), call)

    async def known() -> bool:
        return True

    visit = Visit(memory=Lent(running), caller=caller or Caller(), reads_facts=known)
    async with Client(server(lambda _: visit)) as client:
        yield client
    work.close()


def command(path: Path, *options: str) -> list[str]:
    """Return the command that serves a memory."""
    return [sys.executable, "-m", "mnemos", "mcp", str(path), *options]


def started(path: Path, *options: str) -> StdioServerParameters:
    """Return how a client starts the server itself."""
    program, *arguments = command(path, *options)
    return StdioServerParameters(command=program, args=arguments, env=ENVIRONMENT)


@contextmanager
def listening(path: Path, *options: str) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """Start a server on a free port; give its address and its process."""
    process = subprocess.Popen(
        command(path, "--http", "--port", "0", *options),
        env=ENVIRONMENT,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stderr is not None
        said = process.stderr.readline()
        assert " is served at http" in said, said + process.stderr.read()
        yield said.split()[-1], process
    finally:
        process.kill()
        process.communicate()


def text(result: types.CallToolResult | types.ReadResourceResult | types.GetPromptResult) -> str:
    """Return the one text of an answer."""
    match result:
        case types.CallToolResult(content=[types.TextContent(text=said)]):
            return said
        case types.ReadResourceResult(contents=[types.TextResourceContents(text=said)]):
            return said
        case types.GetPromptResult(messages=[types.PromptMessage(content=content)]):
            assert isinstance(content, types.TextContent)
            return content.text
    raise AssertionError(result)


def dearest(result: types.CallToolResult) -> int:
    """Return what an answer costs in the dearer of its forms."""
    structured = json.dumps(result.structured_content, ensure_ascii=False)
    return max(estimate_tokens(text(result)), estimate_tokens(structured))
