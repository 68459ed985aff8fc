"""Made-up conversations of any length: Zipf words among English function words, sessions of 30."""

from __future__ import annotations

import random
from bisect import bisect
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from typing import Any

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
        """Return a turn of some 130 characters, 14 content words."""
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
