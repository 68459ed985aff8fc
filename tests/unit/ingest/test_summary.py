"""Summaries are sentences of the text, in order, within what they may cost."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from mnemos.ingest.summary import _sentence, lead, summary
from mnemos.text.token_count import estimate_tokens

WEIGHTS = {"a": 5, "b": 3, "c": 2, "d": 1}
words = st.lists(st.sampled_from("abcdx"), min_size=1, max_size=5)
texts = st.lists(words.map(lambda each: " ".join(each) + "."), max_size=6)


def size(text: str) -> int:
    return len(text.split())


def terms(text: str) -> list[str]:
    return text.replace(".", "").split()


@given(texts, st.integers(0, 12))
def test_a_summary_keeps_to_its_cost_and_to_the_texts_order(several: list[str], most: int) -> None:
    found = summary(several, terms, WEIGHTS, most, size)
    assert size(found) <= most
    rest = iter(several)
    kept = [part.strip() + "." for part in found.split(".") if part.strip()]
    assert all(part in rest for part in kept)  # each after the one before


@given(texts, st.integers(0, 12))
def test_no_sentence_alone_holds_more(several: list[str], most: int) -> None:
    found = set(terms(summary(several, terms, WEIGHTS, most, size)))
    worth = sum(WEIGHTS.get(term, 0) for term in found)
    for text in several:
        if size(text) <= most:
            assert worth >= sum(WEIGHTS.get(term, 0) for term in set(terms(text)))


def test_what_is_told_already_is_not_told_again() -> None:
    assert summary(["a b.", "a b.", "c."], terms, WEIGHTS, 9, size) == "a b. c."


def test_one_rich_sentence_stands_before_a_cheap_one_that_shuts_it_out() -> None:
    assert summary(["a.", "a b c d x."], terms, WEIGHTS, 5, size) == "a b c d x."


def test_nothing_fits_into_nothing() -> None:
    assert summary(["a b."], terms, WEIGHTS, 1, size) == ""
    assert summary([], terms, WEIGHTS, 9, size) == ""
    assert lead("", 5, size) == "" == lead("One two.", 1, size)


def test_a_lead_ends_where_the_next_sentence_would_not_fit() -> None:
    assert lead("One. Two three four. Five.", 3, size) == "One."


SENTENCES = (
    "The ferry is late.",
    "Überfahrt nach Köln um neun Uhr dreißig!",
    "2024 was it, 1,000 times over...",
    "NASA rang: JSONParser failed (again)?",
    "I would have been there with you, but they did not come.",
    "Antidisestablishmentarianism, zymurgy, xylophones",
)


@given(st.lists(st.sampled_from(SENTENCES), min_size=1, max_size=8))
def test_a_text_costs_what_its_sentences_are_said_to_add(several: list[str]) -> None:
    whole = estimate_tokens(" ".join(several))
    read = [_sentence(each, terms, estimate_tokens) for each in several]
    assert sum(each.least for each in read) < whole <= sum(each.most for each in read)
