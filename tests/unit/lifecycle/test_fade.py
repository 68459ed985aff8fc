"""What is used stays, what is not fades, and no formula explodes."""

from __future__ import annotations

import math
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mnemos.lifecycle import fade


def test_the_stronger_memory_fades_the_slower() -> None:
    # exp(-t/5*S), as published, multiplies by S: it gives the reverse order.
    weak, strong = fade.retention([10, 10], [1, 5])
    assert strong > weak
    assert math.exp(-10 / 5 * 5) < math.exp(-10 / 5 * 1)


@given(st.floats(0, 1e4), st.floats(0, 1e4), st.floats(0.01, 100), st.floats(0.01, 100))
def test_retention_falls_with_age_and_rises_with_strength(
    one: float, other: float, weak: float, strong: float
) -> None:
    (young, old), (weak, strong) = sorted([one, other]), sorted([weak, strong])
    found = fade.retention([young, old, young, young], [weak, weak, weak, strong])
    assert found[0] >= found[1] and found[3] >= found[2]
    assert ((found >= 0) & (found <= 1)).all()
    assert found[0] == pytest.approx(math.exp(-young / weak), abs=1e-12)


@pytest.mark.parametrize(("age", "strength"), [(-1, 1), (1, 0), (1, -1), (math.nan, 1)])
def test_ages_and_strengths_that_make_no_sense_are_refused(age: float, strength: float) -> None:
    with pytest.raises(ValueError, match=r"ages"):
        fade.retention([age], [strength])


def test_one_recalled_just_now_is_worth_no_million() -> None:
    assert 0.9 / fade.EPSILON > 100_000  # what the formula gives as printed
    assert fade.competition(5, 0, [5]) == fade.competition(5, 0, [4]) < 1


@given(st.integers(0, 10**6), st.lists(st.integers(0, 10**6), max_size=5))
def test_competition_is_the_formula_clamped(age: int, ago: list[int]) -> None:
    now = 10**7
    found = fade.competition(now, now - age, [now - each for each in ago])
    fresh = 0.1 / (math.exp(min(age, 700)) + 1 - 1e-6)
    recalls = sum(1 / (max(1, each) + 1e-6) for each in ago)
    assert found == pytest.approx(fresh + 0.9 * recalls, abs=1e-9)
    assert found <= 0.06 + 0.9 * len(ago)


def test_rounds_to_come_are_refused() -> None:
    for born, recalled in ((6, []), (0, [6])):
        with pytest.raises(ValueError, match="round 5 comes before 6"):
            fade.competition(5, born, recalled)


def test_few_found_are_all_recalled_and_none_inhibited() -> None:
    assert fade.compete(["a"], 2) == (("a",), ()) and fade.compete([], 2) == ((), ())
    with pytest.raises(ValueError, match="not -1"):
        fade.compete([], -1)


kinds = st.lists(st.tuples(st.sampled_from("abc"), st.integers(-3, 3)), max_size=20)


@given(kinds, st.integers(0, 5))
def test_a_cap_keeps_the_best_of_a_kind(items: list[tuple[str, int]], cap: int) -> None:
    names, scores = [kind for kind, _ in items], [float(score) for _, score in items]
    dropped = fade.over_cap(names, scores, {"a": cap})
    own = [place for place, kind in enumerate(names) if kind == "a"]
    kept = set(own) - set(dropped)
    assert len(kept) == min(cap, len(own)) and set(dropped) <= set(own)
    assert all((scores[lost], lost) < (scores[stays], stays) for lost in dropped for stays in kept)


def test_a_cap_may_be_filled_in_part() -> None:
    assert fade.over_cap(["a"] * 10, list(range(10)), {"a": 10}, fill=0.8) == [0, 1]
    assert fade.over_cap([], [], {"a": 1}) == []
    with pytest.raises(ValueError, match="2 kinds, 1 scores"):
        fade.over_cap(["a", "a"], [1], {})
    with pytest.raises(ValueError, match="not finite"):
        fade.over_cap(["a"], [math.nan], {})


def test_what_never_ends_never_expires() -> None:
    assert fade.expired([None, None], datetime(9999, 1, 1, tzinfo=UTC)) == []
