"""What a family of rules sees: one clause with its subject and verb, and how it makes a fact."""

from __future__ import annotations

import re
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from mnemos.ingest.facts.clauses import Clause, Span, Token
from mnemos.ingest.facts.fact import Act, Fact, Kind, Said
from mnemos.ingest.facts.people import Subject
from mnemos.ingest.facts.phrases import Phrase
from mnemos.ingest.facts.predicate import Predicate
from mnemos.ingest.facts.scene import Scene
from mnemos.text.dates import Mention, mentions
from mnemos.text.time_words import holds_time


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One clause of a turn, parsed.

    Args:
        said: The turn.
        clause: The clause.
        scene: Who is spoken of.
        known: What was told before, oldest first.
        subject: Whom it is about; None if it has no subject.
        verb: What it says of them; None if no verb was understood.
        near: The turns before, oldest first.
        words: By which rules are chosen: those of its sentence, each once; see ``family``.
        low: The clause in lower case.
    """

    said: Said
    clause: Clause
    scene: Scene
    known: Sequence[Fact]
    subject: Subject | None = None
    verb: Predicate | None = None
    near: Sequence[Said] = ()
    words: AbstractSet[str] = frozenset()
    low: str = field(init=False)

    def __post_init__(self) -> None:
        """Lower the clause once: every family of rules looks at it."""
        low = self.said.text[slice(*self.clause.span)].lower().replace("’", "'")
        object.__setattr__(self, "low", low)

    @property
    def tokens(self) -> tuple[Token, ...]:
        """The clause's words and marks."""
        return self.clause.tokens

    @property
    def rest(self) -> str:
        """What stands behind the verb, in lower case."""
        if self.verb is None or self.verb.at >= len(self.tokens):
            return ""
        return self.said.text[self.tokens[self.verb.at].start : self.clause.span[1]].lower()

    def fact(
        self,
        slot: str,
        value: Phrase | None,
        *,
        kind: Kind = "single",
        act: Act = "tell",
        holds: bool = True,
        who: str = "",
        instead_of: str = "",
        timeless: bool = False,
    ) -> Fact:
        """Make a fact of this clause, with the times that it tells, unless it is told by the way.

        "My sister Flo moved in May" tells the sister's name, which May has nothing to do with.
        """
        subject = who or (self.subject.who if self.subject is not None else self.scene.speaker)
        tense = self.verb.tense if self.verb is not None else "present"
        start, end, ahead = (None, None, False) if timeless else times(self, act, tense)
        if act == "tell" and self.verb is not None and self.verb.denied:
            end = None
        if not timeless and (tense == "plan" or (ahead and act != "end" and start is None)):
            act = "plan"
        return make(
            self.said,
            self.clause.span,
            slot,
            value,
            subject=subject,
            kind=kind,
            act=act,
            holds=holds,
            when=(start, end),
            instead_of=instead_of,
        )


def make(
    said: Said,
    span: Span,
    slot: str,
    value: Phrase | None,
    *,
    subject: str,
    kind: Kind = "single",
    act: Act = "tell",
    holds: bool = True,
    when: tuple[datetime | None, datetime | None] = (None, None),
    instead_of: str = "",
) -> Fact:
    """Make a fact whose span holds its value."""
    start, end = span
    if value is not None:
        start, end = min(start, value.span[0]), max(end, value.span[1])
    return Fact(
        subject=subject,
        slot=slot,
        value="" if value is None else value.text,
        holds=holds,
        kind=kind,
        act=act,
        by=said.who,
        said_at=said.said_at,
        true_from=when[0],
        true_to=when[1],
        turn=said.ref,
        span=(start, end),
        words=said.text[start:end],
        instead_of=instead_of,
    )


def times(line: Line, act: Act, tense: str) -> tuple[datetime | None, datetime | None, bool]:
    """Read since and until when a clause's fact is true, and whether it lies ahead."""
    said_at = line.said.said_at
    start: datetime | None = None
    end: datetime | None = None
    ahead = False
    for before, mention in _timed(line):
        if before in {"from", "starting", "since"}:
            start = _since(mention, said_at, before)
            ahead = start > said_at
        elif before in {"until", "till", "til"}:
            end = mention.end
        elif act in {"change", "end"} and start is None and mention.start <= said_at:
            start = mention.start
        elif act in {"change", "end"} and start is None:
            ahead = tense not in {"past", "perfect", "used"}
    if start is None and act != "plan" and tense != "plan":
        start = _numbered_day(line)
    if act == "end":
        return None, end or start or said_at, ahead
    if act == "tell" and tense in {"past", "used"} and end is None:
        end = said_at
    return start, end, ahead


def _since(mention: Mention, said_at: datetime, before: str) -> datetime:
    """Return the moment that "since May" or "from August" means."""
    if before == "since":
        return min(mention.start, said_at)
    if mention.end <= said_at and mention.grain != "year":
        return _next_year(mention.start)
    return mention.start


_NUMBERED = """
    first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth
    fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth twentieth
    """.split()  # noqa: SIM905 - a table of words reads better as text
_ON_DAY = re.compile(rf"\b(?:on|since) the ({'|'.join(_NUMBERED)})(?= *(?:[,.!;]|$|of this month))")


def _numbered_day(line: Line) -> datetime | None:
    """Return the last "tenth" of a month before a turn that says "since the tenth"."""
    match = _ON_DAY.search(line.low)
    if match is None:
        return None
    day, at = _NUMBERED.index(match[1]) + 1, line.said.said_at
    start = at.replace(hour=0, minute=0, second=0, microsecond=0)
    if day > at.day:
        start = start.replace(day=1) - timedelta(days=1)
    return start.replace(day=day)


def _next_year(moment: datetime) -> datetime:
    """Return the same day a year on: "from August", said in July, is no August of last year."""
    try:
        return moment.replace(year=moment.year + 1)
    except ValueError:
        return moment


def _timed(line: Line) -> list[tuple[str, Mention]]:
    sentence = line.said.text[slice(*line.clause.sentence)]
    if not holds_time(sentence):
        return []
    offset = line.clause.sentence[0]
    found = []
    for mention in mentions(sentence, line.said.said_at):
        at = mention.span[0] + offset
        if not line.clause.span[0] <= at < line.clause.span[1]:
            continue
        words = line.said.text[line.clause.span[0] : at].lower().split()
        if words and words[-1] == "the":
            words.pop()
        before = words[-1] if words else ""
        if before == "of" and words[-2:-1] == ["as"]:
            before = "from"
        own = sentence[slice(*mention.span)].lower().split()
        before = own[0] if own and own[0] in {"since", "until", "from"} else before
        found.append((before, mention))
    return found
