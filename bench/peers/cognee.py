"""Cognee: documents are added, but become chunks that can be searched only by way of a model."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Sequence
from typing import Any

from bench.conversation import Turn
from bench.systems.adapter import Found, Hit, Place, System

DATASET = "conversation"


class Cognee:
    """Add, cognify and a search for chunks, with its embedded databases in our folder."""

    def __init__(self, place: Place) -> None:
        os.environ.update(
            DATA_ROOT_DIRECTORY=str(place.folder / "data"),
            SYSTEM_ROOT_DIRECTORY=str(place.folder / "system"),
            EMBEDDING_ENDPOINT=place.vectors.url,
            EMBEDDING_MODEL=place.vectors.model,
            EMBEDDING_DIMENSIONS=str(place.vectors.dimension),
        )
        import cognee

        self._cognee: Any = cognee
        self._runner = asyncio.Runner()

    def add(self, turns: Sequence[Turn]) -> None:
        """Add a session's turns, each as a text of its own."""
        texts = [turn.said for turn in turns]
        self._runner.run(self._cognee.add(texts, dataset_name=DATASET))

    def finish(self) -> None:
        """Make chunks of what was added; on the way it asks a model for a graph and summaries."""
        self._runner.run(self._cognee.cognify(datasets=[DATASET]))

    def search(self, question: str, limit: int) -> Found:
        """Return the nearest chunks."""
        found = self._runner.run(
            self._cognee.search(
                question,
                query_type=self._cognee.SearchType.CHUNKS,
                datasets=[DATASET],
                top_k=limit,
            )
        )
        texts = [chunk["text"] for part in found for chunk in part["search_result"]]
        return Found(hits=[Hit(text=text, score=-place) for place, text in enumerate(texts)])

    def close(self) -> None:
        """Let go of the loop."""
        self._runner.close()


SYSTEM = System(
    title="Cognee",
    kind="peer",
    open=Cognee,
    package="cognee",
    imports="import cognee",
    requirements=("cognee==1.6.5",),
    environment={
        "EMBEDDING_PROVIDER": "openai_compatible",
        "EMBEDDING_API_KEY": "nobody",
        "TELEMETRY_DISABLED": "1",
    },
    calls_model=True,
    note="Cognify, which makes the chunks, asks a model for a graph and summaries of each. Before "
    "that, add itself wants the network: it counts tokens with a tokeniser that it fetches from "
    "Hugging Face, or else OpenAI. Embeddings by the OpenAI-compatible provider, LanceDB and "
    "the graph in our folder, telemetry off (TELEMETRY_DISABLED=1).",
)
