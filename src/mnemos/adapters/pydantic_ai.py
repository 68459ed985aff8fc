"""Pydantic AI's message history in a memory, and a processor that recalls what it knows.

A message is one turn: what was said is its text, so that it is found from any other session, and
the message itself is kept beside it, to the letter.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from mnemos import Context, Item, Memory, Scope
from mnemos.adapters.turns import delete, deleting, turns

try:
    from pydantic_ai.messages import (
        ModelMessage,
        ModelMessagesTypeAdapter,
        ModelRequest,
        ModelResponse,
        SystemPromptPart,
        TextPart,
        UserPromptPart,
    )
except ImportError as error:
    raise ImportError(
        "mnemos.adapters.pydantic_ai needs Pydantic AI: pip install 'mnemos[pydantic-ai]'"
    ) from error

#: The attribute that keeps a message as it was.
WHOLE = "pydantic_ai_message"
#: How a message that the processor put in is told from those that were said.
RECALLED = {"mnemos": "recalled"}


class MnemosHistory:
    """The history of one conversation: ``load``, ``save``, and ``recall`` as history processor.

    Args:
        memory: Where it is kept, with all others.
        session: Which conversation.
        user: Whose conversation it is, where several users share the memory.
        budget_tokens: What is recalled for a request may cost.
        deletes: "forget" hides what is cleared, "erase" destroys it.
    """

    def __init__(
        self,
        memory: Memory,
        session: str,
        *,
        user: str | None = None,
        budget_tokens: int = 1_000,
        deletes: str = "forget",
    ) -> None:
        self.memory = memory
        self.session = session
        self._scope = Scope(user=user, session=session)
        self._user = user
        self._budget_tokens = budget_tokens
        self._deletes = deleting(deletes)

    def load(self) -> list[ModelMessage]:
        """Return the conversation so far, for ``message_history``."""
        return [_message(item) for item in turns(self.memory, self._scope)]

    def save(self, messages: Sequence[ModelMessage]) -> None:
        """Add what a run made, ``result.new_messages()``, all or none of it.

        What ``recall`` had put in is left out: it was not said.
        """
        said = [_given(each) for each in messages if not _was_recalled(each)]
        if said:
            self.memory.remember(said, scope=self._scope)

    def clear(self) -> None:
        """Take all messages of the conversation away."""
        delete(self.memory, turns(self.memory, self._scope), self._deletes)

    async def recall(self, messages: list[ModelMessage]) -> list[ModelMessage]:
        """Put what the memory knows about the newest user's prompt before it.

        For ``capabilities=[ProcessHistory(history.recall)]``. Nothing is put in where all that
        answers stands among the messages anyway.
        """
        said = [each for each in messages if not _was_recalled(each)]
        asked = [at for at, each in enumerate(said) if _prompts(each)]
        if not asked:
            return said
        question = "\n".join(_prompts(said[asked[-1]])).strip()
        context = await asyncio.to_thread(self._context, question) if question else None
        if context is None or not self._adds(context, said):
            return said
        # Not a system prompt: what somebody said once has no authority.
        known = ModelRequest(parts=[UserPromptPart(content=context.text)], metadata={**RECALLED})
        return [*said[: asked[-1]], known, *said[asked[-1] :]]

    def _context(self, question: str) -> Context:
        return self.memory.context(
            question, budget_tokens=self._budget_tokens, scope=Scope(user=self._user)
        )

    def _adds(self, context: Context, said: Iterable[ModelMessage]) -> bool:
        there = {_said(each)[1] for each in said}
        return any(self.memory.get(each.id).text not in there for each in context.citations)


def _was_recalled(message: ModelMessage) -> bool:
    return (getattr(message, "metadata", None) or {}).get("mnemos") == RECALLED["mnemos"]


def _given(message: ModelMessage) -> dict[str, Any]:
    role, text = _said(message)
    whole = json.loads(ModelMessagesTypeAdapter.dump_json([message]))[0]
    return {"role": role, "content": text, "said_at": message.timestamp, WHOLE: whole}


def _message(item: Item) -> ModelMessage:
    """Return the message that a turn was; of a turn that another program stored, its text."""
    kept = item.attrs.get(WHOLE)
    if isinstance(kept, Mapping):
        return ModelMessagesTypeAdapter.validate_json(json.dumps([kept]))[0]
    if item.role == "assistant":
        return ModelResponse(parts=[TextPart(content=item.text)], timestamp=item.said_at)
    part = SystemPromptPart if item.role == "system" else UserPromptPart
    return ModelRequest(parts=[part(content=item.text)], timestamp=item.said_at)


def _said(message: ModelMessage) -> tuple[str, str]:
    """Return who a message speaks for, and what it says in words."""
    parts = message.parts
    if isinstance(message, ModelResponse):
        lines = [_line(part) for part in parts if part.part_kind != "thinking"]
        thought = [_line(part) for part in parts if part.part_kind == "thinking"]
        return "assistant", "\n".join(lines or thought)
    prompts = _prompts(message)
    if prompts:
        return "user", "\n".join(prompts)
    returned = [_line(part) for part in parts if part.part_kind != "system-prompt"]
    if returned:
        return "tool", "\n".join(returned)
    return "system", "\n".join(_line(part) for part in parts)


def _prompts(message: ModelMessage) -> list[str]:
    """Return what a user says in a message; parts that are no text by their kind."""
    found: list[str] = []
    for part in message.parts:
        if isinstance(part, UserPromptPart):
            several = [part.content] if isinstance(part.content, str) else part.content
            found += [each if isinstance(each, str) else _kind(each) for each in several]
    return found


def _line(part: Any) -> str:  # noqa: ANN401 - one of some twenty kinds
    if "tool-call" in part.part_kind:
        return f"{part.tool_name}({part.args_as_json_str()})"
    returned = getattr(part, "model_response_str", None)
    if callable(returned):
        return str(returned())
    content = getattr(part, "content", None)
    return content if isinstance(content, str) else _kind(part)


def _kind(part: object) -> str:
    return f"[{getattr(part, 'kind', None) or getattr(part, 'part_kind', type(part).__name__)}]"
