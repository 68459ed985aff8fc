"""Read OpenAI-style messages; what is not text is kept beside it, to the letter.

A message is ``{"role", "content", "name"?, "id"?, "said_at"?, "metadata"?, …}``. Nothing of it is
dropped: keys that mnemos does not read itself (tool calls, refusals, vendors' own) are kept in the
turn's ``attrs``.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from typing import Any, cast, get_args

from mnemos.errors import InputError, MessageError
from mnemos.ingest.times import parse
from mnemos.text.whole import joined, whole
from mnemos.types import JSON, Role

Message = Mapping[str, Any]
Messages = str | Message | Iterable[Message]

ROLES: tuple[str, ...] = get_args(Role)
#: Names under which a message's moment may stand, the first that is there.
TIMES = ("said_at", "timestamp", "created_at")
#: Keys that become fields of the turn; all others go to ``attrs``.
READ = frozenset({"role", "content", "name", "id", "metadata", "expires_at", *TIMES})
MAX_NAME = 512
MAX_DEPTH = 64
MAX_INTEGER = 2**63


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A message that was understood, before it has a place in a memory."""

    role: Role
    text: str
    speaker: str | None
    ref: str | None = None
    said_at: datetime | None = None
    expires_at: datetime | None = None
    metadata: Mapping[str, JSON] = field(default_factory=dict)
    attrs: Mapping[str, JSON] = field(default_factory=dict)


def drafts(messages: Messages, naive_zone: tzinfo) -> list[Draft]:
    """Read messages: one text (said by the user), one message, or several.

    Raises:
        MessageError: One is malformed; says which, counting from 0, and which field.
    """
    if isinstance(messages, str):
        messages = [{"role": "user", "content": messages}]
    elif isinstance(messages, Mapping):
        messages = [messages]
    try:
        each = list(messages)
    except TypeError:
        raise MessageError(
            f"messages: expected a text, a message or a list of messages, not {_type(messages)}"
        ) from None
    return [_numbered(number, message, naive_zone) for number, message in enumerate(each)]


def _numbered(number: int, message: Message, naive_zone: tzinfo) -> Draft:
    try:
        return draft(message, naive_zone)
    except InputError as error:
        raise MessageError(f"message {number}: {error}") from error


def draft(message: Message, naive_zone: tzinfo) -> Draft:
    """Read one message."""
    if not isinstance(message, dict | Mapping):
        raise MessageError(f"expected a mapping with role and content, not {_type(message)}")
    role = message.get("role")
    if role not in ROLES:
        raise MessageError(f"role {role!r} is unknown; the roles are {', '.join(ROLES)}")
    attrs = {key: value for key, value in message.items() if key not in READ}
    parts = message.get("content")
    text = _text(parts, attrs)
    if isinstance(parts, list | tuple):
        attrs["content"] = parts
    return Draft(
        role=cast("Role", role),
        text=joined(text),
        speaker=_speaker(role, message.get("name")),
        ref=None if message.get("id") is None else name(str(message["id"]), "id"),
        said_at=_time(message, TIMES, naive_zone),
        expires_at=_time(message, ("expires_at",), naive_zone),
        metadata=_metadata(message.get("metadata")),
        attrs=_json(attrs, "message"),
    )


def name(value: object, what: str) -> str:
    """Return a name (of a speaker, session, ref …) if it can serve as one.

    Raises:
        MessageError: It is no text, empty, too long, or holds what no name may hold.
    """
    if not isinstance(value, str):
        raise MessageError(f"{what}: expected a text, not {_type(value)}")
    if not value.strip() or len(value) > MAX_NAME:
        raise MessageError(f"{what}: 1 to {MAX_NAME} characters, not {len(value)}")
    if not whole(value):
        raise MessageError(f"{what}: {value!r} holds NUL or half a character")
    return value


def _speaker(role: object, given: object) -> str | None:
    if given is not None:
        return name(given, "name")
    return None if role == "document" else str(role)


