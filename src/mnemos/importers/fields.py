"""Fields of JSON that others wrote: what is not of the expected type is as if it were not there."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any


def mapping(value: object) -> Mapping[str, Any]:
    """Return an object; an empty one if it is none."""
    return value if isinstance(value, dict | Mapping) else {}


def listed(value: object) -> list[Any]:
    """Return a list; an empty one if it is none."""
    return value if isinstance(value, list) else []


def objects(value: object) -> Iterator[Mapping[str, Any]]:
    """Yield the objects of a list."""
    return (each for each in listed(value) if isinstance(each, Mapping))


def text(value: object) -> str:
    """Return a text; an empty one if it is none."""
    return value if isinstance(value, str) else ""


def ident(value: object) -> str | None:
    """Return what can serve as an id: a text that is not blank, or an integer."""
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return value if isinstance(value, str) and value.strip() else None


def kept(**fields: object) -> dict[str, object]:
    """Return the fields that say something, for a message's metadata."""
    return {name: value for name, value in fields.items() if value not in (None, "", [], {})}


def as_text(value: object) -> str:
    """Return any JSON value as a text; a text as it is."""
    try:
        return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    except RecursionError:
        return "[nested too deeply]"


def attachment(file: Mapping[str, Any]) -> dict[str, object]:
    """Return what is noted of an attached file: its name, type, size and id."""
    found = {
        "name": _first(file, "name", "file_name", "filename", "title"),
        "type": _first(file, "mime_type", "mimetype", "mimeType", "file_type", "file_kind"),
        "size": _first(file, "size", "file_size", "size_bytes"),
        "id": _first(file, "id", "file_uuid", "uuid", "asset_pointer"),
    }
    return {key: value for key, value in found.items() if value is not None}


def _first(value: Mapping[str, Any], *keys: str) -> object:
    for key in keys:
        if isinstance(value.get(key), str | int) and value[key] != "":
            return value[key]
    return None


def marks(attachments: list[dict[str, object]]) -> list[str]:
    """Return a line for each attachment, as it stands in a turn's text."""
    known = [[each[key] for key in ("name", "type", "id") if each.get(key)] for each in attachments]
    return [f"[attachment: {each[0]}]" if each else "[attachment]" for each in known]
