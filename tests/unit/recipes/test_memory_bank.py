"""MemoryBank: days are noted, what they call to mind lasts, what has faded comes last."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta

import pytest

from mnemos import Memory, Scope
from mnemos.lifecycle.recalls import last_said, left
from mnemos.models.base import ChatRequest
from mnemos.models.scripted_chat import ScriptedChat
from tests.unit.recipes.told import NOW, made, same_as_golden, say, transcript

CANOE = ("Ann", "I bought a red canoe from the boat builder.")
AGAIN = ("Ann", "The boat builder painted my red canoe.")


def bank(level: str | None = None, script: Callable[[ChatRequest], str] | None = None) -> Memory:
    chat = None if script is None else ScriptedChat(script)
    return Memory(
        ":memory:", recipe="memory-bank", level=level, embedder=None, chat=chat, clock=lambda: NOW
    )


def share(memory: Memory, turn: str) -> float:
    with memory.reader() as reader:
        return left(
            reader.by_id([turn]), NOW, reader, recipe="memory-bank", stretch=timedelta(days=5)
        )[turn]


def test_what_is_left_of_a_turn_is_what_the_formula_says() -> None:
    """R = e^(−t/S), t in fives of days: never recalled e^(−10/5/1) = e^-2 = .135335."""
    with bank() as memory:
        (turn,) = say(memory, CANOE, days_ago=10)
        memory.learn()
        assert share(memory, turn) == pytest.approx(0.135335, abs=1e-6)
        say(memory, AGAIN, days_ago=4, session="s2")
        memory.learn()
        # Recalled once, four days ago: S = 2, t = 4/5; e^(−.8/2) = e^-.4 = .670320.
        assert share(memory, turn) == pytest.approx(0.670320, abs=1e-6)


def test_the_stronger_a_memory_is_the_slower_it_fades() -> None:
    """The published exp(-t/5*S) is exp(−(t/5) · S): there the stronger one is forgotten first."""
    with bank() as memory:
        (strong, weak) = say(memory, CANOE, ("Bob", "Curtains were ironed."), days_ago=30)
        say(memory, AGAIN, AGAIN, ("Bob", "Curtains, ironed."), days_ago=20, session="s2")
        memory.learn()
        assert share(memory, strong) > share(memory, weak) > 0.0


def test_what_has_faded_comes_after_all_that_has_not_and_is_not_lost() -> None:
    def asked(level: str | None) -> list[str]:
        with bank(level) as memory:
            say(memory, ("Ann", "The lighthouse key hangs in the kitchen."), days_ago=40)
            say(memory, ("Bob", "A key was cut for the shed."), days_ago=1, session="s2")
            memory.learn()
            hits = memory.recall("Where hangs the lighthouse key?", kinds=["turn"])
            assert memory._shared.recipe.fired["faded"] == (level is None)  # type: ignore[attr-defined]
            return [hit.text.split()[1] for hit in hits]

    assert asked("no-forgetting") == ["lighthouse", "key"]
    assert asked(None) == ["key", "lighthouse"]


def test_a_day_calls_nothing_of_itself_to_mind_and_no_other_users_turns() -> None:
    with bank() as memory:
        say(memory, CANOE, AGAIN, days_ago=3)
        memory.remember(
            {"role": "user", "content": AGAIN[1], "said_at": NOW},
            session="s1",
            scope=Scope(user="eve"),
        )
        memory.learn()
        assert memory._shared.recipe.fired["recalls"] == 0  # type: ignore[attr-defined]


def test_nothing_fades_where_nobody_talks() -> None:
    with bank() as memory:
        say(memory, CANOE, days_ago=900)
        memory.learn()
        (hit,) = memory.recall("Who bought a canoe?", kinds=["turn"])
        assert [reason.signal for reason in hit.reasons] == ["words"]
        with memory.reader() as reader:
            able = reader.index.docs["item"] >= 0
            assert last_said(NOW, reader, able) == NOW - timedelta(days=900)
            assert last_said(NOW - timedelta(days=999), reader, able) == NOW - timedelta(days=999)


def test_turns_beside_a_hit_come_with_it_as_far_as_two_hundred_characters_reach() -> None:
    def asked(beside: str) -> dict[str, str]:
        with bank("no-forgetting") as memory:
            say(memory, CANOE, ("Bob", beside))
            hits = memory.recall("Who bought a canoe?", kinds=["turn"])
            return {hit.text: hit.reasons[0].signal for hit in hits}

    assert asked("Nice.") == {CANOE[1]: "words", "Nice.": "beside"}
    assert asked("Nice! " * 40) == {CANOE[1]: "words"}


def test_days_are_told_together_once_and_again_when_there_are_more() -> None:
    with bank() as memory:
        say(memory, CANOE, ("Bob", "I love hiking."), days_ago=3)
        memory.learn()
        assert memory.consolidate().steps == 1
        assert memory.consolidate().steps == 0
        (first,) = made(memory, "overview")
        say(memory, AGAIN, days_ago=1, session="s2")
        assert memory.consolidate().steps == 1
        (second,) = made(memory, "overview")
        assert (second.position, memory.get(first.id).status) == (2, "archived")
        assert second.id != first.id
        memory.unlearn("memory-bank")
        assert made(memory) == []
        memory.consolidate()
        assert [item.text for item in made(memory, "overview")] == [second.text]


def test_the_latest_days_are_told_together_and_cited_as_often_as_it_takes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("mnemos.recipes.memory_bank.MOST_DAYS", 2)
    told = {"text": "They talked of a canoe.", "lines": [1]}
    with bank(script=lambda asked: json.dumps(DAY if "diary" in asked.system else told)) as memory:
        for day in range(4):
            say(memory, CANOE, AGAIN, CANOE, days_ago=9 - day, session=f"s{day}")
            memory.consolidate()
            days = [item.id for item in made(memory, "summary")]
            (whole,) = made(memory, "overview")
            assert whole.sources == (days[-2:][0],)


def test_the_same_days_cited_of_more_days_are_another_overview() -> None:
    told = {"text": "They talked of a canoe.", "lines": [1]}
    with bank(script=lambda asked: json.dumps(DAY if "diary" in asked.system else told)) as memory:
        ids = set()
        for day in range(3):
            say(memory, CANOE, AGAIN, CANOE, days_ago=9 - day, session=f"s{day}")
            memory.consolidate()
            (whole,) = made(memory, "overview")
            ids.add(whole.id)
        assert len(ids) == 3


def test_without_a_model_a_day_is_told_in_its_own_words() -> None:
    with bank() as memory:
        turns = say(memory, CANOE, ("Bob", "Oh."), ("Bob", "I love hiking with Rex."))
        memory.learn()
        summary, portrait = made(memory)
        assert (summary.text, summary.sources) == (
            f"{CANOE[1]} I love hiking with Rex.",
            (turns[0], turns[2]),
        )
        assert (portrait.text, portrait.sources) == ("Bob: I love hiking with Rex.", (turns[2],))


DAY = {
    "summary": {"text": "Ann bought a red canoe.", "lines": [1]},
    "portrait": {"text": "Bob likes to hike.", "lines": [3]},
}


def test_a_model_notes_days_and_tells_them_together() -> None:
    def script(asked: ChatRequest) -> str:
        if "diary" in asked.system:
            return json.dumps(DAY)
        return json.dumps({"text": "They talked of a canoe.", "lines": [2, 1]})

    with bank(script=script) as memory:
        say(memory, CANOE, ("Bob", "Oh."), ("Bob", "I love hiking."), days_ago=3)
        say(memory, AGAIN, ("Bob", "Oh."), ("Bob", "Good."), days_ago=1, session="s2")
        memory.consolidate()
        same_as_golden("memory-bank", transcript(memory))


@pytest.mark.parametrize(
    "wrong",
    [
        {**DAY, "summary": {"text": " ", "lines": [1]}},
        {**DAY, "summary": {"text": "Ann.", "lines": []}},
        {**DAY, "portrait": {"text": "Bob.", "lines": [4]}},
        {"summary": "Ann."},
    ],
)
def test_a_reply_that_cites_wrongly_is_not_taken(wrong: object) -> None:
    def noted(script: Callable[[ChatRequest], str] | None) -> list[object]:
        with bank(script=script) as memory:
            say(memory, CANOE, ("Bob", "Oh."), ("Bob", "I love hiking."))
            memory.learn()
            return [*made(memory)]

    assert noted(lambda _: json.dumps(wrong)) == noted(None)
