"""Words around a date that change it: "the week before 9 June", "early May", "since", "to"."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from mnemos.text import intervals
from mnemos.text.date_found import UNIT_GRAINS, Found, Grain, Moment
from mnemos.text.date_words import NUMBER, UNIT_NAMES, WEEKDAY, number, weekday_number
from mnemos.text.intervals import Window

_REACH = 48  # characters before or after a date in which such words stand
_GAP = 14  # characters between the two ends of a range
_NOON = 12

_SINCE = re.compile(r"\b(?:ever\s+)?since\s+(?:about\s+|around\s+|the\s+)?\Z")
_THIRD = re.compile(
    r"\b(?:the\s+)?(early|mid|late|beginning|start|middle|end)(?:[\s-]+(?:of|in)\b)?[\s-]*\Z"
)
_THIRDS = {
    "beginning": "early",
    "start": "early",
    "middle": "mid",
    "end": "late",
}
_BESIDE = re.compile(
    rf"\b(?:the\s+|that\s+)?(?:(?P<n>{NUMBER})\s+)?"
    rf"(?P<unit>day|night|evening|morning|week|weekend|month|year|{WEEKDAY})s?\s+"
    r"(?P<side>before|prior\s+to|preceding|after|following|from)\s+(?:the\s+)?\Z"
)
_OPENS = re.compile(r"\b(?:from|between)\s+(?:the\s+|about\s+|around\s+)?\Z")
_TO = re.compile(r"\s*(?:(to|until|till|through|thru)|(and)|(-|–|—))\s*(?:the\s+)?")
_CLOCK = (
    r"(?:(?P<h>1[0-2]|0?[1-9])(?::(?P<min>[0-5][0-9]))?\s*(?P<half>[ap])\.?m\b\.?"
    r"|(?P<h24>[01]?[0-9]|2[0-3]):(?P<min24>[0-5][0-9])(?![0-9:])|(?P<word>noon|midnight)\b)"
)
_CLOCK_AFTER = re.compile(rf"\A,?\s*(?:(?:at|around|about|by|@)\s+|@)?{_CLOCK}")
_CLOCK_BEFORE = re.compile(rf"(?<![\w:.]){_CLOCK}(?:,?\s+on)?,?\s+(?:the\s+)?\Z")


def join(found: Sequence[Found], moment: Moment) -> list[Found]:
    """Apply the words around dates; they come and go in the order of the text."""
    ranges = _ranges(list(found), moment)
    joined: list[Found] = []
    for one in ranges:
        try:
            changed = _since(_beside(_third(_clock(one, moment), moment), moment), moment)
        except (ValueError, OverflowError):  # beyond the years there are
            continue
        while (
            joined and joined[-1].span[1] > changed.span[0]
        ):  # the Friday of "the Friday before …"
            joined.pop()
        joined.append(changed)
    return joined


def _before(one: Found, moment: Moment) -> str:
    return moment.low[max(0, one.span[0] - _REACH) : one.span[0]]


def _widened(one: Found, before: int, window: Window, grain: Grain) -> Found:
    """Put a new window on a date and take the characters before it into its span."""
    start, end = one.span
    return replace(one, span=(start - before, end), window=window, grain=grain)


def _ranges(found: list[Found], moment: Moment) -> list[Found]:
    """Turn "from A to B", "between A and B" and "A - B" into one range each."""
    joined: list[Found] = []
    for one in found:
        last = joined[-1] if joined else None
        try:
            both = _range(last, one, moment) if last is not None else None
        except (ValueError, OverflowError):
            both = None
        if both is None:
            joined.append(one)
        else:
            joined[-1] = both
    return joined


def _range(first: Found, second: Found, moment: Moment) -> Found | None:
    between = moment.low[first.span[1] : second.span[0]]
    if len(between) > _GAP or "hour" in {first.grain, second.grain}:
        return None
    word = _TO.fullmatch(between)
    if word is None:
        return None
    opened = _OPENS.search(_before(first, moment))
    if opened is None and (word[2] is not None or (first.relative and word[3] is None)):
        return None
    start, end = first.window[0], second.window[1]
    if first.yearless and not second.yearless:
        years = end.year - start.year
        start = start.replace(year=start.year + years)
        if start >= end:
            start = start.replace(year=start.year - 1)
    elif first.yearless and second.yearless and start >= end:
        start = intervals.month(start, -12)[0].replace(day=start.day)
    if start >= end:
        return None
    opening = len(opened[0]) if opened is not None else 0
    return Found(
        span=(first.span[0] - opening, second.span[1]),
        window=(start, end),
        grain="range",
        relative=first.relative or second.relative,
        unclear=second.unclear,
    )


def _clock(one: Found, moment: Moment) -> Found:
    """Put a clock time beside a day on it: "1:56 pm on 8 May", "Friday at 7"."""
    if one.grain != "day":
        return one
    start, end = one.span
    match = _CLOCK_AFTER.search(moment.low[end : end + _REACH])
    if match is not None:
        end += match.end()
    else:
        match = _CLOCK_BEFORE.search(_before(one, moment))
        if match is None:
            return one
        start -= len(match[0])
    at = one.window[0] + _time_of_day(match)
    return replace(one, span=(start, end), window=(at, at + timedelta(hours=1)), grain="hour")


def _time_of_day(match: re.Match[str]) -> timedelta:
    if match["word"] is not None:
        return timedelta(hours=_NOON if match["word"] == "noon" else 0)
    if match["h24"] is not None:
        return timedelta(hours=int(match["h24"]), minutes=int(match["min24"]))
    afternoon = _NOON if match["half"] == "p" else 0
    return timedelta(hours=int(match["h"]) % _NOON + afternoon, minutes=int(match["min"] or 0))


def _third(one: Found, moment: Moment) -> Found:
    """Narrow a month, season, year or week to its early, mid or late third."""
    if one.grain not in {"week", "month", "season", "year"}:
        return one
    match = _THIRD.search(_before(one, moment))
    if match is None:
        return one
    window = intervals.third(one.window, _THIRDS.get(match[1], match[1]))
    return _widened(one, len(match[0]), window, "range")


def _beside(one: Found, moment: Moment) -> Found:
    """Step to the day, week, weekend, weekday … before or after a date."""
    match = _BESIDE.search(_before(one, moment))
    if match is None or (match["side"] == "from" and match["n"] is None):
        return one
    count = number(match["n"]) if match["n"] is not None else 1
    back = match["side"].split()[0] in {"before", "prior", "preceding"}
    window, grain = _stepped(one.window, match["unit"], -count if back else count)
    return _widened(one, len(match[0]), window, grain)


def _stepped(window: Window, unit: str, count: int) -> tuple[Window, Grain]:
    """Step ``count`` units before the start (negative) or after the last day of a window."""
    at = window[0] if count < 0 else window[1] - timedelta(microseconds=1)
    unit = UNIT_NAMES.get(unit, unit)
    if unit in {"day", "morning", "evening"}:
        start = intervals.day(at, count)
        return (start, "day") if unit == "day" else (intervals.part_of_day(start[0], unit), "hour")
    if unit == "week":
        return _week_beside(at, count), "week"
    if unit == "weekend":
        saturday = _weekday_beside(at, 5, count)
        return (saturday, saturday + timedelta(days=2)), "range"
    if unit in {"month", "year"}:
        return intervals.UNITS[unit](at, count), UNIT_GRAINS[unit]
    return intervals.day(_weekday_beside(at, weekday_number(unit), count)), "day"


def _week_beside(at: datetime, count: int) -> Window:
    """Return seven days: "the week before 9 June" ends with 8 June."""
    start = intervals.midnight(at) + timedelta(days=7 * count if count < 0 else 7 * count - 6)
    return start, start + timedelta(days=7)


def _weekday_beside(at: datetime, weekday: int, count: int) -> datetime:
    if count < 0:
        return intervals.weekday_before(at, weekday)[0] + timedelta(days=7 * (count + 1))
    return intervals.weekday_after(at, weekday)[0] + timedelta(days=7 * (count - 1))


def _since(one: Found, moment: Moment) -> Found:
    """Stretch "since March" to the day of speaking."""
    match = _SINCE.search(_before(one, moment))
    today = intervals.day(moment.at)[1]
    if match is None or one.window[0] >= today:
        return one
    return replace(_widened(one, len(match[0]), (one.window[0], today), "range"), relative=True)
