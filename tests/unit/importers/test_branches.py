"""Branches are sessions of their own; a newer export adds what is new, wherever it went on."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from mnemos import Memory
from mnemos.importers import load
from mnemos.importers.trees import in_order
from tests.unit.importers.exports import EARLY, LATE, STEM, as_json, conversation, node, written


@pytest.fixture
def memory() -> Memory:
    return Memory(":memory:", embedder=None, clock=lambda: datetime(2026, 6, 1, tzinfo=UTC))


def take(memory: Memory, folder: Path, *conversations: dict[str, Any]) -> int:
    return load(memory, written(folder, "conversations.json", as_json(list(conversations)))).added


def paths(memory: Memory) -> dict[str | None, list[str | None]]:
    found: dict[str | None, list[str | None]] = {}
    for item in memory.browse(limit=100).items:
        found.setdefault(item.scope.session, []).append(item.ref)
    return found


def test_the_path_that_was_seen_last_is_the_session(memory: Memory, tmp_path: Path) -> None:
    take(memory, tmp_path, conversation("q2b", *LATE))
    assert paths(memory) == {"talk": ["q1", "a1b", "q2b"], "talk#a1": ["a1", "q2"]}


def test_without_a_current_node_the_last_one_is_it(memory: Memory, tmp_path: Path) -> None:
    take(memory, tmp_path, conversation("nowhere", *LATE))
    assert paths(memory)["talk"] == ["q1", "a1b", "q2b"]


def test_what_goes_on_is_added_to_its_session(memory: Memory, tmp_path: Path) -> None:
    take(memory, tmp_path, conversation("q1", *STEM))
    assert take(memory, tmp_path, conversation("q2", *EARLY)) == 2
    assert paths(memory) == {"talk": ["q1", "a1", "q2"]}


def test_a_branch_that_came_later_doubles_and_moves_nothing(memory: Memory, tmp_path: Path) -> None:
    take(memory, tmp_path, conversation("q2", *EARLY))
    before = [item.id for item in memory.browse(limit=100).items]
    assert take(memory, tmp_path, conversation("q2b", *LATE)) == 2
    assert paths(memory) == {"talk": ["q1", "a1", "q2"], "talk#a1b": ["a1b", "q2b"]}
    assert [item.id for item in memory.browse(limit=100).items][:3] == before
    longer = (*LATE, node("a3", "q2b", "assistant", "Ahoy"), node("a4", "q2", "assistant", "So."))
    assert take(memory, tmp_path, conversation("a3", *longer)) == 2
    assert paths(memory) == {"talk": ["q1", "a1", "q2", "a4"], "talk#a1b": ["a1b", "q2b", "a3"]}
    assert take(memory, tmp_path, conversation("a4", *longer)) == 0


def test_what_was_forgotten_stays_forgotten_when_another_branch_is_current(
    memory: Memory, tmp_path: Path
) -> None:
    take(memory, tmp_path, conversation("q2", *EARLY))
    memory.forget([item.id for item in memory.browse(limit=100).items if item.ref != "q1"])
    assert take(memory, tmp_path, conversation("q2b", *LATE)) == 2
    assert paths(memory) == {"talk": ["q1"], "talk#a1b": ["a1b", "q2b"]}


def test_branches_of_branches_are_sessions_too(memory: Memory, tmp_path: Path) -> None:
    more = (
        *LATE,
        node("a9", "q2", "assistant", "For the bird."),
        node("a9b", "q2", "assistant", "For its legs."),
    )
    take(memory, tmp_path, conversation("q2b", *more))
    assert paths(memory) == {
        "talk": ["q1", "a1b", "q2b"],
        "talk#a1": ["a1", "q2", "a9"],
        "talk#a9b": ["a9b"],
    }


def test_a_circle_and_a_missing_parent_lose_nothing(memory: Memory, tmp_path: Path) -> None:
    nodes = (
        node("x", "y", "user", "one"),
        node("y", "x", "user", "two"),
        node("z", "gone", "user", "three"),
    )
    assert take(memory, tmp_path, conversation("x", *nodes)) == 3


def test_order_puts_each_after_its_parent_and_the_path_first() -> None:
    parents = {"d": "b", "a": "", "b": "a", "c": "b", "e": "missing"}
    assert list(in_order(parents, "c")) == ["a", "b", "c", "d", "e"]
    assert list(in_order({}, None)) == []


def test_long_chains_take_no_longer_than_they_are(memory: Memory, tmp_path: Path) -> None:
    chain = [node(f"n{n}", f"n{n - 1}", None) for n in range(20_000)]
    last = node("last", "n19999", "user", "at last")
    assert take(memory, tmp_path, conversation("last", *chain, last)) == 1


def test_a_bad_message_before_a_fork_doubles_nothing(memory: Memory, tmp_path: Path) -> None:
    nodes = [dict(each) for each in LATE]
    nodes[2] = node("q1", "sys", "user", "x", create_time="never")
    assert take(memory, tmp_path, conversation("q2b", *nodes)) == 4
    before = paths(memory)
    assert take(memory, tmp_path, conversation("q2b", *nodes)) == 0
    assert paths(memory) == before


def test_a_memory_tells_the_refs_of_one_session_forgotten_ones_too(memory: Memory) -> None:
    said = [{"role": "user", "content": "x", "id": ref} for ref in ("b", "a")]
    ids = memory.remember(said, session="s").ids
    memory.remember({"role": "user", "content": "no ref"}, session="s")
    memory.remember({"role": "user", "content": "x", "id": "c"}, session="other")
    memory.forget(ids[0])
    assert memory.refs(session="s") == {"b": ids[0], "a": ids[1]}
    assert memory.refs(session="nowhere") == {}
