"""When two values are about the same thing, and where in a clause a value stands."""

from __future__ import annotations

import re

from mnemos.ingest.facts.classes import singular
from mnemos.ingest.facts.line import Line
from mnemos.ingest.facts.people import FUNCTION_WORDS
from mnemos.ingest.facts.phrases import Phrase


def alike(one: str, other: str) -> bool:
    """Tell whether two values share a telling word."""
    return bool(telling_words(one) & telling_words(other))


def telling_words(value: str) -> set[str]:
    """Return a value's words but for function words, lower-case and singular."""
    words = re.findall(r"[\w:]+", value.lower())
    return {singular(word) for word in words if word not in FUNCTION_WORDS}


def span_of(line: Line, start: int, text: str) -> Phrase:
    """Return the words of this length at an index of the turn as a value."""
    return Phrase(
        text=line.said.text[start : start + len(text)],
        span=(start, start + len(text)),
        head=text.lower().split()[-1],
        after=0,
    )
