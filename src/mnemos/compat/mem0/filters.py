"""Mem0's filters: what mnemos filters by itself, and a condition for the rest."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from mnemos import QueryError, Scope, Where

Payload = Mapping[str, Any]
Condition = Callable[[Payload], bool]

ENTITIES = {"user_id": "user", "agent_id": "agent", "run_id": "session"}
#: Keys of a memory that are not its metadata.
OWN = frozenset({*ENTITIES, "actor_id", "role", "data", "hash", "created_at", "updated_at"})
ANY = "*"
_LOGICAL = ("AND", "OR", "NOT")


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """A filter as mnemos takes it.

    Args:
        scope: Whose and which.
        where: Metadata that must be equal.
        condition: What remains to be asked of each memory; None is nothing.
    """

    scope: Scope
    where: Where
    condition: Condition | None


def entity(value: object, name: str) -> str | None:
    """Return the id of a user, agent or run as Mem0 reads it: trimmed, numbers as text.

    Raises:
        QueryError: It is empty or has white space within.
    """
    if value is None:
        return None
    text = str(value).strip()
    if not text or any(character.isspace() for character in text):
        raise QueryError(f"Invalid {name}: {value!r} is empty or has white space within")
    return text


def scope_of(ids: Mapping[str, object]) -> Scope:
    """Return the scope that Mem0's three ids name."""
    named = {ours: entity(ids.get(theirs), theirs) for theirs, ours in ENTITIES.items()}
    return Scope(**named)


def read(filters: Mapping[str, Any] | None) -> Filter:
    """Return what a call's ``filters`` ask for.

    Raises:
        QueryError: They name no user, agent or run, or an operator that Mem0 does not have.
    """
    given = dict(filters or {})
    if not ENTITIES.keys() & given.keys():
        raise QueryError(
            "filters must contain at least one of: user_id, agent_id, run_id. "
            "Example: filters={'user_id': 'u1'}"
        )
    ids = {key: given.pop(key) for key in ENTITIES if key in given and given[key] != ANY}
    equal = {key: given.pop(key) for key in list(given) if _is_metadata(key, given[key])}
    return Filter(
        scope=scope_of(ids),
        where=Where(metadata=equal),
        condition=every(given) if given else None,
    )


def _is_metadata(key: str, value: object) -> bool:
    plain = isinstance(value, str | int | float) and value != ANY
    return plain and key not in OWN and key not in _LOGICAL


def every(filters: object) -> Condition:
    """Return the condition that all of a mapping's filters hold."""
    if not isinstance(filters, Mapping):
        raise QueryError(f"filters: expected a mapping of conditions, not {filters!r}")
    conditions = [_one(key, value) for key, value in filters.items()]
    return lambda payload: all(holds(payload) for holds in conditions)


def _one(key: str, value: object) -> Condition:
    if key in _LOGICAL:
        return _logical(key, value)
    if isinstance(value, Mapping):
        unknown = [name for name in value if name not in _OPERATORS]
        if unknown:
            raise QueryError(f"Unsupported metadata filter operator: {unknown[0]}")
        tests = [(_OPERATORS[name], wanted) for name, wanted in value.items()]
        return lambda payload: all(test(payload.get(key), wanted) for test, wanted in tests)
    if value == ANY:
        return lambda payload: payload.get(key) is not None
    if isinstance(value, list | tuple):
        return lambda payload: _within(payload.get(key), value)
    return lambda payload: _equal(payload.get(key), value)


def _logical(key: str, value: object) -> Condition:
    if not isinstance(value, list | tuple) or not value:
        raise QueryError(f"{key} operator requires a non-empty list of conditions")
    parts = [every(each) for each in value]
    if key == "AND":
        return lambda payload: all(holds(payload) for holds in parts)
    if key == "OR":
        return lambda payload: any(holds(payload) for holds in parts)
    return lambda payload: not any(holds(payload) for holds in parts)


def _equal(have: object, wanted: object) -> bool:
    """Compare as JSON does: true is not 1."""
    return isinstance(have, bool) == isinstance(wanted, bool) and have == wanted


def _within(have: object, wanted: object) -> bool:
    if not isinstance(wanted, Iterable) or isinstance(wanted, str):
        raise QueryError(f"in and nin take a list, not {wanted!r}")
    return any(_equal(have, each) for each in wanted)


def _contains(have: object, wanted: object) -> bool:
    if isinstance(have, list | tuple):
        return _within(wanted, have)
    return isinstance(have, str) and str(wanted) in have


def _contains_in_any_case(have: object, wanted: object) -> bool:
    return isinstance(have, str) and str(wanted).casefold() in have.casefold()


def _ordered(compare: Callable[[Any, Any], bool]) -> Callable[[object, object], bool]:
    """Return a comparison of numbers, or of texts such as moments; others have no order."""

    def test(have: object, wanted: object) -> bool:
        for kind in (str, int | float):
            if isinstance(have, kind) and isinstance(wanted, kind):
                return compare(have, wanted)
        return False

    return test


_OPERATORS: dict[str, Callable[[object, object], bool]] = {
    "eq": _equal,
    "ne": lambda have, wanted: not _equal(have, wanted),
    "in": _within,
    "nin": lambda have, wanted: not _within(have, wanted),
    "gt": _ordered(lambda have, wanted: bool(have > wanted)),
    "gte": _ordered(lambda have, wanted: bool(have >= wanted)),
    "lt": _ordered(lambda have, wanted: bool(have < wanted)),
    "lte": _ordered(lambda have, wanted: bool(have <= wanted)),
    "contains": _contains,
    "icontains": _contains_in_any_case,
}
