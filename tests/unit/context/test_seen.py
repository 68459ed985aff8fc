"""A prompt that only grows: each context shows what the ones before it have not."""

from __future__ import annotations

from mnemos import Memory

SAID = (
    "I live in Porto, near the bridge over the river",
    "The bridge in Porto was painted red last year",
    "My cello needs a new bow",
    "They closed the bridge in Porto to cars",
)


def told() -> Memory:
    memory = Memory(":memory:", embedder=None)
    for day, text in enumerate(SAID, 1):
        said = {"role": "user", "content": text, "said_at": f"2026-05-0{day}T10:00Z"}
        memory.remember(said, session=f"s{day}")
    return memory


def test_what_was_shown_is_not_shown_again_and_marks_go_on() -> None:
    with told() as memory:
        first = memory.context("What about the bridge in Porto?", budget_tokens=60)
        rest = memory.context("What about the bridge in Porto?", seen=first.citations)
    assert first.citations
    assert not {each.id for each in first.citations} & {each.id for each in rest.citations}
    marks = [each.mark for each in (*first.citations, *rest.citations)]
    assert marks == [f"[{number}]" for number in range(1, 4)]


def test_when_all_is_shown_nothing_is_said() -> None:
    with told() as memory:
        first = memory.context("What about the bridge in Porto?")
        again = memory.context("What about the bridge in Porto?", seen=first.citations)
    assert (again.text, again.citations) == ("", ())
    assert again.abstention is not None
    assert "shows already" in again.abstention


def test_what_has_become_outdated_is_said_once() -> None:
    with told() as memory:
        first = memory.context("Where do I live?")
        home = next(each for each in first.citations if "Porto" in memory.get(each.id).text)
        moved = {"role": "user", "content": "I moved to Braga", "said_at": "2026-06-01T10:00Z"}
        memory.remember(moved, session="s9")
        second = memory.context("Where do I live?", seen=first.citations)
        assert f"{home.mark} is outdated: home" in second.text
        assert "I moved to Braga" in second.text
        known = (*first.citations, *second.citations)
        third = memory.context("Where do I live?", seen=known)
    assert "is outdated" not in third.text


def test_a_correction_is_told_though_nothing_else_bears_on_the_question() -> None:
    with told() as memory:
        first = memory.context("Where do I live?")
        memory.remember("I moved to Braga", session="s9")
        second = memory.context("zxqy wvut?", seen=first.citations)
    assert "is outdated: home" in second.text
    assert second.tokens <= second.budget_tokens


def test_corrections_leave_half_of_a_small_budget_to_the_rest() -> None:
    with told() as memory:
        first = memory.context("Where do I live?")
        memory.remember("I moved to Braga", session="s9")
        second = memory.context("Where do I live?", seen=first.citations, budget_tokens=40)
    assert second.tokens <= 40
