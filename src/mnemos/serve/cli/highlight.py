"""Which words of a hit the question asked for. For the eye only: it decides nothing."""

from __future__ import annotations

import re
from itertools import pairwise

from rich.text import Text

from mnemos.serve.cli.plain import one_line, visible

STYLE = "bold yellow"
#: Shorter words are "of", "the", "did": marking them would hide the others.
MIN_WORD = 3
#: Words that begin alike, but for the last letter of the shorter, are taken for forms of one word;
#: so many letters at least.
MIN_STEM = 3
#: A longer rest is no ending: "mean" and "meanwhile".
MAX_ENDING = 4
_WORD = re.compile(r"[^\W_]+")
_FREQUENT = frozenset(
    _WORD.findall(
        "and are can could did does for from had has have her his how its our she should that the "
        "their them there they this was were what when where which who whom why will with would "
        "you your"
    )
)


def marked(text: str, question: str, *, folded: bool = True) -> Text:
    """Return a text, safe for a terminal, with the question's words made to stand out.

    Args:
        text: Of a hit.
        question: As it was put.
        folded: On one line, white space folded.
    """
    shown = Text(one_line(text) if folded else visible(text))
    wanted = {word for word in _words(question) if _counts(word)}
    for found in _WORD.finditer(shown.plain):
        word = found.group().casefold()
        if any(_alike(word, other) for other in wanted):
            shown.stylize(STYLE, *found.span())
    for start, end in _runs(shown.plain, question):
        shown.stylize(STYLE, start, end)
    return shown


def _words(text: str) -> list[str]:
    return [found.group().casefold() for found in _WORD.finditer(text)]


def _counts(word: str) -> bool:
    return word.isdigit() or (len(word) >= MIN_WORD and word not in _FREQUENT)


def _alike(one: str, other: str) -> bool:
    if one == other:
        return True
    stem = max(MIN_STEM, min(len(one), len(other)) - 1)
    longer = max(len(one), len(other))
    return longer - stem <= MAX_ENDING and len(one) >= stem and one[:stem] == other[:stem]


def _runs(text: str, question: str) -> list[tuple[int, int]]:
    """Return where pairs of neighbouring characters of the question stand, in unspaced scripts."""
    pairs = {a + b for a, b in pairwise(question) if _unspaced(a + b)}
    return [(at, at + 2) for at in range(len(text) - 1) if text[at : at + 2] in pairs]


def _unspaced(pair: str) -> bool:
    return all("\u3040" <= char <= "\u30ff" or "\u3400" <= char <= "\u9fff" for char in pair)
