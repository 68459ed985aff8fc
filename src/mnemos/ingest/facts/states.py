"""Verbs that state how it is, or that it became so or is over: live, work, drive, love, buy …"""

from __future__ import annotations

import re
from collections.abc import Iterator

from mnemos.ingest.facts.classes import (
    NUMBER,
    ONE_AT_A_TIME,
    PARTNERS,
    RELATIONS,
    class_of,
    is_job,
)
from mnemos.ingest.facts.fact import Act, Fact, Kind
from mnemos.ingest.facts.line import Line
from mnemos.ingest.facts.people import FUNCTION_WORDS
from mnemos.ingest.facts.phrases import Phrase, is_pronoun, listed, phrase
from mnemos.ingest.facts.predicate import Predicate
from mnemos.ingest.facts.verbs import FRAMES, Frame

_PREPOSITIONS = frozenset(
    "on in to with about of from by into toward through because who that which".split()  # noqa: SIM905
)
_NUMBER = re.compile(NUMBER, re.IGNORECASE)
_NO_OBJECT = re.compile(r"\W*(?:any ?more|at all|now|any longer)?\W*\Z", re.IGNORECASE)
_SCHOOL = re.compile(r"\b(?:school|university|college|academy|high|institute|uni)\b")
_VAGUE = frozenset("hard well better more less harder fast early late big huge key".split())  # noqa: SIM905
_PLACES = frozenset(
    """
    village city town suburbs suburb countryside country dorm dormitory centre center hostel
    farm houseboat caravan campus downtown abroad
    """.split()  # noqa: SIM905 - a table of words reads better as text
)
_THESE_DAYS = re.compile(r"\b(?:now|these days|nowadays|currently)\b")
_ANY_MORE = re.compile(r"\b(?:any ?more|any longer|no more)\b")
_NO_LIKES = frozenset(
    """
    your to that this when how what if seeing hearing you talking chatting working getting being
    knowing having these those where reading making it her his their our my watching spending
    catching sharing
    """.split()  # noqa: SIM905 - the same
)
#: What a plain past tells of as over; others are mere episodes.
_LASTING = frozenset("home employer job school car partner".split())  # noqa: SIM905
_WORKS = frozenset(
    "teach design build research consult code write cook study freelance train lecture".split()  # noqa: SIM905
)
_CLAUSE = frozenset("is are was were has have what how that it them you when sure this".split())  # noqa: SIM905
_NO_DOING = frozenset(
    "going taking making learning getting doing trying giving bringing putting".split()  # noqa: SIM905
)
_LISTED = frozenset({"speaks", "likes", "plays", "medication", "eats", "drinks"})


def states(line: Line) -> Iterator[Fact]:
    """Yield what a clause with a known verb states of a person."""
    subject, verb = line.subject, line.verb
    if subject is None or subject.thing or verb is None or verb.tense == "modal" or verb.passive:
        return
    if verb.able and not (verb.lemma in {"speak", "play"} or (verb.denied and verb.lemma == "eat")):
        return
    for frame in FRAMES.get(verb.lemma, ()):
        made = list(_stated(line, verb, frame))
        yield from made
        if made and frame.slot != "teaches":
            break
    yield from _dwelling(line, verb)
    yield from _working(line, verb)


