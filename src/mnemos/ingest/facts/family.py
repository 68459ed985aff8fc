"""Which rules can read a line at all, decided once from its words: a further rule costs nothing.

Most talk states no fact, and most rules read only lines in which one of a few telling words stands.
Each family of rules names those words where it is written; an index finds, from the words of a
sentence, the few families that are worth asking, however many there are. **To add a family:**

1. Write what reads a line, with its cues above it, and name it in the index that is to ask it:
   ``read.FAMILIES``, ``changes.CHANGES``, or as a row of ``idioms.IDIOMS``::

       @family(cue("married engaged", "we i"), cue("divorced"))
       def weddings(line: Line) -> Iterator[Fact]: ...

   A cue is one word of each of its sets, and a family is asked wherever one of its cues stands:
   here for "married" or "engaged" with "we" or "I", and for "divorced". Put the rarest set first.
2. Name too many words rather than too few. Words are runs of letters in lower case, so "don't" is
   "don" and "t" and a cue for it says so of itself; ``0`` stands for any figure and ``:`` for a
   colon. What tells nothing by words is a ``family()`` without cues: it is asked of every line.
3. The tests read all they have with and without the index and compare the facts; say there which
   patterns a family begins with, and words that match them are made up and looked for.

A family is asked by the words of the whole sentence. What only the turn around it says is seen if
the words are among ``corrections.ANYWHERE``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from mnemos.ingest.facts.fact import Fact
from mnemos.ingest.facts.line import Line
from mnemos.ingest.facts.verbs import FORMS
from mnemos.text.time_words import word_set

FIGURE, COLON = "0", ":"
_FIGURE = re.compile(r"[0-9]")

#: Sets of words of which a line holds one each.
Cue = tuple[frozenset[str], ...]


def words_of(low: str) -> set[str]:
    """Return what rules are chosen by: a lower-case text's words, each once, and some marks."""
    words = word_set(low)
    if "n't" in low or "n’t" in low:  # "isn't" says "is"
        words |= {word[:-1] for word in words if word.endswith("n")}
    if _FIGURE.search(low) is not None:
        words.add(FIGURE)
    if COLON in low:
        words.add(COLON)
    return words


def cue(*needs: str | Iterable[str]) -> Cue:
    """Return a cue: of each of the sets, given as words or in a text, one stands in the line."""
    texts = (one if isinstance(one, str) else " ".join(one) for one in needs)
    return tuple(frozenset(words_of(text.lower())) for text in texts)


def forms(*lemmas: str) -> str:
    """Return all forms of some verbs, for a cue."""
    return " ".join(word for word, form in FORMS.items() if form.lemma in lemmas)


@dataclass(frozen=True, slots=True)
class Family:
    """Rules that are asked together.

    Args:
        read: Yields the facts that a line states.
        cues: One of them stands in every line that it reads anything in; none is every line.
    """

    read: Callable[[Line], Iterable[Fact]]
    cues: tuple[Cue, ...]


def family(*cues: Cue) -> Callable[[Callable[[Line], Iterator[Fact]]], Family]:
    """Declare what lines a family of rules can read: those in which one of its cues stands."""

    def declared(read: Callable[[Line], Iterator[Fact]]) -> Family:
        return Family(read, cues)

    return declared


class Cued(Protocol):
    """What is chosen by cues."""

    @property
    def cues(self) -> tuple[Cue, ...]:
        """Of which one stands where it applies; none is everywhere."""
        ...


T = TypeVar("T", bound=Cued)


class Index(Generic[T]):
    """Finds those of some rules that a line's words can set off; how many there are is no matter.

    Args:
        rules: In the order in which they are asked.
    """

    def __init__(self, rules: Sequence[T]) -> None:
        self.rules = tuple(rules)
        self._always = frozenset(place for place, rule in enumerate(self.rules) if not rule.cues)
        self._by_word: dict[str, list[tuple[int, Cue]]] = {}
        for place, rule in enumerate(self.rules):
            for first, *others in rule.cues:
                for word in first:
                    self._by_word.setdefault(word, []).append((place, tuple(others)))

    def of(self, words: AbstractSet[str]) -> list[T]:
        """Return, in their order, the rules of which a cue stands among words."""
        places = set(self._always)
        for word in self._by_word.keys() & words:
            for place, others in self._by_word[word]:
                if place not in places and not any(each.isdisjoint(words) for each in others):
                    places.add(place)
        return [self.rules[place] for place in sorted(places)]

    @property
    def cues(self) -> tuple[Cue, ...]:
        """All cues, for a family that asks these rules."""
        return tuple(each for rule in self.rules for each in rule.cues)
