"""Pydantic AI's history: messages come back to the letter; what is known is put before a prompt."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from typing import Any

import pytest
from pydantic_ai import Agent, BinaryContent, ImageUrl
from pydantic_ai.capabilities import ProcessHistory
from pydantic_ai.messages import (
    ModelMessage,
    ModelMessagesTypeAdapter,
    ModelRequest,
    ModelResponse,
    SystemPromptPart,
    TextPart,
    ThinkingPart,
    ToolCallPart,
    ToolReturnPart,
    UserPromptPart,
)
from pydantic_ai.models.function import AgentInfo, FunctionModel

from mnemos import InputError, Memory
from mnemos.adapters.pydantic_ai import MnemosHistory

MESSAGES: list[ModelMessage] = [
    ModelRequest(parts=[SystemPromptPart("Be brief"), UserPromptPart("Weather in Faro?")]),
    ModelResponse(
        parts=[ThinkingPart("Look it up"), ToolCallPart("weather", {"place": "Faro"}, "1")]
    ),
    ModelRequest(parts=[ToolReturnPart("weather", {"sky": "sunny"}, "1")]),
    ModelResponse(parts=[TextPart("It is sunny")]),
    ModelRequest(
        parts=[
            UserPromptPart(
                [
                    "Look",
                    ImageUrl("https://example.org/a.png"),
                    BinaryContent(b"\x00\xff\x89", media_type="image/png"),
                ]
            )
        ]
    ),
    ModelResponse(parts=[ThinkingPart("Hm")]),
    ModelRequest(parts=[ToolReturnPart("weather", "Say something", "2")]),
    ModelRequest(parts=[SystemPromptPart("Be kind")]),
]


@pytest.fixture
def memory() -> Iterator[Memory]:
    with Memory(":memory:") as opened:
        yield opened


def as_json(messages: list[ModelMessage]) -> Any:  # noqa: ANN401 - JSON
    return json.loads(ModelMessagesTypeAdapter.dump_json(messages))


def prompts(messages: list[ModelMessage]) -> list[str]:
    return [
        str(part.content) for each in messages for part in each.parts if hasattr(part, "content")
    ]


def run(agent: Any, prompt: str, history: Any = None) -> Any:  # noqa: ANN401 - their types
    return asyncio.run(agent.run(prompt, message_history=history))


def repeating(seen: list[list[ModelMessage]]) -> FunctionModel:
    """Return a model that answers with all that it was given, and notes it."""

    def answer(messages: list[ModelMessage], _: AgentInfo) -> ModelResponse:
        seen.append(list(messages))
        return ModelResponse(parts=[TextPart("seen: " + " / ".join(prompts(messages)))])

    return FunctionModel(answer)


def test_messages_come_back_to_the_letter_and_in_order(memory: Memory) -> None:
    history = MnemosHistory(memory, "s")
    history.save(MESSAGES[:3])
    history.save(MESSAGES[3:])
    history.save([])
    assert as_json(history.load()) == as_json(MESSAGES)
    assert MnemosHistory(memory, "other").load() == []


def test_what_was_said_is_found_as_turns(memory: Memory) -> None:
    MnemosHistory(memory, "s").save(MESSAGES)
    assert [(item.role, item.text) for item in memory.browse().items] == [
        ("user", "Weather in Faro?"),
        ("assistant", 'weather({"place":"Faro"})'),
        ("tool", '{"sky":"sunny"}'),
        ("assistant", "It is sunny"),
        ("user", "Look\n[image-url]\n[binary]"),
        ("assistant", "Hm"),
        ("tool", "Say something"),
        ("system", "Be kind"),
    ]


def test_two_users_with_one_session_do_not_meet(memory: Memory) -> None:
    MnemosHistory(memory, "s", user="ann").save(MESSAGES)
    ben = MnemosHistory(memory, "s", user="ben")
    assert ben.load() == []
    asked: list[ModelMessage] = [ModelRequest(parts=[UserPromptPart("Is it sunny?")])]
    assert asyncio.run(ben.recall(asked)) == asked


def test_clearing_hides_or_erases(memory: Memory) -> None:
    history = MnemosHistory(memory, "s")
    history.save(MESSAGES)
    history.clear()
    assert history.load() == []
    assert memory.stats().inactive == {"hidden": len(MESSAGES)}
    erasing = MnemosHistory(memory, "t", deletes="erase")
    erasing.save(MESSAGES[:1])
    erasing.clear()
    assert memory.stats().erased == 1
    with pytest.raises(InputError, match="deletes"):
        MnemosHistory(memory, "s", deletes="burn")


def test_a_conversation_goes_on_where_it_was_left(memory: Memory) -> None:
    seen: list[list[ModelMessage]] = []
    agent = Agent(repeating(seen))
    history = MnemosHistory(memory, "s")
    for prompt in ("My cat is called Tux", "Thanks"):
        result = run(agent, prompt, history.load())
        history.save(result.new_messages())
    assert prompts(seen[1])[0] == "My cat is called Tux"
    assert len(history.load()) == 4


def test_what_another_conversation_said_is_put_before_the_prompt_and_not_saved(
    memory: Memory,
) -> None:
    seen: list[list[ModelMessage]] = []
    first = MnemosHistory(memory, "monday")
    first.save(run(Agent(repeating(seen)), "My cat is called Tux").new_messages())
    history = MnemosHistory(memory, "tuesday")
    agent = Agent(repeating(seen), capabilities=[ProcessHistory(history.recall)])
    asked = ["Good morning", "What is the cat called?", "And what else?"]
    for prompt in asked:
        result = run(agent, prompt, history.load())
        history.save(result.new_messages())
    recalled, question = prompts(seen[2][-1:])  # neighbours are sent as one message
    assert "Tux" in recalled
    assert question == "What is the cat called?"
    said = [item.text for item in memory.browse(session="tuesday").items if item.role == "user"]
    assert said == asked
    assert len(history.load()) == 6
    assert not [text for text in prompts(history.load()) if text.startswith("<memory>")]


def test_a_tool_call_keeps_the_question_and_recalls_once(memory: Memory) -> None:
    MnemosHistory(memory, "monday").save([ModelRequest(parts=[UserPromptPart("My cat is Tux")])])
    history = MnemosHistory(memory, "tuesday")
    seen: list[list[ModelMessage]] = []

    def answer(messages: list[ModelMessage], _: AgentInfo) -> ModelResponse:
        seen.append(list(messages))
        if len(seen) == 1:
            return ModelResponse(parts=[ToolCallPart("look", {})])
        return ModelResponse(parts=[TextPart("done")])

    agent = Agent(FunctionModel(answer), capabilities=[ProcessHistory(history.recall)])

    @agent.tool_plain  # type: ignore[untyped-decorator] # its package is not installed here
    def look() -> str:
        return "found"

    result = run(agent, "Which cat?")
    assert [sum("Tux" in text for text in prompts(each)) for each in seen] == [1, 1]
    history.save(result.new_messages())
    assert [item.role for item in memory.browse(session="tuesday").items] == [
        "user",
        "assistant",
        "tool",
        "assistant",
    ]


def test_what_stands_there_anyway_is_not_recalled_once_more(memory: Memory) -> None:
    history = MnemosHistory(memory, "s")
    said: list[ModelMessage] = [ModelRequest(parts=[UserPromptPart("My cat is called Tux")])]
    history.save(said)
    asked: list[ModelMessage] = [*said, ModelRequest(parts=[UserPromptPart("Which cat?")])]
    assert asyncio.run(history.recall(asked)) == asked
    assert len(asyncio.run(history.recall(asked[1:]))) == 2


def test_turns_of_another_program_are_messages_too(memory: Memory) -> None:
    memory.remember(
        [
            {"role": "system", "content": "Be brief"},
            {"role": "user", "content": "My cat is Tux"},
            {"role": "assistant", "content": "A fine name"},
        ],
        session="s",
    )
    loaded = MnemosHistory(memory, "s").load()
    assert [type(part) for each in loaded for part in each.parts] == [
        SystemPromptPart,
        UserPromptPart,
        TextPart,
    ]
