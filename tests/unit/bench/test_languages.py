"""The sets of other languages and of codes are answered, in a memory whose language nobody set."""

from __future__ import annotations

import pytest

from bench.data import conversations
from bench.languages import DEFAULT, LANGUAGES, SETS, ask, figures


@pytest.mark.parametrize("name", LANGUAGES)
def test_a_set_is_answered_in_the_default_language(name: str) -> None:
    (conversation,) = conversations(SETS / f"{name}.jsonl")
    assert figures(ask(conversation, DEFAULT))["R@10"] >= 0.85
