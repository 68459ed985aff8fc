"""Episodes out of Zep or Graphiti, and threads of Zep's, saved as JSON or JSONL.

An episode has ``uuid``, ``content``, ``source`` ("message", "text" or "json"),
``source_description``, ``group_id`` or ``session_id``, ``created_at`` and, in Graphiti,
``valid_at``, when it was said. One of source "message" says "speaker: text" a line, or names its
``role`` and ``role_type``. Messages of a thread have ``uuid``, ``role``, ``name``, ``content`` and
``created_at``. Lists stand alone, or under "episodes", "messages" or "items".

After help.getzep.com (get episode, list episodes, list thread messages) and EpisodicNode in
graphiti_core/nodes.py of getzep/graphiti. Neither has an export of its own: these are the values
that their APIs return.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, BinaryIO

from mnemos.importers.base import Record
from mnemos.importers.fields import ident, kept, mapping, text
from mnemos.importers.json_stream import JsonStream
from mnemos.importers.messages import SAID, json_lines
from mnemos.importers.shapes import first_line, first_value
from mnemos.importers.sources import Source

_LISTS = ("episodes", "messages", "items")
_SUFFIXES = (".jsonl", ".ndjson")
_ROLES = {
    "user": "user",
    "assistant": "assistant",
    "ai": "assistant",
    "system": "system",
    "tool": "tool",
    "function": "tool",
}
_OWN = ("source_description", "group_id", "role_type", "processed", "entity_edges", "thread_id")


class Zep:
    """Reads Zep's and Graphiti's episodes."""

    def detect(self, source: Source) -> float:
        """Look for an episode with what only these keep with it."""
        parts = source.candidates(".json", *_SUFFIXES)
        if not parts:
            return 0.0
        part = parts[0]
        first = first_line(source, part) if _is_lines(part) else first_value(source, part, *_LISTS)
        episode = mapping(first)
        if "uuid" not in episode or not isinstance(episode.get("content"), str):
            return 0.0
        return 0.9 if any(key in episode for key in _OWN) else 0.4

    def read(self, source: Source) -> Iterator[Record]:
        """Yield the episodes in the file's order."""
        for part in source.candidates(".json", *_SUFFIXES):
            with source.reading(part) as file:
                name = source.where(part)
                yield from _lines(file, name) if _is_lines(part) else _list(file, name)


def _list(file: BinaryIO, name: str) -> Iterator[Record]:
    for number, (line, value) in enumerate(JsonStream(file, name, _LISTS).values(), start=1):
        yield from _records(name, line, number, value, None)


def _lines(file: BinaryIO, name: str) -> Iterator[Record]:
    for each in json_lines(file, name):
        yield from _records(name, each.line, None, each.message, each.problem)


def _is_lines(part: str) -> bool:
    return part.lower().endswith(_SUFFIXES)


def _records(
    name: str, line: int, number: int | None, value: object, problem: str | None
) -> Iterator[Record]:
    episode = mapping(value)
    said = episode.get("content")
    if problem is None and not isinstance(said, str):
        problem = "is no episode: its content is no text"
    if problem is not None:
        yield Record(file=name, line=line, number=number, problem=problem)
        return
    own = ("session_id", "thread_id", "group_id")
    session = next((found for key in own if (found := ident(episode.get(key)))), None)
    beside = {
        "said_at": episode.get("valid_at") or episode.get("created_at"),
        "metadata": _metadata(episode),
    }
    for ordinal, message in enumerate(_said(episode, text(said))):
        ref = ident(episode.get("uuid"))
        ref = f"{ref}/{ordinal}" if ref is not None and ordinal else ref
        yield Record(
            file=name,
            line=line,
            number=number,
            session=session,
            message={**message, **beside, "id": ref},
        )


def _said(episode: Mapping[str, Any], content: str) -> Iterator[dict[str, object]]:
    """Yield who says what in an episode."""
    role, kind = text(episode.get("role")), text(episode.get("role_type"))
    speaker = ident(episode.get("name")) if "source" not in episode else None
    if kind or role:
        known = _ROLES.get(kind or role.lower(), "user")
        named = speaker or (ident(role) if role.lower() not in _ROLES else None)
        yield {"role": known, "content": content, **kept(name=named)}
        return
    if text(episode.get("source")) != "message":
        yield {"role": "document", "content": content, **kept(title=text(episode.get("name")))}
        return
    spoken: dict[str, object] = {"role": "user"}
    said: list[str] = []
    for line in content.split("\n"):
        begins = SAID.match(line)
        if begins is None or begins["said_at"] is not None:
            said.append(line)
            continue
        if said:
            yield {**spoken, "content": "\n".join(said)}
        name = begins["name"]
        known = _ROLES.get(name.lower(), "")
        spoken = {"role": known} if known else {"role": "user", "name": name}
        said = [begins["text"] or ""]
    yield {**spoken, "content": "\n".join(said)}


def _metadata(episode: Mapping[str, Any]) -> dict[str, object]:
    own = kept(
        source=text(episode.get("source")),
        source_description=text(episode.get("source_description")),
    )
    return {**mapping(episode.get("metadata")), **own}
