"""What mnemos asks of a model; nothing here knows one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from mnemos.types import ModelId

Floats32 = NDArray[np.float32]


@runtime_checkable
class Embedder(Protocol):
    """Turns texts into vectors: those of texts of like meaning point the same way.

    One that knows few languages may say so by an attribute ``languages``, Snowball names: questions
    in others are then asked by words alone.
    """

    @property
    def model(self) -> ModelId:
        """What its vectors are bound to. Known without loading the model."""

    def encode(self, texts: Sequence[str]) -> Floats32:
        """Return one vector a text, of any length but nought. Shape (texts, dimension).

        A text longer than the model's window is read as far as that reaches.

        Raises:
            ModelError: The model failed, timed out, or returned what are no vectors of its size.
        """


@dataclass(frozen=True, slots=True, kw_only=True)
class Tokens:
    """The states of one text's tokens.

    Args:
        vectors: One a token, special tokens left out. Shape (n, dimension).
        spans: Characters [from, to) of each in the text. Shape (n, 2).
    """

    vectors: Floats32
    spans: NDArray[np.int64]


@runtime_checkable
class TokenEmbedder(Embedder, Protocol):
    """An embedder that shows its tokens' states: late chunking and late interaction need them."""

    @property
    def window(self) -> int:
        """How many tokens it reads at once, special tokens left out."""

    def count(self, texts: Sequence[str]) -> list[int]:
        """Return how many tokens each text has, however many that are."""

    def encode_tokens(self, texts: Sequence[str]) -> list[Tokens]:
        """Return the token states of each text, as far as the window reaches.

        The same text gives the same bits whatever texts stand beside it.

        Raises:
            ModelError: The model failed.
        """
