"""Vectors of a few documents, made by hand, for the tests of recall by meaning."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from mnemos.models.base import Floats32
from mnemos.recall.meaning import Meaning
from mnemos.store import signs
from mnemos.store.base import Details
from mnemos.types import ModelId

DIMENSION = 64
EMPTY = np.zeros((0, DIMENSION), np.float32)


def drawn(seed: int, *shape: int) -> Floats32:
    return np.random.default_rng(seed).standard_normal(shape).astype(np.float32)


def asked(whole: Floats32, tokens: Floats32 = EMPTY) -> Meaning:
    rows = whole.reshape(1, -1)
    return Meaning(whole=signs.query(rows), signs=signs.pack(rows)[0], tokens=signs.query(tokens))


class Held:
    """Implements ``store.base.Vectors``: one pooled vector a document, None where there is none."""

    model = ModelId("drawn", "1", DIMENSION)

    def __init__(
        self,
        pooled: Sequence[Floats32 | None],
        sentences: Sequence[Floats32] = (),
        tokens: Sequence[Floats32] = (),
    ) -> None:
        none = np.zeros(DIMENSION, np.float32)
        rows = [none if row is None else row for row in pooled]
        self.signs = signs.pack(np.array(rows, np.float32).reshape(-1, DIMENSION))
        self.present: NDArray[np.bool_] = np.array([row is not None for row in pooled], np.bool_)
        self.sentences = sentences or [EMPTY] * len(rows)
        self.tokens = tokens or [EMPTY] * len(rows)

    @property
    def count(self) -> int:
        return int(np.count_nonzero(self.present))

    def read(self, docs: NDArray[np.int64]) -> Details:
        def packed(parts: Sequence[Floats32]) -> tuple[signs.Signs, NDArray[np.int64]]:
            chosen = [parts[no] for no in docs]
            starts = np.cumsum([0, *(len(rows) for rows in chosen)])
            return signs.pack(np.concatenate([EMPTY, *chosen])), starts

        sentences, sentence_start = packed(self.sentences)
        tokens, token_start = packed(self.tokens)
        return Details(
            sentences=sentences,
            sentence_start=sentence_start,
            tokens=tokens,
            token_start=token_start,
        )


def cosine(document: Floats32, question: Floats32) -> float:
    """Return what likeness stands for, in plain Python: signs against whole numbers."""
    wide = [float(each) for each in question]
    largest = max(map(abs, wide))
    whole = [round(each * 127 / largest) for each in wide] if largest else [0] * len(wide)
    dot = sum(w if d > 0 else -w for d, w in zip(document, whole, strict=True))
    length = (max(1, sum(w * w for w in whole)) * len(whole)) ** 0.5
    return float(dot / length)
