"""What recipes are told in their tests, and what came of it, written out for review."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from mnemos import Item, Memory

NOW = datetime(2024, 3, 1, 9, tzinfo=UTC)
GOLDEN = Path(__file__).parents[2] / "golden" / "recipes"


def say(
    memory: Memory,
    *lines: tuple[str, str],
    days_ago: float = 0.0,
    session: str = "s1",
    apart: timedelta = timedelta(minutes=1),
) -> tuple[str, ...]:
    """Remember lines, each (speaker, text), said so many days before ``NOW``."""
    start = NOW - timedelta(days=days_ago)
    return memory.remember(
        [
            {
                "role": "assistant" if speaker == "Bot" else "user",
                "name": speaker,
                "content": text,
                "said_at": start + apart * place,
            }
            for place, (speaker, text) in enumerate(lines)
        ],
        session=session,
    ).ids


def made(memory: Memory, *kinds: str) -> list[Item]:
    """Return what was derived, oldest first."""
    found = memory.browse(limit=1_000, kinds=list(kinds)).items
    return [item for item in found if item.kind != "turn"]


def transcript(memory: Memory) -> str:
    """Return all items, with their keys and links, each named by kind and number, not by id."""
    items = list(memory.browse(limit=1_000).items)
    with memory.reader() as reader:
        links = {item.id: reader.links(item.id) for item in items}
        keys = {item.id: reader.keys(item.id) for item in items}
        ends = {
            end
            for several in links.values()
            for each in several
            for end in (each.source, each.target)
        }
        gone = {item.id: item for item in reader.by_id(sorted(ends - {item.id for item in items}))}
    names: dict[str, str] = {}
    counts: dict[str, int] = {}
    for item in [*items, *gone.values()]:
        counts[item.kind] = counts.get(item.kind, 0) + 1
        names[item.id] = f"{item.kind} {counts[item.kind]}"
    told = []
    for item in items:
        told.append(f"{names[item.id]}: {item.text}")
        if item.sources:
            told.append(f"    of {', '.join(names.get(each, '?') for each in item.sources)}")
        if item.supersedes is not None:
            told.append(f"    instead of: {memory.get(item.supersedes).text}")
        if item.attrs:
            told.append(f"    with {dict(item.attrs)}")
        told += [f"    key {key.role}: {key.text}" for key in keys[item.id]]
        told += [
            f"    {link.type} {names[link.target]} ({link.weight:g})"
            for link in links[item.id]
            if link.source == item.id
        ]
    return "\n".join(told) + "\n"


def golden(name: str, told: str) -> None:
    """Require that a transcript is as it was reviewed."""
    assert told == (GOLDEN / f"{name}.txt").read_text(encoding="utf-8")
