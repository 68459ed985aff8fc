"""The sessions that a memory holds, counted without reading a turn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from mnemos.arguments import page_number, page_token
from mnemos.errors import QueryError
from mnemos.store import journal
from mnemos.store.snapshot import Snapshot
from mnemos.types import Scope


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionKept:
    """A session, and what a memory holds of it.

    Args:
        scope: Its name, and whose it is.
        turns: How many active turns it has.
        first_said_at: When the oldest of them was said.
        last_said_at: When the newest was.
    """

    scope: Scope
    turns: int
    first_said_at: datetime
    last_said_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionPage:
    """Some sessions, the one that began last first.

    Args:
        sessions: As many as were asked for, or fewer at the end.
        after: Hand this to the next ``sessions``; None at the end.
    """

    sessions: tuple[SessionKept, ...]
    after: str | None


def counted(
    snapshot: Snapshot, nos: NDArray[np.int64], *, after: str | None, limit: int
) -> SessionPage:
    """Return a page of the sessions that turns belong to.

    Args:
        snapshot: What is read.
        nos: The turns' numbers.
        after: The ``after`` of the page before.
        limit: At most so many.
    """
    named = {no: scope for no, scope in snapshot.tables.scopes().items() if scope.session}
    scopes = snapshot.index.columns.scope[nos]
    held = np.unique(scopes)[::-1].tolist()
    last = _last(after)
    wanted = [no for no in held if no in named and (last is None or no < last)]
    page = wanted[:limit]
    said_at = snapshot.index.docs["said_at"][nos]
    return SessionPage(
        sessions=tuple(_kept(named[no], said_at[scopes == no].tolist()) for no in page),
        after=page_token(page[-1]) if len(wanted) > limit else None,
    )


def _last(after: str | None) -> int | None:
    if after is None:
        return None
    last = page_number(after)
    if last is None:
        raise QueryError(f"after: expected the end of a page of sessions, not {after!r}")
    return last


def _kept(scope: Scope, said_at: Sequence[int]) -> SessionKept:
    return SessionKept(
        scope=scope,
        turns=len(said_at),
        first_said_at=journal.moment(min(said_at)),
        last_said_at=journal.moment(max(said_at)),
    )
