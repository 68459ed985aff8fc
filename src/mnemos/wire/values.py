"""Values as JSON: moments as ISO 8601, dataclasses as objects."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import fields, is_dataclass
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any

import msgspec

from mnemos.errors import InputError
from mnemos.lifecycle.erase import Certificate
from mnemos.store.verify import Verification

#: What a value says of itself by a property; told with its fields.
PROPERTIES: dict[type, tuple[str, ...]] = {Certificate: ("proved",), Verification: ("ok",)}


def dumps(value: object) -> bytes:
    r"""Return a value as one line of JSON, in UTF-8.

    Half characters, which a memory keeps, are escaped: UTF-8 has none.

    Raises:
        InputError: It holds what JSON cannot say.

    >>> dumps({"said": "caf\u00e9"}), dumps("\ud83c")
    (b'{"said":"caf\xc3\xa9"}', b'"\\ud83c"')
    """
    try:
        return _encode(_with_properties(value))
    except UnicodeEncodeError:
        plain = msgspec.to_builtins(_with_properties(value), enc_hook=_parts)
        return json.dumps(plain, separators=(",", ":")).encode()
    except (TypeError, ValueError, RecursionError, OverflowError) as error:
        raise InputError(f"cannot be said in JSON: {error}") from error


def loads(text: bytes | str) -> Any:  # noqa: ANN401 - JSON
    """Return what a JSON text says.

    Raises:
        InputError: It is no JSON.
    """
    try:
        return json.loads(text, parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        raise InputError(f"is no JSON: {error}") from error


def answered(text: bytes, kind: Any) -> Any:  # noqa: ANN401 - of that type
    """Return the value of a type that an answer says; what a newer server adds is left out.

    Raises:
        InputError: It is no JSON, or no such value.
    """
    try:
        return _decoder(kind).decode(text)
    except msgspec.ValidationError as error:
        raise InputError(f"is no {_named(kind)}: {error}") from error
    except (msgspec.DecodeError, UnicodeDecodeError):  # half a character, or no JSON at all
        return made(loads(text), kind)


def made(value: object, kind: Any) -> Any:  # noqa: ANN401 - of that type
    """Return the value of a type that JSON stands for.

    Raises:
        InputError: It is no such value.
    """
    try:
        return msgspec.convert(value, kind)
    except msgspec.ValidationError as error:
        raise InputError(f"is no {_named(kind)}: {error}") from error


@cache
def _decoder(kind: Any) -> msgspec.json.Decoder[Any]:  # noqa: ANN401 - any type at all
    return msgspec.json.Decoder(kind)


def _named(kind: object) -> str:
    return getattr(kind, "__name__", str(kind))


def sendable(value: object) -> object:
    """Return an argument of a call as JSON can say it; what is walked through once is a list."""
    if isinstance(value, float) and not math.isfinite(value):
        raise InputError(f"{value} is no JSON number")
    if value is None or isinstance(value, str | int | float):
        return value
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, timedelta):
        return value / timedelta(days=1)
    if isinstance(value, Mapping):
        wrong = next((key for key in value if not isinstance(key, str)), None)
        if wrong is not None:
            raise InputError(f"the key {wrong!r} is no text")
        return {key: sendable(each) for key, each in value.items()}
    if isinstance(value, Iterable) and not isinstance(value, bytes):
        return [sendable(each) for each in value]
    if is_dataclass(value) and not isinstance(value, type):
        return {each.name: sendable(getattr(value, each.name)) for each in fields(value)}
    raise InputError(f"{type(value).__name__} cannot be sent: it is no JSON value")


def _no_number(name: str) -> object:
    raise ValueError(f"{name} is no JSON number")


def _parts(value: object) -> object:
    """Return what msgspec can write of a value that it cannot."""
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, Iterable):
        return list(value)
    raise TypeError(f"{type(value).__name__} is no JSON value")


_encode = msgspec.json.Encoder(enc_hook=_parts).encode


def _with_properties(value: object) -> object:
    kind = type(value)
    if kind not in PROPERTIES:
        return value
    declared = (each.name for each in fields(kind))  # type: ignore[arg-type] # one of those
    return {name: getattr(value, name) for name in (*declared, *PROPERTIES[kind])}
