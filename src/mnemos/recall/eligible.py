"""Which documents may come back at all: scope, filters, what is hidden, and what was known when."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from mnemos.store import journal
from mnemos.store.base import FLAG_KEY, ROLES
from mnemos.store.index import tag
from mnemos.store.snapshot import Snapshot
from mnemos.store.tables import Visibility
from mnemos.types import Query, Scope, Where

Mask = NDArray[np.bool_]


def eligible(
    query: Query, snapshot: Snapshot, *, now: datetime, recipe: str | None = None
) -> Mask | None:
    """Return one flag a document, or None if all may come back.

    Args:
        query: Its as_of, scope, where and kinds are looked at.
        snapshot: Opened with the as_of_seq of the query's as_of.
        now: Decides what has expired when the query has no as_of.
        recipe: Beside what was said, only what this recipe made; None is what any made.
    """
    docs = snapshot.index.docs
    moment = journal.microseconds(query.as_of or now)
    masks = [
        _whole(snapshot, recipe),
        _visible(snapshot, moment),
        _in_scope(query.scope, snapshot),
        *_where(query.where, snapshot),
    ]
    if query.kinds:
        wanted = [no for no, kind in snapshot.kinds.items() if kind in query.kinds]
        masks.append(np.isin(docs["kind"], wanted))
    result: Mask | None = None
    for mask in masks:
        if mask is not None:
            result = mask if result is None else result & mask
    return result


def _whole(snapshot: Snapshot, recipe: str | None) -> Mask | None:
    """Leave out the holes of erased documents, and what other recipes made."""
    index = snapshot.index
    if len(index.docs) == index.live:
        return None
    there: Mask = index.docs["item"] >= 0
    if recipe is None:
        return there
    made_by = index.columns.recipe
    ours: Mask = (made_by == 0) | (made_by == snapshot.recipes.get(recipe, 0))
    return there & ours


def _visible(snapshot: Snapshot, moment: int) -> Mask | None:
    """Leave out what is hidden, expired, or was not known yet."""
    docs, flags = snapshot.index.docs, snapshot.index.columns.flags
    as_of = snapshot.as_of_seq
    rows = snapshot.tables.visibilities(as_of)
    if as_of is None and not rows:
        return None
    shown = np.ones(len(docs), dtype=np.bool_)
    if as_of is not None:
        event = snapshot.tables.event(as_of)
        shown[0 if event is None else event.next_no :] = False
    shown[_unseen(rows, flags, moment)] = False
    keys = np.flatnonzero(flags & FLAG_KEY != 0)
    shown[keys] &= shown[docs["item"][keys]]
    return shown


def _unseen(rows: Sequence[Visibility], flags: NDArray[np.uint8], moment: int) -> list[int]:
    """Return the documents that are hidden: ended keys, and items not active or expired."""
    return [
        row.no
        for row in rows
        if flags[row.no] & FLAG_KEY
        or row.status != "active"
        or (row.expires_at is not None and row.expires_at <= moment)
    ]


def _in_scope(scope: Scope, snapshot: Snapshot) -> Mask | None:
    if scope == Scope():
        return None
    return np.isin(snapshot.index.columns.scope, snapshot.matching_scopes(scope))


def _where(where: Where, snapshot: Snapshot) -> list[Mask]:
    docs = snapshot.index.docs
    masks = [_tagged(tag(name, value), snapshot) for name, value in where.metadata.items()]
    if where.speakers:
        names = {name.casefold() for name in where.speakers}
        wanted = [no for no, name in snapshot.speakers.items() if name.casefold() in names]
        masks.append(np.isin(docs["speaker"], wanted))
    if where.roles:
        masks.append(np.isin(docs["role"], [ROLES.index(role) for role in where.roles]))
    if where.not_sessions:
        scopes = snapshot.tables.scopes().items()
        left = [no for no, scope in scopes if scope.session in where.not_sessions]
        masks.append(~np.isin(snapshot.index.columns.scope, left))
    if where.said_from is not None:
        masks.append(docs["said_at"] >= journal.microseconds(where.said_from))
    if where.said_to is not None:
        masks.append(docs["said_at"] < journal.microseconds(where.said_to))
    return masks


def _tagged(term: str, snapshot: Snapshot) -> Mask:
    mask = np.zeros(len(snapshot.index.docs), dtype=np.bool_)
    postings = snapshot.index.postings([term]).get(term)
    if postings is not None:
        mask[postings.docs] = True
    return mask
