"""A conversation of a few turns, as a reader, for the tests of recall."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np

from mnemos.recall.corpus import RamIndex, RamReader
from mnemos.recall.days import microseconds
from mnemos.store.base import DOC, FLAG_QUESTION, FLAG_TIME, NO_TIME, ROLES
from mnemos.text.dates import event_time, holds_time
from mnemos.text.sentences import is_question
from mnemos.text.stance import stance
from mnemos.text.terms import Analyzer
from mnemos.types import Query, Role, Scope

NOW = datetime(2024, 1, 1, tzinfo=UTC)
MAY = datetime(2023, 5, 1, 12, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    text: str
    speaker: str = "Ann"
    session: str = "s1"
    said_at: datetime = MAY
    role: Role = "user"
    item: int | None = None
    extra: int = 0


class NearIndex(RamIndex):
    """An index whose look-alikes are told beforehand."""

    near: Mapping[str, Sequence[str]] = {}

    def near_terms(self, term: str) -> Sequence[str]:
        return self.near.get(term, ())


def reader(turns: Sequence[Said], near: Mapping[str, Sequence[str]] | None = None) -> RamReader:
    analyzer = Analyzer("english")
    names: dict[str, int] = {"turn": 0}
    sessions: dict[str, int] = {}
    places: dict[str, int] = {}
    docs = np.zeros(len(turns), dtype=DOC)
    words = [analyzer.terms(turn.text) for turn in turns]
    for number, turn in enumerate(turns):
        row = docs[number]
        row["item"] = number if turn.item is None else turn.item
        row["scope"] = sessions.setdefault(turn.session, len(sessions))
        row["position"] = places[turn.session] = places.get(turn.session, -1) + 1
        row["speaker"] = names.setdefault(turn.speaker, len(names))
        row["length"] = len(words[number])
        row["role"] = ROLES.index(turn.role)
        row["flags"] = (
            FLAG_QUESTION * is_question(turn.text)
            | FLAG_TIME * holds_time(turn.text)
            | stance(turn.text)
            | turn.extra
        )
        row["said_at"] = microseconds(turn.said_at)
        event = event_time(turn.text, turn.said_at)
        row["event_from"] = NO_TIME if event is None else microseconds(event[0])
        row["event_to"] = NO_TIME if event is None else microseconds(event[1])
    index = NearIndex(docs, words)
    index.near = near or {}
    return RamReader(
        index=index,
        language="english",
        names={number: name for name, number in names.items()},
        scopes={number: Scope(session=name) for name, number in sessions.items()},
    )


def ask(question: str) -> Query:
    return Query(question=question, asked_at=NOW)
