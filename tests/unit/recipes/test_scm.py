"""SCM: the gate opens or not, the previous turn is always there, and what is too much gives way."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from datetime import timedelta

import pytest

from mnemos import Memory, Recall
from mnemos.models.base import ChatRequest
from mnemos.models.scripted_chat import ScriptedChat
from mnemos.text.token_count import estimate_tokens
from tests.unit.recipes.told import NOW, made, same_as_golden, say, transcript

Script = Callable[[ChatRequest], str]


def stream(level: str | None = None, script: Script | None = None) -> Memory:
    chat = None if script is None else ScriptedChat(script)
    return Memory(
        ":memory:", recipe="scm", level=level, embedder=None, chat=chat, clock=lambda: NOW
    )


def long(about: str, sentences: int = 26) -> str:
    """Return about twelve tokens a sentence; the first says most of what it is about."""
    told = " ".join(f"Then the wind turned and we rowed on, hour {at}." for at in range(sentences))
    return f"The {about} is kept in the boat house. {told}"


def fired(memory: Memory) -> Counter[str]:
    found: Counter[str] = memory._shared.recipe.fired  # type: ignore[attr-defined]
    return +found


def shown(hits: Recall) -> list[str]:
    return [hit.text if hit.item.kind == "turn" else f"({hit.text})" for hit in hits]


def test_only_a_turn_of_more_than_three_hundred_tokens_is_summarised() -> None:
    whole, short = long("red canoe"), long("oar", sentences=10)
    assert estimate_tokens(whole) > 300 > estimate_tokens(short)
    with stream() as memory:
        turn, _ = say(memory, ("Ann", whole), ("Bob", short))
        memory.learn()
        (summary,) = made(memory)
        assert summary.sources == (turn,)
        assert summary.text in whole
        assert estimate_tokens(summary.text) <= 60


def test_a_hit_scores_its_likeness_and_a_tenth_halved_each_week() -> None:
    with stream() as memory:
        say(memory, ("Ann", "The canoe is red."), days_ago=14)
        say(memory, ("Bob", "Rain."), days_ago=7, session="s2")
        found = {hit.text: hit for hit in memory.recall("canoe?")}
        share = {reason.signal: reason.value for reason in found["The canoe is red."].reasons}
        assert share["recency"] == pytest.approx(0.025)  # .1 × ½ × ½
        share = {reason.signal: reason.value for reason in found["Rain."].reasons}
        assert share == {"recency": pytest.approx(0.05)}


def test_behind_a_closed_gate_only_the_previous_turn_comes_back() -> None:
    with stream() as memory:
        say(memory, ("Ann", "The canoe is red."), ("Bob", "The walls, too."), days_ago=1)
        question = "Would you translate a sonnet about canoe trips, pretty please, verbatim?"
        assert shown(memory.recall(question)) == ["The walls, too."]
        assert fired(memory) == {"gate closed": 1}
        assert len(memory.recall("Which colour has the canoe?")) == 2
    with stream("no-controller") as memory:
        say(memory, ("Ann", "The canoe is red."), ("Bob", "The walls, too."), days_ago=1)
        assert len(memory.recall(question)) == 2
        assert fired(memory) == {}


def test_a_model_keeps_the_gate() -> None:
    def asked(needed: object) -> int:
        with stream(script=lambda _: json.dumps({"needed": needed})) as memory:
            say(memory, ("Ann", "The canoe is red."), ("Bob", "The walls, too."))
            return len(memory.recall("Which colour has the canoe?"))

    assert (asked(needed=True), asked(needed=False), asked(needed="perhaps")) == (2, 1, 2)


def lengthy(memory: Memory) -> None:
    """Say nine things about canoes of some 330 tokens each, and a last of a few."""
    for place in range(9):
        text = long(f"canoe number {place}")
        say(memory, ("Ann", text), days_ago=20 - place, session=f"s{place}")
    say(memory, ("Bob", "Good night."), session="last")
    memory.learn()


def test_what_exceeds_the_budget_gives_way_the_least_like_first_and_the_best_never() -> None:
    with stream() as memory:
        lengthy(memory)
        hits = memory.recall("In which house is the canoe?", limit=50)
        forms = [hit.item.kind for hit in hits if hit.text != "Good night."]
        assert len(forms) == 9  # shortened before any is dropped
        assert forms == sorted(forms, reverse=True)  # turns, then summaries
        assert fired(memory) == {"summaries": 9, "short": forms.count("summary")}
        tokens = sum(estimate_tokens(hit.text) for hit in hits) - estimate_tokens("Good night.")
        assert tokens <= 2_500 < tokens + 300
    with stream("no-controller") as memory:
        lengthy(memory)
        hits = memory.recall("In which house is the canoe?", limit=50)
        assert {hit.item.kind for hit in hits} == {"turn"}
        assert len(hits) < 10


def test_what_gives_way_is_hidden_with_the_kinds_that_are_not_asked_for() -> None:
    with stream() as memory:
        lengthy(memory)
        hits = memory.recall("In which house is the canoe?", limit=50, kinds=["turn"])
        assert {hit.item.kind for hit in hits} == {"turn"}


def scripted(keep: object) -> Script:
    def script(request: ChatRequest) -> str:
        if "earlier conversation" in request.system:
            return json.dumps({"needed": True})
        if "stand in for the message" in request.system:
            return json.dumps({"text": "A canoe is in the boat house."})
        return json.dumps(keep)

    return script


def test_a_model_says_where_less_will_do() -> None:
    with stream(script=scripted({"drop": [2], "shorten": [3, 4]})) as memory:
        lengthy(memory)
        hits = memory.recall("In which house is the canoe?", limit=50)
        told = "\n".join(f"{hit.item.kind}: {hit.text[:40]}" for hit in hits)
        same_as_golden("scm", f"{transcript(memory)}\n{told}\n")
        assert fired(memory) == {"summaries": 9, "gone": 1, "short": 2}


@pytest.mark.parametrize(
    "keep", [{"drop": [1], "shorten": []}, {"drop": [2], "shorten": [2]}, {"drop": [99]}, {}]
)
def test_a_reply_that_gives_up_the_best_or_what_is_not_there_is_not_taken(keep: object) -> None:
    def kinds(script: Script) -> list[str]:
        with stream(script=script) as memory:
            lengthy(memory)
            hits = memory.recall("In which house is the canoe?", limit=50)
            return [hit.item.kind for hit in hits]

    assert kinds(scripted(keep)) == kinds(scripted({"drop": [], "shorten": []}))


def test_a_very_long_previous_turn_is_shown_by_its_summary() -> None:
    def last(sentences: int) -> str:
        with stream() as memory:
            say(memory, ("Ann", "Hello."), apart=timedelta(hours=1))
            say(memory, ("Bob", long("red canoe", sentences)), session="s2")
            memory.learn()
            (hit,) = memory.recall("Zebra?")
            return hit.item.kind

    assert (last(26), last(60)) == ("turn", "summary")


def test_one_hit_is_the_best_one() -> None:
    with stream() as memory:
        say(memory, ("Ann", "The canoe is red."), ("Bob", "Rain."))
        assert shown(memory.recall("Which colour has the canoe?", limit=1)) == ["The canoe is red."]
