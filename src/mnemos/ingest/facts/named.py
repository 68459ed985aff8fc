"""What is over because a clause names it with a word for ending: "no more sugar", "Rex died"."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from mnemos.ingest.facts.alike import telling_words
from mnemos.ingest.facts.classes import is_time
from mnemos.ingest.facts.fact import Act, Fact
from mnemos.ingest.facts.family import cue, family
from mnemos.ingest.facts.idioms import at
from mnemos.ingest.facts.line import Line
from mnemos.ingest.facts.phrases import Phrase

#: Words behind which the thing stands that is over.
_BEHIND = re.compile(
    r"\b(?:no more|no longer|not (?:an? |the |my )?(?=\S+ (?:\S+ )?(?:any ?more|any longer))"
    r"|no(?= [\w' -]+ for (?:me|us|him|her|[a-z]+)\b)|(?:done|finished|through) with|over(?= me\b)"
    r"|gone off|went off|(?:i'm|she's|he's|been|am|is|we're) off(?! to\b)"
    r"|(?:given|gave|give|giving) up(?: on)?|stopped|quit|dropped|ditched|binned|scrapped"
    r"|cut(?:ting)? out|swore off|sworn off|kicked|abandoned|sold|got(?:ten)? rid of"
    r"|(?:gave|given) away|donated|returned|cancell?ed|called off|calling off|call off"
    r"|resigned from|retired from|moved (?:out of|away from)|(?:broke|broken|split) up with"
    r"|split (?:from|with)|divorced|unsubscribed from|traded(?: in)?|swapped(?: out)?|replaced"
    r"|(?:switched|changed|moved|went|gone) from|instead of|rather than|parted with|said goodbye to"
    r"|left|leaving|lost|took me off|taken me off|came off|come off"
    r"|(?:called|calling|call)(?= [\w' -]+ off\b)|(?:gave|given|give)(?= [\w' -]+ (?:up|away)\b)"
    r"|(?:take|took|cross|strike) off|remove[ds]?|skip|cross(?:ed)? out|leave out|scrap"
    r"|cut(?= [\w' -]+ out\b)|threw(?= [\w' -]+ out\b))\s+"
)
#: Words before which it stands.
_BEFORE = re.compile(
    r"(?:\b(?:is|are|was|were|has been|have been|been|got|'s|'re)\b |'s |'re )?(?:just |now |all )?"
    r"\b(?:over(?!\w| to\b| there\b| here\b| [0-9])|gone(?! (?:to|up|down|for)\b)|history"
    r"|no more(?= *[.,!;]|\s*$)|off(?= *[.,!;]|\s*$| for good| then)|cancell?ed|called off|scrapped"
    r"|stolen|dead|died|passed away|put down|given away|fell through|fallen through|came to an end"
    r"|is out(?= *[.,!;]|\s*$)|ran away|closed down|broke down for good|packed up|gave up the ghost"
    r"|didn't work out|isn't happening|not happening|sold)\b"
)
#: One of them stands wherever a pattern matches.
_OVER = """
    no not done finished through over gone went off given gave give giving up stopped quit dropped
    ditched binned scrapped cut cutting out swore sworn kicked abandoned sold rid away donated
    returned cancelled canceled called calling call resigned retired moved broke broken split
    divorced unsubscribed traded swapped replaced switched changed instead rather parted goodbye
    left leaving lost took taken came come history stolen dead died passed put fell fallen ran
    closed packed ghost happening work take cross strike remove removed removes skip crossed leave
    scrap threw
