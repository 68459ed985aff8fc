"""Whom a question names, and whether it speaks of the asker or of the assistant.

A speaker is named by the whole name or its first word; written with a capital also by a short form
("Mel" for Melanie), a long form ("Melanie" for Mel) or with one slip of the pen. Names that are
words too ("Will", "Grace", "user") count only with a capital and not at the start of a sentence.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from mnemos.text.stopwords import stopwords
from mnemos.text.tokens import strip_accents

Span = tuple[int, int]

MIN_ANY_CASE = 4  # letters from which the case of a name does not matter: "tim", but not "al"
MAX_PREPARED = 4096  # names kept ready for matching, 5 µs each
MIN_PREFIX = 3  # letters of the shorter form: "Mel", not "Me"
MIN_SLIP = 5  # letters from which one slip is more likely than another name
_LONGER_BY = 2  # letters that a long form has more: Tim is not "Time"

# Given names that are words, and roles that stand where names stand.
_COMMON = frozenset(
    """
    will may mark grace hope faith joy rose bill art april june august summer autumn dawn eve ivy
    iris lily daisy violet ruby pearl amber jade crystal melody harmony angel chance chase hunter
    sue pat rob nick jack frank dean earl duke king rich drew guy lance miles penny ray sandy skip
    sunny wade ward christian major charity destiny honor justice journey star sky rain storm river
    brook forest reed clay cliff dale page sage basil ginger olive cherry candy honey misty robin
    jay cat buddy bear wolf fox india china paris london austin dallas georgia virginia sydney
    jordan lane max gene norm victor stone harry randy woody user assistant system human agent bot
    speaker model someone everyone anyone nobody
    """.split()  # noqa: SIM905 - a table of words reads better as text
)
_FUNCTION_WORDS = stopwords("english")
_MONTHS = frozenset({"may", "april", "june", "august", "summer", "autumn"})
_BEFORE_MONTHS = frozenset({"in", "last", "next", "since", "until", "this", "early", "late", "mid"})
_TITLES = frozenset({"dr", "mr", "mrs", "ms", "miss", "prof", "professor", "sir", "the"})
# A longer word with such an ending is a word of its own: Dan → "Dancing", Ann → "Annual".
_WORD_ENDINGS = ("ing", "ed", "er", "ers", "ly", "s", "ion", "ment", "ual", "ce", "able", "ness")
_WORD = re.compile(r"[^\W_]+(?:[-'’](?!s\b)[^\W_]+)*", re.IGNORECASE)
_POSSESSIVE = re.compile(r"['’]s\b|(?<=s)['’](?!\w)", re.IGNORECASE)
_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue"})
# Cyrillic as names are written in Latin letters, and what Russian hangs on a name, so written.
_IN_LATIN = str.maketrans(
    dict(zip("абвгдезийклмнопрстуфцыэё", "abvgdeziiklmnoprstufcyee", strict=True))
    | {"ж": "zh", "х": "h", "ч": "ch", "ш": "sh", "щ": "sch", "ю": "iu", "я": "ia"}
    | {"ъ": "", "ь": ""}
)
_CASES = frozenset(
    """
    a ia y i u iu e o oi ei em om am iam ami iami ah iah ov ev ii iei
    in ina inu inom inoi ine iny inyh inym inymi
    """.split()  # noqa: SIM905 - a table of words reads better as text
) | {""}
_LAST_VOWEL = re.compile(r"(?:ia|[aeiouy])\Z")
_SENTENCE_END = re.compile(r"[.!?:;\n]")

_WHOLE, _FIRST, _FORM, _SLIP = 4, 3, 2, 1  # how well a name matches; the best wins its words

_FIRST_PERSON = re.compile(
    r"\b(?:[Ii]|[Mm](?:e|y|ine|yself)|ME|MY|[Ww]e|[Uu]s(?<!Us)|[Oo]urs?|[Oo]urselves|WE|OUR"
    r"|[Ii]ch|[Mm]i(?:r|ch)|[Mm]ein(?:e[rnms]?)?|[Jj]e|[Яя]|[Мм](?:не|еня|ой|оя|оё|ы))\b(?!\.[a-z])"
    r"|[我私僕俺]"
)
# Courtesies in which "you" only asks for an answer.
_COURTESY = re.compile(
    r"\b(?:can|could|would|will)\s+you\s+(?:please\s+|kindly\s+|also\s+)?(?:tell|remind|help|list"
    r"|summari[sz]e|explain|give|show|describe|clarify|provide|walk|name|find|check|say\s+how"
    r"|outline|confirm|break|recap|let|suggest|recommend|advise|propose)\b"
    r"|\bdo\s+you\s+(?:remember|know|recall|think|happen)\b|\bthank\s+you\b|\byou\s+know\b"
)
_SECOND_PERSON = re.compile(
    r"\b(?:you|your|yours|yourself|you'(?:ve|d|re|ll))\b|[你您]|\b(?:du|dein)\b"
)


@dataclass(frozen=True, slots=True)
class _Token:
    start: int
    end: int
    text: str
    folded: str
    first: bool  # of its sentence
    previous: str

    @property
    def capital(self) -> bool:
        return self.text[0].isupper()


class _Name:
    """A speaker's name, prepared for matching."""

    def __init__(self, speaker: str) -> None:
        self.whole = speaker.strip()
        self.words = _WORD.findall(speaker)
        self.folded = [_fold(word) for word in self.words]
        first = self.folded[0] if self.folded else ""
        self.called = next((word for word in self.folded if word not in _TITLES), first)
        # Jürgen may be written Juergen, and the other way round.
        self.spelt_out = next(
            (_spelt_out(word) for word in self.words if _fold(word) == self.called), ""
        )
        self.caseless = any(one.isalpha() and one.lower() == one.upper() for one in self.whole)


