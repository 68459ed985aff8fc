"""From a finished run to what is put to the reader: questions with the lines of each system."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path

from bench import measures
from bench.compare import records
from bench.compare.records import Asked, Line, Unit
from bench.conversation import UNANSWERABLE
from bench.systems import SYSTEMS
from mnemos import estimate_tokens


class NotARun(Exception):
    """The folder does not hold what is wanted of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Posed:
    """A question as the data set has it.

    Args:
        gold: The answer; None only if it is unanswerable.
        unanswerable: The conversation does not hold an answer: to refuse is right.
    """

    dataset: str
    conversation: str
    qid: str
    category: str
    text: str
    gold: str | None
    unanswerable: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A question with the lines of one system that fit one budget, best first."""

    system: str
    variant: str
    budget: int
    posed: Posed
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """All that is to be asked.

    Args:
        posed: The questions, the same for all systems.
        failures: (system, variant, data set) → why it is not asked about.
        left_out: Data set → questions that have no gold answer to judge by.
    """

    posed: tuple[Posed, ...]
    shown: tuple[Shown, ...]
    failures: Mapping[tuple[str, str, str], str]
    left_out: Mapping[str, int]


def material(
    run: Path, systems: Sequence[str], budgets: Sequence[int], limit: int | None, seed: int
) -> Material:
    """Return what a run's first repeats give to ask.

    Args:
        systems: NAME or NAME:VARIANT each; none means all that are in the run.
        limit: At most so many questions a category, drawn by the seed.

    Raises:
        NotARun: No units, no such system, or turns are missing.
    """
    every = [unit for unit in records.units(run) if unit.key.repeat == 1]
    if not every:
        raise NotARun(f"{run} holds no run of `python -m bench compare`")
    chosen = _chosen(every, systems)
    conversations: dict[str, set[str]] = defaultdict(set)
    for unit in every:
        conversations[unit.key.dataset].add(unit.key.conversation)
    rows: dict[tuple[str, str, str], list[Unit]] = defaultdict(list)
    for unit in chosen:
        rows[unit.key.system, unit.key.variant, unit.key.dataset].append(unit)
    failures = {
        row: why for row, its in rows.items() if (why := _failure(its, conversations[row[2]]))
    }
    sound = [unit for row, its in rows.items() if row not in failures for unit in its]
    posed, left_out = _posed(sound)
    posed = _drawn(posed, limit, seed)
    return Material(
        posed=tuple(posed),
        shown=tuple(_shown(run, sound, set(posed), budgets)),
        failures=failures,
        left_out=left_out,
    )


def _chosen(units: Sequence[Unit], systems: Sequence[str]) -> list[Unit]:
    """Return the units of the systems named, in the order in which systems are listed."""
    there = {name for unit in units for name in _names(unit)}
    if unknown := [name for name in systems if name not in there]:
        raise NotARun(f"the run has no {', '.join(unknown)}; it has: {', '.join(sorted(there))}")
    order = {name: place for place, name in enumerate(SYSTEMS)}
    return sorted(
        (unit for unit in units if not systems or not _names(unit).isdisjoint(systems)),
        key=lambda unit: order.get(unit.key.system, len(order)),
    )


def _names(unit: Unit) -> frozenset[str]:
    return frozenset({unit.key.system, f"{unit.key.system}:{unit.key.variant}"})


def _failure(units: Sequence[Unit], conversations: set[str]) -> str | None:
    """Return why a system has no figures for a data set; those of some conversations are none."""
    if failed := [unit for unit in units if unit.failure is not None]:
        return f"{len(failed)} of {len(conversations)} conversations: {failed[0].failure}"
    missing = len(conversations) - len(units)
    return f"{missing} of {len(conversations)} conversations have not run" if missing else None


def _posed(units: Iterable[Unit]) -> tuple[list[Posed], dict[str, int]]:
    """Return each question once, and how many cannot be judged."""
    found: dict[Posed, None] = {}
    left_out: dict[str, set[tuple[str, str]]] = defaultdict(set)
    for unit in units:
        for asked in unit.asked:
            posed = _as_posed(unit, asked)
            if posed.gold is None and not posed.unanswerable:
                left_out[posed.dataset].add((posed.conversation, posed.qid))
            else:
                found[posed] = None
    return list(found), {dataset: len(those) for dataset, those in left_out.items()}


def _as_posed(unit: Unit, asked: Asked) -> Posed:
    """Return a question; one without known turns that has an answer is to be answered."""
    unanswerable = asked.category in UNANSWERABLE or not (asked.answerable or asked.answer)
    return Posed(
        dataset=unit.key.dataset,
        conversation=unit.key.conversation,
        qid=asked.qid,
        category=asked.category,
        text=asked.question,
        gold=None if unanswerable else asked.answer or None,
        unanswerable=unanswerable,
    )


def _drawn(posed: Sequence[Posed], limit: int | None, seed: int) -> list[Posed]:
    """Return at most so many of each category; the same ones whichever systems are asked about."""
    if limit is None:
        return list(posed)
    of: dict[tuple[str, str], list[Posed]] = defaultdict(list)
    for each in posed:
        of[each.dataset, each.category].append(each)
    drawn = {
        each for its in of.values() for each in sorted(its, key=lambda one: lot(one, seed))[:limit]
    }
    return [each for each in posed if each in drawn]


def lot(posed: Posed, seed: int) -> bytes:
    """Return what orders questions by chance, and always alike."""
    parts = (str(seed), posed.dataset, posed.conversation, posed.qid)
    return sha256("\0".join(parts).encode(errors="replace")).digest()


def _shown(
    run: Path, units: Iterable[Unit], posed: set[Posed], budgets: Sequence[int]
) -> Iterable[Shown]:
    @cache
    def lines(dataset: str, conversation: str) -> dict[str, Line]:
        try:
            return records.lines(run, dataset, conversation)
        except FileNotFoundError:
            raise NotARun(f"{run} lacks the turns of {dataset}, {conversation}") from None

    for unit in units:
        told = lines(unit.key.dataset, unit.key.conversation)
        for asked in unit.asked:
            its = _as_posed(unit, asked)
            if its in posed:
                for budget in budgets:
                    yield Shown(
                        system=unit.key.system,
                        variant=unit.key.variant,
                        budget=budget,
                        posed=its,
                        lines=packed(asked, told, budget),
                    )


def packed(asked: Asked, lines: Mapping[str, Line], budget: int) -> tuple[str, ...]:
    """Return what a system gave back, best first, up to the first line that does not fit.

    Turns cost what the run counted. Texts that a system made of turns are shown as it made them and
    cost what mnemos estimates, which is on the high side.
    """
    if asked.derived:
        costs = [estimate_tokens(text) for text in asked.derived]
        places = [str(place) for place in range(len(costs))]
        fitting = measures.fitting(places, dict(zip(places, costs, strict=True)), budget)
        return asked.derived[: len(fitting)]
    tokens = {ref: line.tokens for ref, line in lines.items()}
    return tuple(lines[ref].text for ref in measures.fitting(asked.ranked, tokens, budget))
