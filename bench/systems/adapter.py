"""What a system under test is to the benchmark: a small class, and a value that tells of it.

Standard library only. An adapter's module is also read where its package is not installed (to know
what it needs), so it imports that package inside ``open``, never at its top.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Literal, Protocol
from urllib.request import Request, urlopen

from bench.conversation import Turn

Kind = Literal["mnemos", "peer", "baseline"]
Settings = Mapping[str, str | int | float | bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """What a system returned, best first.

    Args:
        score: Higher is better; whatever the system calls it.
        ref: The turn's, if the system keeps the caller's ids or metadata.
        cites: Refs of the turns that a derived text says it comes from.
    """

    text: str
    score: float
    ref: str | None = None
    cites: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """The hits to one question.

    Args:
        confidence: How sure the system says it is that there is an answer; None if it does not
            say, then the best hit's score stands for it.
    """

    hits: Sequence[Hit]
    confidence: float | None = None


class Adapter(Protocol):
    """A system with one conversation in it."""

    def add(self, turns: Sequence[Turn]) -> None:
        """Take one session, in the order in which it was said."""

    def finish(self) -> None:
        """Do what has to be done before the first question; counted as writing."""

    def search(self, question: str, limit: int) -> Found:
        """Return up to so many hits."""

    def close(self) -> None:
        """Write what is not on disk yet, and let go."""


class Telling(Adapter, Protocol):
    """An adapter with figures of its own."""

    def tell(self) -> Mapping[str, Any]:
        """Return them, as JSON can hold them, before it is closed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Vectors:
    """The one model that every system gets that takes one: all-MiniLM-L6-v2, 384 numbers, length 1.

    Args:
        url: Of an endpoint that speaks OpenAI's protocol, up to and with ``/v1``.
    """

    url: str
    model: str = "all-MiniLM-L6-v2"
    dimension: int = 384

    def encode(self, texts: Sequence[str]) -> list[list[float]]:
        """Return a vector for each text."""
        if not texts:
            return []
        body = json.dumps({"model": self.model, "input": list(texts)}).encode()
        request = Request(  # noqa: S310 - the benchmark's own endpoint
            f"{self.url}/embeddings", data=body, headers={"Content-Type": "application/json"}
        )
        with urlopen(request, timeout=600) as answer:  # noqa: S310 - same
            return [each["embedding"] for each in json.load(answer)["data"]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a system lives, and what it may use.

    Args:
        folder: Its own; empty at first, as it was left when it is opened again.
        asked_at: When the questions are put.
        gold: Question → refs of the turns that answer it; empty for all but the oracle.
        shared: A folder of what units of the same conversation can use again; None if none is kept.
    """

    folder: Path
    vectors: Vectors
    settings: Settings
    asked_at: datetime
    gold: Mapping[str, Sequence[str]] = field(default_factory=dict)
    shared: Path | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class System:
    """All that the benchmark knows of a system.

    Args:
        package: The distribution whose version is told; None if there is no product.
        imports: What its users write to import it; timed.
        requirements: What pip installs into its environment, pinned; a path (``./…``) is taken
            from the working tree. Empty: it runs where the benchmark runs.
        settings: Variant → options. "default" is what its documentation shows, "best" the best
            that was found.
        note: Fair play: which public interface is used, which settings and why, what was odd.
        environment: More variables that its process gets.
        persistent: Whether it can be closed and opened again; else it is asked in one process.
        calls_model: Whether writing or reading asks a language model.
        tells: Whether it has figures of its own to tell at the end, by ``tell``.
    """

    title: str
    kind: Kind
    open: Callable[[Place], Adapter]
    note: str
    package: str | None = None
    imports: str | None = None
    requirements: tuple[str, ...] = ()
    settings: Mapping[str, Settings] = field(default_factory=lambda: {"default": {}})
    environment: Mapping[str, str] = field(default_factory=dict)
    persistent: bool = True
    calls_model: bool = False
    tells: bool = False
