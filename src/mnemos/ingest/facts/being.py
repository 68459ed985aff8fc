"""What somebody or something is: "I'm a nurse", "she's allergic to nuts", "my budget is 500"."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mnemos.ingest.facts.classes import (
    NUMBER,
    PARTNERS,
    RELATIONS,
    ROLES,
    class_of,
    is_job,
    is_time,
)
from mnemos.ingest.facts.fact import Act, Fact
from mnemos.ingest.facts.family import cue, family, forms
from mnemos.ingest.facts.line import Line
from mnemos.ingest.facts.phrases import Phrase, listed, phrase
from mnemos.ingest.facts.predicate import Predicate
from mnemos.ingest.facts.states import liked
from mnemos.ingest.facts.things import called, newly, things

_AGE = re.compile(rf"({NUMBER})(?:[- ]years?[- ]old)?(?=\W*$|\s*(?:now|today|already|,|and\b))")
#: Adjective → the slot that it fills.
_ADJECTIVES = {
    word: slot
    for slot, words in {
        "relationship": "married single engaged divorced separated widowed unmarried",
        "diet": "vegan vegetarian pescatarian",
        "job": "retired unemployed jobless self-employed freelance",
        "health": "pregnant diabetic asthmatic celiac coeliac dyslexic autistic colour-blind"
        " colorblind lactose-intolerant deaf blind",
        "handedness": "left-handed right-handed",
    }.items()
    for word in words.split()
}
#: Adjective and preposition before what somebody likes → whether they do.
_LIKES = {
    "crazy about": True,
    "mad about": True,
    "passionate about": True,
    "fond of": True,
    "keen on": True,
    "into": True,
    "obsessed with": True,
    "hooked on": True,
    "addicted to": True,
    "sick of": False,
    "tired of": False,
}
_SETTLED = frozenset("fine happy well safe settled home back".split())  # noqa: SIM905


#: Wherever the verb is "be", as in "got married".
_BE = (
    cue("am m is s are re was were been be being"),
    cue("married engaged divorced separated called named widowed retired", forms("get")),
)


@family(*_BE, cue("still"))
def beings(line: Line) -> Iterator[Fact]:
    """Yield what a clause with "be" states."""
    subject, verb = line.subject, line.verb
    if subject is None and line.clause.first and "still" in line.clause.opener.lower():
        yield from _still(line)
    if subject is None or verb is None or verb.lemma != "be" or verb.tense == "modal":
        return
    if subject.thing:
        yield from things(line, subject, verb)
        return
    act: Act = "change" if verb.fresh or verb.ended or newly(line) else "tell"
    if verb.tense == "plan":
        act = "plan"
    yield from _persons(line, verb, act)


def _still(line: Line) -> Iterator[Fact]:
    """Read "Still married", said of oneself."""
    if line.tokens and line.tokens[0].low in _ADJECTIVES:
        yield from _adjective(line, 0, "tell", holds=True)


def _persons(line: Line, verb: Predicate, act: Act) -> Iterator[Fact]:
    tokens, at = line.tokens, verb.at
    if at >= len(tokens):
        return
    low = tokens[at].low
    following = tokens[at + 1].low if at + 1 < len(tokens) else ""
    holds = not verb.denied
    if low in _ADJECTIVES:
        yield from _adjective(line, at, act, holds=holds)
    elif low in _PLACING:
        yield from _placed(line, low, at + 1, act, holds=holds)
    elif following == "in" and low in _SETTLED:
        yield from _placed(line, "in", at + 2, "change" if low == "back" else act, holds=holds)
    elif f"{low} {following}" in _LIKES or low in _LIKES:
        likes = _LIKES.get(f"{low} {following}", _LIKES.get(low, True))
        for value in liked(line, at + (1 if low in _LIKES else 2)):
            yield line.fact("likes", value, kind="list", act=act, holds=holds == likes)
    elif low in _COMPLEMENTS:
        yield from _complemented(line, at, act, holds=holds)
    elif (age := _age(line, at)) is not None:
        yield from [line.fact("age", age, act=act)] if holds else []
    else:
        yield from _noun(line, at, act, holds=holds)


_PLACING = frozenset({"in", "at", "from", "on", "with"})
_COMPLEMENTS = frozenset({"based", "located", "living", "allergic", "called", "named"})


def _complemented(line: Line, at: int, act: Act, *, holds: bool) -> Iterator[Fact]:
    """Read "based in Leeds", "allergic to nuts", "called Rex"."""
    tokens, text = line.tokens, line.said.text
    low = tokens[at].low
    following = tokens[at + 1].low if at + 1 < len(tokens) else ""
    if low == "allergic" and following == "to":
        for each in listed(text, tokens, at + 2):
            yield line.fact("allergies", each, kind="list", act=act, holds=holds)
    elif low in {"called", "named"}:
        value = phrase(text, tokens, at + 1)
        if value is not None and value.text[0].isupper():
            yield called(line, value, act)
    elif following in {"in", "at", "near"}:
        value = phrase(text, tokens, at + 2, within="of in")
        if value is not None and value.text[0].isupper():
            yield line.fact("home", value, act=act, holds=holds)


def _age(line: Line, at: int) -> Phrase | None:
    start = line.tokens[at].start
    match = _AGE.match(line.said.text.lower()[start : line.clause.span[1]])
    if match is None:
        return None
    value = line.said.text[start : start + len(match[1])]
    if len(line.tokens) > at + 1 and line.tokens[at + 1].low in {"of", "%", "minutes"}:
        return None
    return Phrase(text=value, span=(start, start + len(value)), head=value, after=at + 1)


def _adjective(line: Line, at: int, act: Act, *, holds: bool) -> Iterator[Fact]:
    token = line.tokens[at]
    slot = _ADJECTIVES[token.low]
    value = Phrase(text=token.text, span=(token.start, token.end), head=token.low, after=at + 1)
    following = line.tokens[at + 1].low if at + 1 < len(line.tokens) else ""
    if slot != "job" or following != "from":
        yield line.fact(
            slot, value, act=act, holds=holds, kind="list" if slot == "health" else "single"
        )


def _placed(line: Line, preposition: str, at: int, act: Act, *, holds: bool) -> Iterator[Fact]:
    """Read "in Turin", "at the port authority", "from Peru", "on insulin"."""
    value = phrase(line.said.text, line.tokens, at, within="of in", commas=preposition == "at")
    if value is None:
        return
    capital = value.text[0].isupper() and not is_time(value.text)
    kind = class_of(value.head)
    if preposition == "from" and capital:
        yield line.fact("origin", value, act=act, holds=holds)
    elif preposition == "on" and kind == "medication":
        yield line.fact("medication", value, kind="list", act=act, holds=holds)
    elif preposition in {"at", "with"} and capital and line.verb is not None and line.verb.ended:
        yield line.fact("employer", value, act="change", holds=False)
    elif preposition == "at" and re.match(r"\d+\w? [A-Z]", value.text):
        yield line.fact("address", value, act="change" if "since" in line.low else act, holds=holds)
    elif preposition in {"at", "with"} and kind == "institution" and _works_there(line, value):
        yield line.fact("employer", value, act=act, holds=holds)
    elif preposition == "in" and line.verb is not None and line.verb.tense == "past":
        return
    elif preposition == "in" and (capital or kind == "dwelling") and line.verb is not None:
        settled = re.search(
            r"\b(?:still|now|since|as of|permanently|for good|back in|always)\b", line.low
        )
        slot = "home" if settled and line.verb.tense != "past" else "place"
        if re.search(r"\b[A-Z]", value.text):
            yield line.fact(slot, value, act=act, holds=holds)


def _works_there(line: Line, value: Phrase) -> bool:
    """Tell whether "at the bank" is where somebody works: of oneself it says where one is."""
    own = line.subject is not None and line.subject.who == line.scene.speaker
    return value.determiner != "this" and not own and _FOR_NOW.search(line.low) is None


_FOR_NOW = re.compile(r"\b(?:right now|at the moment|today|tonight|until|all day|again|visiting)\b")


def _noun(line: Line, at: int, act: Act, *, holds: bool) -> Iterator[Fact]:
    """Read "a junior data analyst at Corvid Labs", "my boyfriend", "a vegan", "a fan of jazz"."""
    value = phrase(line.said.text, line.tokens, at)
    if value is None:
        return
    if _holds_role(line, value):
        yield from [called(line, value, act)] if holds else []
    elif _TITLED.match(value.text):
        yield from [one for one in [called(line, value, act)] if one.slot != "name"]
    elif value.determiner in {"my", "our"} and value.head in RELATIONS:
        yield from _my_partner(line, value, act, holds=holds)
    elif value.determiner == "such" or (value.determiner in _CERTAIN and not is_job(value.text)):
        return
    elif class_of(value.head) == "diet":
        yield line.fact("diet", value, act=act, holds=holds)
    elif _FAN.match(value.text.lower()):
        of = next(i for i in range(at, len(line.tokens)) if line.tokens[i].low == "of")
        for each in liked(line, of + 1):
            yield line.fact("likes", each, kind="list", act=act, holds=holds)
    elif _is_post(value):
        yield line.fact("job", value, act=act, holds=holds)


def _holds_role(line: Line, value: Phrase) -> bool:
    """Tell whether a name says who has a role of which there is one: "my boss is Karen"."""
    role = "" if line.subject is None else line.subject.relation.rpartition("'s ")[2]
    name = value.text.istitle() and len(value.text.split()) <= 3 and not value.determiner  # noqa: PLR2004
    told = class_of(value.head) or value.head.endswith(("ish", "ese", "ican"))
    return role in ROLES and name and not told and not is_job(value.text)


_TITLED = re.compile(r"(?:Mrs?|Ms|Dr)\b")
_FAN = re.compile(r"(?:big |huge |massive )?fan of \w")
_CERTAIN = frozenset({"my", "your", "their", "this", "the"})


def _my_partner(line: Line, value: Phrase, act: Act, *, holds: bool) -> Iterator[Fact]:
    """Read "Tom is my boyfriend"."""
    subject = line.subject
    if subject is None or subject.who == line.scene.speaker:
        return
    relation = RELATIONS[value.head]
    if relation == "partner" and value.text.lower() not in _PAIRED:
        return
    name = next((one for one in line.tokens[: subject.at] if one.text[0].isupper()), None)
    if name is not None and relation in PARTNERS | ROLES and name.text in subject.who:
        end = name.start + len(subject.who)
        if line.said.text[name.start : end] != subject.who:
            end = name.end
        told = Phrase(
            text=line.said.text[name.start : end], span=(name.start, end), head=name.low, after=0
        )
        slot = "partner" if relation in PARTNERS else relation
        yield line.fact(slot, told, who=line.scene.speaker, holds=holds, act=act)


#: Partners in life; others share a business or a tennis court.
_PAIRED = frozenset({"partner", "spouse", "new partner", "life partner"})


def _is_post(value: Phrase) -> bool:
    """Tell whether a phrase names what one person does: "a nurse", "team lead"."""
    words = value.text.lower().split()
    if not is_job(value.text) or value.head.endswith("s") or "of" in words:
        return False
    return value.determiner in {"a", "an", "the"} or len(words) <= 2  # noqa: PLR2004


@family(*_BE)
def employer(line: Line) -> Iterator[Fact]:
    """Read the employer behind an occupation: "I'm an analyst at Corvid Labs"."""
    subject, verb = line.subject, line.verb
    if subject is None or subject.thing or verb is None or verb.lemma != "be" or verb.denied:
        return
    job = phrase(line.said.text, line.tokens, verb.at)
    if job is None or not is_job(job.head) or job.after >= len(line.tokens):
        return
    if line.tokens[job.after].low in {"at", "for", "with"}:
        where = phrase(line.said.text, line.tokens, job.after + 1)
        if where is not None and (where.text[0].isupper() or class_of(where.head) == "institution"):
            yield line.fact("employer", where)
