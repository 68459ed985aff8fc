"""The measure of fading: each question is asked by a memory that knows the other half's uses."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bench import decay, machine
from bench.conversation import Conversation, Question, Turn
from bench.memories import fill
from mnemos import Decider, Query
from mnemos.lifecycle.used import Prior
from mnemos.models.scripted import ScriptedTokenEmbedder
from mnemos.recipes.default import Default

START = datetime(2024, 1, 1, tzinfo=UTC)
WORDS = ("heron", "violin", "harbour", "lantern", "copper", "meadow")
WITHOUT = Prior()
AGE = Prior(retention=1.0, stretch=timedelta(days=5), ledger=False)


def question(place: int, category: str = "single-hop") -> Question:
    gold = frozenset({f"t{place}"})
    text = f"Who saw the {WORDS[place]}?"
    return Question(qid=str(place), text=text, category=category, gold=gold, audited=gold)


@pytest.fixture
def conversation() -> Conversation:
    turns = tuple(
        Turn(
            ref=f"t{place}",
            session=f"s{place}",
            text=f"I saw the {word} today",
            speaker="Ann",
            said_at=START + timedelta(days=place),
        )
        for place, word in enumerate(WORDS)
    )
    questions = (*(question(place) for place in range(4)), question(5, "adversarial"))
    return Conversation(
        dataset="made up",
        name="one",
        turns=turns,
        questions=questions,
        asked_at=START + timedelta(days=9),
    )


def test_every_answerable_question_is_asked_once_of_each_setting(
    conversation: Conversation, tmp_path: Path
) -> None:
    found = decay.measured(conversation, "c0", tmp_path, None)
    assert set(found) == {prior for several in decay.settings().values() for prior in several}
    assert {len(shares) for shares in found.values()} == {4}
    assert found[WITHOUT] == [{5: 1.0, 10: 1.0}] * 4


def test_a_question_is_asked_of_a_memory_that_knows_the_other_half(
    conversation: Conversation, tmp_path: Path
) -> None:
    decay.measured(conversation, "c0", tmp_path, None)
    for file, used in ((0, {"t0", "t1"}), (1, {"t2", "t3"})):
        path = next(tmp_path.glob(f"*.{file}"))
        with fill(conversation, path) as memory:
            items = memory.browse().items
            uses = memory.uses([item.id for item in items])
            assert {item.ref for item in items if uses[item.id].strength > 1.0} == used
            assert all(uses[item.id].utility > 0 for item in items if item.ref in used)


def test_a_row_tells_the_best_setting_and_what_it_gains_on_the_same_questions() -> None:
    def told(prior: Prior) -> list[decay.Shares]:
        hits = {WITHOUT: (1.0, 0.0), AGE: (1.0, 1.0)}.get(prior, (0.0, 0.0))
        return [{5: hit, 10: hit} for hit in hits]

    every = {prior for several in decay.settings().values() for prior in several}
    found: Mapping[Prior, list[decay.Shares]] = {prior: told(prior) for prior in every}
    rows = dict(decay.rows([found, found]))
    assert rows["without"].recall == {5: 0.5, 10: 0.5}
    age = rows["age"]
    assert (age.recall[10], age.weight, age.stretch_days) == (1.0, 1.0, 5.0)
    assert age.gain[0] == 0.5
    assert age.heavy == 1.0
    assert rows["utility"].gain[0] == -0.5


@pytest.mark.parametrize("level", ["c0", "c3"])
def test_a_ranking_with_a_prior_is_the_recipe_s_own(
    conversation: Conversation, tmp_path: Path, level: str
) -> None:
    embedder = None if level == "c0" else ScriptedTokenEmbedder()
    with fill(conversation, tmp_path / "a.mnemos", embedder=embedder, level=level) as memory:
        decay._use(memory, conversation, conversation.questions[:2])
        with memory.reader() as reader:
            for each in conversation.questions:
                query = Query(question=each.text, asked_at=conversation.asked_at)
                plain = Default(level, embedder).recall(query, reader, None, Decider())
                assert plain.level == level
                for prior in {prior for every in decay.settings().values() for prior in every}:
                    recipe = Default(level, embedder, prior=prior)
                    own = recipe.recall(query, reader, None, Decider()).items
                    made = decay.ranked(plain, prior, level, reader, conversation.asked_at)
                    assert made.tolist() == own.tolist()


def test_the_table_tells_what_was_kept(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(machine, "RESULTS", tmp_path)
    assert decay.told() == "No figures were kept yet."
    row = decay.Row(
        questions=4,
        recall={5: 0.5, 10: 0.75},
        gain=(-0.01, -0.02, 0.005),
        heavy=0.25,
        weight=0.1,
        stretch_days=30.0,
    )
    kept = {"c0": {"talk": {"without": row, "age": row}}}
    machine.keep("decay", {"levels": decay._plain(kept)})
    lines = decay.told().splitlines()
    assert "| C0 | talk | without | 0.500 | 0.750 |  |  |" in lines
    assert "| C0 | talk | age | 0.500 | 0.750 | -1.0 (-2.0 to +0.5) | 0.250 |" in lines
