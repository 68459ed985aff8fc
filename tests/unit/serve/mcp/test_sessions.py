"""Sessions as resources, and the prompt."""

from __future__ import annotations

import pytest
from mcp import MCPError

from mnemos import Memory, NotFound, Scope, estimate_tokens
from mnemos.serve.mcp import guide
from mnemos.serve.mcp.sessions import PAGE_TOKENS, Place, place
from tests.unit.serve.mcp.talking import inside, run, text


def _read(memory: Memory, uri: str) -> str:
    async def asked() -> str:
        async with inside(memory) as client:
            return text(await client.read_resource(uri))

    return run(asked())


@pytest.mark.parametrize("name", ["2026-05-03", "a/b c", "ü?x=1#y", "..", "%2f", "x" * 150])
def test_the_address_of_a_session_leads_to_it(name: str) -> None:
    there = Place(scope=Scope(session=name, user="a&b", agent=None), after="12")
    assert place(there.uri) == there


@pytest.mark.parametrize(
    "uri",
    ["mnemos://session/", "mnemos://item/x", "file:///etc/passwd", "mnemos://session/a/b", "x", ""],
)
def test_what_is_no_address_of_a_session_is_refused(memory: Memory, uri: str) -> None:
    with pytest.raises(NotFound):
        place(uri)
    with pytest.raises(MCPError, match="there is no resource"):
        _read(memory, uri)


def test_a_session_that_is_not_there_is_an_error_of_the_protocol(memory: Memory) -> None:
    with pytest.raises(MCPError, match="there is nothing at mnemos://session/none"):
        _read(memory, "mnemos://session/none")


def test_sessions_are_listed_newest_first_a_page_at_a_time(memory: Memory) -> None:
    for number in range(60):
        memory.remember("hello", session=f"s {number}", scope=Scope(user="ann"))

    async def asked() -> list[tuple[str, str]]:
        async with inside(memory) as client:
            first = await client.list_resources()
            assert len(first.resources) == 50
            assert first.next_cursor is not None
            rest = await client.list_resources(cursor=first.next_cursor)
            assert rest.next_cursor is None
            return [(each.uri, each.name) for each in (*first.resources, *rest.resources)]

    listed = run(asked())
    assert len(set(listed)) == 62
    assert listed[0] == ("mnemos://session/s%2059?user=ann", "s 59")
    assert "hello" in _read(memory, listed[0][0])


def test_a_cursor_that_nobody_gave_is_refused(memory: Memory) -> None:
    async def asked() -> None:
        async with inside(memory) as client:
            await client.list_resources(cursor="nonsense")

    with pytest.raises(MCPError, match="expected the end of a page"):
        run(asked())


@pytest.mark.parametrize("words", [3, 900])
def test_a_long_session_is_read_page_by_page_to_its_end(memory: Memory, words: int) -> None:
    said = [f"turn{number} " + "word " * words for number in range(120)]
    memory.remember([{"role": "user", "content": each} for each in said], session="long")
    uri, seen, pages = "mnemos://session/long", [], 0
    while uri:
        page = _read(memory, uri)
        assert estimate_tokens(page) < PAGE_TOKENS + 200
        lines = page.splitlines()
        seen += [line.split(": ")[1].split()[0] for line in lines[1 : lines.index("</memory>")]]
        uri = lines[-1].partition("It goes on: ")[2]
        pages += 1
    assert seen == [f"turn{number}" for number in range(120)]
    assert pages > 2


def test_what_is_forgotten_is_not_read(memory: Memory) -> None:
    memory.forget(memory.browse(session="2026-06-07").items[0].id)
    with pytest.raises(MCPError, match="there is nothing"):
        _read(memory, "mnemos://session/2026-06-07")


def test_a_user_s_server_reads_that_user_s_sessions_alone(memory: Memory) -> None:
    memory.remember("oysters", session="b", scope=Scope(user="ben"))
    with pytest.raises(MCPError):
        _read(memory.scoped(user="ann"), "mnemos://session/b")
    with pytest.raises(MCPError, match="bound to user"):
        _read(memory.scoped(user="ann"), "mnemos://session/b?user=ben")


def test_the_template_says_how_an_address_is_made(memory: Memory) -> None:
    async def asked() -> list[str]:
        async with inside(memory) as client:
            found = await client.list_resource_templates()
            return [each.uri_template for each in found.resource_templates]

    assert run(asked()) == ["mnemos://session/{id}{?user,agent,after}"]


def test_the_prompt_teaches_when_to_look_and_when_to_store(memory: Memory) -> None:
    async def asked() -> tuple[str, str]:
        async with inside(memory) as client:
            (prompt,) = (await client.list_prompts()).prompts
            assert prompt.arguments is not None
            assert [each.name for each in prompt.arguments] == ["question"]
            plain = text(await client.get_prompt(prompt.name))
            given = {"question": "Where does Ann live?"}
            return plain, text(await client.get_prompt(prompt.name, given))

    plain, asking = run(asked())
    assert plain == guide.GUIDE
    assert all(f" {tool}" in plain for tool in ("context", "remember", "recall", "forget"))
    assert "Porto" in asking and "Porto" not in plain


def test_an_unknown_prompt_is_an_error(memory: Memory) -> None:
    async def asked() -> None:
        async with inside(memory) as client:
            await client.get_prompt("nope")

    with pytest.raises(MCPError, match="there is no prompt 'nope'; there is use-memory"):
        run(asked())
