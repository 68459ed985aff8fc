"""When two values are about the same thing, and where in a clause a value stands."""

from __future__ import annotations

import re

from mnemos.ingest.facts.classes import singular
from mnemos.ingest.facts.line import Line
from mnemos.ingest.facts.people import FUNCTION_WORDS
from mnemos.ingest.facts.phrases import Phrase


def alike(one: str, other: str) -> bool:
    """Tell whether two values share a telling word."""
    words = telling_words(one) & telling_words(other)
    return bool(words)


def telling_words(value: str) -> set[str]:
    words = re.findall(r"[\w:]+", value.lower())
    return {singular(word) for word in words if word not in FUNCTION_WORDS}


def span_of(line: Line, start: int, text: str) -> Phrase:
    return Phrase(
        text=line.said.text[start : start + len(text)],
        span=(start, start + len(text)),
        head=text.lower().split()[-1],
        after=0,
    )
