"""How close documents come to a question: one cosine each, or a share of the question's words."""

from __future__ import annotations

import numpy as np
import pytest

from mnemos.models.scripted import ScriptedEmbedder
from mnemos.recall.closeness import closeness
from tests.unit.recall.small import Said, ask, reader

TURNS = [
    Said(text="The red canoe."),
    Said(text="Rain again.", speaker="Bob"),
    Said(text="A canoe."),
]


def test_without_a_model_it_is_the_share_of_the_question_that_is_met() -> None:
    found = closeness(ask("red canoe"), reader(TURNS), None, recipe="any")
    assert (found.signal, found.level) == ("words", "c0")
    assert found.limitation == "there is no embedder"
    whole, none, part = found.scores.tolist()
    assert 1.0 >= whole > part > none == 0.0


def test_a_text_of_mean_length_that_holds_each_word_once_is_as_close_as_can_be() -> None:
    turns = [Said(text="red canoe"), Said(text="rain falls")]
    found = closeness(ask("red canoe"), reader(turns), None, recipe="any")
    assert found.scores.tolist() == [pytest.approx(1.0, abs=1e-3), 0.0]


def test_who_is_named_is_a_word_of_what_they_said() -> None:
    found = closeness(ask("What did Bob say of the canoe?"), reader(TURNS), None, recipe="any")
    assert found.scores[1] > 0.0
    unnamed = closeness(ask("What of the canoe?"), reader(TURNS), None, recipe="any")
    assert unnamed.scores[1] == 0.0


def test_what_may_not_come_back_is_not_close() -> None:
    able = np.array([False, True, True])
    found = closeness(ask("red canoe"), reader(TURNS), able, recipe="any")
    assert found.scores[0] == 0.0
    assert found.able.tolist() == [False, True, True]


def test_too_few_vectors_are_told_and_words_compared() -> None:
    found = closeness(ask("canoe"), reader(TURNS), None, recipe="any", embedder=ScriptedEmbedder())
    assert (found.level, found.limitation) == ("c0", "0 of 3 texts have vectors so far")


@pytest.mark.parametrize("question", ["canoe", "Zebra?"])
def test_it_lies_between_nought_and_one(question: str) -> None:
    found = closeness(ask(question), reader(TURNS), None, recipe="any")
    assert ((found.scores >= 0) & (found.scores <= 1)).all()
