"""Conversations out of Claude's "Export data": conversations.json, alone or in its zip.

A list of conversations with ``uuid``, ``name`` and ``chat_messages``; a message has ``uuid``,
``sender`` ("human" or "assistant"), ``text``, ``content`` (parts of type text, thinking, tool_use,
tool_result …), ``attachments`` with their ``extracted_content``, ``files``, and in newer exports
``parent_message_uuid``, by which edits branch.

Anthropic publishes no description. This follows those of people who read such exports:
portable-ai-memory.org/providers/anthropic and whychose.com/seo/claude-conversation-export-format.
"""

from __future__ import annotations

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

_ROLES = {"human": "user", "user": "user", "assistant": "assistant", "system": "system"}
#: The list in exports of older tools, which wrap it.
_LIST = "conversations"
_MESSAGES = "chat_messages"


class Claude:
    """Reads Claude's export."""

    def detect(self, source: Source) -> float:
        """Look for a conversation with chat messages."""
        first = (mapping(first_value(source, each, _LIST)) for each in _parts(source))
        return float(any(isinstance(each.get(_MESSAGES), list) for each in first))

    def read(self, source: Source) -> Iterator[Record]:
        """Yield the messages, conversation by conversation."""
        for part in _parts(source):
            with source.reading(part) as file:
                name = source.where(part)
                for line, value in JsonStream(file, name, {_LIST}).values():
                    yield from _conversation(name, line, value)


def _parts(source: Source) -> list[str]:
    return source.named("conversations.json") or source.candidates(".json")


def _conversation(name: str, line: int, value: object) -> Iterator[Record]:
    conversation = mapping(value)
    messages = conversation.get(_MESSAGES)
    if not isinstance(messages, list):
        yield Record(file=name, line=line, problem=f"is no conversation: it has no {_MESSAGES}")
        return
    session = ident(conversation.get("uuid"))
    known: dict[str, tuple[int, Mapping[str, Any]]] = {}
    for number, message in enumerate(messages, start=1):
        if not isinstance(message, Mapping):
            problem = "is no message"
        elif (own := ident(message.get("uuid"))) is None:
            problem = "has no uuid"
        else:
            known.setdefault(own, (number, message))
            continue
        yield Record(file=name, line=line, number=number, session=session, problem=problem)
    parents = _parents(known)
    follows: dict[str, str] = {}
    for own in in_order(parents, ident(conversation.get("current_leaf_message_uuid"))):
        number, message = known[own]
        before = follows.get(parents[own], "")
        found = _message(message, conversation)
        follows[own] = before if found is None else own
        if found is not None:
            found["id"] = own
            yield Record(
                file=name, line=line, number=number, session=session, follows=before, message=found
            )


def _parents(known: Mapping[str, tuple[int, Mapping[str, Any]]]) -> dict[str, str]:
    """Return which message each one follows: the one before it, where none says more."""
    parents = {own: text(message.get("parent_message_uuid")) for own, (_, message) in known.items()}
    if any(parent in parents for parent in parents.values()):
        return parents
    return dict(zip(parents, ["", *parents], strict=False))


def _message(
    message: Mapping[str, Any], conversation: Mapping[str, Any]
) -> dict[str, object] | None:
    said = [each for part in listed(message.get("content")) for each in _part(part)]
    if not any(each.strip() for each in said):
        said = [text(message.get("text"))]
    attached = []
    for each in objects(message.get("attachments")):
        attached.append(attachment(each))
        if extracted := text(each.get("extracted_content")):
            said.append(extracted)
    files = [*objects(message.get("files")), *objects(message.get("files_v2"))]
    for noted in map(attachment, files):
        if noted not in attached:
            attached.append(noted)
    said += marks(attached)
    said = [each for each in said if each.strip()]
    if not said:
        return None
    return {
        "role": _ROLES.get(text(message.get("sender")), text(message.get("sender"))),
        "content": "\n".join(said),
        "said_at": message.get("created_at") or conversation.get("created_at"),
        "metadata": kept(
            title=text(conversation.get("name")),
            model=text(conversation.get("model")),
            project=text(conversation.get("project_uuid")),
            attachments=attached,
        ),
    }


def _part(part: object) -> Iterator[str]:
    """Yield the texts of a content part."""
    if isinstance(part, str):
        yield part
    fields = mapping(part)
    yield text(fields.get("text"))
    yield text(fields.get("thinking"))
    if fields.get("type") == "tool_use":
        yield f"{text(fields.get('name'))}({as_text(fields.get('input'))})"
    result = fields.get("content")
    if isinstance(result, list):
        for each in result:
            yield from _part(each) if _is_flat(each) else ()
    else:
        yield text(result)


def _is_flat(part: object) -> bool:
    """Say whether a part holds no list of parts: results do not nest."""
    return not isinstance(mapping(part).get("content"), list)
