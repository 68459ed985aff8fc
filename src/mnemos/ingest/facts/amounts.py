"""What something costs somebody: "I pay 720 for the flat", "my rent has gone up to 790"."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mnemos.ingest.facts.alike import span_of
from mnemos.ingest.facts.classes import class_of, sort_of
from mnemos.ingest.facts.corrections import told_by
from mnemos.ingest.facts.fact import Fact
from mnemos.ingest.facts.family import cue, family
from mnemos.ingest.facts.line import Line, make

_RISES = re.compile(
    r"(?:went|gone|goes|going|go|up|rose|risen|rises|dropped|fell|raised|is|'s|now|again)\s.*?"
    r"(?:to|at|now)\s+(?=[€$£]?[0-9])",
    re.IGNORECASE,
)
_PRICES = frozenset("rent salary budget wage pay fee price weight mortgage bill target".split())  # noqa: SIM905
_PAY = re.compile(
    r"\bpay(?:ing)? (?P<value>[€$£]?[0-9][0-9.,]*\s?(?:€|k|euros?|dollars?|pounds?)?)"
    r"(?P<rest>.*?\bfor (?:my |the |our |this )?(?P<what>\w+))?"
)


@family(cue("pay paying paid", "0"), cue(_PRICES, "0"), cue("up down", "again gone went", "0"))
def amounts(line: Line) -> Iterator[Fact]:
    """Read what something costs somebody: "I pay 720 a month for the flat", "rent's up to 790"."""
    subject, low = line.subject, line.low
    pay = _PAY.search(low)
    if pay is not None and subject is not None and not subject.thing and line.verb is not None:
        if line.verb.tense in {"present", "doing"} and not line.verb.denied and pay["what"]:
            what = pay["what"]
            slot = "rent" if class_of(what) == "dwelling" or what == "rent" else f"pays for {what}"
            value = span_of(line, line.clause.span[0] + pay.start("value"), pay["value"].strip())
            yield line.fact(slot, value)
        return
    paid = re.search(
        r"\bpaid (?P<value>[€$£]?[0-9][0-9.,]*) for (?:the|my|our|a) (?P<what>\w+)", low
    )
    if paid is not None and subject is not None and not subject.thing:
        value = span_of(line, line.clause.span[0] + paid.start("value"), paid["value"])
        yield make(
            line.said, line.clause.span, f"paid for {paid['what']}", value, subject=subject.who
        )
        return
    if subject is not None and subject.thing and subject.own:
        rises = _RISES.search(low)
        if rises is not None and subject.thing.split()[-1] in _PRICES:
            yield from _figure(line, subject.thing.split()[-1], rises.end(), subject.who)
    elif re.search(r"\b(?:up|down) again\b|\bit's (?:gone|went) (?:up|down)\b", _sentence(line)):
        for fact in told_by(line, soon=False):
            if sort_of(fact.value) == "number" and fact.kind == "single":
                match = re.search(r"(?:it's|to)\s+(?=[€$£]?[0-9])", low)
                if match is not None:
                    yield from _figure(line, fact.slot, match.end(), fact.subject)
                return


def _figure(line: Line, slot: str, at: int, who: str) -> Iterator[Fact]:
    match = re.match(r"[€$£]?[0-9]+(?:[.,][0-9]+)*k?", line.low[at:])
    if match is not None:
        value = span_of(line, line.clause.span[0] + at, match[0])
        yield make(line.said, line.clause.span, slot, value, subject=who, act="change")


def _sentence(line: Line) -> str:
    return line.said.text[slice(*line.clause.sentence)].lower()
