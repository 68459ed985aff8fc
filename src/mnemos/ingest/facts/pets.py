"""What pets are called: "my dog Rex", "a parrot named Rio", "He's called Waffles"."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mnemos.ingest.facts.classes import class_of, nouns
from mnemos.ingest.facts.fact import Fact
from mnemos.ingest.facts.family import cue, family
from mnemos.ingest.facts.line import Line
from mnemos.ingest.facts.people import FUNCTION_WORDS
from mnemos.ingest.facts.phrases import Phrase

_OWNED = re.compile(
    r"\b(?:[Mm]y|[Oo]ur|an?) (?:[a-z]+ ){0,2}?(?P<pet>[a-z]+)(?:(?:'s| is)? (?:called|named)"
    r"|'s name is|,| is) ?(?P<name>[A-Z][a-z]+)\b|\b(?:[Mm]y|[Oo]ur) (?P<dog>[a-z]+) "
    r"(?P<rex>[A-Z][a-z]+)\b"
)
_CALLED = re.compile(
    r"\b(?:[Hh]e|[Ss]he|[Ii]t)(?:'s| is) (?P<now>now )?(?:called |named )?"
    r"(?P<name>[A-Z][a-z]+)\b(?P<after> now)?"
    r"|\b[Hh](?:is|er) name(?:'s| is) (?P<other>[A-Z][a-z]+)\b"
)
_MY_PET = re.compile(r"\b(?:my|our|an?) (?:[a-z]+ )?([a-z]+)\b", re.IGNORECASE)
SLOT = "pet's name"


@family(
    cue(nouns("pet"), "my our a an"),
    cue("called named now", "he she it"),
    cue("name", "his her"),
)
def pets(line: Line) -> Iterator[Fact]:
    """Yield a pet's name, or its new one."""
    text = line.said.text.replace("’", "'")
    start, end = line.clause.span
    for match in _OWNED.finditer(text, start, end):
        kind = match["pet"] or match["dog"]
        group = "name" if match["name"] else "rex"
        if class_of(kind) == "pet" and match[group].lower() not in FUNCTION_WORDS:
            yield line.fact(
                SLOT, _phrase(match, group), kind="list", who=line.scene.speaker, timeless=True
            )
            return
    called = _CALLED.search(text, start, end)
    if called is not None:
        yield from _named(line, text, called)


def _named(line: Line, text: str, match: re.Match[str]) -> Iterator[Fact]:
    """Read "he's called Waffles", "she's Bruno now", where a pet was spoken of."""
    known = [
        one
        for one in line.known
        if one.slot == SLOT and one.subject == line.scene.speaker and one.holds
    ]
    value = _phrase(match, "name" if match["name"] else "other")
    if known and (match["now"] or match["after"]):
        yield line.fact(
            SLOT,
            value,
            kind="list",
            act="change",
            who=line.scene.speaker,
            instead_of=known[-1].value,
        )
    elif "called" in match[0] or "named" in match[0] or match["other"]:
        before = _MY_PET.findall(text[: line.clause.span[0]])
        if before and class_of(before[-1]) == "pet":
            yield line.fact(SLOT, value, kind="list", who=line.scene.speaker, timeless=True)


def _phrase(match: re.Match[str], group: str) -> Phrase:
    return Phrase(text=match[group], span=match.span(group), head=match[group].lower(), after=0)
