"""Messages as a memory takes them, one a line: JSONL.

Each line is ``{"role", "content", "name"?, "id"?, "said_at"?, "session"?, "metadata"?, …}``, the
form that ``mnemos remember`` reads; or ``{"messages": […]}``, one conversation a line, as sets for
fine-tuning have it.
"""

from __future__ import annotations

from collections.abc import Iterator

from mnemos.importers.base import Record
from mnemos.importers.messages import json_lines
from mnemos.importers.openai import expanded, likeness
from mnemos.importers.shapes import first_line
from mnemos.importers.sources import Source

_SUFFIXES = (".jsonl", ".ndjson")


class JsonLines:
    """Reads JSONL."""

    def detect(self, source: Source) -> float:
        """Look for a message on the first line."""
        parts = source.candidates(*_SUFFIXES)
        if not parts:
            return 0.0
        named = 0.3 if parts[0].lower().endswith(_SUFFIXES) else 0.0
        return max(named, likeness(first_line(source, parts[0])) + named / 10)

    def read(self, source: Source) -> Iterator[Record]:
        """Yield the messages in the file's order."""
        for part in source.candidates(*_SUFFIXES):
            with source.reading(part) as file:
                for record in json_lines(file, source.where(part)):
                    yield from expanded(record)
