"""Facts are read by a model, else they are the users' own statements."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest

from mnemos.ingest.labels import labelled, paragraphs, unknown
from mnemos.ingest.statements import statements, told
from mnemos.models.decide import Decider
from mnemos.models.scripted_chat import ScriptedChat
from mnemos.models.task import Task
from mnemos.types import Item, Role, Scope

NOW = datetime(2026, 3, 9, 9, tzinfo=UTC)
TASK = Task(name="facts", instructions="List the facts.")


def turn(number: int, text: str, role: Role = "user", days: int = 0) -> Item:
    return Item(
        id=f"t{number}",
        text=text,
        scope=Scope(session="s"),
        position=number,
        role=role,
        speaker="Ines" if role == "user" else None,
        said_at=NOW + timedelta(days=days),
        recorded_at=NOW,
    )


TURNS = (
    turn(0, "I moved to Oslo."),
    turn(1, "Oslo is large.", "assistant"),
    turn(2, "Ann found a flat.", days=1),
)
TEXTS = [each.text for each in TURNS]


def read(decide: Decider) -> list[tuple[str, list[str]]]:
    found = told(TURNS, TEXTS, TASK, decide, terms=str.split, most=3)
    return [(text, [source.id for source in sources]) for text, sources in found]


def test_without_a_model_facts_are_what_users_state() -> None:
    assert read(Decider()) == [("I moved to Oslo.", ["t0"]), ("Ann found a flat.", ["t2"])]


def test_a_model_names_turns_by_label_each_fact_and_turn_once() -> None:
    fact = {"text": " Ines has a flat. ", "turns": [3, 1, 3]}
    chat = ScriptedChat(lambda _: json.dumps({"facts": [fact, fact]}))
    assert read(Decider(chat)) == [("Ines has a flat.", ["t2", "t0"])]
    assert "t0" not in chat.requests[0].user  # no id is ever shown


def test_many_statements_are_told_together_and_none_is_lost() -> None:
    text = " ".join(f"Tea number {n} is green." for n in range(7))
    found = statements(text, str.split, 3)
    assert len(found) == 3
    assert " ".join(found) == text
    with pytest.raises(ValueError, match="1 or more"):
        statements(text, str.split, 0)


def test_paragraphs_name_a_day_where_it_begins_and_share_the_room() -> None:
    assert paragraphs(TURNS, dated=True) == {
        "1": "2026-03-09, Ines: I moved to Oslo.",
        "2": "Oslo is large.",
        "3": "2026-03-10, Ines: Ann found a flat.",
    }
    long = [turn(n, "x" * 9_000) for n in range(20)]
    assert {len(str(text)) for text in paragraphs(long).values()} == {len("Ines: ") + 350}
    assert len(str(paragraphs(long[:1])["1"])) == len("Ines: ") + 4_000


def test_labels_count_from_one_and_others_are_told() -> None:
    assert [line["turn"] for line in labelled(TURNS)] == [1, 2, 3]
    assert unknown([0, 4, 2], 3) == "labels go from 1 to 3; there is no 0, 4"
