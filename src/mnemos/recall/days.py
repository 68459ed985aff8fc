"""Days between what a question names and when a turn was said, in whole numbers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from mnemos.store.base import NO_TIME
from mnemos.text.dates import Mention

Integers = NDArray[np.int64]
Floats = NDArray[np.float64]

DAY = 86_400_000_000  # microseconds
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_NEVER = 1_000_000  # days; further away than any date
_SEASON, _YEAR = 45 * DAY, 200 * DAY  # spans longer than these are no months, no seasons


def microseconds(moment: datetime) -> int:
    """Return a moment as microseconds since 1970 UTC."""
    return (moment - _EPOCH) // timedelta(microseconds=1)


def named_days(mentions: Sequence[Mention]) -> Iterator[tuple[int, int]]:
    """Yield the single days that a question names, as [from, to) in microseconds."""
    for mention in mentions:
        start, end = microseconds(mention.start), microseconds(mention.end)
        if end - start <= DAY:
            yield start, end


def named_ranges(mentions: Sequence[Mention]) -> Iterator[tuple[int, int, float]]:
    """Yield longer spans that a question names, with the scale in days of fading around them."""
    for mention in mentions:
        start, end = microseconds(mention.start), microseconds(mention.end)
        if end - start > DAY:
            length = end - start
            yield start, end, 12.0 if length <= _SEASON else 20.0 if length <= _YEAR else 30.0


def after(said_at: Integers, moment: int) -> Integers:
    """Return by how many calendar days (UTC) turns were said after a moment. Shape of said_at."""
    return np.where(said_at == NO_TIME, _NEVER, said_at // DAY - moment // DAY)


def fade(gap_days: Integers, scale_days: float) -> Floats:
    """Return 1 / (1 + gap / 3 scales)³: close to exp(−gap / scale), and the same on every CPU."""
    once: Floats = 1.0 / (1.0 + gap_days / (3.0 * scale_days))
    return once * once * once
