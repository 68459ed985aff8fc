"""A bundled conversation to try mnemos on: Ada, Ben and their assistant Mira, January to June 2026.

Ada studies seagrass in Galway, her brother Ben repairs bicycles in Edinburgh; all of it is
invented. The names below point at the turns that show what a memory must do besides finding things.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from importlib.resources import files
from typing import Literal

Category = Literal["single", "update", "temporal", "multi", "speaker", "list", "abstain"]

DOOR_CODE = "heron-4417-quay"
"""A door code that Ben tells by mistake; it occurs in one turn only."""

DOOR_CODE_ID = "s10-09"
"""The turn to erase: the one that holds the door code."""

ERASE_REQUEST_ID = "s11-01"
"""Ben asks for the door code to be erased, without repeating it."""

REVISED_ID = "s19-04"
"""The turn to revise: Ben says later that he has edited it, since he gave the wrong sailing."""

REVISED_TEXT = (
    "Tickets are booked. We sail on Saturday the 23rd at 07:25 from Oban to Craignure, two people, "
    "one dog, two bikes. Check-in shuts half an hour before."
)
"""What the revised turn says after the edit."""

INJECTION_ID = "s07-03"
"""Ben quotes a fraudulent e-mail that gives orders to whichever assistant reads it."""

CORRECTION_ID = "s02-01"
"""Ada corrects the day of an appointment that she gave in the first session."""

GERMAN_ID = "s13-09"
"""A turn in German."""

JAPANESE_ID = "s17-07"
"""A turn in Japanese."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoQuestion:
    """A question about the conversation, with the turns that answer it.

    Args:
        question: As a user would put it.
        asked_at: When it is put; "last month" counts from here.
        gold: Ids of all turns needed as evidence; an update's current fact is the first. Empty if
            nothing answers.
        category: What makes it hard.
        answer: A short reference answer.
    """

    question: str
    asked_at: datetime
    gold: tuple[str, ...]
    category: Category
    answer: str


def conversation() -> list[dict[str, object]]:
    """Give every message in the order in which it was said.

    Each has ``role``, ``name``, ``content``, ``id`` (unique, such as ``s01-04``), ``said_at``
    (ISO 8601 in UTC) and ``session`` (its date). The list is made anew at each call.
    """
    return [json.loads(line) for line in _lines("conversation.jsonl")]


def questions() -> list[DemoQuestion]:
    """Give the questions about the conversation, grouped by category."""
    rows = [json.loads(line) for line in _lines("questions.jsonl")]
    return [
        DemoQuestion(
            question=row["question"],
            asked_at=datetime.fromisoformat(row["asked_at"]),
            gold=tuple(row["gold"]),
            category=row["category"],
            answer=row["answer"],
        )
        for row in rows
    ]


def _lines(name: str) -> list[str]:
    text = files(__name__).joinpath(name).read_text(encoding="utf-8")
    return text.removesuffix("\n").split("\n")
