"""What speaks for a turn in place of the one that scores best, where a question is of now.

Told from the words of both, who said them and when, and how far they score apart: scores are
logarithms of odds at every level. Nothing hangs on how much a memory holds. ``FEATURES`` is the
whole of it: what ``newer`` weighs.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

import numpy as np

from mnemos.recall.frame import Floats
from mnemos.text.stopwords import stopwords
from mnemos.types import Item

#: So many of the best are looked at, and so many words of each.
LOOKED_AT = 12
READ = 200
#: How far behind the best a turn may score.
FAR = 6.0
MOST = 3  # what is counted counts up to so many
LITTLE, MUCH = 10, 35  # words
DECIMALS = 2  # of what is no whole number, so that no limit hangs on the last bit
_WORD = re.compile(r"[^\W_][\w'-]*")
_NAME = re.compile(r"(?<=[a-z,] )[A-Z][a-z]+")
_ENDINGS = ("'s", "ing", "ed", "es", "s", "ly")
_SHORTEST = 3  # letters of a word that tells, and of what its ending leaves


def _phrases(listed: str) -> frozenset[str]:
    return frozenset(each.strip() for each in listed.split(","))


#: Words, or two of them in a row, by which people let a change be heard, plainly or barely.
_PLAINLY = _phrases(
    "now, again, anymore, any more, any longer, no longer, no more, as of, update, updated, updates"
    ", correction, changed, switched, switching, swapped, moved, stopped, quit, gave up, given up"
    ", giving up, back in, back on, back at, back to, back with, back as, these days, called off"
    ", canceled, cancelled, turns out, turned out, wait, meant, mistake, wrong, scrap, typo, sold"
    ", instead, isn't, aren't, not, never, off"
)
_BARELY = _phrases(
    "since, finally, actually, moving, started, left, dropped, new, last session, last day"
    ", last time, until, over, done, meanwhile, the way, btw, sorry, rather, broke, split, gone"
    ", went, took, taken, found, got, joined, rejoined, renamed, became, turned, don't, doesn't"
    ", haven't, hasn't, i've, we've, they've, has been, have been"
)
#: By which they say that it is not so.
_SUPPOSING = _phrases("if i, if we, imagine, wish, pretend, joking, kidding, hypothetically")


class Turn:
    """One of the best turns, with what is told from it alone."""

    def __init__(self, item: Item, question: frozenset[str]) -> None:
        text = _plain(item.text)
        words = _WORD.findall(text)[:READ]
        said = frozenset(words).union(map(" ".join, pairwise(words)))
        self.item = item
        self.asks: bool = text.rstrip().endswith("?")
        self.supposes: bool = not _SUPPOSING.isdisjoint(said)
        self.plainly: bool = not _PLAINLY.isdisjoint(said)
        self.sounds: bool = self.plainly or not _BARELY.isdisjoint(said)
        self.little: bool = len(words) < LITTLE and not self.plainly
        self.much: bool = len(words) > MUCH
        self.names: int = min(len(_NAME.findall(item.text)), MOST)
        self.telling = _telling(words) - telling(item.speaker or "")
        self.asked: int = min(len(self.telling & question), MOST)

    def may_lead(self, best: Turn) -> bool:
        """Tell whether it is a later statement of the same user, or a user's for an assistant's."""
        if self.item.role != "user" or self.asks or self.supposes:
            return False
        if best.item.role == "assistant":
            return True
        return best.item.role == "user" and self.follows(best)

    def follows(self, other: Turn) -> bool:
        """Tell whether the same speaker said it later."""
        same = self.item.speaker == other.item.speaker
        return same and self.item.said_at > other.item.said_at


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """A turn that may lead, and the one that scores best.

    Args:
        place: The turn's own, from 1.
        behind: How far it scores behind.
        among: All that are looked at.
    """

    turn: Turn
    best: Turn
    place: int
    behind: float
    among: Sequence[Turn]


def _overtaken(turn: Turn, among: Sequence[Turn]) -> bool:
    """Tell whether its speaker lets a change of the same be heard later."""
    return any(
        each.sounds and (each.asked > 0 or not turn.telling.isdisjoint(each.telling))
        for each in among
        if each.follows(turn)
    )


def _recency(turn: Turn, among: Sequence[Turn]) -> float:
    """Return where it stands among its speaker's, from 0, the earliest, to 1."""
    others = sum(each.item.speaker == turn.item.speaker for each in among) - 1
    earlier = sum(turn.follows(each) for each in among)
    return round(earlier / others, DECIMALS) if others else 1.0


#: What is weighed, by name; most of the turn that may lead, some of the best one.
FEATURES: Mapping[str, Callable[[Pair], float]] = {
    "place": lambda pair: pair.place,
    "behind": lambda pair: pair.behind,
    "later": lambda pair: pair.turn.item.said_at > pair.best.item.said_at,
    "same session": lambda pair: pair.turn.item.scope.session == pair.best.item.scope.session,
    "words shared": lambda pair: min(len(pair.turn.telling & pair.best.telling), MOST),
    "says little": lambda pair: pair.turn.little,
    "says much": lambda pair: pair.turn.much,
    "names": lambda pair: pair.turn.names,
    "tells of change": lambda pair: pair.turn.plainly,
    "recency": lambda pair: _recency(pair.turn, pair.among),
    "overtaken": lambda pair: _overtaken(pair.turn, pair.among),
    "best: names": lambda pair: pair.best.names,
    "best: words asked for": lambda pair: pair.best.asked,
    "best: sounds of change": lambda pair: pair.best.sounds,
    "best: recency": lambda pair: _recency(pair.best, pair.among),
    "best: overtaken": lambda pair: _overtaken(pair.best, pair.among),
}


def compared(
    question: str, items: Sequence[Item], scores: Sequence[float]
) -> tuple[list[int], Floats]:
    """Return the places of the turns that may lead, and their features: (places, FEATURES)."""
    asked = telling(question)
    among = [Turn(item, asked) for item in items[:LOOKED_AT]]
    behind = [round(scores[0] - score, DECIMALS) for score in scores[: len(among)]]
    pairs = [
        Pair(turn=turn, best=among[0], place=place, behind=behind[place], among=among)
        for place, turn in enumerate(among)
        if place and behind[place] < FAR and turn.may_lead(among[0])
    ]
    rows = [[float(feature(pair)) for feature in FEATURES.values()] for pair in pairs]
    return [pair.place for pair in pairs], np.array(rows).reshape(len(pairs), len(FEATURES))


def telling(text: str) -> frozenset[str]:
    """Return the words of a text that tell what it is about, without their endings."""
    return _telling(_WORD.findall(_plain(text)))


def _plain(text: str) -> str:
    return text.lower().replace("’", "'")


def _telling(words: Sequence[str]) -> frozenset[str]:
    stops = stopwords("english")
    return frozenset(stem(word) for word in words if len(word) >= _SHORTEST and word not in stops)


@lru_cache(maxsize=1 << 14)
def stem(word: str) -> str:
    """Return a word without its ending.

    >>> stem("moving"), stem("move"), stem("moves")
    ('mov', 'mov', 'mov')
    """
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= _SHORTEST:
            return word.removesuffix(ending).rstrip("e")
    return word.rstrip("e")
