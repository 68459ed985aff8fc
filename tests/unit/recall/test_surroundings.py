"""The part of a graph round some items, and a walk over it."""

from __future__ import annotations

import numpy as np

from mnemos import Memory
from mnemos.recall.surroundings import surroundings, walked

LINES = [{"role": "user", "content": text} for text in ("Tea is hot.", "Porto boats sail.", "Tea!")]


def test_a_walk_begins_nowhere_without_starts_and_shares() -> None:
    with Memory(":memory:", embedder=None) as memory:
        memory.remember(LINES, session="1")
        with memory.reader() as reader:
            docs = np.arange(3)
            assert surroundings(reader, ["nobody"], "x", hops=3, items=9) == []
            assert walked([], reader, {}, docs, np.zeros(3), damping=0.5) is None
            shares = walked([], reader, {}, docs, np.array([1.0, 0.0, 3.0]), damping=0.5)
            assert shares is not None and shares.tolist() == [0.25, 0.0, 0.75]
