"""Messages of LangChain and LangGraph, saved as JSON or JSONL.

Three forms: ``messages_to_dict`` gives ``{"type": "human", "data": {"content", …}}``; ``dumps``
gives ``{"lc": 1, "type": "constructor", "id": […, "HumanMessage"], "kwargs": {…}}``;
``model_dump`` gives ``{"type": "human", "content", …}``. Types are human, ai, system, tool,
function and chat. ``tool_calls`` (``name``, ``args``, ``id``) become OpenAI's, by which a memory
finds them.

After ``messages_to_dict`` and ``_message_from_dict`` in langchain_core/messages; ``dumps`` from
memory, unverified.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from mnemos.importers.base import Record
from mnemos.importers.fields import as_text, ident, kept, listed, mapping, objects, text
from mnemos.importers.messages import MESSAGES, json_lines, json_list
from mnemos.importers.shapes import first_line, first_value
from mnemos.importers.sources import Source

_SUFFIXES = (".jsonl", ".ndjson")
_ROLES = {
    "human": "user",
    "ai": "assistant",
    "system": "system",
    "tool": "tool",
    "function": "tool",
    "developer": "system",
    "user": "user",
    "assistant": "assistant",
}
_BESIDE = ("tool_call_id", "status", "artifact", "invalid_tool_calls", "additional_kwargs")


class LangChain:
    """Reads LangChain's messages."""

    def detect(self, source: Source) -> float:
        """Look for a message with one of LangChain's types."""
        parts = source.candidates(".json", *_SUFFIXES)
        if not parts:
            return 0.0
        part = parts[0]
        is_lines = part.lower().endswith(_SUFFIXES)
        first = first_line(source, part) if is_lines else first_value(source, part, MESSAGES)
        return 0.9 if _opened(first) is not None else 0.0

    def read(self, source: Source) -> Iterator[Record]:
        """Yield the messages in the file's order."""
        for part in source.candidates(".json", *_SUFFIXES):
            with source.reading(part) as file:
                is_lines = part.lower().endswith(_SUFFIXES)
                found = json_lines if is_lines else json_list
                for record in found(file, source.where(part)):
                    yield _record(record)


def _opened(value: object) -> tuple[str, Mapping[str, Any]] | None:
    """Return a message's type and its fields; None if it is not LangChain's."""
    message = mapping(value)
    kind = text(message.get("type"))
    if kind == "constructor" and "lc" in message:
        names = listed(message.get("id"))
        kind = text(names[-1]) if names else ""
        fields = mapping(message.get("kwargs"))
        kind = kind.removesuffix("Chunk").removesuffix("Message").lower()
    elif isinstance(message.get("data"), Mapping):
        fields = message["data"]
    else:
        fields = message
    kind = kind.removesuffix("Chunk").removesuffix("Message").lower()
    if kind == "chat":
        kind = text(fields.get("role")).lower()
        return _ROLES.get(kind, "user"), fields
    return (_ROLES[kind], fields) if kind in _ROLES and "content" in fields else None


def _record(record: Record) -> Record:
    opened = _opened(record.message)
    if record.problem is not None:
        return record
    if opened is None:
        return replace(record, problem="is no message of LangChain's")
    role, fields = opened
    calls = [_call(each) for each in objects(fields.get("tool_calls"))]
    beside = {key: fields.get(key) for key in _BESIDE}
    meta = mapping(fields.get("response_metadata"))
    message = {
        "role": role,
        "content": fields.get("content"),
        "id": ident(fields.get("id")),
        "name": ident(fields.get("name")),
        "metadata": kept(model=text(meta.get("model_name"))),
    }
    return replace(record, message={**message, **kept(tool_calls=calls, **beside)})


def _call(call: Mapping[str, Any]) -> dict[str, object]:
    function = {"name": call.get("name"), "arguments": as_text(call.get("args", {}))}
    return {"id": call.get("id"), "type": "function", "function": function}
