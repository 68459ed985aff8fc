"""How close documents come to a question: one cosine each, or a share of the question's words."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from mnemos import Memory
from mnemos.models.base import Floats32
from mnemos.models.scripted import ScriptedEmbedder
from mnemos.recall.closeness import Closeness, closeness, of_kind, own
from tests.unit.recall.small import Said, ask, reader

TURNS = [
    Said(text="The red canoe."),
    Said(text="Rain again.", speaker="Bob"),
    Said(text="A canoe."),
]


def close(
    question: str, turns: list[Said], eligible: list[bool] | None = None, *, names: bool = False
) -> Closeness:
    memory = reader(turns)
    able = None if eligible is None else np.array(eligible)
    both = [memory.index, memory.derived("any")]
    return closeness(ask(question), memory, both, able, names=names)


def test_without_a_model_it_is_the_share_of_the_question_that_is_met() -> None:
    found = close("red canoe", TURNS)
    assert (found.signal, found.level) == ("words", "c0")
    assert found.limitation == "there is no embedder"
    whole, none, part = found.scores.tolist()
    assert whole > part > none == 0.0
    assert found.near.tolist() == [True, False, True]


def test_a_text_of_mean_length_that_holds_each_word_once_is_as_close_as_can_be() -> None:
    found = close("red canoe", [Said(text="red canoe"), Said(text="rain falls")])
    assert found.scores.tolist() == [pytest.approx(1.0, abs=1e-3), 0.0]


def test_worth_is_within_nought_and_one() -> None:
    found = close("canoe", [Said(text="canoe"), Said(text="rain falls on the whole long day")])
    assert found.scores[0] > 1.0
    assert found.worth.tolist() == [1.0, 0.0]


def test_who_is_named_is_a_word_of_what_they_said() -> None:
    assert close("What did Bob say of the canoe?", TURNS).scores[1] > 0.0
    assert close("What of the canoe?", TURNS).scores[1] == 0.0


def test_a_name_may_stand_in_the_text_too() -> None:
    turns = [*TURNS, Said(text="Bob went to Oslo.")]
    question = "Where did Bob go?"
    assert close(question, turns).scores[3] < close(question, turns, names=True).scores[3]


def test_what_may_not_come_back_is_not_close() -> None:
    found = close("red canoe", TURNS, [False, True, True])
    assert found.scores[0] == 0.0
    assert found.able.tolist() == [False, True, True]
    assert not close("red canoe", TURNS, [False] * 3).near.any()


def test_further_keys_are_compared_where_they_are_asked_for() -> None:
    memory = reader([*TURNS, Said(text="Boats and paddles.", key_of=0)])
    for keys in (True, False):
        found = closeness(ask("paddles"), memory, [memory.index], keys=keys)
        assert found.near.tolist() == [False, False, False, keys]
        assert own(memory.index, keys=keys).tolist() == [True, True, True, keys]


def test_documents_are_told_by_the_kind_of_their_items() -> None:
    memory = reader(TURNS)
    assert of_kind("turn", memory).tolist() == [True] * 3
    assert not of_kind("fact", memory).any()


def test_too_few_vectors_are_told_and_words_compared() -> None:
    memory = reader(TURNS)
    found = closeness(ask("canoe"), memory, [memory.index], None, ScriptedEmbedder())
    assert (found.level, found.limitation) == ("c0", "0 of 3 texts have vectors so far")


def test_with_vectors_it_is_the_cosine() -> None:
    embedder = ScriptedEmbedder(64)
    with Memory(":memory:", embedder=embedder) as memory:
        texts = ("Tea is hot.", "Porto boats sail.", "Tea!")
        memory.remember([{"role": "user", "content": text} for text in texts], session="1")
        memory.embed()
        with memory.reader() as snapshot:
            found = closeness(ask(texts[1]), snapshot, [snapshot.index], None, embedder)
    assert (found.level, found.signal, found.limitation) == ("c1", "meaning", None)
    assert np.argmax(found.scores) == 1
    assert found.scores[1] == pytest.approx(1.0, abs=0.1)


def test_a_model_that_fails_is_told_and_words_compared() -> None:
    class Broken(ScriptedEmbedder):
        def encode(self, texts: Sequence[str]) -> Floats32:
            raise RuntimeError(f"no memory for {len(texts)} texts")

    with Memory(":memory:", embedder=ScriptedEmbedder(64)) as memory:
        memory.remember([{"role": "user", "content": "Tea!"}], session="1")
        memory.embed()
        with memory.reader() as snapshot:
            found = closeness(ask("tea"), snapshot, [snapshot.index], None, Broken(64))
    assert found.level == "c0"
    assert "no memory" in (found.limitation or "")
    assert found.near.all()
