"""Derived items have ids of their place, and no more than their sources gave."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mnemos.ingest.derive import common_scope, derived_id, made
from mnemos.types import Item, Scope

NOW = datetime(2024, 3, 1, tzinfo=UTC)
MAY = datetime(2023, 5, 1, tzinfo=UTC)

maybe = st.sampled_from([None, "a", "b"])
scopes = st.lists(st.builds(Scope, user=maybe, agent=maybe, session=maybe), max_size=4)


def turn(name: str, days: int = 0, session: str = "1") -> Item:
    return Item(
        id=name,
        text="tea",
        scope=Scope(user="ann", session=session),
        position=0,
        said_at=MAY + timedelta(days=days),
        recorded_at=NOW,
    )


def test_a_derived_item_says_where_it_comes_from_and_when() -> None:
    sources = [turn("a", 2), turn("b", 5, "2"), turn("a", 2)]
    day = (MAY, NOW)
    found = made(
        "Ann drinks tea",
        kind="fact",
        sources=sources,
        recipe="tim",
        now=NOW,
        ordinal=3,
        event_time=day,
        valid=day,
        attrs={"subject": "Ann"},
    )
    assert found.sources == ("a", "b") and found.made_by == "tim" and found.position == 3
    assert found.said_at == MAY + timedelta(days=5) and found.recorded_at == NOW
    assert found.scope == Scope(user="ann") and found.attrs == {"subject": "Ann"}
    assert found.event_time == found.valid == day and found.id == derived_id(
        "tim", "fact", ["a", "b"], 3
    )


def test_its_id_hangs_on_its_place_alone() -> None:
    ids = [
        made(text, kind=kind, sources=sources, recipe=recipe, now=NOW, ordinal=ordinal).id
        for text, kind, sources, recipe, ordinal in [
            ("x", "fact", [turn("a")], "tim", 0),
            ("other words", "fact", [replace(turn("a"), text="said anew")], "tim", 0),
            ("x", "note", [turn("a")], "tim", 0),
            ("x", "fact", [turn("b")], "tim", 0),
            ("x", "fact", [turn("a")], "scm", 0),
            ("x", "fact", [turn("a")], "tim", 1),
            ("x", "fact", [turn("a"), turn("b")], "tim", 0),
        ]
    ]
    assert ids[0] == ids[1] and len(set(ids)) == 6
    assert all(len(each) == 16 for each in ids)


def test_ids_whose_parts_run_together_differ() -> None:
    assert derived_id("a", "b", ["cd"], 0) != derived_id("a", "b", ["c", "d"], 0)


def test_it_is_trusted_and_dated_as_the_least_of_its_sources() -> None:
    guessed = replace(turn("b", 9), said_at_given=False, trust=0.25)
    found = made("x", kind="fact", sources=[turn("a"), guessed], recipe="tim", now=NOW)
    assert not found.said_at_given and found.trust == 0.25


def test_what_comes_from_nothing_or_passes_for_a_turn_is_refused() -> None:
    with pytest.raises(ValueError, match="no sources"):
        made("x", kind="fact", sources=[], recipe="tim", now=NOW)
    with pytest.raises(ValueError, match="what was said"):
        made("x", kind="turn", sources=[turn("a")], recipe="tim", now=NOW)


@given(scopes)
def test_a_common_scope_holds_what_all_share(several: list[Scope]) -> None:
    found = common_scope(several)
    for field in ("user", "agent", "session"):
        values = {getattr(scope, field) for scope in several}
        assert getattr(found, field) == (values.pop() if len(values) == 1 else None)
