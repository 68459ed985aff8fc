"""A command line that was run, as the tests see it."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from mnemos.models.scripted import ScriptedTokenEmbedder


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """A command line that was run."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> dict[str, object]:
        """Its output, which must be one JSON object."""
        value = json.loads(self.out)
        assert isinstance(value, dict)
        return value

    @property
    def lines(self) -> list[dict[str, object]]:
        """Its output, which must be JSON objects, one a line."""
        return [json.loads(line) for line in self.out.splitlines()]


Run = Callable[..., Ended]
Start = Callable[[Sequence[str]], subprocess.Popen[bytes]]


def other() -> ScriptedTokenEmbedder:
    """Return an embedder whose vectors are not those of "scripted"."""
    return ScriptedTokenEmbedder(revision="2")


def failing() -> ScriptedTokenEmbedder:
    """Return "scripted" when it cannot encode what holds the word "cello"."""
    return ScriptedTokenEmbedder(failing="cello")
