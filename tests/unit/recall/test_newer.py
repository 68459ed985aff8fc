"""Which of the best turns says how it is now."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from mnemos.recall.newer import asks_of_now, newest
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
