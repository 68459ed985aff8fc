"""What is over: "I sold the Volvo", "left payroll", "quit smoking", "got laid off"."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mnemos.ingest.facts.alike import alike
from mnemos.ingest.facts.classes import class_of
from mnemos.ingest.facts.fact import Fact, Kind
from mnemos.ingest.facts.family import cue, family, forms
from mnemos.ingest.facts.line import Line
from mnemos.ingest.facts.phrases import Phrase, is_pronoun, phrase
from mnemos.ingest.facts.predicate import Predicate
from mnemos.ingest.facts.verbs import FORMS, FRAMES

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
    "break": "up",
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
_STAYS = re.compile(r"\b(?:don't|do not|not|never|won't|can't|didn't) (?:\w+ )?(?:quit|resign)")
_JOBLESS = re.compile(
    r"\b(?:quit|left|resigned from|lost|gave up) (?:my|his|her|their) (?:old )?(?:job|post)\b"
    r"|\b(?:quit|resigned|walked out)(?=\W*$| (?:last|this|on|in|yesterday|today|after)\b)"
    r"|\b(?:got|was|were|been) (?:fired|laid off|made redundant|let go|sacked|axed)\b"
    r"|\bgot the (?:sack|boot)\b|\bhanded in (?:my|his|her|their) notice\b"
    r"|\blet (?:me|him|her|them|\w+ of us) go\b"
)


@family(
    cue(forms(*(_ENDING.keys() - {"get", "go"}))),
    cue("rid", forms("get")),
    cue("off", forms("go")),
    cue("resigned walked fired laid redundant let sacked axed sack boot notice"),
)
def endings(line: Line) -> Iterator[Fact]:
    """Yield what a clause ends of what was told before."""
    subject, verb = line.subject, line.verb
    if subject is not None and subject.thing:
        return
    who = subject.who if subject is not None else line.scene.speaker
    if _JOBLESS.search(line.low) is not None and _STAYS.search(line.low) is None:
        if verb is None or not (verb.denied or verb.tense in {"plan", "modal"}):
            yield line.fact("employer", None, act="end", who=who)
            yield line.fact("job", None, act="end", who=who)
    elif subject is not None and verb is not None and _ends(line, verb):
        yield from _ended(line, verb, who)


def _ended(line: Line, verb: Predicate, who: str) -> Iterator[Fact]:
    tokens, at = line.tokens, verb.at
    while at < len(tokens) and tokens[at].low in _PARTICLES:
        at += 1
    if at >= len(tokens) or tokens[at].low in {"to", "for", "in"}:
        return
    if is_pronoun(tokens, at):
        yield from _last(line, verb, who)
    elif (given_up := _given_up(line, at, who)) is not None:
        yield given_up
    elif (value := phrase(line.said.text, tokens, at)) is not None:
        for slot, kind in _ended_slots(line, who, value, _ENDS_WHAT.get(verb.lemma, _OWNED)):
            yield line.fact(slot, value, kind=kind, act="end", who=who)


_PARTICLES = frozenset("up away off rid of out with".split())  # noqa: SIM905


def _ends(line: Line, verb: Predicate) -> bool:
    """Tell whether a verb ends something: "gave away", but not "gave it a try"."""
    if verb.lemma not in _ENDING or verb.denied or verb.passive:
        return False
    if verb.tense not in {"past", "perfect"}:
        return False
    around = {token.low for token in line.tokens[verb.at : verb.at + 6]}
    if verb.lemma == "give":
        given = {token.low for token in line.tokens[verb.at :]}
        return bool({"up", "away", "to"} & given)
    if verb.lemma in {"get", "go", "throw", "break"}:
        return bool(around & set(_ENDING[verb.lemma].split()))
    return True


def _given_up(line: Line, at: int, who: str) -> Fact | None:
    """Read "quit smoking", "stopped eating meat": a habit that is over, told before or not."""
    token = line.tokens[at]
    form = FORMS.get(token.low)
    if form is None or not form.doing:
        return None
    for frame in FRAMES.get(form.lemma, ()):
        if "habit" in frame.sort:
            value = phrase(line.said.text, line.tokens, at + 1)
            if value is None:
                span = (token.start, token.end)
                value = Phrase(text=token.text, span=span, head=form.lemma, after=at + 1)
            return line.fact(frame.slot, value, kind=frame.kind, act="change", holds=False, who=who)
    return None


def _last(line: Line, verb: Predicate, who: str) -> Iterator[Fact]:
    """Read "sold it": what was told last is over."""
    around = {token.low for token in line.tokens[verb.at : verb.at + 6]}
    if verb.lemma in {"go", "leave"} or (verb.lemma == "give" and not {"up", "away"} & around):
        return
    for latest in line.known[-1:]:
        if latest.subject == who and latest.value:
            yield line.fact(
                latest.slot, None, kind=latest.kind, act="end", who=who, instead_of=latest.value
            )


def _ended_slots(
    line: Line, who: str, value: Phrase, allowed: frozenset[str]
) -> list[tuple[str, Kind]]:
    """Return the slots, of those a verb ends, whose values an object names."""
    found: dict[str, Kind] = {}
    kind = class_of(value.head)
    for fact in reversed(line.known):
        if fact.subject != who or fact.slot not in allowed or fact.slot in found:
            continue
        if alike(value.text, fact.value) or fact.slot == kind or alike(value.text, fact.words):
            found[fact.slot] = fact.kind
    return list(found.items())
