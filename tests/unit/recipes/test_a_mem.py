"""A-MEM: notes link to what they resemble, and change what it says."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from mnemos import Memory, Scope, Where
from mnemos.models.base import ChatRequest
from mnemos.models.scripted_chat import ScriptedChat
from mnemos.recipes.a_mem import AMem
from tests.unit.alike import Alike
from tests.unit.recipes.told import NOW, same_as_golden, say, transcript

#: The vet's turn tells of the paw, "paw" of the beach; nothing tells of the beans.
BEACH = "Pip hurt a paw on the beach today."
BEANS = "We planted beans and onions behind the shed."
VET = "Pip and the paw that was hurt on the beach: healed!"


def memory(chat: ScriptedChat | None = None, level: str | None = None) -> Memory:
    return Memory(
        ":memory:", recipe="a-mem", level=level, chat=chat, embedder=None, clock=lambda: NOW
    )


def replying(*replies: Callable[[list[str]], object]) -> ScriptedChat:
    """Give the replies one after the other, each made of the notes that were shown."""
    waiting = list(replies)

    def script(request: ChatRequest) -> str:
        found = re.search(r"\{.*\}", request.user, re.DOTALL)
        assert found is not None
        return json.dumps(waiting.pop(0)(json.loads(found[0])["notes"]))

    return ScriptedChat(script)


def about(word: str, **more: object) -> Callable[[list[str]], object]:
    return lambda _: {"keywords": [word], **more}


def test_a_note_links_to_what_it_resembles_and_tags_it_with_what_both_hold() -> None:
    with memory() as made:
        say(made, BEACH, BEANS, VET)
        assert made.learn().errors == ()
        same_as_golden("a-mem-rules", transcript(made))


def test_a_model_writes_links_and_rewrites_by_the_numbers_that_it_was_shown() -> None:
    def healed(shown: list[str]) -> object:
        number = next(place for place, note in enumerate(shown, 1) if BEACH in note)
        update = {"note": number, "context": "A paw that has healed since.", "tags": ["health"]}
        return {
            "keywords": ["Pip", "paw"],
            "context": "Good news.",
            "links": [number],
            "updates": [update],
        }

    with memory(replying(about("beans"), about("paw"), healed)) as made:
        say(made, BEANS, BEACH, VET)  # what it is about is not the store's first note
        learned = made.learn()
        assert learned.decisions == {"a-mem-note": {"model": 3}}
        same_as_golden("a-mem-model", transcript(made))
        beach = next(note for note in made.browse(kinds=["note"]).items if BEACH in note.text)
        assert beach.attrs["context"] == "A paw that has healed since."
        beans = next(note for note in made.browse(kinds=["note"]).items if BEANS in note.text)
        assert beans.attrs["context"] == ""


def test_a_model_rewrites_no_note_of_another_session() -> None:
    update = {"note": 1, "context": "The paw has healed.", "tags": ["pets"]}
    chat = replying(about("paw"), about("vet", links=[1], updates=[update]))
    with memory(chat) as made:
        say(made, BEACH, session="1")
        say(made, VET, session="2")
        done = made.learn()
        assert (done.errors, done.sessions) == ((), 2)
        told = transcript(made)
    assert "similar note 1" in told and "healed." not in told.replace(VET, "")


def test_what_a_turn_told_about_another_goes_with_it() -> None:
    update = {"note": 1, "context": "A secret that only the second tells.", "tags": []}
    with memory(replying(about("paw"), about("vet", updates=[update]))) as made:
        _, second = say(made, BEACH, VET)
        made.learn()
        assert made.recall("secret")[0].text == BEACH
        made.erase(second)
        assert len(made.recall("secret")) == 0


@pytest.mark.parametrize(
    "reply",
    [
        {"keywords": ["vet"], "links": [2]},
        {"keywords": ["vet"], "links": [0]},
        {"keywords": ["vet"], "updates": [{"note": 7, "context": "x", "tags": []}]},
        {"keywords": [" "]},
        {"tags": ["vet"]},
    ],
)
def test_a_bad_reply_changes_nothing_but_the_branch(reply: object) -> None:
    with memory() as made, memory(ScriptedChat(lambda _: json.dumps(reply))) as told:
        for each in (made, told):
            say(each, BEACH, VET)
        made.learn()
        branches = told.learn().decisions["a-mem-note"]
        assert branches.get("fallback", 0) >= 1
        assert transcript(told).splitlines()[2:] == transcript(made).splitlines()[2:]


def test_a_linked_note_inherits_its_hits_score_times_the_weight_of_the_link() -> None:
    link: Callable[[list[str]], object] = about("cabin", links=[1])
    with memory(replying(about("lake"), link)) as made:
        say(made, "A lake far away.", "Our cabin burnt down.")
        made.learn()
        with made.reader() as reader:
            lake = next(note for note in made.browse(kinds=["note"]).items if "lake" in note.text)
            (edge,) = reader.links(lake.id)
        first, second = made.recall("cabin")
        assert (first.text, second.text) == ("Our cabin burnt down.", "A lake far away.")
        assert edge.weight > 0
        assert second.score == pytest.approx(first.score * edge.weight)


def test_linked_notes_are_not_cut_away_behind_the_hits() -> None:
    others = [f"A tent, and {'rain ' * number}" for number in range(1, 13)]
    replies = [about("lake"), about("tent", links=[1]), *([about("rain")] * 12)]
    with memory(replying(*replies)) as made:
        say(made, "A lake far away.", "Tent, lake far away!", *others)
        made.learn()
        found = [hit.text for hit in made.recall("tent", limit=12)]
        assert len(found) == 12
        assert "A lake far away." in found  # more hits than that hold the word


def test_the_ablation_has_notes_and_neither_links_nor_rewritings() -> None:
    with memory(level="no-links") as made:
        say(made, BEACH, BEANS, VET)
        made.learn()
        same_as_golden("a-mem-no-links", transcript(made))


def test_it_counts_what_it_did() -> None:
    for level, fires in ((None, True), ("no-links", False)):
        with memory(level=level) as made:
            say(made, BEACH, VET)
            made.learn()
            made.recall("Where was the paw hurt?")
            recipe = made._shared.recipe
            assert isinstance(recipe, AMem)
            counts = [recipe.fired[each] > 0 for each in ("link", "evolution", "followed")]
            assert counts == [fires] * 3


def test_turns_without_a_note_are_found_by_their_own_words() -> None:
    with memory() as made:
        say(made, BEACH)
        made.learn()
        say(made, VET)
        assert [hit.text for hit in made.recall("healed paw")] == [VET, BEACH]
        assert [hit.text for hit in made.recall("healed paw", where=Where(roles=("user",)))] == [
            VET,
            BEACH,
        ]


def test_one_owner_s_notes_are_never_linked_to_another_s() -> None:
    with memory() as made:
        for user in ("ann", "bob"):
            made.remember([{"role": "user", "content": BEACH}], session="s", scope=Scope(user=user))
        assert made.learn().errors == ()
        assert "similar" not in transcript(made)


def test_what_is_dropped_is_learnt_again_the_same() -> None:
    with memory() as made:
        say(made, BEACH, BEANS, VET)
        made.learn()
        learnt = made.state_hash()
        made.unlearn("a-mem")
        assert made.state_hash() != learnt
        made.learn()
        assert made.state_hash() == learnt


def test_with_an_embedder_notes_are_compared_by_meaning() -> None:
    with Memory(":memory:", recipe="a-mem", embedder=Alike(), clock=lambda: NOW) as made:
        say(made, "my canoe", "my kayak", "nine pens lay")
        made.learn()
        made.embed()
        assert "similar" in transcript(made)
        found = made.recall("boat")
        assert found.level == "c1"
        assert {hit.text for hit in found[:2]} == {"my canoe", "my kayak"}


def test_a_long_session_s_change_stays_within_what_one_may_hold() -> None:
    with memory() as made:
        say(made, *["the same words every time"] * 3_000)
        assert made.learn().errors == ()


def test_the_golden_files_are_all_used() -> None:
    names = {path.stem for path in Path("tests/golden/recipes").glob("a-mem-*.txt")}
    assert names == {"a-mem-rules", "a-mem-model", "a-mem-no-links"}
