"""The protocol on a server of many: each key opens what it opens for REST, and nothing else."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import httpx2
import pytest
from mcp import Client, MCPError
from mcp.client.streamable_http import streamable_http_client

from bench.server import serving
from mnemos import Memory
from mnemos.serve.keys import Keys
from mnemos.serve.limits import Limits
from mnemos.serve.mcp.mount import PATH, mounting
from tests.unit.serve.mcp.talking import run, text
from tests.unit.serve.rest.serving import Served, served

ACCEPT = {"accept": "application/json, text/event-stream"}
PING = {"jsonrpc": "2.0", "id": 1, "method": "ping"}
PLANTED = "Xylophonia"


@pytest.fixture
def directory(tmp_path: Path) -> Iterator[Served]:
    """A server of a directory of tenants, which speaks the protocol as well."""
    with served(tmp_path, mounts=[mounting(lambda _: True)]) as running:
        yield running


@asynccontextmanager
async def connected(running: Served, key: str) -> AsyncIterator[Client]:
    headers = {"Authorization": f"Bearer {key}"}
    async with (
        httpx2.AsyncClient(headers=headers, timeout=60) as http,
        Client(streamable_http_client(running.url + PATH, http_client=http)) as client,
    ):
        yield client


def calls(found: dict[str, str]) -> list[tuple[str, dict[str, Any]]]:
    """Return calls of every tool that come as near as they can to what ben said."""
    turn = found["turn"]
    return [
        ("context", {"question": "What opens the locker?"}),
        ("context", {"question": "What opens the locker?", "session": "home"}),
        ("recall", {"question": "What opens the locker?", "limit": 20}),
        ("facts", {"every": True}),
        ("profile", {"about": "user"}),
        ("history", {"id": turn}),
        ("stats", {}),
        ("forget", {"ids": [turn]}),
        ("restore", {"ids": [turn]}),
        ("remember", {"text": "hello", "session": "home"}),
    ]


def plant(running: Served) -> dict[str, str]:
    with running.client(running.key("ben")) as ben:
        told = ben.remember(
            f"The locker opens with {PLANTED}. I live in {PLANTED}.", session="home"
        )
        ben.learn()
    return {"turn": told.ids[0]}


def test_a_key_opens_its_tenant_s_memory_for_both_ways_of_asking(directory: Served) -> None:
    key = directory.key("ann", "read", "write")

    async def told() -> str:
        async with connected(directory, key) as client:
            await client.call_tool("remember", {"text": "The bike stands at the station"})
            return text(await client.call_tool("context", {"question": "Where is the bike?"}))

    assert "station" in run(told())
    with directory.client(key) as client:
        assert client.recall("Where is the bike?")[0].text == "The bike stands at the station"


def test_with_one_tenants_key_nothing_of_another_comes_back(directory: Served) -> None:
    found = plant(directory)
    key = directory.key("ann")

    async def told() -> list[str]:
        async with connected(directory, key) as client:
            said = [str(await client.call_tool(name, given)) for name, given in calls(found)]
            listed = (await client.list_resources()).resources
            said += [str(listed), str(await client.get_prompt("use-memory", {"question": "key?"}))]
            with pytest.raises(MCPError):
                await client.read_resource("mnemos://session/other")
            said.append(str(await client.read_resource("mnemos://session/home")))
            return said

    said = run(told())
    assert len(said) == len(calls(found)) + 3
    assert not [each for each in said if PLANTED in each]
    with directory.client(directory.key("ben")) as ben:
        assert ben.get(found["turn"]).status == "active"


def test_without_a_key_or_with_one_that_is_wrong_or_revoked_nobody_gets_in(
    directory: Served,
) -> None:
    good, revoked = directory.key("ben"), directory.key("ben")

    def status(authorization: str | None) -> int:
        headers = ACCEPT | ({} if authorization is None else {"authorization": authorization})
        return httpx.post(directory.url + PATH, json=PING, headers=headers, timeout=60).status_code

    assert status(f"Bearer {revoked}") == 200
    keys = Keys(directory.folder)
    key = keys.opens(revoked)
    assert key is not None
    keys.revoke(key.id)
    keys.close()
    wrong = (None, "", "Bearer", good, f"Basic {good}", f"Bearer {good}x", f"Bearer {revoked}")
    assert [status(each) for each in wrong] == [401] * len(wrong)
    assert status(f"Bearer {good}") == 200


def test_a_key_that_may_only_read_is_shown_what_reads_and_refused_the_rest(
    directory: Served,
) -> None:
    found = plant(directory)
    key = directory.key("ben", "read")

    async def told() -> tuple[set[str], list[str]]:
        async with connected(directory, key) as client:
            listed = {tool.name for tool in (await client.list_tools()).tools}
            refused = []
            for name, given in calls(found):
                result = await client.call_tool(name, given)
                if result.is_error:
                    refused.append(f"{name}: {text(result)}")
            return listed, refused

    listed, refused = run(told())
    assert listed == {"context", "recall", "facts", "profile", "history", "stats"}
    why = "this key may not write; it may read"
    assert refused == [f"{name}: {why}" for name in ("forget", "restore", "remember")]


def test_a_key_that_may_not_read_gets_at_nothing_by_resources_or_prompts(
    directory: Served,
) -> None:
    plant(directory)
    key = directory.key("ben", "write")

    async def told() -> list[str]:
        async with connected(directory, key) as client:
            refused = []
            for asking in (
                client.list_resources,
                lambda: client.read_resource("mnemos://session/home"),
                lambda: client.get_prompt("use-memory", {"question": "What opens the locker?"}),
            ):
                with pytest.raises(MCPError) as error:
                    await asking()
                refused.append(str(error.value))
            found = await client.call_tool("recall", {"question": "What opens the locker?"})
            return [*refused, text(found)]

    assert set(run(told())) == {"this key may not read; it may write"}


def test_a_key_bound_to_a_user_sees_that_user_s_part(directory: Served) -> None:
    with directory.client(directory.key("home")) as client:
        client.scoped(user="ann").remember("Ann likes olives")
        client.scoped(user="ben").remember("Ben likes oysters")
    key = directory.key("home", "read", user="ann")

    async def told() -> tuple[str, str]:
        async with connected(directory, key) as client:
            found = await client.call_tool("recall", {"question": "Who likes what?", "limit": 20})
            return text(found), text(await client.call_tool("stats", {}))

    found, stats = run(told())
    assert "olives" in found and "oysters" not in found
    assert "bound to a part" in stats


@pytest.mark.parametrize(
    ("origin", "status"),
    [
        ("https://evil.example", 403),
        ("null", 403),
        ("http://127.0.0.1@evil.example", 403),
        ("http://localhost.evil.example", 403),
        ("http://localhost:6274", 200),
        ("https://ours.example", 200),
    ],
)
def test_a_page_of_another_site_is_not_let_in_even_with_a_key(
    tmp_path: Path, origin: str, status: int
) -> None:
    mounts = [mounting(lambda _: True)]
    with served(tmp_path, mounts=mounts, origins=["https://ours.example"]) as running:
        sent = ACCEPT | {"authorization": f"Bearer {running.key('ann')}", "origin": origin}
        told = httpx.post(running.url + PATH, json=PING, headers=sent, timeout=60)
    assert told.status_code == status


def test_a_page_that_is_served_under_the_host_that_is_asked_is_let_in(directory: Served) -> None:
    sent = ACCEPT | {"authorization": f"Bearer {directory.key('ann')}"}
    sent |= {"host": "memories.example", "origin": "https://memories.example"}
    told = httpx.post(directory.url + PATH, json=PING, headers=sent, timeout=60)
    assert told.status_code == 200


def test_a_key_s_pace_holds_for_the_protocol_too(tmp_path: Path) -> None:
    limits = Limits(requests_per_s=0.001, burst=1)
    with served(tmp_path, mounts=[mounting(lambda _: True)], limits=limits) as running:
        sent = ACCEPT | {"authorization": f"Bearer {running.key('ann')}"}
        told = [
            httpx.post(running.url + PATH, json=PING, headers=sent, timeout=60).status_code
            for _ in range(2)
        ]
    assert told == [200, 429]


def test_the_command_that_serves_speaks_the_protocol(tmp_path: Path) -> None:
    with serving(tmp_path) as running:
        sent = ACCEPT | {"authorization": f"Bearer {running.key('ann')}"}
        told = httpx.post(running.url + PATH, json=PING, headers=sent, timeout=60)
        assert told.json()["result"] is not None


def test_one_file_on_this_machine_asks_for_no_key(tmp_path: Path) -> None:
    with served(tmp_path, file="one.mnemos", mounts=[mounting(lambda _: False)]) as running:

        async def told() -> set[str]:
            async with Client(running.url + PATH) as client:
                await client.call_tool("remember", {"text": "hello"})
                return {tool.name for tool in (await client.list_tools()).tools}

        listed = run(told())
        assert "remember" in listed and "facts" not in listed
        rebound = httpx.post(
            running.url + PATH, json=PING, headers=ACCEPT | {"host": "evil.example"}, timeout=60
        )
        assert rebound.status_code == 403


def test_a_call_does_not_list_the_tools_first(tmp_path: Path) -> None:
    listed: list[Memory] = []

    def reads_facts(memory: Memory) -> bool:
        listed.append(memory)
        return True

    with served(tmp_path, mounts=[mounting(reads_facts)]) as running:
        key = running.key("ann", "read", "write")

        async def called() -> None:
            async with connected(running, key) as client:
                await client.list_tools()
                for _ in range(3):
                    await client.call_tool("remember", {"text": "The bike stands at the station"})

        run(called())
    assert len(listed) == 1
