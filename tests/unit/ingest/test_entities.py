"""Names are found by their capitals, and beginnings of sentences are not taken for names."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mnemos.ingest.entities import entities


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("She moved to New York City with Bob.", ["New York City", "Bob"]),
        ("Paris is nice.", []),
        ("Paris is nice. I love Paris.", ["Paris"]),
        ("NASA called. It was Ann's Honda Civic.", ["NASA", "Ann", "Honda Civic"]),
        ("We saw the University of the Arts.", ["University of the Arts"]),
        ("We read Romeo and Juliet", ["Romeo", "Juliet"]),
        ("Thanks Caroline! Great day.", ["Caroline"]),
        ("On Monday in May I met Tom", ["Tom"]),
        ("I'm at Google. OK.", ["Google"]),
        ("she met ANN and Ann", ["ANN"]),
        ("", []),
        ("no names at all", []),
    ],
)
def test_names_are_those_with_capitals(text: str, expected: list[str]) -> None:
    assert entities(text) == expected


def test_known_names_count_at_the_beginning_too() -> None:
    assert entities("Melanie paints. Tea helps.", known=["melanie"]) == ["Melanie"]


@given(st.text(max_size=80))
def test_any_text_has_each_name_once(text: str) -> None:
    found = [name.casefold() for name in entities(text)]
    assert len(set(found)) == len(found) and all(name.strip() for name in found)
