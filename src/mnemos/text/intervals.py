"""Calendar arithmetic on half-open windows of wall-clock time.

A window is two naive datetimes [start, end). Weeks are ISO weeks (Monday first). What falls outside
years 1 to 9999 raises ValueError or OverflowError; whoever reads a text drops the mention.
"""

from __future__ import annotations

from datetime import datetime, timedelta

Window = tuple[datetime, datetime]

# Meteorological seasons of the northern hemisphere: nobody tells us where the speaker lives.
SEASON_MONTHS = {"spring": 3, "summer": 6, "fall": 9, "autumn": 9, "winter": 12}
# Parts of a day as spans of hours; the night runs into the next morning.
PART_HOURS = {
    "morning": (5, 12),
    "afternoon": (12, 18),
    "evening": (18, 24),
    "night": (18, 30),
}


def midnight(at: datetime) -> datetime:
    """Return the start of a moment's day."""
    return at.replace(hour=0, minute=0, second=0, microsecond=0)


def hour(at: datetime, shift: int = 0) -> Window:
    """Return the clock hour of a moment, moved by some hours."""
    start = at.replace(minute=0, second=0, microsecond=0) + timedelta(hours=shift)
    return start, start + timedelta(hours=1)


def day(at: datetime, shift: int = 0) -> Window:
    """Return the day of a moment, moved by some days."""
    start = midnight(at) + timedelta(days=shift)
    return start, start + timedelta(days=1)


def week(at: datetime, shift: int = 0) -> Window:
    """Return the ISO week of a moment, moved by some weeks."""
    start = midnight(at) + timedelta(days=7 * shift - at.weekday())
    return start, start + timedelta(days=7)


def weekend(at: datetime, shift: int = 0) -> Window:
    """Return Saturday and Sunday of a moment's ISO week, moved by some weeks."""
    end = week(at, shift)[1]
    return end - timedelta(days=2), end


def month(at: datetime, shift: int = 0) -> Window:
    """Return the month of a moment, moved by some months."""
    first = at.year * 12 + at.month - 1 + shift
    return _month_start(first), _month_start(first + 1)


def year(at: datetime, shift: int = 0) -> Window:
    """Return the year of a moment, moved by some years."""
    return datetime(at.year + shift, 1, 1), datetime(at.year + shift + 1, 1, 1)  # noqa: DTZ001


def decade(at: datetime, shift: int = 0) -> Window:
    """Return the year that lies some decades away: "a decade ago" means ten years ago."""
    return year(at, 10 * shift)


def season(name: str, of_year: int) -> Window:
    """Return a season of a year; winter is named after the year in which it begins."""
    first = of_year * 12 + SEASON_MONTHS[name] - 1
    return _month_start(first), _month_start(first + 3)


def part_of_day(at: datetime, part: str) -> Window:
    """Return the morning, afternoon, evening or night of a moment's day."""
    start = midnight(at)
    first, last = PART_HOURS[part]
    return start + timedelta(hours=first), start + timedelta(hours=last)


def weekday_before(at: datetime, weekday: int) -> Window:
    """Return the latest such weekday that lies wholly before a moment's day (Monday is 0)."""
    return day(at, -((at.weekday() - weekday - 1) % 7) - 1)


def weekday_after(at: datetime, weekday: int) -> Window:
    """Return the first such weekday after a moment's day."""
    return day(at, (weekday - at.weekday() - 1) % 7 + 1)


def third(window: Window, which: str) -> Window:
    """Return the early, mid or late third of a window: of a month 1–10, 11–20 and 21 to the end."""
    start, end = window
    days = (end - start).days // 3
    first, second = start + timedelta(days=days), start + timedelta(days=2 * days)
    months = (end.year - start.year) * 12 + end.month - start.month
    if start.day == end.day == 1 and months % 3 == 0:  # seasons and years go by whole months
        first, second = month(start, months // 3)[0], month(start, 2 * months // 3)[0]
    if which == "early":
        return start, first
    return (first, second) if which == "mid" else (second, end)


def _month_start(months: int) -> datetime:
    return datetime(months // 12, months % 12 + 1, 1)  # noqa: DTZ001


UNITS = {
    "hour": hour,
    "day": day,
    "week": week,
    "weekend": weekend,
    "month": month,
    "year": year,
    "decade": decade,
}
