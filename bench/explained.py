"""What ``docs/recall.md`` says of levels, signals and candidates, read from the code itself."""

from __future__ import annotations

from collections.abc import Mapping

from mnemos.recall import candidates, confidence, meaning, neighbours, search
from mnemos.recall.signals import ADDED, CHOSEN_BY, GROUPS, LEVELS, NEEDS, UNREAD
from mnemos.recall.signals import meaning as looked_at


def levels() -> str:
    """Return the levels: what each needs, what it adds, what it ranks."""
    lines = [
        "| level | needs | signals | adds | ranks |",
        "|---|---|--:|---|---|",
    ]
    known: set[str] = set()
    for level, signals in LEVELS.items():
        added = [name for name in signals if name not in known]
        known.update(added)
        adds = _named(added) if level != "c0" else "all that need no model"
        chooser = CHOSEN_BY.get(level)
        ranks = (
            "all candidates" if chooser is None else f"the {search.BEST} best by {chooser.upper()}"
        )
        lines.append(f"| {level.upper()} | {NEEDS[level]} | {len(signals)} | {adds} | {ranks} |")
    return "\n".join(lines)


def signals() -> str:
    """Return the signals by group, each with the first level that uses it."""
    lines = ["| group | signal | from | what it looks at |", "|---|---|---|---|"]
    for group, names in GROUPS.items():
        lines += [
            f"| {group} | `{name}` | {_first(name, LEVELS)} | {looked_at(name)} |" for name in names
        ]
    return "\n".join(lines)


def chosen() -> str:
    """Return who becomes a candidate, and how many at most."""
    rows = (
        ("everything that may come back, if it is no more than", candidates.CAP),
        ("else the best by their own words", candidates.BEST),
        (
            f"the best of the {candidates.BEST_SESSIONS} sessions that match most",
            candidates.BEST_OF_SESSIONS,
        ),
        ("the best of the days that the question names", candidates.BEST_OF_DAYS),
        (
            f"neighbours, {neighbours.PER_SIDE} to either side, of as many of the best",
            candidates.WITH_NEIGHBOURS,
        ),
        ("the newest standing wishes, if the question asks for help", candidates.STANDING),
        ("from level C1 on, the nearest by the one vector of each turn", search.NEAREST),
    )
    return "\n".join(
        ["| candidates | at most |", "|---|--:|", *(f"| {a} | {b} |" for a, b in rows)]
    )


def sizes() -> str:
    """Return the whole numbers that likeness is measured in."""
    return (
        f"Likeness is a cosine × {meaning.UNIT:,}, rounded down to a whole number; of a question "
        f"{meaning.MAX_TOKENS} telling word pieces are looked for at most. A level's constants are "
        "a mean, a deviation and a weight for each of its signals, and for each of the "
        f"{len(confidence.TRAITS)} traits by which an answer is sure."
    )


def _named(names: list[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _first(name: str, found: Mapping[str, Mapping[str, object]]) -> str:
    if name == UNREAD:
        return min(CHOSEN_BY).upper()
    if name == "bridge":
        return max(CHOSEN_BY).upper()
    if name in ADDED:
        return "C0"
    return next(level for level, signals in found.items() if name in signals).upper()
