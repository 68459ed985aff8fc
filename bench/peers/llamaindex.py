"""LlamaIndex: a vector index over nodes, at best fused with its BM25 retriever."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from bench.conversation import Turn
from bench.systems.adapter import Found, Hit, Place, System, Vectors


class LlamaIndex:
    """One node a turn in a VectorStoreIndex, kept by its storage context."""

    def __init__(self, place: Place) -> None:
        from llama_index.core import (
            StorageContext,
            VectorStoreIndex,
            load_index_from_storage,
        )

        self._folder = str(place.folder / "storage")
        self._hybrid = bool(place.settings["hybrid"])
        model = _embedding(place.vectors)
        if (place.folder / "storage").exists():
            context = StorageContext.from_defaults(persist_dir=self._folder)
            self._index = load_index_from_storage(context, embed_model=model)
        else:
            self._index = VectorStoreIndex([], embed_model=model)
        self._keywords: Any = None

    def add(self, turns: Sequence[Turn]) -> None:
        """Insert one session's nodes."""
        self._index.insert_nodes([self._node(turn) for turn in turns])

    def finish(self) -> None:
        """Persist the index; it lives in memory until then."""
        self._index.storage_context.persist(persist_dir=self._folder)

    def search(self, question: str, limit: int) -> Found:
        """Ask the retriever."""
        found = self._retriever(limit).retrieve(question)
        return Found(
            hits=[
                Hit(text=each.node.text, score=each.score, ref=each.node.node_id) for each in found
            ]
        )

    def close(self) -> None:
        """Everything was persisted."""

    def _node(self, turn: Turn) -> Any:  # noqa: ANN401 - its package is not installed here
        from llama_index.core.schema import TextNode

        metadata = {"session": turn.session, "speaker": turn.speaker or ""}
        if turn.said_at is not None:
            metadata["date"] = f"{turn.said_at.day} {turn.said_at:%B %Y}"
        return TextNode(id_=turn.ref, text=turn.said, metadata=metadata)

    def _retriever(self, limit: int) -> Any:  # noqa: ANN401 - same
        vectors = self._index.as_retriever(similarity_top_k=limit)
        if not self._hybrid:
            return vectors
        from llama_index.core.llms import MockLLM
        from llama_index.core.retrievers import QueryFusionRetriever
        from llama_index.retrievers.bm25 import BM25Retriever

        if self._keywords is None:
            self._keywords = BM25Retriever.from_defaults(docstore=self._index.docstore)
        self._keywords.similarity_top_k = min(limit, len(self._keywords.corpus))
        return QueryFusionRetriever(
            [vectors, self._keywords],
            llm=MockLLM(),
            num_queries=1,
            mode="dist_based_score",
            similarity_top_k=limit,
            use_async=False,
        )


def _embedding(vectors: Vectors) -> Any:  # noqa: ANN401 - same
    from llama_index.core.embeddings import BaseEmbedding

    class Given(BaseEmbedding):  # type: ignore[misc] # not installed where types are checked
        def _get_query_embedding(self, query: str) -> list[float]:
            return vectors.encode([query])[0]

        def _get_text_embedding(self, text: str) -> list[float]:
            return vectors.encode([text])[0]

        def _get_text_embeddings(self, texts: list[str]) -> list[list[float]]:
            return vectors.encode(texts)

        async def _aget_query_embedding(self, query: str) -> list[float]:
            return vectors.encode([query])[0]

    return Given()


SYSTEM = System(
    title="LlamaIndex",
    kind="peer",
    open=LlamaIndex,
    note="VectorStoreIndex over TextNodes with session, speaker and day as metadata, which it puts "
    "before the text by itself; persisted by its storage context. The embedder is a BaseEmbedding "
    "as its guide writes one. At best fused with BM25Retriever by QueryFusionRetriever, by "
    "dist_based_score, lists as long as what is asked for, num_queries 1 so that no model writes "
    "queries; reciprocal ranks, relative scores, longer lists and the day in the text instead of "
    "or beside the metadata did no better. BM25's index is made again when the first question is "
    "put.",
    package="llama-index-core",
    imports="import llama_index.core",
    requirements=("llama-index-core==0.14.25", "llama-index-retrievers-bm25==0.8.0"),
    settings={
        "default": {"hybrid": False},
        "best": {"hybrid": True},
    },
)
