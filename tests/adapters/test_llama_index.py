"""LlamaIndex's memory: a chat comes back to the letter, with what earlier chats have to add."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Iterator
from pathlib import Path

import pytest
from llama_index.core.base.llms.types import ChatMessage, ImageBlock, MessageRole, TextBlock
from llama_index.core.chat_engine import SimpleChatEngine
from llama_index.core.llms import MockLLM
from llama_index.core.memory import BaseMemory
from llama_index.core.memory import Memory as TheirMemory
from sqlalchemy.ext.asyncio import create_async_engine

from mnemos import Memory
from mnemos.adapters.llama_index import MnemosBlock, MnemosMemory

PIXEL = base64.b64encode(b"\x89PNG not really").decode()


@pytest.fixture
def memory() -> Iterator[Memory]:
    with Memory(":memory:") as opened:
        yield opened


def said(text: str, role: str = "user") -> ChatMessage:
    return ChatMessage(role=role, content=text)


MESSAGES = [
    said("What is the weather in Faro?"),
    ChatMessage(
        role="assistant",
        content="",
        additional_kwargs={"tool_calls": [{"id": "c1", "function": {"name": "weather"}}]},
    ),
    ChatMessage(role="tool", content="sunny", additional_kwargs={"tool_call_id": "c1"}),
    ChatMessage(role="chatbot", content="It is sunny"),
    ChatMessage(role="user", blocks=[TextBlock(text="Look"), ImageBlock(image=PIXEL.encode())]),
    ChatMessage(role="developer", content="Be brief"),
]


def test_messages_come_back_to_the_letter_and_in_order(memory: Memory) -> None:
    chat = MnemosMemory.from_defaults(memory, session="s")
    chat.put(MESSAGES[0])
    chat.put_messages(MESSAGES[1:])
    assert chat.get_all() == MESSAGES
    assert MnemosMemory.from_defaults(memory, session="other").get_all() == []
    roles = [item.role for item in memory.browse(session="s").items]
    assert roles == ["user", "assistant", "tool", "assistant", "user", "system"]


def test_it_survives_the_process(tmp_path: Path) -> None:
    for _ in range(2):
        with Memory(tmp_path / "m.mnemos") as memory:
            MnemosMemory.from_defaults(memory).put(said("My cat is Tux"))
    with Memory(tmp_path / "m.mnemos") as memory:
        assert MnemosMemory.from_defaults(memory).get_all() == [said("My cat is Tux")] * 2


def test_an_input_brings_what_another_chat_said(memory: Memory) -> None:
    MnemosMemory.from_defaults(memory, session="monday").put(said("My cat is called Tux"))
    chat = MnemosMemory.from_defaults(memory, session="tuesday")
    chat.put(said("Good morning"))
    recalled, *rest = chat.get("What is the cat called?")
    assert recalled.role == MessageRole.SYSTEM
    assert "Tux" in recalled.content
    assert rest == [said("Good morning")]
    assert chat.get() == rest
    assert chat.get(" ") == rest


def test_what_is_shown_anyway_is_not_recalled_once_more(memory: Memory) -> None:
    chat = MnemosMemory.from_defaults(memory)
    chat.put(said("My cat is called Tux"))
    assert chat.get("cat") == [said("My cat is called Tux")]


def test_the_newest_messages_begin_with_a_users(memory: Memory) -> None:
    chat = MnemosMemory.from_defaults(memory, recent=4)
    chat.put_messages([*MESSAGES[:4], said("Thanks"), said("Welcome", "assistant")])
    assert chat.get() == [said("Thanks"), said("Welcome", "assistant")]


def test_two_users_do_not_meet(memory: Memory) -> None:
    MnemosMemory.from_defaults(memory, user="ann").put(said("My locker is twelve"))
    ben = MnemosMemory.from_defaults(memory, user="ben")
    assert ben.get_all() == []
    assert ben.get("locker") == []


def test_setting_keeps_what_it_begins_with_and_hides_the_rest(memory: Memory) -> None:
    chat = MnemosMemory.from_defaults(memory, chat_history=[said("one"), said("two")])
    before = [item.id for item in memory.browse().items]
    chat.set([said("one"), said("three"), said("four")])
    assert chat.get_all() == [said("one"), said("three"), said("four")]
    assert memory.browse().items[0].id == before[0]
    assert memory.get(before[1]).status == "hidden"
    chat.reset()
    assert chat.get_all() == []
    assert memory.stats().erased == 0


def test_resetting_may_erase(memory: Memory) -> None:
    chat = MnemosMemory.from_defaults(memory, deletes="erase")
    chat.put(said("My locker is twelve"))
    chat.reset()
    assert memory.stats().erased == 1


def test_without_a_memory_it_ends_with_the_process() -> None:
    chat = MnemosMemory.from_defaults()
    chat.put(said("one"))
    assert chat.get_all() == [said("one")]
    assert isinstance(chat, BaseMemory)
    chat.memory.close()


def test_a_chat_engine_of_llamaindex_keeps_its_chat_here(memory: Memory) -> None:
    MnemosMemory.from_defaults(memory, session="monday").put(said("My cat is called Tux"))
    chat = MnemosMemory.from_defaults(memory, session="tuesday")
    engine = SimpleChatEngine.from_defaults(llm=MockLLM(), memory=chat)
    engine.chat("What is the cat called?")
    first, second = chat.get_all()
    assert first == said("What is the cat called?")
    assert second.role == MessageRole.ASSISTANT
    assert "Tux" in second.content  # the scripted model repeats what it was given
    engine.reset()
    assert chat.get_all() == []


def test_the_asynchronous_calls_do_the_same(memory: Memory) -> None:
    async def main() -> None:
        chat = MnemosMemory.from_defaults(memory)
        await chat.aput(said("My cat is called Tux"))
        await chat.aput_messages([said("A fine name", "assistant")])
        assert len(await chat.aget("cat")) == len(await chat.aget_all()) == 2
        await chat.aset([said("one")])
        assert await chat.aget_all() == [said("one")]
        await chat.areset()
        assert await chat.aget_all() == []

    asyncio.run(main())


def test_a_block_takes_what_has_no_room_and_gives_back_what_answers(memory: Memory) -> None:
    async def main() -> None:
        block = MnemosBlock(memory=memory, user="ann", budget_tokens=200)
        engine = create_async_engine("sqlite+aiosqlite:///:memory:")
        theirs = TheirMemory.from_defaults(
            async_engine=engine,
            session_id="s",
            token_limit=60,
            token_flush_size=10,
            chat_history_token_ratio=0.5,
            memory_blocks=[block],
            tokenizer_fn=str.split,
        )
        await theirs.aput(said("My cat is called Tux"))
        for number in range(12):
            await theirs.aput(said(f"Something else, number {number}, to fill the room"))
            await theirs.aput(said("I see", "assistant"))
        kept = memory.browse(session="s").items
        assert kept[0].text == "My cat is called Tux"
        assert kept[0].scope.user == "ann"
        found = await theirs.aget("What is the cat called?")
        assert "Tux" in (found[0].content or "")
        await engine.dispose()

    asyncio.run(main())


def test_a_block_that_is_asked_nothing_says_nothing(memory: Memory) -> None:
    block = MnemosBlock(memory=memory)
    assert asyncio.run(block.aget([])) == ""
    asyncio.run(block.aput([said("My cat is called Tux")]))
    assert "Tux" in asyncio.run(block.aget([said("cat")]))
