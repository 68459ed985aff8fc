"""An embedder made of a function of yours."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from mnemos.errors import InputError
from mnemos.models.base import Floats32
from mnemos.models.check import checked, named_failure
from mnemos.types import ModelId


class FunctionEmbedder:
    """Asks a function for the vectors, and checks what it gives.

    Args:
        function: Takes a list of texts, returns one vector a text: an array or rows of numbers.
        name: What its vectors are bound to, with revision and dimension.
        revision: Another one whenever the function gives other vectors for the same text.
        dimension: Numbers in a vector.

    >>> from mnemos.models.function import FunctionEmbedder
    >>> def shape(texts):
    ...     return [[len(text) - 20.5, text.count(" ") - 3.5] for text in texts]
    >>> embedder = FunctionEmbedder(shape, name="shape", revision="1", dimension=2)
    >>> embedder.encode(["by the river"]).tolist()
    [[-8.5, -1.5]]
    """

    def __init__(
        self,
        function: Callable[[list[str]], object],
        *,
        name: str,
        revision: str,
        dimension: int,
    ) -> None:
        if not name or not revision:
            raise InputError("a function needs a name and a revision, for its vectors are bound to")
        if dimension < 1:
            raise InputError(f"dimension is {dimension}; a vector has at least one number")
        self._function = function
        self._model = ModelId(name, revision, dimension)

    def __repr__(self) -> str:
        return f"FunctionEmbedder({self._model})"

    @property
    def model(self) -> ModelId:
        """What its vectors are bound to."""
        return self._model

    def encode(self, texts: Sequence[str]) -> Floats32:
        """Return one vector a text. Shape (texts, dimension).

        Raises:
            ModelError: The function failed, or returned what are no vectors of its size.
        """
        if not texts:
            return checked([], 0, self._model)
        with named_failure(self._model):
            made = self._function(list(texts))
        return checked(made, len(texts), self._model)
