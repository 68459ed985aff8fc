"""What a caller of Mem0's interface hands in, read as Mem0 reads it."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Mapping
from typing import Any

from mnemos import InputError, QueryError, Scope
from mnemos.compat.mem0 import filters as asked
from mnemos.compat.mem0.refusals import Unsupported

IDENTITY = frozenset({*asked.ENTITIES, "actor_id"})

_log = logging.getLogger("mnemos")


def named(**ids: object) -> Scope:
    """Return the scope of a write, which must name somebody."""
    scope = asked.scope_of(ids)
    if scope == Scope():
        raise QueryError("At least one of 'user_id', 'agent_id', or 'run_id' must be provided.")
    return scope


def messages(raw: object) -> list[Mapping[str, Any]]:
    """Return the messages to store.

    Raises:
        InputError: They are none.
    """
    if isinstance(raw, str):
        raw = [{"role": "user", "content": raw}]
    elif isinstance(raw, Mapping):
        raw = [raw]
    if not isinstance(raw, list | tuple) or not all(isinstance(each, Mapping) for each in raw):
        raise InputError("messages must be str, dict, or list[dict]")
    return [each for each in raw if each.get("role") != "system"]


def message(raw: Mapping[str, Any], metadata: Mapping[str, Any], said_at: object) -> dict[str, Any]:
    """Return a message under a ref of our own: Mem0 takes the same message any number of times."""
    message = dict(raw)
    theirs = message.pop("id", None)
    if theirs is not None:
        message["message_id"] = theirs
    if said_at is not None:
        message["said_at"] = said_at
    message["id"] = uuid.uuid4().hex
    message["metadata"] = {**(message.get("metadata") or {}), **metadata}
    return message


def without_identity(metadata: Mapping[str, Any]) -> dict[str, Any]:
    """Leave out what only the ids of a call may set, as Mem0 does."""
    ignored = sorted(IDENTITY & metadata.keys())
    if ignored:
        _log.warning("metadata: %s cannot be set there and is left out", ", ".join(ignored))
    return {key: value for key, value in metadata.items() if key not in IDENTITY}


def refuse(unknown: Mapping[str, object], call: str) -> None:
    """Refuse arguments that a call does not have, instead of dropping them in silence."""
    ids = sorted(asked.ENTITIES.keys() & unknown.keys())
    if ids:
        raise QueryError(
            f"Top-level entity parameters {ids} are not supported in {call}(). "
            "Use filters={'user_id': '...'} instead."
        )
    if unknown:
        raise QueryError(
            f"{call}() takes no {', '.join(sorted(unknown))} (how many are wanted is top_k)"
        )


def count(top_k: object) -> int:
    """Return how many are wanted."""
    if isinstance(top_k, bool) or not isinstance(top_k, int) or top_k < 0:
        raise QueryError(f"Invalid top_k: {top_k}. Must be a non-negative integer.")
    return top_k


def no_expired(*, show_expired: bool) -> None:
    """Refuse to show what has expired."""
    if show_expired:
        raise Unsupported("show_expired: what has expired is found by nobody; get() shows it")
