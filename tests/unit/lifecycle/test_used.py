"""Use strengthens, outcomes teach, and who is taught how much follows what was cited."""

from __future__ import annotations

import math
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mnemos.errors import InputError
from mnemos.lifecycle.used import ALPHA, credit, noted, outcome_of
from mnemos.store.tables import UseRow

outcomes = st.none() | st.floats(-1, 1)
steps = st.tuples(st.integers(0, 10**15), st.booleans(), st.integers(1, 50), outcomes)


def after(*told: tuple[int, bool, int, float | None]) -> UseRow:
    row = UseRow(no=7)
    for at, used, shown, outcome in told:
        share = credit(shown, used=used)
        row = noted(row, at=at, used=used, share=share, outcome=outcome)
    return row


def test_a_use_strengthens_by_one_and_sets_the_age_to_nought() -> None:
    row = after((100, True, 1, None), (200, True, 1, None))
    assert (row.uses, row.strength, row.last_used_at, row.utility) == (2, 3.0, 200, 0.0)


def test_what_was_only_shown_gains_no_strength_and_was_never_used() -> None:
    row = after((100, False, 3, 1.0))
    assert (row.uses, row.strength, row.last_used_at) == (1, 1.0, None)


def test_a_use_that_is_told_late_does_not_age_what_was_used_since() -> None:
    assert after((200, True, 1, None), (100, True, 1, None)).last_used_at == 200


def test_utility_is_a_moving_average_of_outcomes_that_starts_at_nought() -> None:
    row = after((1, True, 1, 1.0), (2, True, 1, 1.0), (3, True, 1, -1.0))
    first = ALPHA
    second = first + ALPHA * (1 - first)
    assert row.utility == pytest.approx(second + ALPHA * (-1 - second))


def test_of_ten_lines_one_that_was_not_cited_learns_a_twentieth() -> None:
    assert after((1, False, 10, 1.0)).utility == pytest.approx(ALPHA / 20)
    assert after((1, True, 10, 1.0)).utility == pytest.approx(ALPHA)


@given(st.lists(steps, max_size=30))
def test_no_history_of_uses_leaves_the_range(
    told: Sequence[tuple[int, bool, int, float | None]],
) -> None:
    row = after(*told)  # its constructor refuses figures that no use can have led to
    assert row.uses == len(told)
    assert row.strength == 1 + sum(used for _, used, _, _ in told)
    assert -1 <= row.utility <= 1


@pytest.mark.parametrize("given", ["fine", 1.5, -2, math.nan, math.inf, True, b"good", [1.0]])
def test_an_outcome_is_good_bad_or_a_number_from_minus_one_to_one(given: object) -> None:
    with pytest.raises(InputError, match="expected 'good', 'bad' or a number from -1 to 1"):
        outcome_of(given)


@pytest.mark.parametrize(
    "figures",
    [
        {"uses": -1},
        {"uses": "3"},
        {"strength": 2.0},
        {"strength": math.inf, "last_used_at": 1},
        {"strength": 1.0, "last_used_at": 1},
        {"utility": 1.01},
        {"utility": math.nan},
        {"last_used_at": "monday", "strength": 2.0},
    ],
)
def test_figures_that_no_use_can_have_led_to_are_refused(figures: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="nothing is used so"):
        UseRow(no=1, **figures)  # type: ignore[arg-type] # that is the point
