"""Texts go where they belong, and none goes nowhere."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mnemos.ingest.route import route

KINDS = ("episodic", "semantic", "procedural")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("We met Tom in 2019.", KINDS[:1]),
        ("The exam: 3 May 2024", KINDS[:1]),
        ("I’m a nurse", KINDS[1:2]),
        ("Tom really loves cats", KINDS[1:2]),
        ("Always answer in French when I ask about wine.", KINDS[1:2]),
        ("Here, how to brew it", KINDS[2:]),
        ("Please open the lid", KINDS[2:]),
        ("I bought a car and it is red", KINDS[:2]),
        ("Yesterday I saw that she is ill:\n1. call a doctor", KINDS),
        ("Hmm", KINDS[:2]),
        (" \n", ()),
        ("", ()),
    ],
)
def test_a_text_goes_to_its_kinds(text: str, expected: tuple[str, ...]) -> None:
    assert route(text) == expected


@given(st.text(max_size=60))
def test_whatever_is_said_goes_somewhere_in_a_fixed_order(text: str) -> None:
    found = route(text)
    assert bool(found) == bool(text.strip())
    assert list(found) == [kind for kind in KINDS if kind in found]
