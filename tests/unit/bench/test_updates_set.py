"""The scenarios of changing facts are as their loader describes them, and it says what is not."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from bench.data import BadData
from bench.updates_set import KINDS, OPEN, SEALED, WHYS, Update, read, says

JsonObject = dict[str, Any]


def scenario(**changes: object) -> JsonObject:
    return {
        "id": "move-01",
        "kind": "moves",
        "turns": [turn(), turn(at="2024-05-02T10:00:00Z", session=2, text="I'm in Porto now.")],
        "checks": [current()],
    } | changes


def turn(**changes: object) -> JsonObject:
    return {
        "session": 1,
        "at": "2024-03-02T10:00:00Z",
        "speaker": "Ann",
        "text": "I live in Lisbon.",
    } | changes


def current(**changes: object) -> JsonObject:
    return {
        "type": "current",
        "about": "Ann",
        "question": "Where does Ann live?",
        "value": "Porto",
        "turn": 1,
        "stale": ["Lisbon"],
        "stale_turns": [0],
    } | changes


def loaded(path: Path, *rows: object) -> tuple[Update, ...]:
    path.write_text("".join(f"{json.dumps(row)}\n" for row in rows), encoding="utf-8")
    return read(path)


def test_the_open_half_has_all_kinds_and_enough_of_each_check() -> None:
    updates = read(OPEN)
    assert len(updates) >= 75
    kinds = Counter(update.kind for update in updates)
    assert set(kinds) == set(KINDS)
    assert max(kinds.values()) - min(kinds.values()) <= 1
    types = Counter(check.type for update in updates for check in update.checks)
    assert types["current"] >= 65
    assert types["as_of"] >= 30
    assert types["no_fact"] >= 30
    assert types["past"] >= 15
    assert min(types["count"], types["list"], types["disputed"]) >= 3
    assert {check.why for update in updates for check in update.checks} == {"", *WHYS}


def test_the_open_half_is_talk_of_many_lengths_with_assistants_and_among_friends() -> None:
    updates = read(OPEN)
    lengths = {len(update.turns) for update in updates}
    assert min(lengths) == 2
    assert max(lengths) >= 12
    assert 15 <= sum(update.turns[0].speaker == "user" for update in updates) <= 40
    said = [turn.text for update in updates for turn in update.turns]
    assert len(set(said)) == len(said)


def test_the_sealed_half_is_as_the_loader_describes_it_and_shares_no_id() -> None:
    sealed = read(SEALED)
    assert not {update.name for update in sealed} & {update.name for update in read(OPEN)}


def test_a_scenario_becomes_turns_and_checks(tmp_path: Path) -> None:
    past = {
        "type": "as_of",
        "about": "Ann",
        "at": "2024-04-01T00:00:00Z",
        "question": "Where?",
        "value": "Lisbon",
        "turn": 0,
    }
    (update,) = loaded(tmp_path / "set.jsonl", scenario(checks=[current(accept=["Oporto"]), past]))
    assert [turn.ref for turn in update.turns] == ["move-01:0", "move-01:1"]
    assert [turn.session for turn in update.turns] == ["1", "2"]
    now, then = update.checks
    assert now.wordings == ("Porto", "Oporto")
    assert (now.turns, now.stale, now.stale_turns) == ((1,), ("Lisbon",), (0,))
    assert then.valid_at is not None
    assert then.valid_at.isoformat() == "2024-04-01T00:00:00+00:00"


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"kind": "hats"}, 'line 2: expected as "kind" one of moves'),
        ({"turns": [turn()]}, "line 2: expected 2 to 14 turns, found 1"),
        ({"checks": []}, "line 2: expected 1 to 4 checks, found 0"),
        ({"note": ""}, "line 2: expected no more than checks, id, kind, turns, found 'note'"),
        ({"id": "move-01"}, "line 2: expected an id of its own, found 'move-01'"),
        ({"turns": [turn(), turn()]}, "turn 1: expected a time after 2024-03-02T10:00:00Z"),
        ({"turns": [turn(session=2)]}, "turn 0: expected session 1, found 2"),
        ({"turns": [turn(at="May")]}, "turn 0: expected a time such as 2024-05-08T10:00:00Z"),
    ],
)
def test_what_is_wrong_with_a_scenario_is_told_with_its_line(
    tmp_path: Path, changes: JsonObject, told: str
) -> None:
    with pytest.raises(BadData) as caught:
        loaded(tmp_path / "set.jsonl", scenario(), scenario(id="move-02") | changes)
    assert told in str(caught.value)


@pytest.mark.parametrize(
    ("check", "told"),
    [
        (current(type="guess"), 'expected as "type" one of current'),
        (current(turn=0, stale_turns=[]), 'expected "Porto" in turn 0, found'),
        (current(value="Port"), 'expected "Port" in turn 1'),
        (current(stale=["Faro"]), 'expected "Faro" in a stale turn, found it in none'),
        (current(stale_turns=[0, 1]), "expected turns that are not stale, found 1"),
        (current(stale_turns=["0"]), "expected a turn from 0 to 1, found '0'"),
        (current(why="joke"), "expected no more than"),
        (current(derived="yes"), 'expected true or false as "derived"'),
        ({"type": "no_fact", "about": "Ann", "value": "Rome", "why": "joke"}, '"Rome" in some'),
        ({"type": "no_fact", "about": "Ann", "value": "Porto"}, 'expected "why"'),
        ({"type": "no_fact", "about": "Ann", "value": "Porto", "why": "fun"}, "one of hypo"),
        (
            {
                "type": "disputed",
                "about": "Ann",
                "question": "?",
                "values": ["Porto"],
                "turns": [1],
            },
            "expected 2 or more values, found 1",
        ),
    ],
)
def test_what_is_wrong_with_a_check_is_told_with_its_place(
    tmp_path: Path, check: JsonObject, told: str
) -> None:
    with pytest.raises(BadData, match="line 1, move-01, check 0: expected") as caught:
        loaded(tmp_path / "set.jsonl", scenario(checks=[check]))
    assert told in str(caught.value)


def test_no_scenario_wants_a_fact_that_it_forbids(tmp_path: Path) -> None:
    ban = {"type": "no_fact", "about": "Ann", "value": "Porto", "why": "plan"}
    with pytest.raises(BadData, match="facts that no other check forbids"):
        loaded(tmp_path / "set.jsonl", scenario(checks=[current(), ban]))


def test_a_derived_value_need_not_be_said(tmp_path: Path) -> None:
    (update,) = loaded(tmp_path / "set.jsonl", scenario(checks=[current(value="3", derived=True)]))
    assert update.checks[0].derived


def test_a_file_that_is_not_there_or_no_json_is_told(tmp_path: Path) -> None:
    with pytest.raises(BadData, match="a file of scenarios"):
        read(tmp_path / "none.jsonl")
    (tmp_path / "bad.jsonl").write_text("{")
    with pytest.raises(BadData, match="line 1: expected JSON"):
        read(tmp_path / "bad.jsonl")


def test_a_value_is_said_in_whole_words_whatever_their_case() -> None:
    assert says("At NOON, by the sea.", "noon")
    assert not says("In the afternoon.", "noon")
