"""What puts right or changes what was told before: "I meant Tuesday", "sold the Volvo", "it's 16:40"."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import timedelta

from mnemos.ingest.facts.classes import class_of, is_job, singular, sort_of, sorts_of
from mnemos.ingest.facts.clauses import tokenise
from mnemos.ingest.facts.events import find_when
from mnemos.ingest.facts.fact import Act, Fact
from mnemos.ingest.facts.line import Line, make
from mnemos.ingest.facts.people import FUNCTION_WORDS
from mnemos.ingest.facts.phrases import Phrase, is_pronoun, phrase

#: How long after a statement "sorry, I meant …" can be about it.
SOON = timedelta(days=2)
#: Statements looked back at.
BACK = 12

_ENDING = {
    "sell": "", "give": "away up", "quit": "", "leave": "", "stop": "", "lose": "", "drop": "",
    "cancel": "", "trade": "in", "throw": "away out", "donate": "", "get": "rid", "go": "off",
    "break": "", "finish": "",
}
_ENDS_WHAT = {
    "quit": frozenset({"employer", "job", "smokes", "drinks", "plays", "diet", "studies", "school"}),
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
_CORRECTS = re.compile(
    r"\b(?:i meant|meant to (?:say|write|type)|i mean|sorry|correction|scratch that|strike that|oops"
    r"|my mistake|my bad|typo|typed (?:it|that) wrong|had (?:it|that) wrong|got (?:it|that) wrong"
    r"|was wrong|actually|misremembered|mixed (?:it|that|them) up|wrong week|should have said"
    r"|i misspoke|misread|to correct|not quite right|i stand corrected|wait)\b"
)
_STRONG = re.compile(
    r"\b(?:i meant|meant to|correction|scratch that|strike that|my mistake|typo|wrong|misremembered"
    r"|mixed|misspoke|misread|i stand corrected|digits)\b|\bnot (?:a |the |an )?[\w:]+[,!.]|"
    r"\b(?:it|that) was actually\b|\bit's actually\b|\bactually it's\b"
)
_IT_IS = re.compile(
    r"\b(?:it|that|they|there)(?:'s| is| was| are|'re)(?: now| actually| really| back to| only"
    r"| in fact)*\s+(?=[\w€$£])", re.IGNORECASE
)
_PUT_OFF = re.compile(
    r"\b(?:put|moved|pushed|shifted|changed|brought|postponed|rescheduled|switched) (?:it|them|that)?"
    r"\s?(?:off|back|forward|up)?\s?(?:to|till|until)\s+(?:the )?", re.IGNORECASE
)
_BACK_TO = re.compile(r"\b(?:we're|it's|we are|it is|i'm) back (?:to|on) (?:the )?", re.IGNORECASE)
_RISES = re.compile(
    r"(?:went|gone|goes|going|go|up|rose|risen|rises|dropped|fell|raised|is|'s|now|again)\s.*?"
    r"(?:to|at|now)\s+(?=[€$£]?[0-9])", re.IGNORECASE
)
_NOT_OLD = re.compile(r"\bnot (?:a |an |the |on |in |at )?(?P<old>[\w:.' -]{2,40}?)(?=\W*$|[,.!;—–])", re.IGNORECASE)
_INSTEAD = re.compile(r"\b(?:not (?:a |an |the )?)(?P<old>[\w:.' -]{2,40}?),? but (?:a |an |the )?(?P<new>[\w:.'-]+(?: [\w:.'-]+){0,3})", re.IGNORECASE)
_SWITCH = re.compile(
    r"\b(?:switched|changed|swapped|gone|went|converted|upgraded)(?: over| back)?"
    r"(?: from (?P<old>[\w' ]{2,30}?))? to (?:a |an |the )?(?P<new>[\w'-]+(?: [\w'-]+){0,3})"
)


_FIRST_DAY = re.compile(r"\bfirst (?:day|week|shift) (?:at|with) (?=(?-i:[A-Z]))", re.IGNORECASE)
_PROMOTED = re.compile(
    r"\b(?:(?:made|named|appointed|promoted) me(?: to)?|i(?:'ve| have| was| got)?(?: just| been)*"
    r" (?:made|promoted to|appointed)|i got (?:a|the) job as|i got (?:a|the) promotion to"
    r"|(?:got|was|been|am|'m) hired as)\s+(?=\w)", re.IGNORECASE
)
_IT_IS_A = re.compile(r"\b(?:it|that)(?:'s| is) an?\s+(?=\w)", re.IGNORECASE)
_ADDS = re.compile(r"(?:\bcan (?:now )?add|^\W*(?:please |also |and )*add|\badded|^\W*plus)\s+(?=\w)", re.IGNORECASE)
_GROWS = frozenset(
    "speaks allergies hobbies medication pet plays subjects likes".split()  # noqa: SIM905
)


def _further(line: Line) -> Iterator[Fact]:
    """Read first days, promotions, "it's a Toyota", and what is added to a list."""
    text, (start, end) = line.said.text, line.clause.span
    denied = line.verb is not None and (line.verb.denied or line.verb.tense in {"plan", "modal"})
    for pattern, slot in ((_FIRST_DAY, "employer"), (_PROMOTED, "job")):
        match = pattern.search(text.replace("’", "'"), start, end)
        if match is not None and not denied:
            value = _phrase_at(line, match.end())
            if value is not None and (slot == "employer" or is_job(value.text)):
                yield line.fact(slot, value, act="change", who=line.scene.speaker)
                return
    thing = _IT_IS_A.search(text.replace("’", "'"), start, end)
    if thing is not None and not denied and line.known:
        value, last = _phrase_at(line, thing.end()), line.known[-1]
        kind = class_of(value.head) if value is not None else ""
        if value is not None and kind and last.slot == kind and not same_words(value.text, last):
            yield line.fact(kind, value, kind=last.kind, who=last.subject)
            return
    added = _ADDS.search(text, start, end)
    if added is not None:
        yield from _added(line, _phrase_at(line, added.end()))


def same_words(value: str, fact: Fact) -> bool:
    """Tell whether a value shares a telling word with a fact's."""
    return _alike(value, fact.value)


