"""Embedders that know nothing and never change: for tests, and to try what hangs on one.

A token's vector is drawn from a hash of its letters; its state leans towards the mean of all that
is encoded with it, as a transformer's does.
"""

from __future__ import annotations

import re
import time
from collections.abc import Sequence
from functools import lru_cache
from hashlib import blake2b

import numpy as np

from mnemos.errors import ModelError
from mnemos.models.base import Floats32, Tokens
from mnemos.types import ModelId

_TOKEN = re.compile(r"[^\W_]{1,6}|[^\w\s]|_")
CONTEXT = np.float32(0.5)


class ScriptedEmbedder:
    """Gives one vector a text. Implements ``models.base.Embedder``.

    Args:
        dimension: Numbers in a vector.
        revision: Other revisions give other vectors.
        delay_s: How long each call takes.
        failing: Texts that hold this word cannot be encoded; empty for none.
    """

    def __init__(
        self, dimension: int = 64, *, revision: str = "1", delay_s: float = 0, failing: str = ""
    ) -> None:
        self.model = ModelId("scripted", revision, dimension)
        self.failing = failing
        self.encoded: list[str] = []
        self._delay_s = delay_s

    def encode(self, texts: Sequence[str]) -> Floats32:
        """Return one vector a text."""
        self._note(texts)
        rows = [self._states(text)[0].sum(axis=0) for text in texts]
        return np.array(rows, dtype=np.float32).reshape(len(texts), self.model.dimension)

    def _note(self, texts: Sequence[str]) -> None:
        time.sleep(self._delay_s)
        if self.failing and any(self.failing in text for text in texts):
            raise ModelError(f"{self.model}: cannot encode {self.failing!r}")
        self.encoded.extend(texts)

    def _states(self, text: str) -> tuple[Floats32, list[tuple[int, int]]]:
        found = list(_TOKEN.finditer(text))
        own = np.zeros((len(found), self.model.dimension), dtype=np.float32)
        for place, token in enumerate(found):
            own[place] = _vector(token[0].lower(), self.model)
        if found:
            own += CONTEXT * own.mean(axis=0)
        return own, [token.span() for token in found]


class ScriptedTokenEmbedder(ScriptedEmbedder):
    """Shows its tokens, too. Implements ``models.base.TokenEmbedder``."""

    window = 254

    def count(self, texts: Sequence[str]) -> list[int]:
        """Return how many tokens each text has."""
        return [sum(1 for _ in _TOKEN.finditer(text)) for text in texts]

    def encode_tokens(self, texts: Sequence[str]) -> list[Tokens]:
        """Return the token states of each text, as far as the window reaches."""
        self._note(texts)
        found = []
        for text in texts:
            states, spans = self._states(text)
            places = np.array(spans[: self.window], dtype=np.int64).reshape(-1, 2)
            found.append(Tokens(vectors=states[: self.window], spans=places))
        return found


@lru_cache(maxsize=4096)
def _vector(token: str, model: ModelId) -> Floats32:
    seed = blake2b(f"{model.revision} {token}".encode(), digest_size=8).digest()
    drawn = np.random.default_rng(int.from_bytes(seed)).standard_normal(model.dimension)
    return drawn.astype(np.float32)
