"""ENGRAM keeps what happened, what is so and how things are done apart, and takes some of each."""

from __future__ import annotations

import pytest

from mnemos import Memory
from mnemos.ingest.dated import dated
from mnemos.models.scripted import ScriptedEmbedder
from mnemos.recipes.engram import EACH_STORE, Engram
from tests.unit.recipes.told import (
    NOW,
    asked,
    made,
    opened,
    place,
    same_after,
    same_as_golden,
    say,
    scripted,
    transcript,
)

LINES: tuple[str | tuple[str, str], ...] = (
    "I love tea, and yesterday I bought a kettle!",
    ("Bob", "Descale it with vinegar first."),
    "Hi!",
)
WRITTEN = {
    "records": [
        {"turn": 1, "store": "semantic", "text": "Ann loves tea."},
        {"turn": 1, "store": "episodic", "text": "Ann bought a kettle on 5 March 2024."},
        {"turn": 2, "store": "procedural", "text": "A kettle is descaled with vinegar."},
    ]
}


def texts(memory: Memory, question: str, limit: int) -> set[str]:
    return {hit.text for hit in memory.recall(question, limit)}


def of(store: str, *records: str) -> list[dict[str, object]]:
    return [{"turn": 1, "store": store, "text": text} for text in records]


def test_hits_are_shared_out_among_the_stores() -> None:
    # "tea" stands once in each record, so that the shorter scores more: the three semantic ones
    # are the best three of all. Of three hits each store gives 3 / 3 = 1, its best.
    semantic = ("Tea!", "Hot tea.", "Good hot tea.")
    records = [
        *of("semantic", *semantic),
        *of("episodic", "Ann went to Oslo and drank tea."),
        *of("procedural", "Pour boiling water slowly over tea."),
    ]
    chats = scripted({"records": records}), scripted({"records": records})
    with opened("engram", chats[0]) as apart:
        say(apart, "So.")
        apart.learn()
        shared = {"Tea!", "Ann went to Oslo and drank tea.", "Pour boiling water slowly over tea."}
        assert texts(apart, "Any tea?", 3) == shared
        recipe = apart._shared.recipe
        assert isinstance(recipe, Engram)
        assert recipe.fired == {"semantic": 3, "episodic": 1, "procedural": 1, "let in": 2}
    with opened("engram", chats[1], level="one-store") as one:
        say(one, "So.")
        one.learn()
        assert texts(one, "Any tea?", 3) == set(semantic)


def test_what_a_store_cannot_fill_goes_to_the_next_best() -> None:
    records = [*of("semantic", "Tea!", "Hot tea.", "Good hot tea."), *of("episodic", "Ann ran.")]
    with opened("engram", scripted({"records": records})) as memory:
        say(memory, "So.")
        memory.learn()
        assert texts(memory, "Any tea?", 3) == {"Tea!", "Hot tea.", "Good hot tea."}


def test_no_more_than_its_share_of_each_store_comes_back() -> None:
    with opened("engram") as memory:
        say(memory, *(f"Tea number {n} is good." for n in range(4 * EACH_STORE)))
        memory.learn()
        assert len(memory.recall("Any tea?", 200)) == 3 * EACH_STORE


def test_what_is_learnt_with_a_model_is_as_reviewed() -> None:
    chat = scripted(WRITTEN)
    with opened("engram", chat) as memory:
        say(memory, *LINES)
        memory.learn()
        same_as_golden("engram", asked(chat) + transcript(memory))


def test_without_a_model_a_turn_is_routed_by_rules_and_its_days_written_out() -> None:
    with opened("engram") as memory:
        say(memory, *LINES)
        memory.learn()
        text = "I love tea, and yesterday (2024-03-05) I bought a kettle!"
        assert [(item.kind, item.text) for item in made(memory)] == [
            ("episodic", text),
            ("semantic", text),
            ("episodic", "Descale it with vinegar first."),
            ("semantic", "Descale it with vinegar first."),
            ("episodic", "Hi!"),
            ("semantic", "Hi!"),
        ]
        (hit,) = memory.recall("Who has a kettle?")  # of the two equal records one
        assert place(memory.get(hit.item.sources[0])) == "s1.1"


def test_days_are_written_behind_relative_times_alone() -> None:
    assert dated("On 3 May 2023 I ran.", NOW) == "On 3 May 2023 I ran."
    assert dated("Today!", NOW) == "Today (2024-03-06)!"


@pytest.mark.parametrize(
    "bad",
    [
        "no idea",
        {"records": of("prophetic", "Ann will.")},
        {"records": of("semantic", " ")},
        {"records": [{"turn": 4, "store": "semantic", "text": "Ann loves tea."}]},
        {"records": of("semantic", *map(str, range(7)))},
    ],
)
def test_a_bad_reply_leaves_what_rules_make(bad: object) -> None:
    with opened("engram") as without, opened("engram", scripted(bad)) as memory:
        for each in (without, memory):
            say(each, *LINES)
        without.learn()
        assert memory.learn().decisions == {"engram-records": {"fallback": 1}}
        assert transcript(memory) == transcript(without)


def test_learning_in_parts_makes_what_learning_at_once_makes() -> None:
    with opened("engram") as once, opened("engram") as parts:
        for session, line in enumerate(LINES):
            say(parts, line, session=str(session))
            parts.learn()
            say(once, line, session=str(session))
        once.learn()
        assert transcript(parts) == transcript(once)
        assert same_after(parts, "engram")


def test_with_vectors_records_are_found_by_meaning() -> None:
    with Memory(":memory:", recipe="engram", embedder=ScriptedEmbedder(64)) as memory:
        say(memory, *LINES)
        memory.learn()
        memory.embed()
        found = memory.recall("Descale it with vinegar first.", limit=1)
        assert (found.level, found[0].text) == ("c1", "Descale it with vinegar first.")
