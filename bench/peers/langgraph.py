"""LangGraph: its store for long-term memory, in the process's own memory."""

from __future__ import annotations

from collections.abc import Sequence

from bench.conversation import Turn
from bench.systems.adapter import Found, Hit, Place, System

NAMESPACE = ("conversation", "turns")


class LangGraph:
    """One item a turn in an InMemoryStore with an index."""

    def __init__(self, place: Place) -> None:
        from langgraph.store.memory import InMemoryStore

        vectors = place.vectors
        self._dated = bool(place.settings["dated"])
        self._store = InMemoryStore(
            index={
                "dims": vectors.dimension,
                "embed": vectors.encode,
                "fields": str(place.settings["fields"]).split(),
            }
        )

    def add(self, turns: Sequence[Turn]) -> None:
        """Put one session's items."""
        for turn in turns:
            value = {
                "text": turn.dated if self._dated else turn.said,
                "session": turn.session,
                "speaker": turn.speaker or "",
                "date": turn.said_at.isoformat() if turn.said_at else "",
            }
            self._store.put(NAMESPACE, turn.ref, value)

    def finish(self) -> None:
        """Every item is indexed when it is put."""

    def search(self, question: str, limit: int) -> Found:
        """Search the namespace."""
        found = self._store.search(NAMESPACE, query=question, limit=limit)
        return Found(
            hits=[
                Hit(text=each.value["text"], score=each.score or 0.0, ref=each.key)
                for each in found
            ]
        )

    def close(self) -> None:
        """Nothing is kept."""


SYSTEM = System(
    title="LangGraph store",
    kind="peer",
    open=LangGraph,
    persistent=False,
    note="InMemoryStore with index={dims, embed} and the whole value (“$”) as its one field, as "
    "its guide shows first: it is embedded as JSON, so session, speaker and date count too. At "
    "best the text, with the day in it, is embedded as a field of its own as well, and an item "
    "counts by its nearer vector; either field alone found less. Nothing is kept when the process "
    "ends. Its SqliteStore needs a Python whose sqlite3 loads extensions.",
    package="langgraph",
    imports="import langgraph.store.memory",
    requirements=("langgraph==1.2.22", "numpy==2.4.6"),
    settings={
        "default": {"dated": False, "fields": "$"},
        "best": {"dated": True, "fields": "text $"},
    },
)
