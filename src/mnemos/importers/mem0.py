"""Memories out of mem0: what ``get_all`` returns, or an export job's file, saved as JSON.

A list of memories, or an object with one under "results" or "memories"; a memory has ``id``,
``memory`` (its text), ``user_id``, ``agent_id``, ``run_id``, ``created_at``, ``updated_at``,
``metadata`` and ``categories``. They are what mem0 made of a conversation, not what was said: each
becomes a turn of role "document". An export whose schema you chose yourself may lack the texts.

After docs.mem0.ai/cookbooks/essentials/exporting-memories, the API's reference of memories, and
the get_all pages of the project's own documentation.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from mnemos.importers.base import Record
from mnemos.importers.fields import ident, kept, mapping, text
from mnemos.importers.json_stream import JsonStream
from mnemos.importers.shapes import first_value
from mnemos.importers.sources import Source

_LISTS = ("results", "memories")
_TEXTS = ("memory", "data", "text")
_OWN = ("hash", "user_id", "created_at", "updated_at")


class Mem0:
    """Reads mem0's memories."""

    def detect(self, source: Source) -> float:
        """Look for a memory with its text and what only mem0 keeps with it."""
        parts = source.candidates(".json")
        memory = mapping(first_value(source, parts[0], *_LISTS) if parts else None)
        if not isinstance(memory.get("memory"), str):
            return 0.0
        return 0.9 if any(key in memory for key in _OWN) else 0.5

    def read(self, source: Source) -> Iterator[Record]:
        """Yield the memories in the file's order."""
        for part in source.candidates(".json"):
            with source.reading(part) as file:
                name = source.where(part)
                values = JsonStream(file, name, _LISTS).values()
                for number, (line, value) in enumerate(values, start=1):
                    yield _record(name, line, number, value)


def _record(name: str, line: int, number: int, value: object) -> Record:
    memory = mapping(value)
    said = next((memory[key] for key in _TEXTS if isinstance(memory.get(key), str)), None)
    if said is None:
        problem = "is no memory: it has no text under “memory”"
        return Record(file=name, line=line, number=number, problem=problem)
    return Record(
        file=name,
        line=line,
        number=number,
        session=ident(memory.get("run_id")),
        user=ident(memory.get("user_id")),
        agent=ident(memory.get("agent_id")),
        message={
            "role": "document",
            "content": said,
            "id": ident(memory.get("id")),
            "said_at": memory.get("created_at"),
            "metadata": _metadata(memory),
        },
    )


def _metadata(memory: Mapping[str, Any]) -> dict[str, object]:
    own = kept(
        app=text(memory.get("app_id")),
        actor=text(memory.get("actor_id")),
        updated_at=text(memory.get("updated_at")),
        categories=memory.get("categories"),
    )
    return {**mapping(memory.get("metadata")), **own}
