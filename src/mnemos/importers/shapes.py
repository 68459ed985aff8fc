"""What a JSON file begins with, for telling formats apart without reading the file."""

from __future__ import annotations

import io
import json

from mnemos.errors import SourceError
from mnemos.importers.json_stream import JsonStream
from mnemos.importers.lines import decoded
from mnemos.importers.sources import HEAD_BYTES, Source

#: Of a value that does not end within the head, so much is read.
_MOST_BYTES = 16 << 20


def first_value(source: Source, part: str, *lists: str) -> object:
    """Return the first value of a JSON list, of a list in an object, or the object; else None.

    Args:
        source: What is imported.
        part: Its part.
        lists: The keys under which an object's list may stand.
    """
    if not begins_as_json(source, part):
        return None
    head = source.head(part)
    found = _first(head, lists)
    if found is None and len(head) == HEAD_BYTES:
        with source.reading(part) as file:
            found = _first(file.read(_MOST_BYTES), lists)
    return found


def first_line(source: Source, part: str) -> object:
    """Return the value of the first line that is not blank; None if it is no JSON."""
    for line in decoded(source.head(part)).splitlines():
        if line.strip():
            try:
                value: object = json.loads(line)
            except (ValueError, RecursionError):
                return None
            return value
    return None


def begins_as_json(source: Source, part: str) -> bool:
    """Return whether a part begins with a list or an object."""
    return decoded(source.head(part)).lstrip()[:1] in {"[", "{"}


def _first(data: bytes, lists: tuple[str, ...]) -> object:
    try:
        for _, value in JsonStream(io.BytesIO(data), "head", lists).values():
            return value
    except SourceError:
        return None
    return None
