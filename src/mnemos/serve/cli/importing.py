"""Messages of files into a memory: in batches, so that long imports need little room.

The batches of a file carry request ids made from its content: the same command, after an
interruption, goes on where it stopped, and the same file twice is remembered once.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, Literal, NamedTuple

from mnemos import ConflictError, InputError, Memory, Receipt, Scope
from mnemos.serve.cli.exits import CONFLICT, USAGE, Refused
from mnemos.serve.cli.plain import scopes_in_words
from mnemos.serve.cli.reading import Entry, Format, entries

#: Messages a transaction; also how many are held at once.
BATCH = 500
#: So many bad lines are named; the rest is counted.
NAMED = 20

STOPPED = "nothing went in; --on-error skip takes the good lines"

Verb = Literal["remember", "sync"]
Step = Callable[[str, int, int, int], None]
"""Called with what is being done, bytes done, bytes in all, messages done."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A file of messages.

    Args:
        name: For messages.
        file: Seekable.
        size: In bytes.
        digest: Of its bytes; None if reading it again is another write.
    """

    name: str
    file: BinaryIO
    size: int
    digest: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How to take messages in.

    Args:
        verb: Appending, or taking whole sessions.
        scope: Whose and which; a message's own session goes before.
        skip: Bad lines are left out; else nothing goes in if there is one.
        form: The files' format; None tells it from each.
        recorded_at: When the memory is to have learnt it; None is now.
    """

    verb: Verb
    scope: Scope
    skip: bool
    form: Format | None
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
        place = f"{self.line}" if self.message is None else f" message {self.message}"
        return f"{self.file}:{place}: {self.problem}"


@dataclass(slots=True, kw_only=True)
class Outcome:
    """What went in.

    Args:
        messages: How many were read.
        added: How many of them are new.
        existing: How many were there.
        ids: Of the added, at most one batch of them.
        problems: The bad lines.
        seq: The journal's newest event.
        head: Its hash.
        embedded: Texts that got vectors.
    """

    messages: int = 0
    added: int = 0
    existing: int = 0
    ids: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    seq: int = 0
    head: str = ""
    embedded: int = 0


class _Placed(NamedTuple):
    """An entry, where it was found and where it belongs."""

    source: Source
    ordinal: int
    entry: Entry
    session: str | None


class Import:
    """One import into one memory."""

    def __init__(self, memory: Memory, plan: Plan, step: Step, doing: str = "taking in") -> None:
        self._memory = memory
        self._plan = plan
        self._step = step
        self._doing = doing
        self.outcome = Outcome(seq=_newest(memory)[0])

    def run(self, sources: Sequence[Source]) -> Outcome:
        """Take in all files.

        Raises:
            Refused: A line is bad, and bad lines are not to be skipped; nothing went in.
        """
        if not self._plan.skip and not self._went_at_once(sources):
            self._rehearse(sources)
        if not self.outcome.messages:
            self._take(sources)
        self.outcome.seq, self.outcome.head = _newest(self._memory)
        return self.outcome

    def _went_at_once(self, sources: Sequence[Source]) -> bool:
        """Write all in one transaction, if it fits: that needs no rehearsal."""
        groups = _groups(self._placed(sources), self._plan.verb)
        group, more = next(groups, None), next(groups, None)
        if group is None or more is not None or any(each.entry.problem for each in group):
            return False
        try:
            self._write(group)
        except (InputError, ConflictError):
            return False
        return True

    def _rehearse(self, sources: Sequence[Source]) -> None:
        """Take in all files on a copy, to learn of every bad line before anything goes in."""
        with tempfile.TemporaryDirectory(prefix="mnemos-") as folder:
            path = Path(folder) / "rehearsal.mnemos"
            self._memory.backup(path)
            with Memory(path, durability="NORMAL", embedder=None) as copy:
                trial = Import(copy, replace(self._plan, skip=True), self._step, "checking")
                trial._take(sources)
        if trial.outcome.problems:
            raise refused(trial.outcome.problems, STOPPED)

    def _take(self, sources: Sequence[Source]) -> None:
        for group in _groups(self._placed(sources), self._plan.verb):
            good = [each for each in group if each.entry.problem is None]
            self.outcome.messages += len(group) - len(good)
            for each in group:
                if each.entry.problem is not None:
                    self._blame(each, each.entry.problem)
            if good:
                self._take_group(good)

    def _take_group(self, group: list[_Placed]) -> None:
        try:
            self._write(group)
        except (InputError, ConflictError) as error:
            if not self._plan.skip:
                raise
            if self._plan.verb == "remember":
                self._take_singly(group)
            else:
                self._take_sound(group, error)

    def _take_singly(self, group: Sequence[_Placed]) -> None:
        for each in group:
            try:
                self._write([each])
            except (InputError, ConflictError) as error:
                self.outcome.messages += 1
                self._blame(each, _without_number(error), conflict=isinstance(error, ConflictError))

    def _take_sound(self, group: Sequence[_Placed], error: Exception) -> None:
        """Write a session without its malformed messages; one that diverges is left out whole."""
        sound = []
        with Memory(":memory:", embedder=None) as trial:
            for each in group:
                try:
                    trial.remember([_message(each)])  # type: ignore[list-item] # its to judge
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

    def _blame(self, placed: _Placed, problem: str, *, conflict: bool = False) -> None:
        self.outcome.problems.append(
            Problem(
                file=placed.source.name,
                line=placed.entry.line,
                problem=scopes_in_words(problem),
                conflict=conflict,
                message=placed.entry.number,
            )
        )

    def _write(self, group: Sequence[_Placed]) -> None:
        messages = [_message(each) for each in group]
        scope = self._plan.scope
        if group[0].session is not None:
            scope = replace(scope, session=group[0].session)
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
                request_id=self._request_id(group, scope),
            )
        self._count(group, receipt)

    def _count(self, group: Sequence[_Placed], receipt: Receipt) -> None:
        outcome = self.outcome
        is_new = receipt.seq > outcome.seq
        added = receipt.added if is_new else ()
        outcome.messages += len(group)
        outcome.added += len(added)
        outcome.existing += len(group) - len(added)
        outcome.ids += added[: BATCH - len(outcome.ids)]
        outcome.seq = max(outcome.seq, receipt.seq)

    def _request_id(self, group: Sequence[_Placed], scope: Scope) -> str | None:
        """Return an id that only the same messages of the same file have."""
        digest = group[0].source.digest
        if digest is None:
            return None
        ordinals = [each.ordinal for each in group]
        parts = [digest, self._plan.form, scope.user, scope.agent, scope.session, ordinals]
        return "import-" + hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:32]

    def _placed(self, sources: Sequence[Source]) -> Iterator[_Placed]:
        done, messages = 0, 0
        total = sum(source.size for source in sources)
        for source in sources:
            source.file.seek(0)
            for ordinal, entry in enumerate(entries(source.file, source.name, self._plan.form)):
                messages += 1
                yield _place(source, ordinal, entry)
                if messages % BATCH == 0:
                    self._step(self._doing, done + source.file.tell(), total, messages)
            done += source.size
            self._step(self._doing, done, total, messages)


