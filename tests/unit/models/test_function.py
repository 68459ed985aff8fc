"""A function becomes an embedder, and every answer is held to its size."""

from __future__ import annotations

import numpy as np
import pytest

from mnemos.errors import InputError, ModelError
from mnemos.models.base import Embedder
from mnemos.models.check import checked, named_failure
from mnemos.models.function import FunctionEmbedder
from mnemos.types import ModelId

MODEL = ModelId("shape", "1", 2)


def shape(texts: list[str]) -> object:
    return [(len(text), 1) for text in texts]


def of(function: object, dimension: int = 2) -> FunctionEmbedder:
    return FunctionEmbedder(
        function,  # type: ignore[arg-type]
        name="shape",
        revision="1",
        dimension=dimension,
    )


def test_a_function_is_an_embedder_of_its_name_revision_and_dimension() -> None:
    embedder = of(shape)
    assert isinstance(embedder, Embedder)
    assert embedder.model == MODEL
    assert repr(embedder) == "FunctionEmbedder(shape (1, 2-d))"
    vectors = embedder.encode(("a", "bee"))
    assert vectors.tolist() == [[1, 1], [3, 1]] and vectors.dtype == np.float32


def test_a_function_is_handed_a_list_of_its_own_and_none_for_no_texts() -> None:
    given: list[object] = []

    def noted(texts: list[str]) -> object:
        given.append(texts)
        made = shape(texts)
        texts.clear()
        return made

    texts = ["a", "b"]
    embedder = of(noted)
    assert embedder.encode([]).shape == (0, 2)
    assert embedder.encode(texts).shape == (2, 2)
    assert texts == ["a", "b"] and len(given) == 1


def test_what_a_function_raises_is_a_model_error_that_names_it() -> None:
    def broken(_: list[str]) -> object:
        raise KeyError("token")

    with pytest.raises(ModelError, match=r"shape \(1, 2-d\) failed: KeyError: 'token'") as failed:
        of(broken).encode(["a"])
    assert isinstance(failed.value.__cause__, KeyError)


def test_an_interrupt_stays_an_interrupt() -> None:
    def interrupted(_: list[str]) -> object:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        of(interrupted).encode(["a"])


@pytest.mark.parametrize(
    ("name", "revision", "dimension"), [("", "1", 2), ("shape", "", 2), ("shape", "1", 0)]
)
def test_a_function_needs_name_revision_and_dimension(
    name: str, revision: str, dimension: int
) -> None:
    with pytest.raises(InputError):
        FunctionEmbedder(shape, name=name, revision=revision, dimension=dimension)


def test_a_model_error_is_not_wrapped_twice() -> None:
    with pytest.raises(ModelError, match=r"^as it was$"), named_failure("shape"):
        raise ModelError("as it was")


@pytest.mark.parametrize(
    "vectors",
    [
        [[1, 2], [3, 4]],
        ((1.0, 2.0), (3.0, 4.0)),
        np.array([[1, 2], [3, 4]], np.float64),
        np.array([[1, 2], [3, 4]], np.float16),
        np.array([[1, 3], [2, 4]], np.int8).T,
    ],
)
def test_numbers_of_any_kind_become_float32_rows(vectors: object) -> None:
    got = checked(vectors, 2, MODEL)
    assert got.tolist() == [[1, 2], [3, 4]] and got.dtype == np.float32


def test_the_vectors_of_no_texts_still_have_a_dimension() -> None:
    assert checked([], 0, MODEL).shape == (0, 2)
    assert checked(np.empty((0, 7)), 0, MODEL).shape == (0, 2)


@pytest.mark.parametrize(
    ("vectors", "said"),
    [
        (None, "no vectors|of 0 dimensions"),
        ("ab", "no vectors"),
        ([["a", "b"]], "no vectors"),
        ([[1, 2], [3]], "no vectors"),
        ([[1, 10**400]], "no vectors"),
        ([1, 2], "an array of 1 dimensions"),
        ([[[1, 2]]], "an array of 3 dimensions"),
        ([[1, 2]] * 2, "gave 2 vectors for 1 texts"),
        ([], "dimensions"),
        ([[1, 2, 3]], "gave 3-d vectors; its own are 2-d"),
        ([[1, float("inf")]], "text 0 is not finite"),
        ([[1, 1e39]], "text 0 is not finite"),
        ([[0, -0.0]], "text 0 is nought"),
        ([[1e-60, 0]], "text 0 is nought"),
    ],
)
def test_what_are_no_vectors_of_its_size_is_refused(vectors: object, said: str) -> None:
    with pytest.raises(ModelError, match=said):
        checked(vectors, 1, MODEL)
