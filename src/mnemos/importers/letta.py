"""Agents out of Letta: an agent file (.af), with their messages and memory blocks.

An object with ``agents`` (each with ``id``, ``name``, ``messages``, ``block_ids``), ``blocks``
(``label``, ``value``) and more that is no memory. A message has ``id``, ``role``, ``content`` (a
text or parts), ``name``, ``tool_calls``, ``tool_call_id``, ``tool_returns`` and ``created_at``.
Files of the first version hold one agent: ``agent_type``, ``core_memory`` and ``messages`` at the
top. An agent's messages are a session with its name; a block becomes a document of it.

After letta/schemas/agent_file.py and letta/schemas/message.py of letta-ai/letta. That export keeps
the newest 50 messages of an agent; the first version's ``core_memory`` is from memory; unverified.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from mnemos.importers.base import Record
from mnemos.importers.fields import ident, kept, listed, mapping, objects, text
from mnemos.importers.json_stream import JsonStream
from mnemos.importers.shapes import first_value
from mnemos.importers.sources import Source

_ROLES = {
    "user": "user",
    "assistant": "assistant",
    "system": "system",
    "tool": "tool",
    "function": "tool",
    "approval": "tool",
    "summary": "system",
}
_SUFFIXES = (".af", ".json")
#: What events of Letta's own are called, which it keeps as messages of the user.
_EVENTS = frozenset({"login", "heartbeat", "system_alert"})


class Letta:
    """Reads Letta's agent files."""

    def detect(self, source: Source) -> float:
        """Look for agents with messages."""
        parts = source.candidates(*_SUFFIXES)
        named = 0.2 if source.ending(".af") else 0.0
        agent_file = mapping(first_value(source, parts[0]) if parts else None)
        found = [agent_file, *objects(agent_file.get("agents"))]
        own = any("in_context_message_ids" in each or "agent_type" in each for each in found)
        spoken = any(isinstance(each.get("messages"), list) for each in found)
        return 1.0 if own and spoken else named

    def read(self, source: Source) -> Iterator[Record]:
        """Yield each agent's blocks, then its messages."""
        for part in source.candidates(*_SUFFIXES):
            with source.reading(part) as file:
                name = source.where(part)
                for line, value in JsonStream(file, name).values():
                    agent_file = mapping(value)
                    blocks = {
                        ident(each.get("id")): each for each in objects(agent_file.get("blocks"))
                    }
                    agents = agent_file.get("agents", [agent_file])
                    for agent in listed(agents):
                        yield from _agent(name, line, mapping(agent), blocks)


def _agent(
    name: str, line: int, agent: Mapping[str, Any], blocks: Mapping[str | None, Mapping[str, Any]]
) -> Iterator[Record]:
    called = ident(agent.get("name")) or ident(agent.get("id"))
    if not isinstance(agent.get("messages"), list):
        yield Record(file=name, line=line, problem=f"agent {called}: it has no messages")
        return
    own = [blocks[each] for each in map(ident, listed(agent.get("block_ids"))) if each in blocks]
    for block in [*own, *objects(agent.get("core_memory"))]:
        if value := text(block.get("value")):
            label = text(block.get("label"))
            message: dict[str, object] = {
                "role": "document",
                "content": value,
                "title": label,
                "metadata": kept(block=label),
            }
            yield Record(file=name, line=line, session=called, agent=called, message=message)
    for number, each in enumerate(agent["messages"], start=1):
        yield Record(
            file=name,
            line=line,
            number=number,
            session=called,
            agent=called,
            message=_message(each) if isinstance(each, Mapping) else each,
        )


def _message(message: Mapping[str, Any]) -> dict[str, object]:
    role = text(message.get("role"))
    content = message.get("content", message.get("text"))
    parts = [mapping(each) for each in content] if isinstance(content, list) else []
    said = _unpacked("\n".join(filter(None, map(_part, parts)))) if parts else content
    if isinstance(said, str):
        said = _unpacked(said)
    found: dict[str, object] = {
        "role": _ROLES.get(role, role),
        "content": said,
        "id": ident(message.get("id")),
        "said_at": message.get("created_at"),
        "name": ident(message.get("name")),
        "metadata": kept(model=text(message.get("model"))),
    }
    beside = {key: message.get(key) for key in ("tool_calls", "tool_call_id", "tool_returns")}
    return {**found, **kept(**beside)}


def _part(part: Mapping[str, Any]) -> str:
    for key in ("text", "reasoning", "content"):
        if text(part.get(key)):
            return text(part[key])
    return f"[{text(part.get('type'))}]" if part else ""


def _unpacked(said: str) -> str:
    """Return the words of a message that Letta packed with their time into a JSON object."""
    if not said.startswith("{"):
        return said
    try:
        packed = mapping(json.loads(said))
    except (ValueError, RecursionError):
        return said
    if text(packed.get("type")) in _EVENTS:
        return said
    return text(packed.get("message")) or said
