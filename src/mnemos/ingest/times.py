"""Moments as callers write them: ISO 8601, datetime, or seconds since 1970."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from mnemos.errors import InputError

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
#: Epoch numbers above this are taken as milliseconds: as seconds it would be the year 5138.
_MILLISECONDS_FROM = 100_000_000_000


def zone(name: str) -> tzinfo:
    """Return the time zone of this IANA name.

    Raises:
        InputError: There is none, or the machine has no time zone data.
    """
    if name == "UTC":
        return UTC
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise InputError(f"no time zone is called {name!r} on this machine") from error


def parse(value: object, naive_zone: tzinfo) -> datetime:
    """Return a moment in UTC, to the microsecond.

    Args:
        value: ISO 8601 text, a datetime, or seconds (or milliseconds) since 1970.
        naive_zone: The zone of values that name none.

    Raises:
        InputError: It is none of these, or lies outside the years 1 to 9999.
    """
    try:
        if isinstance(value, datetime):
            return _aware(value, naive_zone)
        if isinstance(value, str):
            return _aware(datetime.fromisoformat(value.strip()), naive_zone)
        if isinstance(value, int | float) and not isinstance(value, bool):
            return _from_epoch(value)
    except (ValueError, OverflowError) as error:
        raise InputError(f"{value!r} is no moment: {error}") from error
    raise InputError(
        f"{value!r} is no moment: give ISO 8601 text, a datetime, or seconds since 1970"
    )


def _aware(value: datetime, naive_zone: tzinfo) -> datetime:
    return (value if value.tzinfo else value.replace(tzinfo=naive_zone)).astimezone(UTC)


def _from_epoch(value: float) -> datetime:
    if isinstance(value, float) and not math.isfinite(value):
        raise ValueError("not a finite number")
    seconds = value / 1000 if abs(value) >= _MILLISECONDS_FROM else value
    return _EPOCH + timedelta(seconds=seconds)
