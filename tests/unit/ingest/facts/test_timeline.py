"""Facts become versions: what is true now, what was when, and what never was."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from mnemos.ingest.facts.fact import Fact, Kind
from mnemos.ingest.facts.timeline import (
    Version,
    apply,
    current,
    past,
    reconcile,
    timeline,
    valid_at,
)
from tests.unit.ingest.facts.telling import START, facts

DAY = timedelta(days=1)


def fact(value: str = "Oslo", *, day: int = 0, **changes: object) -> Fact:
    values = {
        "subject": "Ann",
        "slot": "home",
        "value": value,
        "by": "Ann",
        "said_at": START + DAY * day,
        "turn": str(day),
        "span": (0, len(value)),
        "words": value,
    }
    return Fact(**(values | changes))  # type: ignore[arg-type]


def versions(*told: Fact) -> tuple[Version, ...]:
    found: tuple[Version, ...] = ()
    for one in told:
        found = apply(found, reconcile(found, one))
    return found


def values(found: tuple[Version, ...]) -> list[str]:
    return [one.fact.value for one in found]


def ops(found: tuple[Version, ...], new: Fact) -> list[str]:
    return [change.op for change in reconcile(found, new)]


def test_a_new_value_supersedes_and_the_old_one_was_true_until_then() -> None:
    found = versions(fact("Oslo"), fact("Rome", day=10, act="change"))
    assert values(current(found)) == ["Rome"]
    assert values(valid_at(found, START + DAY * 5)) == ["Oslo"]
    assert values(valid_at(found, START + DAY * 10)) == ["Rome"]
    assert values(past(found)) == ["Oslo"]
    assert valid_at(found, START - DAY) == ()


def test_a_change_that_lies_back_moves_the_border() -> None:
    found = versions(fact("Oslo"), fact("Rome", day=10, act="change", true_from=START + DAY * 4))
    assert values(valid_at(found, START + DAY * 5)) == ["Rome"]


def test_a_change_that_lies_ahead_waits() -> None:
    found = versions(fact("Oslo"), fact("Rome", day=1, act="change", true_from=START + DAY * 30))
    assert values(current(found, START + DAY * 2)) == ["Oslo"]
    assert values(current(found, START + DAY * 40)) == ["Rome"]


def test_the_same_again_changes_nothing() -> None:
    assert ops(versions(fact("Oslo")), fact("oslo", day=3)) == ["NOOP"]


def test_back_to_an_old_value_is_a_version_of_its_own() -> None:
    found = versions(
        fact("Oslo"), fact("Rome", day=5, act="change"), fact("Oslo", day=9, act="change")
    )
    assert values(current(found)) == ["Oslo"]
    assert values(valid_at(found, START + DAY * 7)) == ["Rome"]
    assert len(found) == 3


def test_what_was_put_right_was_never_true() -> None:
    found = versions(fact("Oslo"), fact("Bergen", day=1, act="correct", instead_of="Oslo"))
    assert values(current(found)) == ["Bergen"]
    assert values(valid_at(found, START)) == ["Bergen"]
    assert past(found) == ()
    assert [one.status for one in found] == ["corrected", "current"]


def test_two_others_who_disagree_are_both_heard() -> None:
    found = versions(fact("Oslo", by="Bob"), fact("Rome", day=1, by="Cyn"))
    assert sorted(values(current(found))) == ["Oslo", "Rome"]
    assert {one.status for one in found} == {"disputed"}


def test_whom_it_is_about_knows_best() -> None:
    assert ops(versions(fact("Oslo")), fact("Rome", day=1, by="Bob")) == ["NOOP"]


def test_an_ended_value_is_past_and_nothing_is_in_its_place() -> None:
    found = versions(fact("Oslo"), fact("", day=4, act="end"))
    assert [one.fact.holds for one in current(found)] == [False]
    assert values(past(found)) == ["Oslo"]
    assert values(current((*versions(*[one.fact for one in found], fact("Rome", day=9)),)))[0] == (
        "Rome"
    )


def test_a_list_grows_and_shrinks() -> None:
    kind: Kind = "list"
    found = versions(
        fact("nuts", slot="allergies", kind=kind),
        fact("soy", day=1, slot="allergies", kind=kind),
        fact("nuts", day=2, slot="allergies", kind=kind, holds=False),
    )
    assert [one.fact.value for one in current(found) if one.fact.holds] == ["soy"]
    assert "nuts" in values(valid_at(found, START + DAY))


def test_a_plan_is_never_true() -> None:
    found = versions(fact("Rome", act="plan"))
    assert current(found) == () == valid_at(found, START + DAY)


def test_what_is_told_as_over_is_past_alone() -> None:
    found = versions(*facts("I used to live in Oslo."))
    assert current(found) == ()
    assert values(past(found)) == ["Oslo"]


FACTS = st.lists(
    st.builds(
        fact,
        st.sampled_from(["Oslo", "Rome", "a flat in Rome", ""]),
        day=st.integers(0, 6),
        act=st.sampled_from(["tell", "change", "end", "correct", "plan"]),
        by=st.sampled_from(["Ann", "Bob", "Cyn"]),
        holds=st.booleans(),
        kind=st.sampled_from(["single", "list"]),
        instead_of=st.sampled_from(["", "Oslo"]),
        true_from=st.sampled_from([None, START - DAY, START + DAY * 3]),
    ),
    max_size=8,
)


@given(FACTS)
def test_a_single_slot_has_one_current_value_unless_it_is_disputed(told: list[Fact]) -> None:
    single = [one for one in told if one.kind == "single"]
    for found in timeline(single).values():
        held = current(found)
        assert len(held) <= 1 or any(one.status == "disputed" for one in held)
        assert all(one.valid_to is None or one.valid_from <= one.valid_to for one in found)


@given(FACTS)
def test_turn_by_turn_gives_what_all_at_once_gives(told: list[Fact]) -> None:
    ordered = sorted(told, key=lambda one: one.said_at)
    one_by_one = versions(*ordered)
    assert timeline(told).get(("Ann", "home"), ()) == one_by_one
    assert timeline(ordered) == timeline(told)


def test_reconcile_looks_at_its_own_slot_alone() -> None:
    other = Version(
        fact=fact("Nokia", slot="employer"), valid_from=datetime(2020, 1, 1, tzinfo=UTC)
    )
    assert ops((other,), fact("Oslo")) == ["ADD"]
