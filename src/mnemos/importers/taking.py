"""Records into a memory: in batches, so that long imports need little room.

Each batch of a session is one transaction. What is repeated adds nothing: a message is known by
its id, or its batch by a request id made from the file's content; so the same command, after an
interruption, goes on where it stopped.
"""

from __future__ import annotations

import hashlib
import json
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Literal, NamedTuple, Protocol

from mnemos.errors import ConflictError, InputError, RefConflict, SourceError, StoreError
from mnemos.importers.base import Record
from mnemos.memory import Memory
from mnemos.types import Receipt, Scope

#: Messages a transaction; also how many are held at once.
BATCH = 500

Verb = Literal["remember", "sync"]
Step = Callable[[str, int, int, int], None]
"""Called with what is being done, bytes done, bytes in all, messages done."""


class Feed(Protocol):
    """Where records come from, as often as they are asked for."""

    @property
    def total(self) -> int:
        """Bytes in all."""

    @property
    def done(self) -> int:
        """Bytes read of them."""

    def records(self, memory: Memory | None) -> Iterator[Record]:
        """Yield the records from the first; those that branch go where this memory has them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How to take messages in.

    Args:
        verb: Appending, or taking whole sessions.
        scope: Whose and which; a message's own session goes before.
        skip: Bad records are left out; else nothing goes in if there is one.
        revise: A message that is stored with other words supersedes them; else it is bad.
        recorded_at: When the memory is to have learnt it; None is now.
    """

    verb: Verb
    scope: Scope
    skip: bool
    revise: bool = False
    recorded_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """A line, or a message of a JSON list, that could not be taken in, and why."""

    file: str
    line: int
    problem: str
    conflict: bool = False
    message: int | None = None

    def __str__(self) -> str:
        line = f":{self.line}" if self.line else ""
        place = line if self.message is None else f": message {self.message}"
        return f"{self.file}{place}: {self.problem}"


@dataclass(slots=True, kw_only=True)
class Outcome:
    """What went in.

    Args:
        messages: How many were read.
        added: How many of them are new.
        existing: How many were there.
        ids: Of the added, at most one batch of them.
        problems: The bad records.
        seq: The journal's newest event.
        head: Its hash.
        embedded: Texts that got vectors.
        revised: How many of the added superseded what was there.
    """

    messages: int = 0
    added: int = 0
    existing: int = 0
    ids: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    seq: int = 0
    head: str = ""
    embedded: int = 0
    revised: int = 0


class _Key(NamedTuple):
    """What is written at once belongs together in this."""

    session: str | None
    user: str | None
    agent: str | None
    digest: str | None