def _stated(line: Line, verb: Predicate, frame: Frame) -> Iterator[Fact]:
    tokens, at = line.tokens, verb.at
    if frame.progressive and verb.tense not in {"doing", "perfect", "plan"}:
        return
    if "never" in frame.sort or ("habit" in frame.sort and verb.tense not in {"present", "used"}):
        return
    if at < len(tokens) and tokens[at].low == "back":
        at += 1
    if frame.prepositions != ("",):
        at = _behind(line, frame, at)
        if at < 0:
            return
    elif at < len(tokens) and tokens[at].low in {"to", "for", "on", "up", "out", "in", "at"}:
        return
    if frame.slot == "likes" and (
        at >= len(tokens)
        or tokens[at].low in _NO_LIKES
        or (
            tokens[at].low == "the" and tokens[at + 1 : at + 2] and tokens[at + 1].text[0].islower()
        )
        or verb.tense in {"past", "doing"}
    ):
        return
    if verb.tense == "past" and frame.act == "tell" and frame.slot not in _LASTING:
        if not (verb.denied and "never" in line.low):
            return
    act = _act(line, verb, frame)
    if act is None:
        return
    if verb.denied and frame.slot in {"smokes", "drinks"} and _bare(line, at):
        token = tokens[verb.at - 1]
        done = Phrase(text=token.text, span=(token.start, token.end), head=token.low, after=at)
        yield line.fact(frame.slot, done, kind=frame.kind, act=act, holds=False)
        return
    found: list[Phrase]
    if frame.slot == "likes":
        found = liked(line, at)
    elif frame.slot in _LISTED:
        found = listed(line.said.text, tokens, at)
    else:
        one = phrase(line.said.text, tokens, at, within=_within(frame.slot))
        found = [] if one is None else [one]
    for value in found:
        if not _fits(frame, value, line):
            if frame.slot in _LISTED:
                continue
            return
        slot, kind = _slot(frame, value)
        if slot == "place" and verb.tense == "past":
            return
        old = _preferred(line) if slot == "prefers" and act == "change" else ""
        yield line.fact(
            slot, value, kind=kind, act=act, holds=frame.holds != verb.denied, instead_of=old
        )


def _bare(line: Line, at: int) -> bool:
    """Tell whether a verb has no object: "I don't smoke any more"."""
    return (
        _NO_OBJECT.match(line.said.text[line.tokens[at - 1].end : line.clause.span[1]]) is not None
    )


def _preferred(line: Line) -> str:
    """Return what the same person preferred last, for what they prefer now."""
    who = line.subject.who if line.subject is not None else ""
    told = [one.value for one in line.known if one.slot == "prefers" and one.subject == who]
    return told[-1] if told else ""


def liked(line: Line, at: int) -> list[Phrase]:
    """Return what somebody likes: things of a list, or one doing."""
    if at < len(line.tokens) and line.tokens[at].low.endswith("ing"):
        doing = _doing(line, at)
        return [] if doing is None else [doing]
    return [
        one
        for one in listed(line.said.text, line.tokens, at)
        if one.determiner not in {"this", "such", "their", "your"}
    ]


def _doing(line: Line, at: int) -> Phrase | None:
    """Read what somebody likes to do: "going on road trips"; none that a clause follows."""
    value = phrase(line.said.text, line.tokens, at, within="of on in to about with for")
    if value is None or (
        value.after < len(line.tokens) and line.tokens[value.after].low in _CLAUSE
    ):
        return None
    words = value.text.lower().split()
    bare = len(words) == 1 and words[0] in _NO_DOING
    if bare or {"sure", "this", "that", "it"} & set(words) or words[-1] in {"a", "safe", "due"}:
        return None
    return value


def _behind(line: Line, frame: Frame, at: int) -> int:
    """Return the index behind one of the frame's prepositions, near the verb, or -1."""
    tokens = line.tokens
    if frame.slot in {"home", "place"} and at < len(tokens) and tokens[at].low == "with":
        found = [i for i in range(at + 1, min(at + 5, len(tokens))) if tokens[i].low == "in"]
        return found[0] + 1 if found else -1
    far = frame.slot in {"employer", "school"} and frame.act == "tell"
    reach = at + (6 if far else 2)
    for place in range(at, min(reach, len(tokens))):
        if tokens[place].low in frame.prepositions:
            if tokens[place].low == "to" and frame.slot == "home" and place == at + 1:
                if tokens[at].low not in {"back", "out", "over", "here", "away", "down", "up"}:
                    return -1
            return place + 1
        if tokens[place].text in {",", ".", "and"} or tokens[place].low in _PREPOSITIONS:
            break
    return -1


def _within(slot: str) -> str:
    return {"home": "of in near", "job": "of", "rents": "of in", "studies": "of and"}.get(
        slot, "of"
    )


def _act(line: Line, verb: Predicate, frame: Frame) -> Act | None:
    """Return what saying it does; None where the tense makes it no fact."""
    if verb.tense == "plan":
        return "plan"
    ended = verb.ended or _ANY_MORE.search(line.rest) is not None
    ended = ended or _THESE_DAYS.search(line.low) is not None
    if frame.act == "tell":
        if verb.tense == "perfect" and not _lasts(line):
            return None
        return "change" if ended or verb.fresh or line.rest.endswith(" now") else "tell"
    if verb.tense in {"used"} or (verb.tense == "doing" and frame.act == "change"):
        return "plan" if verb.tense == "doing" else None
    if verb.tense == "present" or verb.denied:
        return None
    return frame.act


