"""What age and use add to the default recipe's scores, where it is made to go by them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from mnemos import Memory, Recall
from mnemos.lifecycle.used import Prior
from mnemos.recipes.default import Default

NOW = datetime(2026, 6, 1, 9, tzinfo=UTC)
DAY = timedelta(days=1)
LEDGER = Prior(retention=1.0, utility=1.0, stretch=30 * DAY)
AGE = Prior(retention=1.0, stretch=30 * DAY, ledger=False)
UTILITY = Prior(utility=1.0)


class Going(Default):
    """The default recipe under a name of its own."""

    name = "going-by-use"


def opened(prior: Prior | None) -> Memory:
    return Memory(
        ":memory:",
        recipe=lambda level, embedder: Going(level, embedder, prior=prior),
        embedder=None,
        clock=lambda: NOW,
    )


def told(prior: Prior | None) -> tuple[Memory, tuple[str, ...]]:
    """Return a memory of the same words said on three days, the oldest first."""
    memory = opened(prior)
    ids = [
        memory.remember(
            {"role": "user", "content": "I fed the heron", "said_at": NOW - days * DAY},
            session=f"{days} days ago",
        ).ids[0]
        for days in (200, 100, 1)
    ]
    return memory, tuple(ids)


def asked(memory: Memory) -> Recall:
    return memory.recall("Who fed the heron?")


def bits(recall: Recall) -> list[tuple[str, str]]:
    return sorted((hit.id, hit.score.hex()) for hit in recall)


@pytest.fixture(params=[AGE, LEDGER, UTILITY, Prior()], ids=["age", "all", "utility", "nothing"])
def prior(request: pytest.FixtureRequest) -> Prior:
    chosen: Prior = request.param
    return chosen


def test_what_counts_for_nothing_leaves_scores_to_the_last_bit() -> None:
    plain, _ = told(None)
    for prior in (Prior(), UTILITY):  # nothing was noted
        other, _ = told(prior)
        assert bits(asked(other)) == bits(asked(plain))


def test_age_alone_puts_the_newest_of_equals_first_whatever_was_used() -> None:
    memory, ids = told(AGE)
    assert asked(memory)[0].id == ids[2]
    before = bits(asked(memory))
    memory.note_use(ids[0], outcome="good")
    assert bits(asked(memory)) == before


def test_what_was_used_is_new_again_and_fades_the_slower() -> None:
    memory, ids = told(Prior(retention=1.0, stretch=30 * DAY))
    memory.note_use(ids[0], at=NOW - 3 * DAY)
    memory.note_use(ids[0], at=NOW - 3 * DAY)
    shares = {hit.id: hit.reasons for hit in asked(memory)}
    own = {
        item_id: next(each.contribution for each in reasons if each.signal == "retention")
        for item_id, reasons in shares.items()
    }
    # R of the first is e^(−.1 / 3) by now, of the last e^(−.0333), of the second e^(−3.33).
    assert own[ids[0]] == pytest.approx(own[ids[2]])
    assert own[ids[1]] < 0 < own[ids[0]]


def test_what_went_well_comes_before_what_went_badly() -> None:
    memory, ids = told(UTILITY)
    memory.note_use(ids[0], outcome="good")
    memory.note_use(ids[2], outcome="bad")
    ranked = [hit.id for hit in asked(memory)]
    assert ranked == [ids[0], ids[1], ids[2]]


def test_how_sure_an_answer_is_does_not_hang_on_it(prior: Prior) -> None:
    plain, _ = told(None)
    other, ids = told(prior)
    other.note_use(ids, outcome="bad")
    for question in ("Who fed the heron?", "What is the boiling point of iron?"):
        mine, theirs = other.recall(question), plain.recall(question)
        assert mine.confidence == theirs.confidence
        assert mine.abstention == theirs.abstention


def test_contributions_add_up_to_the_score(prior: Prior) -> None:
    memory, ids = told(prior)
    memory.note_use(ids[1], outcome="good")
    for hit in asked(memory):
        assert sum(reason.contribution for reason in hit.reasons) == pytest.approx(hit.score)


def test_the_past_has_no_ledger() -> None:
    memory, ids = told(UTILITY)
    memory.note_use(ids[0], outcome="good")
    now = memory.recall("Who fed the heron?")
    then = memory.recall("Who fed the heron?", as_of=NOW)
    assert bits(then) != bits(now)
    assert "utility" not in {reason.signal for hit in then for reason in hit.reasons}
