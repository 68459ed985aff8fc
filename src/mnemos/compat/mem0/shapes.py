"""How Mem0 shows a memory: one flat mapping, and the events of its history."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from mnemos import Hit, Item, QueryError, Version

#: What Mem0 shows beside ``metadata`` where a memory has it.
PROMOTED = ("user_id", "agent_id", "run_id", "actor_id", "role", "expiration_date")


def payload(item: Item) -> dict[str, Any]:
    """Return what Mem0 would keep of a memory: the metadata and its own keys, flat."""
    created = item.said_at.isoformat()
    own = {
        "data": item.text,
        "hash": hashlib.md5(item.text.encode(), usedforsecurity=False).hexdigest(),
        "created_at": created,
        "updated_at": item.recorded_at.isoformat() if item.supersedes else created,
        "user_id": item.scope.user,
        "agent_id": item.scope.agent,
        "run_id": item.scope.session,
        "actor_id": None if item.speaker == item.role else item.speaker,
        "role": item.role,
        "expiration_date": None if item.expires_at is None else _last_day(item.expires_at),
    }
    return {**item.metadata, **{key: value for key, value in own.items() if value is not None}}


def memory(item: Item, memory_id: str) -> dict[str, Any]:
    """Return a memory as ``get_all`` shows it."""
    have = payload(item)
    shown: dict[str, Any] = {
        "id": memory_id,
        "memory": have["data"],
        "hash": have["hash"],
        "metadata": dict(item.metadata) or None,
        "created_at": have["created_at"],
        "updated_at": have["updated_at"],
    }
    return {**shown, **{key: have[key] for key in PROMOTED if key in have}}


def found(hit: Hit, memory_id: str, *, explain: bool) -> dict[str, Any]:
    """Return a memory as ``search`` shows it."""
    shown = {**memory(hit.item, memory_id), "score": score(hit)}
    if explain:
        parts = {reason.signal: reason.contribution for reason in hit.reasons}
        shown["score_details"] = {"final_score": shown["score"], **parts}
    return shown


def score(hit: Hit) -> float:
    """Return a score between 0 and 1 in the order of the hits' own."""
    return 1.0 / (1.0 + math.exp(-max(min(hit.score, 700.0), -700.0)))


def added(item: Item) -> dict[str, Any]:
    """Return what ``add`` tells of a memory that it made."""
    named = None if item.speaker == item.role else item.speaker
    return {
        "id": item.id,
        "memory": item.text,
        "event": "ADD",
        "actor_id": named,
        "role": item.role,
    }


def history(versions: Iterable[Version], memory_id: str) -> list[dict[str, Any]]:
    """Return what happened to a memory, oldest first.

    Args:
        versions: Of all the items that were this memory, one after the other.
        memory_id: The memory's.
    """
    steps: dict[int, list[Version]] = {}
    for version in versions:
        steps.setdefault(version.event.seq, []).append(version)
    told: list[dict[str, Any]] = []
    active: dict[str, Item] = {}
    text: str | None = None
    for seq in sorted(steps):
        for version in steps[seq]:
            active.pop(version.item.id, None)
            if version.item.status == "active":
                active[version.item.id] = version.item
        before, now = text, next(iter(active.values()), None)
        text = None if now is None else now.text
        last = steps[seq][-1]
        if text is not None or before is not None:
            told.append(_step(memory_id, before, text, last, created=steps[min(steps)][0]))
    return told


def _step(
    memory_id: str, before: str | None, after: str | None, version: Version, *, created: Version
) -> dict[str, Any]:
    event = "ADD" if before is None else "DELETE" if after is None else "UPDATE"
    have = payload(version.item)
    made = created.item.said_at.isoformat()
    return {
        "id": f"{memory_id}-{version.event.seq}",
        "memory_id": memory_id,
        "old_memory": before,
        "new_memory": after,
        "event": event,
        "created_at": made,
        "updated_at": made if event == "ADD" else version.event.recorded_at.isoformat(),
        "is_deleted": after is None,
        "actor_id": have.get("actor_id"),
        "role": have.get("role"),
    }


def expires_at(expiration_date: object) -> datetime | None:
    """Return the moment when the last day of a memory is over, in UTC.

    Raises:
        QueryError: It is no day.
    """
    if expiration_date is None:
        return None
    day = expiration_date.date() if isinstance(expiration_date, datetime) else expiration_date
    if isinstance(day, str):
        try:
            day = date.fromisoformat(day)
        except ValueError:
            day = None
    if not isinstance(day, date):
        raise QueryError("expiration_date must be a date string in YYYY-MM-DD format.")
    return datetime.combine(day, time(), UTC) + timedelta(days=1)


def _last_day(moment: datetime) -> str:
    return (moment - timedelta(microseconds=1)).date().isoformat()
