"""Conversations with gold evidence, each a small memory in RAM: what weights are learnt on."""

from __future__ import annotations

import gzip
import json
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mnemos.errors import InputError
from mnemos.recall.days import microseconds
from mnemos.store.base import DOC, FLAG_QUESTION, FLAG_TIME, NO_TIME, ROLES, Postings
from mnemos.text.dates import event_time, holds_time
from mnemos.text.sentences import is_question
from mnemos.text.stance import stance
from mnemos.text.terms import Analyzer
from mnemos.types import Item, Scope

UNANSWERABLE = frozenset({"adversarial", "abstention"})
_FORMATS = ("%I:%M %p on %d %B, %Y", "%B-%d-%Y", "%Y-%m-%dT%H:%M:%S%z")
_LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)  # for corpora without times
_ANSWER_GAP = timedelta(minutes=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """One question with the numbers of the turns that answer it; none if nothing does."""

    question: str
    category: str
    gold: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversation:
    """One conversation (or one pooled corpus) as a reader, with its questions."""

    dataset: str
    name: str
    reader: RamReader
    asked_at: datetime
    questions: tuple[Asking, ...]


class RamIndex:
    """The lexical index of one conversation."""

    def __init__(self, docs: NDArray[np.void], words: Sequence[Sequence[str]]) -> None:
        self.docs = docs
        self.live = len(docs)
        self.total_length = int(docs["length"].astype(np.int64).sum())
        self.order = np.lexsort((np.arange(len(docs)), docs["position"], docs["scope"]))
        self._words = words

    @cached_property
    def _postings(self) -> dict[str, Postings]:
        found: dict[str, list[tuple[int, int]]] = defaultdict(list)
        for number, words in enumerate(self._words):
            for word, count in Counter(words).items():
                found[word].append((number, min(count, 255)))
        return {
            word: Postings(
                np.array([doc for doc, _ in pairs], dtype=np.int32),
                np.array([tf for _, tf in pairs], dtype=np.uint8),
            )
            for word, pairs in found.items()
        }

    def postings(self, terms: Sequence[str]) -> Mapping[str, Postings]:
        """Return the postings of each term that occurs at all."""
        return {term: self._postings[term] for term in terms if term in self._postings}

    def near_terms(self, term: str) -> Sequence[str]:  # noqa: ARG002 - the protocol's
        """Return nothing: typing errors are not what weights are learnt from."""
        return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RamReader:
    """One conversation, as a store would show it."""

    index: RamIndex
    language: str
    names: Mapping[int, str]
    scopes: Mapping[int, Scope]

    def items(self, nos: Sequence[int]) -> list[Item]:
        """Refuse: what trains on numbers reads no texts."""
        raise NotImplementedError(f"no texts are kept; asked for {len(nos)} items")


def conversations(path: Path, language: str = "english") -> Iterator[Conversation]:
    """Read conversations, one a line: dataset, conv_id, turns, questions; gzip by its ending.

    Raises:
        InputError: A time is written in no known way.
    """
    analyzer = Analyzer(language)
    # The branches open alike, but for the unpacking.
    with (
        gzip.open(path, "rt", encoding="utf-8")
        if path.suffix == ".gz"
        else path.open(encoding="utf-8") as lines
    ):
        for line in lines:
            yield _conversation(json.loads(line), analyzer)


def _conversation(raw: dict[str, object], analyzer: Analyzer) -> Conversation:
    turns = [turn for turn in _list(raw["turns"]) if isinstance(turn, dict)]
    texts = [_text(turn) for turn in turns]
    words = [analyzer.terms(text) for text in texts]
    names: dict[str, int] = {"turn": 0}
    sessions: dict[str, int] = {}
    docs = np.zeros(len(turns), dtype=DOC)
    said_at, last = None, _LONG_AGO
    for number, (turn, text) in enumerate(zip(turns, texts, strict=True)):
        said_at = _time(turn.get("ts")) or said_at
        last = said_at or last
        speaker = turn.get("speaker")
        role = "document" if speaker is None else str(speaker)
        row = docs[number]
        row["item"] = row["position"] = number
        row["scope"] = sessions.setdefault(str(turn.get("session")), len(sessions))
        row["speaker"] = -1 if speaker is None else names.setdefault(str(speaker), len(names))
        row["length"] = min(len(words[number]), 65_535)
        row["role"] = ROLES.index(role if role in ROLES else "user")
        row["flags"] = (
            FLAG_QUESTION * is_question(str(turn["text"]))
            | FLAG_TIME * holds_time(text)
            | stance(text)
        )
        row["said_at"] = NO_TIME if said_at is None else microseconds(said_at)
        event = None if said_at is None else event_time(text, said_at)
        row["event_from"] = NO_TIME if event is None else microseconds(event[0])
        row["event_to"] = NO_TIME if event is None else microseconds(event[1])
    reader = RamReader(
        index=RamIndex(docs, words),
        language=analyzer.language,
        names={number: name for name, number in names.items()},
        scopes={number: Scope(session=name) for name, number in sessions.items()},
    )
    numbers = {str(turn["id"]): number for number, turn in enumerate(turns)}
    return Conversation(
        dataset=str(raw["dataset"]),
        name=str(raw["conv_id"]),
        reader=reader,
        asked_at=last + _ANSWER_GAP,
        questions=tuple(
            _asking(entry, numbers) for entry in _list(raw["questions"]) if isinstance(entry, dict)
        ),
    )


def _asking(entry: dict[str, object], numbers: Mapping[str, int]) -> Asking:
    gold = {numbers[str(turn)] for turn in _list(entry["gold"]) if str(turn) in numbers}
    category = str(entry["category"])
    answerable = category not in UNANSWERABLE
    return Asking(
        question=str(entry["question"]),
        category=category,
        gold=tuple(sorted(gold)) if answerable else (),
    )


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def _text(turn: Mapping[str, object]) -> str:
    text = str(turn["text"])
    if turn.get("title"):
        text = f"{turn['title']}\n{text}"
    if turn.get("image_caption"):
        text = f"{text} [image: {turn['image_caption']}]"
    return text


def _time(written: object) -> datetime | None:
    if not written:
        return None
    for form in _FORMATS:
        try:
            moment = datetime.strptime(str(written), form)  # noqa: DTZ007 - made aware below
        except ValueError:
            continue
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    raise InputError(f"cannot read the time {written!r}")
