"""Read a summary of a comparison: its rows and columns, and what they say in sentences.

Plots, the report and the page are made from this. All of it are figures and names; no sentence here
is written for a certain result, so that one that speaks against mnemos is told like any other.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from bench.compare.summary import LOST, QUALITY, REFERENCES, Figures
from bench.intervals import Interval
from bench.measures import MEASURES
from bench.systems import system

#: Rows that bound what can be had, and are no way to have it.
BOUNDS = frozenset(system(name).title for name in ("last", "random", "oracle"))
#: The measure by which rows are put in order.
FIRST = "R@10"
_REFUSED = tuple(f"refused at {lost:.0%} lost" for lost in LOST)
#: Group → its columns, as they stand in tables.
GROUPS: dict[str, tuple[str, ...]] = {
    "quality": QUALITY,
    "more quality": (
        *(name for name in MEASURES if name not in QUALITY),
        *("audited R@10", "answer contained"),
    ),
    "abstention": ("AUROC", *_REFUSED, "AURC"),
    "cost": (
        *("write ms/turn", "read p50 ms", "read p95 ms"),
        *("bytes/turn", "install MB", "import s"),
    ),
    "more cost": (
        *("of it encoding", "read p99 ms", "cold read s"),
        *("peak MiB", "distributions", "faults"),
    ),
}
#: Column → what it means, where `MEASURES` does not say so.
MEANING: dict[str, tuple[str, str]] = {
    "audited R@10": ("R@10 against gold that people have checked and corrected", "ours"),
    "answer contained": (
        "share of questions whose answer stands, word for word, in the lines that fit 1,000 tokens",
        "Chen et al. 2017 (1704.00051)",
    ),
    "AUROC": (
        "how often an answerable question looks surer than an unanswerable one; 0.5 is chance",
        "Hanley & McNeil 1982",
    ),
    **{
        name: (f"share of the unanswerable refused where {lost:.0%} of the answerable are", "ours")
        for name, lost in zip(_REFUSED, LOST, strict=True)
    },
    "AURC": (
        "how often what is told is wrong, mean over all shares answered, surest first; 0 is best",
        "Geifman & El-Yaniv 2017 (1705.08500)",
    ),
    "write ms/turn": ("milliseconds to take a turn in, all of it, encoding included", "ours"),
    "of it encoding": ("what of that the benchmark's own model took", "ours"),
    "read p50 ms": ("half of the questions were answered within so many milliseconds", "ours"),
    "read p95 ms": ("95 of 100 questions were", "ours"),
    "read p99 ms": ("99 of 100 questions were", "ours"),
    "cold read s": ("seconds from starting a process to its first answer, median", "ours"),
    "bytes/turn": ("bytes on disk a turn; none for what is kept in memory", "ours"),
    "peak MiB": ("most memory that any of its processes took", "ours"),
    "install MB": ("what its environment takes on disk", "ours"),
    "distributions": ("packages in its environment", "ours"),
    "import s": ("seconds that its import takes", "ours"),
    "faults": ("questions that it answered with an error", "ours"),
}
LOWER_IS_BETTER = frozenset({"AURC", *GROUPS["cost"], *GROUPS["more cost"]})
#: How figures come about, in sentences.
METHOD = (
    (
        "Each system runs in a process of its own, on one core, with the same memory and no "
        "network; one that takes an embedder gets the same one, all-MiniLM-L6-v2. It writes a "
        "conversation session by session, is closed and opened again if it keeps files, and is "
        "asked every question after the last turn."
    ),
    (
        "What is judged is which turns come back. A hit that is the system's own text counts as "
        "the turn that it cites or whose words it has; one that is neither counts as nothing. "
        "At a budget, hits are taken in their order while their lines fit so many tokens, "
        "counted alike for all: a question is won if every turn that answers it is among them."
    ),
    (
        "Means are over answerable questions. Intervals are of 95 %, from drawing whole "
        "conversations again (questions, where there is but one); differences are taken "
        "question by question. Costs are those of the machine named here; other machines have "
        "others."
    ),
)
#: Columns in which a row can be ahead in what it finds.
FINDING = (*GROUPS["quality"], *GROUPS["more quality"], *GROUPS["abstention"])
COSTS = tuple(name for name in (*GROUPS["cost"], *GROUPS["more cost"]) if name != "of it encoding")


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A system in some settings on one data set.

    Args:
        values: Column → figure; only those that it has.
        intervals: Column → the ends of its 95 % interval.
        categories: Category → column → figure, with "questions" among them.
        against: Reference row → column → this row less that one.
        curve: (share answered, share of it that is wrong), as of risk and coverage.
        failure: Why there are no figures, in the system's own words.
    """

    name: str
    kind: str
    bound: bool
    values: Mapping[str, float] = field(default_factory=dict)
    intervals: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    categories: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    against: Mapping[str, Mapping[str, Interval]] = field(default_factory=dict)
    spread: Mapping[str, float] = field(default_factory=dict)
    curve: Sequence[tuple[float, float]] = ()
    wanted: Sequence[str] = ()
    failure: str | None = None


