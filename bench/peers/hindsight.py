"""Hindsight with its provider "none": chunks without a language model, in its own PostgreSQL."""

from __future__ import annotations

import asyncio
import atexit
import hashlib
import os
import socket
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bench.conversation import Turn
from bench.systems.adapter import Found, Hit, Place, System

BANK = "conversation"
USER = "hindsight"
#: Of a fact; what recall is limited by, as the product counts tokens rather than results.
TOKENS = 400


class Hindsight:
    """A bank in an engine in this process, and a PostgreSQL server beside it."""

    def __init__(self, place: Place) -> None:
        self._reranking = str(place.settings["reranking"])
        self._server = _Server(place.folder)
        os.environ.update(_settings(place))
        from hindsight_api import MemoryEngine, RequestContext

        self._runner = asyncio.Runner()
        self._engine: Any = MemoryEngine(db_url=self._server.start())
        self._runner.run(self._engine.initialize())
        self._context = RequestContext()

    def add(self, turns: Sequence[Turn]) -> None:
        """Retain a session's turns, each as a document of its own."""
        contents = [
            {
                "content": turn.said,
                "document_id": turn.ref,
                "metadata": {"ref": turn.ref, "session": turn.session},
                **({"event_date": turn.said_at} if turn.said_at else {}),
            }
            for turn in turns
        ]
        self._runner.run(
            self._engine.retain_batch_async(BANK, contents, request_context=self._context)
        )

    def finish(self) -> None:
        """Nothing is left to do."""

    def search(self, question: str, limit: int) -> Found:
        """Recall by meaning, words, links and time, fused by rank."""
        from hindsight_api.engine.memory_engine import Budget

        found = self._runner.run(
            self._engine.recall_async(
                BANK,
                question,
                budget=Budget.MID,
                max_tokens=limit * TOKENS,
                request_context=self._context,
                reranking=self._reranking,
            )
        )
        facts = found.results[:limit]
        return Found(
            hits=[
                Hit(text=fact.text, score=-place, ref=fact.document_id)
                for place, fact in enumerate(facts)
            ]
        )

    def close(self) -> None:
        """Stop the engine and the server."""
        self._runner.run(self._engine.close())
        self._runner.close()
        self._server.stop()


class _Server:
    """The PostgreSQL that the product brings, with its data in our folder.

    It refuses to run as root: root starts it in a name space where it has another number.
    """

    def __init__(self, folder: Path) -> None:
        import pg0

        unrooted = ["unshare", "--user", "--map-user=1000", "--map-group=1000"]
        binary = str(Path(pg0.__file__).parent / "bin" / "pg0")
        self._command = [*(unrooted if os.geteuid() == 0 else []), binary]
        self._name = hashlib.sha256(str(folder).encode()).hexdigest()[:16]
        self._data = folder / "postgres"

    def start(self) -> str:
        """Return where it listens."""
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = str(free.getsockname()[1])
        who = ["--username", USER, "--password", USER, "--database", USER]
        self._run("start", "--port", port, "--data-dir", str(self._data), *who)
        atexit.register(self.stop)
        return f"postgresql://{USER}:{USER}@127.0.0.1:{port}/{USER}"

    def stop(self) -> None:
        """Return once it has written what it holds."""
        atexit.unregister(self.stop)
        self._run("stop")

    def _run(self, order: str, *options: str) -> None:
        # It unpacks PostgreSQL into HOME: into the environment, so that it counts as installed.
        done = subprocess.run(
            [*self._command, order, "--name", self._name, *options],
            env={**os.environ, "HOME": sys.prefix},
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise RuntimeError(done.stderr.strip() or done.stdout.strip())


def _settings(place: Place) -> dict[str, str]:
    embeddings = "HINDSIGHT_API_EMBEDDINGS_OPENAI"
    return {
        f"{embeddings}_API_KEY": "nobody",
        f"{embeddings}_BASE_URL": place.vectors.url,
        f"{embeddings}_MODEL": place.vectors.model,
    }


SYSTEM = System(
    title="Hindsight",
    kind="peer",
    open=Hindsight,
    package="hindsight-api-slim",
    imports="import hindsight_api",
    requirements=("hindsight-api-slim[embedded-db]==1.1.0",),
    settings={
        "default": {"reranking": "cross_encoder"},
        "best": {"reranking": "interleave"},
    },
    environment={
        "HINDSIGHT_API_LLM_PROVIDER": "none",
        "HINDSIGHT_API_EMBEDDINGS_PROVIDER": "openai",
        "HINDSIGHT_API_RERANKER_PROVIDER": "rrf",
    },
    note="With the provider “none” it keeps chunks, one a turn, and neither draws facts nor "
    "consolidates; MemoryEngine is asked in this process, with the OpenAI-compatible embedder. "
    "Its cross-encoder is replaced by its provider “rrf”; as recall then weighs ranks by recency "
    "and the like, good hits sink. At best: recall's option “interleave”, which keeps the order "
    "of fusion (it is meant for finding doubles). PostgreSQL (pg0) refuses root: there it starts "
    "in a user name space. The analyser of dates fails on some questions with the newest "
    "dateparser, which costs it the arm of time.",
)
