"""HippoRAG 2 walks from the facts that a question calls to mind to the turns that hold them."""

from __future__ import annotations

import pytest

from mnemos import Memory
from mnemos.ingest.stated import statements
from mnemos.models.scripted import ScriptedEmbedder
from mnemos.recipes.hipporag_2 import HippoRAG2
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
    "I adopted Rex!",
    ("Bob", "Rex bit Tom."),
    ("Bob", "Curtains fade."),
)
WRITTEN = {
    "triples": [
        {"turn": 1, "subject": "Ann", "relation": "adopted", "object": "Rex"},
        {"turn": 2, "subject": "rex", "relation": "bit", "object": "Tom"},
    ]
}
QUESTION = "Whom did Ann adopt?"


def recipe_of(memory: Memory) -> HippoRAG2:
    recipe = memory._shared.recipe
    assert isinstance(recipe, HippoRAG2)
    return recipe


def scores(memory: Memory, question: str) -> dict[str | None, float]:
    return {place(hit.item): hit.score for hit in memory.recall(question)}


def test_turns_score_what_the_walk_from_the_facts_leaves_there() -> None:
    # Links, all of weight 1: turns 1–Ann, 1–Rex, 2–Rex, 2–Tom; phrases Ann–Rex, Rex–Tom. So 1, 2,
    # Ann and Tom have two links each, Rex four. "Ann adopted Rex" alone has words of the question:
    # its score is 1. It begins at Ann with 1 / 1 turn, at Rex with 1 / 2 turns, and at turn 1,
    # likest to the question, with 1 × .05; in all 1.55. With p = .5 r + .5 Wᵀp, before dividing:
    #   one = .025 + .5 (ann/2 + rex/4)     two = .5 (rex/4 + tom/2)     tom = .5 (rex/4 + two/2)
    #   ann = .5 + .5 (one/2 + rex/4)       rex = .25 + .5 (one + two + ann + tom)/2
    # two = tom = rex/6, one = .16 + rex/6, ann = .54 + rex/6, so rex = .425 + rex/6 = .51:
    one, two, ann, rex, tom = 0.245, 0.085, 0.625, 0.51, 0.085
    assert one + two + ann + rex + tom == pytest.approx(1.55)
    with opened("hipporag-2", scripted(WRITTEN, {"facts": [1]})) as memory:
        say(memory, *LINES)
        memory.learn()
        found = scores(memory, QUESTION)
        assert found["s1.1"] == pytest.approx(one / 1.55, abs=1e-4)
        assert found["s1.2"] == pytest.approx(two / 1.55, abs=1e-4)
        assert found["s1.3"] == 0.0
        assert recipe_of(memory).fired["walks"] == 1


def test_without_the_walk_only_turns_like_the_question_come_back() -> None:
    with opened("hipporag-2", scripted(WRITTEN), level="no-pagerank") as memory:
        say(memory, *LINES)
        memory.learn()
        assert list(scores(memory, QUESTION)) == ["s1.1"]
        assert recipe_of(memory).fired["walks"] == 0


def test_where_no_fact_is_kept_turns_are_ranked_by_likeness() -> None:
    with opened("hipporag-2", scripted(WRITTEN, {"facts": []})) as memory:
        say(memory, *LINES)
        memory.learn()
        assert list(scores(memory, QUESTION)) == ["s1.1"]
        assert recipe_of(memory).fired["plain"] == 1


@pytest.mark.parametrize("bad", [{"facts": [2]}, {"facts": "all"}, "no idea"])
def test_a_bad_choice_of_facts_falls_back_to_their_words(bad: object) -> None:
    with opened("hipporag-2", scripted(WRITTEN, bad)) as memory:
        say(memory, *LINES)
        memory.learn()
        chosen = scripted(WRITTEN, {"facts": [1]})  # "adopt" is all that is asked for beside Ann
        with opened("hipporag-2", chosen) as other:
            say(other, *LINES)
            other.learn()
            assert scores(memory, QUESTION) == scores(other, QUESTION)


def test_a_fact_without_what_is_asked_is_let_go_where_no_model_chooses() -> None:
    with opened("hipporag-2") as memory:
        say(memory, "I live in Oslo.", ("Bob", "Oslo is cold."))
        memory.learn()
        memory.recall("Did Ann ski near Oslo glaciers?")  # of three words asked for one is held
        assert recipe_of(memory).fired["walks"] == 0
        memory.recall("Does Ann live there?")
        assert recipe_of(memory).fired["walks"] == 1


