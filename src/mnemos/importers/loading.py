"""One source into one memory: ids where it has none, branches, and what is told of it."""

from __future__ import annotations

import hashlib
import json
import math
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from mnemos.importers.base import Importer, Record
from mnemos.importers.branches import parted
from mnemos.importers.sources import Source
from mnemos.importers.taking import Outcome, Plan, Problem, Step, Taking, copied
from mnemos.memory import Memory

#: Seconds since 1970 above this are milliseconds: as seconds it would be the year 5138.
_MILLISECONDS_FROM = 100_000_000_000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """What an import did, or would do.

    Args:
        source: What was imported.
        kind: As what.
        conversations: Sessions that its messages belong to.
        messages: Read, bad ones included.
        added: New turns.
        existing: Messages that were there already.
        revised: How many of the added superseded an older wording.
        first: When the first was said; None if no message tells.
        last: When the last was.
        authors: Who says how many, most first.
        attachments: Noted beside the messages; they are not read.
        problems: The bad records.
        seq: The journal's newest event.
        head: Its hash.
        dry_run: Nothing was changed.
    """

    source: str
    kind: str
    conversations: int
    messages: int
    added: int
    existing: int
    revised: int
    first: datetime | None
    last: datetime | None
    authors: dict[str, int]
    attachments: int
    problems: tuple[Problem, ...]
    seq: int
    head: str
    dry_run: bool = False


@dataclass(slots=True)
class _Seen:
    """What was told by the records so far."""

    sessions: set[object] = field(default_factory=set)
    authors: Counter[str] = field(default_factory=Counter)
    attachments: int = 0
    first: datetime | None = None
    last: datetime | None = None

    def note(self, record: Record) -> None:
        """Take in a record."""
        message = record.fields
        self.sessions.add((record.user, record.agent, record.session))
        speaker = message.get("name") or message.get("role")
        if isinstance(speaker, str):
            self.authors[speaker] += 1
        metadata = message.get("metadata")
        if isinstance(metadata, dict) and isinstance(metadata.get("attachments"), list):
            self.attachments += len(metadata["attachments"])
        said_at = _moment(message.get("said_at"))
        if said_at is not None:
            self.first = said_at if self.first is None else min(self.first, said_at)
            self.last = said_at if self.last is None else max(self.last, said_at)


class Loading:
    """A source as its importer reads it, each record with an id and a session.

    Args:
        source: Open.
        importer: Reads it.
        kind: The importer's name.
        plan: Whose it is.
    """

    def __init__(self, source: Source, importer: Importer, kind: str, plan: Plan) -> None:
        self.source = source
        self.kind = kind
        self.seen = _Seen()
        self._importer = importer
        self._scope = plan.scope

    @property
    def total(self) -> int:
        """Bytes in all."""
        return self.source.total

    @property
    def done(self) -> int:
        """Bytes read of them."""
        return self.source.done

    def records(self, memory: Memory | None) -> Iterator[Record]:
        """Yield the records from the first."""
        self.seen = _Seen()
        self.source.begin()
        session = self._scope.session or self.source.stem
        found = parted(self._importer.read(self.source), memory, self._scope)
        for record in _identified(found, session):
            if record.problem is None:
                self.seen.note(record)
            yield record


def taken(memory: Memory, loading: Loading, plan: Plan, step: Step, *, dry_run: bool) -> Imported:
    """Take a source into a memory, or into a copy of it that is dropped."""
    if not dry_run:
        work = Taking(memory, plan, step)
        return _imported(loading, work.run(loading))
    with copied(memory) as copy:
        work = Taking(copy, replace(plan, skip=True), step, "rehearsing")
        return replace(_imported(loading, work.run(loading)), dry_run=True)


def _imported(loading: Loading, outcome: Outcome) -> Imported:
    seen = loading.seen
    return Imported(
        source=loading.source.name,
        kind=loading.kind,
        conversations=len(seen.sessions),
        messages=outcome.messages,
        added=outcome.added,
        existing=outcome.existing,
        revised=outcome.revised,
        first=seen.first,
        last=seen.last,
        authors=dict(seen.authors.most_common()),
        attachments=seen.attachments,
        problems=tuple(outcome.problems),
        seq=outcome.seq,
        head=outcome.head,
    )


def _identified(records: Iterable[Record], session: str) -> Iterator[Record]:
    """Yield records with a session, and an id made from who said what when where there is none.

    The same words of the same speaker at the same time in a session are told apart by counting, so
    that a longer export of the same conversation gives the same ids.
    """
    counts: Counter[bytes] = Counter()
    for bare in records:
        record = bare if bare.session is not None else replace(bare, session=session)
        if record.problem is not None or not record.fields or record.fields.get("id") is not None:
            yield record
            continue
        message = dict(record.fields)
        told = [record.session, record.user, record.agent]
        told += [message.get(key) for key in ("role", "name", "said_at", "content")]
        try:
            text = json.dumps(told, sort_keys=True, default=str)
        except (RecursionError, ValueError) as error:
            yield replace(record, problem=f"cannot be told from others: {error}")
            continue
        digest = hashlib.sha256(text.encode()).digest()[:12]
        counts[digest] += 1
        again = f"-{counts[digest]}" if counts[digest] > 1 else ""
        message["id"] = f"import-{digest.hex()}{again}"
        yield replace(record, message=message)


def _moment(value: object) -> datetime | None:
    """Return a moment for the period alone; the memory itself judges the messages' times."""
    try:
        if isinstance(value, str):
            value = datetime.fromisoformat(value.strip())
        if isinstance(value, datetime):
            return (value if value.tzinfo else value.replace(tzinfo=UTC)).astimezone(UTC)
        if isinstance(value, int | float) and math.isfinite(value):
            seconds = value / 1000 if abs(value) >= _MILLISECONDS_FROM else value
            return _EPOCH + timedelta(seconds=seconds)
    except (ValueError, OverflowError):
        return None
    return None
