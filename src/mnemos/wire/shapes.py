"""Shapes of values: how a type is read from a request, and what its JSON schema is.

A request is read strictly: a misspelt field of a filter would widen it. Replies are only described
here: ``values.answered`` reads them, and lets a newer server say more.
"""

from __future__ import annotations

import inspect
import types
from collections.abc import Callable, Iterable, Mapping
from dataclasses import MISSING, dataclass, fields, is_dataclass, replace
from datetime import date, datetime
from typing import Any, Literal, TypeAlias, Union, get_args, get_origin, get_type_hints

from mnemos.errors import InputError, QueryError
from mnemos.ingest.messages import Message
from mnemos.wire.values import PROPERTIES

Schema: TypeAlias = dict[str, Any]
#: What a column of 64 bits holds.
LARGEST = 2**63 - 1
_INTEGER: Schema = {"type": "integer", "minimum": -LARGEST, "maximum": LARGEST}
_MOMENT: Schema = {
    "type": ["string", "number"],
    "description": "ISO 8601, or seconds since 1970. Without a zone: the memory's own.",
}
_MESSAGE: Schema = {
    "type": "object",
    "description": "A message as chat APIs have it. Fields not listed here are kept as well.",
    "properties": {
        "role": {"enum": ["system", "user", "assistant", "tool", "document"]},
        "content": {"type": ["string", "array", "null"]},
        "name": {"type": "string"},
        "id": {"type": "string", "minLength": 1, "maxLength": 512},
        "said_at": _MOMENT,
        "expires_at": _MOMENT,
        "metadata": {"type": "object"},
    },
    "required": ["role", "content"],
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """How one type looks in JSON.

    Args:
        takes: Whether a JSON value may be one of these, by its kind alone.
        read: Makes one of a JSON value that stands in this place.
        schema: For people and programs that want to know.
    """

    takes: Callable[[object], bool]
    read: Callable[[Any, str], Any]
    schema: Schema


@dataclass(frozen=True, slots=True, kw_only=True)
class Fields:
    """Named values with their shapes.

    Args:
        shapes: Name → shape.
        defaults: Those that need not be given.
    """

    shapes: Mapping[str, Shape]
    defaults: Mapping[str, object]

    def read(self, given: object, place: str = "") -> dict[str, Any]:
        """Return what was given, each read as its shape; what was not is left out.

        Raises:
            InputError: It is no object, something is missing, unknown, or of another shape.
        """
        if not isinstance(given, Mapping):
            raise InputError(f"{place or 'the body'}: expected an object, not {_kind(given)}")
        unknown = next((name for name in given if name not in self.shapes), None)
        if unknown is not None:
            known = ", ".join(self.shapes) or "none"
            raise InputError(f"{place}{unknown!r} is unknown here; there are: {known}")
        missing = next((n for n in self.shapes if n not in given and n not in self.defaults), None)
        if missing is not None:
            raise InputError(f"{place}{missing} is missing")
        return {
            name: _read(self.shapes[name], value, f"{place}{name}") for name, value in given.items()
        }

    @property
    def schema(self) -> Schema:
        """The object's."""
        return {
            "type": "object",
            "properties": {name: shape.schema for name, shape in self.shapes.items()},
            "required": [name for name in self.shapes if name not in self.defaults],
            "additionalProperties": False,
        }


class Shapes:
    """The shapes of types, made once each.

    Args:
        strict: Requests: unknown fields are refused, and moments may have any form.
    """

    def __init__(self, *, strict: bool) -> None:
        self._strict = strict
        self._made: dict[Any, Shape] = {}
        #: Schemas of dataclasses, by name.
        self.components: dict[str, Schema] = {}

    def fields(self, hints: Mapping[str, tuple[Any, object]]) -> Fields:
        """Return the shapes of named values, each a type and a default."""
        return Fields(
            shapes={name: self.shape(hint) for name, (hint, _) in hints.items()},
            defaults={
                name: default
                for name, (_, default) in hints.items()
                if default is not inspect.Parameter.empty
            },
        )

    def shape(self, hint: Any) -> Shape:  # noqa: ANN401 - any type at all
        """Return the shape of a type.

        Raises:
            TypeError: It has none in JSON.
        """
        key = str(hint) if isinstance(hint, str) or not _hashable(hint) else hint
        if key not in self._made:
            made = self._make(hint)
            if made is None:
                raise TypeError(f"{hint!r} has no shape in JSON")
            self._made[key] = made
        return self._made[key]

    def _make(self, hint: Any) -> Shape | None:  # noqa: ANN401 - any type at all
        if hint in _PLAIN:
            return _PLAIN[hint]
        if hint is datetime:
            return _SENT_MOMENT if self._strict else _READ_MOMENT
        if hint == Message:
            return _ANY_MESSAGE
        if hint in {Any, object}:
            return _ANYTHING
        if is_dataclass(hint):
            return self._dataclass(hint)
        return self._composed(get_origin(hint), get_args(hint))

    def _composed(self, origin: object, parts: tuple[Any, ...]) -> Shape | None:
        if origin is Literal:
            return _one_of(parts)
        if origin in {Union, types.UnionType}:
            # A program's own objects cannot be sent; their names can.
            return _either([each for each in map(self._make, parts) if each is not None])
        if origin is tuple and parts[-1] is not ...:
            return _row([self.shape(each) for each in parts])
        if inspect.isclass(origin) and issubclass(origin, Mapping):
            return _mapping(self.shape(parts[0]), self.shape(parts[1]))
        if inspect.isclass(origin) and issubclass(origin, Iterable):
            return _list(self.shape(parts[0]))
        return None

    def _dataclass(self, kind: Any) -> Shape:  # noqa: ANN401 - a dataclass
        hints = get_type_hints(kind)
        found = Fields(
            shapes={each.name: self.shape(hints[each.name]) for each in fields(kind)},
            defaults={
                each.name: each.default
                for each in fields(kind)
                if each.default is not MISSING or each.default_factory is not MISSING
            },
        )
        schema = found.schema
        if not self._strict:
            schema = {**schema, "required": list(found.shapes), "additionalProperties": True}
            for name in PROPERTIES.get(kind, ()):
                schema["properties"][name] = {"type": "boolean"}
        about = (inspect.getdoc(kind) or "").partition("\n")[0]
        self.components[kind.__name__] = {**schema, "description": about}

        def read(value: object, place: str) -> object:
            return kind(**found.read(value, f"{place}."))

        reference = {"$ref": f"#/components/schemas/{kind.__name__}"}
        return Shape(takes=_is(Mapping), read=read, schema=reference)


def _read(shape: Shape, value: object, place: str) -> Any:  # noqa: ANN401 - of the shape
    if not shape.takes(value):
        expected = shape.schema.get("type", "another kind")
        said = " or ".join(expected) if isinstance(expected, list) else expected
        raise InputError(f"{place}: expected {said}, not {_kind(value)}")
    return shape.read(value, place)


def _is(*kinds: type) -> Callable[[object], bool]:
    return lambda value: isinstance(value, kinds) and (bool in kinds or value not in _BOOLS)


class _Identical:
    """Holds True and False, and not the numbers that equal them."""

    def __contains__(self, value: object) -> bool:
        return value is True or value is False


_BOOLS = _Identical()


def _same(value: Any, place: str) -> Any:  # noqa: ANN401, ARG001 - handed on
    return value


def _whole(value: int, place: str) -> int:
    if abs(value) > LARGEST:
        raise InputError(f"{place}: {value} does not fit into 64 bits")
    return value


_ANYTHING = Shape(takes=lambda _: True, read=_same, schema={})
_ANY_MESSAGE = Shape(takes=_is(Mapping), read=_same, schema=_MESSAGE)
_SENT_MOMENT = Shape(takes=_is(str, int, float), read=_same, schema=_MOMENT)
_READ_MOMENT = Shape(takes=_is(str), read=_same, schema={"type": "string", "format": "date-time"})
_PLAIN: dict[Any, Shape] = {
    str: Shape(takes=_is(str), read=_same, schema={"type": "string"}),
    int: Shape(takes=_is(int), read=_whole, schema=_INTEGER),
    float: Shape(takes=_is(int, float), read=_same, schema={"type": "number"}),
    bool: Shape(takes=_is(bool), read=_same, schema={"type": "boolean"}),
    date: Shape(takes=_is(str), read=_same, schema={"type": "string", "format": "date"}),
    type(None): Shape(takes=lambda value: value is None, read=_same, schema={"type": "null"}),
}


def _one_of(values: tuple[Any, ...]) -> Shape:
    def read(value: Any, place: str) -> object:  # noqa: ANN401 - JSON
        if value not in values:
            raise InputError(f"{place}: {value!r} is unknown; there are {', '.join(values)}")
        return value

    schema = {"type": "string", "enum": list(values)}
    return Shape(takes=_is(str), read=read, schema=schema)


def _either(shapes: list[Shape]) -> Shape:
    def read(value: object, place: str) -> object:
        return next(each for each in shapes if each.takes(value)).read(value, place)

    plain = [each.schema for each in shapes]
    merged = list({str(each): each for each in plain}.values())
    kinds = [each.get("type") for each in merged]
    schema: Schema = merged[0] if len(merged) == 1 else {"anyOf": merged}
    if len(merged) > 1 and all(
        len(each) == 1 and isinstance(each.get("type"), str) for each in merged
    ):
        schema = {"type": kinds}
    return Shape(
        takes=lambda value: any(each.takes(value) for each in shapes),
        read=read,
        schema=schema,
    )


def within(shape: Shape, least: int, most: int) -> Shape:
    """Return the shape of whole numbers, or none at all, that lie between two, both included."""

    def read(value: Any, place: str) -> object:  # noqa: ANN401 - JSON
        found = shape.read(value, place)
        if found is not None and not least <= found <= most:
            raise QueryError(f"{place}: expected {least} to {most}, not {found}")
        return found

    kind = shape.schema.get("type", ["integer", "null"])
    return replace(shape, read=read, schema={"type": kind, "minimum": least, "maximum": most})


def _row(shapes: list[Shape]) -> Shape:
    def read(value: Any, place: str) -> object:  # noqa: ANN401 - JSON
        if len(value) != len(shapes):
            raise InputError(f"{place}: expected {len(shapes)} values, not {len(value)}")
        return tuple(_read(s, v, place) for s, v in zip(shapes, value, strict=True))

    size = len(shapes)
    schema = {
        "type": "array",
        "prefixItems": [each.schema for each in shapes],
        "minItems": size,
        "maxItems": size,
    }
    return Shape(takes=_is(list, tuple), read=read, schema=schema)


def _list(shape: Shape) -> Shape:
    def read(value: Any, place: str) -> object:  # noqa: ANN401 - JSON
        return tuple([_read(shape, each, f"{place}[{at}]") for at, each in enumerate(value)])

    schema = {"type": "array", "items": shape.schema}
    return Shape(takes=_is(list, tuple), read=read, schema=schema)


def _mapping(key: Shape, value: Shape) -> Shape:
    def read(given: Any, place: str) -> object:  # noqa: ANN401 - JSON
        return {
            key.read(name, place): _read(value, each, f"{place}.{name}")
            for name, each in given.items()
        }

    schema = {"type": "object", "additionalProperties": value.schema}
    return Shape(takes=_is(Mapping), read=read, schema=schema)


def _hashable(hint: object) -> bool:
    return getattr(hint, "__hash__", None) is not None


def _kind(value: object) -> str:
    names = {dict: "an object", list: "a list", str: "a text", type(None): "null"}
    return names.get(type(value), type(value).__name__)


REQUESTS = Shapes(strict=True)
REPLIES = Shapes(strict=False)