def refused(problems: Sequence[Problem], hint: str) -> Refused:
    """Return the error that names bad lines; nothing went in."""
    named = [str(each) for each in problems[:NAMED]]
    if len(problems) > NAMED:
        named.append(f"and {len(problems) - NAMED:,} more")
    conflict = all(each.conflict for each in problems)
    return Refused(
        "\n".join(named),
        CONFLICT if conflict else USAGE,
        hint,
    )


@contextmanager
def opened_sources(paths: Sequence[str], stdin: BinaryIO) -> Iterator[list[Source]]:
    """Open files, "-" being stdin, which is spooled so that it can be read twice."""
    with ExitStack() as stack:
        yield [_source(path, stdin, stack) for path in paths]


def _source(path: str, stdin: BinaryIO, stack: ExitStack) -> Source:
    if path == "-":
        spool = stack.enter_context(tempfile.TemporaryFile())  # noqa: SIM115 - it is
        shutil.copyfileobj(stdin, spool)
        return Source(name="stdin", file=spool, size=spool.tell(), digest=None)
    try:
        file = stack.enter_context(Path(path).open("rb"))  # noqa: SIM115 - it is
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise Refused(f"{path}: cannot be read: {error.strerror}", USAGE) from error
    return Source(name=path, file=file, size=file.tell(), digest=digest)


def _groups(placed: Iterator[_Placed], verb: Verb) -> Iterator[list[_Placed]]:
    """Yield what is written at once: of one file and session, a batch of it or, to sync, all."""
    groups: dict[object, list[_Placed]] = {}
    count = 0
    for each in placed:
        key = each.session if verb == "sync" else (each.session, each.source.name)
        groups.setdefault(key, []).append(each)
        count += 1
        if verb == "remember" and count == BATCH:
            yield from groups.values()
            groups, count = {}, 0
    yield from groups.values()


def _place(source: Source, ordinal: int, entry: Entry) -> _Placed:
    message = entry.message
    if isinstance(message, dict) and "role" not in message and entry.problem is None:
        entry = replace(entry, problem="role is missing")
    session = message.get("session") if isinstance(message, dict) else None
    if session is None or isinstance(session, str):
        return _Placed(source, ordinal, entry, session)
    problem = f"session: expected a text, not {type(session).__name__}"
    return _Placed(source, ordinal, replace(entry, problem=problem), None)


def _message(placed: _Placed) -> object:
    message = placed.entry.message
    if not isinstance(message, dict):
        return message
    return {key: value for key, value in message.items() if key != "session"}


def _newest(memory: Memory) -> tuple[int, str]:
    events = memory.log(1)
    return (events[0].seq, events[0].hash) if events else (0, "")


def _without_number(error: Exception) -> str:
    """Return an error's text without the place in the batch: the line is known."""
    return str(error).removeprefix("message 0: ")
