"""Cuts hold all there is, in order, and fall where they should."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mnemos.ingest import cut

START = datetime(2024, 1, 1, tzinfo=UTC)
sizes = st.lists(st.integers(0, 700), max_size=20)


def holds_all(spans: list[tuple[int, int]], count: int) -> bool:
    inside = [place for start, stop in spans for place in range(start, stop)]
    return inside == list(range(count)) and all(start < stop for start, stop in spans)


@given(sizes, st.integers(1, 9), st.floats(0, 1))
def test_every_cut_holds_all_there_is(pieces: list[int], most: int, bar: float) -> None:
    count = len(pieces)
    moments = [START + timedelta(seconds=sum(pieces[: n + 1])) for n in range(count)]
    roles = [("user", "assistant", None)[each % 3] for each in pieces]
    assert holds_all(cut.by_count(count, most), count)
    assert holds_all(cut.by_round(roles), count)  # type: ignore[arg-type]  # roles, as drawn
    assert holds_all(cut.by_tokens(pieces, 100 * most), count)
    assert holds_all(cut.by_gap(moments, timedelta(seconds=50 * most)), count)
    assert holds_all(cut.by_dip([each / 700 for each in pieces], bar), count + 1)
    pages = cut.by_page(pieces, choose=lambda breaks: breaks[most % len(breaks)])
    assert holds_all(pages, count)
    assert holds_all(cut.at_most(pages, most), count)


@given(st.lists(st.integers(1, 9), min_size=1), st.integers(9, 30))
def test_no_run_exceeds_its_tokens_and_none_could_take_the_next(
    tokens: list[int], most: int
) -> None:
    spans = cut.by_tokens(tokens, most)
    assert all(sum(tokens[start:stop]) <= most for start, stop in spans)
    assert all(sum(tokens[start : stop + 1]) > most for start, stop in spans[:-1])


@given(st.lists(st.integers(1, 200), min_size=1, max_size=30), st.integers(0, 7))
def test_pages_keep_to_the_window(words: list[int], which: int) -> None:
    pages = cut.by_page(words, choose=lambda breaks: breaks[which % len(breaks)])
    assert all(280 <= sum(words[start:stop]) <= 600 for start, stop in pages[:-1])
    assert sum(words[slice(*pages[-1])]) <= 600


def test_a_choice_that_was_not_on_offer_is_the_last_on_offer() -> None:
    words = [200, 100, 250, 100, 300, 60]
    offered: list[list[int]] = []

    def nonsense(breaks: object) -> int:
        assert isinstance(breaks, list)
        offered.append(breaks)
        return -7

    assert cut.by_page(words, choose=nonsense) == [(0, 3), (3, 6)]
    assert offered == [[2, 3]]


def test_a_paragraph_longer_than_a_page_is_one() -> None:
    assert cut.by_page([900, 900, 10], choose=lambda breaks: breaks[0]) == [(0, 1), (1, 2), (2, 3)]


def test_a_short_rest_and_nothing_are_one_page_and_none() -> None:
    def never(breaks: Sequence[int]) -> int:
        raise AssertionError(breaks)

    assert cut.by_page([340], choose=never) == [(0, 1)]
    assert cut.by_page([200, 390], choose=never) == [(0, 2)]  # all that is left fits one
    assert cut.by_page([], choose=never) == []


def test_a_round_begins_with_the_first_of_a_users_turns() -> None:
    assert cut.by_round(["assistant", "user", "user", "assistant"]) == [(0, 1), (1, 4)]
    assert cut.by_round([None, None]) == [(0, 2)]
    assert cut.by_round([]) == []


def test_a_gap_of_just_the_longest_is_none() -> None:
    moments = [START, START + timedelta(minutes=20), START]  # back in time is no gap either
    assert cut.by_gap(moments, timedelta(minutes=20)) == [(0, 3)]
    assert cut.by_gap([], timedelta(0)) == []


def test_a_level_valley_is_cut_once_and_level_ground_once() -> None:
    assert cut.by_dip([0.1, 0.1, 0.1], below=0.5) == [(0, 1), (1, 4)]
    assert cut.by_dip([0.5], below=0.5) == [(0, 2)]
    assert cut.by_dip([], below=1) == [(0, 1)]


@pytest.mark.parametrize(
    "refused",
    [
        lambda: cut.by_count(3, 0),
        lambda: cut.by_tokens([1], 0),
        lambda: cut.by_tokens([-1], 5),
        lambda: cut.by_gap([], timedelta(-1)),
        lambda: cut.by_dip([math.nan], 0.5),
        lambda: cut.by_page([1], lambda breaks: breaks[0], least=2, most=1),
        lambda: cut.at_most([], 0),
    ],
)
def test_what_makes_no_sense_is_refused(refused: Callable[[], object]) -> None:
    with pytest.raises(ValueError, match=r"not|cannot|from"):
        refused()
