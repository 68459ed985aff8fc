"""What a date rule is, and what it finds in a text."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, tzinfo
from typing import Literal

from mnemos.text import date_direction
from mnemos.text.intervals import Window

Grain = Literal["hour", "day", "week", "month", "season", "year", "range"]

UNIT_GRAINS: dict[str, Grain] = {
    "hour": "hour",
    "day": "day",
    "week": "week",
    "weekend": "range",
    "month": "month",
    "year": "year",
    "decade": "year",
}

DIGITS = "#"  # stands for "the text holds digits in a date's shape" among the words a rule needs
HAN = "漢"  # the same for Han characters of time


class Unclear(Exception):
    """A date's sentence does not tell whether it lies ahead or back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """A text together with the wall-clock time at which it was said.

    Args:
        text: As it stands.
        low: The same in lower case, character for character.
        at: Naive wall-clock time.
        zone: The zone of that clock.
        careful: Whether a date of unclear direction is Unclear, and not the nearest past one.
    """

    text: str
    low: str
    at: datetime
    zone: tzinfo | None
    careful: bool = False

    def looks_ahead(self, start: int, end: int) -> bool:
        """Tell whether the sentence around a span speaks of the future."""
        return date_direction.looks_ahead(self.low, start, end)

    def is_ahead(self, start: int, end: int) -> bool:
        """Tell whether a date that does not say its direction lies ahead.

        Raises:
            Unclear: The moment is careful, and the sentence does not tell.
        """
        if not self.careful:
            return self.looks_ahead(start, end)
        way = date_direction.direction(self.low, start, end)
        if way is None:
            raise Unclear
        return way == "ahead"

    def capital(self, at: int) -> bool:
        """Tell whether the text has a capital letter at an index."""
        return self.text[at].isupper()


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """One time expression, resolved: its span in the text and its window of naive time.

    Args:
        span: Characters [from, to).
        window: Naive [start, end).
        grain: How fine it is.
        relative: Whether it hangs on when it was said.
        yearless: The year was not given, so a neighbour may set it ("May to July 2022").
        unclear: Its sentence does not tell its direction; it was taken to lie back.
    """

    span: tuple[int, int]
    window: Window
    grain: Grain
    relative: bool
    yearless: bool = False
    unclear: bool = False


Answer = tuple[Window, Grain, bool]  # window, grain, relative
Reader = Callable[["re.Match[str]", Moment], Answer | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A pattern over lower-case text and the reading of its matches.

    Args:
        needs: Words without any of which the pattern cannot match.
        pattern: A regular expression, compiled when first needed. Its group "m", if it has one, is
            the mention, else the whole match; its group "y", if it has one, is the year.
        read: Gives the answer, or None where the words mean something else. May raise ValueError,
            OverflowError for dates that do not exist.
        doubts: Whether its dates may be Unclear: those of English may.
    """

    needs: frozenset[str]
    pattern: str
    read: Reader
    doubts: bool = True


@functools.cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)


def find(rules: Iterable[Rule], moment: Moment, words: set[str]) -> Iterator[Found]:
    """Run rules over a text, in order; what an earlier rule took, a later one leaves alone."""
    taken = bytearray(len(moment.low))
    plain = replace(moment, careful=False)
    for rule in rules:
        if rule.needs.isdisjoint(words):
            continue
        pattern = _compiled(rule.pattern)
        group: str | int = "m" if "m" in pattern.groupindex else 0
        for match in pattern.finditer(moment.low):
            start, end = match.span(group)
            if 1 in taken[start:end]:
                continue
            unclear = False
            try:
                try:
                    answer = rule.read(match, moment if rule.doubts else plain)
                except Unclear:
                    unclear, answer = True, rule.read(match, plain)
            except (ValueError, OverflowError):  # 31 February: nor is it "February"
                taken[start:end] = b"\x01" * (end - start)
                continue
            if answer is None:
                continue
            taken[start:end] = b"\x01" * (end - start)
            window, grain, relative = answer
            yield Found(
                span=(start, end),
                window=window,
                grain=grain,
                relative=relative,
                yearless="y" in pattern.groupindex and match["y"] is None and not relative,
                unclear=unclear,
            )
