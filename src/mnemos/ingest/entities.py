"""Whom and what a text names: phrases written with capitals, as English writes names.

No model and no list of names: a word that begins a sentence counts only when something else says
that it is a name. ``text.names`` answers the other question, whom of known speakers a text names.
"""

from __future__ import annotations

import re
from collections.abc import Collection

from mnemos.text.sentences import sentences
from mnemos.text.stopwords import stopwords

_WORD = re.compile(r"[^\W_]+(?:[-'’&.][^\W_]+)*")
_POSSESSIVE = re.compile(r"['’]s\Z")
#: Between two words of one name nothing but a blank stands, or a blank after an initial.
_WITHIN = re.compile(r"\s|\.\s")
#: Small words that stand inside names.
_INNER = frozenset(
    """
    of the de da del della di du la le van von der den bin al and
    """.split()  # noqa: SIM905 - a table of words reads better as text
)
_JOINING = frozenset({"and", "the"})  # in the middle alone: "Romeo and Juliet" are two
_FUNCTION = stopwords("english")
#: What begins sentences with a capital, and days and months, which are dates.
_NO_NAMES = frozenset(
    """
    i i'm i've i'll i'd hi hey hello thanks thank wow yes yeah yep no nope oh ok okay great good
    nice cool awesome amazing sure well so and but or congrats congratulations happy dear please
    sorry yesterday today tomorrow tonight last next maybe actually also absolutely definitely
    monday tuesday wednesday thursday friday saturday sunday january february march april may june
    july august september october november december morning afternoon evening lol omg btw tv pm am
    """.split()  # noqa: SIM905 - a table of words reads better as text
)


def entities(text: str, known: Collection[str] = ()) -> list[str]:
    """Return the names in a text, as first written, in order, each once whatever its case.

    Args:
        text: English, or anything that writes only names with capitals.
        known: Words that are names wherever they stand: first names of speakers, say.

    >>> entities("Hiking with Ann O'Neil! Yesterday Ann saw the Tower of London in May.")
    ["Ann O'Neil", 'Ann', 'Tower of London']
    """
    sure = {name.casefold() for name in known}
    found: dict[str, str] = {}
    runs = [(run, first) for span in sentences(text) for run, first in _runs(text, *span)]
    inside = {word.casefold() for run, first in runs for word in (run[1:] if first else run)}
    for run, first in runs:
        words = list(run)
        if first:
            words = _without_opener(words, sure | inside)
        while words and _is_none(words[0]):
            del words[0]
        while words and _is_none(words[-1]):
            del words[-1]
        if words:
            name = " ".join(words)
            found.setdefault(name.casefold(), name)
    return list(found.values())


def _without_opener(words: list[str], sure: set[str]) -> list[str]:
    """Take away a sentence's first word that may have its capital for that alone."""
    opener = words[0]
    telling = opener.casefold() in sure or any(each.isupper() for each in opener[1:])
    return words if telling or len(words) > 1 else []


def _is_none(word: str) -> bool:
    folded = word.casefold()
    return folded in _NO_NAMES or folded in _FUNCTION or len(word) == 1


def _runs(text: str, start: int, stop: int) -> list[tuple[list[str], bool]]:
    """Return runs of words with capitals in a sentence, and whether each begins it."""
    found: list[tuple[list[str], bool]] = []
    words = list(_WORD.finditer(text, start, stop))
    place = 0
    while place < len(words):
        if not words[place][0][0].isupper():
            place += 1
            continue
        run, begins = [words[place]], place == 0
        place += 1
        while place < len(words):
            reach = _reach(text, run[-1].end(), words[place:])
            if not reach or _POSSESSIVE.search(run[-1][0]):
                break
            run += words[place : place + reach]
            place += reach
        found.append(([_POSSESSIVE.sub("", word[0]) for word in run], begins))
    return found


def _reach(text: str, end: int, following: list[re.Match[str]]) -> int:
    """Return how many of the following words belong to a name: small ones only before a capital."""
    for count, word in enumerate(following[:3], 1):
        if _WITHIN.fullmatch(text, end, word.start()) is None:
            return 0
        if word[0][0].isupper():
            return 0 if count > 1 and following[0][0] in _JOINING else count
        if word[0] not in _INNER:
            return 0
        end = word.end()
    return 0
