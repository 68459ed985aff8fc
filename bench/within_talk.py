"""Scenarios of change within other talk: what is said of the same things by the same people.

By itself a scenario is a dozen turns, and what is wanted is hardly ever far. Here its turns stand
among some hundred of a long conversation, whose two speakers take the names of the scenario's.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from bench.conversation import ROLES, Conversation, Turn
from bench.facts_in_memory import LATER
from bench.updates_set import Update

MOST = 300
BEFORE, AFTER = timedelta(days=60), timedelta(hours=12)


def alone(update: Update) -> Conversation:
    """Return a scenario as a conversation."""
    return _conversation(update, update.turns)


def within(update: Update, talks: Sequence[Conversation]) -> Conversation:
    """Return a scenario within one of several conversations; always the same."""
    draws = random.Random(update.name)
    turns = [*update.turns, *_others(update, draws.choice(talks), draws)]
    return _conversation(update, sorted(turns, key=_said_at))


def _conversation(update: Update, turns: Sequence[Turn]) -> Conversation:
    return Conversation(
        dataset="updates",
        name=update.name,
        turns=tuple(turns),
        questions=(),
        asked_at=max(map(_said_at, update.turns)) + LATER,
    )


def _others(update: Update, talk: Conversation, draws: random.Random) -> Iterator[Turn]:
    """Give turns of a talk, its sessions at other moments, in the voices of the scenario."""
    start = draws.randrange(max(1, len(talk.turns) - MOST + 1))
    turns = talk.turns[start : start + MOST]
    names = _names(update, talk)
    first, last = min(map(_said_at, update.turns)), max(map(_said_at, update.turns))
    room = last + AFTER - (first - BEFORE)
    begins = {
        session: first - BEFORE + room * draws.random()
        for session in dict.fromkeys(turn.session for turn in turns)
    }
    for number, turn in enumerate(turns):
        text = turn.text
        for old, new in names.items():
            text = re.sub(rf"\b{re.escape(old)}\b", "friend" if new in ROLES else new, text)
        yield replace(
            turn,
            ref=f"talk {number}",
            session=f"talk {turn.session}",
            text=text,
            speaker=names[turn.speaker or ""],
            said_at=begins[turn.session] + timedelta(minutes=number),
        )


def _names(update: Update, talk: Conversation) -> dict[str, str]:
    """Return whose part each speaker of a talk takes; users stay users."""
    own = sorted(dict.fromkeys(turn.speaker or "" for turn in update.turns), key="assistant".__eq__)
    others = sorted(
        dict.fromkeys(turn.speaker or "" for turn in talk.turns), key="assistant".__eq__
    )
    return {other: own[number % len(own)] for number, other in enumerate(others)}


def _said_at(turn: Turn) -> datetime:
    if turn.said_at is None:
        raise ValueError(f"turn {turn.ref} has no moment")
    return turn.said_at
