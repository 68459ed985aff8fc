"""Turns as a model is shown them, labelled 1 to n, and what it states of them, by these labels.

No id is ever shown: a label that was not is a mistake, which the model is told.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from mnemos.ingest.cut import by_tokens
from mnemos.ingest.derive import made
from mnemos.text.token_count import estimate_tokens
from mnemos.types import JSON, Item

#: Of a prompt of 2,000 tokens: the rest is what to do, and an example.
RUN_TOKENS = 1_000
#: Of one turn: what is said in so many characters can be summed up; the rest is a paste.
TURN_CHARACTERS = 1_200
#: Label, day, speaker and the marks around them.
FRAME_TOKENS = 24
#: Characters of a statement.
LONGEST = 800


@dataclass(frozen=True)
class Statement:
    """Something that turns say, by their labels, the most telling first."""

    text: str
    turns: tuple[int, ...]


def runs(turns: Sequence[Item], most_tokens: int = RUN_TOKENS) -> list[Sequence[Item]]:
    """Return turns in runs that fit one prompt each, in order; most sessions are one or two."""
    tokens = [FRAME_TOKENS + estimate_tokens(_clipped(turn)) for turn in turns]
    return [turns[start:stop] for start, stop in by_tokens(tokens, most_tokens)]


def shown(turns: Sequence[Item]) -> list[JSON]:
    """Return turns as JSON: label from 1, day, who spoke, what."""
    return [
        {
            "label": label,
            "day": f"{turn.said_at:%A, %Y-%m-%d}",
            "speaker": turn.speaker or turn.role or "",
            "text": _clipped(turn),
        }
        for label, turn in enumerate(turns, 1)
    ]


def wrong_label(labels: Sequence[int], count: int) -> str | None:
    """Say what is wrong with the labels of a reply; None if each is one that was shown.

    >>> wrong_label([1, 3], 2), wrong_label([1, 2], 2), wrong_label([], 2)
    ('there is no label 3; they go from 1 to 2', None, 'no label is named')
    """
    if not labels:
        return "no label is named"
    for label in labels:
        if not 1 <= label <= count:
            return f"there is no label {label}; they go from 1 to {count}"
    return None


def wrong_statement(stated: Sequence[Statement], count: int, most: int) -> str | None:
    """Say what is wrong with statements of a reply; None if nothing is.

    Args:
        stated: The statements.
        count: How many turns were shown.
        most: How many statements there may be.
    """
    if len(stated) > most:
        return f"{len(stated)} statements are too many; {most} will do"
    if any(not 0 < len(each.text.strip()) <= LONGEST for each in stated):
        return f"each text has from 1 to {LONGEST} characters"
    return next(filter(None, (wrong_label(each.turns, count) for each in stated)), None)


def stated_items(
    stated: Sequence[Statement], turns: Sequence[Item], *, kind: str, recipe: str
) -> Iterator[Item]:
    """Return statements as items that cite the turns they name."""
    for ordinal, each in enumerate(stated):
        sources = [turns[label - 1] for label in each.turns]
        yield made(
            each.text.strip(),
            kind=kind,
            sources=sources,
            recipe=recipe,
            now=sources[0].recorded_at,
            ordinal=ordinal,
        )


def _clipped(turn: Item) -> str:
    text = turn.text
    return text if len(text) <= TURN_CHARACTERS else text[: TURN_CHARACTERS - 1] + "…"
