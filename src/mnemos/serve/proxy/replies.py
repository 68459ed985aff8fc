"""What a model answered, read from a copy of the bytes that pass by: whole, or as a stream."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from mnemos.types import JSON

#: A reply longer than this passes by, and is not remembered.
MOST_BYTES = 16 << 20


class Reply:
    """Reads the first choice of a chat completion as its bytes come.

    Args:
        streamed: Whether it comes as server-sent events.
    """

    def __init__(self, *, streamed: bool) -> None:
        self._streamed = streamed
        self._bytes = bytearray()
        self._length = 0
        self._role = "assistant"
        self._text: list[str] = []
        self._calls: dict[int, dict[str, Any]] = {}

    def take(self, chunk: bytes) -> None:
        """Read some more bytes; what cannot be read is passed over."""
        self._length += len(chunk)
        if self._length > MOST_BYTES:
            self._bytes.clear()
            return
        self._bytes += chunk
        if not self._streamed:
            return
        *lines, rest = bytes(self._bytes).split(b"\n")
        self._bytes = bytearray(rest)
        for line in lines:
            if line.startswith(b"data:"):
                self._take_delta(_parsed(line[5:]))

    def _take_delta(self, event: object) -> None:
        delta = _first(event).get("delta")
        if not isinstance(delta, Mapping):
            return
        if isinstance(delta.get("content"), str):
            self._text.append(delta["content"])
        for call in delta.get("tool_calls") or ():
            if isinstance(call, Mapping) and isinstance(call.get("index"), int):
                _grow(self._calls.setdefault(call["index"], {}), call)

    def message(self) -> dict[str, JSON] | None:
        """Return the reply as a message, as far as it came; None if there is none to remember."""
        if self._length > MOST_BYTES:
            return None
        if not self._streamed:
            whole = _first(_parsed(bytes(self._bytes))).get("message")
            return dict(whole) if isinstance(whole, Mapping) and _says(whole) else None
        calls = [call for _, call in sorted(self._calls.items())]
        found: dict[str, JSON] = {"role": self._role, "content": "".join(self._text) or None}
        if calls:
            found["tool_calls"] = calls
        return found if _says(found) else None


def _says(message: Mapping[str, Any]) -> bool:
    return bool(message.get("content") or message.get("tool_calls"))


def _parsed(text: bytes) -> object:
    try:
        return json.loads(text)
    except ValueError:
        return None


def _first(event: object) -> Mapping[str, Any]:
    """Return the first choice of an event or a whole reply; an empty one if there is none."""
    choices = event.get("choices") if isinstance(event, Mapping) else None
    for choice in choices if isinstance(choices, list) else ():
        if isinstance(choice, Mapping) and choice.get("index", 0) == 0:
            return choice
    return {}


def _grow(call: dict[str, Any], piece: Mapping[str, Any]) -> None:
    """Add a piece of a tool call: texts grow, the rest is set."""
    for name, value in piece.items():
        if name == "index" or value is None:
            continue
        if isinstance(value, Mapping):
            _grow(call.setdefault(name, {}), value)
        elif name == "arguments" and isinstance(value, str):
            call[name] = call.get(name, "") + value
        else:
            call[name] = value
