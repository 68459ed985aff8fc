"""A text's time expressions become intervals: "last Tuesday" ▸ [2023-05-02, 2023-05-03).

English in depth; German, Spanish, French, Russian, Chinese and Japanese for dates and the commonest
relative words. All times are in the zone of the moment at which the text was said.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime

from mnemos.text import date_absolute, date_relative
from mnemos.text.date_found import DIGITS, HAN, Found, Grain, Moment, find
from mnemos.text.date_joins import join
from mnemos.text.date_tables import language_rules
from mnemos.text.time_words import asks_when, holds_time, word_set
from mnemos.types import Interval

__all__ = ["Mention", "asks_when", "event_time", "holds_time", "mentions"]

# Other languages between: English knows its own days best ("21 September, 2023"), but would see
# only the month and year of "7. Mai 2023".
_RULES = (
    *date_absolute.DAY_RULES,
    *language_rules(),
    *date_absolute.LONGER_RULES,
    *date_relative.RULES,
)
_TRIGGERS = frozenset().union(*(rule.needs for rule in _RULES)) - {DIGITS, HAN}
_DIGIT_DATES = re.compile(r"[0-9](?:[0-9]{3}|[0-9]?[-/.][0-9])")
_HAN_TIME = re.compile(r"[年月日号天周週去来明昨今前后後]")
_CAPITALS = re.compile(r"[A-ZÀ-ÖØ-ÞА-Я]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Mention:
    """A time expression in a text, and the interval it stands for.

    Args:
        span: Which characters of the text it is, [from, to).
        start: First moment, aware, in the zone of said_at.
        end: First moment after it.
        grain: How fine it is; "range" for what is no calendar unit.
        relative: Whether it hangs on when it was said ("yesterday").
    """

    span: tuple[int, int]
    start: datetime
    end: datetime
    grain: Grain
    relative: bool


def mentions(text: str, said_at: datetime) -> list[Mention]:
    """Return the time expressions of a text in order, resolved against when it was said.

    Bare clock times and mere durations ("at 3 pm", "for two hours") are none. What would lie
    outside years 1 to 9999 is dropped.

    Raises:
        ValueError: said_at has no timezone.
    """
    return [mention for mention, _ in _mentions(text, said_at, careful=False)]


def event_time(text: str, said_at: datetime) -> Interval | None:
    """Return the interval a text speaks of, when that is another day than the one it was said on.

    The first mention as fine as a day and not on the day of speaking; else the first coarser one
    that does not contain said_at; else None. A date without a year, a bare weekday or month whose
    sentence does not tell whether it is past or to come stands for none: better no day than a
    wrong one.

    Raises:
        ValueError: said_at has no timezone.
    """
    coarse: Interval | None = None
    for mention, unclear in _mentions(text, said_at, careful=True):
        if unclear:
            continue
        if mention.grain in {"hour", "day"}:
            if mention.start.date() != said_at.date():
                return mention.start, mention.end
        elif coarse is None and not mention.start <= said_at < mention.end:
            coarse = mention.start, mention.end
    return coarse


def _mentions(text: str, said_at: datetime, *, careful: bool) -> list[tuple[Mention, bool]]:
    """Return each mention and whether its direction is unclear, which only the careful ask."""
    if said_at.tzinfo is None:
        raise ValueError("said_at must have a timezone; it is naive")
    low = text.lower()
    words = word_set(low)
    if _DIGIT_DATES.search(low) is not None:
        words.add(DIGITS)
    elif _TRIGGERS.isdisjoint(words) and (low.isascii() or _HAN_TIME.search(low) is None):
        return []
    if not low.isascii() and _HAN_TIME.search(low) is not None:
        words.add(HAN)
    moment = _moment(text, low, said_at, careful=careful)
    found = sorted(find(_RULES, moment, words), key=lambda one: one.span)
    resolved = [(_aware(one, said_at), one.unclear) for one in join(found, moment)]
    return [(mention, unclear) for mention, unclear in resolved if mention is not None]


def _moment(text: str, low: str, said_at: datetime, *, careful: bool) -> Moment:
    if len(low) != len(text):  # a few letters grow when lowered (İ); spans must stay true
        low = _CAPITALS.sub(lambda match: match[0].lower(), text)
    low = low.replace("’", "'")
    at = said_at.replace(tzinfo=None)
    return Moment(text=text, low=low, at=at, zone=said_at.tzinfo, careful=careful)


def _aware(found: Found, said_at: datetime) -> Mention | None:
    """Put the zone on, unless that or a later conversion to UTC would leave years 1 to 9999."""
    start, end = (moment.replace(tzinfo=said_at.tzinfo) for moment in found.window)
    try:
        start.astimezone(UTC)
        end.astimezone(UTC)
    except (OverflowError, ValueError):
        return None
    return Mention(
        span=found.span, start=start, end=end, grain=found.grain, relative=found.relative
    )
