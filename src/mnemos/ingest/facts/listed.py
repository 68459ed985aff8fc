"""What a model lists of a conversation: looked at line by line, and facts if it holds.

A model may invent. So each fact cites a line, all words of its value stand there or just before,
and whom it is about has spoken or is named. What fails is left out; who said it, and when, is the
turn's and never the model's.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Literal

from mnemos.ingest.facts import slots
from mnemos.ingest.facts.classes import RELATIONS
from mnemos.ingest.facts.fact import USER, Act, Fact, Said
from mnemos.ingest.facts.people import FUNCTION_WORDS
from mnemos.text.sentences import sentences
from mnemos.text.terms import Analyzer

#: Facts of one reply; of a value, characters.
MOST, LONGEST = 20, 120
#: Lines before the one that is cited in which a value's words may stand: it may be an answer.
NEAR = 2
#: How far back something can have begun, and how far ahead the clock of a turn may be wrong.
LONG_AGO, SOON = timedelta(days=120 * 366), timedelta(days=1)
#: Of what is wrong, so much is told to the model.
TOLD = 3

_SELF = frozenset({"i", "me", "myself", "user", "the user", "speaker", "the speaker"})
_OWNED = re.compile(r"(?P<base>my|.+?['’]s?)\s+(?P<relation>[^'’]+)\Z", re.IGNORECASE)
_BEFORE_VALUE = re.compile(r"\A(?:(?:a|an|the|my|our)\s+)+", re.IGNORECASE)


@dataclass(frozen=True)
class Listed:
    """One thing that a line says about somebody, by a model."""

    line: int
    about: str
    slot: str
    value: str
    kind: Literal["state", "correction", "plan"] = "state"
    holds: bool = True
    several: bool = False
    since: str = ""


@dataclass(frozen=True)
class Reply:
    """All that some lines say."""

    facts: tuple[Listed, ...]


class Lines:
    """What a model was shown, and may cite.

    Args:
        said: The lines, the first is number 1.
        before: What was said just before them.
        language: A Snowball name.
    """

    def __init__(self, said: Sequence[Said], before: Sequence[Said], language: str) -> None:
        self._said = said
        self._all = [*before, *said]
        self._first = len(before)
        self._terms = analyzer(language).terms
        self._speakers = {one.who.casefold(): one.who for one in self._all if one.role == "user"}

    def check(self, reply: Reply) -> str | None:
        """Say what is wrong with a reply of which nothing can be used; else None."""
        if len(reply.facts) > MOST:
            return f"{len(reply.facts)} facts are too many; {MOST} will do"
        wrong = [f"fact {at}: {self._wrong(one)}" for at, one in enumerate(reply.facts, 1)]
        if not wrong or any(self._wrong(one) == "" for one in reply.facts):
            return None
        return "; ".join(wrong[:TOLD])

    def facts(self, reply: Reply) -> list[tuple[int, Fact]]:
        """Return what holds of a reply, in the order of lines, each with its line's place."""
        found: dict[tuple[str, str, str, bool], tuple[int, Fact]] = {}
        for listed in sorted(reply.facts, key=lambda one: (one.line, not one.holds)):
            if not self._wrong(listed):
                fact = self._fact(listed)
                of = (fact.subject, fact.slot, fact.value.casefold(), fact.holds)
                found.setdefault(of, (listed.line - 1, fact))
        return list(found.values())

    def _wrong(self, listed: Listed) -> str:
        """Say what is wrong with one fact; empty if nothing is."""
        if not 1 <= listed.line <= len(self._said):
            return f"there is no line {listed.line}"
        if self._said[listed.line - 1].role != "user":
            return f"line {listed.line} is not by a person who tells of themselves"
        value = _tidy(listed.value)
        if not 0 < len(value) <= LONGEST:
            return f"a value has from 1 to {LONGEST} characters"
        if not self._stands(value, listed.line, NEAR):
            return f"the words of the value {value!r} do not stand in line {listed.line}"
        return self._unnamed(listed)

    def _unnamed(self, listed: Listed) -> str:
        if not slots.slot_of(listed.slot):
            return "a slot is one to three words"
        about = listed.about[:LONGEST]
        return "" if self._who(listed) else f"nobody named {about!r} is spoken of"

    def _fact(self, listed: Listed) -> Fact:
        turn = self._said[listed.line - 1]
        who, slot, value = self._who(listed), slots.slot_of(listed.slot), _tidy(listed.value)
        span = _span(value, turn.text)
        since = _moment(listed.since, turn.said_at, ahead=listed.kind == "plan")
        return Fact(
            subject=who,
            slot=slot,
            value=value,
            holds=listed.holds and not slots.denies(listed.slot),
            kind=slots.kind_of(slot, several=listed.several),
            act=_act(listed, who, turn.who),
            by=turn.who,
            said_at=turn.said_at,
            true_from=since,
            turn=turn.ref,
            span=span,
            words=turn.text[span[0] : span[1]],
        )

    def _stands(self, words: str, line: int, back: int) -> bool:
        """Tell whether all telling words of a value stand in a line, or in those before it."""
        at = self._first + line - 1
        texts = [one.text for one in self._all[max(0, at - back) : at + 1]]
        wanted = set(self._terms(words))
        if not wanted:
            return any(words.casefold() in text.casefold() for text in texts)
        return wanted <= {term for text in texts for term in self._terms(text)}

    def _who(self, listed: Listed) -> str:
        """Return whom a fact is about as facts name them; empty for nobody who is spoken of."""
        speaker = self._said[listed.line - 1].who
        about = " ".join(listed.about.split())
        owned = _OWNED.match(about)
        if owned is None:
            return self._person(about, speaker, listed.line)
        base = owned["base"].removesuffix("s").rstrip("'’")
        whose = speaker if base.casefold() in {"my", *_SELF} else ""
        whose = whose or self._person(base, speaker, listed.line)
        relation = owned["relation"].strip().casefold()
        name = RELATIONS.get(relation, relation)
        said = {word for word, one in RELATIONS.items() if one == name} | {relation}
        if whose and any(self._stands(word, listed.line, listed.line) for word in said):
            return f"{whose}'s {name}"
        return ""

    def _person(self, about: str, speaker: str, line: int) -> str:
        low = about.casefold()
        if low in _SELF or low == speaker.casefold():
            return speaker
        if low in self._speakers:
            return self._speakers[low]
        if not 0 < len(about) <= LONGEST or low == USER:
            return ""
        if all(word in FUNCTION_WORDS for word in low.split()):
            return ""
        named = re.compile(rf"(?<!\w){re.escape(about)}(?!\w)", re.IGNORECASE)
        for one in reversed(self._all[: self._first + line]):
            if match := named.search(one.text):
                return match[0]
        return ""


