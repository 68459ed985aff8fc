"""What a run keeps, and reads again: a file for each system and conversation, a line a question.

    RUN/units/SYSTEM/VARIANT/DATASET/CONVERSATION.REPEAT.jsonl   a head, then a line a question
    RUN/turns/DATASET/CONVERSATION.jsonl                         a line a turn: ref, line, tokens

A run holds words of the data it was made from. It is never committed; its summary is.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """Which system, in which settings, with which conversation, the how-manieth time."""

    system: str
    variant: str
    dataset: str
    conversation: str
    repeat: int = 1

    @property
    def file(self) -> Path:
        """Where it is kept within a run."""
        folders = (plain(each) for each in (self.system, self.variant, self.dataset))
        return Path("units", *folders, f"{plain(self.conversation)}.{self.repeat}.jsonl")


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What one conversation took.

    Args:
        write_s: Seconds of writing all of it, encoding its texts included.
        encoding_s: What of it the benchmark's model took; 0 for systems that bring their own.
        bytes: On disk when it was closed; 0 for what is kept in memory.
        cold_s: From starting a process to the answer of a first question; None if not persistent.
        peak_mib: Most memory of all its processes.
        load: How many processes wanted to run over the last minute, on average.
    """

    turns: int
    write_s: float
    encoding_s: float
    bytes: int
    cold_s: float | None
    peak_mib: float
    load: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One question and what a system returned.

    Args:
        ranked: Refs of turns, best first, without repeats.
        scores: The system's own, of its hits; not aligned with ``ranked`` where hits are derived.
        confidence: How sure it is; its best score if it does not say; None without hits.
        seconds: For the first hits, encoding the question included.
        derived: Texts of the first hits if they are no turns.
        fault: What the system said instead of an answer.
    """

    qid: str
    question: str
    category: str
    answer: str | None
    answerable: bool
    gold: tuple[str, ...]
    audited: tuple[str, ...]
    ranked: tuple[str, ...]
    scores: tuple[float, ...]
    confidence: float | None = None
    seconds: float = 0.0
    derived: tuple[str, ...] = ()
    fault: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """One system with one conversation: what it cost, what it answered, or why it did not.

    Args:
        fingerprint: Of all that the figures hang on; another one means that it has to run again.
        wanted: Hosts that it tried to reach.
        told: Figures of its own.
    """

    key: Key
    fingerprint: str
    cost: Cost | None = None
    asked: tuple[Asked, ...] = ()
    wanted: tuple[str, ...] = ()
    failure: str | None = None
    told: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A turn as a prompt would hold it, and what it costs there in tokens of the built-in model."""

    text: str
    tokens: int


def keep(run: Path, unit: Unit) -> None:
    """Write a unit, whole or not at all."""
    head = asdict(unit)
    asked = head.pop("asked")
    _write(run / unit.key.file, [head, *asked])


def kept(run: Path, key: Key) -> Unit | None:
    """Return a unit; None if it never ran to its end."""
    path = run / key.file
    return _read(path) if path.exists() else None


def units(run: Path) -> Iterator[Unit]:
    """Yield all units of a run, in the order of their files."""
    for path in sorted((run / "units").rglob("*.jsonl")):
        yield _read(path)


def keep_lines(run: Path, dataset: str, conversation: str, lines: Mapping[str, Line]) -> None:
    """Write a conversation's turns."""
    rows = ({"ref": ref, **asdict(line)} for ref, line in lines.items())
    _write(_lines_file(run, dataset, conversation), rows)


def lines(run: Path, dataset: str, conversation: str) -> dict[str, Line]:
    """Return a conversation's turns by ref.

    Raises:
        FileNotFoundError: The run has no such conversation.
    """
    found = {}
    with _lines_file(run, dataset, conversation).open(encoding="utf-8") as rows:
        for row in map(json.loads, rows):
            found[row["ref"]] = Line(text=row["text"], tokens=row["tokens"])
    return found


def _lines_file(run: Path, dataset: str, conversation: str) -> Path:
    return run / "turns" / plain(dataset) / f"{plain(conversation)}.jsonl"


def _write(path: Path, rows: Iterable[Mapping[str, Any]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    half = path.with_suffix(".half")
    with half.open("w", encoding="utf-8") as written:
        for row in rows:
            written.write(json.dumps(row, ensure_ascii=False) + "\n")
    half.replace(path)


def _read(path: Path) -> Unit:
    with path.open(encoding="utf-8") as rows:
        head = json.loads(next(rows))
        asked = tuple(Asked(**_tuples(json.loads(row))) for row in rows)
    cost = head.pop("cost")
    return Unit(
        key=Key(**head.pop("key")),
        cost=None if cost is None else Cost(**cost),
        asked=asked,
        **_tuples(head),
    )


def _tuples(row: dict[str, Any]) -> dict[str, Any]:
    return {name: tuple(value) if isinstance(value, list) else value for name, value in row.items()}


def plain(name: str) -> str:
    """Return a name that is safe in a path."""
    return re.sub(r"[^\w.-]+", "_", name).lstrip(".") or "_"
