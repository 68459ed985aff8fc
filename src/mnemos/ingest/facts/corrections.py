"""What puts right what was told before: "I meant Tuesday", "not X but Y", "moved to May"."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import timedelta
from functools import lru_cache

from mnemos.ingest.facts.alike import alike, span_of
from mnemos.ingest.facts.classes import TIME_WORDS, is_time, sorts_of
from mnemos.ingest.facts.events import find_when
from mnemos.ingest.facts.fact import Act, Fact
from mnemos.ingest.facts.family import cue, family
from mnemos.ingest.facts.line import Line, make
from mnemos.ingest.facts.people import FUNCTION_WORDS
from mnemos.ingest.facts.phrases import Phrase, phrase

#: How long after a statement "sorry, I meant …" can be about it.
SOON = timedelta(days=2)
#: Statements looked back at.
BACK = 12
#: Characters between a cue and the value that it introduces.
CLOSE = 4
#: A longer turn tells a story, in which "wrong" corrects no fact.
MOST_CHARS = 240
#: Words of a fragment that can be a value put right.
MOST_WORDS = 5
_CORRECTS = re.compile(
    r"\b(?:i meant|meant to (?:say|write|type)|i mean|sorry|correction|scratch that|strike that"
    r"|oops"
    r"|my mistake|my bad|typo|typed (?:it|that) wrong|had (?:it|that) wrong|got (?:it|that) wrong"
    r"|was wrong|actually|misremembered|mixed (?:it|that|them) up|wrong week|should have said"
    r"|i misspoke|misread|to correct|not quite right|i stand corrected|wait|make (?:that|it))\b"
)
_STRONG = re.compile(
    r"\b(?:i meant|meant to|correction|scratch that|strike that|my mistake|typo|wrong|misremembered"
    r"|mixed|misspoke|misread|i stand corrected|digits)\b|\bnot (?:a |the |an )?[\w:]+[,!.]|"
    r"\b(?:it|that) was actually\b|\bit's actually\b|\bactually it's\b"
)
_IT_IS = re.compile(
    r"\b(?:it|that|they|there)(?:'s| is| was| are|'re)(?: now| actually| really| back to| only"
    r"| in fact)*\s+(?=[\w€$£])",
    re.IGNORECASE,
)
_PUT_OFF = re.compile(
    r"\b(?:put|moved|pushed|shifted|changed|brought|postponed|rescheduled|switched) (?:it|them"
    r"|that)?"
    r"\s?(?:off|back|forward|up)?\s?(?:to|till|until)\s+(?:the )?",
    re.IGNORECASE,
)
_BACK_TO = re.compile(r"\b(?:we're|it's|we are|it is|i'm) back (?:to|on) (?:the )?", re.IGNORECASE)
_MEANT = re.compile(r"\b(?:meant(?: to say)?|make that|rather)\s+")
_NOT_OLD = re.compile(
    r"\bnot (?:a |an |the |on |in |at )?(?P<old>[\w:.' -]{2,40}?)(?=\W*$|[,.!;—–])", re.IGNORECASE
)
_INSTEAD = re.compile(
    r"\b(?:not (?:a |an |the )?)(?P<old>[\w:.' -]{2,40}?),? but (?:a |an |the )?"
    r"(?P<new>[\w:.'-]+(?: [\w:.'-]+){0,3})",
    re.IGNORECASE,
)


_CORRECTING = """
    meant mean sorry correction scratch strike oops mistake bad typo typed wrong actually
    misremembered mixed said misspoke misread correct right corrected wait make
