"""Learning and consolidation that are killed, or done by two at once, end as if undisturbed."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from bench.crash_learning import RECIPES, disturbed, fill, opened, started, steps, undisturbed
from mnemos import Item, Memory
from mnemos.store.journal import canonical

KILLS = 9
SEED = 3


@pytest.mark.parametrize("recipe", RECIPES)
def test_what_is_killed_goes_on_and_ends_as_if_undisturbed(tmp_path: Path, recipe: str) -> None:
    expected, taken = undisturbed(recipe, SEED)
    ended = disturbed(tmp_path / "kill.mnemos", recipe, SEED, KILLS)
    assert ended.problems == ()
    assert ended.state_hash == expected
    assert ended.within >= 2, ended
    assert taken > KILLS


@pytest.mark.parametrize("recipe", RECIPES)
def test_two_at_once_end_as_one_does(tmp_path: Path, recipe: str) -> None:
    path = tmp_path / "two.mnemos"
    expected, taken = undisturbed(recipe, SEED)
    with opened(path, recipe) as memory:
        fill(memory, SEED)
        before = memory.stats().events
    with started(path, recipe) as one, started(path, recipe) as other:
        told = [child.communicate()[0].decode().split() for child in (one, other)]
    assert [child.returncode for child in (one, other)] == [0, 0]
    assert [lines[-1] for lines in told] == ["ended", "ended"]
    with opened(path, recipe) as memory:
        assert memory.verify().ok
        assert memory.state_hash() == expected
        assert memory.stats().events == before + taken


@pytest.mark.parametrize("recipe", RECIPES)
def test_each_step_is_one_event_that_can_be_undone(recipe: str) -> None:
    with opened(":memory:", recipe) as memory:
        fill(memory, SEED)
        before = memory.stats().events
        told: Counter[str] = Counter()
        learnt: list[Item] = []
        for step in steps(memory):
            told[step] += 1
            if step == "learn":
                learnt = derived(memory)
        assert told["consolidate"] > 1
        ops = Counter(event.op for event in memory.log(1_000))
        assert (ops["learn"], ops["consolidate"]) == (told["learn"], told["consolidate"])
        assert memory.stats().events == before + told.total()
        assert said(derived(memory)) != said(learnt)
        for _ in range(told["consolidate"]):
            memory.undo()  # the newest that was not undone
        assert said(derived(memory)) == said(learnt)
        assert memory.verify().ok
        assert memory.replay().unchanged


@pytest.mark.parametrize("recipe", RECIPES)
def test_what_is_learnt_twice_is_the_same(recipe: str) -> None:
    expected, _ = undisturbed(recipe, SEED)
    with opened(":memory:", recipe) as memory:
        fill(memory, SEED)
        for _ in steps(memory):
            pass
        assert memory.state_hash() == expected
        events = memory.stats().events
        assert list(steps(memory)) == []  # nothing is left to do
        assert memory.stats().events == events


@pytest.mark.parametrize("recipe", RECIPES)
def test_what_is_dropped_and_learnt_again_is_the_same(recipe: str) -> None:
    with opened(":memory:", recipe) as memory:
        fill(memory, SEED)
        memory.learn()
        before = memory.state_hash(), said(derived(memory))
        for _ in range(2):
            memory.unlearn(recipe)
            assert derived(memory) == []
            memory.learn()
            assert (memory.state_hash(), said(derived(memory))) == before


def derived(memory: Memory) -> list[Item]:
    kinds = [kind for kind in memory.stats().items if kind != "turn"]
    return list(memory.browse(kinds=kinds, limit=10_000).items) if kinds else []


def said(items: list[Item]) -> list[tuple[str, str, str, str]]:
    return sorted((item.id, item.kind, item.text, canonical(item.attrs)) for item in items)
