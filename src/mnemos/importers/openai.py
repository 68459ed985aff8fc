"""Messages as OpenAI's APIs take and give them, saved as JSON.

A list of messages, an object with one under "messages", or a list of such objects, each a session.
A message has ``role``, ``content`` (a text or parts), ``name``, ``tool_calls``, ``tool_call_id``;
the items of the Responses API (``type`` "message", "function_call", "function_call_output") are
read too. What a memory reads itself may stand beside: ``id``, ``said_at``, ``session``,
``metadata``.

After OpenAI's API reference (chat completions, responses); from memory, unverified.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from mnemos.importers.base import Record
from mnemos.importers.fields import as_text, ident, mapping, text
from mnemos.importers.messages import MESSAGES, json_list, placed
from mnemos.importers.shapes import first_value
from mnemos.importers.sources import Source

_ROLES = {"developer": "system", "function": "tool", "human": "user", "ai": "assistant"}
_CALLS = {"function_call", "function_call_output"}


class OpenAI:
    """Reads lists of OpenAI's messages."""

    def detect(self, source: Source) -> float:
        """Look for a role and what was said in it."""
        parts = source.candidates(".json")
        return likeness(first_value(source, parts[0], MESSAGES)) if parts else 0.0

    def read(self, source: Source) -> Iterator[Record]:
        """Yield the messages in the file's order."""
        for part in source.candidates(".json"):
            with source.reading(part) as file:
                for record in json_list(file, source.where(part)):
                    yield from expanded(record)


def likeness(value: object) -> float:
    """Return how much a value looks like a message, or like an object with a list of them."""
    message = mapping(value)
    if isinstance(message.get(MESSAGES), list):
        return 0.7
    if text(message.get("type")) in _CALLS:
        return 0.8
    is_said = any(key in message for key in ("content", "tool_calls"))
    return 0.8 if isinstance(message.get("role"), str) and is_said else 0.0


def expanded(record: Record) -> Iterator[Record]:
    """Yield the messages of a record that may hold a whole conversation."""
    conversation = record.fields
    messages = conversation.get(MESSAGES)
    if not isinstance(messages, list):
        yield placed(replace(record, message=_message(record.message)))
        return
    named = next(
        (found for key in ("session", "id") if (found := ident(conversation.get(key)))), None
    )
    ordinal = record.number or record.line
    session = record.session or named or f"{record.file.rpartition('/')[2]}:{ordinal}"
    for number, each in enumerate(messages, start=1):
        yield placed(replace(record, number=number, session=session, message=_message(each)))


def _message(value: object) -> object:
    """Return a message as a memory takes it; what is none, as it is."""
    if not isinstance(value, Mapping):
        return value
    match value.get("type"):
        case "function_call":
            return {"role": "assistant", "content": None, **_call(value)}
        case "function_call_output":
            said = as_text(value.get("output", ""))
            return {
                "role": "tool",
                "content": said,
                "tool_call_id": value.get("call_id"),
                "id": value.get("id"),
            }
        case "message":
            value = {key: each for key, each in value.items() if key != "type"}
    role = value.get("role")
    known = _ROLES.get(role) if isinstance(role, str) else None
    return value if known is None else {**value, "role": known}


def _call(item: Mapping[str, Any]) -> dict[str, object]:
    function = {"name": item.get("name"), "arguments": item.get("arguments")}
    call = {"id": item.get("call_id"), "type": "function", "function": function}
    return {"tool_calls": [call], "id": item.get("id")}
