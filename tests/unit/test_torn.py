"""What went with one of its sources is made anew of those that are left; what was hidden is not."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from mnemos import Item, Memory, Query, Reader
from mnemos.ingest.derive import made
from mnemos.models.base import Embedder
from mnemos.models.decide import Decide
from mnemos.recall.ranked import Ranked, ranked
from mnemos.types import Delta, Session

NOW = datetime(2026, 3, 1, 9, tzinfo=UTC)
PLACES: dict[str, Callable[[Path], str]] = {
    "memory": lambda _: ":memory:",
    "sqlite": lambda folder: str(folder / "torn.mnemos"),
}


class Digests:
    """A digest of each session's new turns; in idle hours all digests become one."""

    name = "digests"
    at_once = False

    def __init__(self, level: str | None = None, embedder: Embedder | None = None) -> None:
        assert level is None or embedder is None

    def learn(self, session: Session, reader: Reader, decide: Decide) -> Delta:
        assert reader is not None and decide is not None
        text = " ".join(turn.text for turn in session.new)
        now = session.new[0].recorded_at
        return Delta(
            items=(made(text, kind="digest", sources=session.new, recipe=self.name, now=now),)
        )

    def consolidate(self, now: datetime, reader: Reader, decide: Decide) -> Delta:
        assert decide is not None
        nos = reader.derived(self.name).items
        own = [each for each in reader.items(nos) if each.status == "active"]
        digests = [each for each in own if each.kind == "digest"]
        if len(digests) < 2:
            return Delta()
        text = " + ".join(sorted(each.text for each in digests))
        merged = made(text, kind="merged", sources=digests, recipe=self.name, now=now)
        retired = (replace(each, status="superseded") for each in digests)
        return Delta(items=(merged, *retired))

    def recall(
        self, query: Query, reader: Reader, eligible: NDArray[np.bool_] | None, decide: Decide
    ) -> Ranked:
        assert query and reader and decide is not None and eligible is None
        return ranked(np.zeros(0, dtype=np.int64), {"none": np.zeros(0)})


class AtOnce(Digests):
    """The same at every write."""

    at_once = True


class First(Digests):
    """Names a digest by its first turn alone: what follows is added to its sources."""

    def learn(self, session: Session, reader: Reader, decide: Decide) -> Delta:
        (item,) = super().learn(session, reader, decide).items
        (short,) = super().learn(replace(session, new=session.new[:1]), reader, decide).items
        return Delta(items=(replace(short, sources=item.sources),))


