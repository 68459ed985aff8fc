"""Graphiti without a language model: episodes saved as they are, found by full text."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

from bench.conversation import Turn
from bench.systems.adapter import Found, Hit, Place, System

#: The one partition of the graph.
GROUP = "conversation"


class Graphiti:
    """A graph in an embedded Kuzu; entities and facts, which a model would draw, stay empty."""

    def __init__(self, place: Place) -> None:
        self._dated = bool(place.settings["dated"])
        self._runner = asyncio.Runner()
        database = place.folder / "graph.kuzu"
        is_new = not database.exists()
        self._driver, self._peer = _peer(place, str(database))
        if is_new:
            self._runner.run(self._driver.graph_ops.build_indices_and_constraints(self._driver))

    def add(self, turns: Sequence[Turn]) -> None:
        """Save a session's turns as episodes."""
        from graphiti_core.nodes import EpisodeType, EpisodicNode
        from graphiti_core.utils.datetime_utils import utc_now

        episodes = [
            EpisodicNode(
                name=turn.ref,
                group_id=GROUP,
                source=EpisodeType.text if turn.speaker is None else EpisodeType.message,
                source_description="",
                content=turn.dated if self._dated else turn.said,
                valid_at=turn.said_at or utc_now(),
            )
            for turn in turns
        ]
        self._runner.run(self._peer.nodes.episode.save_bulk(episodes))

    def finish(self) -> None:
        """Nothing is left to do."""

    def search(self, question: str, limit: int) -> Found:
        """Return the episodes that the product's full-text index finds."""
        from graphiti_core.search.search_config import (
            EpisodeSearchConfig,
            EpisodeSearchMethod,
            SearchConfig,
        )

        config = SearchConfig(
            episode_config=EpisodeSearchConfig(search_methods=[EpisodeSearchMethod.bm25]),
            limit=limit,
        )
        found = self._runner.run(self._peer.search_(question, config=config, group_ids=[GROUP]))
        scored = zip(found.episodes, found.episode_reranker_scores, strict=True)
        return Found(
            hits=[Hit(text=each.content, score=score, ref=each.name) for each, score in scored]
        )

    def close(self) -> None:
        """Close the database; the product's own close leaves that to chance."""
        self._runner.run(self._peer.close())
        self._driver.client.close()
        self._driver.db.close()
        self._runner.close()


def _peer(place: Place, database: str) -> tuple[Any, Any]:
    from graphiti_core import Graphiti as Peer
    from graphiti_core.cross_encoder.openai_reranker_client import OpenAIRerankerClient
    from graphiti_core.driver.kuzu_driver import KuzuDriver
    from graphiti_core.embedder.openai import OpenAIEmbedder, OpenAIEmbedderConfig
    from graphiti_core.llm_client import LLMConfig, OpenAIClient

    driver = KuzuDriver(database)
    nobody = LLMConfig(api_key="nobody", base_url=place.vectors.url)
    embedder = OpenAIEmbedder(
        OpenAIEmbedderConfig(
            api_key="nobody",
            base_url=place.vectors.url,
            embedding_model=place.vectors.model,
            embedding_dim=place.vectors.dimension,
        )
    )
    peer = Peer(
        graph_driver=driver,
        llm_client=OpenAIClient(config=nobody),
        embedder=embedder,
        cross_encoder=OpenAIRerankerClient(config=nobody),
    )
    return driver, peer


SYSTEM = System(
    title="Graphiti",
    kind="peer",
    open=Graphiti,
    package="graphiti-core",
    imports="import graphiti_core",
    requirements=("graphiti-core[kuzu]==0.31.1", "httpx==0.28.1"),
    settings={"default": {"dated": False}, "best": {"dated": True}},
    environment={"GRAPHITI_TELEMETRY_ENABLED": "false"},
    note="What a model would draw from episodes (entities, facts, what searches go through first) "
    "is missing; episodes are saved by nodes.episode.save_bulk and found by search_ with an "
    "episode_config, which knows full text only. Kuzu is its one embedded store on Python 3.11; "
    "the driver is deprecated and leaves making the full-text indices to graph_ops. httpx is "
    "imported but, with the newest openai, not installed. Telemetry is off "
    "(GRAPHITI_TELEMETRY_ENABLED=false). At best: the day in the text.",
)
