"""BM25 over single turns: what a search engine does, with no model."""

from __future__ import annotations

from collections.abc import Sequence

import bm25s
import Stemmer  # type: ignore[import-not-found]  # PyStemmer ships no types

from bench.conversation import Turn
from bench.systems.adapter import Found, Hit, Place, System


class Bm25:
    """Snowball stems, English stop words left out; kept in memory."""

    def __init__(self, place: Place) -> None:
        self._dated = bool(place.settings["dated"])
        self._turns: list[Turn] = []
        self._stemmer = Stemmer.Stemmer("english")
        self._index = bm25s.BM25(k1=0.9, b=0.4)

    def add(self, turns: Sequence[Turn]) -> None:
        """Take one session."""
        self._turns += turns

    def finish(self) -> None:
        """Index what was taken."""
        self._index.index(self._tokens([self.readable(turn) for turn in self._turns]))

    def readable(self, turn: Turn) -> str:
        """Return what is indexed of a turn."""
        return turn.dated if self._dated else turn.said

    def scores(self, question: str) -> list[float]:
        """Return every turn's score."""
        tokens = self._tokens([question])[0]
        found: list[float] = self._index.get_scores(tokens).tolist()
        return found

    def search(self, question: str, limit: int) -> Found:
        """Return the turns that hold a word of the question."""
        scores = self.scores(question)
        order = sorted(range(len(scores)), key=lambda place: -scores[place])[:limit]
        return Found(
            hits=[
                Hit(text=self._turns[place].text, score=scores[place], ref=self._turns[place].ref)
                for place in order
                if scores[place] > 0
            ]
        )

    def close(self) -> None:
        """Nothing is kept."""

    def _tokens(self, texts: list[str]) -> list[list[str]]:
        tokens: list[list[str]] = bm25s.tokenize(
            texts, stopwords="en", stemmer=self._stemmer, return_ids=False, show_progress=False
        )
        return tokens


SYSTEM = System(
    title="BM25",
    kind="baseline",
    open=Bm25,
    persistent=False,
    settings={"default": {"dated": False}, "best": {"dated": True}},
    note="bm25s, k1 0.9, b 0.4, Snowball stems, English stop words out; “Speaker: text” a turn, "
    "at best with the day in the text.",
)
