"""What is over: "I sold the Volvo", "left payroll", "quit smoking", "got laid off"."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mnemos.ingest.facts.alike import alike
from mnemos.ingest.facts.classes import class_of
from mnemos.ingest.facts.fact import Fact, Kind
from mnemos.ingest.facts.line import Line
from mnemos.ingest.facts.phrases import Phrase, is_pronoun, phrase
from mnemos.ingest.facts.predicate import Predicate


_ENDING = {
    "sell": "",
    "give": "away up",
    "quit": "",
    "leave": "",
    "stop": "",
    "lose": "",
    "drop": "",
    "cancel": "",
    "trade": "in",
    "throw": "away out",
    "donate": "",
    "get": "rid",
    "go": "off",
    "break": "",
    "finish": "",
}
_ENDS_WHAT = {
    "quit": frozenset(
        {"employer", "job", "smokes", "drinks", "plays", "diet", "studies", "school"}
    ),
    "leave": frozenset({"employer", "job", "school", "partner"}),
    "stop": frozenset(
        {"smokes", "drinks", "eats", "plays", "uses", "medication", "diet", "studies", "wears"}
    ),
    "break": frozenset({"partner"}),
    "finish": frozenset({"studies", "learning"}),
    "go": frozenset({"likes"}),
}
_OWNED = frozenset({"car", "bike", "pet", "phone", "laptop", "instrument", "owns", "has", "rides"})
_JOBLESS = re.compile(
    r"\b(?:quit|left|resigned from|lost) (?:my|his|her) job\b|\bi(?:'ve| have)? (?:quit|resigned)\W*$"
    r"|\b(?:got|was|been) (?:fired|laid off|made redundant|let go|sacked)\b"
    r"|\bhanded in (?:my|his|her) notice\b|\blet (?:me|\w+ of us) go\b"
)


def endings(line: Line) -> Iterator[Fact]:
    """Read "I sold the Volvo", "left payroll", "quit smoking", "got laid off"."""
    subject, verb, low = line.subject, line.verb, line.low
    who = subject.who if subject is not None and not subject.thing else line.scene.speaker
    if _JOBLESS.search(low) is not None and (verb is None or verb.tense not in {"plan", "modal"}):
        denied = verb is not None and verb.denied
        if not denied and (subject is None or not subject.thing):
            yield line.fact("employer", None, act="end", who=who)
            yield line.fact("job", None, act="end", who=who)
        return
    if subject is None or subject.thing or verb is None or verb.lemma not in _ENDING:
        return
    if verb.tense not in {"past", "perfect"} or verb.denied or verb.passive:
        return
    if verb.lemma == "give" and re.search(r"\bgave|given\b.*\b(?:up|away|to)\b", low) is None:
        return
    tokens, at = line.tokens, verb.at
    particles = _ENDING[verb.lemma].split()
    around = {token.low for token in tokens[at : at + 6]}
    if verb.lemma in {"get", "go", "throw"} and not around & set(particles):
        return
    while at < len(tokens) and tokens[at].low in {"up", "away", "off", "rid", "of", "out", "with"}:
        at += 1
    if at < len(tokens) and tokens[at].low in {"to", "for", "in"}:
        return
    if is_pronoun(tokens, at):
        if verb.lemma == "give" and not {"up", "away"} & around:
            return
        latest = next(iter(line.known[-1:]), None)
        if latest is not None and latest.subject == who and verb.lemma != "go":
            yield line.fact(
                latest.slot, None, kind=latest.kind, act="end", who=who, instead_of=latest.value
            )
        return
    value = phrase(line.said.text, tokens, at)
    if value is None:
        return
    allowed = _ENDS_WHAT.get(verb.lemma, _OWNED)
    slots = _ended_slots(line, who, value, allowed)
    for slot, kind in slots:
        yield line.fact(slot, value, kind=kind, act="end", who=who)


def _ended_slots(
    line: Line, who: str, value: Phrase, allowed: frozenset[str]
) -> list[tuple[str, str]]:
    found: dict[str, str] = {}
    kind = class_of(value.head)
    for fact in reversed(line.known):
        if fact.subject != who or fact.slot not in allowed or fact.slot in found:
            continue
        if alike(value.text, fact.value) or fact.slot == kind or alike(value.text, fact.words):
            found[fact.slot] = fact.kind
    return list(found.items())
