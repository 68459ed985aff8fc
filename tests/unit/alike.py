"""An embedder to whom some words mean the same, for the tests of what is found by meaning."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

import numpy as np

from mnemos.models.base import Floats32, Tokens
from mnemos.models.scripted import ScriptedTokenEmbedder

SAME = {"canoe": "boat", "kayak": "boat", "puppy": "dog", "tea": "drink", "cocoa": "drink"}
#: A question's word that no turn of ``TALK`` shares, and the place of what it means.
ASKED, MEANT = "boat?", 1
TALK = ("The curtains were blue.", "A canoe, that is mine.", "Nine pens lay there.", "Rain again.")


class Alike(ScriptedTokenEmbedder):
    """Gives the words of ``SAME`` one vector; does what it is told to before it encodes."""

    def __init__(
        self, dimension: int = 64, *, revision: str = "1", delay_s: float = 0, failing: str = ""
    ) -> None:
        super().__init__(dimension, revision=revision, delay_s=delay_s, failing=failing)
        self.first: Callable[[Sequence[str]], object] = len

    def encode_tokens(self, texts: Sequence[str]) -> list[Tokens]:
        self.first(texts)
        return super().encode_tokens(texts)

    def _states(self, text: str) -> tuple[Floats32, list[tuple[int, int]]]:
        _, spans = super()._states(text)
        words = [SAME.get(text[start:stop].lower(), text[start:stop]) for start, stop in spans]
        rows = [super(Alike, self)._states(word)[0][:1] for word in words]
        return np.concatenate(rows) if rows else np.zeros(
            (0, self.model.dimension), np.float32
        ), spans


def said(texts: Sequence[str] = TALK) -> list[dict[str, str]]:
    return [{"role": "user", "name": "Ann", "content": text} for text in texts]


def until(true: Callable[[], object], *, within_s: float = 10.0) -> None:
    """Wait for something that happens on another thread."""
    end = time.monotonic() + within_s
    while not true():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.005)
