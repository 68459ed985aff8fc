"""Memories of conversations: how one is filled, kept for the next run, and told from another."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

from bench.conversation import Conversation, Turn
from mnemos import Embedder, Memory, Scope


def message(turn: Turn) -> dict[str, Any]:
    """Return a turn as ``Memory.remember`` takes it; of a paragraph no time is told."""
    told: dict[str, Any] = {"id": turn.ref, "content": turn.text}
    if turn.speaker is None:
        return {**told, "role": turn.role, "title": turn.title}
    if turn.said_at is not None:
        told["said_at"] = turn.said_at
    if turn.speaker == turn.role:
        return {**told, "role": turn.role}
    return {**told, "role": turn.role, "name": turn.speaker}


def fill(
    conversation: Conversation,
    path: Path | str,
    *,
    language: str | None = None,
    embedder: str | Embedder | None = None,
    level: str | None = None,
    learning: Literal["at once", "on request"] = "at once",
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
        learning=learning,
    )
    if not memory.stats().items:
        for session, turns in conversation.sessions:
            memory.remember(_messages(turns), session=session)
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
            for session, turns in conversation.sessions:
                scope = Scope(agent=conversation.name, session=session)
                memory.remember(_messages(turns), scope=scope)
    if embedder is not None:
        memory.embed()
    return memory


def _messages(turns: Iterable[Turn]) -> list[dict[str, Any]]:
    return [message(turn) for turn in turns]


def told_apart(conversation: Conversation) -> Conversation:
    """Return a conversation whose refs no other conversation has."""

    def renamed(ref: str) -> str:
        return f"{conversation.name} {ref}"

    return replace(
        conversation,
        turns=tuple(replace(turn, ref=renamed(turn.ref)) for turn in conversation.turns),
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
    """Return the file of one conversation; its name holds nothing that leads elsewhere."""
    plain = re.sub(r"[^\w.-]", "_", f"{conversation.dataset}-{conversation.name}")
    return within / f"{plain}.mnemos"