def _phrase_at(line: Line, at: int) -> Phrase | None:
    tokens = [
        token
        for token in tokenise(line.said.text.replace("’", "'"), line.clause.span)
        if token.start >= at
    ]
    return phrase(line.said.text, tokens, 0)


def _added(line: Line, value: Phrase | None) -> Iterator[Fact]:
    if value is None or len(value.text.split()) > 3:  # noqa: PLR2004
        return
    if class_of(value.head) == "language":
        yield line.fact("speaks", value, kind="list", who=line.scene.speaker)
        return
    lists = [
        one for one in line.known if one.by == line.said.who and one.kind == "list"
        and (one.slot in _GROWS or one.slot.startswith("favourite")) and ":" in one.words
    ]
    if lists and " to " not in line.low:
        yield line.fact(lists[-1].slot, value, kind="list", who=lists[-1].subject)


def updates(line: Line) -> Iterator[Fact]:
    """Yield what a clause changes about facts told before; nothing if none fits."""
    made = list(_corrections(line))
    if not made:
        made = (
            list(_endings(line))
            or list(_objects(line))
            or list(_amounts(line))
            or list(_further(line))
        )
    yield from made


def _mine(line: Line, *, soon: bool) -> list[Fact]:
    """Return what the same speaker told before, latest first."""
    found = []
    for fact in reversed(line.known):
        if fact.by != line.said.who or not fact.value or fact.act in {"plan", "end"}:
            continue
        if soon and line.said.said_at - fact.said_at > SOON:
            break
        found.append(fact)
    return found


def _corrections(line: Line) -> Iterator[Fact]:
    low = line.low
    sentence = line.said.text[slice(*line.clause.sentence)].lower().replace("’", "'")
    turn = line.said.text.lower().replace("’", "'")
    put_off = _PUT_OFF.search(low) or _BACK_TO.search(low)
    start, end = line.clause.span
    if put_off is not None:
        value = find_when(line, start + put_off.end(), line.clause.sentence[1])
        if value is not None and value.span[0] - (start + put_off.end()) <= 4:  # noqa: PLR2004
            yield from _replaced(line, value, "change", soon=False)
            return
    cued = _CORRECTS.search(turn) is not None
    if not cued and not _IT_IS.search(low):
        return
    act: Act = "correct" if _STRONG.search(turn) else "change"
    both = _INSTEAD.search(sentence)
    if both is not None and cued and line.clause.first:
        new = _span_of(line, both.start("new") + line.clause.sentence[0], both["new"])
        yield from _replaced(line, new, "correct", old=both["old"], soon=True)
        return
    negated = _NOT_OLD.search(sentence)
    old = negated["old"].strip() if negated is not None else ""
    value = _new_value(line, low)
    if value is None:
        return
    if old and _alike(old, value.text):
        return
    if old and cued:
        yield from _replaced(line, value, "correct", old=old, soon=True)
    elif _STRONG.search(turn):
        yield from _replaced(line, value, "correct", soon=True)
    elif _IT_IS.search(low) and sort_of(value.text) in {"clock", "weekday", "date"}:
        yield from _replaced(line, value, act, soon=False)


