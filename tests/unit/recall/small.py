"""A conversation of a few turns, as a memory shows it to a recipe, for the tests of recall."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import groupby

import numpy as np

from mnemos import Memory
from mnemos.recall import lexical
from mnemos.recall.asked import read
from mnemos.recall.days import microseconds
from mnemos.recall.frame import Frame, build
from mnemos.store.base import Reader
from mnemos.store.change import Header, put
from mnemos.types import Delta, Key, Query, Role

NOW = datetime(2024, 1, 1, tzinfo=UTC)
MAY = datetime(2023, 5, 1, 12, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A turn; with ``key_of``, a further key of the item with this number."""

    text: str
    speaker: str = "Ann"
    session: str = "s1"
    said_at: datetime = MAY
    role: Role = "user"
    key_of: int | None = None


def reader(turns: Sequence[Said]) -> Reader:
    """Remember the turns; documents are numbered in their order."""
    with Memory(":memory:", learning="on request", clock=lambda: NOW) as memory:
        for (session, is_key), group in groupby(
            turns, key=lambda turn: (turn.session, turn.key_of is not None)
        ):
            if is_key:
                _add_keys(memory, list(group))
            else:
                memory.remember([_message(turn) for turn in group], session=session)
        with memory.reader() as snapshot:
            return snapshot  # in dictionaries: stays readable when the memory is closed


def _message(turn: Said) -> dict[str, object]:
    named = {"name": turn.speaker} if turn.speaker else {}
    return {"role": turn.role, "content": turn.text, "said_at": turn.said_at, **named}


def _add_keys(memory: Memory, turns: Sequence[Said]) -> None:
    """Give items further keys, as a recipe that learns does."""
    with memory._store.writing() as transaction:
        keys = []
        for turn in turns:
            (item,) = transaction.items([turn.key_of or 0])
            keys.append(Key(item=item.id, role="keywords", text=turn.text))
        change = transaction.change(Header(op="learn", recorded_at=microseconds(NOW)))
        put(change, Delta(keys=tuple(keys)))
        transaction.close(change)


def ask(question: str) -> Query:
    return Query(question=question, asked_at=NOW)


def frame(question: str, turns: Sequence[Said]) -> Frame:
    """Return what the signals look at when all turns are candidates."""
    memory = reader(turns)
    asked = read(ask(question), memory)
    terms = lexical.weigh(asked.terms, memory.index, asked.forms)
    return build(asked, terms, memory.index, np.arange(len(memory.index.docs)), None)
