"""A scenario within other talk stays what it is, and the talk is said by its people."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from bench.conversation import Conversation, Turn
from bench.facts_in_memory import LATER
from bench.updates_set import OPEN, read
from bench.within_talk import AFTER, BEFORE, MOST, alone, within

START = datetime(2023, 5, 8, tzinfo=UTC)
UPDATES = read(OPEN)


def talk(turns: int) -> Conversation:
    return Conversation(
        dataset="made up",
        name="talk",
        turns=tuple(
            Turn(
                ref=f"D{n}",
                session=str(n // 10),
                text=f"Zed, Cyril and tea number {n}.",
                speaker="Zed" if n % 2 else "Cyril",
                said_at=START + timedelta(minutes=n),
            )
            for n in range(turns)
        ),
        questions=(),
        asked_at=START,
    )


def test_the_scenario_is_there_whole_and_in_its_order() -> None:
    for update in UPDATES[:10]:
        refs = [turn.ref for turn in update.turns]
        told = within(update, [talk(500)]).turns
        assert [turn for turn in told if turn.ref in refs] == list(update.turns)
        assert len(told) == len(refs) + MOST
        assert list(alone(update).turns) == list(update.turns)


def test_others_speak_with_the_voices_of_the_scenario_at_about_its_time() -> None:
    update = UPDATES[0]
    own = {turn.speaker for turn in update.turns}
    moments = [turn.said_at for turn in update.turns if turn.said_at]
    for turn in within(update, [talk(40)]).turns:
        assert turn.speaker in own
        assert not {"Zed", "Cyril"} & set(re.findall(r"\w+", turn.text))
        assert turn.said_at is not None
        assert min(moments) - BEFORE <= turn.said_at <= max(moments) + AFTER + timedelta(hours=1)


def test_it_is_always_the_same_and_asked_after_the_scenario() -> None:
    update = UPDATES[3]
    talks = [talk(40), talk(60), talk(80)]
    assert within(update, talks) == within(update, talks)
    assert within(update, talks).asked_at == update.turns[-1].said_at + LATER  # type: ignore[operator]
