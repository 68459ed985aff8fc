"""Conversations out of ChatGPT's "Export data": conversations.json, alone or in its zip.

A list of conversations. Each has a ``mapping`` of nodes (``id``, ``parent``, ``children``,
``message``) and ``current_node``, the end of the path that the user saw last; edits and
regenerated answers are other branches. Messages have ``author.role``, ``create_time`` (seconds)
and ``content``, whose ``content_type`` says where its text stands.

OpenAI publishes no description. This follows those of people who read such exports: "ChatGPT data
export format" of mitkury/chatgpt-export-parser, the data models of difegam/chatgpt-to-markdown, and
whychose.com/seo/chatgpt-conversations-json-format. Exports of 2025 on may be cut into
conversations-000.json and so on; seen in the second, not in a real one.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from mnemos.importers.base import Record
from mnemos.importers.fields import (
    as_text,
    attachment,
    ident,
    kept,
    listed,
    mapping,
    marks,
    objects,
    text,
)
from mnemos.importers.json_stream import JsonStream
from mnemos.importers.shapes import first_value
from mnemos.importers.sources import Source
from mnemos.importers.trees import in_order

_PART = re.compile(r"(^|/)conversations(-\d+)?\.json$", re.IGNORECASE)
_ROLES = {"user", "assistant", "system", "tool"}
#: Where the text stands in contents that have no parts.
_TEXTS = ("text", "result", "content", "user_profile", "user_instructions", "title", "url")


class ChatGPT:
    """Reads ChatGPT's export."""

    def detect(self, source: Source) -> float:
        """Look for a conversation with a mapping."""
        for part in _parts(source):
            conversation = mapping(first_value(source, part))
            if isinstance(conversation.get("mapping"), Mapping):
                return 1.0
        return 0.0

    def read(self, source: Source) -> Iterator[Record]:
        """Yield the messages, conversation by conversation."""
        for part in _parts(source):
            with source.reading(part) as file:
                name = source.where(part)
                for line, value in JsonStream(file, name).values():
                    yield from _conversation(name, line, value)


def _parts(source: Source) -> list[str]:
    return [part for part in source.sizes if _PART.search(part)] or source.candidates(".json")


def _conversation(name: str, line: int, value: object) -> Iterator[Record]:
    conversation = mapping(value)
    nodes = conversation.get("mapping")
    if not isinstance(nodes, Mapping):
        yield Record(file=name, line=line, problem="is no conversation: it has no mapping")
        return
    session = _session(conversation)
    parents = {key: text(mapping(node).get("parent")) for key, node in nodes.items()}
    times: dict[str, object] = {"": conversation.get("create_time")}
    shown: dict[str, str] = {}
    for key in in_order(parents, ident(conversation.get("current_node"))):
        before = parents[key] if parents[key] in shown else ""
        shown[key], times[key] = shown.get(before, ""), times[before]
        message = mapping(nodes[key]).get("message")
        if message is None:
            continue
        if not isinstance(message, Mapping):
            yield Record(file=name, line=line, problem=f"node {key!r}: its message is no object")
            continue
        found = _message(message, conversation, times[before])
        if found is None:
            continue
        follows, shown[key] = shown[key], ident(message.get("id")) or key
        times[key] = found["said_at"]
        found["id"] = shown[key]
        yield Record(file=name, line=line, message=found, session=session, follows=follows)


def _session(conversation: Mapping[str, Any]) -> str:
    named = ident(conversation.get("conversation_id")) or ident(conversation.get("id"))
    if named is not None:
        return named
    parts = [conversation.get("title"), conversation.get("create_time")]
    return "chatgpt-" + hashlib.sha256(json.dumps(parts, default=str).encode()).hexdigest()[:16]


def _message(
    message: Mapping[str, Any], conversation: Mapping[str, Any], before: object
) -> dict[str, object] | None:
    """Return a message as a memory takes it; None if it says nothing."""
    author, content = mapping(message.get("author")), mapping(message.get("content"))
    beside = mapping(message.get("metadata"))
    said, attached = _content(content)
    attached += [attachment(each) for each in objects(beside.get("attachments"))]
    said += marks(attached)
    if not any(each.strip() for each in said):
        return None
    role = text(author.get("role"))
    found = {
        "role": role if role in _ROLES else "tool",
        "content": "\n".join(said),
        "said_at": message.get("create_time") or before,
        "metadata": kept(
            title=text(conversation.get("title")),
            model=text(beside.get("model_slug")),
            content_type=_unless(text(content.get("content_type")), "text"),
            recipient=_unless(text(message.get("recipient")), "all"),
            hidden=bool(beside.get("is_visually_hidden_from_conversation")) or None,
            attachments=attached,
        ),
    }
    return {**found, **kept(name=ident(author.get("name")))}


def _unless(value: str, usual: str) -> str:
    return "" if value == usual else value


def _content(content: Mapping[str, Any]) -> tuple[list[str], list[dict[str, object]]]:
    """Return the texts of a message, and what is attached to it."""
    said: list[str] = []
    attached: list[dict[str, object]] = []
    parts = content.get("parts")
    for part in listed(parts):
        if isinstance(part, str):
            said.append(part)
        elif isinstance(part, Mapping) and isinstance(part.get("text"), str):
            said.append(part["text"])
        elif isinstance(part, Mapping):
            kind = kept(type=text(part.get("content_type")))
            attached.append({**kind, **attachment(part)})
        elif part is not None:
            said.append(as_text(part))
    for each in objects(content.get("thoughts")):
        said += [text(each.get("summary")), text(each.get("content"))]
    if not isinstance(parts, list):
        said += [content[key] for key in _TEXTS if isinstance(content.get(key), str)]
    return [each for each in said if each], attached
