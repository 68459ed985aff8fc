"""Words are near when a slip or two of the pen lie between them."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from mnemos.store.near import ANY_START, LONG_WORD, may_be_near, nearest, slips

WORDS = st.text(alphabet="abcde", min_size=ANY_START, max_size=10)


@given(term=WORDS, word=WORDS)
def test_the_quick_look_never_turns_away_a_near_word(term: str, word: str) -> None:
    allowed = 1 if len(term) < LONG_WORD else 2
    if slips(term, word, allowed) <= allowed:
        assert may_be_near(term, word)


def test_the_nearest_come_first_and_the_term_itself_never() -> None:
    words = ["dentsits", "dentist", "dentists", "dentistry", "guitar"]
    assert nearest("dentists", words) == ["dentist", "dentsits", "dentistry"]
