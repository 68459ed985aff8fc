from __future__ import annotations

from datetime import UTC, datetime, timedelta

from bench.conversation import Conversation, Question, Turn
from bench.facts import ask, difference, rows_of
from bench.memories import fill

MAY = datetime(2026, 5, 3, 10, tzinfo=UTC)
SAID = (
    ("s1", "I live in Porto."),
    ("s1", "Where do people live in comfort? I live for comfort, live and let live."),
    ("s2", "We moved to Lisbon, so that is settled."),
)


def conversation() -> Conversation:
    turns = tuple(
        Turn(
            ref=str(place),
            session=session,
            speaker="Ann",
            text=text,
            said_at=MAY + timedelta(days=place),
        )
        for place, (session, text) in enumerate(SAID)
    )
    gold = frozenset({"2"})
    question = Question(
        qid="q", text="Tell me where I live.", category="update", gold=gold, audited=gold
    )
    return Conversation(
        dataset="made up",
        name="one",
        turns=turns,
        questions=(question,),
        asked_at=MAY + timedelta(days=9),
    )


def test_what_facts_put_first_is_counted_as_a_difference() -> None:
    said = conversation()
    with fill(said, ":memory:", learning="on request") as memory:
        asked = ask(memory, said)
        assert [fact.value for fact in memory.facts(slot="home")] == ["Lisbon"]
    assert (asked[0].before[0], asked[0].after[0]) == (0.0, 1.0)
    assert asked[0].moved
    assert asked[0].marked == 1
    without, change = difference(asked, 1)
    assert (without, change.mean) == (0.0, 1.0)
    row = rows_of("made up", asked)["made up · update"]
    assert (row["questions"], row["moved"], row["marked"]) == (1, 1, 1.0)
