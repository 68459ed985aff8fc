"""The time axis of a picture of facts: where it begins and ends, where its marks stand."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from mnemos import Fact

#: An axis is never shorter: what began just now is seen as well.
SHORTEST = timedelta(days=1)
#: Months from mark to mark, the shortest that leaves few enough marks.
STEPS = (1, 2, 3, 6, 12, 24, 60, 120, 240, 600)
MONTHS = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Axis:
    """A span of time on which facts are drawn.

    Args:
        begin: Its left end.
        now: Up to where what still holds is drawn.
        end: Its right end; beyond now where something is planned.
    """

    begin: datetime
    now: datetime
    end: datetime

    def share(self, moment: datetime) -> float:
        """Return where a moment lies, 0 at the left end to 1 at the right."""
        return min(1.0, max(0.0, (moment - self.begin) / (self.end - self.begin)))

    def bar(self, fact: Fact) -> tuple[float, float]:
        """Return where a fact begins and ends, as shares."""
        until = fact.until
        if until is None:
            until = self.end if fact.status == "planned" else self.now
        return self.share(fact.since), max(self.share(fact.since), self.share(until))

    def marks(self, most: int) -> Iterator[tuple[float, str]]:
        """Yield beginnings of months or years that lie on the axis, as shares with labels.

        Args:
            most: At most so many.
        """
        first = self.begin.year * MONTHS + self.begin.month - 1
        last = self.end.year * MONTHS + self.end.month - 1
        step = next((each for each in STEPS if (last - first) // each < most), STEPS[-1])
        for month in range(-(-(first + 1) // step) * step, last + 1, step):
            year, of_year = divmod(month, MONTHS)
            label = f"{year}" if step >= MONTHS else f"{year}-{of_year + 1:02}"
            yield self.share(datetime(year, of_year + 1, 1, tzinfo=UTC)), label


def axis_of(found: Sequence[Fact], now: datetime) -> Axis:
    """Return an axis on which some facts, one at least, can be drawn."""
    begin = min(fact.since for fact in found)
    ends = [fact.until or fact.since for fact in found]
    planned = any(fact.status == "planned" for fact in found)
    end = max([now, *ends, begin + SHORTEST])
    room = (end - begin) / 12 if planned else timedelta()
    return Axis(begin=begin, now=max(now, begin), end=end + room)
