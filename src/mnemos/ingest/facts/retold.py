"""New values of what was told before: "rent is 800 now", "it's Radiohead now", "back to black"."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mnemos.ingest.facts.alike import alike, span_of, telling_words
from mnemos.ingest.facts.classes import class_of, sort_of, sorts_of
from mnemos.ingest.facts.events import find_when
from mnemos.ingest.facts.fact import Fact
from mnemos.ingest.facts.family import cue, family
from mnemos.ingest.facts.idioms import at
from mnemos.ingest.facts.line import Line
from mnemos.ingest.facts.phrases import Phrase

_NOW = re.compile(
    r"\b(?:now|these days|nowadays|currently|from now on|as of|officially|instead|again|new"
    r"|no longer|changed|moved|switched|gone|went|got|up|down|raised|set|since|finally|back)\b"
)
_IS = re.compile(
    r"(?=\s*(?:'s|is|are|was|got|has|have|to|(?:changed|moved|switched|went|rose|dropped)\b))"
    r"\s*(?:'s|is|are|was|got|has|have|will be)?(?: been)?(?: now| currently| officially| finally"
    r"| actually| back| just| all)*(?: changed| moved| switched| gone| went| go| pushed| bumped"
    r"| raised| reduced| cut| dropped| risen| set| shifted| renamed)*(?: up| down| over)*"
    r"(?: from [\w:€$£.' -]+?)?(?: to| at| on| for)?\s+(?:the )?(?=[\w€$£])"
)
_NOW_IT_IS = re.compile(r"\b(?:it|that)(?:'s| is)(?: now| all)? (?=\w)|\bnow (?:it's|it is) (?=\w)")
_BACK_TO = re.compile(
    r"(?<!give )(?<!giving )(?<!gave )\bback (?:to|on|at|in|with)"
    r" (?:the |my |being |drinking |eating )?(?=\w)"
)
#: Slots of which another value is told in such words by the way.
_NOT_SO = frozenset("likes has owns siblings children age pet speaks".split())  # noqa: SIM905
#: One of them stands wherever _NOW matches.
_NEWS = """
    now these nowadays currently of officially instead again new longer changed moved switched
    gone went got up down raised set since finally back
"""
#: Slots of several values of which "it's tea now" replaces the one told last.
_HAD_ONE = frozenset("drinks eats uses plays prefers reads wears".split())  # noqa: SIM905
_NO_VALUE = frozenset("good great fine over done better worse ok okay easy hard time".split())  # noqa: SIM905
#: Kinds of slot that hold one value.
_ONE = frozenset({"single", "event"})


@family(cue(_NEWS), cue("back"))
def retold(line: Line) -> Iterator[Fact]:
    """Yield the new value of what the same person told before."""
    if line.verb is not None and (line.verb.tense in {"plan", "modal"} or line.verb.denied):
        return
    low = line.low
    back = _BACK_TO.search(low)
    if back is not None:
        yield from _back(line, back)
    elif _NOW.search(low) is not None:
        yield from _of_a_thing(line, low) or _of_it(line, low)


def _back(line: Line, match: re.Match[str]) -> Iterator[Fact]:
    """Read "back to black for me": what one value of a slot was before."""
    value = at(line, line.clause.span[0] + match.end())
    if value is None or (line.subject is not None and line.subject.who != line.scene.speaker):
        return
    later: set[str] = set()
    for fact in reversed(line.known):
        if fact.by != line.said.who or fact.kind == "count" or fact.slot in _NOT_SO - {"likes"}:
            continue
        former = fact.slot in later or not fact.holds
        if former and telling_words(value.text) & telling_words(fact.value):
            yield line.fact(fact.slot, value, kind=fact.kind, act="change", who=fact.subject)
            return
        later.add(fact.slot)


#: Whatever the slot is, in up to five words; what was told is looked up only where this matches.
_A_THING_IS = re.compile(
    r"(?:^|\b(?:the|my|our|his|her|new))\W*(?!(?:i|you|he|she|we|they|it|that|this)(?:\s|'[a-z]))"
    rf"\w(?:[^\s,;!?]|,(?=\d))*(?: (?:[^\s,;!?]|,(?=\d))+){{0,4}}?\b{_IS.pattern}"
)


def _of_a_thing(line: Line, low: str) -> list[Fact]:
    """Read "the gate changed to C3", "rent is 800 now" of a slot told before."""
    if _A_THING_IS.search(low) is None:
        return []
    tokens = {token.low for token in line.tokens}
    tried: set[str] = set()
    for fact in reversed(line.known):
        if fact.by != line.said.who or fact.kind not in _ONE or fact.slot in tried:
            continue
        tried.add(fact.slot)
        if fact.slot in _NOT_SO or not tokens.issuperset(fact.slot.split()):
            continue
        before = rf"(?:^|\b(?:the|my|our|his|her|new))\W*{re.escape(fact.slot)}\b"
        match = re.search(before, low)
        gap = None if match is None else _IS.match(low, match.end())
        if gap is None:
            continue
        value = _value(line, line.clause.span[0] + gap.end(), fact)
        if value is not None:
            return [line.fact(fact.slot, value, kind=fact.kind, act="change", who=fact.subject)]
    return []


def _of_it(line: Line, low: str) -> list[Fact]:
    """Read "it's Radiohead now" of what was told last."""
    match = _NOW_IT_IS.search(low)
    if match is None or not re.search(r"\b(?:now|these days|from now on)\b", low):
        return []
    for fact in [one for one in line.known if one.by == line.said.who and one.value][-3:][::-1]:
        value = _value(line, line.clause.span[0] + match.end(), fact)
        if fact.kind == "list" and fact.slot not in _HAD_ONE:
            continue
        if value is not None and fact.slot != "age" and value.head not in _NO_VALUE:
            old = fact.value if fact.kind == "list" else ""
            return [
                line.fact(
                    fact.slot, value, kind=fact.kind, act="change", who=fact.subject, instead_of=old
                )
            ]
    return []


def _code(line: Line, index: int, fact: Fact) -> Phrase | None:
    """Return a number, code or address as it stands: "C3", "jo@example.com"."""
    match = re.compile(r"\S*[@_0-9]\S*").match(line.said.text, index, line.clause.sentence[1])
    if match is None or match[0].rstrip(".,;!") == fact.value:
        return None
    return span_of(line, index, match[0].rstrip(".,;!"))


def _value(line: Line, index: int, fact: Fact) -> Phrase | None:
    """Return the value at an index, if it is of the sort of a fact's and another one."""
    value: Phrase | None = at(line, index)
    if re.search(r"[@_0-9]", fact.value) and sort_of(fact.value) in {"name", "words"}:
        return _code(line, index, fact)
    if sort_of(fact.value) in {"clock", "weekday", "date"}:
        value = find_when(line, index, line.clause.sentence[1])
        if value is not None and value.span[0] - index > 4:  # noqa: PLR2004
            value = None
    if value is None or value.text.lower() == fact.value.lower():
        return None
    if sort_of(value.text) != "number" and alike(value.text, fact.value):
        return None
    same = sorts_of(value.text) & sorts_of(fact.value)
    kind = class_of(value.head)
    return value if same and (not kind or kind == class_of(fact.value.split()[-1])) else None
