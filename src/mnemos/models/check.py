"""What every embedder's answer is held to before anybody sees it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np

from mnemos.errors import ModelError
from mnemos.models.base import Floats32
from mnemos.types import ModelId

MATRIX = 2


def checked(vectors: object, count: int, model: ModelId) -> Floats32:
    """Return them as float32, of shape (count, model.dimension).

    Args:
        vectors: An array, or rows of numbers; None of count texts may come without its vector.

    Raises:
        ModelError: They are not numbers, not so many, of another size, not finite, or nought.
    """
    try:
        wide = np.asarray(vectors, dtype=np.float64)
    except (TypeError, ValueError, OverflowError) as error:
        raise ModelError(f"{model} gave what are no vectors: {error}") from None
    if count == 0 and wide.size == 0:
        return np.empty((0, model.dimension), np.float32)
    if wide.ndim != MATRIX:
        raise ModelError(f"{model} gave an array of {wide.ndim} dimensions; one vector a text is 2")
    if wide.shape[0] != count:
        raise ModelError(f"{model} gave {wide.shape[0]} vectors for {count} texts")
    if wide.shape[1] != model.dimension:
        raise ModelError(f"{model} gave {wide.shape[1]}-d vectors; its own are {model.dimension}-d")
    with np.errstate(over="ignore", under="ignore"):
        narrow = wide.astype(np.float32)
    for bad, fault in (
        (np.flatnonzero(~np.isfinite(narrow).all(axis=1)), "is not finite"),
        (np.flatnonzero(~narrow.any(axis=1)), "is nought"),
    ):
        if len(bad):
            which = f"the vector of text {bad[0]} {fault} ({len(bad)} of {count})"
            raise ModelError(f"{model}: {which}")
    return narrow


@contextmanager
def named_failure(who: object) -> Iterator[None]:
    """Turn whatever foreign code raises inside into a ModelError that says who failed."""
    try:
        yield
    except ModelError:
        raise
    except Exception as error:  # a foreign model raises what it likes
        raise ModelError(f"{who} failed: {type(error).__name__}: {error}") from error
