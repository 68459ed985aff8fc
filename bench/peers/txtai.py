"""txtai: an embeddings database, at best with its keyword index beside the vectors."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from bench.conversation import Turn
from bench.systems.adapter import Found, Hit, Place, System


class Txtai:
    """One row a turn, content kept, saved to a folder."""

    def __init__(self, place: Place) -> None:
        from txtai import Embeddings

        def encode(texts: list[str]) -> Any:  # noqa: ANN401 - numpy is not installed everywhere
            return place.vectors.encode(texts)

        self._folder = str(place.folder / "index")
        self._dated = bool(place.settings["dated"])
        self._weight = float(place.settings["weight"])
        kept: dict[str, Any] = {"method": "external", "transform": encode, "content": True}
        if place.settings["hybrid"]:
            kept["hybrid"] = True
        self._embeddings = Embeddings(**kept)
        if self._embeddings.exists(self._folder):
            self._embeddings.load(self._folder, config={"transform": encode})

    def add(self, turns: Sequence[Turn]) -> None:
        """Upsert one session's rows."""
        self._embeddings.upsert([(turn.ref, self._row(turn), None) for turn in turns])

    def finish(self) -> None:
        """Save the index; it lives in memory until then."""
        self._embeddings.save(self._folder)

    def search(self, question: str, limit: int) -> Found:
        """Ask the index."""
        found = self._embeddings.search(question, limit, weights=self._weight)
        return Found(
            hits=[Hit(text=each["text"], score=each["score"], ref=each["id"]) for each in found]
        )

    def close(self) -> None:
        """Let go of its database."""
        self._embeddings.close()

    def _row(self, turn: Turn) -> dict[str, str]:
        said_at = turn.said_at.isoformat() if turn.said_at else ""
        return {
            "text": turn.dated if self._dated else turn.said,
            "session": turn.session,
            "speaker": turn.speaker or "",
            "said_at": said_at,
        }


SYSTEM = System(
    title="txtai",
    kind="peer",
    open=Txtai,
    note="Embeddings with content, vectors by method external, rows upserted a session, saved to a "
    "folder. At best with hybrid on (its BM25, normalised), the vectors weighing 0.7, and the day "
    "in the text; on the whole other weights did no better, nor did leaving out stop words. It "
    "installs torch and transformers; no model of theirs is loaded here.",
    package="txtai",
    imports="import txtai",
    requirements=("txtai==9.14.0", "torch==2.13.0"),
    settings={
        "default": {"hybrid": False, "dated": False, "weight": 0.5},
        "best": {"hybrid": True, "dated": True, "weight": 0.7},
    },
)
