"""``mnemos fade``: what is told, what is done, and how it is taken back."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from mnemos import Memory
from mnemos.serve.cli import exits
from tests.unit.serve.command_line import Run

FILE = "memory.mnemos"


@pytest.fixture
def learnt(mnemos: Run) -> Run:
    """Run command lines over a memory with two turns that expired, and facts of three."""
    lines = [
        {"role": "user", "name": "Ada", "content": "I live in Porto.", "session": "one"},
        {"role": "user", "name": "Ada", "content": "I work as a nurse.", "session": "one"},
        {"role": "user", "name": "Ben", "content": "I live in Oslo.", "session": "two"},
    ]
    Path("said.jsonl").write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    assert mnemos("remember", "said.jsonl").code == 0
    with Memory(FILE) as memory:
        memory.remember("The code is heron", session="three", expires_at="2020-01-01")
        assert len(memory.facts()) == 3
    return mnemos


def _active(*kinds: str) -> int:
    with Memory(FILE) as memory:
        return len(memory.browse(kinds=kinds).items)


def test_a_dry_run_tells_what_would_fade_and_why_and_does_nothing(learnt: Run) -> None:
    before = _active("fact")
    ended = learnt("fade", "--unused-for", "0", "--kind", "fact", "--dry-run")
    assert ended.code == exits.OK
    assert f"{before} items would fade: fact {before}" in ended.out
    assert "not used since" in ended.out
    assert _active("fact") == before


def test_what_faded_comes_back_by_undo(learnt: Run) -> None:
    before = _active("fact")
    assert f"{before} items faded: fact {before} (event" in learnt("fade", "--unused-for", "0").out
    assert _active("fact") == 0
    assert _active() == 3
    assert learnt("log", "--json").lines[0]["op"] == "fade"
    assert learnt("undo").code == exits.OK
    assert _active("fact") == before


def test_json_holds_the_ids_with_their_reasons(learnt: Run) -> None:
    done = learnt("fade", "--cap", "fact=1", "--json").json
    ids, why = done["ids"], done["why"]
    assert isinstance(ids, list)
    assert isinstance(why, dict)
    assert set(ids) == set(why)
    assert set(why.values()) == {"over the cap of 1 of kind fact"}
    assert done["preview"] is False
    assert _active("fact") == 1


def test_turns_fade_where_they_are_named_and_what_is_kept_does_not(learnt: Run) -> None:
    assert learnt("fade").out.startswith("0 items faded")
    with Memory(FILE) as memory:
        first = memory.browse().items[0].id
    ended = learnt("fade", "--kind", "turn", "--cap", "turn=0", "--keep", first, "--session", "one")
    assert "turn 1" in ended.out
    assert [line["id"] for line in learnt("browse", "--session", "one", "--json").lines] == [first]
    ended = learnt("fade", "--kind", "turn", "--keep-expired")
    assert ended.out.startswith("0 items faded")
    assert "expired on 2020-01-01" in learnt("fade", "--kind", "turn").out


def test_use_and_utility_keep_an_item(learnt: Run) -> None:
    with Memory(FILE) as memory:
        kept = memory.browse(kinds=["fact"]).items[0]
        memory.note_use(kept.id, outcome="good")
    learnt("fade", "--unused-for", "0", "--useful", "0.2")
    with Memory(FILE) as memory:
        assert memory.browse(kinds=["fact"]).items == (kept,)


def test_quiet_says_nothing_but_what_a_dry_run_is_for(learnt: Run) -> None:
    assert "would fade" in learnt("fade", "--unused-for", "0", "--dry-run", "--quiet").out
    assert learnt("fade", "--unused-for", "0", "--quiet").out == ""


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--cap", "fact"), "is no cap; give KIND=N"),
        (("--cap", "fact=-1"), "is no cap; give KIND=N"),
        (("--below", "2"), "below: expected a number from 0 to 1"),
        (("--unused-for", "-1"), "unused_for: expected a timedelta or days"),
        (("--stretch", "0"), "stretch: expected a time above nought"),
        (("--kind", "note", "--cap", "fact=1"), "'fact' is not among the kinds note"),
    ],
)
def test_what_makes_no_sense_is_wrong_usage(
    learnt: Run, options: tuple[str, ...], said: str
) -> None:
    ended = learnt("fade", *options)
    assert ended.code == exits.USAGE
    assert said in ended.err
