"""Made-up conversations of any length, and a model that reads them in no time.

Zipf words among English function words, sessions of 30. The model's vectors mean nothing; there
are as many, and they are as long, as those of a real one.
"""

from __future__ import annotations

import random
import re
import time
from bisect import bisect
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
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
_PIECE = re.compile(r"[^\W_]{1,12}|[^\w\s]|_")


class Talk:
    """An endless conversation, the same for the same seed."""

    def __init__(self, seed: int = 7) -> None:
        self._random = random.Random(seed)
        self._words = _words(self._random)
        self._odds = list(accumulate(1 / (rank + 3) for rank in range(VOCABULARY)))

    def word(self) -> str:
        """Return a content word, frequent ones more often."""
        return self._words[bisect(self._odds, self._random.random() * self._odds[-1])]

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
        words = (self.word() for _ in range(self._random.randint(3, 6)))
        return f"What did you say about the {' and the '.join(words)}?"

    def sessions(self, turns: int) -> Iterator[tuple[str, list[dict[str, Any]]]]:
        """Yield sessions of messages until there were so many turns."""
        for number in range(-(-turns // SESSION_TURNS)):
            start = FIRST_DAY + timedelta(hours=7 * number)
            size = min(SESSION_TURNS, turns - number * SESSION_TURNS)
            yield (
                f"s{number}",
                [
                    {
                        "role": "user",
                        "name": SPEAKERS[turn % 2],
                        "content": self.text(),
                        "said_at": start + timedelta(minutes=turn),
                    }
                    for turn in range(size)
                ],
            )


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
        rows = [crc32(piece[0].lower().encode()) % ROWS for piece in pieces]
        spans = np.array([piece.span() for piece in pieces], dtype=np.int64).reshape(-1, 2)
        return Tokens(vectors=self._table[rows], spans=spans)


def _words(chance: random.Random) -> list[str]:
    found: dict[str, None] = {}
    while len(found) < VOCABULARY:
        syllables = chance.choice((1, 2, 2, 3))
        word = "".join(
            chance.choice(ONSETS) + chance.choice(VOWELS) + chance.choice(CODAS)
            for _ in range(syllables)
        )
        found[word] = None
    return list(found)
