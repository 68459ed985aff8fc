"""ReadAgent: pages that end at a pause, their gists, and the pages that a question opens."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from datetime import UTC, datetime

import pytest

from mnemos import Item, Memory
from mnemos.models.base import ChatRequest
from mnemos.models.scripted_chat import ScriptedChat
from mnemos.recipes.read_agent import ReadAgent
from tests.unit.recipes.told import same_as_golden

NOW = datetime(2026, 3, 9, 9, tzinfo=UTC)
#: A paragraph of 100 words about one thing.
SUBJECTS = ("boat", "boat", "boat", "garden", "garden", "garden", "oven", "oven", "oven")

Script = Callable[[ChatRequest], str]


def paragraph(subject: str, number: int) -> str:
    return (
        f"The {subject} {subject} {subject} {subject} is number {number}. "
        + "So it is. " * 30
        + "Yes."
    )


def say(memory: Memory, texts: Iterable[str], session: str = "s1") -> tuple[str, ...]:
    return memory.remember(
        [{"role": "user", "name": "Ines", "content": text} for text in texts], session=session
    ).ids


def book(memory: Memory) -> tuple[str, ...]:
    return say(memory, [paragraph(subject, n) for n, subject in enumerate(SUBJECTS)])


def opened(level: str | None = None, script: Script | None = None) -> Memory:
    chat = None if script is None else ScriptedChat(script)
    return Memory(
        ":memory:", recipe="read-agent", level=level, chat=chat, embedder=None, clock=lambda: NOW
    )


def gists(memory: Memory) -> list[Item]:
    found = memory.browse(kinds=["gist"]).items
    return sorted(found, key=lambda gist: (gist.scope.session or "", gist.position))


def fired(memory: Memory) -> dict[str, int]:
    recipe = memory._shared.recipe
    assert isinstance(recipe, ReadAgent)
    return dict(recipe.fired)


def test_a_page_ends_where_neighbours_are_least_alike_between_280_and_600_words() -> None:
    # 9 paragraphs of 99 words. From turn 0 a page may end after 3 (297 words) to 6 (594): after 3
    # the boat gives way to the garden, after 6 the garden to the oven; the first of equals is
    # taken. From turn 3 on 594 words are left, which fit one page: nothing is cut.
    with opened() as memory:
        turns = book(memory)
        memory.learn()
        assert [gist.sources for gist in gists(memory)] == [turns[:3], turns[3:]]


def test_a_gist_is_made_of_the_pages_own_sentences_and_much_shorter() -> None:
    with opened() as memory:
        book(memory)
        memory.learn()
        for gist, subject in zip(gists(memory), ("boat", "garden"), strict=True):
            assert subject in gist.text
            assert 1 <= len(gist.text.split()) <= 90  # .15 of 600


def test_the_turns_of_opened_pages_stand_in_the_place_of_their_gists() -> None:
    with opened(script=script) as memory:
        turns = book(memory)
        memory.learn()
        hits = memory.recall("Where are garden and boat?", limit=20)
        # The script opens the page of the garden: its turns come back, the other page's gist.
        assert {hit.id for hit in hits[:-1]} == set(turns[3:])
        assert (hits[-1].item.kind, hits[-1].item.sources) == ("gist", turns[:3])
        assert fired(memory) == {"pages": 2, "opened": 1}


def test_the_ablation_ranks_all_turns_without_pages() -> None:
    with opened("no-gists") as memory:
        turns = book(memory)
        assert memory.learn().rows == 0
        hits = memory.recall("Where is the garden?", limit=20)
        assert {hit.id for hit in hits} == set(turns[3:6])
        assert fired(memory) == {"opened": 0}


def test_of_one_session_two_pages_are_opened_while_others_wait() -> None:
    with opened() as memory:
        for session in ("s1", "s2"):
            say(memory, [paragraph("garden", n) for n in range(24)], session)
        say(memory, ["The garden has a gate."], "s3")
        memory.learn()
        assert len(gists(memory)) > 6
        hits = memory.recall("Where is the garden gate?", limit=100)
        read = {hit.item.scope.session for hit in hits if hit.item.kind == "turn"}
        assert read == {"s1", "s2", "s3"}


def test_learning_turn_by_turn_gives_the_pages_of_learning_at_once() -> None:
    with opened() as whole, opened() as parts:
        book(whole)
        whole.learn()
        for n, subject in enumerate(SUBJECTS):
            say(parts, [paragraph(subject, n)])
            parts.learn()
        for memory in (whole, parts):
            memory.verify()
        assert [(gist.sources, gist.text) for gist in gists(whole)] == [
            (gist.sources, gist.text) for gist in gists(parts)
        ]


def test_equal_turns_give_equal_memories_and_relearning_gives_the_same() -> None:
    hashes = set()
    for _ in range(2):
        with opened() as memory:
            book(memory)
            memory.learn()
            hashes.add(memory.state_hash())
            memory.unlearn("read-agent")
            assert gists(memory) == []
            memory.learn()
            hashes.add(memory.state_hash())
    assert len(hashes) == 1


def script(request: ChatRequest) -> str:
    """Pause after five paragraphs at most, shorten to three words, open the garden's page."""
    shown = json.loads(request.user.splitlines()[1])
    if "allowed" in shown:
        return json.dumps({"after": shown["allowed"][0]})
    if "question" in shown:
        pages = [int(n) for n, gist in shown["pages"].items() if "garden" in gist]
        return json.dumps({"pages": pages})
    subjects = sorted({text.split()[2] for text in shown["paragraphs"].values()})
    return json.dumps({"gist": f"About {' and '.join(subjects)}."})


