"""What is new meets what is held, and nothing is lost."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mnemos.ingest.reconcile import Bars, Claim, Decision, Operation, Rule, reconcile

MAY = datetime(2023, 5, 1, tzinfo=UTC)


def city(value: str, days: int = 0, *, denies: bool = False) -> Claim:
    said_at = MAY + timedelta(days=days)
    return Claim(said_at=said_at, subject="Ann", slot="lives in", value=value, denies=denies)


def words(days: int = 0, *, denies: bool = False) -> Claim:
    return Claim(said_at=MAY + timedelta(days=days), denies=denies)


def short(decision: Decision) -> tuple[Operation, int | None]:
    return decision.operation, decision.target


@pytest.mark.parametrize(
    ("like", "expected"),
    [
        (0.59, ("ADD", None)),
        (0.6, ("ADD", None)),
        (0.85, ("MERGE", 0)),
        (0.92, ("NOOP", 0)),
        (1.0, ("NOOP", 0)),
    ],
)
def test_without_slots_likeness_decides(like: float, expected: tuple[str, int | None]) -> None:
    assert short(reconcile(words(1), [words()], [like])) == expected


@pytest.mark.parametrize(
    ("new", "held", "expected"),
    [
        (city("oslo ", 1), city("Oslo"), ("NOOP", 0)),
        (city("Oslo", 1), city("Paris"), ("SUPERSEDE", 0)),
        (city("Oslo"), city("Paris", 1), ("ADD", 0)),  # told late: it was so until then
        (city("Oslo, Norway", 1), city("Oslo,"), ("UPDATE", 0)),
        (city("Oslofjord", 1), city("Oslo"), ("SUPERSEDE", 0)),  # no fuller Oslo
        (city("", 1, denies=True), city("Oslo"), ("SUPERSEDE", 0)),
        (city("Oslo", 1, denies=True), city("Oslo"), ("SUPERSEDE", 0)),
        (city("Rome", 1, denies=True), city("Oslo"), ("ADD", None)),
        (city("Oslo", 1), city("Oslo", denies=True), ("SUPERSEDE", 0)),
        (city("Oslo", 1, denies=True), city("Oslo", denies=True), ("NOOP", 0)),
    ],
)
def test_in_one_slot_the_newest_value_wins(
    new: Claim, held: Claim, expected: tuple[str, int | None]
) -> None:
    assert short(reconcile(new, [held], [-0.5])) == expected


@pytest.mark.parametrize(
    ("rule", "expected"),
    [("replace", ("SUPERSEDE", 1)), ("append", ("ADD", None)), ("trajectory", ("ADD", 1))],
)
def test_a_slots_rule_says_what_a_second_value_does(
    rule: Rule, expected: tuple[str, int | None]
) -> None:
    held = [city("Paris"), city("Rome", 2), city("Kyiv", 1)]
    assert short(reconcile(city("Oslo", 3), held, [0.9, 0.1, 0.5], rule=rule)) == expected


def test_who_comes_back_is_there_again_on_a_trajectory() -> None:
    held = [city("Paris"), city("Oslo", 1)]
    assert short(reconcile(city("Paris", 2), held, [1, 0], rule="trajectory")) == ("ADD", 1)
    assert short(reconcile(city("Oslo", 2), held, [0, 1], rule="trajectory")) == ("NOOP", 1)
    assert short(reconcile(city("Paris", 2), held, [1, 0], rule="append")) == ("NOOP", 0)


def test_with_one_slot_unknown_likeness_decides() -> None:
    assert short(reconcile(city("Oslo", 1), [words()], [0.95])) == ("NOOP", 0)


def test_of_other_slots_even_like_words_are_another_matter() -> None:
    work = Claim(said_at=MAY, subject="Ann", slot="works in", value="Oslo")
    assert short(reconcile(city("Oslo", 1), [work], [0.99])) == ("ADD", None)
    assert short(reconcile(city("Oslo", 1, denies=True), [work], [0.99])) == ("ADD", None)


def test_a_denial_supersedes_what_it_is_like() -> None:
    held = [words(), words()]
    assert short(reconcile(words(1, denies=True), held, [0.5, 0.7])) == ("SUPERSEDE", 1)
    assert short(reconcile(words(1, denies=True), held, [0.5, 0.5])) == ("ADD", None)
    assert short(reconcile(words(1), [words(denies=True)], [0.99])) == ("ADD", None)


def test_of_equals_the_first_is_meant() -> None:
    assert short(reconcile(words(1), [words(), words()], [0.95, 0.95])) == ("NOOP", 0)


claims = st.builds(
    Claim,
    said_at=st.integers(0, 3).map(lambda days: MAY + timedelta(days=days)),
    subject=st.sampled_from([None, "Ann"]),
    slot=st.sampled_from([None, "x", "y"]),
    value=st.sampled_from(["", "a", "a b"]),
    denies=st.booleans(),
)
held_ones = st.lists(st.tuples(claims, st.floats(-1, 1)), max_size=4)


@given(claims, held_ones, st.sampled_from(["replace", "append", "trajectory"]))
def test_a_decision_about_something_names_it_and_never_a_newer_one(
    new: Claim, held: list[tuple[Claim, float]], rule: Rule
) -> None:
    found = reconcile(new, [claim for claim, _ in held], [like for _, like in held], rule=rule)
    assert found.why
    if found.operation != "ADD":
        assert found.target is not None
    if found.operation in {"SUPERSEDE", "UPDATE"}:
        assert held[found.target or 0][0].said_at <= new.said_at


def test_what_cannot_be_decided_is_refused() -> None:
    with pytest.raises(ValueError, match="1 are held, 0"):
        reconcile(words(), [words()], [])
    with pytest.raises(ValueError, match="not finite"):
        reconcile(words(), [words()], [math.nan])
    with pytest.raises(ValueError, match="bars rise"):
        Bars(same=0.5)
