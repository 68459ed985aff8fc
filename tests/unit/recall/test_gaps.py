"""What is missing is known, and new evidence makes it less."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from mnemos.recall.gaps import best_sentence, gain, missing
from mnemos.text.terms import Analyzer

ENGLISH = Analyzer("english")
terms = st.lists(st.sampled_from("abcde"), max_size=6)
texts = st.lists(terms.map(" ".join), max_size=4)


@given(terms, texts, texts)
def test_more_evidence_leaves_no_more_missing(
    asked: list[str], before: list[str], more: list[str]
) -> None:
    first, then = missing(asked, before, str.split), missing(asked, before + more, str.split)
    assert set(then) <= set(first) <= set(asked)
    share = gain(asked, before, before + more, str.split)
    assert share * len(set(asked)) == len(first) - len(then)


def test_other_forms_of_a_word_are_not_missing() -> None:
    asked = ENGLISH.query_terms("Where did she hike with her dogs?")
    assert missing(asked, ["Hiking is fun"], ENGLISH.terms) == ["dog"]


def test_what_is_lost_is_no_gain() -> None:
    assert gain(["a"], ["a"], [], str.split) == 0 == gain([], [], ["a"], str.split)


def test_the_weightier_term_decides_and_of_equals_the_first_sentence() -> None:
    text = "Tea in Oslo. Tea with Ann."
    assert best_sentence(text, ["tea"], ENGLISH.terms) == "Tea in Oslo."
    asked = ENGLISH.query_terms("Ann in Oslo")
    assert best_sentence(text, asked, ENGLISH.terms, {"ann": 5}) == "Tea with Ann."
    assert best_sentence("", asked, ENGLISH.terms) == ""
