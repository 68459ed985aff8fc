"""A model is shown labelled turns, and what it cites is held to these labels."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from mnemos import Item, Scope
from mnemos.ingest.labels import (
    LINES_TOKENS,
    MOST_CHARACTERS,
    labelled,
    lines,
    paragraphs,
    runs,
    unknown,
)
from mnemos.text.token_count import estimate_tokens

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
    told = labelled([turn(1, "Hi."), turn(2, "x" * 5_000)], dated=True)
    assert told[0] == {
        "label": 1,
        "day": "Wednesday, 2024-03-06",
        "speaker": "Ann",
        "text": "Hi.",
    }
    assert "secret" not in str(told)
    assert len(str(told[1]["text"])) == MOST_CHARACTERS


def test_runs_hold_all_turns_in_order_and_each_fits() -> None:
    turns = [turn(number, "tea " * 100) for number in range(20)]
    parts = runs(turns, 400)
    assert [each for part in parts for each in part] == turns
    assert len(parts) > 5 and all(len(part) <= 4 for part in parts)
    assert runs([]) == []


def test_lines_are_shown_as_far_as_a_prompt_reaches_and_the_first_in_any_case() -> None:
    told = lines([turn(number, "tea and rain " * 90) for number in range(40)])
    assert [line["line"] for line in told] == list(range(1, len(told) + 1))
    assert 1 < len(told) < 40
    assert len(labelled([turn(1, "tea")], most_tokens=0)) == 1


TALK = [
    turn(0, "I moved to Oslo."),
    turn(1, "Oslo is large."),
    replace(turn(2, "Ann found a flat."), said_at=NOW + timedelta(days=1)),
]


def test_paragraphs_name_a_day_where_it_begins_and_share_the_room() -> None:
    assert paragraphs(TALK, dated=True) == {
        "1": "2024-03-06, Ann: I moved to Oslo.",
        "2": "Ann: Oslo is large.",
        "3": "2024-03-07, Ann: Ann found a flat.",
    }
    long = [turn(n, "x" * 9_000) for n in range(20)]
    assert {len(str(text)) for text in paragraphs(long).values()} == {len("Ann: ") + 350}
    assert len(str(paragraphs(long[:1])["1"])) == len("Ann: ") + 4_000


def test_labels_count_from_one_and_others_are_told() -> None:
    assert [line["turn"] for line in labelled(TALK, label="turn")] == [1, 2, 3]
    assert unknown([0, 4, 2], 3) == "labels go from 1 to 3; there is no 0, 4"


def test_lines_keep_to_their_tokens_with_the_marks_around_them() -> None:
    told = lines([turn(number, "Yes.") for number in range(500)])
    assert 1 < len(told) < 500
    assert sum(estimate_tokens(json.dumps(each)) for each in told) <= LINES_TOKENS
