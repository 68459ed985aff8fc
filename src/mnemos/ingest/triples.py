"""Simple statements become (subject, relation, object), by patterns over English sentences.

What needs no parser is read: "I live in Oslo", "my dog is called Rex", "Ann doesn't like tea".
"I" is who speaks. Questions, conditions, and sentences about "he", "it" or "we" are left alone:
rather nothing than a wrong fact. It is the fallback where no model reads (TiM, HippoRAG 2).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from mnemos.text.sentences import Span, is_question, sentences

#: Words of an object at most: what runs on is a story, not a value.
MOST_WORDS = 10

#: Relations that have one value at a time: a new one takes the place of the old.
FUNCTIONAL = frozenset({"name", "age", "live in", "work at", "work for", "work as", "be from"})

# Verbs by the form that names the relation; "ing" forms follow "am" and "been".
_VERBS = """
    live lives lived living
    work works worked working
    like likes liked liking
    love loves loved loving
    enjoy enjoys enjoyed enjoying
    hate hates hated hating
    prefer prefers preferred preferring
    have has had having
    own owns owned owning
    want wants wanted wanting
    need needs needed needing
    buy buys bought buying
    get gets got getting
    make makes made making
    visit visits visited visiting
    go goes went going
    move moves moved moving
    meet meets met meeting
    start starts started starting
    join joins joined joining
    play plays played playing
    study studies studied studying
    learn learns learned learning
    speak speaks spoke speaking
    drive drives drove driving
    read reads read reading
    watch watches watched watching
    write writes wrote writing
    adopt adopts adopted adopting
    marry marries married marrying
    teach teaches taught teaching
    attend attends attended attending
    lose loses lost losing
    win wins won winning
    use uses used using
    eat eats ate eating
    drink drinks drank drinking
    grow grows grew growing
