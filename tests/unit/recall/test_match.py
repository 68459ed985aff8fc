"""Documents match by meaning where there are vectors, else by words; pages hold turns."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import numpy as np
import pytest

from mnemos import Memory
from mnemos.models.scripted import ScriptedEmbedder
from mnemos.recall.match import documents, match
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


def test_words_stand_in_until_there_are_vectors(memory: Memory) -> None:
    with memory.reader() as reader:
        found = match("tea", reader, [reader.index], None, ScriptedEmbedder())
        assert (found.signal, found.level, found.docs.tolist()) == ("words", "c0", [0, 2])
        assert found.limitation is not None
        assert found.scores[0] > found.scores[1] > 0  # BM25: the shorter text
        assert found.scaled(3).tolist() == [1.0, 0.0, found.scores[1] / found.scores[0]]
    memory.embed()
    with memory.reader() as reader:
        found = match("tea", reader, [reader.index], None, ScriptedEmbedder())
        assert (found.signal, found.level, found.limitation) == ("meaning", "c1", None)
        assert found.docs.tolist() == [0, 1, 2]
        assert int(np.argmax(found.scores)) == 0


def test_only_what_may_come_back_matches(memory: Memory) -> None:
    able = np.array([False, True, True])
    with memory.reader() as reader:
        assert match("tea", reader, [reader.index], able, None).docs.tolist() == [2]
        assert documents(reader.index, able).tolist() == [1, 2]
        assert documents(reader.derived("read-agent"), None).tolist() == []


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
