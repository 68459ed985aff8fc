"""Every tool: what it is listed as, what it does, and what it says when it cannot."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import anyio
import mcp_types as types
import pytest
from mcp import MCPError

from mnemos import Memory, Scope
from mnemos.serve.access import Caller
from mnemos.serve.keys import Right
from mnemos.serve.mcp.server import _unhurried
from mnemos.serve.mcp.tools import TOOLS, offered
from tests.unit.serve.mcp.talking import dearest, inside, run, text


def _called(memory: Memory, name: str, **arguments: object) -> types.CallToolResult:
    async def call() -> types.CallToolResult:
        async with inside(memory) as client:
            return await client.call_tool(name, arguments)

    return run(call())


def _listed(memory: Memory) -> dict[str, types.Tool]:
    async def listed() -> dict[str, types.Tool]:
        async with inside(memory) as client:
            return {tool.name: tool for tool in (await client.list_tools()).tools}

    return run(listed())


def test_every_tool_says_what_it_is_for_and_what_each_argument_means(memory: Memory) -> None:
    tools = _listed(memory)
    assert list(tools) == [tool.name for tool in TOOLS]
    for tool in tools.values():
        assert tool.description and tool.title
        assert tool.input_schema["type"] == "object"
        assert tool.output_schema is not None and tool.output_schema["type"] == "object"
        for name, argument in tool.input_schema["properties"].items():
            assert argument["description"], f"{tool.name}.{name}"
            assert "anyOf" not in argument, f"{tool.name}.{name}"


def test_hints_tell_which_tools_write_hide_and_may_be_called_again(memory: Memory) -> None:
    hints = {name: tool.annotations for name, tool in _listed(memory).items()}
    assert all(hint is not None and hint.open_world_hint is False for hint in hints.values())

    def told(of: str) -> set[str]:
        return {name for name, hint in hints.items() if getattr(hint, of)}

    assert set(hints) - told("read_only_hint") == {"remember", "forget", "restore"}
    assert told("destructive_hint") == {"forget"}
    assert set(hints) - told("idempotent_hint") == {"remember"}


def test_all_tools_together_cost_a_prompt_less_than_three_thousand_tokens(memory: Memory) -> None:
    asked = [
        {"name": tool.name, "description": tool.description, "input": tool.input_schema}
        for tool in _listed(memory).values()
    ]
    assert len(json.dumps(asked)) / 4 < 3_000


def test_what_is_remembered_is_recalled_with_its_session_and_speaker(memory: Memory) -> None:
    stored = _called(
        memory, "remember", text="The boiler code is 4471", speaker="Ben", session="home"
    )
    assert stored.structured_content["new"] is True
    found = _called(memory, "recall", question="What is the boiler code?").structured_content
    assert found["found"][0] | {"relevance": 0, "said_at": ""} == {
        "id": stored.structured_content["id"],
        "text": "The boiler code is 4471",
        "speaker": "Ben",
        "said_at": "",
        "session": "home",
        "relevance": 0,
        "outdated": [],
        "disputed": [],
    }
    assert memory.log(1)[0].actor == "test"


def test_without_a_session_it_goes_into_that_of_today(memory: Memory) -> None:
    stored = _called(memory, "remember", text="It rains")
    item = memory.get(stored.structured_content["id"])
    assert item.scope.session == f"{item.said_at:%Y-%m-%d}"


def test_the_same_request_is_done_once(memory: Memory) -> None:
    first = _called(memory, "remember", text="Once", request_id="r1", session="s")
    again = _called(memory, "remember", text="Once", request_id="r1", session="s")
    assert again.structured_content["id"] == first.structured_content["id"]
    other = _called(memory, "remember", text="Other", request_id="r1", session="s")
    assert other.is_error and "r1" in text(other)


def test_context_is_packed_dated_and_cited_when_asked(memory: Memory) -> None:
    packed = _called(memory, "context", question="Where does Ann live?", citations=True)
    assert "2026-05-03" in text(packed) and "Porto" in text(packed)
    cited = packed.structured_content["citations"]
    assert memory.get(cited[0]["id"]).text.startswith("I live in Porto")
    plain = _called(memory, "context", question="Where does Ann live?")
    assert plain.structured_content["citations"] is None


def test_what_nothing_answers_says_so(memory: Memory) -> None:
    for name in ("context", "recall"):
        silent = _called(memory, name, question="Which xylophone did Zoltan sell?")
        assert silent.is_error is False
        assert silent.structured_content["nothing"]
        assert text(silent).startswith("Nothing: ")


def test_facts_and_profile_tell_what_is_known(memory: Memory) -> None:
    facts = _called(memory, "facts", about="Ann").structured_content["facts"]
    assert {(fact["slot"], fact["value"]) for fact in facts} >= {
        ("home", "Porto"),
        ("job", "baker"),
    }
    slots = _called(memory, "profile", about="Ann").structured_content["slots"]
    assert {"slot": "home", "values": ["Porto"]} in slots
    unknown = _called(memory, "profile", about="Zoltan")
    assert unknown.structured_content["slots"] == []
    assert text(unknown) == "Nothing: nothing is known of Zoltan."


def test_what_is_forgotten_is_not_recalled_until_it_is_restored(memory: Memory) -> None:
    (turn,) = memory.browse(session="2026-06-07").items

    def status() -> str:
        return memory.get(turn.id).status

    hidden = _called(memory, "forget", ids=[turn.id], why="she asked")
    assert hidden.structured_content["changed"] == [turn.id]
    assert status() == "hidden"
    again = _called(memory, "forget", ids=[turn.id])
    assert again.structured_content["unchanged"] == [turn.id]
    _called(memory, "restore", ids=[turn.id])
    assert status() == "active"
    versions = _called(memory, "history", id=turn.id).structured_content["versions"]
    assert [each["what"] for each in versions] == ["remember", "forget", "restore"]
    assert versions[1]["why"] == "she asked"


def test_stats_count_what_there_is(memory: Memory) -> None:
    figures = _called(memory, "stats").structured_content
    assert figures["items"]["turn"] == 2
    assert figures["sessions"] == 2


@pytest.mark.parametrize(
    ("name", "arguments", "told"),
    [
        ("recall", {}, "question"),
        ("recall", {"question": ""}, "question: String should have at least 1 character"),
        ("recall", {"question": "x" * 2_001}, "question: String should have at most 2000"),
        ("recall", {"question": "x", "limit": 0}, "limit"),
        ("recall", {"question": "x", "limit": "many"}, "limit: Input should be a valid integer"),
        ("recall", {"question": "x", "budget_tokens": 10}, "budget_tokens"),
        ("recall", {"question": "x", "budget": 500}, "budget: Unexpected keyword argument"),
        ("recall", {"question": "x", "as_of": "last tide"}, "last tide"),
        ("recall", {"question": {"x": 1}}, "question: Input should be a valid string"),
        ("remember", {"text": " \n "}, "text: is blank"),
        ("remember", {"text": "x" * 100_001}, "text"),
        ("remember", {"text": "x", "role": "system"}, "role: Input should be 'user' or"),
        ("remember", {"text": "x", "said_at": "soon"}, "said_at"),
        ("forget", {"ids": []}, "ids"),
        ("forget", {"ids": ["nope"]}, "there is no item 'nope' here"),
        ("forget", {"ids": "nope"}, "ids: Input should be a valid list"),
        ("history", {"id": "nope"}, "there is no item 'nope' here"),
        ("stats", {"x": 1}, "x: Unexpected keyword argument"),
        ("facts", {"valid_at": "soon"}, "soon"),
    ],
)
def test_bad_input_is_told_in_words(
    memory: Memory, name: str, arguments: dict[str, Any], told: str
) -> None:
    before = memory.state_hash()
    result = _called(memory, name, **arguments)
    assert result.is_error is True
    assert told in text(result)
    assert "Traceback" not in text(result) and "pydantic" not in text(result)
    assert len(text(result)) <= 500
    assert memory.state_hash() == before


def test_an_unknown_tool_is_an_error_that_names_the_nearest(memory: Memory) -> None:
    with pytest.raises(MCPError, match="no tool 'recal'; did you mean recall"):
        _called(memory, "recal", question="x")


def test_what_is_erased_is_told_as_gone(memory: Memory) -> None:
    (turn,) = memory.browse(session="2026-06-07").items
    memory.erase(turn.id)
    gone = _called(memory, "history", id=turn.id)
    assert gone.is_error and "was erased" in text(gone)


def test_a_mistake_of_mnemos_is_told_without_its_insides(
    memory: Memory, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_given: object, **_named: object) -> None:
        raise RuntimeError("of /home/ann/private.mnemos")

    monkeypatch.setattr(memory, "_recall", broken)
    result = _called(memory, "recall", question="x")
    assert result.is_error
    assert "RuntimeError" in text(result) and "private" not in text(result)
    assert "private" in caplog.text


def test_only_what_fits_the_memory_is_offered() -> None:
    def names(*rights: Right, facts: bool = True, user: str | None = None) -> set[str]:
        caller = Caller(rights=frozenset(rights), scope=Scope(user=user))
        return {tool.name for tool in offered(caller, reads_facts=facts)}

    everything = {tool.name for tool in TOOLS}
    assert names("admin") == names("read", "write") == everything
    assert names("read") == everything - {"remember", "forget", "restore"}
    assert names("write") == {"remember", "forget", "restore"}
    assert names("erase") == set()
    assert names("admin", facts=False) == everything - {"facts", "profile"}
    assert names("admin", user="ann") == everything - {"stats"}


def test_a_user_s_server_neither_reads_nor_writes_others_parts(memory: Memory) -> None:
    receipt = memory.remember("Ben likes oysters", session="b", scope=Scope(user="ben"))
    view = memory.scoped(user="ann")
    stored = _called(view, "remember", text="Ann likes olives").structured_content["id"]
    assert memory.get(stored).scope.user == "ann"
    found = _called(view, "recall", question="Who likes oysters?").structured_content["found"]
    assert receipt.ids[0] not in [each["id"] for each in found]
    assert _called(view, "history", id=receipt.ids[0]).is_error
    assert _called(view, "forget", ids=[receipt.ids[0]]).is_error
    assert memory.get(receipt.ids[0]).status == "active"


@pytest.mark.parametrize(
    "script", ["The tram ran late by the river again. ", "电车又晚点了。", "x"]
)
@pytest.mark.parametrize("budget", [100, 250, 1_000])
def test_no_answer_costs_more_than_its_budget(memory: Memory, script: str, budget: int) -> None:
    for number in range(12):
        memory.remember(
            [{"role": "user", "name": "Ann", "content": f"tram {number} " + script * 80}],
            session="trams",
        )
    turn = memory.browse(session="trams").items[0].id
    for _ in range(3):
        memory.forget(turn)
        memory.restore(turn)
    for name, arguments in (
        ("recall", {"question": "Which tram?", "limit": 12}),
        ("context", {"question": "Which tram?"}),
        ("context", {"question": "Which tram?", "citations": True}),
        ("facts", {"every": True}),
        ("profile", {"about": "Ann"}),
        ("history", {"id": turn}),
    ):
        result = _called(memory, name, **arguments, budget_tokens=budget)
        assert not result.is_error
        assert dearest(result) <= budget, name


def test_a_small_budget_shortens_texts_before_it_leaves_all_out(memory: Memory) -> None:
    memory.remember("The tram ran late. " * 400, session="trams")
    found = _called(memory, "recall", question="Which tram ran late?", budget_tokens=200)
    (first, *_) = found.structured_content["found"]
    assert first["text"].startswith("The tram ran late.") and first["text"].endswith("…")


def test_a_cancelled_call_has_ended_before_its_request_has() -> None:
    async def told() -> bool:
        ended = False

        async def breaking_off() -> None:
            nonlocal ended
            try:
                await asyncio.sleep(60)
            finally:
                for _ in range(3):
                    await asyncio.sleep(0.01)
                ended = True

        with anyio.move_on_after(0.05):
            await _unhurried(breaking_off())
        return ended

    assert run(told())