def _span_of(line: Line, start: int, text: str) -> Phrase:
    return Phrase(
        text=line.said.text[start : start + len(text)],
        span=(start, start + len(text)),
        head=text.lower().split()[-1],
        after=0,
    )


def _new_value(line: Line, low: str) -> Phrase | None:
    """Return the value that a correcting clause gives: behind "it's" or "meant", or all there is."""
    start = line.clause.span[0]
    match = _IT_IS.search(low) or re.search(r"\b(?:meant(?: to say)?|make that|rather)\s+", low)
    at = start + match.end() if match is not None else (
        line.tokens[0].start if line.tokens else start
    )
    timed = find_when(line, at, line.clause.sentence[1])
    if timed is not None and timed.span[0] - at <= 4:  # noqa: PLR2004
        return timed
    tokens = [token for token in line.tokens if token.start >= at]
    if match is None and (line.subject is not None or len(tokens) > 6):  # noqa: PLR2004
        return None
    while tokens and tokens[0].low in {"actually", "not", "only", "in", "at", "on", "really"}:
        if tokens[0].low == "not":
            return None
        tokens = tokens[1:]
    found = phrase(line.said.text, tokens, 0)
    if found is None or found.head in FUNCTION_WORDS or len(found.text.split()) > 4:  # noqa: PLR2004
        return None
    return found


def _replaced(
    line: Line, value: Phrase, act: Act, *, old: str = "", soon: bool
) -> Iterator[Fact]:
    """Put a value in place of the latest one of its sort, or of the one that is named."""
    wanted = sorts_of(value.text)
    looked = _mine(line, soon=soon)[:BACK]
    for fact in looked:
        same = bool(sorts_of(fact.value) & wanted)
        named = bool(old) and _alike(old, fact.value)
        if named or (same and not old):
            if "words" in wanted and not named and act != "correct":
                continue
            if _alike(value.text, fact.value) and fact.value.lower() == value.text.lower():
                continue
            yield make(
                line.said, line.clause.span, fact.slot, value, subject=fact.subject,
                kind=fact.kind, act=act, holds=fact.holds, instead_of=fact.value,
            )
            return


def _alike(one: str, other: str) -> bool:
    """Tell whether two values share a telling word."""
    words = _telling(one) & _telling(other)
    return bool(words)


def _telling(value: str) -> set[str]:
    words = re.findall(r"[\w:]+", value.lower())
    return {singular(word) for word in words if word not in FUNCTION_WORDS}


def _endings(line: Line) -> Iterator[Fact]:
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
            yield line.fact(latest.slot, None, kind=latest.kind, act="end", who=who,
                            instead_of=latest.value)
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
        if _alike(value.text, fact.value) or fact.slot == kind or _alike(value.text, fact.words):
            found[fact.slot] = fact.kind
    return list(found.items())


def _objects(line: Line) -> Iterator[Fact]:
    """Read "I can't stand it any more", "I've gone off opera", "I switched to oat milk"."""
    subject, low = line.subject, line.low
    if subject is None or subject.thing:
        return
    dislike = re.search(r"\b(?:can't|cannot|can not) (?:stand|bear)\s+|\bgone off\s+|\bwent off\s+"
                        r"|\bgrown (?:tired|sick) of\s+", low)
    more = re.search(r"\b(?:can't|cannot) get enough of\s+", low)
    match = dislike or more
    if match is not None:
        at = line.clause.span[0] + match.end()
        tokens = [token for token in line.tokens if token.start >= at]
        if is_pronoun(tokens, 0):
            liked = [one for one in line.known if one.slot == "likes" and one.subject == subject.who]
            spoken = [one for one in line.known if one.value and "food" in one.slot]
            for old in (liked or spoken)[-1:]:
                yield make(line.said, line.clause.span, old.slot, None, subject=subject.who,
                           kind=old.kind, act="end", instead_of=old.value)
            return
        value = phrase(line.said.text, tokens, 0)
        if value is not None:
            yield line.fact("likes", value, kind="list", act="change", holds=more is not None)
        return
    became = _BECAME.search(low)
    if became is not None and line.verb is not None and line.verb.tense in {"past", "perfect"}:
        value = _span_of(line, line.clause.span[0] + became.start("diet"), became["diet"])
        yield line.fact("diet", value, act="change")
        return
    switch = _SWITCH.search(low)
    if switch is None or line.verb is None or line.verb.tense not in {"past", "perfect"}:
        return
    yield from _switched(line, switch, subject.who)


