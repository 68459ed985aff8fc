"""Conversations that branch: which session each message goes to.

The first path is the session; what leaves it is a session of its own, named after it and its own
first message, and does not repeat what both share. A later export of the same conversation may
have gone on along another branch: what is stored stays where it is, and only what is new is added,
so importing again never doubles or moves a turn.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from mnemos.importers.base import Record
from mnemos.memory import Memory
from mnemos.types import Scope

#: Between the name of a conversation and the id of the message at which a branch begins.
FORK = "#"


def parted(records: Iterable[Record], memory: Memory | None, scope: Scope) -> Iterator[Record]:
    """Yield records with the session that each belongs to.

    Args:
        records: Those of one conversation stand together, each after the one that it follows.
        memory: Where what is stored stays.
        scope: Whose they are; sessions apart.
    """
    fresh = memory is None or not memory.log(1)
    paths: _Paths | None = None
    for record in records:
        ref = record.fields.get("id")
        if record.follows is None or record.session is None or ref is None:
            yield record
            continue
        if paths is None or paths.session != record.session:
            paths = _Paths(record.session, memory, scope, fresh=fresh)
        home = paths.place(str(ref), record.follows)
        yield record if home == record.session else replace(record, session=home)


class _Paths:
    """The sessions of one conversation, and the last message of each.

    Args:
        session: Of its first path.
        memory: Where what is stored stays.
        scope: Whose it is.
        fresh: Nothing was stored before, so that branches need not be looked for.
    """

    def __init__(self, session: str, memory: Memory | None, scope: Scope, *, fresh: bool) -> None:
        self.session = session
        self._fresh = fresh
        self._memory = memory
        self._scope = scope
        self._homes: dict[str, str] = {}
        self._last: dict[str, str] = {}
        self._learn(session)

    def place(self, ref: str, follows: str) -> str:
        """Return the session of a message, which may be stored already."""
        if ref not in self._homes:
            home = self._home(ref, follows)
            if ref not in self._homes:  # nor was it stored there
                self._homes[ref] = home
                self._last[home] = ref
        return self._homes[ref]

    def _home(self, ref: str, follows: str) -> str:
        home = self._homes.get(follows, self.session)
        goes_on = self._last.get(home, "") in {follows, ""}
        branch = f"{self.session}{FORK}{ref}"
        if not goes_on or not self._fresh:
            self._learn(branch)
        return self._homes.get(ref, home if goes_on else branch)

    def _learn(self, session: str) -> None:
        """Look up what is stored in a session."""
        if self._memory is None:
            return
        stored = self._memory.refs(scope=replace(self._scope, session=session))
        for ref in stored:
            self._homes[ref] = session
            self._last[session] = ref
