"""Twelve messages → what is stored → what is found → what is packed: reviewed snapshots."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

from mnemos import Memory

HERE = Path(__file__).parent
QUESTIONS = (
    "Where did Ada move to?",
    "What is the rent of the flat?",
    "What happened on 1 May 2026?",
    "When are quiet hours?",
    "Which vaccine does the parrot need?",
)


def snapshot(memory: Memory) -> str:
    items = []
    for item in memory.browse().items:
        spoken_of = None if item.event_time is None else [str(end) for end in item.event_time]
        items.append(
            {
                "id": item.id,
                "role": item.role,
                "speaker": item.speaker,
                "ref": item.ref,
                "text": item.text,
                "said_at": str(item.said_at) if item.said_at_given else None,
                "speaks_of": spoken_of,
                "metadata": item.metadata,
                "attrs": item.attrs,
            }
        )
    asked = {
        question: memory.context(
            question, budget_tokens=160, asked_at=datetime(2026, 5, 5, tzinfo=UTC)
        ).text.splitlines()
        for question in QUESTIONS
    }
    return json.dumps(
        {"items": items, "contexts": asked, "state_hash": memory.state_hash()},
        indent=1,
        ensure_ascii=False,
    )


def test_the_conversation_is_stored_and_packed_as_reviewed() -> None:
    messages = json.loads((HERE / "conversation.json").read_text(encoding="utf-8"))
    now = datetime(2026, 5, 4, 20, tzinfo=UTC)
    with Memory(":memory:", clock=lambda: now) as memory:
        memory.remember(messages, session="2026-05-04")
        found = snapshot(memory)
    expected = HERE / "expected.json"
    assert found == expected.read_text(encoding="utf-8").rstrip("\n")
