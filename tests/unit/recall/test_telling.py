"""What speaks for a turn in place of the best one."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Literal

import numpy as np
import pytest

from mnemos.recall.telling import FAR, FEATURES, LOOKED_AT, MOST, compared, telling
from mnemos.types import Item, Scope

START = datetime(2025, 3, 1, tzinfo=UTC)
QUESTION = "Which gym does Ann use?"


def said(
    text: str,
    day: int,
    *,
    speaker: str = "Ann",
    role: Literal["user", "assistant"] = "user",
    session: str = "one",
) -> Item:
    at = START + timedelta(days=day)
    return Item(
        id=f"{day}{speaker}",
        text=text,
        role=role,
        scope=Scope(session=session),
        position=day,
        speaker=speaker,
        said_at=at,
        recorded_at=at,
    )


BEST = said("My gym is the one on Quay Street, next to the Harbour Hotel.", 3)
LATER = said("I switched to the pool at Elm Road.", 9, session="two")


def told(*items: Item, scores: tuple[float, ...] = (2.0, 1.25, 1.0)) -> dict[str, float]:
    """Return the features of the first turn that may lead."""
    places, rows = compared(QUESTION, items, scores[: len(items)])
    assert places
    return dict(zip(FEATURES, rows[0].tolist(), strict=True))


def test_a_pair_is_told_by_all_features() -> None:
    assert told(BEST, LATER) == {
        "place": 1,
        "behind": 0.75,
        "later": 1,
        "same session": 0,
        "words shared": 0,
        "says little": 0,
        "says much": 0,
        "names": 2,
        "tells of change": 1,
        "recency": 1,
        "overtaken": 0,
        "best: names": 3,
        "best: words asked for": 1,
        "best: sounds of change": 0,
        "best: recency": 0,
        "best: overtaken": 0,
    }


def test_a_later_change_of_the_same_overtakes() -> None:
    found = told(BEST, LATER, said("Left the pool, I row on the river.", 12))
    assert (found["overtaken"], found["recency"]) == (1, 0.5)
    assert told(BEST, LATER, said("Left the town, I row on the river.", 12))["overtaken"] == 0
    assert told(BEST, LATER, said("Left the pool.", 12, speaker="Bo"))["overtaken"] == 0


def test_few_words_say_little_unless_they_tell_of_a_change() -> None:
    assert told(BEST, said("Pools are fine.", 9))["says little"] == 1
    assert told(BEST, said("Not Quay Street now.", 9))["says little"] == 0
    assert told(BEST, said("a b c d e f " * 6, 9))["says much"] == 1


def test_two_words_in_a_row_tell_of_a_change() -> None:
    assert told(BEST, said("I gave up.", 9))["tells of change"] == 1
    assert told(BEST, said("I gave it up to you.", 9))["tells of change"] == 0


def test_words_in_common_count_up_to_a_few() -> None:
    assert told(BEST, said(f"{BEST.text} Yes.", 9))["words shared"] == MOST


@pytest.mark.parametrize(
    ("items", "places"),
    [
        ((BEST, LATER), [1]),
        ((LATER, BEST), []),
        ((BEST, said("I switched to the pool.", 9, speaker="Bo")), []),
        ((BEST, said("I switched to the pool.", 9, role="assistant")), []),
        ((BEST, said("Shall I switch to the pool?", 9)), []),
        ((BEST, said("Imagine I switched to the pool.", 9)), []),
        ((said("Noted.", 4, speaker="bot", role="assistant"), BEST, LATER), [1, 2]),
    ],
)
def test_a_later_statement_of_the_same_user_may_lead_or_one_for_the_assistants(
    items: tuple[Item, ...], places: list[int]
) -> None:
    assert compared(QUESTION, items, [2.0] * len(items))[0] == places


def test_what_scores_too_far_behind_may_not_lead() -> None:
    assert compared(QUESTION, [BEST, LATER], [FAR, 0.0])[0] == []
    assert compared(QUESTION, [BEST, LATER], [FAR, 0.1])[0] == [1]


def test_more_turns_than_are_looked_at_change_nothing() -> None:
    items = [BEST, *(said(f"Back in pool {day}.", day) for day in range(4, 30))]
    scores = np.linspace(3, 1, len(items)).tolist()
    few = compared(QUESTION, items[:LOOKED_AT], scores[:LOOKED_AT])
    many = compared(QUESTION, items, scores)
    assert few[0] == many[0]
    assert few[1].tobytes() == many[1].tobytes()


def test_words_tell_without_their_endings_and_stop_words() -> None:
    assert telling("Ann’s moving the boats") == telling("Ann moved a boat")
