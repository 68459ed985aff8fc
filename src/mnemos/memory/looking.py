"""Look at it: one item, many, their past, the journal, and whether all is as it was written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from mnemos import arguments
from mnemos.errors import StoreError
from mnemos.ingest.times import parse
from mnemos.memory.opened import ANYONE, ANYTHING, Moment, Opened
from mnemos.memory.sessions import SessionPage, counted
from mnemos.recall.eligible import eligible
from mnemos.store import inventory
from mnemos.store.base import FLAG_KEY
from mnemos.store.inventory import Page, Stats, Version
from mnemos.store.protocol import Store
from mnemos.store.snapshot import Snapshot
from mnemos.store.verify import Progress, Replayed, Verification, replay, verify
from mnemos.types import Event, Item, Query, Scope, Where


class Looking(Opened):
    """get, browse, sessions, history, log, stats, state_hash, verify, replay."""

    def get(self, item_id: str, *, as_of: Moment | None = None) -> Item:
        """Return one item, whatever its status.

        Raises:
            NotFound: There is no such item here.
            Erased: There was.
        """
        moment = None if as_of is None else parse(as_of, self._zone)
        with self._reading(moment) as snapshot:
            return self._item(item_id, snapshot)[1]

    def browse(
        self,
        *,
        session: str | None = None,
        scope: Scope = ANYONE,
        where: Where = ANYTHING,
        kinds: Sequence[str] = (),
        as_of: Moment | None = None,
        after: str | None = None,
        limit: int = 50,
    ) -> Page:
        """Return active items a page at a time, in the order in which they were remembered.

        Args:
            kinds: Of these kinds: "turn", or what recipes derive ("fact" …); by default what was
                said.
            after: The ``after`` of the page before, or the id of an item to begin after.
        """
        arguments.limit(limit)
        now = self._clock()
        query = Query(
            question="",
            asked_at=now,
            as_of=None if as_of is None else parse(as_of, self._zone),
            scope=self._narrow(session, scope),
            where=arguments.filters(where, self._zone),
            kinds=arguments.texts(kinds, "kinds"),
        )
        with self._reading(query.as_of) as snapshot:
            nos = _of_their_own(query, snapshot, now)
            start = 0 if after is None else self._number(after, snapshot) + 1
            chosen = nos[np.searchsorted(nos, start) :][: limit + 1].tolist()
            items = snapshot.items(chosen[:limit])
        more = len(chosen) > limit
        return Page(
            items=tuple(items), after=arguments.page_token(chosen[limit - 1]) if more else None
        )

    def _number(self, after: str, snapshot: Snapshot) -> int:
        """Return the number of the item after which a page begins; it may be erased by now."""
        item_id = arguments.item_id(after)
        no = arguments.page_number(item_id)
        return self._item(item_id, snapshot)[0] if no is None else no

    def sessions(
        self, *, scope: Scope = ANYONE, after: str | None = None, limit: int = 50
    ) -> SessionPage:
        """Return the sessions that hold active turns a page at a time, the one begun last first.

        Args:
            scope: Only those of a user or an agent.
            after: The ``after`` of the page before.
            limit: At most so many.
        """
        arguments.limit(limit)
        now = self._clock()
        query = Query(question="", asked_at=now, scope=self._narrow(None, scope))
        with self._reading(None) as snapshot:
            nos = _of_their_own(query, snapshot, now)
            return counted(snapshot, nos, after=after, limit=limit)

    def history(self, item_id: str) -> tuple[Version, ...]:
        """Return every version of an item with the event that made it, oldest first."""
        with self._store.reading() as snapshot:
            no, _ = self._item(item_id, snapshot)
            found = []
            for row in snapshot.tables.versions(no):
                event = inventory.event_at(row.item.visible_from, snapshot)
                if event is not None:
                    found.append(Version(item=row.item, event=event))
            return tuple(found)

    def log(self, limit: int = 20, *, before: int | None = None) -> tuple[Event, ...]:
        """Return events, newest first.

        Args:
            limit: At most so many.
            before: Only those with a smaller sequence number.
        """
        self._require_whole("log")
        with self._store.reading() as snapshot:
            last = snapshot.head.seq if before is None else min(before - 1, snapshot.head.seq)
            seqs = range(last, max(last - limit, 0), -1)
            events = (inventory.event_at(seq, snapshot) for seq in seqs)
            return tuple(event for event in events if event is not None)

    def stats(self) -> Stats:
        """Return figures of the whole memory, whatever the scope."""
        self._require_whole("stats")
        size = sum(path.stat().st_size for path in self._store.files())
        with self._store.reading() as snapshot:
            return inventory.stats(snapshot, bytes_on_disk=size)

    def state_hash(self) -> str:
        """Return the hash of what is current: equal for equal memories, on any machine."""
        with self._store.reading() as snapshot:
            return snapshot.state_hash()

    def verify(
        self, *, expected_head: str | None = None, progress: Progress | None = None
    ) -> Verification:
        """Check every hash of the journal against the rows.

        Args:
            expected_head: A receipt's head: is everything up to that write still here?
            progress: Called with (events done, events in all).
        """
        found = verify(self._store, expected_head=expected_head, progress=progress)
        damage = _try_check(self._store)
        return replace(found, problems=(*found.problems, *damage)) if damage else found

    def replay(self, *, progress: Progress | None = None) -> Replayed:
        """Build the indexes again from the rows, in one transaction."""
        self._require_whole("replay")
        with self._store.writing() as transaction:
            return replay(transaction, progress=progress)


def _of_their_own(query: Query, snapshot: Snapshot, now: datetime) -> NDArray[np.int64]:
    """Return the numbers of active items, ascending: of the query's kinds, else what was said."""
    mask = eligible(query, snapshot, now=now)
    own = snapshot.index.docs["flags"] & FLAG_KEY == 0
    if not query.kinds:
        own &= snapshot.index.columns.recipe == 0
    return np.flatnonzero(own if mask is None else own & mask)


def _try_check(store: Store) -> list[str]:
    try:
        return [f"the file: {problem}" for problem in store.check()]
    except StoreError as error:
        return [f"the file: {error}"]