def datasets(figures: Figures) -> list[str]:
    """Return the data sets on which anything ran, those that products met first."""

    def products(dataset: str) -> int:
        return sum(row.kind == "peer" for row in rows(figures, dataset))

    return sorted(figures["data"], key=lambda dataset: (-products(dataset), dataset))


def rows(figures: Figures, dataset: str) -> list[Row]:
    """Return all rows of a data set, best R@10 first, failures last.

    What could not be installed stands where products ran; everywhere, if none ran anywhere.
    """
    systems = figures["systems"]
    met = {each for about in systems.values() if about["kind"] == "peer" for each in about["data"]}
    found = [
        _row(name, about, about["data"].get(dataset, about))
        for name, about in systems.items()
        if dataset in about["data"] or ("failure" in about and (not met or dataset in met))
    ]
    return sorted(found, key=lambda row: (-row.values.get(FIRST, -1.0), row.name))


def _row(name: str, about: Mapping[str, Any], told: Mapping[str, Any]) -> Row:
    common: dict[str, Any] = {
        "name": name,
        "kind": about["kind"],
        "bound": about["title"] in BOUNDS,
        "wanted": told.get("wanted", ()),
    }
    if "means" not in told:
        return Row(**common, failure=told.get("failure", "nothing was kept"))
    abstention = told.get("abstention") or {}
    flat = {**told["means"], **told, **abstention, **told["cost"], **about}
    columns = [column for group in GROUPS.values() for column in group]
    return Row(
        **common,
        values={column: flat[column] for column in columns if _number(flat.get(column))},
        intervals={column: (low, high) for column, (low, high) in told["intervals"].items()},
        categories=told["categories"],
        against={
            reference: {column: Interval(**each) for column, each in its.items()}
            for reference, its in told.get("against", {}).items()
        },
        spread=told.get("spread", {}),
        curve=[(share, risk) for share, risk in abstention.get("risk by coverage", ())],
    )


def _number(value: object) -> bool:
    return isinstance(value, int | float) and value == value  # noqa: PLR0124 - a nan is no figure


def ran(some: Sequence[Row], *, bounds: bool = False) -> list[Row]:
    """Return the rows with figures; those that only bound what can be had on request."""
    return [row for row in some if row.values and (bounds or not row.bound)]


def ours(some: Sequence[Row]) -> Row | None:
    """Return the row that others are held against: the reference, else the best of mnemos."""
    mnemos = [row for row in some if row.kind == "mnemos" and row.values]
    named = [row for row in mnemos if row.name == REFERENCES[0]]
    return next(iter([*named, *mnemos]), None)


def chosen(some: Sequence[Row], most: int = 6) -> list[Row]:
    """Return up to so many rows to show side by side: mnemos, the best product, the best others."""
    able = ran(some)
    first = [row for row in able if row.kind == "mnemos"]
    first += [row for row in able if row.kind == "peer"][:1]
    first += [row for row in able if row.kind == "baseline"][:2]
    rest = [row for row in able if row not in first]
    kept = [*first, *rest][:most]
    return [row for row in able if row in kept]


def better(column: str, value: float, than: float) -> bool:
    """Whether a figure is the better one in its column."""
    return value < than if column in LOWER_IS_BETTER else value > than


def shown(column: str, value: float) -> str:
    """Return a figure as it is read.

    >>> shown("R@10", 0.80957), shown("bytes/turn", 12345.6), shown("write ms/turn", 0.0043)
    ('0.810', '12,346', '0.0043')
    """
    if column in FINDING:
        return f"{value:.3f}"
    if value >= 100 or value == int(value):
        return f"{value:,.0f}"
    return f"{value:.3g}"


