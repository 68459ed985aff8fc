"""How many, and which: "I have two cats, Pixel and Mop", "that makes seven marathons"."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from mnemos.ingest.facts.classes import (
    NUMBER,
    NUMBER_WORDS,
    ORDINALS,
    RELATIONS,
    class_of,
    is_time,
    singular,
)
from mnemos.ingest.facts.clauses import Token, tokenise
from mnemos.ingest.facts.fact import Act, Fact
from mnemos.ingest.facts.family import cue, family
from mnemos.ingest.facts.line import Line
from mnemos.ingest.facts.people import FUNCTION_WORDS
from mnemos.ingest.facts.phrases import Phrase, listed, phrase

_COUNTED = frozenset(
    """
    have get own keep rent read run do finish complete visit write make collect grow breed adopt
    manage raise teach
    """.split()  # noqa: SIM905 - a table of words reads better as text
)
_MANY = re.compile(rf"({NUMBER})\b", re.IGNORECASE)
_MEASURES = frozenset(
    """
    year years month months week weeks day days hour hours minute minutes second seconds time times
    percent people thing things person persons kilo kilos pound pounds euro euros dollar dollars
    mile miles km metre metres way ways question questions more other others option options reason
    reasons idea ideas problem problems cup cups glass glasses bit lot half one ones star stars
    meeting meetings call calls appointment appointments page pages chapter chapters point points
    slice slices piece pieces step steps point set sets rep reps night nights
    """.split()  # noqa: SIM905 - the same
)
_MAKES = re.compile(
    rf"\b(?:that|this|it|which) (?:now )?makes (?:it )?({NUMBER}) (\w+)", re.IGNORECASE
)
_ORDINAL = re.compile(rf"\b(?:my|our|a|another|the) ({'|'.join(ORDINALS)}) (\w+)", re.IGNORECASE)
#: Nouns whose lists are facts, before a colon: noun → slot.
_HEADERS = {
    "languages": "speaks",
    "allergies": "allergies",
    "hobbies": "hobbies",
    "pets": "pet",
    "medications": "medication",
    "medication": "medication",
    "instruments": "plays",
    "siblings": "siblings",
    "kids": "children",
    "children": "children",
    "subjects": "subjects",
    "address": "address",
    "birthday": "birthday",
    "email": "email",
    "countries": "countries",
    "cities": "cities",
}
_HEADER = re.compile(
    r"\W*(?:(?:and|also|ok|oh|well|so|for the record|fyi)\W+)*(?P<own>my |our )?"
    r"(?P<all>(?:all-?time )?(?:current )?(?:favou?rite )?)(?P<noun>[a-z]+(?: number| size)?)"
    r"(?P<more>(?: (?!is\b|are\b|was\b)[a-z']+){0,5})\s*:\s+",
    re.IGNORECASE,
)


@family(cue("makes"), cue(NUMBER_WORDS), cue(ORDINALS))
def counts(line: Line) -> Iterator[Fact]:
    """Yield how many of something somebody has or has done, and what those are called."""
    made = _MAKES.search(line.low)
    if made is not None:
        yield from _makes(line, made)
        return
    subject, verb = line.subject, line.verb
    if subject is None:
        yield from _told_again(line)
    if subject is None or subject.thing or verb is None or verb.lemma not in _COUNTED:
        return
    if verb.denied or verb.tense in {"modal", "plan", "used"} or verb.able or verb.passive:
        return
    at = verb.at
    if at < len(line.tokens) and line.tokens[at].low in {"out", "up"}:
        at += 1
    if at >= len(line.tokens):
        return
    token = line.tokens[at]
    if _MANY.fullmatch(token.text) is not None and token.low != "zero":
        yield from _counted(line, at)
    else:
        yield from _another(line, at)


def _counted(line: Line, at: int) -> Iterator[Fact]:
    verb = line.verb
    number = line.tokens[at]
    things = phrase(line.said.text, line.tokens, at + 1)
    if (
        things is None
        or verb is None
        or things.head in _MEASURES
        or singular(things.head) in _MEASURES
    ):
        return
    if verb.lemma in {"have", "get"} and verb.tense == "past":
        return
    if not (things.head.endswith("s") or number.low in {"one", "1"} or things.head == "children"):
        return
    has = verb.lemma in {"have", "get", "own", "keep", "adopt", "raise"}
    if has and not (class_of(things.head) or singular(things.head) in RELATIONS):
        return
    value = Phrase(text=number.text, span=(number.start, number.end), head=number.low, after=at + 1)
    act: Act = "change" if verb.tense == "past" else "tell"
    yield line.fact(_noun(things.head), value, kind="count", act=act)
    if things.after < len(line.tokens) and line.tokens[things.after].low in {",", ":", "called"}:
        for name in listed(line.said.text, line.tokens, things.after + 1):
            if name.text[0].isupper() and len(name.text.split()) <= 2:  # noqa: PLR2004
                yield line.fact(
                    f"names of {_plural(things.head)}", name, kind="list", timeless=True
                )


_AGAIN = re.compile(rf"(?:only |now |still )*({NUMBER}) ([a-z]+)\b", re.IGNORECASE)


def _told_again(line: Line) -> Iterator[Fact]:
    """Read "Three children, one bathroom": a count of what the speaker counted before."""
    start = line.tokens[0].start if line.tokens else line.clause.span[0]
    match = _AGAIN.match(line.said.text, start)
    if match is None or not line.clause.first:
        return
    slot = _noun(match[2].lower())
    for known in reversed(line.known):
        if known.slot == slot and known.subject == line.scene.speaker:
            value = Phrase(text=match[1], span=match.span(1), head=match[1].lower(), after=0)
            yield line.fact(slot, value, kind="count", act="change", who=known.subject)
            return


def _another(line: Line, at: int) -> Iterator[Fact]:
    """Read "adopted a third one, a ginger called Biscuit": one more of what was counted."""
    verb = line.verb
    match = _ORDINAL.search(line.low)
    if match is None or verb is None or verb.tense not in {"past", "perfect"}:
        return
    noun = match[2] if match[2] not in {"one", "now"} else ""
    start = line.clause.span[0] + match.start(1)
    for known in reversed(line.known):
        if known.kind == "count" and (not noun or _noun(noun) == known.slot):
            text = line.said.text[start : start + len(match[1])]
            value = Phrase(text=text, span=(start, start + len(text)), head=text, after=at)
            yield line.fact(known.slot, value, kind="count", act="change", who=known.subject)
            named = re.search(
                r"\b(?:called|named) ([A-Z]\w+)", line.said.text[start : line.clause.span[1]]
            )
            if named is not None:
                begin = start + named.start(1)
                name = Phrase(text=named[1], span=(begin, begin + len(named[1])), head="", after=at)
                slot = known.slot.replace("number", "names", 1)
                yield line.fact(slot, name, kind="list", who=known.subject, timeless=True)
            return


def _makes(line: Line, match: re.Match[str]) -> Iterator[Fact]:
    noun = _noun(match[2])
    start = line.clause.span[0] + match.start(1)
    text = line.said.text[start : start + len(match[1])]
    value = Phrase(text=text, span=(start, start + len(text)), head=text, after=0)
    if singular(noun) not in _MEASURES and noun not in FUNCTION_WORDS:
        yield line.fact(noun, value, kind="count", act="change", who=line.scene.speaker)


def _noun(noun: str) -> str:
    """Return the slot in which things are counted: "number of cats"."""
    return f"number of {_plural(noun)}"


def _plural(noun: str) -> str:
    if noun in {"kids", "kid", "child", "children"}:
        return "children"
    return noun if noun.endswith("s") else f"{noun}s"


_KEPT = re.compile(
    r"[^:.!?\n]{0,40}?\b(?P<noun>(?!(?:the|a|my|our|this|new|of|for|following) )(?:[a-z]+ )?(?:list"
    r"|plan|courses|classes|ingredients|line-?up|itinerary))\b[^:.!?\n]{0,40}:\s+",
    re.IGNORECASE,
)
_KEPT_SLOT = re.compile(r"(?:list|plan|courses|classes|ingredients|line-?up|itinerary)\Z")


def is_kept(slot: str) -> bool:
    """Tell whether a slot is a list that somebody keeps: "grocery list", "courses"."""
    return _KEPT_SLOT.search(slot) is not None


def _kept(line: Line) -> Iterator[Fact]:
    """Read "start a grocery list: oats, lentils"."""
    match = _KEPT.match(line.said.text, line.clause.sentence[0], line.clause.sentence[1])
    if match is None or line.clause.span[0] > match.end():
        return
    tokens = tokenise(line.said.text, (match.end(), line.clause.sentence[1]))
    values = _items(line.said.text, tokens)
    own = " " in match["noun"] or re.search(r"\b(?:my|our)\b", match[0], re.IGNORECASE)
    for value in values if own and len(values) > 1 else ():
        fact = line.fact(match["noun"].lower(), value, kind="list", who=line.scene.speaker)
        yield _of_a_list(line, fact, value, values[0])


def _of_a_list(line: Line, fact: Fact, value: Phrase, first: Phrase) -> Fact:
    """Return an item's fact with its own words; the first one's hold what the list is of."""
    span = (line.clause.sentence[0] if value is first else value.span[0], value.span[1])
    return replace(fact, span=span, words=line.said.text[slice(*span)])


@family(cue(":"))
def header(line: Line) -> Iterator[Fact]:
    """Yield the items behind a header: "Languages so far: German from home, French"."""
    if not line.tokens:
        return
    text, start = line.said.text, line.clause.sentence[0]
    match = _HEADER.match(text, start)
    if match is None or _KEPT.match(text, start) is not None:
        yield from _kept(line) if line.clause.first else ()
        return
    noun = match["noun"].lower()
    favourite = "avo" in match["all"].lower()
    slot = _HEADERS.get(noun)
    if favourite:
        slot = f"favourite {singular(noun)}"
    elif slot in {"countries", "cities"} or (slot is None and not match["own"]):
        return
    if slot is None or (
        match["more"] and re.search(r"\b(?:you|his|her|their|to)\b", match["more"])
    ):
        return
    single = slot in {"address", "birthday", "email"}
    tokens = [token for token in line.tokens if token.start >= match.end()]
    values = (
        [phrase(line.said.text, tokens, 0, commas=True)]
        if single
        else _items(line.said.text, tokens)
    )
    for value in values:
        if value is not None and (single or not is_time(value.text)):
            fact = line.fact(
                slot, value, kind="single" if single else "list", who=line.scene.speaker
            )
            yield _of_a_list(line, fact, value, values[0] or value)


def _items(text: str, tokens: Sequence[Token]) -> list[Phrase]:
    """Read each item up to its comma, without what explains it: "German from home"."""
    found: list[Phrase] = []
    at = 0
    while at < len(tokens):
        one = phrase(text, tokens, at)
        if one is not None:
            found.append(one)
        while at < len(tokens) and tokens[at].low not in {",", "and"}:
            at += 1
        at += 1
        while at < len(tokens) and tokens[at].low in {",", "and", "then", "also"}:
            at += 1
    return found
