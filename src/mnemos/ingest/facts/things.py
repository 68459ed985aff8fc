"""What somebody's things are: "my budget is 500", "my phone's a Pixel 6", "her name is Lucia"."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mnemos.ingest.facts.classes import ONE_AT_A_TIME, PARTNERS, RELATIONS, class_of, is_time
from mnemos.ingest.facts.fact import Act, Fact, Kind
from mnemos.ingest.facts.line import Line
from mnemos.ingest.facts.people import FUNCTION_WORDS, Subject
from mnemos.ingest.facts.phrases import Phrase, phrase
from mnemos.ingest.facts.predicate import Predicate

#: What is named by a bare noun or adjective: "my favourite colour is blue".
_PLAIN = frozenset(
    """
    name nickname surname birthday address job profession occupation role position title major
    budget deadline goal hobby hobbies rent salary income email password pin number size height
    weight age diet colour color nationality religion hometown language star sign username handle
    shift type doctor dentist dose dosage currency timezone degree subject instrument pronouns limit
    target
    """.split()  # noqa: SIM905 - a table of words reads better as text
)
_OWN_THINGS = frozenset("car phone laptop pet bike instrument".split())  # noqa: SIM905
_RENAMED = {
    "profession": "job",
    "occupation": "job",
    "hometown": "origin",
    "native language": "native language",
    "cell": "phone number",
    "car": "car",
}
#: Words of a thing that is somebody's, at most.
MOST_WORDS = 4
_NO_VALUE = frozenset(
    """
    good great fine okay ok bad nice amazing awesome broken dead full over done gone ready sure
    happy sad better worse best worst same true false right wrong important hard easy difficult
    beautiful
    """.split()  # noqa: SIM905 - the same
)
_CODES = frozenset({"number", "email", "username", "handle", "password", "pin", "code"})
_NEW = frozenset({"new", "latest", "newest"})
_NOT_NOW = frozenset({"old", "ex", "first", "last", "only"})
_OF_EVENTS = frozenset({"on", "at", "due", "in", "from", "to"})
_FIGURES = "0123456789€$£"


def things(line: Line, subject: Subject, verb: Predicate) -> Iterator[Fact]:
    """Yield what a thing of somebody's is."""
    words = _words(subject)
    if not words or verb.at >= len(line.tokens) or verb.tense != "present":
        return
    new = verb.fresh or newly(line) or bool(_NEW & set(subject.thing.split()))
    act: Act = "change" if new else "tell"
    slot, head = " ".join(words), words[-1]
    if slot == "name" and subject.who != line.scene.speaker:
        value = phrase(line.said.text, line.tokens, verb.at)
        if value is not None and value.text[0].isupper():
            yield called(line, value, act)
        return
    value = _code(line, verb) if head in _CODES else _value(line, verb, words)
    if value is None:
        return
    if class_of(head) in ONE_AT_A_TIME or class_of(head) == "pet":
        slot = class_of(head)
    kind: Kind = "list" if slot == "pet" or head in {"hobby", "hobbies"} else "single"
    yield line.fact(_RENAMED.get(slot, slot), value, act=act, holds=not verb.denied, kind=kind)


def _words(subject: Subject) -> list[str]:
    """Return the words of a thing as a slot has them; none where it is no slot of today."""
    given = subject.thing.replace("favorite", "favourite").split()
    words = [one for one in given if one not in _NEW | {"'s", "own", "current", "actual"}]
    if not subject.own or len(words) > MOST_WORDS or words == ["favourite"]:
        return []
    return [] if _NOT_NOW & set(words) else words


def _value(line: Line, verb: Predicate, words: list[str]) -> Phrase | None:
    """Return what a thing is said to be, where that is a value and no mood or event."""
    favourite, head = words[0] == "favourite", words[-1]
    within = "of and at in" if favourite or head == "address" else "of"
    value = phrase(line.said.text, line.tokens, verb.at, commas=head == "address", within=within)
    if value is None or value.determiner in {"this", "such"} or value.head in FUNCTION_WORDS:
        return None
    if value.head in _NO_VALUE or value.text.lower() in _NO_VALUE:
        return None
    if is_time(value.text) or line.tokens[verb.at].low in _OF_EVENTS:
        return None
    named = value.text[0].isupper() or value.determiner in {"a", "an"}
    coded = re.fullmatch(r"[A-Z]+-?[0-9]+\w*", value.text) is not None
    plain = favourite or head in _PLAIN or value.text[0] in _FIGURES or coded
    return value if plain or (named and class_of(head) in _OWN_THINGS) else None


def _code(line: Line, verb: Predicate) -> Phrase | None:
    """Return a number or address as it stands: "555-1234", "jo@example.com"."""
    start = line.tokens[verb.at].start
    match = re.match(r"\S*[\d@_]\S*", line.said.text[start : line.clause.sentence[1]])
    if match is None:
        return None
    text = match[0].rstrip(".,;!")
    return Phrase(text=text, span=(start, start + len(text)), head=text.lower(), after=verb.at + 1)


def newly(line: Line) -> bool:
    """Tell whether a clause says that something is so now, and was not."""
    return re.search(r"\b(?:now|any ?more|these days|again)\b", line.low) is not None


def called(line: Line, value: Phrase, act: Act) -> Fact:
    """Make the fact of a name: a relation's is who that relation is."""
    who = "" if line.subject is None else line.subject.relation or line.subject.who
    owner, _, relation = who.rpartition("'s ")
    if owner == line.scene.speaker and relation in RELATIONS.values():
        return line.fact("partner" if relation in PARTNERS else relation, value, who=owner, act=act)
    return line.fact("name", value, act=act)
