"""Think-in-Memory: thoughts are hashed, set against those of their buckets, and looked up there."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable

import numpy as np
import pytest

from mnemos import Memory, Scope
from mnemos.embedding.likeness import Likeness
from mnemos.ingest.buckets import nearest_buckets, planes
from mnemos.models.base import ChatRequest
from mnemos.models.scripted_chat import ScriptedChat
from mnemos.recipes.think_in_memory import BUCKETS, PROBES, SEED
from mnemos.text.terms import Analyzer
from tests.unit.recipes.told import NOW, made, same_as_golden, say, transcript

Script = Callable[[ChatRequest], str]


def thinking(level: str | None = None, script: Script | None = None) -> Memory:
    chat = None if script is None else ScriptedChat(script)
    return Memory(
        ":memory:",
        recipe="think-in-memory",
        level=level,
        embedder=None,
        chat=chat,
        clock=lambda: NOW,
    )


def fired(memory: Memory) -> Counter[str]:
    found: Counter[str] = memory._shared.recipe.fired  # type: ignore[attr-defined]
    return +found


def held(memory: Memory) -> list[str]:
    return [item.text for item in made(memory) if item.status == "active"]


def bucket(text: str) -> int:
    """Return F(x) = argmax([xR; −xR]) in plain numbers, without the counting of bits."""
    likeness = Likeness(None, Analyzer())
    bits = np.unpackbits(likeness.signs([text]).view(np.uint8), bitorder="little")
    drawn = np.unpackbits(
        planes(384, BUCKETS, SEED).view(np.uint8).reshape(BUCKETS // 2, -1),
        axis=1,
        bitorder="little",
    )
    products = (2 * drawn.astype(int) - 1) @ (2 * bits.astype(int) - 1)
    return int(np.argmax([*products, *(-products)]))


def test_a_thought_is_kept_in_the_bucket_of_the_formula() -> None:
    with thinking() as memory:
        say(memory, ("Ann", "I live in Oslo."), ("Bob", "I bought a red canoe."))
        memory.learn()
        for thought in made(memory):
            own = bucket(thought.text)
            with memory.reader() as reader:
                kept = reader.state(f"think-in-memory/words/{own}")
            assert isinstance(kept, list)
            assert thought.id in kept


def test_a_thought_is_a_sentence_with_its_triple() -> None:
    with thinking() as memory:
        (turn, *_) = say(
            memory,
            ("Ann", "Hello there Bob! I live in Oslo. Do you like tea?"),
            ("Bob", "It rained on all of the boats yesterday."),
            ("Bob", "Why?"),
        )
        memory.learn()
        first, second = made(memory)
        assert (first.text, first.speaker, first.sources) == ("I live in Oslo.", "Ann", (turn,))
        assert first.attrs == {
            "head": "Ann",
            "relation": "live in",
            "tail": "Oslo",
            "denies": False,
        }
        assert (second.text, second.attrs) == ("It rained on all of the boats yesterday.", {})


def test_another_value_of_a_relation_that_has_one_supersedes_the_old() -> None:
    with thinking() as memory:
        say(memory, ("Ann", "I live in Oslo."), days_ago=9)
        memory.learn()
        (old,) = made(memory)
        say(memory, ("Ann", "I live in Oslo now."), ("Ann", "I live in Bergen."), session="s2")
        memory.learn()
        assert fired(memory)["supersede"] == 1
        new = next(item for item in made(memory) if item.text == "I live in Bergen.")
        assert memory.get(old.id).status == "superseded"
        assert new.supersedes is not None
        assert memory.recall("Where does Ann live?")[0].text == "I live in Bergen."


def test_what_is_denied_is_superseded_and_what_is_held_is_not_thought_again() -> None:
    with thinking() as memory:
        say(memory, ("Ann", "I like tea."), ("Ann", "I like tea."), ("Ann", "I like rain."))
        say(memory, ("Ann", "I don't like tea."), session="s2")
        memory.learn()
        assert held(memory) == ["I like rain.", "I don't like tea."]
        assert fired(memory)["held already"] == 1


def test_an_older_value_that_is_learnt_later_is_past() -> None:
    with thinking() as memory:
        say(memory, ("Ann", "I live in Oslo."), days_ago=1)
        memory.learn()
        say(memory, ("Ann", "I live in Bergen."), days_ago=30, session="s2")
        memory.learn()
        assert held(memory) == ["I live in Oslo."]
        assert fired(memory)["past"] == 1


def test_one_users_thought_never_supersedes_anothers() -> None:
    with thinking() as memory:
        for user, town in (("ann", "Oslo"), ("eve", "Bergen")):
            memory.remember(
                {"role": "user", "name": "Kim", "content": f"I live in {town}."},
                session="s",
                scope=Scope(user=user),
            )
        memory.learn()
        assert sorted(held(memory)) == ["I live in Bergen.", "I live in Oslo."]


def test_only_the_nearest_buckets_are_looked_into_and_all_where_these_hold_nothing() -> None:
    question = "Which lamp?"
    texts = [f"I bought lamp {name}." for name in ("red", "blue", "old", "new", "big", "wee")]
    with thinking() as memory, thinking("no-organising") as whole:
        for each in (memory, whole):
            say(each, *(("Ann", text) for text in texts))
            each.learn()
        likeness = Likeness(None, Analyzer())
        near = nearest_buckets(
            likeness.signs([question])[0], planes(384, BUCKETS, SEED), 384, PROBES
        )
        inside = {text for text in texts if bucket(text) in near}
        assert {hit.text for hit in whole.recall(question)} == set(texts)
        found = {hit.text for hit in memory.recall(question)}
        assert found == (inside or set(texts))
        assert fired(memory)["looked up" if inside else "looked for everywhere"] == 1
        assert len(memory.recall("Zebra?")) == 0


def scripted(organised: object) -> Script:
    def script(request: ChatRequest) -> str:
        if "in order" in request.system:
            return json.dumps(organised)
        said = json.loads(request.user.splitlines()[1])["lines"]
        thoughts = [
            {
                "line": line["line"],
                "text": f"{line['speaker']} says: {line['text']}",
                "head": line["speaker"],
                "relation": f"say {line['text']}",
                "tail": "so",
                "denies": False,
            }
            for line in said
        ]
        return json.dumps({"thoughts": thoughts})

    return script


def conversation(memory: Memory) -> None:
    say(memory, ("Ann", "The boat is red."), ("Ann", "The boat is blue."), days_ago=3)
    memory.learn()
    say(memory, ("Ann", "The boat is green."), ("Ann", "The boat is long."), session="s2")
    memory.learn()


def test_a_model_thinks_forgets_and_merges() -> None:
    organised = {
        "forget": [{"new": 3, "old": 1}],
        "merge": [{"new": 4, "old": 2, "text": "Ann's boat is blue and long."}],
    }
    with thinking(script=scripted(organised)) as memory:
        conversation(memory)
        assert fired(memory)["forgotten"] == fired(memory)["merged"] == 1
        same_as_golden("think-in-memory", transcript(memory))
        assert memory.verify().problems == ()
        memory.unlearn("think-in-memory")
        assert made(memory) == []
        assert memory.learn().errors == ()


@pytest.mark.parametrize(
    "organised",
    [
        {"forget": [{"new": 1, "old": 3}], "merge": []},
        {"forget": [{"new": 3, "old": 9}], "merge": []},
        {"forget": [], "merge": [{"new": 3, "old": 1, "text": " "}]},
        {"forget": [{"new": 3, "old": 1}, {"new": 4, "old": 1}], "merge": []},
        {"forget": 1},
    ],
)
def test_a_reply_that_names_what_cannot_be_meant_changes_nothing(organised: object) -> None:
    def thought(script: Script) -> list[object]:
        with thinking(script=script) as memory:
            conversation(memory)
            return [*made(memory)]

    assert thought(scripted(organised)) == thought(scripted({"forget": [], "merge": []}))


def test_thoughts_of_lines_that_were_not_shown_are_not_taken() -> None:
    wrong = {"thoughts": [{"line": 7, "text": "No.", "head": "", "relation": "", "tail": ""}]}
    with thinking(script=lambda _: json.dumps(wrong)) as memory, thinking() as without:
        for each in (memory, without):
            say(each, ("Ann", "I live in Oslo."))
            each.learn()
        assert made(memory) == made(without)
