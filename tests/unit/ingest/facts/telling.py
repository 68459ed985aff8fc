"""Turns for tests of facts: who says what, a minute apart."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from mnemos.ingest.facts.fact import Fact, Said
from mnemos.ingest.facts.read import read_all

SPEAKERS = {"Ann", "Bo", "assistant"}
START = datetime(2024, 5, 15, 10, tzinfo=UTC)


def told(*lines: str, apart: timedelta = timedelta(minutes=1)) -> list[Said]:
    """Return turns; a line is "Ann: text", or the user's text."""
    return [
        Said(
            ref=str(place),
            text=text,
            said_at=START + apart * place,
            speaker=speaker,
            role="assistant" if speaker == "assistant" else "user",
            session="1",
        )
        for place, (speaker, text) in enumerate(map(_split, lines))
    ]


def facts(*lines: str, apart: timedelta = timedelta(minutes=1)) -> list[Fact]:
    """Return the facts of a conversation."""
    return list(read_all(told(*lines, apart=apart)))


def lines(*said: str) -> list[str]:
    """Return the facts of a conversation in a line each."""
    return [fact.line for fact in facts(*said)]


def _split(line: str) -> Sequence[str]:
    speaker, mark, text = line.partition(": ")
    return (speaker, text) if mark and speaker in SPEAKERS else ("", line)
