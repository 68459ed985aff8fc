"""MemGAS: sessions are seen four ways, and linked where likeness stands out."""

from __future__ import annotations

import json

import pytest

from mnemos import Memory, Scope
from mnemos.models.scripted_chat import ScriptedChat
from mnemos.recipes.mem_gas import MemGas
from tests.unit.alike import Alike
from tests.unit.recipes.told import NOW, everything, same_as_golden, say, transcript

#: Five sessions to warm up, and two about boats, of which the first alone names the harbour.
DAYS = (
    ("We planted beans.", "The onions come next week."),
    ("My exam went well.", "The teacher was kind."),
    ("I baked rye bread.", "It needs more salt."),
    ("The train was late again.", "I missed the meeting."),
    ("The old boat lies in the harbour.", "Its boat sails are torn."),
    ("The roof leaks.", "A carpenter comes on Friday."),
    ("I dream of the boat and its sails.", "A boat with torn sails costs much."),
)


def memory(chat: ScriptedChat | None = None, level: str | None = None) -> Memory:
    return Memory(
        ":memory:", recipe="mem-gas", level=level, chat=chat, embedder=None, clock=lambda: NOW
    )


def tell(made: Memory) -> None:
    for number, texts in enumerate(DAYS):
        say(made, *texts, session=f"s{number}")
    assert made.learn().errors == ()


def of(made: Memory) -> MemGas:
    recipe = made._shared.recipe
    assert isinstance(recipe, MemGas)
    return recipe


def test_each_session_has_four_nodes_and_links_to_what_it_is_like() -> None:
    with memory() as made:
        tell(made)
        assert of(made).fired["link"] > 0
        same_as_golden("mem-gas-rules", transcript(made))


def test_sessions_are_linked_only_after_the_first_five() -> None:
    with memory() as made:
        for number, texts in enumerate(DAYS[:5]):
            say(made, *texts, *DAYS[4], session=f"s{number}")
        made.learn()
        assert of(made).fired["link"] == 0


def test_a_model_sums_up_each_session_in_one_call() -> None:
    def digest(_: object) -> str:
        return json.dumps({"summary": "Somebody met a zebra.", "keywords": ["zebra", "meeting"]})

    with memory(ScriptedChat(digest)) as made:
        say(made, *DAYS[0])
        assert made.learn().decisions == {"mem-gas-session": {"model": 1}}
        same_as_golden("mem-gas-model", transcript(made))


@pytest.mark.parametrize(
    "reply",
    [
        {"summary": " ", "keywords": ["tea"]},
        {"summary": "Tea.", "keywords": []},
        {"summary": "x" * 3_001, "keywords": ["tea"]},
        {"keywords": ["tea"]},
    ],
)
def test_a_bad_reply_changes_nothing_but_the_branch(reply: object) -> None:
    with memory() as made, memory(ScriptedChat(lambda _: json.dumps(reply))) as told:
        for each in (made, told):
            say(each, *DAYS[0])
        made.learn()
        assert told.learn().decisions == {"mem-gas-session": {"fallback": 1}}
        assert transcript(told) == transcript(made)


def test_turns_of_at_most_three_sessions_come_back_the_nearest_first() -> None:
    with memory() as made:
        tell(made)
        found = made.recall("torn boat sails", limit=50)
        assert len({hit.item.scope.session for hit in found}) <= 3
        assert {hit.item.kind for hit in found} == {"turn"}
        assert found[0].item.scope.session in {"s4", "s6"}
        assert {reason.signal for reason in found[0].reasons} <= {"session", "turn"}


def test_the_walk_reaches_what_the_question_does_not_name() -> None:
    for level, reached in ((None, True), ("no-graph", False)):
        with memory(level=level) as made:
            tell(made)
            sessions = {hit.item.scope.session for hit in made.recall("harbour", limit=50)}
            assert "s4" in sessions
            assert ("s6" in sessions) is reached
            assert (of(made).fired["reached"] > 0) is reached
            assert (of(made).fired["link"] > 0) is reached


def test_a_session_that_goes_on_gets_new_nodes_in_place_of_the_old() -> None:
    with memory() as made:
        tell(made)
        say(made, "The keel is sound.", session="s4")
        assert made.learn().errors == ()
        nodes = [each for each in everything(made) if each.made_by]
        assert len(nodes) == 4 * len(DAYS)
        assert "keel" in transcript(made)
        with made.reader() as reader:
            active = {each.id for each in nodes}
            for each in nodes:
                assert {link.source for link in reader.links(each.id)} <= active


def test_sessions_not_learnt_from_yet_are_found_by_their_turns() -> None:
    with memory() as made:
        tell(made)
        say(made, "A zebra!", session="s9")
        assert made.recall("zebra")[0].text == "A zebra!"


def test_one_owner_s_sessions_are_never_linked_to_another_s() -> None:
    with memory() as made:
        for number in range(7):
            made.remember(
                [{"role": "user", "content": DAYS[4][0]}],
                session=f"s{number}",
                scope=Scope(user=f"u{number}"),
            )
        assert made.learn().errors == ()
        assert of(made).fired["link"] == 0


def test_what_is_dropped_is_learnt_again_the_same() -> None:
    with memory() as made:
        tell(made)
        learnt = made.state_hash()
        made.unlearn("mem-gas")
        made.learn()
        assert made.state_hash() == learnt


def test_with_an_embedder_sessions_are_compared_by_meaning() -> None:
    with Memory(":memory:", recipe="mem-gas", embedder=Alike(), clock=lambda: NOW) as made:
        for number, text in enumerate(("my canoe", "nine pens lay", "rain again")):
            say(made, text, session=f"s{number}")
        made.learn()
        made.embed()
        found = made.recall("boat")
        assert (found.level, found[0].text) == ("c1", "my canoe")


def test_a_long_session_is_learnt_from() -> None:
    with memory() as made:
        say(made, *[f"turn {number} of many" for number in range(1_000)])
        assert made.learn().errors == ()
