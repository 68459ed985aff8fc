"""MemOS without a language model: its general text memory, vectors in an embedded Qdrant."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import uuid4

from bench.conversation import Turn
from bench.systems.adapter import Found, Hit, Place, System


class MemOS:
    """A GeneralTextMemory; the product's tree of memories wants Neo4j and a model."""

    def __init__(self, place: Place) -> None:
        from memos.configs.memory import MemoryConfigFactory
        from memos.memories.factory import MemoryFactory

        self._dated = bool(place.settings["dated"])
        config = MemoryConfigFactory(
            backend="general_text",
            config={
                "extractor_llm": _nobody(place),
                "embedder": _embedder(place),
                "vector_db": _database(place),
            },
        )
        self._memory: Any = MemoryFactory.from_config(config)

    def add(self, turns: Sequence[Turn]) -> None:
        """Add a session's turns as they are; extract, which asks a model, is left out."""
        self._memory.add(
            [
                {
                    "id": str(uuid4()),
                    "memory": turn.dated if self._dated else turn.said,
                    "metadata": {"session_id": turn.session, "ref": turn.ref},
                }
                for turn in turns
            ]
        )

    def finish(self) -> None:
        """Nothing is left to do."""

    def search(self, question: str, limit: int) -> Found:
        """Return the nearest memories; the product tells no scores."""
        found = self._memory.search(question, top_k=limit)
        return Found(
            hits=[
                Hit(text=each.memory, score=-place, ref=each.metadata.ref)
                for place, each in enumerate(found)
            ]
        )

    def close(self) -> None:
        """Let go of the folder."""
        self._memory.vector_db.client.close()


def _nobody(place: Place) -> dict[str, Any]:
    config = {"model_name_or_path": "none", "api_key": "nobody", "api_base": place.vectors.url}
    return {"backend": "openai", "config": config}


def _embedder(place: Place) -> dict[str, Any]:
    config = {
        "provider": "openai",
        "api_key": "nobody",
        "base_url": place.vectors.url,
        "model_name_or_path": place.vectors.model,
    }
    return {"backend": "universal_api", "config": config}


def _database(place: Place) -> dict[str, Any]:
    config = {
        "collection_name": "conversation",
        "vector_dimension": place.vectors.dimension,
        "distance_metric": "cosine",
        "path": str(place.folder / "qdrant"),
    }
    return {"backend": "qdrant", "config": config}


SYSTEM = System(
    title="MemOS",
    kind="peer",
    open=MemOS,
    package="MemoryOS",
    imports="import memos",
    requirements=("MemoryOS==2.0.33", "qdrant-client==1.20.0"),
    settings={"default": {"dated": False}, "best": {"dated": True}},
    environment={"MOS_EMBEDDER_TIMEOUT": "600"},
    note="GeneralTextMemory with the OpenAI-compatible embedder and Qdrant in a local folder (the "
    "package does not install qdrant-client); memories are added as they are, extract is what asks "
    "a model. Its search is the nearest vectors by cosine and tells no scores. The tree memory, "
    "which its documentation puts first, wants Neo4j and a model. Embedding gives up after 5 s by "
    "default; that limit is raised (MOS_EMBEDDER_TIMEOUT). At best with the day in the text.",
)
