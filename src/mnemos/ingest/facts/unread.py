"""Which turns no model has read yet, and where it failed: kept as named values of the recipe.

``NAME/read`` is an item number up to which all is read; ``NAME/read/SCOPE`` the same of one
session, by the number of its scope. ``NAME/failed`` holds, by that number too, from which item to
which a model failed; ``NAME/again`` those of them that are to be read once more.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mnemos.ingest.facts.read import NEAR
from mnemos.store.base import Reader
from mnemos.store.journal import turn_id
from mnemos.types import JSON, Item, State

#: Turns of a session that are looked at for one part.
MOST_TURNS = 200

Integers = NDArray[np.int64]
_Spans = dict[str, list[list[int]]]
#: How many of some turns, from the first on, are one part, one at least; with the turns before.
Fitting = Callable[[Sequence[Item], Sequence[Item]], int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Turns of one session that are to be read.

    Args:
        turns: In their order, one at least unless all were forgotten.
        before: The turns just before them, as far as they stand.
        read: What to write down once they are read.
        failed: What to write down where the model failed.
    """

    turns: tuple[Item, ...]
    before: tuple[Item, ...]
    read: tuple[State, ...]
    failed: tuple[State, ...]


def next_part(reader: Reader, recipe: str, fitting: Fitting) -> Part | None:
    """Return the oldest turns that are to be read; None if none are.

    Args:
        reader: The snapshot.
        recipe: Whose values say what is read.
        fitting: Says how many of some turns are one part.
    """
    return _again(reader, recipe, fitting) or _unread(reader, recipe, fitting)


def _unread(reader: Reader, recipe: str, fitting: Fitting) -> Part | None:
    through = _number(reader.state(f"{recipe}/read"))
    said = reader.index.items
    nos = said[np.searchsorted(said, through, side="right") :]
    scopes = reader.index.columns.scope[nos]
    _, first = np.unique(scopes, return_index=True)
    for at in np.sort(first).tolist():
        scope = int(scopes[at])
        name = f"{recipe}/read/{scope}"
        own = nos[scopes == scope]
        own = own[own > _number(reader.state(name))]
        if len(own):
            turns, before, last = _turns(reader, own, fitting)
            all_before = State(name=f"{recipe}/read", value=int(own[0]) - 1)
            read = (all_before, State(name=name, value=last))
            failed = _with(_spans(reader.state(f"{recipe}/failed")), scope, [int(own[0]), last])
            return Part(
                turns=turns,
                before=before,
                read=read,
                failed=(*read, State(name=f"{recipe}/failed", value=_json(failed))),
            )
    return None


def _again(reader: Reader, recipe: str, fitting: Fitting) -> Part | None:
    """Return the first part that is to be read once more."""
    again = _spans(reader.state(f"{recipe}/again"))
    if not again:
        return None
    scope = min(again, key=int)
    (begin, end), *others = again[scope]
    said = reader.index.items
    nos = said[np.searchsorted(said, begin) : np.searchsorted(said, end, side="right")]
    own = nos[reader.index.columns.scope[nos] == int(scope)]
    turns, before, last = _turns(reader, own, fitting) if len(own) else ((), (), end)
    left = [*([[last + 1, end]] if last < end else []), *others]
    again = {key: spans for key, spans in {**again, scope: left}.items() if spans}
    failed = _with(_spans(reader.state(f"{recipe}/failed")), int(scope), [begin, last])
    read = (State(name=f"{recipe}/again", value=_json(again)),)
    return Part(
        turns=turns,
        before=before,
        read=read,
        failed=(*read, State(name=f"{recipe}/failed", value=_json(failed))),
    )


def _turns(
    reader: Reader, nos: Integers, fitting: Fitting
) -> tuple[tuple[Item, ...], tuple[Item, ...], int]:
    """Return the turns of one part that still stand, those before, and the last one's number."""
    some = nos[:MOST_TURNS].tolist()
    items = reader.items(some)
    standing = [(no, item) for no, item in zip(some, items, strict=True) if item.status == "active"]
    if not standing:
        return (), (), some[-1]
    turns = tuple(item for _, item in standing)
    before = _before(reader, turns[0])
    count = fitting(turns, before)
    return turns[:count], before, some[-1] if count == len(turns) else standing[count - 1][0]


def _before(reader: Reader, turn: Item) -> tuple[Item, ...]:
    places = range(max(0, turn.position - NEAR), turn.position)
    found = reader.by_id([turn_id(turn.scope, place) for place in places])
    return tuple(item for item in found if item.status == "active")


def _number(value: JSON) -> int:
    return value if isinstance(value, int) else -1


def _spans(value: JSON) -> _Spans:
    """Return from where to where, by scope; what is no such value is nothing."""
    if not isinstance(value, dict):
        return {}
    return {
        scope: [[_number(each) for each in span] for span in spans if isinstance(span, list)]
        for scope, spans in value.items()
        if isinstance(spans, list)
    }


def _with(spans: _Spans, scope: int, span: list[int]) -> _Spans:
    return {**spans, str(scope): [*spans.get(str(scope), []), span]}


def _json(spans: _Spans) -> JSON:
    return {scope: [*map(list, some)] for scope, some in spans.items()} or None