class BadRecords(InputError):
    """Records are bad, and bad ones are not to be left out; nothing went in."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("; ".join(str(each) for each in problems[:3]))
        self.problems = problems


class Taking:
    """One import into one memory."""

    def __init__(self, memory: Memory, plan: Plan, step: Step, doing: str = "taking in") -> None:
        self._memory = memory
        self._plan = plan
        self._step = step
        self._doing = doing
        self.outcome = Outcome(seq=_newest(memory)[0])

    def run(self, feed: Feed) -> Outcome:
        """Take in all that there is.

        Raises:
            BadRecords: There are some, and they are not to be skipped; nothing went in.
            SourceError: The rest cannot be read; with ``skip`` what came before went in.
        """
        if not self._plan.skip and not self._went_at_once(feed):
            self._rehearse(feed)
        if not self.outcome.messages:
            self._take(feed)
        self.outcome.seq, self.outcome.head = _newest(self._memory)
        return self.outcome

    def _went_at_once(self, feed: Feed) -> bool:
        """Write all in one transaction, if it fits: that needs no rehearsal."""
        groups = _groups(self._told(feed), self._plan.verb)
        group, more = next(groups, None), next(groups, None)
        if group is None or more is not None or any(each.problem for each in group):
            return False
        try:
            self._write(group)
        except (InputError, ConflictError):
            return False
        return True

    def _rehearse(self, feed: Feed) -> None:
        """Take in all on a copy, to learn of every bad record before anything goes in."""
        with copied(self._memory) as copy:
            trial = Taking(copy, replace(self._plan, skip=True), self._step, "checking")
            trial._take(feed)
        if trial.outcome.problems:
            raise BadRecords(trial.outcome.problems)

    def _take(self, feed: Feed) -> None:
        for group in _groups(self._told(feed), self._plan.verb):
            good = [each for each in group if each.problem is None]
            self.outcome.messages += len(group) - len(good)
            for each in group:
                if each.problem is not None:
                    self._blame(each, each.problem)
            if good:
                self._take_group(good)

    def _take_group(self, group: list[Record]) -> None:
        try:
            self._write(group)
        except (InputError, ConflictError) as error:
            if not self._plan.skip and not self._plan.revise:
                raise
            if self._plan.verb == "remember":
                self._take_singly(group)
            else:
                self._take_sound(group, error)

    def _take_singly(self, group: Sequence[Record]) -> None:
        for each in group:
            try:
                self._write_or_revise(each)
            except (InputError, ConflictError) as error:
                self.outcome.messages += 1
                self._blame(each, _without_number(error), conflict=isinstance(error, ConflictError))

    def _write_or_revise(self, record: Record) -> None:
        try:
            self._write([record])
        except RefConflict:
            if not self._plan.revise:
                raise
            ref = str(record.fields["id"])
            receipt = self._memory.revise(
                ref, record.fields, scope=self._scope(record), why="edited in what was imported"
            )
            self.outcome.revised += len(receipt.added)
            self._count([record], receipt)

    def _take_sound(self, group: Sequence[Record], error: Exception) -> None:
        """Write a session without its malformed messages; one that diverges is left out whole."""
        sound = []
        with Memory(":memory:", embedder=None) as trial:
            for each in group:
                try:
                    trial.remember([each.message])  # type: ignore[list-item] # its to judge
                    sound.append(each)
                except InputError as malformed:
                    self.outcome.messages += 1
                    self._blame(each, _without_number(malformed))
        try:
            if sound and len(sound) < len(group):
                self._write(sound)
                return
        except (InputError, ConflictError) as again:
            error = again
        for each in sound[:1]:
            self._blame(each, _without_number(error), conflict=isinstance(error, ConflictError))
        self.outcome.messages += len(sound)

    def _blame(self, record: Record, problem: str, *, conflict: bool = False) -> None:
        self.outcome.problems.append(
            Problem(
                file=record.file,
                line=record.line,
                problem=problem,
                conflict=conflict,
                message=record.number,
            )
        )

    def _write(self, group: Sequence[Record]) -> None:
        messages = [each.message for each in group]
        scope = self._scope(group[0])
        if self._plan.verb == "sync":
            receipt = self._memory.sync(
                messages,  # type: ignore[arg-type] # its to judge
                scope=scope,
                recorded_at=self._plan.recorded_at,
            )
        else:
            receipt = self._memory.remember(
                messages,  # type: ignore[arg-type] # its to judge
                scope=scope,
                recorded_at=self._plan.recorded_at,
                request_id=_request_id(group, scope),
            )
        self._count(group, receipt)

    def _scope(self, record: Record) -> Scope:
        given = self._plan.scope
        return Scope(
            user=given.user or record.user,
            agent=given.agent or record.agent,
            session=record.session or given.session,
        )

    def _count(self, group: Sequence[Record], receipt: Receipt) -> None:
        outcome = self.outcome
        is_new = receipt.seq > outcome.seq
        added = receipt.added if is_new else ()
        outcome.messages += len(group)
        outcome.added += len(added)
        outcome.existing += len(group) - len(added)
        outcome.ids += added[: BATCH - len(outcome.ids)]
        outcome.seq = max(outcome.seq, receipt.seq)

    def _told(self, feed: Feed) -> Iterator[Record]:
        """Yield the records, and tell how far they have come."""
        messages = 0
        for messages, record in enumerate(feed.records(self._memory), start=1):
            yield record
            if messages % BATCH == 0:
                self._step(self._doing, feed.done, feed.total, messages)
        self._step(self._doing, feed.total, feed.total, messages)


@contextmanager
def copied(memory: Memory) -> Iterator[Memory]:
    """Open a copy of a memory, to be dropped."""
    with tempfile.TemporaryDirectory(prefix="mnemos-") as folder:
        path = Path(folder) / "rehearsal.mnemos"
        try:
            memory.backup(path)
        except StoreError:  # one in memory has no file to copy
            Memory.load(memory.export_lines(), path).close()
        with Memory(path, durability="NORMAL", embedder=None) as copy:
            yield copy


def _request_id(group: Sequence[Record], scope: Scope) -> str | None:
    """Return an id that only the same messages of the same file have."""
    marks = [each.mark for each in group]
    if marks[0] is None:
        return None
    ordinals = [each[1] for each in marks if each is not None]
    parts = [marks[0][0], scope.user, scope.agent, scope.session, ordinals]
    return "import-" + hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:32]


def _groups(records: Iterable[Record], verb: Verb) -> Iterator[list[Record]]:
    """Yield what is written at once: of one session and file, a batch of it or, to sync, all."""
    groups: dict[_Key, list[Record]] = {}
    count = 0
    try:
        for each in records:
            groups.setdefault(_key(each, verb), []).append(each)
            count += 1
            if verb == "remember" and count == BATCH:
                yield from groups.values()
                groups, count = {}, 0
    except SourceError:
        if verb == "remember":  # what came before the end is whole
            yield from groups.values()
        raise
    yield from groups.values()


def _key(record: Record, verb: Verb) -> _Key:
    digest = None if verb == "sync" or record.mark is None else record.mark[0]
    return _Key(record.session, record.user, record.agent, digest)


def _newest(memory: Memory) -> tuple[int, str]:
    events = memory.log(1)
    return (events[0].seq, events[0].hash) if events else (0, "")


def _without_number(error: Exception) -> str:
    """Return an error's text without the place in the batch: the place is known."""
    return str(error).removeprefix("message 0: ")
