"""Read what a model said as a value of a type; hold all of it to bounds first."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, NoReturn, TypeVar

from mnemos.text.whole import whole
from mnemos.types import JSON

T = TypeVar("T")

#: No reply that a memory can use is longer; nor has one longer texts, lists, or greater depth.
REPLY_BYTES = 64 << 10
STRING_CHARACTERS = 2_000
LIST_ENTRIES = 200
DEPTH = 16
#: What every store can hold.
INTEGER = 1 << 63
_THOUGHT = "</think>"
#: A brace, or a text with what is in it; one that does not end goes to the end.
_STEP = re.compile(r'[{}]|"(?:[^"\\]|\\.)*+(?:"|\\?\Z)', re.DOTALL)


class Malformed(ValueError):
    """A reply is not what was asked for; the text says how, for the model to repair it."""


def read(text: str, schema: type[T]) -> T:
    r"""Return the value of the one JSON object in a reply; prose or a fence may stand around it.

    Raises:
        Malformed: There is none, or several, or it does not fit.

    >>> from dataclasses import dataclass
    >>> @dataclass(frozen=True)
    ... class Town:
    ...     name: str
    >>> read('Here it is:\n```json\n{"name": "Porto"}\n```', Town)
    Town(name='Porto')
    """
    return decoded(found(text), schema)


def decoded(value: JSON, schema: type[T]) -> T:
    """Return JSON as a value of the type, strictly: no number is read from a text.

    Raises:
        Malformed: It does not fit, or is beyond the bounds.
    """
    import msgspec  # noqa: PLC0415 - an extra, needed only where a model is asked

    _hold(value, depth=0)
    try:
        return msgspec.convert(value, type=schema, strict=True)
    except msgspec.ValidationError as error:
        raise Malformed(str(error)) from None


def schema_of(schema: type) -> Mapping[str, JSON]:
    """Return the JSON schema of a dataclass, in the strict form that endpoints enforce."""
    return _schema_of(schema)


@cache
def _schema_of(schema: type) -> Mapping[str, JSON]:
    import msgspec  # noqa: PLC0415 - an extra, needed only where a model is asked

    whole = msgspec.json.schema(schema)
    definitions = whole.pop("$defs", {})
    name = str(whole.get("$ref", "")).rpartition("/")[2]
    root = definitions.pop(name, whole)
    if definitions:
        root["$defs"] = definitions
    strict: Mapping[str, JSON] = _strict(root)
    return strict


def _strict(schema: Any) -> Any:  # noqa: ANN401 - JSON
    """Return a schema whose objects have all of their fields, and no other."""
    if isinstance(schema, list):
        return [_strict(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    if not isinstance(fields := schema.get("properties"), dict):
        return {
            key: _strict(value)
            for key, value in schema.items()
            if key not in {"title", "description", "default"}
        }
    return {
        "type": "object",
        "properties": {name: _strict(value) for name, value in fields.items()},
        "required": list(fields),
        "additionalProperties": False,
        **({"$defs": _definitions(schema["$defs"])} if "$defs" in schema else {}),
    }


def _definitions(several: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _strict(value) for name, value in several.items()}


def found(text: str) -> dict[str, JSON]:
    """Return the one JSON object in a text.

    Raises:
        Malformed: There is none, or there are several.
    """
    text = text.rpartition(_THOUGHT)[2].strip()
    try:
        whole = _parsed(text)
    except Malformed:
        raise
    except (ValueError, RecursionError):
        pass
    else:
        if isinstance(whole, dict):
            return whole
        raise Malformed("it is JSON, but no object")
    objects = list(_objects(text))
    if len(objects) != 1:
        raise Malformed(f"it holds {len(objects) or 'no'} JSON objects; one is asked for")
    return objects[0]


def _objects(text: str) -> Iterator[dict[str, JSON]]:
    """Yield what can be read between outermost braces, in one pass over the text."""
    position = depth = start = 0
    while True:
        if depth == 0:  # a quotation mark in prose begins nothing
            start = position = text.find("{", position)
            if start < 0:
                return
        step = _STEP.search(text, position)
        if step is None:
            return
        position = step.end()
        depth += (step[0] == "{") - (step[0] == "}")
        if depth == 0:
            try:
                value = _parsed(text[start:position])
            except Malformed:
                raise
            except (ValueError, RecursionError):
                continue
            if isinstance(value, dict):
                yield value


def _parsed(text: str) -> JSON:
    value: JSON = json.loads(text, object_pairs_hook=_unique, parse_constant=_no_constant)
    return value


def _unique(pairs: list[tuple[str, JSON]]) -> dict[str, JSON]:
    made = dict(pairs)
    if len(made) < len(pairs):
        raise Malformed("a field stands twice in an object")
    return made


def _no_constant(name: str) -> NoReturn:
    raise Malformed(f"{name} is no JSON")


def _hold(value: JSON, depth: int) -> None:
    """Hold a value to the bounds.

    Raises:
        Malformed: It is beyond them.
    """
    if depth > DEPTH:
        raise Malformed(f"it is nested more than {DEPTH} deep")
    if isinstance(value, str):
        _hold_text(value)
    elif isinstance(value, int | float):
        fits = math.isfinite(value) if isinstance(value, float) else -INTEGER <= value < INTEGER
        if not fits:
            raise Malformed("a number is too large")
    elif isinstance(value, Mapping | list | tuple):
        if len(value) > LIST_ENTRIES:
            raise Malformed(f"a list has {len(value)} entries; {LIST_ENTRIES} are allowed")
        if isinstance(value, Mapping):
            value = [*value, *value.values()]
        for each in value:
            _hold(each, depth + 1)


def _hold_text(text: str) -> None:
    if len(text) > STRING_CHARACTERS:
        raise Malformed(f"a text has {len(text)} characters; {STRING_CHARACTERS} are allowed")
    if not whole(text):
        raise Malformed("a text holds a character that is none")
