"""SGMem finds turns through sentences that are joined to those most like them."""

from __future__ import annotations

import pytest

from mnemos import Memory
from mnemos.models.scripted import ScriptedEmbedder
from mnemos.recipes.sgmem import SGMem
from tests.unit.recipes.told import (
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
    "Tea from Porto harbour. Porto harbour boats!",
    ("Bob", "Porto harbour boats sail."),
    ("Bob", "Curtains fade."),
)
WRITTEN = {
    "summary": "Ann and Bob talk about Porto.",
    "facts": [{"text": "Ann has tea from Porto.", "turns": [1]}],
    "insights": [{"text": "Bob may like sailing.", "turns": [2, 1]}],
}


def fired(memory: Memory) -> dict[str, int]:
    recipe = memory._shared.recipe
    assert isinstance(recipe, SGMem)
    return dict(recipe.fired)


def scores(memory: Memory, question: str) -> dict[str | None, float]:
    return {place(hit.item): hit.score for hit in memory.recall(question)}


def test_a_turn_scores_the_mean_of_its_sentences_found_and_next_to_them() -> None:
    with opened("sgmem") as memory:
        say(memory, *LINES)
        memory.learn()
        # The only sentence with the word is found: sim = 1 + 1 = 2. Both of "Porto harbour boats"
        # are next to it: without the word, sim = 0 + 1. The first turn has (2 + 1) / 2, the second
        # 1 / 1; the third shares no word with any.
        assert scores(memory, "Which tea?") == pytest.approx({"s1.1": 1.5, "s1.2": 1.0}, abs=1e-3)
        assert fired(memory)["neighbours"] == 2


def test_without_the_graph_only_sentences_found_count() -> None:
    with opened("sgmem", level="no-graph") as memory:
        say(memory, *LINES)
        memory.learn()
        assert scores(memory, "Which tea?") == pytest.approx({"s1.1": 2.0}, abs=1e-3)
        assert fired(memory)["links"] == 0


def test_what_is_learnt_with_a_model_is_as_reviewed() -> None:
    chat = scripted(WRITTEN)
    with opened("sgmem", chat) as memory:
        say(memory, *LINES)
        memory.learn()
        same_as_golden("sgmem", asked(chat) + transcript(memory))
        hits = memory.recall("Who likes sailing?")
        assert hits[0].item.kind == "insight"


@pytest.mark.parametrize(
    "bad",
    [
        "no idea",
        {**WRITTEN, "facts": [{"text": "Ann has tea.", "turns": [4]}]},
        {**WRITTEN, "insights": [{"text": " ", "turns": [1]}]},
        {**WRITTEN, "facts": [{"text": "Ann has tea.", "turns": []}]},
        {**WRITTEN, "facts": [{"text": "Ann has tea.", "turns": [1]}] * 17},
    ],
)
def test_a_bad_reply_leaves_the_graph_as_it_is_without_a_model(bad: object) -> None:
    with opened("sgmem") as without, opened("sgmem", scripted(bad)) as memory:
        for each in (without, memory):
            say(each, *LINES)
        without.learn()
        assert memory.learn().decisions == {"sgmem-write": {"fallback": 1}}
        assert transcript(memory) == transcript(without)
        assert {item.kind for item in made(memory)} == {"sentence"}


def test_learning_in_parts_makes_the_graph_of_learning_at_once() -> None:
    with opened("sgmem") as once, opened("sgmem") as parts:
        for number, line in enumerate(LINES):
            say(parts, line, session=str(number))
            parts.learn()
            say(once, line, session=str(number))
        once.learn()
        assert transcript(parts) == transcript(once)
        assert same_after(parts, "sgmem")


def test_a_sentence_is_joined_to_three_at_most_when_it_comes() -> None:
    with opened("sgmem") as memory:
        say(memory, *(f"Porto boats sail {word}." for word in ["far", "fast", "deep", "west"]))
        memory.learn()
        assert fired(memory)["links"] == 0 + 1 + 2 + 3


def test_sentences_of_two_users_are_never_joined() -> None:
    with opened("sgmem") as memory:
        say(memory, LINES[0], user="ann")
        memory.learn()
        before = fired(memory)["links"]
        say(memory, LINES[1], user="bob")
        memory.learn()
        assert fired(memory)["links"] == before


def test_a_very_long_session_fits_one_change() -> None:
    with opened("sgmem") as memory:
        say(memory, *(f"Porto {n}. Boats {n + 1}. Tea {n + 2}." for n in range(2_000)))
        assert memory.learn().errors == ()
        assert len(made(memory)) == 4_000  # two items of a turn's three sentences


def test_with_vectors_sentences_are_found_by_meaning() -> None:
    with Memory(":memory:", recipe="sgmem", embedder=ScriptedEmbedder(64)) as memory:
        say(memory, *LINES)
        memory.learn()
        memory.embed()
        found = memory.recall("Porto harbour boats sail.", limit=1)
        assert (found.level, place(found[0].item)) == ("c1", "s1.2")


def test_a_session_without_words_teaches_nothing() -> None:
    with opened("sgmem") as memory:
        say(memory, "...!")
        assert memory.learn().errors == ()
        assert made(memory) == []
        assert len(memory.recall("What?")) == 0
