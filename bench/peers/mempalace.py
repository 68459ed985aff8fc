"""MemPalace: every turn a drawer, its session the room; Chroma inside."""

from __future__ import annotations

import os
from collections.abc import Sequence

from bench.conversation import Turn
from bench.systems.adapter import Found, Hit, Place, System

#: The wing that a conversation is filed in.
WING = "bench"


class MemPalace:
    """The tool that agents file drawers with, and the search behind the tool that finds them."""

    def __init__(self, place: Place) -> None:
        self._dated = bool(place.settings["dated"])
        self._at_least = int(place.settings["at_least"])
        self._palace = str(place.folder / "palace")
        os.environ["MEMPALACE_CONFIG_DIR"] = str(place.folder)
        os.environ["MEMPALACE_PALACE_PATH"] = self._palace
        cosine = float(place.settings["cosine_weight"])
        os.environ["MEMPALACE_HYBRID_VECTOR_WEIGHT"] = str(cosine)
        os.environ["MEMPALACE_HYBRID_BM25_WEIGHT"] = str(1 - cosine)
        os.environ["MEMPALACE_EMBEDDING_MODEL"] = "openai-compat"
        os.environ["MEMPALACE_EMBEDDING_API_URL"] = place.vectors.url
        os.environ["MEMPALACE_EMBEDDING_API_MODEL"] = place.vectors.model
        from mempalace.mcp_server import tool_add_drawer
        from mempalace.searcher import search_memories

        self._file = tool_add_drawer
        self._search = search_memories

    def add(self, turns: Sequence[Turn]) -> None:
        """Take one session, each turn under a source of its own."""
        for turn in turns:
            answer = self._file(
                WING,
                f"session {turn.session}",
                turn.dated if self._dated else turn.said,
                source_file=turn.ref,
            )
            if not answer["success"]:
                raise RuntimeError(answer["error"])

    def finish(self) -> None:
        """Nothing is left to do."""

    def search(self, question: str, limit: int) -> Found:
        """Return the best drawers."""
        answer = self._search(
            question,
            self._palace,
            wing=WING,
            n_results=max(limit, self._at_least),
        )
        if "error" in answer:
            raise RuntimeError(answer["error"])
        return Found(
            hits=[
                Hit(text=each["text"], score=each["similarity"] or 0.0, ref=each["source_path"])
                for each in answer["results"][:limit]
            ]
        )

    def close(self) -> None:
        """Every drawer is on disk when it has been filed."""


SYSTEM = System(
    title="MemPalace",
    kind="peer",
    open=MemPalace,
    package="mempalace",
    imports="from mempalace.searcher import search_memories",
    requirements=("mempalace==3.11.0",),
    settings={
        "default": {"dated": False, "at_least": 1, "cosine_weight": 0.6},
        "best": {"dated": True, "at_least": 200, "cosine_weight": 0.75},
    },
    environment={"ANONYMIZED_TELEMETRY": "False"},
    note="Drawers are filed with its MCP tool's handler, one a turn (room: the session, source: "
    "the turn), and found with the documented search_memories; the model through its documented "
    "openai-compat endpoint. It re-ranks the nearest four times as many drawers as are asked for "
    "by 0.6 cosine + 0.4 BM25; at best 200 are asked for, so that more are re-ranked, by 0.75 "
    "cosine + 0.25 BM25 (settings of its own), and the day stands in the text. English stop words "
    "did no better. Hits tell their similarity, not the blend that orders them; the tool itself "
    "stops at 100 hits.",
)