"""
_FOR = re.compile(r"\bfor ([A-Z]\w+)")
_WORD = re.compile(r"[\w:'-]+")
#: Words between a cue and what is named, at most.
NEAR = 6
#: What "left" and "lost" can end; a thing that is left somewhere is had still.
_LEFT = frozenset(
    "home place employer job field school studies partner volunteering training manages".split()  # noqa: SIM905
)
_NEVER = frozenset({"age", "birthday", "name", "origin", "allergies", "pet's name"})


@family(cue(_OVER, "for to with in"))
def replaced(line: Line) -> Iterator[Fact]:
    """Yield what took the place of what was told before and is named as over."""
    yield from (one for one in _over(line) if one.act == "change")


@family(cue(_OVER))
def named(line: Line) -> Iterator[Fact]:
    """Yield the end of what was told before and is named as over."""
    yield from _over(line)


def _over(line: Line) -> Iterator[Fact]:
    if line.verb is not None and line.verb.tense in {"plan", "modal"}:
        return
    text = line.said.text[slice(*line.clause.span)].replace("’", "'")
    behind = _BEHIND.search(text.lower())
    before = _BEFORE.search(text.lower()) if behind is None else None
    if behind is not None:
        fact = _meant(line, text, _phrase(text.lower()[behind.end() :]), behind[0])
        other = None if fact is None else _other(line, behind.end(), fact)
    elif before is not None and not _is_of_somebody(line, text.lower()[: before.start()]):
        words = _WORD.findall(text.lower()[: before.start()])[-NEAR:]
        fact, other = _meant(line, text, words, before[0]), None
    else:
        return
    if fact is not None:
        old = "" if fact.kind == "event" and other is None else fact.value
        act: Act = "end" if other is None else "change"
        yield line.fact(fact.slot, other, kind=fact.kind, act=act, who=fact.subject, instead_of=old)


def _meant(line: Line, text: str, words: Sequence[str], cue: str) -> Fact | None:
    """Return the latest fact that is named as over; None if none is."""
    about = _whose(line, text)
    left = cue.startswith(("left", "leaving", "lost"))
    for fact in reversed(line.known):
        passed = fact.slot in _NEVER or (left and fact.slot not in _LEFT)
        if passed or (about and fact.subject != about):
            continue
        if line.said.who in {fact.subject, fact.by} and _is_named(fact, set(words)):
            return fact
    return None


def _phrase(low: str) -> list[str]:
    """Return the words up to where another phrase begins: of "a bike in Rome" the first two."""
    return _WORD.findall(_ELSE.split(low, maxsplit=1)[0])[:NEAR]


_ELSE = re.compile(
    r"(?<=\w),? (?:in|at|on|with|for|from|to|by|because|so|and|but|since|after)\b|[,.;!]"
)


def _is_of_somebody(line: Line, low: str) -> bool:
    """Tell whether what is over is said of a person, and not of a thing or "Pottery"."""
    subject = line.subject
    if subject is None or subject.thing:
        return False
    alone = low.strip() == subject.who.lower()
    return not (alone and any(telling_words(one.slot) == {low.strip()} for one in line.known))


def _other(line: Line, start: int, fact: Fact) -> Phrase | None:
    """Return what took the place of what is over: "left Acme for Globex"."""
    if line.said.text[: line.clause.span[0] + start].lower().rstrip().endswith(("of", "than")):
        return None
    match = _FOR_WHAT.match(line.said.text.replace("’", "'"), line.clause.span[0] + start)
    value = None if match is None else at(line, match.end())
    if value is None or is_time(value.text) != is_time(fact.value):
        return None
    return value if value.text[0].isupper() == fact.value[0].isupper() else None


_FOR_WHAT = re.compile(r"[^.!?,;]{2,30}? (?:for|to|with|in favou?r of) (?:an? |the )?(?=\w)")


def _whose(line: Line, text: str) -> str:
    """Return whose thing is over; empty for anybody of whom the same person told."""
    if line.subject is not None and _is_of_somebody(line, ""):
        return line.subject.who
    meant = _FOR.search(text)
    return "" if meant is None else line.scene.named(meant[1])


def _is_named(fact: Fact, words: set[str]) -> bool:
    """Tell whether words name what a fact that holds says: its value, or its event."""
    if not fact.value or not fact.holds or fact.act in {"end", "plan"}:
        return False
    spoken = telling_words(" ".join(words))
    if fact.kind == "event":
        return telling_words(fact.slot) <= spoken
    value = telling_words(fact.value)
    proper = {word.lower() for word in _WORD.findall(fact.value) if word[0].isupper()}
    return bool(value) and (value <= spoken or bool(proper & spoken))
