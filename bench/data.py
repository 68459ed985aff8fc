"""Conversations with gold evidence, as messages: the normalised JSONL, from any path.

One conversation (or one pooled corpus) a line: ``{"dataset", "conv_id", "turns": [{"id", "session",
"ts", "speaker", "text", "image_caption"?}], "questions": [{"qid", "question", "category", "gold",
"gold_audited"?}]}``; a corpus has turns of ``{"id", "title", "text"}``. Nothing is shipped.
"""

from __future__ import annotations

import gzip
import json
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from mnemos import Embedder, Memory, Scope

#: Categories whose questions have no answer in the conversation.
UNANSWERABLE = frozenset({"adversarial", "abstention"})
#: When corpora without times are asked: so late that no question names a day near it.
UNDATED = datetime(2100, 1, 1, tzinfo=UTC)
ROLES = frozenset({"user", "assistant", "system", "tool"})
TIMES = (
    "%I:%M %p on %d %B, %Y",
    "%B-%d-%Y",
    "%Y-%m-%dT%H:%M:%S%z",
    "%Y-%m-%d",
    "%Y/%m/%d (%a) %H:%M",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A question with the refs of the turns that answer it."""

    qid: str
    text: str
    category: str
    gold: frozenset[str]
    audited: frozenset[str]

    @property
    def answerable(self) -> bool:
        """Whether the conversation holds the answer."""
        return bool(self.gold) and self.category not in UNANSWERABLE


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversation:
    """Sessions of messages, and what is asked about them afterwards."""

    dataset: str
    name: str
    sessions: tuple[tuple[str, tuple[dict[str, Any], ...]], ...]
    questions: tuple[Question, ...]
    asked_at: datetime

    @property
    def turns(self) -> int:
        """How many messages there are."""
        return sum(len(messages) for _, messages in self.sessions)


class BadRecord(ValueError):
    """A line of a data file is not as described; says which and why."""


def fill(
    conversation: Conversation,
    path: Path | str,
    *,
    language: str | None = None,
    embedder: str | Embedder | None = None,
    level: str | None = None,
) -> Memory:
    """Open a memory and put a conversation into it, one write a session, if it is not there yet.

    Its clock stands where the questions are put: what hangs on the day of the run is no figure.
    """
    memory = Memory(
        path,
        language=language,
        durability="NORMAL",
        clock=lambda: conversation.asked_at,
        embedder=embedder,
        embedding="manual",
        level=level,
    )
    if not memory.stats().items:
        for session, messages in conversation.sessions:
            memory.remember(messages, session=session)
    if embedder is not None:
        memory.embed()
    return memory


def pooled(
    several: Sequence[Conversation], path: Path, *, embedder: str | None, level: str
) -> Memory:
    """Open a memory of several conversations, each under an agent of its own."""
    last = max(each.asked_at for each in several)
    memory = Memory(
        path,
        durability="NORMAL",
        clock=lambda: last,
        embedder=embedder,
        embedding="manual",
        level=level,
    )
    if not memory.stats().items:
        for conversation in several:
            for session, messages in conversation.sessions:
                memory.remember(messages, scope=Scope(agent=conversation.name, session=session))
    if embedder is not None:
        memory.embed()
    return memory


def told_apart(conversation: Conversation) -> Conversation:
    """Return a conversation whose refs no other conversation has."""

    def renamed(ref: str) -> str:
        return f"{conversation.name} {ref}"

    return replace(
        conversation,
        sessions=tuple(
            (session, tuple({**each, "id": renamed(each["id"])} for each in messages))
            for session, messages in conversation.sessions
        ),
        questions=tuple(
            replace(
                question,
                gold=frozenset(map(renamed, question.gold)),
                audited=frozenset(map(renamed, question.audited)),
            )
            for question in conversation.questions
        ),
    )


@contextmanager
def folder(kept: Path | None) -> Iterator[Path]:
    """Give a folder for memories: one that is kept, for the next run, or a passing one."""
    if kept is not None:
        kept.mkdir(parents=True, exist_ok=True)
        yield kept
        return
    with tempfile.TemporaryDirectory() as passing:
        yield Path(passing)


def file_of(conversation: Conversation, within: Path) -> Path:
    """Return the file of one conversation."""
    return within / f"{conversation.dataset}-{conversation.name}.mnemos"


def conversations(path: Path) -> Iterator[Conversation]:
    """Read one file.

    Raises:
        BadRecord: A line is malformed.
    """
    opened = gzip.open if path.suffix == ".gz" else open
    with opened(path, "rt", encoding="utf-8") as lines:
        for number, line in enumerate(lines, start=1):
            try:
                yield _conversation(json.loads(line))
            except (KeyError, TypeError, ValueError) as error:
                raise BadRecord(f"{path}, line {number}: {error!r}") from error


def _conversation(raw: dict[str, Any]) -> Conversation:
    sessions: dict[str, list[dict[str, Any]]] = {}
    said_at: datetime | None = None
    for turn in raw["turns"]:
        said_at = _time(turn.get("ts")) or said_at
        session = str(turn.get("session", "documents"))
        sessions.setdefault(session, []).append(_message(turn, said_at))
    return Conversation(
        dataset=raw["dataset"],
        name=str(raw["conv_id"]),
        sessions=tuple((session, tuple(messages)) for session, messages in sessions.items()),
        questions=tuple(_question(question) for question in raw["questions"]),
        asked_at=(said_at or UNDATED) + timedelta(minutes=1),
    )


def _message(turn: dict[str, Any], said_at: datetime | None) -> dict[str, Any]:
    speaker = turn.get("speaker")
    text = turn["text"]
    if turn.get("image_caption"):
        text = f"{text} [image: {turn['image_caption']}]"
    message: dict[str, Any] = {"id": str(turn["id"]), "content": text}
    if speaker is None:
        return {**message, "role": "document", "title": turn.get("title", "")}
    if said_at is not None:
        message["said_at"] = said_at
    if speaker in ROLES:
        return {**message, "role": speaker}
    return {**message, "role": "user", "name": speaker}


def _question(raw: dict[str, Any]) -> Question:
    gold = frozenset(map(str, raw["gold"]))
    audited = raw.get("gold_audited")
    return Question(
        qid=str(raw["qid"]),
        text=raw["question"],
        category=raw["category"],
        gold=gold,
        audited=gold if audited is None else frozenset(map(str, audited)),
    )


def _time(written: object) -> datetime | None:
    if not written:
        return None
    for form in TIMES:
        try:
            moment = datetime.strptime(str(written), form)  # noqa: DTZ007 - made aware below
        except ValueError:
            continue
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    raise ValueError(f"cannot read the time {written!r}")