"""
_PLAINLY = "meant correction scratch strike mistake typo wrong misremembered mixed misspoke misread"
_PLAINLY += " corrected digits not actually"
_IT = "it that they there"
#: Words that tell of what other sentences of their turn say.
ANYWHERE = frozenset(f"{_CORRECTING} {_PLAINLY}".split())


@family(
    cue(_CORRECTING),
    cue(_PLAINLY, _IT),
    cue(
        TIME_WORDS,
        f"{_IT} put moved pushed shifted changed brought postponed rescheduled switched back",
    ),
)
def corrections(line: Line) -> Iterator[Fact]:
    """Yield what a clause puts in place of an error, or of a time that was moved."""
    low, start = line.low, line.clause.span[0]
    put_off = _PUT_OFF.search(low) or _BACK_TO.search(low)
    if put_off is not None:
        value = find_when(line, start + put_off.end(), line.clause.sentence[1])
        if value is not None and value.span[0] - (start + put_off.end()) <= CLOSE:
            yield from _replaced(line, value, "change", soon=False)
            return
    cued, strong = _cues(line.said.text)
    if not cued and not _IT_IS.search(low):
        return
    sentence = line.said.text[slice(*line.clause.sentence)].lower().replace("’", "'")
    both = _INSTEAD.search(sentence)
    if both is not None and cued and line.clause.first:
        new = span_of(line, both.start("new") + line.clause.sentence[0], both["new"])
        yield from _replaced(line, new, "correct", old=both["old"], soon=True)
        return
    yield from _given(line, sentence, cued=cued, strong=strong)


@lru_cache(maxsize=8)
def _cues(text: str) -> tuple[bool, bool]:
    """Tell whether a turn says that it corrects something, and whether it says so plainly."""
    if len(text) > MOST_CHARS:
        return False, False
    turn = text.lower().replace("’", "'")
    return _CORRECTS.search(turn) is not None, _STRONG.search(turn) is not None


def _given(line: Line, sentence: str, *, cued: bool, strong: bool) -> Iterator[Fact]:
    """Read the value that a correcting clause gives, and the one it names as wrong."""
    negated = _NOT_OLD.search(sentence)
    old = negated["old"].strip() if negated is not None else ""
    value = _new_value(line, line.low)
    if value is None or (old and alike(old, value.text)):
        return
    if old and cued:
        yield from _replaced(line, value, "correct", old=old, soon=True)
    elif strong or (cued and line.subject is None and line.clause.first and is_time(value.text)):
        yield from _replaced(line, value, "correct", soon=True)
    elif _IT_IS.search(line.low) and is_time(value.text):
        yield from _replaced(line, value, "change", soon=False)


def _new_value(line: Line, low: str) -> Phrase | None:
    """Return the value that a correcting clause gives: behind "it's" or "meant", or all."""
    start = line.clause.span[0]
    match = _IT_IS.search(low) or _MEANT.search(low)
    if match is not None:
        at = start + match.end()
    else:
        at = line.tokens[0].start if line.tokens else start
    timed = find_when(line, at, line.clause.sentence[1])
    if timed is not None and timed.span[0] - at <= CLOSE:
        return timed
    tokens = [token for token in line.tokens if token.start >= at]
    if match is None and (line.subject is not None or len(tokens) > MOST_WORDS):
        return None
    while tokens and tokens[0].low in {"actually", "only", "in", "at", "on", "really"}:
        tokens = tokens[1:]
    if not tokens or tokens[0].low == "not":
        return None
    found = phrase(line.said.text, tokens, 0)
    if found is None or tokens[0].low.endswith("ing") or found.head in FUNCTION_WORDS:
        return None
    if len(found.text.split()) > MOST_WORDS:
        return None
    return (
        None if _CORRECTS.search(line.said.text[tokens[0].start : found.span[1]].lower()) else found
    )


def _replaced(line: Line, value: Phrase, act: Act, *, old: str = "", soon: bool) -> Iterator[Fact]:
    """Put a value in place of the latest one of its sort, or of the one that is named."""
    wanted = sorts_of(value.text)
    looked = told_by(line, soon=soon)[:BACK]
    for fact in looked:
        same = bool(sorts_of(fact.value) & wanted)
        named = bool(old) and alike(old, fact.value)
        if act == "change" and (fact.kind == "list" or not fact.holds):
            continue  # a day in October is no news of October, which one hates
        if named or (same and not old):
            if "words" in wanted and not named and act != "correct":
                continue
            if alike(value.text, fact.value) and fact.value.lower() == value.text.lower():
                continue
            yield make(
                line.said,
                line.clause.span,
                fact.slot,
                value,
                subject=fact.subject,
                kind=fact.kind,
                act=act,
                holds=fact.holds,
                instead_of=fact.value,
            )
            return


def told_by(line: Line, *, soon: bool) -> list[Fact]:
    """Return what the same speaker told before, latest first."""
    found = []
    for fact in reversed(line.known):
        if fact.by != line.said.who or not fact.value or fact.act in {"plan", "end"}:
            continue
        if soon and line.said.said_at - fact.said_at > SOON:
            break
        found.append(fact)
    return found


def taken_back(said_line: Line, before: Sequence[Fact]) -> Iterator[Fact]:
    """Yield a correction of each fact that "just kidding" takes back."""
    for fact in before:
        yield make(
            said_line.said,
            said_line.clause.span,
            fact.slot,
            None,
            subject=fact.subject,
            kind=fact.kind,
            act="correct",
            instead_of=fact.value,
        )
