"""BM25 and dense search fused by their ranks: the bar that a careful user builds in an hour."""

from __future__ import annotations

from collections.abc import Sequence

from bench.conversation import Turn
from bench.systems.adapter import Found, Hit, Place, System
from bench.systems.bm25 import Bm25
from bench.systems.dense import Dense

RRF_K = 60  # Cormack, Clarke and Büttcher, SIGIR 2009


class Fused:
    """Sums of 1 / (60 + rank) over the first so many of both lists; kept in memory."""

    def __init__(self, place: Place) -> None:
        self._depth = int(place.settings["depth"])
        self._ways = (Bm25(place), Dense(place))

    def add(self, turns: Sequence[Turn]) -> None:
        """Take one session."""
        for way in self._ways:
            way.add(turns)

    def finish(self) -> None:
        """Index what was taken."""
        for way in self._ways:
            way.finish()

    def search(self, question: str, limit: int) -> Found:
        """Return the turns that either list holds."""
        sums: dict[str, float] = {}
        texts: dict[str, str] = {}
        for way in self._ways:
            for rank, hit in enumerate(way.search(question, self._depth).hits, start=1):
                ref = str(hit.ref)
                sums[ref] = sums.get(ref, 0.0) + 1 / (RRF_K + rank)
                texts[ref] = hit.text
        order = sorted(sums, key=lambda ref: -sums[ref])[:limit]
        return Found(hits=[Hit(text=texts[ref], score=sums[ref], ref=ref) for ref in order])

    def close(self) -> None:
        """Nothing is kept."""


SYSTEM = System(
    title="RRF",
    kind="baseline",
    open=Fused,
    persistent=False,
    settings={
        "default": {"dated": False, "depth": 100},
        "best": {"dated": True, "depth": 20},
    },
    note="BM25 and dense as in their rows, fused by reciprocal ranks; lists of 100, at best of 20 "
    "with the day in the text. Beyond its lists it returns nothing.",
)
