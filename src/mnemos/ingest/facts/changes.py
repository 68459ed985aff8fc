"""Other ways in which facts change: switches, first days, promotions, additions to a list."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mnemos.ingest.facts.alike import alike, span_of
from mnemos.ingest.facts.amounts import amounts
from mnemos.ingest.facts.classes import class_of, is_job, nouns
from mnemos.ingest.facts.clauses import tokenise
from mnemos.ingest.facts.corrections import corrections
from mnemos.ingest.facts.endings import endings
from mnemos.ingest.facts.fact import Fact, Kind
from mnemos.ingest.facts.family import Index, cue, family
from mnemos.ingest.facts.idioms import idioms
from mnemos.ingest.facts.line import Line, make
from mnemos.ingest.facts.named import named, replaced
from mnemos.ingest.facts.numbers import is_kept
from mnemos.ingest.facts.phrases import Phrase, is_pronoun, phrase
from mnemos.ingest.facts.retold import retold

_SWITCH = re.compile(
    r"\b(?:switched|changed|swapped|gone|went|converted|upgraded)(?: over| back)?"
    r"(?: from (?P<old>[\w' ]{2,30}?))? to (?:a |an |the )?(?P<new>[\w'-]+(?: [\w'-]+){0,3})"
)
_SWAP = re.compile(
    r"\b(?:swapped|traded|exchanged|replaced|left) (?:in )?(?:my |our |the )?(?P<old>[\w' ]{2,30}?)"
    r" (?:for|with) (?:a |an |the )?(?P<new>[\w'-]+(?: [\w'-]+){0,3})"
)
_FIRST_DAY = re.compile(r"\bfirst (?:day|week|shift) (?:at|with) (?=(?-i:[A-Z]))", re.IGNORECASE)
_PROMOTED = re.compile(
    r"\b(?:(?:made|named|appointed|promoted) me(?: to)?|i(?:'ve| have| was| got)?(?: just| been)*"
    r" (?:made|promoted to|appointed)|i got (?:a|the) job as|i got (?:a|the) promotion to"
    r"|(?:got|was|been|am|'m) hired as)\s+(?=\w)",
    re.IGNORECASE,
)
_NEW_JOB = (
    r"\bi(?:'ve| have)?(?: just| finally| recently)*"
    r" (?:got|gotten|found|landed|started|accepted|took)"
    r"(?: a| my)?(?: new)? (?:job|position|role) "
)
_POSTS = (
    (
        re.compile(
            r"\bi(?:'ve| have| was|'m| am| got)?(?: just| been)* hired (?:by|at) (?=\w)",
            re.IGNORECASE,
        ),
        "employer",
    ),
    (_FIRST_DAY, "employer"),
    (_PROMOTED, "job"),
    (re.compile(rf"{_NEW_JOB}(?:at|with|for) (?=\w)", re.IGNORECASE), "employer"),
    (re.compile(rf"{_NEW_JOB}as (?=\w)", re.IGNORECASE), "job"),
)
_IT_IS_A = re.compile(r"\b(?:it|that)(?:'s| is) an?\s+(?=\w)", re.IGNORECASE)
_ADDS = re.compile(
    r"(?:\bcan (?:now )?add|^\W*(?:please |also |and )*(?:add|need)|\badded|^\W*plus)\s+(?=\w)",
    re.IGNORECASE,
)
_GROWS = frozenset(
    "speaks allergies hobbies medication pet plays subjects likes".split()  # noqa: SIM905
)
_BECAME = re.compile(
    r"\b(?:gone|went|turned|became|become|am|been) (?:a )?"
    r"(?P<state>vegan|vegetarian|pescatarian|freelance|self-employed)\b"
)


@family(
    cue("stand bear off enough"),
    cue("tired sick", "grown"),
    cue("vegan vegetarian pescatarian freelance self"),
    cue("switched changed swapped gone went converted upgraded", "to"),
    cue("swapped traded exchanged replaced left", "for with"),
)
def _objects(line: Line) -> Iterator[Fact]:
    """Read "I can't stand it any more", "I've gone off opera", "I switched to oat milk"."""
    subject, low = line.subject, line.low
    if subject is None or subject.thing:
        return
    dislike = re.search(
        r"\b(?:can't|cannot|can not) (?:stand|bear)\s+|\bgone off\s+|\bwent off\s+"
        r"|\bgrown (?:tired|sick) of\s+",
        low,
    )
    more = re.search(r"\b(?:can't|cannot) get enough of\s+", low)
    match = dislike or more
    if match is not None:
        at = line.clause.span[0] + match.end()
        tokens = [token for token in line.tokens if token.start >= at]
        if is_pronoun(tokens, 0):
            liked = [
                one for one in line.known if one.slot == "likes" and one.subject == subject.who
            ]
            spoken = [one for one in line.known if one.value and "food" in one.slot]
            for old in (liked or spoken)[-1:]:
                yield make(
                    line.said,
                    line.clause.span,
                    old.slot,
                    None,
                    subject=subject.who,
                    kind=old.kind,
                    act="end",
                    instead_of=old.value,
                )
            return
        value = phrase(line.said.text, tokens, 0)
        if value is not None:
            yield line.fact("likes", value, kind="list", act="change", holds=more is not None)
        return
    became = _BECAME.search(low)
    if became is not None and line.verb is not None and line.verb.tense in {"past", "perfect"}:
        value = span_of(line, line.clause.span[0] + became.start("state"), became["state"])
        slot = "job" if became["state"] in _WORKING else "diet"
        yield line.fact(slot, value, act="change")
        return
    switch = _SWITCH.search(low) or _SWAP.search(low)
    if switch is None or line.verb is None or line.verb.tense not in {"past", "perfect"}:
        return
    yield from _switched(line, switch, subject.who)


_WORKING = frozenset({"freelance", "self-employed"})


def _switched(line: Line, match: re.Match[str], who: str) -> Iterator[Fact]:
    new = span_of(line, line.clause.span[0] + match.start("new"), match["new"])
    tokens = [token for token in line.tokens if token.start >= new.span[0]]
    value = phrase(line.said.text, tokens, 0)
    if value is None:
        return
    kind = class_of(value.head)
    for fact in reversed(line.known):
        if fact.subject != who or not fact.value:
            continue
        named = match["old"] and alike(match["old"], fact.value)
        same = kind and (fact.slot == kind or class_of(fact.value.lower().split()[-1]) == kind)
        if named or same:
            yield line.fact(
                fact.slot, value, kind=fact.kind, act="change", who=who, instead_of=fact.value
            )
            return
    kind = kind or class_of((match["old"] or " ").split(" ")[-1])
    kind = kind or next(filter(None, map(class_of, value.text.split())), "")
    if kind in {"car", "phone", "laptop", "diet", "bike"}:
        single: Kind = "list" if kind == "bike" else "single"
        yield line.fact(kind, value, kind=single, act="change", who=who)


@family(
    cue("hired made named appointed promoted promotion job position role"),
    cue("first", "day week shift"),
    cue(nouns(), "it that", "a an"),
    cue("add need added plus"),
)
def _further(line: Line) -> Iterator[Fact]:
    """Read first days, promotions, "it's a Toyota", and what is added to a list."""
    text, (start, end) = line.said.text, line.clause.span
    denied = line.verb is not None and (line.verb.denied or line.verb.tense in {"plan", "modal"})
    for pattern, slot in _POSTS:
        match = pattern.search(text.replace("’", "'"), start, end)
        if match is not None and not denied:
            value = _phrase_at(line, match.end())
            fits = value is not None and (
                value.text[0].isupper() if slot == "employer" else is_job(value.text)
            )
            if fits:
                yield line.fact(slot, value, act="change", who=line.scene.speaker)
                return
    thing = _IT_IS_A.search(text.replace("’", "'"), start, end)
    if thing is not None and not denied:
        value = _phrase_at(line, thing.end())
        kind = class_of(value.head) if value is not None else ""
        for last in line.known[-1:] if value is not None and kind else ():
            if last.slot == kind and value is not None and not alike(value.text, last.value):
                yield line.fact(kind, value, kind=last.kind, who=last.subject)
                return
    added = _ADDS.search(text, start, end)
    if added is not None:
        yield from _added(line, _phrase_at(line, added.end()))


def _added(line: Line, value: Phrase | None) -> Iterator[Fact]:
    if value is None or len(value.text.split()) > 3:  # noqa: PLR2004
        return
    if class_of(value.head) == "language":
        yield line.fact("speaks", value, kind="list", who=line.scene.speaker)
        return
    lists = [
        one
        for one in line.known
        if one.by == line.said.who
        and one.kind == "list"
        and (one.slot in _GROWS or one.slot.startswith("favourite") or is_kept(one.slot))
        and ":" in one.words
    ]
    if lists and " to " not in line.low:
        yield line.fact(lists[-1].slot, value, kind="list", who=lists[-1].subject)


def _phrase_at(line: Line, at: int) -> Phrase | None:
    tokens = [
        token
        for token in tokenise(line.said.text.replace("’", "'"), line.clause.span)
        if token.start >= at
    ]
    return phrase(line.said.text, tokens, 0)


#: In this order; the first that reads anything has the clause to itself.
CHANGES = Index(
    (corrections, replaced, endings, named, idioms, _objects, amounts, _further, retold)
)


@family(*CHANGES.cues)
def updates(line: Line) -> Iterator[Fact]:
    """Yield what a clause changes about facts told before; nothing if none fits."""
    for each in CHANGES.of(line.words):
        made = list(each.read(line))
        if made:
            yield from made
            return