@pytest.fixture(params=sorted(PLACES))
def place(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    return PLACES[request.param](tmp_path)


@pytest.fixture
def memory(place: str) -> Iterator[Memory]:
    with closing(opened(place, Digests)) as made_here:
        yield made_here


def opened(place: str, recipe: type[Digests]) -> Memory:
    return Memory(place, recipe=recipe, embedder=None, clock=lambda: NOW)


def say(memory: Memory, *texts: str, session: str = "s1") -> tuple[str, ...]:
    said = [{"role": "user", "content": each} for each in texts]
    return memory.remember(said, session=session).ids


def derived(memory: Memory) -> Mapping[str, Item]:
    kinds = ("digest", "merged")
    return {item.text: item for item in memory.browse(kinds=kinds).items}


def test_an_erased_turn_leaves_a_digest_of_the_rest(memory: Memory) -> None:
    _, milk = say(memory, "tea", "milk")
    memory.learn()
    assert list(derived(memory)) == ["tea milk"]
    memory.erase(milk)
    assert derived(memory) == {}
    assert {each.name: each.pending for each in memory.recipes()}["digests"] == 1
    assert memory.learn().sessions == 1
    assert list(derived(memory)) == ["tea"]
    assert memory.learn().sessions == 0
    assert memory.verify().problems == ()


def test_erasing_what_nothing_is_left_of_makes_nothing_wait(memory: Memory) -> None:
    say(memory, "tea", "milk")
    (jam,) = say(memory, "jam", session="s2")
    memory.learn()
    memory.erase(jam)
    assert memory.learn().sessions == 0
    assert list(derived(memory)) == ["tea milk"]


def test_what_was_merged_of_several_sessions_is_made_anew_in_all_of_them(memory: Memory) -> None:
    _, milk = say(memory, "tea", "milk")
    say(memory, "jam", session="s2")
    memory.consolidate()
    assert list(derived(memory)) == ["jam + tea milk"]
    say(memory, "bread", session="s3")
    memory.learn()
    memory.erase(milk)
    assert list(derived(memory)) == ["bread"]
    assert memory.learn().sessions == 2
    assert sorted(derived(memory)) == ["bread", "jam", "tea"]
    memory.consolidate()
    assert list(derived(memory)) == ["bread + jam + tea"]
    assert memory.verify().problems == ()


def test_what_is_left_standing_is_not_made_twice(memory: Memory) -> None:
    say(memory, "tea")
    memory.learn()
    _, jam = say(memory, "milk", "jam")
    memory.learn()
    assert sorted(derived(memory)) == ["milk jam", "tea"]
    memory.erase(jam)
    memory.learn()
    assert list(derived(memory)) == ["tea milk"]


def test_a_session_that_was_given_up_takes_those_it_shared_an_item_with_along(
    memory: Memory,
) -> None:
    say(memory, "tea")
    memory.learn()
    say(memory, "jam", session="s2")
    memory.consolidate()
    assert list(derived(memory)) == ["jam + tea"]
    _, fig = say(memory, "rice", "fig")
    memory.learn()
    memory.erase(fig)  # the first session is learnt from anew, and what was merged of it goes
    assert memory.learn().sessions == 2
    assert sorted(derived(memory)) == ["jam", "tea rice"]


def test_a_forgotten_turn_leaves_a_digest_of_the_rest_and_comes_back_to_it(memory: Memory) -> None:
    _, milk = say(memory, "tea", "milk")
    memory.learn()
    memory.forget(milk)
    memory.learn()
    assert list(derived(memory)) == ["tea"]
    memory.restore(milk)
    memory.learn()
    assert list(derived(memory)) == ["tea milk"]


def test_a_forgotten_turn_that_was_learnt_without_can_be_undone(memory: Memory) -> None:
    _, milk = say(memory, "tea", "milk")
    memory.learn()
    seq = memory.forget(milk).seq
    memory.learn()
    memory.undo(seq)
    assert memory.learn().sessions == 1
    assert list(derived(memory)) == ["tea milk"]
    assert memory.verify().problems == ()


def test_undoing_what_hid_an_item_puts_its_mark_back(memory: Memory) -> None:
    _, milk = say(memory, "tea", "milk")
    memory.learn()
    before = memory.state_hash()
    memory.forget(milk)
    assert memory.state_hash() != before
    memory.undo()
    assert memory.state_hash() == before
    assert memory.learn().sessions == 0


def test_an_edited_turn_is_learnt_from_with_its_session(memory: Memory) -> None:
    say(memory, "tea")
    memory.remember({"role": "user", "content": "milk", "id": "m"}, session="s1")
    memory.learn()
    memory.revise("m", "jam", session="s1")
    memory.learn()
    assert list(derived(memory)) == ["tea jam"]


@pytest.mark.parametrize("go", ["erase", "forget"])
def test_an_item_whose_place_is_its_first_turn_is_made_anew(place: str, go: str) -> None:
    with opened(place, First) as memory:
        tea, milk = say(memory, "tea", "milk")
        memory.learn()
        getattr(memory, go)(milk)
        assert derived(memory) == {}
        memory.learn()
        assert [item.sources for item in derived(memory).values()] == [(tea,)]


def test_what_a_user_hid_or_erased_stays_so(memory: Memory) -> None:
    _, milk = say(memory, "tea", "milk")
    (jam,) = say(memory, "jam", session="s2")
    memory.learn()
    by_text = derived(memory)
    memory.forget(by_text["tea milk"].id)
    memory.erase(by_text["jam"].id)
    assert memory.learn().sessions == 0
    memory.erase(milk)
    assert memory.learn().sessions == 0
    memory.unlearn("digests")
    memory.learn()
    assert list(derived(memory)) == ["tea"]  # of another source: it says what was not hidden
    assert jam in {item.id for item in memory.browse().items}


def test_another_wording_of_what_was_hidden_stays_hidden(
    memory: Memory, monkeypatch: pytest.MonkeyPatch
) -> None:
    say(memory, "tea", "milk")
    memory.learn()
    memory.forget(derived(memory)["tea milk"].id)
    memory.unlearn("digests")
    ordered = Digests.learn

    def reworded(self: Digests, session: Session, reader: Reader, decide: Decide) -> Delta:
        (item,) = ordered(self, session, reader, decide).items
        return Delta(items=(replace(item, text=item.text.upper()),))

    monkeypatch.setattr(Digests, "learn", reworded)
    assert memory.learn().errors == ()
    assert derived(memory) == {}


def test_learning_that_was_undone_is_learnt_again(memory: Memory) -> None:
    say(memory, "tea")
    memory.learn()
    memory.undo(memory.log(1)[0].seq)
    assert derived(memory) == {}
    learned = memory.learn()
    assert (learned.sessions, list(derived(memory))) == (1, ["tea"])
    assert memory.verify().problems == ()


def test_learning_at_once_leaves_what_was_undone_and_makes_anew_what_was_torn(place: str) -> None:
    with opened(place, AtOnce) as memory:
        say(memory, "tea")
        memory.undo(memory.log(1)[0].seq)
        say(memory, "milk")
        assert list(derived(memory)) == ["tea milk"]  # its mark went: both are new
        memory.undo(memory.log(1)[0].seq)
        memory.forget(say(memory, "rice")[0])
        _, fig = say(memory, "jam", "fig", session="s2")
        memory.erase(fig)
        say(memory, "nut", session="s2")
        assert "jam nut" in derived(memory)
        assert memory.verify().problems == ()
