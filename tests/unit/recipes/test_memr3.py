"""MemR³: looks, notes evidence and gaps, and looks again for what is missing."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from datetime import UTC, datetime

import pytest

from mnemos import InputError, Memory
from mnemos.models.base import ChatRequest
from mnemos.models.scripted_chat import ScriptedChat
from mnemos.recipes.memr3 import LOOKS, MemR3
from tests.unit.recipes.told import same_as_golden

NOW = datetime(2026, 3, 9, 9, tzinfo=UTC)
TEACHER = "Ruth Aker is the pottery teacher in our town."
BORN = "Ruth grew up in Bergen, by the harbour."
OTHERS = tuple(f"Pottery class number {n} was fun, what a teacher!" for n in range(8))
QUESTION = "In which town was the pottery teacher born?"

Script = Callable[[ChatRequest], str]


def say(memory: Memory, texts: Iterable[str] = (TEACHER, *OTHERS, BORN)) -> tuple[str, ...]:
    return memory.remember(
        [{"role": "user", "name": "Ines", "content": text} for text in texts], session="s1"
    ).ids


def opened(level: str | None = None, script: Script | None = None) -> Memory:
    chat = None if script is None else ScriptedChat(script)
    return Memory(
        ":memory:", recipe="memr3", level=level, chat=chat, embedder=None, clock=lambda: NOW
    )


def fired(memory: Memory) -> dict[str, int]:
    recipe = memory._shared.recipe
    assert isinstance(recipe, MemR3)
    return dict(recipe.fired)


def route(decision: str, evidence: Iterable[int] = (), query: str = "") -> str:
    return json.dumps(
        {"evidence": list(evidence), "gaps": "", "decision": decision, "query": query}
    )


def script(request: ChatRequest) -> str:
    """Note who teaches, then look for Ruth, then answer."""
    shown = json.loads(request.user.splitlines()[1])
    lines = {line["line"]: line["text"] for line in shown["lines"]}
    born = [n for n, text in lines.items() if text == BORN]
    if born:
        return route("answer", born)
    teacher = [n for n, text in lines.items() if text == TEACHER]
    return route("retrieve", teacher, "Ruth Aker grew up in town")


def golden() -> str:
    """Return what is asked, and what comes back."""
    chat = ScriptedChat(script)
    with Memory(":memory:", recipe="memr3", chat=chat, embedder=None, clock=lambda: NOW) as memory:
        say(memory)
        hits = memory.recall(QUESTION, limit=5)
        lines = [f"asked: {request.user.splitlines()[1]}" for request in chat.requests]
        lines += [f"hit: {hit.text} ({hit.score:.4f})" for hit in hits]
    return "\n".join(lines) + "\n"


def test_the_golden_transcript() -> None:
    same_as_golden("memr3", golden())


def test_a_gap_query_finds_what_the_question_alone_does_not() -> None:
    with opened("no-loop") as plain, opened(script=script) as full:
        for memory in (plain, full):
            say(memory)
        alone = [hit.text for hit in plain.recall(QUESTION, limit=5)]
        assert BORN not in alone
        found = [hit.text for hit in full.recall(QUESTION, limit=5)]
        assert found[:2] == [TEACHER, BORN]
        assert fired(full)["found later"] >= 1
        assert fired(plain) == {}


def test_evidence_scores_one_and_the_share_of_its_place() -> None:
    # Evidence first: 1 + 1/1 and 1 + 1/2; the third is only seen: 0 + 1/3.
    with opened(script=script) as memory:
        say(memory)
        scores = [hit.score for hit in memory.recall(QUESTION, limit=3)]
        assert scores == pytest.approx([2.0, 1.5, 1 / 3])


def test_without_a_model_words_that_no_evidence_holds_are_looked_for_alone() -> None:
    harbour = "The harbour has a crane."
    texts = [*(f"The ferry number {n} is slow, that ferry." for n in range(8)), harbour]
    with opened() as memory:
        say(memory, texts)
        hits = memory.recall("Which ferry passes the crane?", limit=6)
        assert harbour in [hit.text for hit in hits]
        assert fired(memory)["answer"] == 1


def test_what_was_seen_is_masked() -> None:
    chat = ScriptedChat(lambda _: route("retrieve", (), "pottery class"))
    with Memory(":memory:", recipe="memr3", chat=chat, embedder=None, clock=lambda: NOW) as memory:
        say(memory)
        memory.recall(QUESTION)
        shown = [
            line["text"]
            for request in chat.requests
            for line in json.loads(request.user.splitlines()[1])["lines"]
        ]
        assert len(shown) == len(set(shown)) == 10


def test_there_are_five_looks_at_most() -> None:
    with opened(script=lambda _: route("retrieve", (), "more")) as memory:
        say(memory, [f"Tea number {n}." for n in range(80)])
        memory.recall("Which tea?")
        assert fired(memory)["retrieve"] == LOOKS == 5


def test_a_second_reflection_in_a_row_becomes_a_look() -> None:
    chat = ScriptedChat(lambda _: route("reflect"))
    with Memory(":memory:", recipe="memr3", chat=chat, embedder=None, clock=lambda: NOW) as memory:
        say(memory, [f"Tea number {n}." for n in range(80)])
        memory.recall("Which tea?")
        shown = [
            tuple(line["text"] for line in json.loads(request.user.splitlines()[1])["lines"])
            for request in chat.requests
        ]
        assert len(shown) == LOOKS
        assert [shown.index(lines) for lines in shown] == [0, 0, 2, 2, 4]


@pytest.mark.parametrize(
    "reply",
    [
        "no idea",
        route("answer", [9]),
        route("retrieve"),
        route("answer", query="pottery"),
        route("think"),
    ],
)
def test_a_bad_reply_changes_nothing_but_the_branch(reply: str) -> None:
    with opened() as plain, opened(script=lambda _: reply) as told:
        found = []
        for memory in (plain, told):
            say(memory)
            found.append([(hit.id, hit.score) for hit in memory.recall(QUESTION)])
        assert found[0] == found[1]


def test_recall_respects_scope_and_moment_at_every_look() -> None:
    with opened(script=lambda _: route("retrieve", [1], "pottery")) as memory:
        say(memory)
        memory.remember([{"role": "user", "content": TEACHER}], session="s2")
        hits = memory.recall(QUESTION, limit=50, session="s2")
        assert [hit.item.scope.session for hit in hits] == ["s2"]


def test_it_learns_nothing_and_stores_nothing() -> None:
    with opened() as memory:
        say(memory)
        before = memory.state_hash()
        memory.recall(QUESTION)
        assert memory.state_hash() == before
        with pytest.raises(InputError, match="learns nothing"):
            memory.learn()


def test_no_prompt_is_too_long_however_long_the_turns() -> None:
    with opened(script=lambda _: route("retrieve", [1, 2, 3, 4, 5], "tea")) as memory:
        say(memory, [f"{n} tea " + "word " * 2_000 for n in range(40)])
        memory.recall("Which tea?")
        assert fired(memory) == {"retrieve": LOOKS, "found later": 20}


def test_an_empty_memory_has_nothing_to_look_for() -> None:
    with opened() as memory:
        assert len(memory.recall(QUESTION)) == 0
