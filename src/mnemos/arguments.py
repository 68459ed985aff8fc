"""What callers hand in beside messages: filters, limits and ids are checked before any lookup."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime, tzinfo
from typing import get_args

from mnemos.errors import InputError, NotFound, QueryError
from mnemos.ingest.times import parse
from mnemos.text.whole import halves
from mnemos.types import Role, Where

#: No question needs more, and a mistake should not fetch a whole memory.
MAX_LIMIT = 10_000
#: Numbers of items have no more digits, and ids are longer.
MAX_DIGITS = 10
_ROLES = get_args(Role)


def filters(where: object, naive_zone: tzinfo) -> Where:
    """Return a filter whose times are in UTC.

    Args:
        where: As the caller made it.
        naive_zone: The zone of times that name none.

    Raises:
        QueryError: A field holds what it cannot filter by.
    """
    if not isinstance(where, Where):
        raise QueryError(f"where: expected a Where, not {type(where).__name__}")
    if not isinstance(where.metadata, Mapping):
        raise QueryError(f"where.metadata: expected a mapping, not {where.metadata!r}")
    for key, value in where.metadata.items():
        plain = value is None or isinstance(value, str | int | float)
        if not isinstance(key, str) or not plain:
            raise QueryError(f"where.metadata: cannot filter by {key!r}: {value!r}")
        if isinstance(value, float) and not math.isfinite(value):
            raise QueryError(f"where.metadata: {value} is no JSON number")
    roles = texts(where.roles, "where.roles")
    unknown = next((role for role in roles if role not in _ROLES), None)
    if unknown is not None:
        raise QueryError(f"where.roles: {unknown!r} is unknown; the roles are {', '.join(_ROLES)}")
    return replace(
        where,
        speakers=texts(where.speakers, "where.speakers"),
        not_sessions=texts(where.not_sessions, "where.not_sessions"),
        said_from=_moment(where.said_from, "said_from", naive_zone),
        said_to=_moment(where.said_to, "said_to", naive_zone),
    )


def texts(given: object, what: str) -> tuple[str, ...]:
    """Return several texts as a tuple.

    Raises:
        QueryError: They are none; one text alone is not taken for its letters.
    """
    if isinstance(given, Iterable) and not isinstance(given, str):
        every = tuple(given)
        found = tuple(each for each in every if isinstance(each, str))
        if len(found) == len(every):
            return found
    raise QueryError(f"{what}: expected a tuple of texts, not {given!r}")


def limit(given: object) -> int:
    """Return how many are wanted.

    Raises:
        QueryError: It is no count, or more than MAX_LIMIT.
    """
    if isinstance(given, bool) or not isinstance(given, int) or not 1 <= given <= MAX_LIMIT:
        raise QueryError(f"limit: expected 1 to {MAX_LIMIT}, not {given!r}")
    return given


def item_ids(given: object) -> tuple[str, ...]:
    """Return one id or several, each once.

    Raises:
        InputError: One is no text.
    """
    if isinstance(given, str):
        return (given,)
    found: tuple[object, ...] = tuple(given) if isinstance(given, Iterable) else (given,)
    ids = dict.fromkeys(each for each in found if isinstance(each, str))
    wrong = [type(each).__name__ for each in found if not isinstance(each, str)]
    if wrong:
        raise InputError(f"ids: expected texts, not {wrong[0]}")
    return tuple(ids)


def item_id(given: object) -> str:
    """Return an id that can be looked up.

    Raises:
        InputError: It is no text.
        NotFound: It holds half a character, as no id does.
    """
    if not isinstance(given, str):
        raise InputError(f"id: expected a text, not {type(given).__name__}")
    if halves(given):
        raise NotFound(f"there is no item {given!r} here")
    return given


def page_token(no: int) -> str:
    """Return what stands for an item's place among pages, even when the item is erased."""
    return str(no)


def page_number(token: str) -> int | None:
    """Return the number in a page token; None if it is an item's id."""
    return int(token) if token.isdecimal() and len(token) <= MAX_DIGITS else None


def _moment(given: object, field: str, naive_zone: tzinfo) -> datetime | None:
    if given is None:
        return None
    try:
        return parse(given, naive_zone)
    except InputError as error:
        raise QueryError(f"where.{field}: {error}") from error