def golden() -> str:
    """Return what is asked, shortened, and what is made of the replies."""
    chat = ScriptedChat(script)
    with Memory(
        ":memory:", recipe="read-agent", chat=chat, embedder=None, clock=lambda: NOW
    ) as memory:
        book(memory)
        learned = memory.learn()
        hits = memory.recall("Where is the garden?", limit=20)
        lines = [
            "asked: " + request.user.splitlines()[1].replace("So it is. " * 30, "… ")
            for request in chat.requests
        ]
        lines.append(f"decided: {learned.decisions} {learned.errors}")
        lines += [f"gist: {gist.text} from {len(gist.sources)}" for gist in gists(memory)]
        lines += [f"hit: {hit.item.kind} {hit.text[:40]}" for hit in hits]
    return "\n".join(lines) + "\n"


def test_the_golden_transcript() -> None:
    same_as_golden("read-agent", golden())


@pytest.mark.parametrize(
    "reply",
    ["no idea", '{"after": 99}', '{"gist": " "}', '{"pages": []}', '{"pages": [77]}'],
)
def test_a_bad_reply_changes_nothing_but_the_branch(reply: str) -> None:
    with opened() as plain, opened(script=lambda _: reply) as told:
        found = []
        for memory in (plain, told):
            book(memory)
            memory.learn()
            hits = memory.recall("Where is the garden?")
            found.append((gists(memory), [(hit.id, hit.score) for hit in hits]))
        assert found[0] == found[1]


def test_nothing_is_opened_for_a_question_that_nothing_matches() -> None:
    with opened() as memory:
        book(memory)
        memory.learn()
        assert memory.recall("Who plays chess?").abstention is not None
        assert fired(memory)["opened"] == 0


def test_turns_not_learnt_from_yet_are_found_all_the_same() -> None:
    with opened() as memory:
        (turn,) = say(memory, ["The ferry leaves at nine."])
        assert [hit.id for hit in memory.recall("ferry")] == [turn]


def test_no_prompt_is_too_long_however_long_the_turns() -> None:
    chat = ScriptedChat(lambda _: '{"gist": "Words."}')
    with Memory(
        ":memory:", recipe="read-agent", chat=chat, embedder=None, clock=lambda: NOW
    ) as memory:
        say(memory, ["word " * 9_000])
        learned = memory.learn()
        assert learned.decisions == {"read-agent-gist": {"model": 1}}


def test_a_session_of_five_thousand_turns_is_cut() -> None:
    with opened() as memory:
        say(memory, [f"I like tea number {n} from the shop." for n in range(5_000)])
        assert memory.learn().errors == ()
        found = memory.browse(kinds=["gist"], limit=1_000).items
        held = [source for gist in found for source in gist.sources]
        assert 50 < len(found) <= 200
        assert len(held) == len(set(held)) == 5_000