@cache
def analyzer(language: str) -> Analyzer:
    """Return a language's analyzer, with its cache of stems."""
    return Analyzer(language)


def shown(facts: Sequence[Said], *, numbered: bool = True) -> Iterator[str]:
    """Yield turns as lines, "1. [2026-05-03] Ann: …"; a day stands before the first said on it."""
    day = None
    for number, one in enumerate(facts, 1):
        new = f"[{one.said_at:%Y-%m-%d}] " if one.said_at.date() != day else ""
        day = one.said_at.date()
        yield f"{f'{number}. ' if numbered else ''}{new}{one.who}: {' '.join(one.text.split())}"


def _act(listed: Listed, who: str, speaker: str) -> Act:
    """Return what saying it does; that it was an error only they say whose fact it is."""
    own = who == speaker or who.startswith(f"{speaker}'s ")
    if listed.kind == "plan":
        return "plan"
    return "correct" if listed.kind == "correction" and own and listed.holds else "tell"


def _tidy(value: str) -> str:
    """Return a value without what introduces and ends it."""
    value = " ".join(value.split()).strip(" .,;:!?\"'“”")
    return _BEFORE_VALUE.sub("", value)


def _span(value: str, text: str) -> tuple[int, int]:
    """Return the sentence of a turn that says it: where the value stands, else all of the turn."""
    at = text.casefold().find(value.casefold()) if len(text.casefold()) == len(text) else -1
    whole = (0, len(text))
    return next(((a, b) for a, b in sentences(text) if a <= at < b), whole)


def _moment(day: str, said_at: datetime, *, ahead: bool) -> datetime | None:
    """Return since when something is true, if that can be read and can be."""
    try:
        moment = datetime.fromisoformat(day)
    except ValueError:
        return None
    moment = moment.replace(tzinfo=moment.tzinfo or said_at.tzinfo or UTC)
    latest = said_at + (LONG_AGO if ahead else SOON)
    return moment if said_at - LONG_AGO <= moment <= latest else None
