"""LangGraph's `BaseStore` in a memory: values under namespaces and keys, found by words or meaning.

A value is a document of the session that its namespace names; putting another one under its key
revises it, so that the old one stays in the past; deleting hides it, or erases it if asked to.
"""

from __future__ import annotations

import asyncio
import threading
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any

from mnemos import InputError, Item, Memory, QueryError, Scope, Where
from mnemos.adapters.turns import PAGE, TURNS, delete, deleting, turns

try:
    from langgraph.store.base import (
        BaseStore,
        GetOp,
        ListNamespacesOp,
        MatchCondition,
        PutOp,
        SearchItem,
        SearchOp,
        TTLConfig,
        get_text_at_path,
    )
    from langgraph.store.base import Item as StoreItem
except ImportError as error:
    raise ImportError(
        "mnemos.adapters.langgraph needs LangGraph: pip install 'mnemos[langgraph]'"
    ) from error

Namespace = tuple[str, ...]
Value = Mapping[str, Any]

#: The whole value is what it is found by.
WHOLE = "$"
#: Names of the metadata that a value's place is kept in.
MARK, KEY, LEVEL = "langgraph", "langgraph.key", "langgraph.{}"
#: The most that one recall brings.
MOST = 10_000
GROWTH = 4
ANY = "*"


def _now() -> datetime:
    return datetime.now(UTC)


class MnemosStore(BaseStore):  # type: ignore[misc] # its package is an extra
    """A store for LangGraph's long-term memory, in a file, without any model.

    Args:
        memory: Where it is kept; ``memory.scoped(user=…)`` for one of several tenants.
        fields: Paths of a value that it is found by, as in LangGraph's ``IndexConfig``.
        ttl: LangGraph's defaults for how long values live. A value that a read refreshes is
            revised: ``{"refresh_on_read": False}`` spares the journal that.
        deletes: "forget" hides what is deleted, "erase" destroys it.
        clock: Tells the time, for values that end.
    """

    supports_ttl = True

    def __init__(
        self,
        memory: Memory,
        *,
        fields: Sequence[str] = (WHOLE,),
        ttl: TTLConfig | None = None,
        deletes: str = "forget",
        clock: Callable[[], datetime] = _now,
    ) -> None:
        self.memory = memory
        self.ttl_config = ttl
        self._fields = tuple(fields)
        self._deletes = deleting(deletes)
        self._clock = clock
        self._putting = threading.RLock()

    def batch(self, ops: Iterable[Any]) -> list[Any]:
        """Run operations: reads first, then writes, the last of each key alone."""
        operations = list(ops)
        found = [self._read(op) for op in operations]
        last = {(op.namespace, op.key): op for op in operations if isinstance(op, PutOp)}
        with self._putting:
            for op in last.values():
                self._put(op)
        return found

    async def abatch(self, ops: Iterable[Any]) -> list[Any]:
        """Run operations on another thread."""
        return await asyncio.to_thread(self.batch, list(ops))

    def _read(self, op: object) -> object:
        match op:
            case GetOp():
                return self._get(op)
            case SearchOp():
                return self._search(op)
            case ListNamespacesOp():
                return self._list(op)
            case PutOp():
                return None
            case _:
                raise InputError(f"unknown operation: {type(op).__name__}")

    def _get(self, op: GetOp) -> StoreItem | None:
        item = self._current(op.namespace, op.key)
        if item is None:
            return None
        if op.refresh_ttl:
            self._refresh([item])
        return StoreItem(**_shown(item))

    def _put(self, op: PutOp) -> None:
        held = self._held(op.namespace, op.key)
        if op.value is None:
            delete(self.memory, held, self._deletes)
            return
        message = self._message(op)
        if held and held[-1].ref is not None:
            self.memory.revise(held[-1].ref, message, scope=held[-1].scope)
            delete(self.memory, held[:-1], self._deletes)
        else:
            named = {**message, "id": uuid.uuid4().hex}
            self.memory.remember(named, session=_session(op.namespace))

    def _message(self, op: PutOp) -> dict[str, Any]:
        levels = {LEVEL.format(depth): label for depth, label in enumerate(op.namespace)}
        return {
            "role": "document",
            "content": self._text(op),
            "metadata": {MARK: True, KEY: op.key, **levels},
            "expires_at": None if op.ttl is None else self._end(op.ttl),
            "value": dict(op.value),
            "namespace": list(op.namespace),
            "key": op.key,
            "ttl_minutes": op.ttl,
        }

    def _text(self, op: PutOp) -> str:
        """Return what a value is found by: of a whole value, a line for each of its leaves."""
        if op.index is False:
            return ""
        lines: list[str] = []
        for path in self._fields if op.index is None else op.index:
            lines += _lines(op.value) if path == WHOLE else get_text_at_path(op.value, path)
        return "\n".join(lines)

    def _end(self, minutes: float) -> datetime:
        return self._clock() + timedelta(minutes=minutes)

    def _search(self, op: SearchOp) -> list[SearchItem]:
        wanted = op.offset + op.limit
        scored = self._recalled(op, wanted) if op.query else self._listed(op, wanted)
        page = scored[op.offset : wanted]
        if op.refresh_ttl:
            self._refresh([item for item, _ in page])
        return [SearchItem(**_shown(item), score=score) for item, score in page]

    def _listed(self, op: SearchOp, wanted: int) -> list[tuple[Item, float | None]]:
        page = PAGE if op.filter else min(max(wanted, 1), PAGE)
        held = turns(self.memory, Scope(), _under(op.namespace_prefix), page=page)
        passing = (item for item in held if _passes(item, op.filter))
        return [(item, None) for item in islice(passing, max(wanted, 0))]

    def _recalled(self, op: SearchOp, wanted: int) -> list[tuple[Item, float | None]]:
        """Fetch more and more, until what the filter leaves is enough or all was seen."""
        limit = wanted
        while limit > 0:
            recall = self.memory.recall(
                op.query,
                min(limit, MOST),
                where=_under(op.namespace_prefix),
                kinds=TURNS,
                reasons=False,
            )
            good = [(hit.item, hit.score) for hit in recall if _passes(hit.item, op.filter)]
            if len(good) >= wanted or len(recall) < limit or limit >= MOST:
                return [*good]
            limit *= GROWTH
        return []

    def _refresh(self, items: Iterable[Item]) -> None:
        """Let values that were read live as long again."""
        with self._putting:
            for item in items:
                minutes = item.attrs.get("ttl_minutes")
                if item.ref is not None and isinstance(minutes, int | float):
                    kept = {"role": item.role, "content": item.text, **item.attrs}
                    ends = {"metadata": item.metadata, "expires_at": self._end(minutes)}
                    self.memory.revise(item.ref, {**kept, **ends}, scope=item.scope)

    def _list(self, op: ListNamespacesOp) -> list[Namespace]:
        every = {_namespace(item) for item in turns(self.memory, Scope(), _under(()))}
        matching = [
            each
            for each in every
            if all(_matches(condition, each) for condition in op.match_conditions or ())
        ]
        cut = matching if op.max_depth is None else {each[: op.max_depth] for each in matching}
        return sorted(cut)[op.offset : op.offset + op.limit]

    def _held(self, namespace: Namespace, key: str) -> list[Item]:
        """Return what stands under a key: one value; more where two processes put it at once."""
        where = Where(metadata={MARK: True, KEY: key})
        found = turns(self.memory, Scope(session=_session(namespace)), where)
        return sorted(found, key=lambda item: item.visible_from)

    def _current(self, namespace: Namespace, key: str) -> Item | None:
        held = self._held(namespace, key)
        return held[-1] if held else None


