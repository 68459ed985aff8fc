"""Signs and products: exact whatever the chunks, threads and order."""

from __future__ import annotations

import os
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mnemos.store import signs

SEEDED = """
import hashlib
import numpy as np
from mnemos.store import signs
rng = np.random.default_rng(7)
vectors = rng.normal(size=(3000, 384)).astype(np.float32)
asked = signs.query(rng.normal(size=(13, 384)).astype(np.float32))
packed = signs.pack(vectors)
found = signs.dots(packed, asked, 384).tobytes() + signs.hamming(packed, packed[5]).tobytes()
print(hashlib.sha256(found).hexdigest())
"""


def some(count: int, dimension: int, seed: int = 0) -> signs.Floats32:
    return np.random.default_rng(seed).normal(size=(count, dimension)).astype(np.float32)


@given(st.integers(0, 5), st.integers(1, 200), st.integers(0, 99))
def test_packed_signs_unpack_to_plus_and_minus_one(count: int, dimension: int, seed: int) -> None:
    vectors = some(count, dimension, seed)
    packed = signs.pack(vectors)
    assert packed.shape == (count, signs.words(dimension)) and packed.dtype == np.uint64
    assert np.array_equal(signs.unpack(packed, dimension), np.where(vectors > 0, 1, -1))


def test_a_row_of_zeros_packs_to_no_vector() -> None:
    assert not signs.pack(np.zeros((2, 70), dtype=np.float32)).any()


@given(st.integers(0, 40), st.integers(1, 150), st.integers(1, 40), st.integers(0, 99))
def test_products_are_those_of_whole_numbers(count: int, dimension: int, q: int, seed: int) -> None:
    vectors = some(count, dimension, seed)
    asked = signs.query(some(q, dimension, seed + 1))
    expected = np.where(vectors > 0, 1, -1).astype(np.int64) @ asked.astype(np.int64).T
    found = signs.dots(signs.pack(vectors), asked, dimension)
    assert found.dtype == np.int32
    assert np.array_equal(found, expected.reshape(count, q))


def test_products_of_the_largest_vectors_are_exact() -> None:
    dimension = signs.MAX_DIMENSION
    vectors = np.ones((2, dimension), dtype=np.float32)
    vectors[1, ::2] = -1
    asked = signs.query(np.ones(dimension, dtype=np.float32))
    assert signs.dots(signs.pack(vectors), asked, dimension).tolist() == [[127 * dimension], [-127]]
    with pytest.raises(ValueError, match=f"not of {dimension + 1}"):
        signs.words(dimension + 1)


@pytest.mark.parametrize("step", [1, 7, 64, 100_000])
def test_chunks_do_not_matter(step: int, monkeypatch: pytest.MonkeyPatch) -> None:
    packed = signs.pack(some(150, 100))
    asked = signs.query(some(20, 100, 1))
    expected = signs.dots(packed, asked, 100)
    counted = signs.hamming(packed, packed[3])
    monkeypatch.setattr(signs, "UNPACKED", step * 100)
    monkeypatch.setattr(signs, "MULTIPLIED", step * 100)
    monkeypatch.setattr(signs, "QUERIES", step)
    monkeypatch.setattr(signs, "COMPARED", step)
    assert np.array_equal(signs.dots(packed, asked, 100), expected)
    assert np.array_equal(signs.hamming(packed, packed[3]), counted)


def test_the_order_of_rows_does_not_matter() -> None:
    packed = signs.pack(some(2000, 384))
    asked = signs.query(some(9, 384, 1))
    order = np.random.default_rng(2).permutation(2000)
    assert np.array_equal(
        signs.dots(packed[order], asked, 384), signs.dots(packed, asked, 384)[order]
    )


def test_threads_do_not_matter() -> None:
    found = set()
    for threads in ("1", "2", "4"):
        env = {**os.environ, "OPENBLAS_NUM_THREADS": threads, "OMP_NUM_THREADS": threads}
        run = [sys.executable, "-c", SEEDED]
        found.add(subprocess.run(run, env=env, check=True, capture_output=True).stdout)
    assert len(found) == 1


def test_bits_that_differ_are_counted() -> None:
    vectors = some(300, 130)
    packed = signs.pack(vectors)
    expected = ((vectors > 0) != (vectors[4] > 0)).sum(axis=1)
    assert np.array_equal(signs.hamming(packed, packed[4]), expected)


def test_queries_are_scaled_and_rounded_half_to_even() -> None:
    row = np.array([127, 0.5, 1.5, -2.5], dtype=np.float32)
    assert signs.query(np.stack([row, 0 * row])).tolist() == [[127, 0, 2, -2], [0, 0, 0, 0]]


def test_what_cannot_be_compared_is_refused_with_both_numbers() -> None:
    packed = signs.pack(some(2, 100))
    with pytest.raises(ValueError, match="100-d; the query is 99-d"):
        signs.dots(packed, signs.query(some(1, 99)), 100)
    with pytest.raises(ValueError, match="2 words; the query has"):
        signs.hamming(packed, packed[0, :1])
    with pytest.raises(ValueError, match="200-d signs have 4 words, not"):
        signs.unpack(packed, 200)
    with pytest.raises(ValueError, match="not finite"):
        signs.query(np.array([np.nan], dtype=np.float32))
