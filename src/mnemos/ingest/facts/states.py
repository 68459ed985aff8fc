"""Verbs that state how it is, that it became so, or is over: live, work, drive, love, buy."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from mnemos.ingest.facts.classes import (
    NUMBER,
    ONE_AT_A_TIME,
    RELATIONS,
    class_of,
    is_job,
)
from mnemos.ingest.facts.fact import Act, Fact, Kind
from mnemos.ingest.facts.family import cue, family, forms
from mnemos.ingest.facts.line import Line
from mnemos.ingest.facts.people import FUNCTION_WORDS
from mnemos.ingest.facts.phrases import Phrase, listed, phrase
from mnemos.ingest.facts.predicate import Predicate
from mnemos.ingest.facts.verbs import FRAMES, Frame

_PREPOSITIONS = frozenset(
    "on in to with about of from by into toward through because who that which".split()  # noqa: SIM905
)
_NUMBER = re.compile(NUMBER, re.IGNORECASE)
_NO_OBJECT = re.compile(r"\W*(?:any ?more|at all|now|any longer)?\W*\Z", re.IGNORECASE)
#: What people join as members and not to work for.
_MEMBERS = re.compile(
    r"\b(?:association|club|gym|team|group|class|party|choir|society|band|league|union|church"
    r"|academy|university|college|school|facebook|instagram|tiktok|discord|twitter|linkedin)\b"
)
_SCHOOL = re.compile(r"\b(?:school|university|college|academy|high|institute|uni|elementary)\b")
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
_FINDS = frozenset({"rent", "find", "buy", "get", "share"})
_CLAUSE = frozenset("is are was were has have what how that it them you when sure this".split())  # noqa: SIM905
_NO_DOING = frozenset(
    "going taking making learning getting doing trying giving bringing putting".split()  # noqa: SIM905
)
_LISTED = frozenset({"speaks", "likes", "plays", "medication", "eats", "drinks"})


@family(cue(forms(*FRAMES, *_FINDS, *_WORKS)))
def states(line: Line) -> Iterator[Fact]:
    """Yield what a clause with a known verb states of a person."""
    subject, verb = line.subject, line.verb
    if subject is None or subject.thing or verb is None or verb.tense == "modal" or verb.passive:
        return
    if verb.able and not _is_skill(line, verb):
        return
    for frame in FRAMES.get(verb.lemma, ()):
        made = list(_stated(line, verb, frame))
        yield from made
        if made and frame.slot != "teaches":
            break
    yield from _dwelling(line, verb)
    yield from _working(line, verb)


def _is_skill(line: Line, verb: Predicate) -> bool:
    """Tell whether "can" tells of a skill or a diet: "can play the flute", "can't eat nuts"."""
    if verb.lemma == "play":
        return any(class_of(token.low) == "instrument" for token in line.tokens[verb.at :])
    return verb.lemma == "speak" or (verb.denied and verb.lemma == "eat")


def _stated(line: Line, verb: Predicate, frame: Frame) -> Iterator[Fact]:
    at = _start(line, verb, frame)
    act = _act(line, verb, frame)
    if at < 0 or act is None or not _applies(line, verb, frame, at):
        return
    if verb.denied and _bare(line, verb.at) and _is_habit(frame, verb):
        token = line.tokens[verb.at - 1]
        done = Phrase(text=token.text, span=(token.start, token.end), head=token.low, after=at)
        yield line.fact(frame.slot, done, kind=frame.kind, act=act, holds=False)
        return
    for value in _values(line, frame, at):
        slot, kind = _slot(frame, value)
        old = _preferred(line) if slot == "prefers" and act == "change" else ""
        yield line.fact(
            slot, value, kind=kind, act=act, holds=frame.holds != verb.denied, instead_of=old
        )


def _start(line: Line, verb: Predicate, frame: Frame) -> int:
    """Return where a frame's value begins, or -1 where the frame does not fit."""
    tokens, at = line.tokens, verb.at
    if at < len(tokens) and tokens[at].low == "back":
        at += 1
    if frame.prepositions != ("",):
        return _behind(line, frame, at)
    return -1 if at < len(tokens) and tokens[at].low in _NO_OBJECTS else at


def _applies(line: Line, verb: Predicate, frame: Frame, at: int) -> bool:
    """Tell whether a verb in its tense states what its frame says."""
    if frame.progressive and verb.tense not in {"doing", "perfect", "plan"} and not verb.begun:
        return False
    if "habit" in frame.sort and verb.tense not in {"present", "used"}:
        return False
    if verb.tense == "past" and (frame.slot == "place" or frame.act == "tell"):
        never = verb.denied and "never" in line.low
        return frame.slot in _LASTING or never
    return frame.slot != "likes" or _likeable(line, verb, at)


