"""A text becomes sentences: spans that together hold everything but the blanks between them."""

from __future__ import annotations

import re

MAX_SENTENCE = 600  # characters; what is longer is a list or a log, and no unit of meaning

Span = tuple[int, int]

# A sentence ends at . ! ? … with closing quotes and brackets before a blank, or at the marks of
# scripts that put no blank after them, or where a line ends.
_END = re.compile(r"(?<![.!?…؟।])[.!?…؟।]++[\"'”’»)\]*_]*+(?=\s)|[。！？｡]++[」』”’）】]*+|\n")
_FENCE = re.compile(r"^[ \t]*(```|~~~)", re.MULTILINE)
# Words whose full stop ends no sentence: before a name or number always, else if what follows
# starts small.
_BEFORE_NAMES = """
    mr mrs ms dr prof st vs e.g i.e cf fig eq z.b d.h bzw mme mlle
"""
_SHORTENED = """
    sr jr etc al no vol dept univ inc ltd co corp gen col lt sgt rev hon jan feb mar apr jun jul aug
    sep sept oct nov dec mon tue wed thu fri sat sun approx est min max a.m p.m u.s u.k usw ca nr
    str ggf hr fr sra dra ud p.ej г ул т.е т.д т.п др
"""
_ALWAYS_INSIDE = frozenset(_BEFORE_NAMES.split())
_ABBREVIATIONS = frozenset(_SHORTENED.split())
# Latin, full-width, Arabic, Greek, Armenian, Ethiopic, reversed and doubled question marks.
_QUESTION_MARKS = "?？؟\u037e՞፧⸮⁇⁈⁉‽"
_GREEK_QUESTION = re.compile(r"[\u0370-\u03ff\u1f00-\u1fff];\W*\Z")  # typed as a semicolon
_TAIL = 40  # characters in which a Greek question's end is looked for
_LAST_WORD = re.compile(r"[^\s(\[\"'“„«]*\Z")


def sentences(text: str) -> list[Span]:
    """Return the spans [from, to) of the sentences, in order; together they hold all but blanks.

    Lines and bullet points are sentences, a code fence is one piece, and what runs on for more than
    600 characters is cut at a blank (or, without one, at 600).
    """
    found: list[Span] = []
    start = 0
    for fence_start, fence_end in _fences(text):
        _cut(text, start, fence_start, found)
        _add(text, fence_start, fence_end, found)
        start = fence_end
    _cut(text, start, len(text), found)
    return found


def parts(text: str, most: int) -> list[str]:
    """Return a text's sentences; where there are more than so many, neighbours are joined evenly.

    >>> parts("Hi! Tea? No. Bye.", 9), parts("Hi! Tea? No. Bye.", 3)
    (['Hi!', 'Tea?', 'No.', 'Bye.'], ['Hi! Tea?', 'No. Bye.'])
    """
    spans = sentences(text)
    each = max(1, -(-len(spans) // most))
    joined = [spans[first : first + each] for first in range(0, len(spans), each)]
    return [text[run[0][0] : run[-1][1]] for run in joined]


def _fences(text: str) -> list[Span]:
    """Find the code blocks between ``` lines; one left open reaches to the end."""
    if "```" not in text and "~~~" not in text:
        return []
    found: list[Span] = []
    opened: tuple[int, str] | None = None
    for match in _FENCE.finditer(text):
        if opened is None:
            opened = (match.start(), match[1])
        elif match[1] == opened[1]:
            line_end = text.find("\n", match.end())
            found.append((opened[0], len(text) if line_end < 0 else line_end))
            opened = None
    if opened is not None:
        found.append((opened[0], len(text)))
    return found


def _cut(text: str, start: int, stop: int, found: list[Span]) -> None:
    for match in _END.finditer(text, start, stop):
        if match[0] == "." and _goes_on(text, start, match.start(), match.end()):
            continue
        _add(text, start, match.end(), found)
        start = match.end()
    _add(text, start, stop, found)


def _goes_on(text: str, start: int, dot: int, after: int) -> bool:
    """Tell whether a full stop belongs to an abbreviation, an initial or a list number."""
    match = _LAST_WORD.search(text, max(start, dot - 12), dot)
    word = match[0].lower() if match is not None else ""
    if word in _ALWAYS_INSIDE:
        return True
    following = text[after : after + 2].strip()[:1]
    if word in _ABBREVIATIONS:
        return following.islower() or following.isdigit()
    if len(word) == 1 and word.isalpha():  # J. Smith; but not "so did I."
        return word != "i" and text[dot - 1].isupper()
    return word.isdigit() and not text[start : dot - len(word)].strip()  # "1. First point"


def _add(text: str, start: int, stop: int, found: list[Span]) -> None:
    """Add a span without the blanks at its ends, in parts if it is too long."""
    piece = text[start:stop]
    stop = start + len(piece.rstrip())
    start += len(piece) - len(piece.lstrip())
    while stop - start > MAX_SENTENCE:
        cut = text.rfind(" ", start + MAX_SENTENCE // 2, start + MAX_SENTENCE)
        cut = start + MAX_SENTENCE if cut < 0 else cut
        found.append((start, start + len(text[start:cut].rstrip())))
        start = cut
        while start < stop and text[start].isspace():
            start += 1
    if stop > start:
        found.append((start, stop))


def is_question(text: str) -> bool:
    """Tell whether a text ends with a question mark, in any script.

    Emoji, blanks, quotes and other marks after it do not matter: "Really?! 😀" is a question.
    """
    if text.isascii():
        mark = text.rfind("?")
    else:
        mark = max(text.rfind(character) for character in _QUESTION_MARKS)
    if mark < 0:
        return _GREEK_QUESTION.search(text[-_TAIL:]) is not None
    return not any(character.isalnum() for character in text[mark + 1 :])
