"""What counts as said again: nearly the same words, the same speaker, the same numbers."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mnemos.context.duplicates import Said, Shown
from mnemos.types import Item, Scope

NOW = datetime(2026, 5, 8, tzinfo=UTC)
LONG = "we are all going to the lake house with our old friends on the first weekend of june"


def said(text: str, speaker: str | None = "Ana") -> Said:
    return Said(
        Item(
            id="x",
            text=text,
            scope=Scope(),
            position=0,
            speaker=speaker,
            said_at=NOW,
            recorded_at=NOW,
        )
    )


@pytest.mark.parametrize(
    ("first", "second", "again"),
    [
        ("I love tea.", "i LOVE tea!!", True),
        ("I love tea.", "I love coffee.", False),
        ("🎉", "🎉 ", True),
        ("🎉", "🎂", False),
        (LONG, LONG + " then", True),
        (LONG + " then", LONG, True),
        (LONG, LONG.replace("june", "july"), False),
        (LONG, LONG + " 2027", False),
        (LONG, LONG + " and then home again by train", False),
        ("漢字" * 20_000, "漢字" * 20_000, True),
        ("漢字" * 20_000, "漢字" * 20_001, False),
    ],
)
def test_said_again(first: str, second: str, again: bool) -> None:
    shown = Shown()
    shown.add(said(first))
    assert shown.repeats(said(second)) is again


def test_the_same_words_of_another_speaker_are_no_repeat() -> None:
    shown = Shown()
    shown.add(said("I love tea.", "Ana"))
    assert not shown.repeats(said("I love tea.", "Ben"))
    assert shown.repeats(said("I love tea.", "ANA"))
    assert shown.repeats(said("I love tea.", None))


WORDS = st.lists(st.sampled_from([f"w{chr(97 + n)}" * (n % 3 + 1) for n in range(24)]), max_size=30)


@given(WORDS, WORDS)
def test_the_index_misses_no_repeat(first: list[str], second: list[str]) -> None:
    one, other = said(" ".join(first)), said(" ".join(first + second[:2]))
    shown = Shown()
    shown.add(one)
    assert shown.repeats(other) == other.repeats(one)