def listed(parts: Sequence[str]) -> str:
    """Join parts as a sentence does.

    >>> listed(["a", "b", "c"])
    'a, b and c'
    """
    return " and ".join([", ".join(parts[:-1]), parts[-1]] if len(parts) > 1 else parts)


def size(about: Figures) -> str:
    """Return how much there is of a data set, in a sentence."""
    return (
        f"{about['conversations']:,} conversations, {about['turns']:,} turns, "
        f"{about['questions']:,} questions, {about['answerable']:,} of them with an answer."
    )


def headline(some: Sequence[Row]) -> str:
    """Return how mnemos stands among the others, in a sentence or two."""
    mine = ours(some)
    others = [row for row in ran(some) if row is not mine]
    if mine is None or FIRST not in mine.values:
        return "No level of mnemos ran here."
    value = mine.values[FIRST]
    told = f"{mine.name} brings {value:.1%} of the turns that answer among its first ten"
    if FIRST in mine.intervals:
        low, high = mine.intervals[FIRST]
        told += f" ({low:.1%} to {high:.1%})"
    before = [row for row in others if row.values.get(FIRST, 0.0) > value]
    foreign = [row for row in others if row.kind != "mnemos"]
    if before:
        names = listed([f"{row.name} with {row.values[FIRST]:.1%}" for row in before])
        return f"{told}. Ahead of it: {names}."
    if not foreign:
        return f"{told}; nothing else ran."
    return f"{told}; best of the others is {foreign[0].name} with {foreign[0].values[FIRST]:.1%}."


def ahead(some: Sequence[Row], columns: Sequence[str] = FINDING) -> dict[str, list[Row]]:
    """Return for each column the rows that are ahead of mnemos in it, best first."""
    mine = ours(some)
    found: dict[str, list[Row]] = {}
    for column in columns if mine is not None else ():
        if mine is None or column not in mine.values:
            continue
        before = [
            row
            for row in ran(some)
            if column in row.values and better(column, row.values[column], mine.values[column])
        ]
        if before:
            sign = 1 if column in LOWER_IS_BETTER else -1
            found[column] = sorted(before, key=lambda row: sign * row.values[column])
    return found


def ahead_told(some: Sequence[Row]) -> str:
    """Return which rows are ahead of mnemos in what they find, and where, in a sentence."""
    mine, by_column = ours(some), ahead(some)
    if mine is None:
        return ""
    if not by_column:
        return f"No other row is ahead of {mine.name} in any column of quality."
    parts = [
        f"in {column} {listed([f'{r.name} ({shown(column, r.values[column])})' for r in its])}, "
        f"where it has {shown(column, mine.values[column])}"
        for column, its in by_column.items()
    ]
    return f"Ahead of {mine.name}: {'; '.join(parts)}."


def unsure(some: Sequence[Row]) -> str:
    """Return which differences to the reference rows may be none at all, in a sentence."""
    told: list[str] = []
    references = sorted({name for row in some for name in row.against})
    for reference in references:
        parts = []
        for row in ran(some):
            its = row.against.get(reference, {})
            level = [
                name for name in QUALITY if name in its and its[name].low <= 0 <= its[name].high
            ]
            if level:
                parts.append(f"{row.name} in {listed(level)}")
        told.append(
            f"Against {reference} the 95 % interval holds zero for {'; '.join(parts)}."
            if parts
            else f"Against {reference} no interval of a difference holds zero."
        )
    return " ".join(told) or (
        f"No differences were worked out: neither {' nor '.join(REFERENCES)} ran here."
    )


def weakest(row: Row) -> list[tuple[str, float, int]]:
    """Return a row's categories with R@10 and questions, lowest first."""
    told = [
        (name, its[FIRST], int(its["questions"]))
        for name, its in row.categories.items()
        if FIRST in its
    ]
    return sorted(told, key=lambda each: each[1])


def definition(column: str) -> tuple[str, str]:
    """Return what a column says, and whose idea it is."""
    if column in MEASURES:
        return MEASURES[column].definition, MEASURES[column].source
    return MEANING[column]
