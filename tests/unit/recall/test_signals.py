"""Every signal of level C0 stands in a file of its own, says what it is, and fires."""

from __future__ import annotations

from datetime import timedelta
from importlib import import_module
from pathlib import Path

import numpy as np
import pytest

from mnemos.recall.signals import ADDED, C0, C3, GROUPS, LEVELS, NEEDS, meaning
from tests.unit.recall.small import MAY, Said, frame

FRIENDS = [
    Said(text="I went to the harbour to see the boats."),
    Said(text="Which boats did you like?", speaker="Bob"),
    Said(text="The red sailing boat, it left at 5 pm.", speaker="Ann"),
    Said(text="I prefer trains.", speaker="Bob", session="s2", said_at=MAY + timedelta(days=40)),
    Said(text="Yesterday we saw a film.", speaker="Ann", session="s2", said_at=MAY + timedelta(40)),
]
CHAT = [
    Said(text="Always show units when I ask about distances.", speaker="user"),
    Said(text="I will show units.", speaker="assistant", role="assistant"),
    Said(text="I prefer distances in miles. I never liked metres, is that odd?", speaker="user"),
    Said(text="Not at all; distances are distances.", speaker="assistant", role="assistant"),
    Said(text="Thanks.", speaker="Ann", session="s2"),
]
BOATS = "Which boats did Ann see?"
MILES = "Can you help me with my distances?"

#: Signal → a question and a conversation whose turns it tells apart.
FIRES: dict[str, tuple[str, list[Said]]] = {
    "bm": (BOATS, FRIENDS),
    "near_bm": (BOATS, FRIENDS),
    "before_bm": (BOATS, FRIENDS),
    "session_bm": ("Who likes the harbour?", [*FRIENDS, *[Said(text="So.", session="s3")] * 12]),
    "speaker": (BOATS, FRIENDS),
    "first_speaker": ("What did Bob ask when Ann spoke of boats?", FRIENDS),
    "date_day": ("What happened on June 10, 2023?", FRIENDS),
    "date_near": ("What happened on June 10, 2023?", FRIENDS),
    "date_range": ("What happened in June 2023?", FRIENDS),
    "date_event": ("What happened on June 9, 2023?", FRIENDS),
    "time": (BOATS, FRIENDS),
    "time_asked": ("When did the boat leave?", FRIENDS),
    "question": (BOATS, FRIENDS),
    "page_question": (MILES, CHAT),
    "after_question": (BOATS, FRIENDS),
    "length": (BOATS, FRIENDS),
    "page_length": (MILES, CHAT),
    "page": (MILES, CHAT),
    "page_asker": (MILES, CHAT),
    "page_bm": (MILES, CHAT),
    "page_near_bm": (MILES, CHAT),
    "page_long_bm": (MILES, CHAT),
    "page_coverage": (MILES, CHAT),
    "standing": (MILES, CHAT),
    "standing_help": (MILES, CHAT),
    "preference": (MILES, CHAT),
    "preference_help": (MILES, CHAT),
    "never_asked": ("Have I ever liked metres?", CHAT),
}


def test_every_signal_is_tried() -> None:
    assert list(FIRES) == list(C0)


@pytest.mark.parametrize("name", list(C0))
def test_a_signal_has_a_file_that_says_what_it_is(name: str) -> None:
    module = import_module(f"mnemos.recall.signals.{name}")
    assert C0[name] is module.score
    assert Path(module.__file__ or "").stem == name
    text = module.__doc__ or ""
    assert all(part in text for part in ("What:", "Source:", "Range:"))


@pytest.mark.parametrize("name", list(C0))
def test_a_signal_is_one_finite_number_a_candidate_and_tells_them_apart(name: str) -> None:
    question, talk = FIRES[name]
    values = C0[name](frame(question, talk))
    assert values.dtype == np.float64
    assert values.shape == (len(talk),)
    assert np.isfinite(values).all()
    assert values.max() > 0
    assert values.min() < values.max()


@pytest.mark.parametrize("name", list(C0))
def test_a_signal_of_no_candidates_is_empty(name: str) -> None:
    assert C0[name](frame(BOATS, [])).shape == (0,)


def test_every_signal_stands_in_one_group_and_says_what_it_looks_at() -> None:
    grouped = [name for names in GROUPS.values() for name in names]
    assert sorted(grouped) == sorted([*C3, *ADDED])
    assert all(meaning(name) and "`" not in meaning(name) for name in grouped)
    assert meaning("bm") == "BM25 of the turn's own words"
    assert list(NEEDS) == list(LEVELS)