"""
_BASE = {form: line.split()[0] for line in _VERBS.strip().splitlines() for form in line.split()}
_ANY = "|".join(sorted(_BASE, key=lambda form: (-len(form), form)))

_NOT = r"(?:don't|do\s+not|doesn't|does\s+not|didn't|did\s+not|never|no\s+longer|can't|cannot)"
_OFTEN = r"(?:really|just|also|recently|usually|often|always|still|currently|now|finally|actually)"
_NAME = r"[A-Z][\w'’-]*(?:\s[A-Z][\w'’-]*){0,2}"
_OPENING = r"(?i:(?:and|but|so|well|yes|yeah|oh|hey|hi|actually|also|btw)\b,?\s+)*"
_SUBJECT = rf"(?P<subject>I|[Mm]y\s+[a-z]+(?:\s[a-z]+)?|{_NAME})"
_PREPOSITION = r"(?:(?:\s+(?P<preposition>in|at|for|as|to|with|from|on|up\s+in))\b)?"
_VERB = re.compile(
    rf"{_OPENING}{_SUBJECT}(?:\s+|['’](?=ve\b|m\b))(?:(?:ve|have|has|had|am|m|is|was|been)\s+)*"
    rf"(?:(?P<used>used\s+to)\s+)?(?:{_OFTEN}\s+)*(?:(?P<denied>{_NOT})\s+)?(?:{_OFTEN}\s+)*"
    rf"(?P<verb>{_ANY})\b(?:\s+(?:{_OFTEN})\b)*{_PREPOSITION}\s+(?P<object>.+)",
    re.DOTALL,
)
_IS = re.compile(
    rf"{_OPENING}{_SUBJECT}(?:\s+(?:am|is|are)(?P<short>n['’]t)?|['’]m)\b(?:\s+{_OFTEN})*"
    r"(?:\s+(?P<denied>not|no\s+longer|never))?(?:\s+(?P<called>called|named))?"
    r"\s+(?P<object>.+)",
    re.DOTALL,
)
_OWN = re.compile(r"[Mm]y\s+(?P<what>.+)")
_AGE = re.compile(r"(?P<age>\d{1,3})(?:\s+years\s+old)?\Z")
_FROM = re.compile(r"(?:originally\s+)?from\s+(?P<place>.+)")
_ARTICLE = re.compile(r"(?:a|an|the)\s+", re.IGNORECASE)
_CLAUSE_END = re.compile(
    r"[,;:!?\n(–—]|\.(?=\s|\Z)|\s(?:and\s+(?:I|we|it|he|she|they|my)|but|because|since|so|when|while"
    r"|which|who|that|if|although|though|after|before|until|unless)\b"
)
_NO_SUBJECTS = frozenset(
    """
    he she it we they you this that these those there what who when where why how if the a an
    and but so or not no yes everyone someone anyone nobody everything something nothing one let
    hope glad great thanks thank sorry please my our your his her their its here then once while
    """.split()  # noqa: SIM905 - a table of words reads better as text
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Triple:
    """One statement.

    Args:
        subject: Who; "Ann" or "Ann's dog".
        relation: A verb's plain form with its preposition ("live in"), "be", or a possession's
            name ("favourite colour").
        object: What, without its article.
        denies: The sentence says that it is not so, or no longer.
        span: Of the sentence, characters [from, to).
    """

    subject: str
    relation: str
    object: str
    denies: bool = False
    span: Span


def triples(text: str, speaker: str) -> list[Triple]:
    """Return what the sentences of a text state, in order, at most one of each.

    Args:
        text: What somebody said, in English.
        speaker: Who "I" is.

    >>> said = "I live in Oslo, near Tom. My dog is called Rex! Do I like tea?"
    >>> [(each.subject, each.relation, each.object) for each in triples(said, "Ann")]
    [('Ann', 'live in', 'Oslo'), ('Ann', 'dog', 'Rex')]
    """
    found = []
    for start, stop in sentences(text):
        sentence = text[start:stop].replace("’", "'")
        if not is_question(sentence):
            triple = _read(sentence.strip("\"'*- "), speaker, (start, stop))
            if triple is not None:
                found.append(triple)
    return found


def _read(sentence: str, speaker: str, span: Span) -> Triple | None:
    match = _VERB.match(sentence) or _IS.match(sentence)
    if match is None or match["subject"].split()[0].casefold() in _NO_SUBJECTS - {"my"}:
        return None
    value = _value(match["object"])
    if not value:
        return None
    groups = match.groupdict()
    own = _OWN.fullmatch(match["subject"])
    denies = bool(groups["denied"] or groups.get("short") or groups.get("used"))
    if "verb" in groups:
        preposition = groups["preposition"]
        base = _BASE[groups["verb"]]
        relation = f"{base} {' '.join(preposition.split())}" if preposition else base
        return Triple(
            subject=_subject(match["subject"], speaker),
            relation=relation,
            object=value,
            denies=denies,
            span=span,
        )
    subject, relation = _subject(match["subject"], speaker), "be"
    age, origin = _AGE.match(value), _FROM.match(value)
    if own is not None and (groups["called"] or own["what"].startswith(("favo", "name", "birth"))):
        subject, relation = speaker, own["what"]
    elif groups["called"]:
        relation = "name"
    elif age is not None:
        relation, value = "age", age["age"]
    elif origin is not None:
        relation, value = "be from", origin["place"]
    return Triple(subject=subject, relation=relation, object=value, denies=denies, span=span)


def _subject(words: str, speaker: str) -> str:
    if words == "I":
        return speaker
    own = _OWN.fullmatch(words)
    return words.removesuffix("'s") if own is None else f"{speaker}'s {own['what']}"


def _value(words: str) -> str:
    """Return the object: up to the clause's end, without its article; empty if it runs on."""
    end = _CLAUSE_END.search(words)
    value = words[: end.start()] if end is not None else words
    value = _ARTICLE.sub("", value.strip(" .\"'*"), count=1)
    return "" if len(value.split()) > MOST_WORDS else " ".join(value.split())
