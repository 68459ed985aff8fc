"""JSON schemas of what tools take and give: short, for every client reads them to its model."""

from __future__ import annotations

from functools import cache
from typing import Any

from pydantic import TypeAdapter

Schema = dict[str, Any]


@cache
def adapter(form: type) -> TypeAdapter[Any]:
    """Return what reads and writes a class of ``asked`` or ``given``; made once, for it is slow."""
    return TypeAdapter(form)


def taken(form: type) -> Schema:
    """Return the schema of arguments. What may be left out is not also null: null is taken, too."""
    schema: Schema = _short(adapter(form).json_schema())
    schema["properties"] = {
        name: _required(each) for name, each in schema.get("properties", {}).items()
    }
    return schema


def given(form: type) -> Schema:
    """Return the schema of an answer."""
    schema: Schema = _short(adapter(form).json_schema(mode="serialization"))
    return schema


def _required(schema: Schema) -> Schema:
    if "anyOf" not in schema:
        return schema
    (form,) = (each for each in schema["anyOf"] if each != {"type": "null"})
    rest = {key: value for key, value in schema.items() if key not in {"anyOf", "default"}}
    return {**form, **rest}


def _short(schema: Any) -> Any:  # noqa: ANN401 - JSON of the same shape
    """Return a schema without titles that say a field's name again, and docstrings of classes."""
    if isinstance(schema, list):
        return [_short(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    return {
        key: _short(value)
        for key, value in schema.items()
        if not (key == "title" and isinstance(value, str))
        and not (key == "description" and "properties" in schema)
    }
