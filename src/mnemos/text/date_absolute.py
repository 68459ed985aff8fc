"""Rules for dates that say which day, month, season or year they mean: "7 May 2023", "in June".

Without a year the nearest one in the past is meant, or in a sentence about the future the next.
Numeric dates with slashes or hyphens are month first (5/7/2023 is May 7) unless the first number is
above 12; with dots they are day first.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone

from mnemos.text import intervals
from mnemos.text.date_found import DIGITS, Answer, Moment, Rule
from mnemos.text.date_words import (
    AMBIGUOUS_MONTHS,
    DAY,
    MONTH,
    MONTH_NAMES,
    ORDINAL,
    ORDINALS,
    SEASON,
    WEEKDAY,
    WEEKDAY_NAMES,
    YEAR,
    month_number,
    weekday_number,
)
from mnemos.text.intervals import Window

_MAX_MONTH = 12
_PREPOSITION = re.compile(r"\b(?:on|by|since|until|till|before|after|from|for)\s+\Z")
_CENTURY = 2000  # two-digit years: 7/5/23

_WEEKDAY_BEFORE = rf"(?:\b(?:{WEEKDAY})\.?,?\s+(?:the\s+)?)?"
_YEAR_AFTER = rf"(?:(?:,\s*|,?\s+(?:of\s+|in\s+)?|-)(?P<y>{YEAR})(?![0-9]))?"
_NOT_A_DAY = r"(?![0-9]|[:.][0-9]|\s*(?:[ap]\.?m\b|%)|-year)"
# Words after which a number from 1900 to 2100 is a year, and words after it that make it a count.
_YEAR_CUE = (
    r"in|since|during|from|by|until|till|before|after|of|around|early|mid|late|year|summer|winter"
    r"|spring|fall|autumn|back\s+in|and|to|through"
)
_COUNTED = (
    r"\s*(?:dollars?|euros?|pounds?|bucks|usd|eur|people|persons|users|steps|words|pages|miles|km"
    r"|kilomet|meters?|metres?|feet|ft|calories|kcal|points?|followers|subscribers|views|items"
    r"|rows|lines|records|tokens|char|times|hours?|minutes?|min\b|seconds?|ms\b|px|mb|gb|kb|days"
    r"|weeks|months|years|requests|members|students|employees|copies|units|watts|rpm|votes"
    r"|percent|per\b|square|sq|books|songs|photos|guests|attendees|customers|more|or\s+more|%|\+"
    r"|mg|kg|g\b|ml|hz|entries|transactions|messages|queries|iterations|epochs|samples)"
)


def month_window(number: int, moment: Moment, span: tuple[int, int]) -> Window:
    """Resolve a month without a year: this one or the latest, or in talk of the future the next."""
    year, at = moment.at.year, moment.at
    if moment.is_ahead(*span):
        year += number < at.month
    else:
        year -= number > at.month
    return intervals.month(datetime(year, number, 1))  # noqa: DTZ001


def day_window(number: int, day: int, moment: Moment, span: tuple[int, int]) -> Window:
    """Resolve a day and month without a year, by the same rule."""
    at = moment.at
    ahead = moment.is_ahead(*span)
    for shift in (0, 1, 2, 3, 4) if ahead else (0, -1, -2, -3, -4):  # 29 February needs four
        year = at.year + shift
        later = (number, day) >= (at.month, at.day)
        earlier = (number, day) <= (at.month, at.day)
        if shift == 0 and not (later if ahead else earlier):
            continue
        try:
            return intervals.day(datetime(year, number, day))  # noqa: DTZ001
        except ValueError:
            continue
    raise ValueError(day)


def _date(year: str | None, number: int, day: int, match: re.Match[str], moment: Moment) -> Answer:
    if year is not None:
        return intervals.day(datetime(int(year), number, day)), "day", False  # noqa: DTZ001
    return day_window(number, day, moment, match.span()), "day", False


def _read_iso(match: re.Match[str], moment: Moment) -> Answer:
    year, number, day = int(match[1]), int(match[2]), int(match[3])
    start = datetime(year, number, day)  # noqa: DTZ001
    if match["hour"] is None:
        return intervals.day(start), "day", False
    start += timedelta(hours=int(match["hour"]), minutes=int(match["minute"]))
    offset = match["offset"]
    if offset and moment.zone is not None:
        start = _as_wall(start, offset, moment)
    return (start, start + timedelta(hours=1)), "hour", False


def _as_wall(start: datetime, offset: str, moment: Moment) -> datetime:
    """Move a moment given with its own offset to the wall clock of whoever said it."""
    zone: timezone = UTC
    if offset != "z":
        sign = -1 if offset[0] == "-" else 1
        away = timedelta(hours=int(offset[1:3]), minutes=int(offset[-2:]))
        zone = timezone(sign * away)
    return start.replace(tzinfo=zone).astimezone(moment.zone).replace(tzinfo=None)


def _read_numeric(match: re.Match[str], moment: Moment) -> Answer | None:
    first, second, year = int(match[1]), int(match[3]), match["y"]
    if len(year) != 4:  # noqa: PLR2004
        if match[2] != "/":
            return None
        year = str(_CENTURY + int(year))
    day_first = match[2] == "." or first > _MAX_MONTH
    day, number = (first, second) if day_first else (second, first)
    return _date(year, number, day, match, moment)


def _read_named(match: re.Match[str], moment: Moment) -> Answer | None:
    """Read "7 May 2023" and "May 7th": a small "may 7" without more is the verb."""
    clear: object = match["th"] is not None or (match["of"] or "").strip() in {
        "of",
        "of the",
        "the",
    }
    clear = clear or _PREPOSITION.search(moment.low, max(0, match.start() - 8), match.start())
    if not clear and _is_verb(match, moment):
        return None
    return _date(match["y"], month_number(match["month"]), int(match["day"]), match, moment)


def _is_verb(match: re.Match[str], moment: Moment) -> bool:
    return (
        match["y"] is None
        and match["month"] in {"may", "march", "mar"}
        and not moment.capital(match.start("month"))
    )


def _read_days(match: re.Match[str], moment: Moment) -> Answer | None:
    """Read "3 to 5 June", "June 3-5, 2023"."""
    if _is_verb(match, moment):
        return None
    number = month_number(match["month"])
    last = _date(match["y"], number, int(match["to"]), match, moment)[0]
    first = last[0].replace(day=int(match["from"]))
    if first >= last[0]:
        return None
    return (first, last[1]), "range", False


def _read_month(match: re.Match[str], moment: Moment) -> Answer:
    if match["y"] is not None:
        window = intervals.month(datetime(int(match["y"]), month_number(match["month"]), 1))  # noqa: DTZ001
    else:
        window = month_window(month_number(match["month"]), moment, match.span())
    return window, "month", False


def _read_month_alone(match: re.Match[str], moment: Moment) -> Answer | None:
    """Read "in May", "last May", "September": which words may stand alone depends on the word."""
    name, which = match["month"], match["which"]
    cue = which or match["cue"] or match["then"]
    capital = moment.capital(match.start("month"))
    short = len(name) <= 4 and name not in {"may", "june", "july"}  # noqa: PLR2004
    if cue is None:
        if short or name in AMBIGUOUS_MONTHS or not capital:
            return None
    elif not capital and (short or (name in AMBIGUOUS_MONTHS and cue not in {"in", "since"})):
        return None
    number, at = month_number(name), moment.at
    which = which and which.split()[-1]
    if which in {"last", "past"}:
        return intervals.month(datetime(at.year - (number >= at.month), number, 1)), "month", True  # noqa: DTZ001
    if which == "next":
        return intervals.month(datetime(at.year + (number <= at.month), number, 1)), "month", True  # noqa: DTZ001
    if which == "this":
        return intervals.month(datetime(at.year, number, 1)), "month", True  # noqa: DTZ001
    return month_window(number, moment, match.span("m")), "month", False


def _read_ordinal(match: re.Match[str], moment: Moment) -> Answer | None:
    """Read "the first week of August", "the last Monday in May 2023"."""
    if match["month"] is not None:
        start, end = _read_month(match, moment)[0]
    else:
        shift = {"last": -1, "this": 0, "the": 0, "next": 1}[match["which"]]
        start, end = intervals.UNITS[match["unit"]](moment.at, shift)
    relative = match["month"] is None
    nth, what = ORDINALS[match["nth"]], match["what"]
    if what == "week":
        window = (
            (start + timedelta(days=7 * (nth - 1)), start + timedelta(days=7 * nth))
            if nth > 0
            else (end - timedelta(days=7), end)
        )
        return window, "week", relative
    if what == "day":
        return intervals.day(start, nth - 1) if nth > 0 else intervals.day(end, -1), "day", relative
    weekday = 5 if what == "weekend" else weekday_number(what)
    if nth > 0:
        first = intervals.weekday_after(start - timedelta(days=1), weekday)[0]
        window = intervals.day(first, 7 * (nth - 1))
    else:
        window = intervals.weekday_before(end, weekday)
    if what == "weekend":
        return (window[0], window[0] + timedelta(days=2)), "range", relative
    return window, "day", relative


def _read_season(match: re.Match[str], _moment: Moment) -> Answer:
    return intervals.season(match[1], int(match["y"])), "season", False


def _read_year(match: re.Match[str], _moment: Moment) -> Answer | None:
    round_hundred = match["y"].endswith("00")
    if match["cue"] is None and round_hundred:
        return None
    return intervals.year(datetime(int(match["y"]), 1, 1)), "year", False  # noqa: DTZ001


def _read_day_alone(match: re.Match[str], moment: Moment) -> Answer:
    """Read "on the 3rd": of this month, or the one before or after."""
    at, day = moment.at, int(match["day"])
    shifts = (0, 1, 2) if moment.is_ahead(*match.span()) else (0, -1, -2)
    for shift in shifts:
        try:
            start = intervals.month(at, shift)[0].replace(day=day)
        except ValueError:
            continue
        if shift or (start.day >= at.day if shifts[1] > 0 else start.day <= at.day):
            return intervals.day(start), "day", True
    raise ValueError(match[0])


_DIGITS = frozenset({DIGITS})
_MONTHS = MONTH_NAMES
_SEASONS = frozenset(SEASON.split("|"))

DAY_RULES = (
    Rule(
        needs=_DIGITS,
        pattern=(
            r"(?<![\w/.-])([0-9]{4})[-/.]([0-9]{1,2})[-/.]([0-9]{1,2})"
            r"(?:[t ](?P<hour>[0-9]{2}):(?P<minute>[0-9]{2})(?::[0-9]{2}(?:\.[0-9]{1,9})?)?"
            r"(?P<offset>z|[+-][0-9]{2}:?[0-9]{2})?)?(?!\w|[-/.][0-9])"
        ),
        read=_read_iso,
    ),
    Rule(
        needs=_DIGITS,
        pattern=(
            r"(?<![\w/.-])([0-9]{1,2})([-/.])([0-9]{1,2})\2(?P<y>[0-9]{4}|[0-9]{2})(?!\w|[-/.][0-9])"
        ),
        read=_read_numeric,
    ),
    Rule(
        needs=_MONTHS,
        pattern=(
            rf"(?:(?:from|between)\s+)?(?:the\s+)?(?<![\w.:])(?P<from>{DAY})(?:st|nd|rd|th)?"
            rf"\s*(?:-|–|to|and|through|until|till)\s*(?:the\s+)?(?P<to>{DAY})(?:st|nd|rd|th)?"
            rf"\s+(?:of\s+)?(?P<month>{MONTH})\b\.?{_YEAR_AFTER}"
        ),
        read=_read_days,
    ),
    Rule(
        needs=_MONTHS,
        pattern=(
            rf"\b(?P<month>{MONTH})\.?\s+(?P<from>{DAY})(?:st|nd|rd|th)?"
            rf"\s*(?:-|–|to|through|until|till)\s*(?P<to>{DAY})(?:st|nd|rd|th)?{_NOT_A_DAY}(?!\w)"
            rf"{_YEAR_AFTER}"
        ),
        read=_read_days,
    ),
    Rule(
        needs=_MONTHS,
        pattern=(
            rf"{_WEEKDAY_BEFORE}(?<![\w.:/$])(?P<day>{DAY})(?P<th>st|nd|rd|th)?"
            rf"(?P<of>\s+of\s+(?:the\s+)?|\s+|-)(?P<month>{MONTH})\b\.?{_YEAR_AFTER}"
        ),
        read=_read_named,
    ),
    Rule(
        needs=_MONTHS,
        pattern=(
            rf"{_WEEKDAY_BEFORE}\b(?P<month>{MONTH})\.?(?:\s+|-)(?P<of>the\s+)?"
            rf"(?P<day>{DAY})(?P<th>st|nd|rd|th)?(?!\w){_NOT_A_DAY}{_YEAR_AFTER}"
        ),
        read=_read_named,
    ),
    Rule(
        needs=WEEKDAY_NAMES | {"week", "weekend", "day"},
        pattern=(
            rf"\b(?P<m>(?:the\s+)?(?P<nth>{ORDINAL})\s+(?P<what>week|weekend|day|{WEEKDAY})\s+(?:of|in)\s+"
            rf"(?:(?P<month>{MONTH})\b\.?(?:,?\s+(?:of\s+)?(?P<y>{YEAR})(?![0-9]))?"
            r"|(?P<which>last|this|next|the)\s+(?P<unit>month|year)\b))"
        ),
        read=_read_ordinal,
    ),
)

LONGER_RULES = (
    Rule(
        needs=_MONTHS,
        pattern=rf"\b(?P<month>{MONTH})\b\.?(?:,?\s+(?:of\s+)?|-)(?P<y>{YEAR})(?![0-9])",
        read=_read_month,
    ),
    Rule(
        needs=_SEASONS,
        pattern=rf"\b({SEASON})(?:\s+of|,)?\s+(?P<y>{YEAR})(?![0-9])",
        read=_read_season,
    ),
    Rule(
        needs=_MONTHS,
        pattern=(
            r"\b(?:(?P<cue>in|since|until|till|by|during|from|before|after|of|around|between|and|to"
            r"|early|mid|late|through)[\s-]+)?(?P<m>(?:(?P<which>last|next|this\s+past|this|past)\s+)?"
            rf"(?P<month>{MONTH})\b(?!'))(?P<then>\s*(?:to|-|–|through|and)\s*(?:{MONTH})\b)?"
            r"(?P<y>(?!))?"  # never a year: a neighbour may lend its own
        ),
        read=_read_month_alone,
    ),
    Rule(
        needs=_DIGITS,
        pattern=(
            rf"(?<![\w$€£#.,/:=+-])(?:(?P<cue>{_YEAR_CUE})[\s-]+)?"
            rf"(?P<m>(?P<y>{YEAR}))(?![\w/:=+%]|[-.,][0-9]|{_COUNTED})"
        ),
        read=_read_year,
    ),
    Rule(
        needs=frozenset({"st", "nd", "rd", "th"}),
        pattern=(
            rf"\b(?:on|by|until|till|since|before|after|from)\s+(?P<m>the\s+(?P<day>{DAY})(?:st|nd|rd|th))\b"
            r"(?=\s*(?:\Z|[.,;:!?)])|\s+(?:and|at|we|i|he|she|they|it|to|for|with|because|so|but|was"
            r"|is)\b)"
        ),
        read=_read_day_alone,
    ),
)
