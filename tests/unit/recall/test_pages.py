"""Pages hold turns: each stands on the one that begins before it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import numpy as np
import pytest

from mnemos import Memory
from mnemos.models.scripted import ScriptedEmbedder
from mnemos.recall.pages import best_pages, in_place, pages_of

NOW = datetime(2026, 3, 9, 9, tzinfo=UTC)


@pytest.fixture
def memory() -> Iterator[Memory]:
    with Memory(
        ":memory:",
        recipe="read-agent",
        embedder=ScriptedEmbedder(),
        embedding="manual",
        clock=lambda: NOW,
    ) as made:
        made.remember([{"role": "user", "content": each} for each in ("tea", "milk")], session="a")
        made.remember([{"role": "user", "content": "tea and cake"}], session="b")
        yield made


def test_turns_stand_on_the_page_that_begins_before_them_in_their_session(memory: Memory) -> None:
    memory.learn()
    memory.remember([{"role": "user", "content": "honey"}], session="c")  # not learnt from yet
    with memory.reader() as reader:
        pages = pages_of(reader, reader.derived("read-agent"), None)
        assert pages.page.tolist() == [0, 0, 1, -1]
        turns, others = in_place(pages, [1])
        assert turns.tolist() == [2]
        assert others.tolist() == [pages.turns[3], pages.docs[0]]
        scores = np.zeros(len(reader.index.docs))
        scores[2] = 1.0
        # Ranks of gists: 1, 2 (equals in order); of best turns: 2, 1. 1/61 + 1/62 twice: by place.
        assert best_pages(pages, [scores]) == [0, 1]
        scores[pages.docs[1]] = 0.5
        assert best_pages(pages, [scores]) == [1, 0]
