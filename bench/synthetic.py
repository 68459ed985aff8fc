"""Made-up conversations of any length, and models that read them in no time.

Zipf words among English function words, sessions of 30; each session may keep to a topic. The
models' vectors are as many, and as long, as those of a real one. Those of ``Pieces`` mean nothing;
those of ``Topics`` lie near each other where texts are of one topic.
"""

from __future__ import annotations

import random
import re
import time
from bisect import bisect
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from itertools import accumulate
from typing import Any
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from mnemos import ModelId, Tokens

SESSION_TURNS = 30
VOCABULARY = 40_000
#: Function words between the content words, as often as in chats; they are no index terms.
FILLERS = tuple(
    "i you the a to and it is that was of in my for on with so but we have are this at".split()  # noqa: SIM905
)
ONSETS = tuple("b br c ch d dr f fl g gr h j k l m n p pl pr qu r s sh sl st t tr v w z".split())  # noqa: SIM905
VOWELS = ("a", "e", "i", "o", "u", "ai", "ea", "ee", "oa", "ou")
CODAS = (*"b ck d g ll m n nd nk p r rd rt s sh st t x".split(), "")  # noqa: SIM905
FIRST_DAY = datetime(2024, 1, 1, 9, tzinfo=UTC)
SPEAKERS = ("Ada", "Ben")
#: Vectors that the model tells apart.
ROWS = 16_384
#: Topics of a talk that has some; a divisor of ROWS, so that a word's row tells its topic.
TOPICS = 128
#: How often a content word of a topical text is of its topic.
ON_TOPIC = 0.6
#: How far words of one topic lie apart, and how much function words weigh, beside a topic's 1.
SCATTER, FAINT = 0.7, 0.1
PIECE_LETTERS = 12
#: Words, and the sums of their odds up to each.
Words = tuple[list[str], list[float]]
State = tuple[Any, ...]
_PIECE = re.compile(rf"[^\W_]{{1,{PIECE_LETTERS}}}|[^\w\s]|_")


class Talk:
    """An endless conversation, the same for the same seed.

    Args:
        topical: Each session, and each question, keeps to one of 128 topics.
    """

    def __init__(self, seed: int = 7, *, topical: bool = False) -> None:
        self._seed = seed
        self._random = random.Random()
        self._all, state = _vocabulary(seed)
        self._random.setstate(state)
        self._topics = _by_topic(seed) if topical else []
        self._topic = 0

    def word(self) -> str:
        """Return a content word, frequent ones more often."""
        on_topic = bool(self._topics) and self._random.random() < ON_TOPIC
        words, odds = self._topics[self._topic] if on_topic else self._all
        return words[bisect(odds, self._random.random() * odds[-1])]

    def text(self) -> str:
        """Return a turn of some 170 characters, 14 content words."""
        words = []
        for _ in range(14):
            if self._random.random() < 0.6:
                words.append(self._random.choice(FILLERS))
            words.append(self.word())
        return " ".join(words).capitalize() + self._random.choice(".…?!")

    def question(self) -> str:
        """Return a question with three to six content words."""
        self._topic = self._random.randrange(TOPICS) if self._topics else 0
        words = [self.word() for _ in range(self._random.randint(3, 6))]
        return f"What did you say about the {' and the '.join(words)}?"

    def sessions(self, turns: int, first: int = 0) -> Iterator[tuple[str, list[dict[str, Any]]]]:
        """Yield sessions of messages until there were so many turns.

        Args:
            first: How many turns there are already; the first session may be the rest of one.
        """
        for number in range(first // SESSION_TURNS, -(-turns // SESSION_TURNS)):
            size = min(SESSION_TURNS, turns - number * SESSION_TURNS)
            messages = self.session(number, size)
            yield f"s{number}", messages[max(0, first - number * SESSION_TURNS) :]

    def session(self, number: int, size: int) -> list[dict[str, Any]]:
        """Make the first messages of a session: the same, whatever was said before."""
        self._random.seed(self._seed * 1_000_003 + number)
        self._topic = number % TOPICS
        start = FIRST_DAY + timedelta(hours=7 * number)
        return [
            {
                "role": "user",
                "name": SPEAKERS[turn % 2],
                "content": self.text(),
                "said_at": start + timedelta(minutes=turn),
            }
            for turn in range(size)
        ]


class Pieces:
    """An embedder by table, a row a word; implements ``mnemos.TokenEmbedder``."""

    model = ModelId("made up", "1", 384)
    window = 254

    def __init__(self) -> None:
        shape = (ROWS, self.model.dimension)
        self._table = np.random.default_rng(7).standard_normal(shape, dtype=np.float32)
        self.seconds = 0.0  # spent here so far

    def count(self, texts: Sequence[str]) -> list[int]:
        """Return how many tokens each text has."""
        start = time.perf_counter()
        counts = [sum(1 for _ in _PIECE.finditer(text)) for text in texts]
        self.seconds += time.perf_counter() - start
        return counts

    def encode_tokens(self, texts: Sequence[str]) -> list[Tokens]:
        """Return rows of the table."""
        start = time.perf_counter()
        found = [self._tokens(text) for text in texts]
        self.seconds += time.perf_counter() - start
        return found

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return the means of their tokens' rows."""
        rows = [tokens.vectors.sum(axis=0) for tokens in self.encode_tokens(texts)]
        return np.array(rows, dtype=np.float32).reshape(len(texts), self.model.dimension)

    def _tokens(self, text: str) -> Tokens:
        pieces = list(_PIECE.finditer(text))[: self.window]
        rows = [_row(piece[0]) for piece in pieces]
        spans = np.array([piece.span() for piece in pieces], dtype=np.int64).reshape(-1, 2)
        return Tokens(vectors=self._table[rows], spans=spans)


class Topics(Pieces):
    """An embedder to which words of one topic are alike, and texts of them more so."""

    model = ModelId("made up, by topic", "1", 384)

    def __init__(self) -> None:
        super().__init__()
        shape = (TOPICS, self.model.dimension)
        centres = np.random.default_rng(8).standard_normal(shape, dtype=np.float32)
        self._table *= np.float32(SCATTER)
        self._table += centres[np.arange(ROWS) % TOPICS]
        self._table[[_row(each) for each in (*FILLERS, *".…?!")]] *= np.float32(FAINT)


def _row(piece: str) -> int:
    """Return the row of a word, or of its first letters: those that are one piece."""
    return crc32(piece[:PIECE_LETTERS].lower().encode()) % ROWS


@lru_cache
def _vocabulary(seed: int) -> tuple[Words, State]:
    """Draw words, frequent ones first; return the state of chance after that as well."""
    chance = random.Random(seed)
    found: dict[str, None] = {}
    while len(found) < VOCABULARY:
        syllables = chance.choice((1, 2, 2, 3))
        word = "".join(
            chance.choice(ONSETS) + chance.choice(VOWELS) + chance.choice(CODAS)
            for _ in range(syllables)
        )
        found[word] = None
    return (list(found), list(accumulate(map(_odds, range(VOCABULARY))))), chance.getstate()


def _odds(rank: int) -> float:
    return 1 / (rank + 3)


@lru_cache
def _by_topic(seed: int) -> list[Words]:
    """Return the words of each topic, as frequent among each other as among all."""
    (words, _), _ = _vocabulary(seed)
    found: list[tuple[list[str], list[float]]] = [([], []) for _ in range(TOPICS)]
    for rank, word in enumerate(words):
        of_topic, odds = found[_row(word) % TOPICS]
        of_topic.append(word)
        odds.append((odds[-1] if odds else 0.0) + _odds(rank))
    return found