def _likeable(line: Line, verb: Predicate, at: int) -> bool:
    tokens = line.tokens
    if verb.tense == "doing" or at >= len(tokens) or tokens[at].low in _NO_LIKES:
        return False
    following = tokens[at + 1].text[0] if at + 1 < len(tokens) else ""
    return tokens[at].low != "the" or not following.islower()


def _values(line: Line, frame: Frame, at: int) -> list[Phrase]:
    if frame.slot == "likes":
        found = liked(line, at)
    elif frame.slot in _LISTED:
        found = listed(line.said.text, line.tokens, at)
    else:
        one = phrase(line.said.text, line.tokens, at, within=_WITHIN.get(frame.slot, "of"))
        found = [] if one is None else [one]
    return [value for value in found if _fits(frame, value)]


def _is_habit(frame: Frame, verb: Predicate) -> bool:
    """Tell whether a verb without an object, denied, says that a habit is none (any more)."""
    return frame.prepositions == ("",) and (
        frame.slot in {"smokes", "drinks"}
        or (frame.slot in {"teaches", "plays", "sings in", "drives"} and verb.tense == "present")
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
    for place in range(at, min(at + (6 if far else 2), len(tokens))):
        low = tokens[place].low
        if low in frame.prepositions:
            away = low == "to" and frame.slot == "home" and place == at + 1
            return -1 if away and tokens[at].low not in _AWAY else place + 1
        if low in {",", ".", "and"} or low in _PREPOSITIONS:
            break
    return -1


_AWAY = frozenset("back out over here away down up".split())  # noqa: SIM905 - "moved back to"


#: Slot → prepositions that may stand inside its value.
_WITHIN = {"home": "of in near", "rents": "of in", "studies": "of and"}
#: Words right behind a verb that make it another: "get to", "run out".
_NO_OBJECTS = frozenset("to for on up out in at".split())  # noqa: SIM905


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
    if verb.tense == "used" or (verb.tense == "doing" and frame.act == "change"):
        return "plan" if verb.tense == "doing" else None
    if verb.tense == "present" or verb.denied:
        return None
    return frame.act


def _lasts(line: Line) -> bool:
    """Tell whether a perfect says that it is so still: "have lived here since", "been seeing"."""
    return re.search(r"\b(?:since|for|been|always|ever)\b", line.low) is not None


def _fits(frame: Frame, value: Phrase) -> bool:
    """Tell whether a value is of the sort that its frame needs."""
    if value.text.lower().split()[0] in _VAGUE:
        return False
    if frame.slot in {"drinks", "eats"} and value.determiner in {"my", "our"}:
        return False  # "I drink my coffee black" tells how
    if frame.slot == "prefers" and value.determiner in {"this", "such"}:
        return False
    certain = "habit" in frame.sort or frame.slot == "studies"
    if certain and value.determiner == "the" and frame.slot != "plays":
        return False
    sort = frame.sort.replace("habit", "").strip() or frame.slot
    if sort in _SORTS:
        return _SORTS[sort](value)
    return value.head not in RELATIONS and value.head not in FUNCTION_WORDS


def _capital(value: Phrase) -> bool:
    return any(word[0].isupper() for word in value.text.split())


def _is_class(*classes: str) -> Callable[[Phrase], bool]:
    return lambda value: class_of(value.head) in classes


#: Sort of value, or slot → whether a phrase is one.
_SORTS: dict[str, Callable[[Phrase], bool]] = {
    "place": _capital,
    "firm": lambda value: (
        value.text[0].isupper()
        and not class_of(value.head)
        and _MEMBERS.search(value.text.lower()) is None
    ),
    "org": lambda value: value.text[0].isupper() or class_of(value.head) == "institution",
    "school": lambda value: _capital(value) and _SCHOOL.search(value.text.lower()) is not None,
    "name": lambda value: value.text[0].isupper() and not class_of(value.head),
    "job": lambda value: is_job(value.text),
    "language": lambda value: (
        "language" in {class_of(value.head), class_of(value.text.lower().split()[-1])}
    ),
    "car": lambda value: (
        class_of(value.head) == "car" or (_capital(value) and not class_of(value.head))
    ),
    "pet": _is_class("pet"),
    "medication": _is_class("medication"),
    "diet": _is_class("diet"),
    "thing": lambda value: bool(_thing_class(value)) and value.determiner not in {"this", "their"},
    "age": lambda value: (
        _NUMBER.fullmatch(value.text.lower().removesuffix(" years old")) is not None
    ),
    "figure": lambda value: _NUMBER.match(value.text.lower()) is not None,
    "home": lambda value: (
        _capital(value) or value.head in _PLACES or class_of(value.head) == "dwelling"
    ),
    "likes": lambda value: (
        len(value.text.split()) <= MOST_LIKED and value.head not in FUNCTION_WORDS
    ),
}
#: Words of what is liked at most: a longer one is a story.
MOST_LIKED = 4


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
    if verb.lemma not in _FINDS or verb.denied:
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
