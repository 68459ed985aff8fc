"""Replies of models, each paid for once: one SQLite file in the folder of the run.

A reply is kept as soon as it is there, so a run that was killed goes on where it was.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path

from mnemos.models import replies
from mnemos.types import JSON


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What is asked of a model; equal requests have the same reply.

    Args:
        prompts: Hashes of the prompts that it was made from.
        messages: (role, text) each.
    """

    model: str
    prompts: tuple[str, ...]
    messages: tuple[tuple[str, str], ...]
    max_tokens: int
    seed: int
    temperature: float = 0.0

    @property
    def payload(self) -> dict[str, JSON]:
        """What is sent."""
        return {
            "model": self.model,
            "messages": [{"role": role, "content": text} for role, text in self.messages],
            "max_tokens": self.max_tokens,
            "temperature": self.temperature,
            "seed": self.seed,
        }

    def digest(self, server: str) -> bytes:
        """Return a hash of all that the reply hangs on."""
        parts = json.dumps([server, self.prompts, self.payload], sort_keys=True)
        return sha256(parts.encode()).digest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What came back.

    Args:
        text: Empty if nothing came.
        fault: A kind of ``chat.FAULTS``; None if all is well.
        detail: What was said instead of a reply.
        estimated: The endpoint told no usage: tokens are the offline estimate.
        seconds: With all attempts and pauses.
        retried: Kinds of the failures after which it was asked again.
    """

    text: str
    fault: str | None = None
    detail: str = ""
    tokens_in: int = 0
    tokens_out: int = 0
    estimated: bool = False
    seconds: float = 0.0
    retried: tuple[str, ...] = ()


class Replies:
    """Replies by their requests' hashes. Safe to share between threads."""

    def __init__(self, file: Path) -> None:
        self._kept = replies.Replies(file)

    def get(self, digest: bytes) -> Reply | None:
        """Return a reply that came before."""
        kept = self._kept.get(digest)
        if kept is None:
            return None
        found = json.loads(kept)
        return Reply(**{**found, "retried": tuple(found["retried"])})

    def keep(self, digest: bytes, reply: Reply) -> None:
        """Keep a reply."""
        self._kept.keep(digest, json.dumps(asdict(reply)))

    def close(self) -> None:
        """Close the file."""
        self._kept.close()