def _time(message: Message, names: Iterable[str], naive_zone: tzinfo) -> datetime | None:
    for each in names:
        if message.get(each) is not None:
            try:
                return parse(message[each], naive_zone)
            except InputError as error:
                raise MessageError(f"{each}: {error}") from error
    return None


def _text(content: object, attrs: Mapping[str, Any]) -> str:
    """Return a message's text: its parts and its tool calls, one a line."""
    lines: list[str] = []
    if isinstance(content, str):
        lines.append(content)
    elif isinstance(content, list | tuple):
        lines += [_part(number, part) for number, part in enumerate(content)]
    elif content is not None:
        raise MessageError(f"content: expected a text or a list of parts, not {_type(content)}")
    calls = attrs.get("tool_calls")
    if isinstance(calls, list | tuple):
        lines += [_call(call) for call in calls]
    if content is None and not lines:
        raise MessageError("content: is missing, and there are no tool calls")
    return "\n".join(line for line in lines if line) if len(lines) > 1 else lines[0]


def _part(number: int, part: object) -> str:
    if isinstance(part, str):
        return part
    if not isinstance(part, Mapping):
        raise MessageError(f"content[{number}]: expected a part, not {_type(part)}")
    kind = part.get("type")
    if kind in {"image_url", "image", "input_image"}:
        return _image(part)
    text = part.get("text", part.get("refusal", ""))
    if not isinstance(text, str):
        raise MessageError(f"content[{number}].text: expected a text, not {_type(text)}")
    return text or f"[{kind}]"


def _image(part: Mapping[str, Any]) -> str:
    """Return an image as words: its caption if it has one, else where it is."""
    source = part.get("image_url", part.get("source"))
    url = source.get("url", "") if isinstance(source, Mapping) else source
    caption = part.get("caption") or part.get("alt")
    if not caption and isinstance(source, Mapping):
        caption = source.get("caption") or source.get("alt")
    if not caption and isinstance(url, str):
        caption = url.split(";", 1)[0] if url.startswith("data:") else url
    return f"[image: {caption}]" if caption else "[image]"


def _call(call: object) -> str:
    function = call.get("function") if isinstance(call, Mapping) else None
    if not isinstance(function, Mapping):
        return json.dumps(call, ensure_ascii=False, default=str)
    return f"{function.get('name', '')}({function.get('arguments', '')})"


def _metadata(value: object) -> dict[str, JSON]:
    if value is None:
        return {}
    if not isinstance(value, dict | Mapping):
        raise MessageError(f"metadata: expected a mapping, not {_type(value)}")
    found: dict[str, JSON] = _json(value, "metadata")
    return found


def _json(value: object, what: str, depth: int = 0) -> Any:  # noqa: ANN401 - JSON of the same shape
    """Return a value as JSON can hold it, tuples as lists.

    Raises:
        MessageError: It holds something that JSON cannot.
    """
    if depth > MAX_DEPTH:
        raise MessageError(f"{what}: nested more than {MAX_DEPTH} deep")
    if isinstance(value, str):
        return joined(value)
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int | float):
        return _number(value, what)
    if isinstance(value, dict | Mapping):
        wrong = next((key for key in value if not isinstance(key, str)), None)
        if wrong is not None:
            raise MessageError(f"{what}: the key {wrong!r} is no text")
        return {joined(key): _json(each, f"{what}.{key}", depth + 1) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_json(each, f"{what}[{n}]", depth + 1) for n, each in enumerate(value)]
    raise MessageError(f"{what}: {_type(value)} is no JSON value")


def _number(value: float, what: str) -> float:
    if isinstance(value, int) and abs(value) >= MAX_INTEGER:
        raise MessageError(f"{what}: {value} does not fit into 64 bits")
    if not math.isfinite(value):
        raise MessageError(f"{what}: {value} is no JSON number")
    return value


def _type(value: object) -> str:
    return type(value).__name__
