"""Whom a clause speaks of: the speaker, a relation of theirs, or somebody named."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from mnemos.ingest.facts.classes import BARE_RELATIONS, RELATIONS, class_of
from mnemos.ingest.facts.clauses import Token
from mnemos.ingest.facts.fact import Said
from mnemos.ingest.facts.scene import Scene
from mnemos.ingest.facts.verbs import FORMS
from mnemos.text.stopwords import stopwords

FUNCTION_WORDS = stopwords("english")
_FIRST = frozenset({"i", "we"})
_OWN = frozenset({"my", "our"})
_HIS = {"his": "he", "her": "she", "their": "they"}
_TITLES = frozenset("mr mrs ms miss dr prof professor aunt auntie uncle".split())  # noqa: SIM905
_BETWEEN = 3  # words between "my" and the relation: "my dear old little sister"
_AFTER_NAME = frozenset("'s is was has had does did got isn wasn hasn doesn".split())  # noqa: SIM905
_MARKS = frozenset(",.;:!?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """Whom or what a clause is about.

    Args:
        who: The person, or whose thing it is.
        thing: The noun phrase, for "my budget", "the launch"; empty for a person.
        at: The index of the first token after it.
        relation: The person as a relation ("Ann's sister"), also where the name is known.
        own: Whether the thing is introduced as the person's own: "my", not "the".
    """

    who: str
    thing: str = ""
    at: int
    own: bool = True
    relation: str = ""


def subject(tokens: Sequence[Token], scene: Scene) -> Subject | None:
    """Read the subject at a clause's start; None if it is none that facts are kept of."""
    if not tokens:
        return None
    low = tokens[0].low
    if low in _OWN or low in _HIS:
        owner = scene.speaker if low in _OWN else scene.pronoun(low)
        return _possessed(tokens, owner, scene) if owner else None
    if low == "the":
        return _thing(tokens, 1, scene.speaker, own=False)
    who = _pronoun(tokens[0], scene)
    if who is not None:
        return Subject(who=who, at=1) if who else None
    named = _named(tokens)
    if named is not None and named.at < len(tokens) and _possessive(tokens, named.at):
        return _possessed(tokens, named.who, scene, named.at + 1)
    return named


def _pronoun(token: Token, scene: Scene) -> str | None:
    """Return whom I, he, she or "Mum" means; empty for nobody known, None for no such word."""
    if token.low in _FIRST:
        return scene.speaker
    if token.low in {"he", "she"}:
        return scene.pronoun(token.low)
    if token.low in BARE_RELATIONS and token.text[0].isupper():
        return scene.named(f"{scene.speaker}'s {RELATIONS[token.low]}")
    return None


def mentioned(said: Said, scene: Scene, start: int = 0, end: int | None = None) -> str:
    """Return the person a turn, or part of it, spoke of last, by relation or by name."""
    last = ""
    for match in _MENTION.finditer(said.text, start, len(said.text) if end is None else end):
        relation, name = match["relation"] or match["bare"], match["name"] or match["met"]
        if relation:
            if _POSSESSED.match(said.text, match.end()) is not None:
                continue
            who = f"{said.who}'s {RELATIONS[relation.lower()]}"
            last = scene.named(who)
        elif not {name.lower()} & (FUNCTION_WORDS | FORMS.keys() | _NOT_NAMES) and not (
            name.lower().endswith(_NO_NAME_ENDINGS)
        ):
            last = name
    return last


_POSSESSED = re.compile(r"['’]s (?!is\b|was\b|a\b|an\b|in\b|at\b|not\b|got\b)[a-z]+\b[.,!]")
_MENTION = re.compile(
    r"\b(?=[A-Zmot])(?:"  # all that begin otherwise are passed at once
    rf"(?:[Mm]y|[Oo]ur)\s+(?:\w+\s+)?(?P<relation>{'|'.join(sorted(RELATIONS))})\b"
    r"|(?:[Tt]his is|[Mm]eet) (?P<met>[A-Z][a-z]+)\b"
    rf"|(?P<bare>{'|'.join(one.capitalize() for one in sorted(BARE_RELATIONS))})\b"
    r"|(?P<name>(?:Aunt |Uncle |Professor )?[A-Z][a-z]+)"
    r"(?='s\b|\s+(?:is|was|has|had|lives|works|drives|rang|said|called|told|moved|got)\b))"
)


