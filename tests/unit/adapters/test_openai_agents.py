"""A session of the OpenAI Agents SDK: items come back to the letter, and are found as turns."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from mnemos import InputError, Memory, Scope
from mnemos.adapters.openai_agents import MnemosSession

ITEMS: list[dict[str, Any]] = [
    {"role": "user", "content": "What is the weather in Faro?"},
    {"role": "developer", "content": "Be brief"},
    {
        "type": "reasoning",
        "id": "rs_1",
        "summary": [{"type": "summary_text", "text": "Look the weather up"}],
        "encrypted_content": None,
    },
    {
        "type": "function_call",
        "call_id": "c1",
        "name": "weather",
        "arguments": '{"place": "Faro"}',
        "id": "fc_1",
    },
    {"type": "function_call_output", "call_id": "c1", "output": "sunny, 31 degrees"},
    {
        "type": "message",
        "id": "msg_1",
        "role": "assistant",
        "status": "completed",
        "content": [{"type": "output_text", "text": "It is sunny", "annotations": []}],
    },
    {"role": "user", "content": [{"type": "input_image", "image_url": "u", "detail": "auto"}]},
    {"type": "item_reference", "id": "x"},
]


@pytest.fixture
def memory() -> Iterator[Memory]:
    with Memory(":memory:") as opened:
        yield opened


def test_items_come_back_to_the_letter_and_in_order(memory: Memory) -> None:
    async def main() -> None:
        session = MnemosSession("s", memory)
        assert await session.get_items() == []
        await session.add_items(ITEMS[:3])
        await session.add_items(ITEMS[3:])
        await session.add_items([])
        assert await session.get_items() == ITEMS
        assert await session.get_items(2) == ITEMS[-2:]
        assert await session.get_items(0) == []
        assert await session.get_items(100) == ITEMS

    asyncio.run(main())


def test_what_was_said_is_found_from_any_session(memory: Memory) -> None:
    asyncio.run(MnemosSession("monday", memory, user="ann").add_items(ITEMS))
    said = {(item.role, item.text) for item in memory.browse().items}
    assert ("user", "What is the weather in Faro?") in said
    assert ("system", "Be brief") in said
    assert ("assistant", 'weather({"place": "Faro"})') in said
    assert ("tool", "sunny, 31 degrees") in said
    assert ("assistant", "It is sunny") in said
    assert ("assistant", "Look the weather up") in said
    assert memory.recall("degrees", 1, scope=Scope(user="ann"))[0].text == "sunny, 31 degrees"


def test_the_settings_bound_what_is_fetched(memory: Memory) -> None:
    async def main() -> None:
        for settings in (SimpleNamespace(limit=2), {"limit": 2}):
            session = MnemosSession("s", memory, session_settings=settings)
            assert await session.get_items() == ITEMS[-2:]
            assert await session.get_items(3) == ITEMS[-3:]

    asyncio.run(MnemosSession("s", memory).add_items(ITEMS))
    asyncio.run(main())


def test_what_is_popped_or_cleared_is_hidden(memory: Memory) -> None:
    async def main() -> None:
        session, other = MnemosSession("s", memory), MnemosSession("other", memory)
        await session.add_items(ITEMS[:3])
        await other.add_items(ITEMS[:1])
        assert await session.pop_item() == ITEMS[2]
        assert await session.get_items() == ITEMS[:2]
        await session.add_items(ITEMS[3:4])
        assert await session.get_items() == [*ITEMS[:2], ITEMS[3]]
        await session.clear_session()
        assert await session.get_items() == []
        assert await session.pop_item() is None
        assert await other.get_items() == ITEMS[:1]

    asyncio.run(main())
    assert memory.stats().inactive == {"hidden": 4}
    assert memory.stats().erased == 0


def test_clearing_may_erase(tmp_path: Path) -> None:
    async def main(session: MnemosSession) -> None:
        await session.add_items(ITEMS)
        await session.clear_session()

    file = tmp_path / "m.mnemos"
    with Memory(file) as memory:
        asyncio.run(main(MnemosSession("s", memory, deletes="erase")))
        assert memory.stats().erased == len(ITEMS)
    assert b"sunny" not in file.read_bytes()
    with Memory(":memory:") as other, pytest.raises(InputError, match="deletes"):
        MnemosSession("s", other, deletes="burn")


def test_two_users_with_one_session_id_do_not_meet(memory: Memory) -> None:
    async def main() -> None:
        ann = MnemosSession("s", memory, user="ann")
        ben = MnemosSession("s", memory, user="ben")
        await ann.add_items(ITEMS[:1])
        assert await ben.get_items() == []

    asyncio.run(main())


def test_a_session_that_another_program_began_goes_on(memory: Memory) -> None:
    memory.remember(
        [
            {"role": "user", "content": "My cat is Tux"},
            {"role": "tool", "content": "no call of the SDK's"},
            {"role": "assistant", "content": "A fine name"},
        ],
        session="s",
    )
    assert asyncio.run(MnemosSession("s", memory).get_items()) == [
        {"role": "user", "content": "My cat is Tux"},
        {"role": "assistant", "content": "A fine name"},
    ]
