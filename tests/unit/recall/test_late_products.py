"""Late interaction reduces products before it scales them: that gives the same whole numbers."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from mnemos.recall.late import _most
from mnemos.recall.meaning import likeness
from mnemos.store import signs


def test_the_most_of_the_likenesses_is_the_likeness_of_the_most() -> None:
    drawn = np.random.default_rng(5)
    rows = signs.pack(drawn.standard_normal((300, 96)).astype(np.float32))
    asked = signs.query(drawn.standard_normal((5, 96)).astype(np.float32))
    start = np.array([0, 0, 7, 120, 120, 300])
    found = _most(rows, start, asked)
    like = likeness(rows, asked)
    for document, (first, stop) in enumerate(pairwise(start.tolist())):
        wanted = like[first:stop].max(axis=0) if stop > first else np.zeros(5)
        assert found[:, document].tolist() == wanted.tolist()
    assert not found[:, -1].any()


def test_products_in_parts_are_those_of_whole_numbers() -> None:
    drawn = np.random.default_rng(6)
    for count, asked_count, dimension in (
        (1, 1, 64),
        (1500, 1, 384),
        (700, 17, 100),
        (3, 33, 9000),
    ):
        vectors = drawn.standard_normal((count, dimension)).astype(np.float32)
        asked = signs.query(drawn.standard_normal((asked_count, dimension)).astype(np.float32))
        packed = signs.pack(vectors)
        wanted = np.where(vectors > 0, 1, -1) @ asked.astype(np.int64).T
        assert (signs.dots(packed, asked, dimension) == wanted).all()
    assert signs.dots(packed[:0], asked[:0], dimension).shape == (0, 0)
