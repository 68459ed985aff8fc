"""The noun phrases that values are made of: where one ends, and what of it is kept."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from mnemos.ingest.facts.clauses import QUOTED, Token

_DETERMINERS = frozenset(
    "a an the my our his her their some any this such another".split()  # noqa: SIM905
)
_STOP = frozenset(
    """
    because so since until till when whenever while which who whom where if unless though although
    but that than as after before during every each for from by via about despite instead i we you
    he she they it if or without
    """.split()  # noqa: SIM905 - a table of words reads better as text
)
_FINITE = frozenset(
    """
    is are was were am be been has have had do does did will would can could should may might must
    gets makes synced due
    """.split()  # noqa: SIM905 - the same
)
_MARKS = frozenset(".;:!?…()[]{}/\\|~*_#<>=+")
_TAIL = frozenset(
    """
    now too again either already actually though anymore currently today yesterday tonight lately
    recently still also finally instead anyway please right then once so much very well there here
    lol haha back home for and or with at on in to of a an the my is are was honestly together
    myself
    tomorrow nowadays all alone mostly mainly
    """.split()  # noqa: SIM905 - the same
)
_TAIL_PHRASE = re.compile(
    r"[\s,]+(?:any ?more|any longer|these days|at the moment|right now|for (?:good|now|ever|years)"
    r"|(?:last|next|this) (?:week|month|year|night|weekend|summer|winter|spring|autumn|fall"
    r"|morning|evening|(?:mon|tues|wednes|thurs|fri|satur|sun)day)|a (?:week|month|year|while) ago"
    r"|\w+ (?:days|weeks|months|years) ago|so far|by now|from now on|instead|of course|too|as well"
    r"|in (?:january|february|march|april|may|june|july|august|september|october|november|december"
    r"|(?:19|20)\d\d|the (?:summer|winter|spring|autumn|fall))|on (?:mon|tues|wednes|thurs|fri"
    r"|satur|sun)day|on the \w+|since .*|all the time|every day|a lot|very much|so much"
    r"|with (?:my|our|his|her) .*|this year)\Z",
    re.IGNORECASE,
)
_PRONOUNS = frozenset(
    """
    it that this them him her you me us one ones those these everything something anything nothing
    someone somebody everyone what how when who whom why where myself yourself things thing stuff
    lot lots bit way idea sound fact there here so such each both many much more most all same
    other others another ton tons loads plenty bunch couple none either
    neither someplace somewhere anywhere everywhere
    """.split()  # noqa: SIM905 - the same
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Phrase:
    """A noun phrase in a turn.

    Args:
        text: As said, without articles before it and adverbs behind it.
        span: Its characters of the turn, [from, to).
        head: Its last word before any preposition, in lower case.
        after: Index of the first token behind it.
        determiner: What was taken off before it, in lower case.
    """

    text: str
    span: tuple[int, int]
    head: str
    after: int
    determiner: str = ""


_WITHIN = frozenset({"of", "and", "at", "in", "on", "with", "&", "-", "'", "to", "from", "or"})
#: Words of a value at most: a longer one is no value but a story.
MOST_WORDS = 8


def phrase(
    text: str, tokens: Sequence[Token], at: int, *, commas: bool = False, within: str = "of"
) -> Phrase | None:
    """Read a noun phrase from an index on.

    Args:
        text: The turn.
        tokens: Of the clause.
        at: Where to begin.
        commas: Whether a comma goes on: addresses and lists.
        within: Prepositions that may stand inside.
    """
    allowed = frozenset(within.split())
    determiner = ""
    while at < len(tokens) and tokens[at].low in _DETERMINERS:
        determiner = tokens[at].low
        at += 1
    end = at
    while end < len(tokens) and end - at < MOST_WORDS + 4:
        token = tokens[end]
        if token.low in allowed and end > at:
            end += 1
            continue
        if (
            token.low in _STOP
            or token.low in _WITHIN
            or (token.text[0] in _MARKS and not _is_of_title(tokens, at, end))
            or token.text[0] == QUOTED
            or (token.text == "," and not commas)
            or (token.low in _FINITE and not token.text[0].isupper())
            or token.low in {"n't", "'m", "'re", "'ve", "'ll", "'d"}
            or (token.low == "'s" and end + 1 >= len(tokens))
        ):
            break
        end += 1
    last = end
    while last > at and (tokens[last - 1].low in _TAIL or tokens[last - 1].text == ","):
        last -= 1
    if last == at:
        return None
    start, stop = tokens[at].start, tokens[last - 1].end
    trimmed = text[start:stop]
    while (tail := _TAIL_PHRASE.search(trimmed)) is not None and tail.start() > 0:
        trimmed = trimmed[: tail.start()].rstrip(" ,")
    words = trimmed.split()
    if not words or len(words) > MOST_WORDS or not any(one.isalnum() for one in trimmed):
        return None
    stop = start + len(trimmed)
    kept = [token for token in tokens[at:last] if token.end <= stop]
    head = _head(kept)
    if (head in _PRONOUNS and len(kept) == 1) or (kept and kept[0].low in _PRONOUNS):
        return None
    return Phrase(text=trimmed, span=(start, stop), head=head, after=end, determiner=determiner)


def _is_of_title(tokens: Sequence[Token], start: int, at: int) -> bool:
    """Tell whether a full stop is that of "Dr." before a name."""
    titled = at > start and tokens[at].text == "." and tokens[at - 1].low in _TITLES
    return titled and at + 1 < len(tokens) and tokens[at + 1].text[0].isupper()


_TITLES = frozenset("dr prof mr mrs ms st".split())  # noqa: SIM905


def _head(tokens: Sequence[Token]) -> str:
    head = ""
    for token in tokens:
        if token.low in _WITHIN:
            break
        if token.text[0].isalnum():
            head = token.low
    return head


def is_pronoun(tokens: Sequence[Token], at: int) -> bool:
    """Tell whether "it" or "them" stands where a value would."""
    return at < len(tokens) and tokens[at].low in {
        "it",
        "them",
        "that",
        "him",
        "her",
        "one",
        "both",
    }


def listed(text: str, tokens: Sequence[Token], at: int, within: str = "of") -> list[Phrase]:
    """Read the phrases of a list from an index on: "German, French and a bit of Dutch"."""
    found: list[Phrase] = []
    while at < len(tokens):
        while at < len(tokens) and tokens[at].low in {
            ",",
            "and",
            "or",
            "then",
            "also",
            "both",
            "&",
        }:
            at += 1
        one = phrase(text, tokens, at, within=within)
        if one is None:
            break
        at = one.after
        if found and at < len(tokens) and tokens[at].low in (_FINITE | {"'s", "'re", "n't"}):
            break
        found.append(one)
        if at >= len(tokens) or tokens[at].low not in {",", "and", "or", "&"}:
            break
    return found