def _possessed(tokens: Sequence[Token], owner: str, scene: Scene, at: int = 1) -> Subject | None:
    """Read what stands behind "my": a relation, with or without its name, or a thing."""
    for place in range(at, min(at + _BETWEEN, len(tokens))):
        low = tokens[place].low
        if low in _MARKS or low == "'s" or low in FUNCTION_WORDS:
            break
        relation = RELATIONS.get(low)
        if relation is None:
            continue
        after = place + 1
        who = scene.named(f"{owner}'s {relation}")
        if after < len(tokens) and tokens[after].low == "'s" and _has_more(tokens, after + 1):
            return _possessed(tokens, who, scene, after + 1)
        if after < len(tokens) and tokens[after].low == ",":
            after += 1
        named = _name_end(tokens, after)
        if named > after:
            name = _joined(tokens, after, named)
            named += named < len(tokens) and tokens[named].low == ","
            return Subject(who=name, at=named)
        return Subject(who=who, at=place + 1, relation=f"{owner}'s {relation}")
    return _thing(tokens, at, owner, own=True)


def _has_more(tokens: Sequence[Token], at: int) -> bool:
    """Tell whether "my sister's" is hers and not "my sister is": a noun and a verb follow."""
    rest = [token.low for token in tokens[at : at + 4]]
    return any(word in {"is", "'s", "are", "was"} for word in rest[1:]) and not (
        rest and (rest[0] in FUNCTION_WORDS or (rest[0] in FORMS and not FORMS[rest[0]].base))
    )


def _thing(tokens: Sequence[Token], at: int, owner: str, *, own: bool) -> Subject | None:
    """Read a noun phrase of one to five words up to a verb."""
    words: list[str] = []
    for place in range(at, min(at + 6, len(tokens))):
        token = tokens[place]
        if token.low in _STARTS_VERB or (words and _is_finite(token)):
            if not words:
                return None
            return Subject(who=owner, thing=" ".join(words), at=place, own=own)
        if not (token.text[0].isalnum()) or token.low in _NO_NOUN:
            return None
        words.append(token.low)
    return None


_STARTS_VERB = frozenset(
    [
        "is",
        "are",
        "was",
        "were",
        "'s",
        "'re",
        "has",
        "have",
        "had",
        "isn",
        "aren",
        "wasn",
        "weren",
        "will",
        "would",
        "can",
        "could",
        "does",
        "do",
        "did",
        "hasn",
        "haven",
        "doesn",
        "don",
        "didn",
    ]
)
_NO_NOUN = frozenset(
    [
        "i",
        "you",
        "he",
        "she",
        "we",
        "they",
        "it",
        "me",
        "him",
        "us",
        "them",
        "my",
        "your",
        "his",
        "our",
        "their",
        "that",
        "this",
        "these",
        "those",
        "who",
        "which",
        "when",
        "where",
        "because",
        "if",
        "and",
        "or",
        "but",
        "not",
        "so",
    ]
)


def _is_finite(token: Token) -> bool:
    form = FORMS.get(token.low)
    if form is not None and (form.third or form.past) and not token.text[0].isupper():
        return token.low not in {"plays", "drinks", "works", "rides", "houses", "drives"}
    return token.low in {
        "leaves",
        "starts",
        "expires",
        "ends",
        "runs",
        "goes",
        "went",
        "begins",
        "takes",
        "costs",
        "meets",
        "opens",
        "closes",
        "arrives",
        "departs",
    }


