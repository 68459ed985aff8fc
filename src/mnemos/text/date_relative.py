"""Rules for dates that hang on when they were said: "yesterday", "last Friday", "two weeks ago".

"last Tuesday" is the latest one before the day of speaking, "next Friday" the Friday of the next
ISO week, "this Friday" that of the current week; a bare weekday is the latest, or in a sentence
about the future the next. "last week" is the ISO week before; vague numbers become ranges.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from mnemos.text import intervals
from mnemos.text.date_found import UNIT_GRAINS, Answer, Moment, Rule
from mnemos.text.date_words import (
    NUMBER,
    PART,
    SEASON,
    UNIT,
    UNIT_NAMES,
    VAGUE_NUMBER,
    WEEKDAY,
    WEEKDAY_NAMES,
    number,
    vague_number,
    weekday_number,
)
from mnemos.text.intervals import Window

_DAYS = {"yesterday": -1, "today": 0, "tomorrow": 1, "tmrw": 1, "yday": -1}
_SHORT_WEEKDAY = 5  # letters; Sun, Sat, Weds are words or names and need a cue and a capital
_SATURDAY = 5


def _read_day(match: re.Match[str], moment: Moment) -> Answer:
    window = intervals.day(moment.at, _DAYS[match[1]])
    if match["part"] is None:
        return window, "day", True
    return intervals.part_of_day(window[0], match["part"]), "hour", True


def _read_part(match: re.Match[str], moment: Moment) -> Answer:
    """Read "tonight", "last night", "this morning", "the night before last"."""
    if match["before"] is not None:
        return intervals.part_of_day(intervals.day(moment.at, -2)[0], "night"), "hour", True
    if match["which"] == "last":
        return intervals.part_of_day(intervals.day(moment.at, -1)[0], match["part"]), "hour", True
    return intervals.part_of_day(moment.at, match["part"] or "night"), "hour", True


def _read_weekday(match: re.Match[str], moment: Moment) -> Answer | None:
    name, cue = match["weekday"], match["which"] or match["cue"]
    if cue in {"every", "each", "any", "most", "black", "good"}:
        return None
    short = len(name) <= _SHORT_WEEKDAY
    if short and (cue in {None, "the"} or not moment.capital(match.start("weekday"))):
        return None
    window = _weekday(weekday_number(name), cue, match, moment)
    if match["part"] is None:
        return window, "day", True
    return intervals.part_of_day(window[0], match["part"]), "hour", True


def _weekday(weekday: int, cue: str | None, match: re.Match[str], moment: Moment) -> Window:
    at = moment.at
    of_this_week = intervals.day(at, weekday - at.weekday())
    cue = cue and " ".join(cue.split())
    if cue == "next":
        return intervals.day(of_this_week[0], 7)
    if cue in {"last", "past", "this past", "previous"}:
        return intervals.weekday_before(at, weekday)
    if cue in {"coming", "this coming", "upcoming"}:
        return intervals.weekday_after(at, weekday)
    span = match.span("m")
    passed = of_this_week[0] < intervals.midnight(at)
    if cue == "this" and not (passed and moment.looks_ahead(*span)):
        return of_this_week
    ahead = cue == "this" or moment.is_ahead(*span)
    return (intervals.weekday_after if ahead else intervals.weekday_before)(at, weekday)


def _read_weekday_of_week(match: re.Match[str], moment: Moment) -> Answer:
    """Read "Friday last week" and "next week on Tuesday"."""
    shift = {"last": -1, "this": 0, "next": 1}[match["w1"] or match["w2"]]
    monday = intervals.week(moment.at, shift)[0]
    return intervals.day(monday, weekday_number(match["d1"] or match["d2"])), "day", True


def _read_weekdays_ago(match: re.Match[str], moment: Moment) -> Answer:
    latest = intervals.weekday_before(moment.at, weekday_number(match["weekday"]))[0]
    return intervals.day(latest, -7 * (number(match["n"]) - 1)), "day", True


def _read_unit(match: re.Match[str], moment: Moment) -> Answer:
    """Read "last week", "this month", "the past year", "next weekend", "the week before last"."""
    if match["before"] is not None:
        unit = match["before"]
        return intervals.UNITS[unit](moment.at, -2), UNIT_GRAINS[unit], True
    which, unit = match["which"].split()[-1], match["unit"]
    read, grain = intervals.UNITS[unit], UNIT_GRAINS[unit]
    if which in {"past", "recent"} and unit != "weekend":
        return _back(moment.at, 1, unit), "range", True
    return read(moment.at, _SHIFTS.get(which, 1)), grain, True


def _read_the_weekend(match: re.Match[str], moment: Moment) -> Answer:
    """Read "over the weekend": this one when it is on or ahead, else the last."""
    here = moment.at.weekday() >= _SATURDAY or moment.is_ahead(*match.span())
    return intervals.weekend(moment.at, 0 if here else -1), "range", True


def _read_season(match: re.Match[str], moment: Moment) -> Answer:
    """Read "last summer" (the latest that is over), "this summer", "next winter"."""
    which, name, at = match["which"].split()[-1], match["season"], moment.at
    seasons = [intervals.season(name, at.year + shift) for shift in (-2, -1, 0, 1, 2)]
    if which in {"last", "past", "previous"}:
        return max(window for window in seasons if window[1] <= at), "season", True
    if which in {"next", "coming", "upcoming"}:
        return min(window for window in seasons if window[0] > at), "season", True
    return next((one for one in seasons if one[0] <= at < one[1]), seasons[2]), "season", True


def _read_end_of_this(match: re.Match[str], moment: Moment) -> Answer:
    """Read the "the month" of "the end of the month": the current one."""
    unit = match["unit"]
    return intervals.UNITS[unit](moment.at), UNIT_GRAINS[unit], True


def _read_span(match: re.Match[str], moment: Moment) -> Answer:
    """Read "the past two weeks" and "the next few days": a range that touches today."""
    most = _bounds(match)[1]
    unit = _unit(match)
    if match["which"] in {"next", "coming", "upcoming", "following"}:
        return _ahead(moment.at, most, unit), "range", True
    return _back(moment.at, most, unit), "range", True


def _read_ago(match: re.Match[str], moment: Moment) -> Answer:
    """Read "two weeks ago", "a few days ago" (a range), "3 days from now"."""
    least, most = _bounds(match)
    unit = _unit(match)
    if match["way"] not in {"ago", "back"}:
        least, most = -most, -least
    if match["unit"] == "fortnight":
        least, most = 2 * least, 2 * most
    if unit in {"minute", "min"}:
        return intervals.hour(moment.at), "hour", True
    read = intervals.UNITS[unit]
    if least == most:
        return read(moment.at, -least), UNIT_GRAINS[unit], True
    return (read(moment.at, -most)[0], read(moment.at, -least)[1]), "range", True


def _read_in(match: re.Match[str], moment: Moment) -> Answer | None:
    """Read "in two weeks", when the sentence speaks of the future: else it is a duration."""
    if match["time"] is None and not moment.looks_ahead(*match.span()):
        return None
    least, most = _bounds(match)
    read = intervals.UNITS[_unit(match)]
    if least == most:
        return read(moment.at, least), UNIT_GRAINS[_unit(match)], True
    return (read(moment.at, least)[0], read(moment.at, most)[1]), "range", True


def _read_other_day(_match: re.Match[str], moment: Moment) -> Answer:
    return (intervals.day(moment.at, -7)[0], intervals.day(moment.at)[0]), "range", True


def _bounds(match: re.Match[str]) -> tuple[int, int]:
    if match["vague"] is not None:
        return vague_number(match["vague"])
    if match["n"] is not None:
        return number(match["n"]), number(match["n"])
    return vague_number("few")  # "years ago"


def _unit(match: re.Match[str]) -> str:
    return UNIT_NAMES.get(match["unit"], match["unit"])


def _back(at: datetime, count: int, unit: str) -> Window:
    """Return the stretch of some units that ends with today."""
    end = intervals.day(at)[1]
    if unit in {"month", "year", "decade"}:
        months = {"month": 1, "year": 12, "decade": 120}[unit] * count
        start = intervals.month(at, -months)[0]
        last = intervals.month(start)[1] - timedelta(days=1)
        return start.replace(day=min(at.day, last.day)), end
    return intervals.midnight(at) - timedelta(days=_DAYS_OF[unit] * count), end


def _ahead(at: datetime, count: int, unit: str) -> Window:
    """Return the stretch of some units that begins with today."""
    start = intervals.midnight(at)
    return start, start + timedelta(days=_DAYS_OF[unit] * count)


_DAYS_OF = {"hour": 1, "day": 1, "week": 7, "weekend": 7, "month": 30, "year": 365, "decade": 3652}
_SHIFTS = {"last": -1, "past": -1, "recent": -1, "previous": -1, "this": 0, "current": 0}

_SEASONS = frozenset(SEASON.split("|"))
_UNITS = frozenset(f"{unit}{s}" for unit in (*UNIT.split("|"), "minute", "min") for s in ("", "s"))
_WHICH = r"(?:this\s+)?(?:past|coming)|last|previous|this|next|current|upcoming|most\s+recent"
_COUNT = rf"(?:(?P<vague>{VAGUE_NUMBER})|(?P<n>{NUMBER}))"

RULES = (
    Rule(
        needs=frozenset(_DAYS),
        pattern=rf"\b({'|'.join(_DAYS)})\b(?:\s+(?P<part>{PART})\b)?",
        read=_read_day,
    ),
    Rule(
        needs=frozenset({"tonight", *PART.split("|")}),
        pattern=(
            r"\b(?:tonight|(?P<before>the\s+night\s+before\s+last)|(?P<which>last|this)\s+"
            rf"(?P<part>{PART}))\b(?!\s+of\b)"
        ),
        read=_read_part,
    ),
    Rule(
        needs=WEEKDAY_NAMES,
        pattern=(
            rf"\b(?:(?P<d1>{WEEKDAY})\s+(?:of\s+)?(?P<w1>last|this|next)\s+week"
            rf"|(?P<w2>last|this|next)\s+week,?\s+(?:on\s+)?(?P<d2>{WEEKDAY}))\b"
        ),
        read=_read_weekday_of_week,
    ),
    Rule(
        needs=frozenset({"ago"}),
        pattern=rf"\b(?P<n>{NUMBER})\s+(?P<weekday>{WEEKDAY})s?\s+ago\b",
        read=_read_weekdays_ago,
    ),
    Rule(
        needs=WEEKDAY_NAMES,
        pattern=(
            r"\b(?:(?P<cue>on|since|by|until|till|the|every|each|any|most|black|good)\s+)?"
            r"(?P<m>(?:(?P<which>last|next|this\s+past|this\s+coming|this|past|previous|coming"
            rf"|upcoming)\s+)?(?P<weekday>{WEEKDAY})\b(?!\.\w)(?:\s+(?P<part>{PART})\b)?)"
        ),
        read=_read_weekday,
    ),
    Rule(
        needs=_UNITS,
        pattern=(
            rf"\b(?:{_COUNT}\s+(?:(?:short|long|whole|full|good|more)\s+)?)?"
            rf"(?P<unit>{UNIT}|minute|min)s?\s+(?P<way>ago|back|from\s+now)\b(?!\s+(?:to|in)\b)"
        ),
        read=_read_ago,
    ),
    Rule(
        needs=_UNITS,
        pattern=(
            rf"\b(?:the\s+|these\s+)?(?P<which>last|past|previous|next|coming|upcoming|following)\s+"
            rf"{_COUNT}\s+(?P<unit>hour|day|night|week|weekend|month|year|decade)s?\b"
        ),
        read=_read_span,
    ),
    Rule(
        needs=_UNITS,
        pattern=(
            rf"\bin\s+(?:about\s+|around\s+)?(?P<m>{_COUNT}\s+(?P<unit>day|week|month|year|decade)s?"
            r"(?P<time>(?:'s?)?\s+time)?)\b"
        ),
        read=_read_in,
    ),
    Rule(
        needs=_UNITS,
        pattern=(
            rf"\b(?:(?P<which>{_WHICH})\s+(?P<unit>week|weekend|month|year|decade)"
            r"|the\s+(?P<before>week|weekend|month|year)\s+before\s+last)\b(?!\s+of\b|\s+(?:olds?\b))"
        ),
        read=_read_unit,
    ),
    Rule(
        needs=frozenset({"weekend"}),
        pattern=r"\bthe\s+weekend\b(?!\s+(?:of|before|after|prior|following)\b)",
        read=_read_the_weekend,
    ),
    Rule(
        needs=_SEASONS,
        pattern=rf"\b(?P<which>{_WHICH})\s+(?P<season>{SEASON})\b",
        read=_read_season,
    ),
    Rule(
        needs=_UNITS,
        pattern=(
            r"\b(?:beginning|start|middle|end)\s+of\s+(?P<m>the\s+(?P<unit>week|month|year))\b"
        ),
        read=_read_end_of_this,
    ),
    Rule(
        needs=_UNITS,
        pattern=r"\bthe\s+other\s+(?:day|night|week)\b",
        read=_read_other_day,
    ),
)