def test_what_is_learnt_with_a_model_is_as_reviewed() -> None:
    chat = scripted(WRITTEN)
    with opened("hipporag-2", chat) as memory:
        say(memory, *LINES)
        memory.learn()
        same_as_golden("hipporag-2", asked(chat) + transcript(memory))


@pytest.mark.parametrize(
    "bad",
    [
        "no idea",
        {"triples": [{"turn": 4, "subject": "Ann", "relation": "adopted", "object": "Rex"}]},
        {"triples": [{"turn": 1, "subject": " ", "relation": "adopted", "object": "Rex"}]},
        {"triples": [{"turn": 1, "subject": "Ann", "relation": "adopted", "object": "x" * 161}]},
    ],
)
def test_a_bad_reply_leaves_what_rules_read(bad: object) -> None:
    with opened("hipporag-2") as without, opened("hipporag-2", scripted(bad)) as memory:
        for each in (without, memory):
            say(each, *LINES)
        without.learn()
        assert memory.learn().decisions == {"hipporag-2-triples": {"fallback": 1}}
        assert transcript(memory) == transcript(without) != "\n"


def test_a_phrase_is_one_item_in_all_sessions_and_its_links_add_up() -> None:
    with opened("hipporag-2") as memory:
        for session in "123":
            say(memory, "I live in Oslo.", session=session)
            memory.learn()
        assert [item.text for item in made(memory) if item.kind == "phrase"] == [
            "Ann",
            "Oslo",
        ]
        assert "joins phrase 1: 3.000" in transcript(memory)


def test_learning_in_parts_makes_the_graph_of_learning_at_once() -> None:
    with opened("hipporag-2") as once, opened("hipporag-2") as parts:
        for session, line in enumerate(LINES):
            say(parts, line, session=str(session))
            parts.learn()
            say(once, line, session=str(session))
        once.learn()
        assert transcript(parts) == transcript(once)
        assert same_after(parts, "hipporag-2")


def test_phrases_of_two_users_are_two_items_without_a_link() -> None:
    with opened("hipporag-2") as memory:
        for user in ("eve", "kim"):
            say(memory, "I live in Oslo.", user=user)
            memory.learn()
        phrases = [item for item in made(memory) if item.kind == "phrase"]
        assert [(item.text, item.scope.user) for item in phrases] == [
            ("Ann", "eve"),
            ("Oslo", "eve"),
            ("Ann", "kim"),
            ("Oslo", "kim"),
        ]
        assert "synonym" not in transcript(memory)
        found = memory.scoped(user="eve").recall("Live in Oslo?")
        assert {hit.item.scope.user for hit in found} == {"eve"}


def test_phrases_of_nearly_the_same_words_are_linked_as_synonyms() -> None:
    triples = [
        {"turn": 1, "subject": "Ann", "relation": "likes", "object": "old wooden sailing boats"},
        {"turn": 1, "subject": "Bob", "relation": "likes", "object": "old wooden sailing boat"},
    ]
    with opened("hipporag-2", scripted({"triples": triples})) as memory:
        say(memory, *LINES)
        memory.learn()
        assert recipe_of(memory).fired["synonyms"] == 1


def test_a_session_of_more_facts_than_a_change_holds_is_learnt_from() -> None:
    with opened("hipporag-2") as memory:
        say(memory, *(f"I like tea{n}." for n in range(3_000)))
        assert memory.learn().errors == ()
        facts = [item for item in made(memory) if item.kind == "fact"]
        assert len(facts) == 20_000 // 7


def test_a_session_without_words_teaches_nothing() -> None:
    with opened("hipporag-2") as memory:
        say(memory, "...!")
        assert memory.learn().errors == ()
        assert made(memory) == []
        assert len(memory.recall("What?")) == 0


def test_with_vectors_facts_and_turns_are_compared_by_meaning() -> None:
    with Memory(":memory:", recipe="hipporag-2", embedder=ScriptedEmbedder(64)) as memory:
        say(memory, *LINES)
        memory.learn()
        memory.embed()
        found = memory.recall("Rex bit Tom.", limit=1)
        assert (found.level, place(found[0].item)) == ("c1", "s1.2")


def test_names_side_by_side_are_a_statement_with_the_words_between() -> None:
    assert statements("Then Ann met Bob Hale in Porto.", "Eve") == [
        ("Eve", "Then", "Ann"),
        ("Ann", "met", "Bob Hale"),
        ("Bob Hale", "in", "Porto"),
    ]
    assert statements("So I don't like tea.", "Eve") == [("Eve", "not like", "tea")]
