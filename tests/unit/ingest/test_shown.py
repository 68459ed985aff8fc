"""A model is shown labelled turns, and what it states is held to these labels."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from mnemos import Item, Scope
from mnemos.ingest.shown import (
    TURN_CHARACTERS,
    Statement,
    runs,
    shown,
    stated_items,
    wrong_statement,
)

NOW = datetime(2024, 3, 6, tzinfo=UTC)


def turn(number: int, text: str) -> Item:
    return Item(
        id=f"secret-{number}",
        text=text,
        scope=Scope(session="1"),
        position=number,
        speaker="Ann",
        said_at=NOW,
        recorded_at=NOW,
    )


def test_turns_are_shown_by_label_without_ids_and_clipped() -> None:
    told = shown([turn(1, "Hi."), turn(2, "x" * 5_000)])
    assert told[0] == {
        "label": 1,
        "day": "Wednesday, 2024-03-06",
        "speaker": "Ann",
        "text": "Hi.",
    }
    assert "secret" not in str(told)
    assert isinstance(told[1], dict) and len(str(told[1]["text"])) == TURN_CHARACTERS


def test_runs_hold_all_turns_in_order_and_each_fits() -> None:
    turns = [turn(number, "tea " * 100) for number in range(20)]
    parts = runs(turns, 400)
    assert [each for part in parts for each in part] == turns
    assert len(parts) > 5 and all(len(part) <= 4 for part in parts)
    assert runs([]) == []


@pytest.mark.parametrize(
    ("stated", "wrong"),
    [
        ([Statement("Tea.", (1,))], None),
        ([Statement("Tea.", (3,))], "there is no label 3; they go from 1 to 2"),
        ([Statement("Tea.", ())], "no label is named"),
        ([Statement(" ", (1,))], "each text has from 1 to 800 characters"),
        ([Statement("Tea.", (1,))] * 3, "3 statements are too many; 2 will do"),
    ],
)
def test_a_statement_is_held_to_labels_length_and_number(
    stated: list[Statement], wrong: str | None
) -> None:
    assert wrong_statement(stated, 2, 2) == wrong


def test_a_statement_becomes_an_item_that_cites_its_turns_in_their_order() -> None:
    turns = [turn(1, "a"), turn(2, "b")]
    (item,) = stated_items([Statement(" Tea. ", (2, 1))], turns, kind="fact", recipe="x")
    assert (item.text, item.sources, item.made_by) == ("Tea.", ("secret-2", "secret-1"), "x")
