"""Which language a text is in, as far as its stemming goes: by its script, then by small words.

People do not set the language of a memory, and many use several. Function words tell apart the
languages for which there is a list of them (German, Spanish, French, Italian, Portuguese, Dutch,
English); Cyrillic letters tell Russian. What tells nothing is in the language of the memory.
"""

from __future__ import annotations

from collections.abc import Collection
from functools import cache

from mnemos.text.stopwords import LISTED, stopwords

# Function words that are words of other languages, too, or initials, or stand in chat as noise:
# "the man died in the war" is not German.
_ELSEWHERE = frozenset(
    """
    want state come non ai war com io met soy plus word son sara man pour die ten car era ci mi
    heel os bin doe sa li door ad dan chi ed tan au ya dir eu ca ben sin em op comment na nee hat
    ti nu ho ton per sole fare fort mag per sei den art alle as so am an in is was will also
    """.split()  # noqa: SIM905 - a table of words reads better as text
)
# Parts of names: "Los Angeles", "de la Cruz", "van Dyke" say half of what other words say.
_IN_NAMES = frozenset({"de", "la", "los", "las", "el", "del", "le", "les", "des", "du", "da", "di"})
_IN_NAMES |= {"van", "von", "der", "al", "il", "san", "lo", "dos", "et", "con", "ha", "en", "es"}
#: Languages that join words to longer ones: Schlüssel, Ersatzschlüssel.
COMPOUNDING = frozenset(
    {"german", "dutch", "danish", "norwegian", "swedish", "finnish", "estonian", "hungarian"}
)
_CYRILLIC = frozenset({"russian", "serbian"})
_FIRST_CYRILLIC, _LAST_CYRILLIC = "\u0400", "\u052f"


def is_cyrillic(word: str) -> bool:
    """Tell whether a word starts with a Cyrillic letter."""
    return _FIRST_CYRILLIC <= word[:1] <= _LAST_CYRILLIC


def cyrillic(home: str) -> str:
    """Return the language of Cyrillic words in a memory of this language."""
    return home if home in _CYRILLIC else "russian"


def latin(home: str) -> str:
    """Return the language of Latin words that tell none, in a memory of this language."""
    return "english" if home == "russian" else home


def spoken(words: Collection[str], home: str) -> str:
    """Return the language that more of these words are small words of than of the home language.

    Args:
        words: Folded, without accents.
        home: A Latin language; only with a list of small words can another win against it.

    >>> spoken(["wo", "hast", "du", "das", "gekauft"], "english")
    'german'
    >>> spoken(["the", "man", "died", "in", "the", "war"], "english")
    'english'
    """
    foreign = _foreign(home)
    different = set(words)
    telling = foreign.keys() & different
    if not telling:
        return home
    scores = dict.fromkeys(LISTED, 0)
    scores[home] = 2 * len(stopwords(home) & different)
    for word in telling:
        for language in foreign[word]:
            scores[language] += 1 if word in _IN_NAMES else 2
    best = max(LISTED, key=scores.__getitem__)
    return best if scores[best] > max(1, scores[home]) else home


@cache
def _foreign(home: str) -> dict[str, tuple[str, ...]]:
    """Return the small words of other languages than this, each with the languages."""
    if home not in LISTED:
        return {}
    found: dict[str, tuple[str, ...]] = {}
    for language in LISTED:
        if language in {home, "russian"}:
            continue
        for word in stopwords(language) - _ELSEWHERE:
            if len(word) > 1:
                found[word] = (*found.get(word, ()), language)
    return found
