"""Which of the best turns says how it is now."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from mnemos.recall.newer import LOOKED_AT, Trees, asks_of_now, leader, learnt, newest
from mnemos.recall.telling import FEATURES
from mnemos.types import Item, Scope

START = datetime(2025, 3, 1, tzinfo=UTC)


def said(text: str, day: int, speaker: str = "Ann", role: str = "user") -> Item:
    at = START + timedelta(days=day)
    return Item(
        id=f"{day}{speaker}",
        kind="turn",
        text=text,
        role=role,  # type: ignore[arg-type]
        scope=Scope(session="s"),
        position=day,
        speaker=speaker,
        said_at=at,
        recorded_at=at,
    )


OLD = said("I keep my canoe in the shed at Mill Lane.", 0)
NEW = said("The canoe is in the boathouse now.", 9)
WHERE = "Where is Ann's canoe?"


@pytest.mark.parametrize(
    ("question", "is_so"),
    [
        (WHERE, True),
        ("Does Ann still row?", True),
        ("Which gym does Ann use?", True),
        ("Where was Ann's canoe?", False),
        ("Where did Ann keep it before?", False),
        ("What does Ann like to do?", False),
        ("Tell me about Ann.", False),
    ],
)
def test_a_question_of_now_is_told_from_others(question: str, is_so: bool) -> None:
    assert asks_of_now(question) is is_so


def test_a_later_turn_that_sounds_like_a_change_comes_first() -> None:
    assert newest(WHERE, [OLD, NEW], [2.0, 1.2]) == 1
    assert newest(WHERE, [NEW, OLD], [2.0, 1.2]) == 0
    assert newest("Where was Ann's canoe?", [OLD, NEW], [2.0, 1.2]) == 0


def test_the_newest_of_several_comes_first() -> None:
    newer = said("Moved the canoe again, it's behind the barn.", 20)
    assert newest(WHERE, [OLD, NEW, newer], [2.0, 1.8, 1.6]) == 2


@pytest.mark.parametrize(
    "later",
    [
        said("The canoe is in the boathouse now.", 9, speaker="Bo"),
        said("The canoe is in the boathouse now.", 9, role="assistant"),
        said("Is the canoe in the boathouse now?", 9),
        said("The canoe is red.", 9),
    ],
)
def test_what_is_no_later_change_of_the_same_speaker_stays_behind(later: Item) -> None:
    assert newest(WHERE, [OLD, later], [2.0, 1.8]) == 0


def test_what_scores_far_behind_stays_there() -> None:
    assert newest(WHERE, [OLD, NEW], [9.0, 1.0]) == 0
    assert newest("Is Ann's canoe still in the shed?", [OLD, NEW], [5.0, 1.0]) == 1


@pytest.mark.parametrize(
    "supposed",
    [
        "If I moved the canoe again now, it would be to the boathouse, not the shed.",
        "Imagine the canoe in the boathouse now, and never again in that dark shed of ours.",
    ],
)
def test_what_is_only_supposed_stays_behind(supposed: str) -> None:
    assert newest(WHERE, [OLD, said(supposed, 9)], [2.0, 1.8]) == 0


def test_a_user_may_lead_in_place_of_the_assistant_whatever_came_first() -> None:
    told = said("Noted, the canoe is in the shed at Mill Lane.", 1, speaker="bot", role="assistant")
    assert newest(WHERE, [told, NEW], [2.0, 1.9]) == 1


def test_nothing_leads_where_nothing_was_found() -> None:
    assert newest(WHERE, [], []) == 0
    assert newest(WHERE, [OLD], [2.0]) == 0


def test_no_more_than_the_best_dozen_are_looked_at() -> None:
    others = [said(f"Nice weather, day {day}.", day) for day in range(1, LOOKED_AT)]
    scores = [2.0 - place / 100 for place in range(LOOKED_AT + 1)]
    assert newest(WHERE, [OLD, *others, said(NEW.text, 40)], scores) != LOOKED_AT


def test_what_was_learnt_fits_the_features() -> None:
    trees = learnt()
    assert trees.features.shape == trees.limits.shape
    assert trees.leaves.shape == (len(trees.limits), 1 << trees.limits.shape[1])
    assert trees.features.max() < len(FEATURES)


def test_trees_read_the_answers_as_a_binary_number() -> None:
    trees = Trees(
        features=np.array([[0, 1], [1, 1]]),
        limits=np.array([[0.5, 2.0], [0.0, 9.0]]),
        leaves=np.array([[1, 2, 4, 8], [10, 20, 40, 80]]),
    )
    rows = np.array([[0.0, 0.0], [0.0, 3.0], [1.0, 2.0], [1.0, 10.0]])
    assert trees.sums(rows).tolist() == [1 + 10, 2 + 40, 4 + 40, 8 + 80]


def test_the_newest_leads_of_those_that_trees_are_for() -> None:
    trees = Trees(features=np.array([[0]]), limits=np.array([[0.5]]), leaves=np.array([[-1, 1]]))
    newer = said("Behind the barn.", 20)
    rows = np.array([[1.0], [1.0], [0.0]])
    assert leader([OLD, newer, NEW, said("Ah.", 30)], [1, 2, 3], rows, trees) == 1
    assert leader([OLD, newer], [1], np.array([[0.0]]), trees) == 0