def _session(namespace: Namespace) -> str:
    """Return the session that a namespace names; LangGraph allows no label with a period."""
    wrong = [each for each in namespace if not isinstance(each, str) or not each or "." in each]
    if wrong or not namespace:
        raise InputError(f"namespace {namespace!r}: expected labels without a period")
    return ".".join(namespace)


def _namespace(item: Item) -> Namespace:
    labels = item.attrs.get("namespace")
    return tuple(str(each) for each in labels) if isinstance(labels, Sequence) else ()


def _under(prefix: Namespace) -> Where:
    levels = {LEVEL.format(depth): label for depth, label in enumerate(prefix)}
    return Where(metadata={MARK: True, **levels})


def _shown(item: Item) -> dict[str, Any]:
    return {
        "namespace": _namespace(item),
        "key": item.attrs["key"],
        "value": item.attrs["value"],
        "created_at": item.said_at,
        "updated_at": item.recorded_at if item.supersedes else item.said_at,
    }


def _lines(value: object, path: str = "") -> Iterator[str]:
    match value:
        case Mapping():
            for key, each in value.items():
                yield from _lines(each, f"{path}.{key}" if path else str(key))
        case list() | tuple():
            for each in value:
                yield from _lines(each, path)
        case None:
            return
        case _:
            yield f"{path}: {value}"


def _matches(condition: MatchCondition, namespace: Namespace) -> bool:
    path = condition.path
    if len(namespace) < len(path):
        return False
    ending = namespace[len(namespace) - len(path) :]
    part = namespace[: len(path)] if condition.match_type == "prefix" else ending
    return all(wanted in {ANY, label} for wanted, label in zip(path, part, strict=True))


def _passes(item: Item, wanted: Value | None) -> bool:
    value = item.attrs["value"]
    held = value if isinstance(value, Mapping) else {}
    return all(_fits(held.get(key), each) for key, each in (wanted or {}).items())


def _fits(have: object, wanted: object) -> bool:
    """Compare as LangGraph does: mappings by the keys that are asked for, lists one by one."""
    if isinstance(wanted, Mapping):
        if any(str(key).startswith("$") for key in wanted):
            return all(_compares(have, sign, each) for sign, each in wanted.items())
        held = have if isinstance(have, Mapping) else None
        return held is not None and all(_fits(held.get(k), each) for k, each in wanted.items())
    if isinstance(wanted, list | tuple):
        if not isinstance(have, list | tuple) or len(have) != len(wanted):
            return False
        return all(_fits(a, b) for a, b in zip(have, wanted, strict=True))
    return have == wanted


def _compares(have: object, sign: str, wanted: Any) -> bool:  # noqa: ANN401 - any JSON
    match sign:
        case "$eq":
            return bool(have == wanted)
        case "$ne":
            return bool(have != wanted)
        case "$gt" | "$gte" | "$lt" | "$lte":
            return _in_order(have, sign, wanted)
        case _:
            raise QueryError(f"Unsupported operator: {sign}")


def _in_order(have: Any, sign: str, wanted: Any) -> bool:  # noqa: ANN401 - same
    """Compare numbers, or texts of one kind; what has no order does not pass."""
    numbers = isinstance(have, int | float) and isinstance(wanted, int | float)
    if not numbers and not (isinstance(have, str) and isinstance(wanted, str)):
        return False
    match sign:
        case "$gt":
            return bool(have > wanted)
        case "$gte":
            return bool(have >= wanted)
        case "$lt":
            return bool(have < wanted)
        case _:
            return bool(have <= wanted)
