"""mnemos itself, as anyone would use it: remember, recall, nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from bench.conversation import Turn
from bench.systems.adapter import Adapter, Found, Hit, Place, System

if TYPE_CHECKING:
    from mnemos import Memory


class Ours:
    """A memory in one file, durable on return; the question's day is the conversation's."""

    def __init__(self, memory: Memory, asked_at: datetime, *, by_meaning: bool) -> None:
        self._memory = memory
        self._asked_at = asked_at
        self._by_meaning = by_meaning

    def add(self, turns: Sequence[Turn]) -> None:
        """Remember one session."""
        messages = [message(turn) for turn in turns]
        self._memory.remember(messages, session=turns[0].session)

    def finish(self) -> None:
        """Make the vectors that are still to be made."""
        if self._by_meaning:
            self._memory.embed()

    def search(self, question: str, limit: int) -> Found:
        """Recall; what was held back as too unsure counts as found, with its low confidence."""
        recall = self._memory.recall(question, limit, asked_at=self._asked_at)
        hits = [Hit(text=hit.text, score=hit.score, ref=hit.ref) for hit in recall]
        return Found(hits=hits, confidence=recall.confidence)

    def close(self) -> None:
        """Close the file."""
        self._memory.close()


def message(turn: Turn) -> dict[str, Any]:
    """Return a turn as ``Memory.remember`` takes it."""
    found: dict[str, Any] = {"id": turn.ref, "role": turn.role, "content": turn.text}
    if turn.role == "document":
        return {**found, "title": turn.title}
    if turn.said_at is not None:
        found["said_at"] = turn.said_at
    if turn.speaker != turn.role:
        found["name"] = turn.speaker
    return found


def _open(place: Place) -> Adapter:
    from mnemos import Memory

    level = str(place.settings["level"])
    by_meaning = level != "c0"
    memory = Memory(
        place.folder / "memory.mnemos",
        clock=lambda: place.asked_at,
        embedder="minilm" if by_meaning else None,
        embedding="manual",
        level=level,
    )
    return Ours(memory, place.asked_at, by_meaning=by_meaning)


SYSTEM = System(
    title="mnemos",
    kind="mnemos",
    open=_open,
    package="mnemos",
    imports="from mnemos import Memory",
    requirements=("./", "./packages/mnemos-minilm"),
    settings={"c0": {"level": "c0"}, "c3": {"level": "c3"}},
    note="Memory.remember, embed, recall with their defaults; C0 by words alone, C3 with the "
    "built-in model, which it runs itself. Its constants were learnt on these conversations; left "
    "out figures stand in docs/levels.md.",
)
