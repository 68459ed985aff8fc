"""Documents are compared with a question by vectors where there are enough, else by words."""

from __future__ import annotations

import numpy as np
import pytest

from mnemos import Memory
from mnemos.models.scripted import ScriptedEmbedder
from mnemos.recall.alike import Alike, alike
from mnemos.recall.surroundings import surroundings, walked

LINES = [{"role": "user", "content": text} for text in ("Tea is hot.", "Porto boats sail.", "Tea!")]


def of_said(memory: Memory, question: str, eligible: list[bool] | None = None) -> Alike:
    with memory.reader() as reader:
        mask = None if eligible is None else np.array(eligible)
        embedder = memory._upkeep.embedder
        return alike(question, reader, reader.index, mask, embedder)


def test_by_words_the_best_has_one_and_what_shares_none_nought() -> None:
    with Memory(":memory:", embedder=None) as memory:
        memory.remember(LINES, session="1")
        found = of_said(memory, "Any tea?")
        assert (found.level, found.signal, found.limitation) == (
            "c0",
            "words",
            "there is no embedder",
        )
        assert found.docs.tolist() == [0, 1, 2]
        assert found.values[2] == 1.0 > found.values[0] > 0.0 == found.values[1]
        assert found.near.tolist() == [True, False, True]


def test_what_may_not_come_back_has_no_value() -> None:
    with Memory(":memory:", embedder=None) as memory:
        memory.remember(LINES, session="1")
        found = of_said(memory, "Any tea?", [True, True, False])
        assert found.docs.tolist() == [0, 1]
        assert found.of(np.array([2, 0, 1])).tolist() == [0.0, 1.0, 0.0]
        nothing = of_said(memory, "Any tea?", [False] * 3)
        assert nothing.of(np.array([0])).tolist() == [0.0]


def test_with_vectors_it_is_the_cosine() -> None:
    with Memory(":memory:", embedder=ScriptedEmbedder(64)) as memory:
        memory.remember(LINES, session="1")
        memory.embed()
        found = of_said(memory, "Porto boats sail.")
        assert (found.level, found.limitation) == ("c1", None)
        assert np.argmax(found.values) == 1
        assert found.values[1] == pytest.approx(1.0, abs=0.1)


def test_a_walk_begins_nowhere_without_starts_and_shares() -> None:
    with Memory(":memory:", embedder=None) as memory:
        memory.remember(LINES, session="1")
        with memory.reader() as reader:
            docs = np.arange(3)
            assert surroundings(reader, ["nobody"], "x", hops=3, items=9) == []
            assert walked([], reader, {}, docs, np.zeros(3), damping=0.5) is None
            shares = walked([], reader, {}, docs, np.array([1.0, 0.0, 3.0]), damping=0.5)
            assert shares is not None and shares.tolist() == [0.25, 0.0, 0.75]