@lru_cache(maxsize=MAX_PREPARED)
def _prepared(speaker: str) -> _Name:
    return _Name(speaker)


def named(question: str, speakers: Sequence[str]) -> list[tuple[int, list[Span]]]:
    """Return which speakers a question names, in order of first mention, each with its spans.

    Args:
        question: In any script; names of scripts without case match to the letter.
        speakers: Names; empty ones are never named.

    Returns:
        (index into speakers, spans of the question), a possessive 's within the span. A short form
        that fits several speakers names them all.
    """
    tokens = list(_tokens(question))
    names = [_prepared(speaker) for speaker in speakers]
    spans: dict[int, list[Span]] = {}
    at = 0
    while at < len(tokens):
        matches = [(*_match(tokens, at, name), index) for index, name in enumerate(names)]
        best = max((level for level, _, _ in matches), default=0)
        taken = 1
        for level, length, index in matches:
            if best and level == best:
                end = _possessed(question, tokens[at + length - 1].end)
                spans.setdefault(index, []).append((tokens[at].start, end))
                taken = max(taken, length)
        at += taken
    for index, name in enumerate(names):
        if index not in spans and name.caseless:
            found = [match.span() for match in re.finditer(re.escape(name.whole), question)]
            if found:
                spans[index] = found
    return sorted(spans.items(), key=lambda item: (item[1][0], item[0]))


def without(question: str, spans: Sequence[Span]) -> str:
    """Return the question with these spans blanked; its length stays."""
    kept: list[str] = []
    at = 0
    for start, end in sorted(spans):
        kept += [question[at:start], " " * (end - max(start, at))]
        at = max(at, end)
    return "".join([*kept, question[at:]])


def first_person(question: str) -> bool:
    """Tell whether the asker speaks of themselves: I, my, me, we."""
    return _FIRST_PERSON.search(question) is not None


def second_person(question: str) -> bool:
    """Tell whether the assistant is spoken of: "did you suggest", "your advice".

    Courtesies such as "can you remind me", "do you know" and "what would you suggest" do not count:
    they ask for an answer, not for what the assistant said before.
    """
    low = question.lower().replace("’", "'")
    if "you" not in low:
        return _SECOND_PERSON.search(low) is not None
    return _SECOND_PERSON.search(_COURTESY.sub(" ", low)) is not None


