"""A session of the OpenAI Agents SDK, run by the SDK itself with a scripted model."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from agents import Agent, RunConfig, Runner, Session, SessionSettings, SQLiteSession, function_tool
from agents.testing import ScriptedModel, assistant_message, function_call

from mnemos import Memory
from mnemos.adapters.openai_agents import MnemosSession

QUIET = RunConfig(tracing_disabled=True)


@pytest.fixture
def memory() -> Iterator[Memory]:
    with Memory(":memory:") as opened:
        yield opened


def script() -> ScriptedModel:
    return ScriptedModel(
        [
            [function_call("weather", {"place": "Faro"}, call_id="c1")],
            [assistant_message("It is sunny in Faro")],
            [assistant_message("You asked about Faro")],
        ]
    )


@function_tool  # type: ignore[untyped-decorator] # its package is not installed here
def weather(place: str) -> str:
    """Return the weather."""
    return f"sunny in {place}"


async def talk(session: Any) -> tuple[list[Any], list[Any]]:  # noqa: ANN401 - either session
    model = script()
    agent = Agent(name="guide", model=model, tools=[weather])
    await Runner.run(agent, "What is the weather in Faro?", session=session, run_config=QUIET)
    await Runner.run(agent, "What did I ask?", session=session, run_config=QUIET)
    return await session.get_items(), [call.input for call in model.calls]


def test_it_is_a_session_by_the_sdks_own_protocol(memory: Memory) -> None:
    assert isinstance(MnemosSession("s", memory), Session)


def test_a_run_leaves_and_sees_what_it_does_with_the_sdks_own_session(
    memory: Memory, tmp_path: Path
) -> None:
    async def main() -> None:
        mine, seen = await talk(MnemosSession("s", memory))
        theirs, seen_there = await talk(SQLiteSession("s", str(tmp_path / "theirs.db")))
        assert _without_ids(mine) == _without_ids(theirs)
        assert _without_ids(seen) == _without_ids(seen_there)
        assert len(mine) == 6

    asyncio.run(main())
    assert "sunny in Faro" in {hit.text for hit in memory.recall("sunny", 3)}


def test_the_sdks_settings_bound_what_a_run_sees(memory: Memory) -> None:
    async def main() -> None:
        settings = SessionSettings(limit=1)
        session = MnemosSession("s", memory, session_settings=settings)
        await session.add_items([{"role": "user", "content": text} for text in ("one", "two")])
        assert await session.get_items() == [{"role": "user", "content": "two"}]
        model = ScriptedModel([[assistant_message("three")]])
        await Runner.run(Agent(name="a", model=model), "go", session=session, run_config=QUIET)
        assert [item["content"] for item in model.calls[0].input] == ["two", "go"]

    asyncio.run(main())


def _without_ids(found: Any) -> Any:  # noqa: ANN401 - JSON of any shape
    if isinstance(found, dict):
        return {key: _without_ids(v) for key, v in found.items() if key not in {"id", "call_id"}}
    return [_without_ids(each) for each in found] if isinstance(found, list) else found
