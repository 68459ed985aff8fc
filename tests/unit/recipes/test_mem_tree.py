"""MemTree: turns go down a tree of topics, which say what is below them."""

from __future__ import annotations

import json

import numpy as np
import pytest

from mnemos import Memory, Scope
from mnemos.ingest.growing import Growing
from mnemos.ingest.tree import threshold
from mnemos.models.scripted_chat import ScriptedChat
from mnemos.recipes.mem_tree import MemTree
from tests.unit.alike import Alike
from tests.unit.recipes.told import NOW, derived, same_as_golden, say, transcript

PAW = (
    "Pip hurt a paw on the beach today.",
    "We planted beans and onions behind the shed.",
    "The paw that Pip hurt on the beach has healed!",
    "Pip ran on the beach, no paw hurt today.",
)


def memory(chat: ScriptedChat | None = None, level: str | None = None) -> Memory:
    return Memory(
        ":memory:", recipe="mem-tree", level=level, chat=chat, embedder=None, clock=lambda: NOW
    )


def replying(text: str) -> ScriptedChat:
    return ScriptedChat(lambda _: json.dumps({"summary": text}))


def test_topics_grow_and_say_what_is_below_them() -> None:
    with memory() as made:
        say(made, *PAW)
        assert made.learn().errors == ()
        same_as_golden("mem-tree-rules", transcript(made))


def test_the_way_down_is_that_of_the_formula() -> None:
    # Of 16 bits: one differing is cos(π/16) = .9808, six are cos(6π/16) = .3827, five .5556.
    # θ(1) = .4 · e^(1/30) = .4136: five are near enough for the first step, six are not.
    assert threshold(1) == pytest.approx(0.4135582, abs=1e-6)
    first = np.array([[0xFFFF]], dtype=np.uint64)
    for differing, splits in ((0x1F, True), (0x3F, False)):
        tree = Growing(["a"], first, 16, {})
        spot = tree.insert("b", first[0] ^ np.uint64(differing), lambda one, two: one + two)
        assert spot.splits is splits


def test_a_model_sums_up_one_topic_a_step_and_only_when_idle() -> None:
    with memory(replying("Pip's paw was hurt and has healed.")) as made:
        say(made, *PAW)
        assert made.learn().decisions == {}
        before = transcript(made)
        done = made.consolidate(steps=1)
        assert done.steps == 1 and before != transcript(made)
        while made.consolidate(steps=5).steps:
            pass
        same_as_golden("mem-tree-model", transcript(made))
        assert made.recall("hurt and healed", kinds=["topic"])[0].item.attrs["by"] == "model"


def test_what_a_model_wrote_stands_until_it_writes_again() -> None:
    with memory(replying("A summary of quartz.")) as made:
        say(made, *PAW[:3])
        made.learn()
        assert made.consolidate(steps=9).steps == 1
        say(made, PAW[3])
        made.learn()
        assert made.recall("quartz")[0].item.kind == "topic"
        (waiting,) = [
            each for each in made.browse(kinds=["topic"]).items if each.attrs["by"] == "model"
        ]
        assert waiting.attrs["waits"]


@pytest.mark.parametrize(
    "reply", ['{"summary": " "}', '{"about": "x"}', "no", '{"summary": "' + "x" * 1_600 + '"}']
)
def test_a_bad_reply_changes_nothing(reply: str) -> None:
    with memory(ScriptedChat(lambda _: reply)) as made:
        say(made, *PAW)
        made.learn()
        before = made.state_hash()
        assert made.consolidate(steps=3).steps == 0
        assert made.state_hash() == before


def test_without_a_model_there_is_nothing_to_consolidate() -> None:
    with memory() as made:
        say(made, *PAW)
        made.learn()
        assert made.consolidate(steps=3).steps == 0


def test_learning_bit_by_bit_gives_what_learning_at_once_gives() -> None:
    texts = [*PAW, "Beans and onions were planted late.", "The beach is far.", "Pip hurt a paw!"]
    with memory() as bits, memory() as once:
        for text in texts:
            say(bits, text)
            bits.learn()
        for text in texts:
            say(once, text)
        once.learn()
        assert len(bits.browse(kinds=["topic"]).items) > 1
        assert derived(bits) == derived(once)


def test_a_topic_cites_the_turns_that_its_words_come_from_and_goes_with_them() -> None:
    with memory() as made:
        ids = say(made, *PAW)
        made.learn()
        (topic, *_) = sorted(
            made.browse(kinds=["topic"]).items, key=lambda each: -len(each.sources)
        )
        assert set(topic.sources) == {ids[0], ids[2], ids[3]}
        made.erase(ids[2])
        assert "healed" not in transcript(made)
        say(made, "Pip hurt the other paw on the beach today.")
        assert made.learn().errors == ()  # what hung below what is gone hangs below the root


def test_topics_are_shared_by_sessions_of_one_owner_only() -> None:
    with memory() as made:
        for user, session in (("ann", "s1"), ("ann", "s2"), ("bob", "s3")):
            made.remember(
                [{"role": "user", "content": PAW[0]}], session=session, scope=Scope(user=user)
            )
        assert made.learn().errors == ()
        (topic,) = made.browse(kinds=["topic"]).items
        assert topic.scope == Scope(user="ann")


def test_the_ablation_has_leaves_and_no_topics() -> None:
    with memory(level="no-tree") as made:
        say(made, *PAW)
        made.learn()
        assert made.browse(kinds=["topic"]).items == ()
        assert len(made.browse(kinds=["leaf"]).items) == len(PAW)
        assert [hit.text for hit in made.recall("onions")] == [PAW[1]]


def test_it_counts_what_it_did() -> None:
    for level, fires in ((None, True), ("no-tree", False)):
        with memory(level=level) as made:
            say(made, *PAW)
            made.learn()
            made.recall("Which paw was hurt on the beach?")
            recipe = made._shared.recipe
            assert isinstance(recipe, MemTree)
            counted = [recipe.fired[each] > 0 for each in ("topic", "descent", "topic found")]
            assert counted == [fires] * 3


def test_what_is_dropped_is_learnt_again_the_same() -> None:
    with memory() as made:
        say(made, *PAW)
        made.learn()
        learnt = made.state_hash()
        made.unlearn("mem-tree")
        made.learn()
        assert made.state_hash() == learnt


def test_with_an_embedder_what_is_far_from_the_question_does_not_come_back() -> None:
    with Memory(":memory:", recipe="mem-tree", embedder=Alike(), clock=lambda: NOW) as made:
        say(made, "my canoe", "my kayak", "nine pens lay")
        made.learn()
        made.embed()
        found = made.recall("boat")
        assert found.level == "c1"
        assert "nine pens lay" not in {hit.text for hit in found}
        assert {"my canoe", "my kayak"} <= {hit.text for hit in found}


def test_turns_not_learnt_from_yet_are_found_by_their_own_words() -> None:
    with memory() as made:
        say(made, PAW[0])
        made.learn()
        say(made, PAW[1])
        assert made.recall("onions")[0].text == PAW[1]


def test_a_long_session_of_the_same_words_is_learnt_from() -> None:
    with memory() as made:
        say(made, *["the same words every time"] * 100)
        assert made.learn().errors == ()
