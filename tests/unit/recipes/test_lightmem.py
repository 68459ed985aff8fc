"""LightMem: shortened turns, topics, facts, and what sleep makes of them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta

import pytest

from mnemos import Item, Memory, Scope
from mnemos.ingest import cut
from mnemos.ingest.queues import queues
from mnemos.lifecycle.proposal import MAX_ROWS
from mnemos.models.base import ChatRequest
from mnemos.models.decide import Decider
from mnemos.models.scripted_chat import ScriptedChat
from mnemos.recipes.lightmem import MOST_ROWS, LightMem
from mnemos.types import Session
from tests.unit.recipes.told import same_as_golden

NOW = datetime(2026, 3, 9, 9, tzinfo=UTC)
MAY = ("Hi Tom! Did you know?", "I have moved to Oslo with my cat Miso.", "Wow, great!")
JUNE = ("I have moved to Oslo with my cat Miso.", "The cat sleeps on the red sofa.")

Script = Callable[[ChatRequest], str]


def say(memory: Memory, texts: Iterable[str], session: str, day: int = 0) -> tuple[str, ...]:
    return memory.remember(
        [
            {"role": "user", "name": "Ines", "content": text, "said_at": NOW + timedelta(days=day)}
            for text in texts
        ],
        session=session,
    ).ids


def opened(level: str | None = None, script: Script | None = None) -> Memory:
    chat = None if script is None else ScriptedChat(script)
    return Memory(
        ":memory:", recipe="lightmem", level=level, chat=chat, embedder=None, clock=lambda: NOW
    )


def entries(memory: Memory, kinds: tuple[str, ...] = ("fact", "update")) -> list[Item]:
    return list(memory.browse(kinds=kinds).items)


def test_a_topic_ends_where_likeness_dips_under_the_lowest_bar_that_cuts() -> None:
    # A buffer of 12 tokens holds turns 0-2. Under .2 nothing dips, under .25 the .22 does: cut
    # after turn 0; what follows waits. Turns 1-3: .9 and .4: bars rise to .45, cut after turn 2.
    tokens, alike = [4, 4, 4, 4], [0.22, 0.9, 0.4]
    assert cut.by_topic(tokens, alike, most=12) == [(0, 1), (1, 3), (3, 4)]
    # From .5 on nothing is cut: the full buffer is one topic.
    assert cut.by_topic(tokens, [0.5, 0.5, 0.5], most=12) == [(0, 3), (3, 4)]


def test_an_entry_queues_for_the_ten_nearest_that_stand_before_it_from_point_eight_on() -> None:
    # 384 bits, h of them differ: cos(πh/384) is .806 for 79 and .7986 for 79 + 1 … 80 → .7934.
    import numpy as np  # noqa: PLC0415 - of this test alone

    def row(differing: int) -> list[int]:
        bits = np.array([1] * differing + [0] * (384 - differing), dtype=np.uint8)
        flipped = bits ^ np.tile(np.array([1, 0], dtype=np.uint8), 192)
        found: list[int] = np.packbits(flipped, bitorder="little").view("<u8").tolist()
        return found

    rows = np.array([row(80), row(78), row(0)], dtype=np.uint64)
    (named,) = queues(rows, 384, ["ann", "ann", "ann"], {2})
    assert (named.old, named.newer) == (1, (2,))
    assert named.alike == pytest.approx(0.8032, abs=1e-4)
    same = np.array([row(0)] * 13, dtype=np.uint64)
    assert [each.old for each in queues(same, 384, ["ann"] * 13, {12})] == list(range(10))


def test_without_a_model_the_users_own_statements_are_the_facts() -> None:
    with opened() as memory:
        turns = say(memory, MAY, "s1")
        memory.remember(
            [{"role": "assistant", "content": "Oslo has 700,000 people."}], session="s1"
        )
        memory.learn()
        (fact,) = entries(memory)
        assert (fact.text, fact.sources, fact.speaker) == (MAY[1], (turns[1],), "Ines")
        assert [hit.item.kind for hit in memory.recall("Who moved to Oslo?")] == ["fact"]


def test_asleep_what_is_said_again_supersedes_the_older_and_the_ablation_keeps_both() -> None:
    held = {}
    for level in ("full", "no-sleep"):
        with opened(level) as memory:
            say(memory, MAY, "s1")
            _, second = say(memory, JUNE, "s2", day=30)
            memory.consolidate()
            hits = memory.recall("Who moved to Oslo with a cat?")
            held[level] = [(hit.item.text, hit.item.scope.session) for hit in hits]
            assert memory.recall("sofa")[0].item.sources == (second,)
    again = (MAY[1], "s2")
    assert again in held["full"]
    assert (MAY[1], "s1") not in held["full"]
    assert {again, (MAY[1], "s1")} <= set(held["no-sleep"])


def test_what_sleep_does_is_counted() -> None:
    with opened() as memory:
        say(memory, MAY, "s1")
        say(memory, JUNE, "s2", day=30)
        memory.consolidate()
        recipe = memory._shared.recipe
        assert isinstance(recipe, LightMem)
        assert recipe.fired["delete"] == 1
        assert recipe.fired["topics"] >= 2
        assert memory.consolidate().steps == 0  # slept once, it wakes for new ones alone


def test_an_entry_that_comes_late_never_supersedes_what_was_said_after_it() -> None:
    with opened() as memory:
        say(memory, JUNE, "s2", day=30)
        memory.consolidate()
        say(memory, MAY, "s1")
        memory.consolidate()
        assert [fact.status for fact in entries(memory)] == ["active"] * 3


def test_one_users_entries_never_touch_anothers() -> None:
    with opened() as memory:
        for user in ("ann", "bob"):
            own = memory.scoped(user=user)
            own.remember([{"role": "user", "content": MAY[1]}], session="s1")
        learned = memory.consolidate()
        assert learned.errors == ()
        assert [fact.scope.user for fact in entries(memory)] == ["ann", "bob"]


def script(request: ChatRequest) -> str:
    """List a fact a session; asleep, update."""
    shown = json.loads(request.user.split("\n", 1)[1].rsplit("\n", 1)[0])
    if "old" in shown:
        newest = shown["newer"][-1]["text"]
        return json.dumps({"action": "update", "text": f"{newest} It was said twice."})
    told = [int(n) for n, text in shown["turns"].items() if "Oslo" in text]
    return json.dumps({"facts": [{"text": "Ines moved to Oslo with Miso.", "turns": told}]})


def golden() -> str:
    """Return what is asked, and what is made of the replies."""
    chat = ScriptedChat(script)
    with Memory(
        ":memory:", recipe="lightmem", chat=chat, embedder=None, clock=lambda: NOW
    ) as memory:
        say(memory, MAY, "s1")
        say(memory, JUNE, "s2", day=30)
        learned = memory.consolidate()
        lines = [f"asked: {request.user.splitlines()[1]}" for request in chat.requests]
        lines.append(f"decided: {learned.decisions} {learned.errors}")
        with memory.reader() as reader:
            docs = reader.derived("lightmem").docs
            nos = sorted(set(docs["item"][docs["recipe"] > 0].tolist()))
            for item in reader.items(nos):
                cited = " | ".join(each.text for each in reader.by_id(item.sources))
                lines += [f"{item.kind} ({item.status}): {item.text}", f"    from: {cited}"]
    return "\n".join(lines) + "\n"


def test_the_golden_transcript() -> None:
    same_as_golden("lightmem", golden())


@pytest.mark.parametrize(
    "reply",
    [
        "no idea",
        '{"facts": [{"text": "She moved.", "turns": [9]}]}',
        '{"facts": [{"text": " ", "turns": [1]}]}',
        '{"facts": [{"text": "She moved.", "turns": []}]}',
        '{"action": "update", "text": ""}',
        '{"action": "delete", "text": "Gone."}',
    ],
)
def test_a_bad_reply_changes_nothing_but_the_branch(reply: str) -> None:
    with opened() as plain, opened(script=lambda _: reply) as told:
        for memory in (plain, told):
            say(memory, MAY, "s1")
            say(memory, JUNE, "s2", day=30)
            memory.consolidate()
        assert entries(plain) == entries(told)


def test_no_prompt_is_too_long_however_long_the_turns() -> None:
    chat = ScriptedChat(lambda _: '{"facts": []}')
    with Memory(
        ":memory:", recipe="lightmem", chat=chat, embedder=None, clock=lambda: NOW
    ) as memory:
        say(memory, ["word " * 9_000, *["I like tea and long walks by the sea."] * 60], "s1")
        learned = memory.learn()
        assert set(learned.decisions["lightmem-facts"]) == {"model"}


def test_equal_turns_give_equal_memories_and_relearning_gives_the_same() -> None:
    hashes = set()
    for _ in range(2):
        with opened() as memory:
            say(memory, MAY, "s1")
            say(memory, JUNE, "s2", day=30)
            memory.consolidate()
            hashes.add(memory.state_hash())
            memory.unlearn("lightmem")
            assert len(memory.recall("Who moved to Oslo?")) == 0
            memory.consolidate()
            hashes.add(memory.state_hash())
    assert len(hashes) == 1


def test_a_model_that_words_superseded_facts_anew_after_unlearning_is_heard() -> None:
    said = ["Ines lives in Oslo."]
    facts = lambda _: json.dumps({"facts": [{"text": said[0], "turns": [1]}]})  # noqa: E731
    with opened(script=facts) as memory:
        say(memory, MAY[1:2], "s1")
        say(memory, MAY[1:2], "s2", day=30)
        memory.consolidate()
        assert [fact.status for fact in entries(memory)] == ["active"]
        memory.unlearn("lightmem")
        said[0] = "Ines has a cat."
        assert memory.learn().errors == ()
        assert [fact.text for fact in entries(memory)] == [said[0]] * 2


def test_a_session_of_many_long_turns_fits_one_change(monkeypatch: pytest.MonkeyPatch) -> None:
    assert MOST_ROWS < MAX_ROWS
    monkeypatch.setattr("mnemos.recipes.lightmem.MOST_ROWS", 200)
    text = " ".join(f"Ines likes tea number {n} from shop {n}." for n in range(6))
    for count, most in ((50, 3), (100, 2), (300, 1)):  # 200 rows shared; one a turn in any case
        turns = tuple(
            Item(
                id=f"t{n}",
                text=text,
                scope=Scope(session="s"),
                position=n,
                role="user",
                said_at=NOW,
                recorded_at=NOW,
            )
            for n in range(count)
        )
        with opened() as memory, memory.reader() as reader:
            session = Session(scope=Scope(session="s"), new=turns)
            delta = LightMem().learn(session, reader, Decider())
            assert len(delta.items) == most * count