def _tokens(question: str) -> Iterator[_Token]:
    previous, end = "", 0
    for match in _WORD.finditer(question):
        between = question[end : match.start()]
        first = end == 0 or _SENTENCE_END.search(between) is not None
        end = match.end()
        folded = _fold(match[0])
        yield _Token(match.start(), end, match[0], folded, first, previous)
        previous = folded


def _fold(word: str) -> str:
    return strip_accents(word.casefold())


def _possessed(question: str, end: int) -> int:
    """Take a possessive 's after a name along."""
    possessive = _POSSESSIVE.match(question, end)
    return end if possessive is None else possessive.end()


def _match(tokens: Sequence[_Token], at: int, name: _Name) -> tuple[int, int]:
    """Say how well a name matches from a token on (0: not at all), and over how many tokens."""
    length, token = len(name.folded), tokens[at]
    if length > 1 and [one.folded for one in tokens[at : at + length]] == name.folded:
        return _WHOLE, length
    if not name.called:
        return 0, 1
    if _is_cyrillic(token.folded) and token.folded != name.called:
        return (_FORM if token.capital and _is_inflected(token.folded, name.called) else 0), 1
    if token.folded == name.called or _is_spelt_out(token, name):
        return (_FIRST if _counts(token, name) else 0), 1
    return _alike(token, name), 1


def _alike(token: _Token, name: _Name) -> int:
    """Say how well a word matches a name that it is not."""
    if not token.capital or token.folded in _FUNCTION_WORDS or token.folded in _COMMON:
        return 0
    if _is_form(token, name.called):
        return _FORM
    return _SLIP if _is_slip(token.folded, name.called) else 0


def _counts(token: _Token, name: _Name) -> bool:
    """Tell whether a word that equals a name is meant as one."""
    if name.called in _COMMON or name.called in _FUNCTION_WORDS:
        month = name.called in _MONTHS and token.previous in _BEFORE_MONTHS
        return token.capital and not token.first and not month
    return len(name.called) >= MIN_ANY_CASE or token.text in name.words


def _is_form(token: _Token, called: str) -> bool:
    """Tell whether a word is a short or long form of a name."""
    word = token.folded
    if min(len(word), len(called)) < MIN_PREFIX:
        return False
    if called.startswith(word) or (word == called + "s" and not token.first):  # "Johns dog"
        return True
    return (
        word.startswith(called)
        and len(word) >= len(called) + _LONGER_BY
        and not token.first
        and called not in _COMMON
        and not word.endswith(_WORD_ENDINGS)
    )


def _spelt_out(word: str) -> str:
    return word.casefold().translate(_UMLAUTS)


def _is_spelt_out(token: _Token, name: _Name) -> bool:
    """Tell whether one of two words has ae, oe or ue where the other has an umlaut."""
    if name.spelt_out == name.called and token.text.isascii():
        return False
    written = _spelt_out(token.text)
    return written in {name.spelt_out, name.spelt_out + "s"} and token.folded != name.called


def _is_cyrillic(word: str) -> bool:
    return "а" <= word[0] <= "ё"


def _is_inflected(word: str, called: str) -> bool:
    """Tell whether a word is a Russian case of a name: Маши, Алексею, Машина; Ольги of Olga."""
    word, called = (each.translate(_IN_LATIN) for each in (word, called))
    stem = _LAST_VOWEL.sub("", called)
    return len(stem) >= MIN_PREFIX - 1 and word.startswith(stem) and word[len(stem) :] in _CASES


def _is_slip(one: str, other: str) -> bool:
    """Tell whether one letter was added, left out, changed, or swapped with its neighbour."""
    if abs(len(one) - len(other)) > 1 or min(len(one), len(other)) < MIN_SLIP:
        return False
    if one[0] != other[0]:
        return False
    start = 0
    while start < min(len(one), len(other)) and one[start] == other[start]:
        start += 1
    if len(one) == len(other):
        swapped = one[start : start + 2] == other[start : start + 2][::-1]
        return one[start + 1 :] == other[start + 1 :] or (
            swapped and one[start + 2 :] == other[start + 2 :]
        )
    short, long = sorted((one, other), key=len)
    return short[start:] == long[start + 1 :]