def _named(tokens: Sequence[Token]) -> Subject | None:
    """Read a name before a verb: "Tom's", "Aunt Rosalind lives", "Maria from the bank drives"."""
    end = _name_end(tokens, 0)
    if end == 0 or end >= len(tokens):
        return None
    name = _joined(tokens, 0, end)
    if tokens[end].low == "from":
        for place in range(end + 1, min(end + 4, len(tokens))):
            if _verbal(tokens[place]):
                return Subject(who=f"{name} {_joined(tokens, end, place)}", at=place)
        return None
    at = end
    if tokens[at].low == "," or not _verbal(tokens[at]):
        return None
    return Subject(who=name, at=at)


def _verbal(token: Token) -> bool:
    if token.low in _AFTER_NAME:
        return True
    form = FORMS.get(token.low)
    return form is not None and (form.third or form.past)


def _possessive(tokens: Sequence[Token], at: int) -> bool:
    if at >= len(tokens) or tokens[at].low != "'s" or at + 1 >= len(tokens):
        return False
    following = tokens[at + 1].low
    return following in RELATIONS or _has_more(tokens, at + 1)


def _name_end(tokens: Sequence[Token], at: int) -> int:
    """Return the index behind a name of capitalised words that starts at an index."""
    end = at
    while end < len(tokens) and end - at < 3 and _is_name(tokens[end]):  # noqa: PLR2004
        end += 1
    if end < len(tokens) and end == at + 1 and tokens[at].low in _TITLES and tokens[end].low == ".":
        return _name_end(tokens, end + 1)
    return end


def _is_name(token: Token) -> bool:
    text = token.text
    return (
        text[0].isupper()
        and ((len(text) > 1 and not text.isupper()) or (len(text) == 1 and text not in {"I", "A"}))
        and token.low not in FUNCTION_WORDS
        and token.low not in FORMS
        and token.low not in _NOT_NAMES
        and not class_of(token.low)
        and text.isalpha()
        and not token.low.endswith(_NO_NAME_ENDINGS)
    )


_NO_NAME_ENDINGS = ("ing", "tion", "ment", "ness", "ity", "ism", "ance", "ence", "ship", "ers")
_NOT_NAMES = frozenset(
    """
    everyone everybody someone nobody nothing everything monday tuesday wednesday thursday friday
    saturday sunday january february march april may june july august september october november
    december people work school life today yesterday tomorrow thanks here there what that this
    dinner lunch breakfast rent weather christmas easter mine yours children kids parents witness
    family friends students players doctors women men art music food nature money love hope
    teamwork support health practice yoga dance home recently finally lately suddenly currently
    apparently luckily sadly
    """.split()  # noqa: SIM905 - a table of words reads better as text
)


def _joined(tokens: Sequence[Token], start: int, end: int) -> str:
    return " ".join(token.text for token in tokens[start:end])


def introduced(tokens: Sequence[Token]) -> Iterator[tuple[str, Token]]:
    """Yield each relation told together with its name: "my sister Ayelet" ▸ relation, token."""
    for place, token in enumerate(tokens[:-2]):
        new = token.low == "a" and tokens[place + 1].low == "new"
        if token.low not in _OWN and not new:
            continue
        for after in range(place + 1, min(place + 4, len(tokens) - 1)):
            relation = RELATIONS.get(tokens[after].low)
            if relation is None:
                continue
            at = after + 1
            at += tokens[at].low == "," and at + 1 < len(tokens)
            if _name_end(tokens, at) > at and tokens[after - 1].low not in _SHARED:
                yield relation, _titled(tokens, at)
            break


#: What makes a partner one in business or sports.
_SHARED = frozenset("business running tennis dance training lab gym study sparring".split())  # noqa: SIM905


def _titled(tokens: Sequence[Token], at: int) -> Token:
    """Return a name's first word; with what follows a title, "Dr. Lee"."""
    end = _name_end(tokens, at)
    if tokens[at].low not in _TITLES:
        return tokens[at]
    text = " ".join(token.text for token in tokens[at:end]).replace(" .", ".")
    whole = tokens[end - 1].end - tokens[at].start == len(text)
    return Token(text, text.lower(), tokens[at].start, tokens[end - 1].end) if whole else tokens[at]
