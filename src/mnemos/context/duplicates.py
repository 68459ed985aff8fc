"""Tell whether a text has been shown already, in nearly the same words by the same speaker.

The word sets must share nine tenths (Jaccard), one must hold the other, and no number may make the
difference: "we meet at 5" after "we meet at 4", or red where it said blue, is news and no repeat.
"""

from __future__ import annotations

import re
from collections import defaultdict

from mnemos.types import Item

_TENTHS = 9  # of all words of both texts, so many are in both
_MAX_CHARS = 20_000  # longer texts repeat only if they are the same to the letter

_WORD = re.compile(r"\w+")
_DIGIT = re.compile(r"\d")


class Shown:
    """The texts shown so far. Asking costs a few look-ups, however many there are."""

    def __init__(self) -> None:
        self._by_word: defaultdict[str, list[Said]] = defaultdict(list)

    def repeats(self, said: Said) -> bool:
        """Return whether this says again what has been shown."""
        return any(
            said.repeats(other) for word in said.telltales for other in self._by_word.get(word, ())
        )

    def add(self, said: Said) -> None:
        """Remember that this is shown."""
        for word in said.telltales:
            self._by_word[word].append(said)


class Said:
    """What an item says, and who says it: as much as is needed to know it again."""

    __slots__ = ("_speaker", "_words", "telltales")

    def __init__(self, item: Item) -> None:
        self._speaker = None if item.speaker is None else item.speaker.casefold()
        self._words = _words(item.text)
        self.telltales = _telltales(self._words)

    def repeats(self, other: Said) -> bool:
        """Return whether both say the same, as far as anyone would notice."""
        words, theirs = self._words, other._words
        if None not in (self._speaker, other._speaker) and self._speaker != other._speaker:
            return False
        if not (words <= theirs or theirs <= words):
            return False
        if 10 * len(words & theirs) < _TENTHS * len(words | theirs):
            return False
        return not any(_DIGIT.search(word) for word in words ^ theirs)


def _words(text: str) -> frozenset[str]:
    if len(text) > _MAX_CHARS:
        return frozenset((text,))
    return frozenset(_WORD.findall(text.casefold())) or frozenset((text.strip(),))


def _telltales(words: frozenset[str]) -> list[str]:
    """Return words of which two texts that share nine tenths of all have one in common.

    Whatever the order, if it is one for all texts: of two such texts neither can hold all of the
    other's shared words back past the first tenth. Long words come first, for they are rare.
    """
    skipped = len(words) - -(-_TENTHS * len(words) // 10)
    return sorted(words, key=lambda word: (-len(word), word))[: skipped + 1]