_BECAME = re.compile(
    r"\b(?:gone|went|turned|became|become|am|been) (?:a )?(?P<diet>vegan|vegetarian|pescatarian)\b"
)


def _switched(line: Line, match: re.Match[str], who: str) -> Iterator[Fact]:
    new = _span_of(line, line.clause.span[0] + match.start("new"), match["new"])
    tokens = [token for token in line.tokens if token.start >= new.span[0]]
    value = phrase(line.said.text, tokens, 0)
    if value is None:
        return
    kind = class_of(value.head)
    for fact in reversed(line.known):
        if fact.subject != who or not fact.value:
            continue
        named = match["old"] and _alike(match["old"], fact.value)
        same = kind and (fact.slot == kind or class_of(fact.value.lower().split()[-1]) == kind)
        if named or same:
            yield line.fact(fact.slot, value, kind=fact.kind, act="change", who=who,
                            instead_of=fact.value)
            return
    if kind in {"car", "phone", "laptop", "diet"}:
        yield line.fact(kind, value, act="change", who=who)


_PRICES = frozenset("rent salary budget wage pay fee price weight mortgage bill target".split())  # noqa: SIM905
_PAY = re.compile(r"\bpay(?:ing)? (?P<value>[€$£]?[0-9][0-9.,]*\s?(?:€|k|euros?|dollars?|pounds?)?)"
                  r"(?P<rest>.*?\bfor (?:my |the |our |this )?(?P<what>\w+))?")


def _amounts(line: Line) -> Iterator[Fact]:
    """Read what something costs somebody: "I pay 720 a month for the flat", "rent's up to 790"."""
    subject, low = line.subject, line.low
    pay = _PAY.search(low)
    if pay is not None and subject is not None and not subject.thing and line.verb is not None:
        if line.verb.tense in {"present", "doing"} and not line.verb.denied and pay["what"]:
            what = pay["what"]
            slot = "rent" if class_of(what) == "dwelling" or what == "rent" else f"pays for {what}"
            value = _span_of(line, line.clause.span[0] + pay.start("value"), pay["value"].strip())
            yield line.fact(slot, value)
        return
    paid = re.search(r"\bpaid (?P<value>[€$£]?[0-9][0-9.,]*) for (?:the|my|our|a) (?P<what>\w+)", low)
    if paid is not None and subject is not None and not subject.thing:
        value = _span_of(line, line.clause.span[0] + paid.start("value"), paid["value"])
        yield make(line.said, line.clause.span, f"paid for {paid['what']}", value,
                   subject=subject.who)
        return
    if subject is not None and subject.thing and subject.own:
        rises = _RISES.search(low)
        if rises is not None and subject.thing.split()[-1] in _PRICES:
            yield from _figure(line, subject.thing.split()[-1], rises.end(), subject.who)
    elif re.search(r"\b(?:up|down) again\b|\bit's (?:gone|went) (?:up|down)\b", _sentence(line)):
        for fact in _mine(line, soon=False):
            if sort_of(fact.value) == "number" and fact.kind == "single":
                match = re.search(r"(?:it's|to)\s+(?=[€$£]?[0-9])", low)
                if match is not None:
                    yield from _figure(line, fact.slot, match.end(), fact.subject)
                return


def _figure(line: Line, slot: str, at: int, who: str) -> Iterator[Fact]:
    match = re.match(r"[€$£]?[0-9]+(?:[.,][0-9]+)*k?", line.low[at:])
    if match is not None:
        value = _span_of(line, line.clause.span[0] + at, match[0])
        yield make(line.said, line.clause.span, slot, value, subject=who, act="change")


def _sentence(line: Line) -> str:
    return line.said.text[slice(*line.clause.sentence)].lower()


def taken_back(said_line: Line, before: Sequence[Fact]) -> Iterator[Fact]:
    """Yield a correction of each fact that "just kidding" takes back."""
    for fact in before:
        yield make(
            said_line.said, said_line.clause.span, fact.slot, None, subject=fact.subject,
            kind=fact.kind, act="correct", instead_of=fact.value,
        )