def _lasts(line: Line) -> bool:
    """Tell whether a perfect says that it is so still: "have lived here since", "been seeing"."""
    return re.search(r"\b(?:since|for|been|always|ever)\b", line.low) is not None


def _fits(frame: Frame, value: Phrase, line: Line) -> bool:
    sort = frame.sort.replace("habit", "").strip()
    capital = any(word[0].isupper() for word in value.text.split())
    low = value.text.lower()
    if "habit" in frame.sort and value.determiner == "the" and frame.slot != "plays":
        return False
    if low.split()[0] in _VAGUE:
        return False
    match sort:
        case "place":
            return capital
        case "org":
            return value.text[0].isupper() or class_of(value.head) == "institution"
        case "school":
            return capital and _SCHOOL.search(low) is not None
        case "name":
            return value.text[0].isupper() and not class_of(value.head)
        case "job":
            return is_job(value.text)
        case "language":
            return class_of(low.split()[-1]) == "language" or class_of(value.head) == "language"
        case "car":
            return class_of(value.head) in {"car", ""} and (
                capital or class_of(value.head) == "car"
            )
        case "pet" | "medication" | "diet":
            return class_of(value.head) == sort
        case "thing":
            return bool(_thing_class(value)) and value.determiner not in {"this", "their"}
        case "age":
            return _NUMBER.fullmatch(low.removesuffix(" years old")) is not None
        case "figure":
            return value.text[0].isdigit() or _NUMBER.match(low) is not None
    if frame.slot == "home":
        return capital or value.head in _PLACES or class_of(value.head) == "dwelling"
    if frame.slot == "likes":
        return len(low.split()) <= 4 and value.head not in FUNCTION_WORDS  # noqa: PLR2004
    return value.head not in RELATIONS and value.head not in FUNCTION_WORDS


def _thing_class(value: Phrase) -> str:
    """Return the class of a thing that people have, from any of its words."""
    if _NUMBER.match(value.text.lower()) is not None and value.head.endswith("s"):
        return ""  # a count
    for word in (value.head, *value.text.lower().split()):
        found = class_of(word)
        if found in {"pet", "car", "bike", "phone", "laptop", "instrument", "medication"}:
            return found
        if found:
            return ""
    return ""


def _slot(frame: Frame, value: Phrase) -> tuple[str, Kind]:
    if frame.slot in {"has", "owns", "keeps", "rides", "uses"}:
        found = _thing_class(value)
        if found:
            return found, ("single" if found in ONE_AT_A_TIME else "list")
    return frame.slot, frame.kind


def _dwelling(line: Line, verb: Predicate) -> Iterator[Fact]:
    """Read "rent a studio in Lagos", "found a place in Porto", "bought a house near Bath"."""
    if verb.lemma not in {"rent", "find", "buy", "get", "share"} or verb.denied:
        return
    if verb.lemma != "rent" and verb.tense not in {"past", "perfect"}:
        return
    value = phrase(line.said.text, line.tokens, verb.at, within="of in near")
    if value is None or class_of(value.head) != "dwelling" or value.head == "room":
        return
    if re.search(r"\b(?:in|near) [A-Z]", value.text):
        act: Act = "tell" if verb.lemma == "rent" and not verb.fresh else "change"
        yield line.fact("home", value, act=act)


def _working(line: Line, verb: Predicate) -> Iterator[Fact]:
    """Read for whom somebody does what they do: "teach maths at Elm Park School"."""
    if verb.lemma not in _WORKS or verb.denied or verb.tense not in {"present", "doing"}:
        return
    for place in range(verb.at + 1, min(verb.at + 5, len(line.tokens))):
        if line.tokens[place].low in {"at", "for"}:
            value = phrase(line.said.text, line.tokens, place + 1)
            if value is not None and value.text[0].isupper() and len(value.text) > 1:
                yield line.fact("employer", value)
            return


def object_is_pronoun(line: Line) -> bool:
    """Tell whether the verb's object is "it": what was spoken of before."""
    return line.verb is not None and is_pronoun(line.tokens, line.verb.at)


PARTNER_WORDS = PARTNERS
