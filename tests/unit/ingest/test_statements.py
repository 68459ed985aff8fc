"""Facts are read by a model, else they are the users' own statements."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest

from mnemos.ingest.statements import Statement, stated_items, statements, told, wrong_statement
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


@pytest.mark.parametrize(
    ("stated", "wrong"),
    [
        ([Statement("Tea.", (1,))], None),
        ([Statement("Tea.", (3,))], "labels go from 1 to 2; there is no 3"),
        ([Statement("Tea.", ())], "each text comes from one turn at least"),
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
    assert (item.text, item.sources, item.made_by) == ("Tea.", ("t2", "t1"), "x")
