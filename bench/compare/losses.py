"""What mnemos loses at: every column and category in which a product or a usual way is ahead of it.

All of it is worked out from the figures. A level of mnemos is held against the others only, never
against another of its levels; bounds are no competitors.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bench.compare.reading import COSTS, FINDING, LOWER_IS_BETTER, Row, better, ran
from bench.compare.summary import QUALITY

#: Levels that are held against the others.
LEVELS = ("mnemos c0", "mnemos c3")
#: Column or category → why, in words; never a figure, and never whether it is so.
WHY = {
    "multi_hop": "the turns that answer share few words with the question or with one another",
    "open_domain": "the answer takes knowledge of the world that no turn holds",
    "summarization": "a summary needs more turns than ten places hold",
    "event_ordering": "the order of events is asked of many turns that name none of them alike",
    "information_extraction": "figures and names deep inside long replies, which vectors find",
    "preference_following": "the question does not name what is preferred",
    "contradiction_resolution": "both sides are gold; words find the nearer one",
    "answer contained": "the answer's own words, in whatever turn: gold turns may say it otherwise",
    "refused at 2% lost": "some of its least sure answers are right, and are to be spared",
    "refused at 5% lost": "some of its least sure answers are right, and are to be spared",
    "write ms/turn": "a turn is on the disk, indexed and open to undo when `remember` returns",
    "read p50 ms": "every recall weighs words, people, days and, at C3, meaning",
    "read p95 ms": "every recall weighs words, people, days and, at C3, meaning",
    "read p99 ms": "every recall weighs words, people, days and, at C3, meaning",
    "cold read s": "the built-in model is loaded by the process that asks",
    "peak MiB": "the built-in model runs in the process; those beside it get its vectors from ours",
    "import s": "numpy comes with `Memory`",
    "distributions": "numpy, a stemmer, a command line and, at C3, what runs the model",
    "bytes/turn": "the text is kept to the letter, with its indexes and all that undo needs",
    "install MB": "numpy and, at C3, the built-in model with what runs it come along",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Loss:
    """One figure of one level with all that are ahead of it.

    Args:
        category: None for a figure over all questions.
        ahead: (row, its figure, whether that may be chance), best first; None where no interval of
            the difference is kept.
    """

    level: str
    column: str
    category: str | None
    value: float
    ahead: tuple[tuple[str, float, bool | None], ...]

    @property
    def why(self) -> str:
        """What explains it, if anything does; empty otherwise."""
        return WHY.get(self.category or self.column, "")


def losses(some: Sequence[Row]) -> list[Loss]:
    """Return all that mnemos loses on one data set: quality, categories, cost."""
    mine = {row.name: row for row in some if row.name in LEVELS and row.values}
    levels = [mine[name] for name in LEVELS if name in mine]
    others = [row for row in ran(some) if row.kind != "mnemos"]
    found = [_overall(level, others, column) for column in FINDING for level in levels]
    found += [
        _within(level, others, category, column)
        for category in sorted({name for level in levels for name in level.categories})
        for column in QUALITY
        for level in levels
    ]
    found += [_overall(level, others, column) for column in COSTS for level in levels]
    return [each for each in found if each is not None and each.ahead]


def _overall(level: Row, others: Sequence[Row], column: str) -> Loss | None:
    if column not in level.values:
        return None
    value = level.values[column]
    before = [
        (row.name, row.values[column], _may_be_chance(row, level, column))
        for row in others
        if column in row.values and better(column, row.values[column], value)
    ]
    return Loss(
        level=level.name,
        column=column,
        category=None,
        value=value,
        ahead=_best_first(column, before),
    )


def _within(level: Row, others: Sequence[Row], category: str, column: str) -> Loss | None:
    value = level.categories.get(category, {}).get(column)
    if value is None:
        return None
    before = [
        (row.name, row.categories[category][column], None)
        for row in others
        if better(column, row.categories.get(category, {}).get(column, value), value)
    ]
    return Loss(
        level=level.name,
        column=column,
        category=category,
        value=value,
        ahead=_best_first(column, before),
    )


def _best_first(
    column: str, before: Sequence[tuple[str, float, bool | None]]
) -> tuple[tuple[str, float, bool | None], ...]:
    sign = 1 if column in LOWER_IS_BETTER else -1
    return tuple(sorted(before, key=lambda each: (sign * each[1], each[0])))


def _may_be_chance(row: Row, level: Row, column: str) -> bool | None:
    difference = row.against.get(level.name, {}).get(column)
    return None if difference is None else difference.low <= 0 <= difference.high
