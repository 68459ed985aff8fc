"""The measures agree with others' programs, stay within their bounds and refuse what has none."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from itertools import pairwise, permutations

import ir_measures
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from ir_measures import RR, R, Success, nDCG

from bench.measures import (
    BUDGETS_TOKENS,
    MEASURES,
    Judged,
    auroc,
    contains_answer,
    fitting,
    full_budget,
    ndcg_at,
    normalised,
    recall_all_at,
    recall_any_at,
    recall_at,
    reciprocal_rank,
    refused_at,
    risk_coverage,
)

REFS = [f"t{number}" for number in range(30)]
RANKED = st.lists(st.sampled_from(REFS), unique=True, max_size=30)
GOLD = st.frozensets(st.sampled_from(REFS), min_size=1, max_size=12)
TOKENS = st.fixed_dictionaries({ref: st.integers(0, 900) for ref in REFS})
#: Few values, so that many are equal.
SURE = st.lists(st.integers(0, 6).map(float), min_size=1, max_size=20)
SHARES = st.one_of(st.booleans(), st.floats(0, 1))


@settings(max_examples=200)
@given(ranked=RANKED.filter(bool), gold=GOLD, k=st.integers(1, 35))
@example(ranked=["t1", "t2"], gold=frozenset({"t2"}), k=2)
@example(ranked=["t1", "t2"], gold=frozenset({"t1", "t2", "t3"}), k=2)
def test_rank_measures_agree_with_ir_measures(
    ranked: list[str], gold: frozenset[str], k: int
) -> None:
    ours = {
        R @ k: recall_at(ranked, gold, k),
        RR: reciprocal_rank(ranked, gold),
        nDCG @ k: ndcg_at(ranked, gold, k),
        Success @ k: float(recall_any_at(ranked, gold, k)),
    }
    falling = {ref: float(len(ranked) - place) for place, ref in enumerate(ranked)}
    theirs = ir_measures.calc_aggregate(
        list(ours), {"q": dict.fromkeys(sorted(gold), 1)}, {"q": falling}
    )
    assert set(theirs) == set(ours)
    for measure, value in ours.items():
        assert value == pytest.approx(theirs[measure], abs=1e-9), measure
    assert recall_all_at(ranked, gold, k) == (theirs[R @ k] == 1.0)


@settings(max_examples=100)
@given(ranked=RANKED, gold=GOLD, tokens=TOKENS)
def test_every_measure_of_the_table_lies_between_0_and_1(
    ranked: list[str], gold: frozenset[str], tokens: dict[str, int]
) -> None:
    judged = Judged(ranked=tuple(ranked), gold=gold, tokens=tokens)
    found = {name: measure.of(judged) for name, measure in MEASURES.items()}
    assert all(0.0 <= value <= 1.0 for value in found.values())
    assert found["all@5"] <= found["R@5"] <= found["any@5"] <= found["any@10"]
    assert found["all@10"] <= found["R@10"] <= found["any@10"]


@given(gold=st.frozensets(st.sampled_from(REFS), min_size=1, max_size=5))
def test_a_ranking_that_begins_with_all_gold_is_perfect(gold: frozenset[str]) -> None:
    ranked = (*sorted(gold), *sorted(set(REFS) - gold))
    perfect = Judged(ranked=ranked, gold=gold, tokens=dict.fromkeys(ranked, 50))
    assert {measure.of(perfect) for measure in MEASURES.values()} == {1.0}


def test_the_table_tells_each_name_by_the_figure_that_it_names() -> None:
    ranked = tuple(f"t{number}" for number in range(1, 13))
    tokens = dict.fromkeys(ranked, 100)
    late = Judged(ranked=ranked, gold=frozenset({"t4", "t7", "t12", "lost"}), tokens=tokens)
    found = {name: measure.of(late) for name, measure in MEASURES.items()}
    best = sum(1 / math.log2(1 + rank) for rank in range(1, 5))
    assert found == {
        "R@5": 0.25,
        "R@10": 0.5,
        "any@5": 1.0,
        "any@10": 1.0,
        "all@5": 0.0,
        "all@10": 0.0,
        "MRR": 0.25,
        "NDCG@10": pytest.approx((1 / math.log2(5) + 1 / math.log2(8)) / best),
        **{f"FB@{budget}": 0.0 for budget in (250, 500, 1000, 2000, 4000, 8000)},
    }
    seventh = Judged(ranked=ranked, gold=frozenset({"t7", "t6"}), tokens=tokens)
    found = {name: measure.of(seventh) for name, measure in MEASURES.items()}
    assert [found[f"FB@{budget}"] for budget in BUDGETS_TOKENS] == [0, 0, 1, 1, 1, 1]
    assert (found["any@5"], found["all@5"], found["all@10"]) == (0.0, 0.0, 1.0)


def test_every_measure_says_what_it_is_and_who_defined_it() -> None:
    assert all(measure.definition and measure.source for measure in MEASURES.values())
    definitions = [measure.definition for measure in MEASURES.values()]
    assert len(set(definitions)) == len(definitions)
    for name, measure in MEASURES.items():
        if "@" in name:
            assert f" {int(name.split('@')[1]):,}" in measure.definition


def test_nothing_ranked_finds_nothing() -> None:
    nothing = Judged(ranked=(), gold=frozenset({"a"}))
    assert {measure.of(nothing) for measure in MEASURES.values()} == {0.0}


@given(ranked=RANKED, gold=GOLD, tokens=TOKENS, budget=st.integers(0, 9000))
def test_what_fits_is_the_longest_beginning_within_the_budget(
    ranked: list[str], gold: frozenset[str], tokens: dict[str, int], budget: int
) -> None:
    fits = fitting(ranked, tokens, budget)
    assert list(fits) == ranked[: len(fits)]
    assert sum(tokens[ref] for ref in fits) <= budget
    if len(fits) < len(ranked):
        assert sum(tokens[ref] for ref in ranked[: len(fits) + 1]) > budget
    assert full_budget(ranked, gold, tokens, (budget,)) == (gold <= set(fits),)


@given(ranked=RANKED, gold=GOLD, tokens=TOKENS)
def test_a_larger_budget_loses_no_gold(
    ranked: list[str], gold: frozenset[str], tokens: dict[str, int]
) -> None:
    found = full_budget(ranked, gold, tokens)
    assert len(found) == len(BUDGETS_TOKENS)
    assert list(found) == sorted(found)
    assert full_budget(ranked, gold, tokens, (10**9,)) == (gold <= set(ranked),)


def test_a_line_that_just_fits_fits_and_no_later_one_takes_a_long_ones_place() -> None:
    tokens = {"a": 60, "b": 40, "c": 1}
    assert fitting("abc", tokens, 100) == ("a", "b")
    assert fitting("abc", tokens, 99) == ("a",)
    assert fitting("bac", tokens, 41) == ("b",)


def test_an_answer_is_found_as_whole_words_whatever_their_case_and_punctuation() -> None:
    assert contains_answer(["Ann: It was the 7th of May, at LAST."], "7th of May")
    assert contains_answer(["nothing", "Ann’s sister: “Oslo”!"], "Ann's sister Oslo")
    assert contains_answer(["we saw an owl and the fox"], "owl and a fox")
    assert contains_answer(["we hired red boats"], "red boat") is False
    assert contains_answer(["a red", "boat"], "red boat") is False
    assert contains_answer([], "boat") is False
    assert contains_answer(["aged 12"], "12") and contains_answer(["aged 120"], "12") is False


@pytest.mark.parametrize("answer", ["", " ", "?!", "The", "“…”", "a the"])
def test_an_answer_without_words_is_neither_there_nor_missing(answer: str) -> None:
    assert contains_answer(["the ? a"], answer) is None


def test_what_is_normalised_stays_as_it_is() -> None:
    once = normalised("The  Well-Known «Ákos» & a\tfriend…\n$5.50")
    assert once == "wellknown ákos friend 550"
    assert normalised(once) == once


@given(able=SURE, void=SURE)
def test_auroc_is_the_share_of_pairs_told_apart(able: list[float], void: list[float]) -> None:
    pairs = [(one > other) + 0.5 * (one == other) for one in able for other in void]
    assert auroc(able, void) == pytest.approx(sum(pairs) / len(pairs), abs=1e-12)
    assert auroc(able, void) + auroc(void, able) == pytest.approx(1.0, abs=1e-12)
    assert auroc(able, able) == 0.5
    assert auroc(able[::-1], void[::-1]) == auroc(able, void)


@given(able=SURE, void=SURE, lost=st.integers(0, 20))
def test_refusals_are_the_most_that_any_threshold_allows(
    able: list[float], void: list[float], lost: int
) -> None:
    share = lost / 20
    thresholds = [*able, *void, math.inf]
    allowed = [
        sum(each < threshold for each in void) / len(void)
        for threshold in thresholds
        if sum(each < threshold for each in able) / len(able) <= share + 1e-9
    ]
    assert refused_at(able, void, share) == max(allowed, default=0.0)


def test_a_share_of_refusals_is_not_lost_to_rounding() -> None:
    able = [float(number) for number in range(100)]
    assert refused_at(able, able, 0.29) == 0.29
    assert refused_at(able, able, 0.0) == 0.0
    assert refused_at(able, able, 1.0) == 1.0
    assert refused_at([2.0, 2.0], [1.0, 2.0], 0.5) == 0.5


@settings(max_examples=100)
@given(questions=st.lists(st.tuples(st.integers(0, 2), st.booleans()), min_size=1, max_size=5))
def test_risks_of_equally_sure_questions_are_those_of_all_their_orders(
    questions: list[tuple[int, bool]],
) -> None:
    falling = [
        order
        for order in permutations(questions)
        if all(one[0] >= other[0] for one, other in pairwise(order))
    ]
    expected = [
        sum(sum(not right for _, right in order[:rank]) / rank for order in falling) / len(falling)
        for rank in range(1, len(questions) + 1)
    ]
    found = risk_coverage([sure for sure, _ in questions], [right for _, right in questions])
    assert [risk for _, risk in found.points] == pytest.approx(expected, abs=1e-12)
    coverages = [coverage for coverage, _ in found.points]
    assert coverages == [rank / len(questions) for rank in range(1, len(questions) + 1)]
    assert found.area == pytest.approx(sum(expected) / len(expected), abs=1e-12)


@given(data=st.lists(st.tuples(st.integers(0, 6), SHARES), min_size=1, max_size=30))
def test_risks_are_shares_and_the_last_is_that_of_answering_all(
    data: list[tuple[int, float]],
) -> None:
    sure, right = [each[0] for each in data], [each[1] for each in data]
    found = risk_coverage(sure, right)
    assert all(0 <= risk <= 1 + 1e-12 for _, risk in found.points)
    coverage, risk = found.points[-1]
    assert coverage == 1.0
    assert risk == pytest.approx(1 - sum(right) / len(right), abs=1e-12)
    assert risk_coverage(sure[::-1], right[::-1]) == found


Call = Callable[[Sequence[str], frozenset[str]], object]


@pytest.mark.parametrize(
    "measure",
    [
        lambda ranked, gold: recall_at(ranked, gold, 5),
        lambda ranked, gold: recall_any_at(ranked, gold, 5),
        lambda ranked, gold: recall_all_at(ranked, gold, 5),
        reciprocal_rank,
        lambda ranked, gold: ndcg_at(ranked, gold, 5),
        lambda ranked, gold: full_budget(ranked, gold, {"a": 1, "b": 1}),
    ],
)
def test_no_gold_and_repeats_are_refused(measure: Call) -> None:
    with pytest.raises(ValueError, match="no gold"):
        measure(["a"], frozenset())
    with pytest.raises(ValueError, match="'a' is ranked twice"):
        measure(["b", "a", "a"], frozenset("b"))


def test_ranks_before_the_first_and_tokens_that_cannot_be_are_refused() -> None:
    with pytest.raises(ValueError, match="k is 0"):
        recall_at(["a"], frozenset("a"), 0)
    with pytest.raises(ValueError, match="tokens of 'b' are not known"):
        full_budget(["a", "b"], frozenset("a"), {"a": 1})
    with pytest.raises(ValueError, match="'a' has -1 tokens"):
        fitting(["a"], {"a": -1}, 10)


def test_questions_that_are_missing_or_no_numbers_are_refused() -> None:
    with pytest.raises(ValueError, match="no answerable questions"):
        auroc([], [1.0])
    with pytest.raises(ValueError, match="no unanswerable questions"):
        refused_at([1.0], [], 0.1)
    with pytest.raises(ValueError, match="unanswerable question was is not a number"):
        auroc([1.0], [math.nan])
    with pytest.raises(ValueError, match=r"lost is 1\.5"):
        refused_at([1.0], [1.0], 1.5)
    with pytest.raises(ValueError, match="lost is nan"):
        refused_at([1.0], [1.0], math.nan)
    with pytest.raises(ValueError, match="no answered questions"):
        risk_coverage([], [])
    with pytest.raises(ValueError, match="2 questions were sure and 1 right"):
        risk_coverage([1.0, 2.0], [True])
    with pytest.raises(ValueError, match="right or wrong"):
        risk_coverage([1.0], [math.nan])
