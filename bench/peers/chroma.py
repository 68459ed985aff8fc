"""Chroma: a collection of its persistent client."""

from __future__ import annotations

from collections.abc import Sequence

from bench.conversation import Turn
from bench.systems.adapter import Found, Hit, Place, System


class Chroma:
    """One document a turn, with the vectors handed in."""

    def __init__(self, place: Place) -> None:
        import chromadb
        from chromadb.config import Settings

        self._vectors = place.vectors
        self._dated = bool(place.settings["dated"])
        client = chromadb.PersistentClient(
            path=str(place.folder), settings=Settings(anonymized_telemetry=False)
        )
        self._collection = client.get_or_create_collection("turns", embedding_function=None)

    def add(self, turns: Sequence[Turn]) -> None:
        """Add one session's documents."""
        texts = [turn.dated if self._dated else turn.said for turn in turns]
        self._collection.add(
            ids=[turn.ref for turn in turns],
            documents=texts,
            embeddings=self._vectors.encode(texts),
            metadatas=[_metadata(turn) for turn in turns],
        )

    def finish(self) -> None:
        """Every call has written."""

    def search(self, question: str, limit: int) -> Found:
        """Return the nearest documents; the distance is L2's square, as it is by default."""
        found = self._collection.query(
            query_embeddings=self._vectors.encode([question]), n_results=limit
        )
        rows = zip(found["ids"][0], found["documents"][0], found["distances"][0], strict=True)
        return Found(hits=[Hit(text=text, score=-far, ref=ref) for ref, text, far in rows])

    def close(self) -> None:
        """Every call has written."""


def _metadata(turn: Turn) -> dict[str, str | int]:
    known: dict[str, str | int] = {"session": turn.session, "speaker": turn.speaker or ""}
    if turn.said_at is not None:
        known["date"] = int(turn.said_at.timestamp())
    return known


SYSTEM = System(
    title="Chroma",
    kind="peer",
    open=Chroma,
    note="PersistentClient, one collection a conversation with its default index (HNSW, L2), "
    "vectors handed in with the documents. At best the day stands in the text; ranking by words "
    "is not offered where Chroma runs in the caller's process. Its product telemetry is switched "
    "off by anonymized_telemetry.",
    package="chromadb",
    imports="import chromadb",
    requirements=("chromadb==1.5.9",),
    settings={"default": {"dated": False}, "best": {"dated": True}},
    environment={"ANONYMIZED_TELEMETRY": "False"},
)
