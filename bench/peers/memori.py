"""Memori: every turn a fact in its SQLite store, found by its own hybrid search."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Sequence

from bench.conversation import Turn
from bench.systems.adapter import Found, Hit, Place, System

#: Facts are kept by entity.
ENTITY = "bench"


class Memori:
    """The storage driver and `search_facts`: what `Memori.recall` calls without its Rust core."""

    def __init__(self, place: Place) -> None:
        self._dated = bool(place.settings["dated"])
        self._read = int(place.settings["facts_read"])
        self._model = place.vectors.model
        os.environ["MEMORI_RECALL_LEX_WEIGHT"] = str(place.settings["lexical_weight"])
        os.environ["MEMORI_RECALL_LEX_WEIGHT_SHORT"] = str(place.settings["short_weight"])
        from memori import Memori as Client
        from memori.embeddings import TEI

        self._tei = TEI(url=f"{place.vectors.url}/embeddings")
        path = place.folder / "memori.db"
        self._client = Client(
            conn=lambda: sqlite3.connect(path, check_same_thread=False), use_rust_core=False
        )
        self._client.config.storage.build()
        self._driver = self._client.config.storage.driver
        self._entity = self._driver.entity.create(ENTITY)

    def add(self, turns: Sequence[Turn]) -> None:
        """Take one session."""
        texts = [turn.dated if self._dated else turn.said for turn in turns]
        self._driver.entity_fact.create(self._entity, texts, self._embed(texts))

    def finish(self) -> None:
        """Nothing is left to do."""

    def search(self, question: str, limit: int) -> Found:
        """Return the best facts."""
        from memori.search import search_facts

        found = search_facts(
            self._driver.entity_fact,
            self._entity,
            self._embed([question])[0],
            limit,
            self._read,
            query_text=question,
        )
        return Found(hits=[Hit(text=fact.content, score=fact.rank_score) for fact in found])

    def close(self) -> None:
        """Let go of the database."""
        self._client.close()

    def _embed(self, texts: list[str]) -> list[list[float]]:
        from memori.embeddings import embed_texts

        vectors: list[list[float]] = embed_texts(texts, model=self._model, tei=self._tei)
        return vectors


SYSTEM = System(
    title="Memori",
    kind="peer",
    open=Memori,
    package="memori",
    imports="from memori import Memori",
    requirements=("memori==3.3.6",),
    settings={
        "default": {
            "dated": False,
            "facts_read": 1000,
            "lexical_weight": 0.15,
            "short_weight": 0.3,
        },
        "best": {
            "dated": True,
            "facts_read": 1_000_000,
            "lexical_weight": 0.25,
            "short_weight": 0.25,
        },
    },
    note="Its memories are facts that a language model writes, so turns are stored as facts with "
    "its storage driver and found with memori.search.search_facts, as Memori.recall does without "
    "the Rust core; by its source that core would download ONNX Runtime and a model of its own, so "
    "the same MiniLM is asked through its TEI client. For each question it reads the newest 1,000 "
    "facts into an index; at best all, with the day in the text and words weighing 0.25 whatever "
    "the question's length (its own weights and 0.4, the most that it allows, found less). Facts "
    "carry no metadata, and equal texts become one fact.",
)
