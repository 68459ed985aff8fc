"""Who is with whom: "my boyfriend Milo", "Ilya and I have split up", "it's over with Ilya"."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mnemos.ingest.facts.classes import PARTNERS, RELATIONS, ROLES
from mnemos.ingest.facts.fact import Fact, Kind
from mnemos.ingest.facts.family import cue, family
from mnemos.ingest.facts.line import Line
from mnemos.ingest.facts.people import introduced
from mnemos.ingest.facts.phrases import Phrase

_WE = re.compile(
    r"(?:(?P<name>[A-Z]\w+) and I|(?:[Mm]e|I) and (?P<other>[A-Z]\w+)|[Ww]e|(?P<one>I))\b"
    r"(?P<state>'ve| have| are|'re| got|'m| am| just| finally| recently)*\s+"
    r"(?P<what>(?:back )?together(?: again)?|split up|broken up|broke up|separated|divorced|engaged"
    r"|married|dating|a couple)\b(?P<rest>(?: with| from| to)? ?(?P<third>[A-Z]\w+)?)"
)
_OVER = re.compile(r"\b[Ii]t(?:'s| is) over (?:with|between) (?:me and )?(?P<name>[A-Z]\w+)")
_MET = re.compile(
    r"\bI(?:'m| am|'ve been| have been) (?:seeing|dating) (?:someone|somebody|a (?:guy|girl|man"
    r"|woman))\b"
    r".{0,20}?\b(?:(?:his|her) name(?:'s| is)|called|named) (?P<name>[A-Z]\w+)"
)
_ENDS = frozenset({"split up", "broken up", "broke up", "separated", "divorced"})


@family(
    cue(RELATIONS, "my our new"),
    cue("together split broken broke separated divorced engaged married dating couple", "i we me"),
    cue("seeing dating", "name called named"),
    cue("over", "with between"),
)
def partners(line: Line) -> Iterator[Fact]:
    """Yield who somebody's partner is, and how they stand."""
    text = line.said.text.replace("’", "'")
    start, end = line.clause.span
    yield from _introduced(line, text)
    over = _OVER.search(text, start, end)
    if over is not None:
        yield from _ended(line, over, over["name"], over.span())
        return
    match = _WE.match(text, line.tokens[0].start if line.tokens else start, end)
    if match is not None:
        yield from _stand(line, match, text)


def _introduced(line: Line, text: str) -> Iterator[Fact]:
    """Read "my boyfriend Milo", "I'm seeing someone, her name is Mia"."""
    for relation, token in introduced(line.tokens):
        name = Phrase(text=token.text, span=(token.start, token.end), head=token.low, after=0)
        if relation in PARTNERS:
            yield line.fact("partner", name, who=line.scene.speaker, timeless=True)
        elif relation != "parents":
            kind: Kind = "single" if relation in ROLES else "list"
            yield line.fact(relation, name, kind=kind, who=line.scene.speaker, timeless=True)
    met = _MET.search(text, *line.clause.sentence)
    if met is not None and line.clause.first:
        name = Phrase(text=met["name"], span=met.span("name"), head="", after=0)
        yield line.fact("partner", name, act="change", who=line.scene.speaker)


def _stand(line: Line, match: re.Match[str], text: str) -> Iterator[Fact]:
    """Read how two people stand: "Tess and I got married"."""
    who = match["name"] or match["other"] or match["third"] or ""
    what = match["what"]
    if match["one"] and what not in {"broke up", "split up", "separated"}:
        return
    if what in _ENDS:
        yield from _ended(line, match, who, match.span("what"))
    elif who or what in {"engaged", "married"}:
        value = Phrase(text=what, span=match.span("what"), head=what, after=0)
        yield line.fact("relationship", value, act="change", who=line.scene.speaker)
        if who:
            name = _name(match, who, text)
            yield line.fact("partner", name, act="change", who=line.scene.speaker)


def _name(match: re.Match[str], name: str, text: str) -> Phrase:
    at = text.index(name, match.start())
    return Phrase(text=name, span=(at, at + len(name)), head=name.lower(), after=0)


def _ended(line: Line, match: re.Match[str], name: str, span: tuple[int, int]) -> Iterator[Fact]:
    text = line.said.text
    value = Phrase(text=text[slice(*span)], span=span, head="", after=0)
    yield line.fact("relationship", value, act="change", who=line.scene.speaker)
    who = _name(match, name, text.replace("’", "'")) if name else None
    yield line.fact("partner", who, act="end", who=line.scene.speaker)
