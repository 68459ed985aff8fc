"""A fact that is read late gets the place in time that it has; what was said later keeps its."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from mnemos.ingest.facts.fact import Act, Fact, Kind
from mnemos.ingest.facts.late import told_late
from mnemos.ingest.facts.timeline import Version, apply, reconcile

START = datetime(2026, 1, 1, tzinfo=UTC)


def day(number: int) -> datetime:
    return START + timedelta(days=number)


def fact(
    value: str,
    said: int,
    *,
    holds: bool = True,
    kind: Kind = "single",
    act: Act = "tell",
    since: int | None = None,
) -> Fact:
    return Fact(
        subject="Ann",
        slot="home" if kind == "single" else "likes",
        value=value,
        holds=holds,
        kind=kind,
        act=act,
        by="Ann",
        said_at=day(said),
        true_from=None if since is None else day(since),
        turn=f"t{said}",
        span=(0, 9),
        words=value,
    )


def after(*facts: Fact) -> tuple[Version, ...]:
    versions: tuple[Version, ...] = ()
    for one in facts:
        versions = apply(versions, reconcile(versions, one))
    return versions


def put_in(known: tuple[Version, ...], late: Fact) -> list[tuple[str, str, datetime | None]]:
    before = [one for one in known if one.fact.said_at <= late.said_at]
    later = [one for one in known if one.fact.said_at > late.said_at]
    found = apply(known, told_late(before, later, late))
    return [(one.fact.value, one.status, one.valid_to) for one in found]


def test_read_last_it_is_as_if_it_was_said_last() -> None:
    known, late = after(fact("Oslo", 1)), fact("Rome", 5)
    assert put_in(known, late) == [("Oslo", "superseded", day(5)), ("Rome", "current", None)]


def test_between_two_it_ends_the_first_and_is_ended_by_the_second() -> None:
    known = after(fact("Oslo", 1), fact("Porto", 9))
    assert put_in(known, fact("Rome", 5)) == [
        ("Oslo", "superseded", day(5)),
        ("Rome", "superseded", day(9)),
        ("Porto", "current", None),
    ]


def test_before_all_it_is_over_when_the_next_begins() -> None:
    assert put_in(after(fact("Porto", 9)), fact("Rome", 5)) == [
        ("Rome", "superseded", day(9)),
        ("Porto", "current", None),
    ]


@pytest.mark.parametrize(
    "known",
    [
        after(fact("Rome", 9)),  # it says as much
        after(fact("Porto", 9, since=2)),  # it was so already
        after(fact("Rome", 2), fact("Porto", 9)),  # it was known before
    ],
)
def test_what_others_say_as_well_or_better_changes_nothing(known: tuple[Version, ...]) -> None:
    assert put_in(known, fact("Rome", 5)) == [
        (one.fact.value, one.status, one.valid_to) for one in known
    ]


def test_what_was_over_before_it_was_said_does_not_end_it() -> None:
    known = after(fact("Oslo", 1), fact("Porto", 9))
    assert ("Rome", "superseded", day(9)) in put_in(known, fact("Rome", 3))


def test_in_a_list_only_the_same_thing_bears_on_it() -> None:
    known = after(fact("tea", 9, kind="list"))
    assert put_in(known, fact("chess", 5, kind="list")) == [
        ("chess", "current", None),
        ("tea", "current", None),
    ]
    denied = after(fact("chess", 9, kind="list", holds=False))
    assert put_in(denied, fact("chess", 5, kind="list")) == [
        ("chess", "superseded", day(9)),
        ("chess", "current", None),
    ]


def test_a_late_correction_puts_right_what_was_said_before_it_until_the_next() -> None:
    known = after(fact("Oslo", 1), fact("Porto", 9))
    assert put_in(known, fact("Rome", 2, act="correct")) == [
        ("Oslo", "corrected", day(1)),
        ("Rome", "superseded", day(9)),
        ("Porto", "current", None),
    ]


def test_a_late_plan_ends_nothing() -> None:
    known = after(fact("Oslo", 1), fact("Porto", 9))
    assert put_in(known, fact("Rome", 5, act="plan")) == [
        ("Oslo", "superseded", day(9)),
        ("Rome", "planned", None),
        ("Porto", "current", None),
    ]
