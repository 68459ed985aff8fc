"""What a recipe made of some turns, as a text that can be read and reviewed."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

from mnemos import Memory
from mnemos.store.journal import canonical
from mnemos.types import Item

NOW = datetime(2026, 3, 1, 9, tzinfo=UTC)
GOLDEN = Path(__file__).parents[2] / "golden" / "recipes"
LEFT_OUT = {"signs", "signs_of"}


def said(memory: Memory, *texts: str, session: str = "s1") -> tuple[str, ...]:
    """Let Ann say some turns; return their ids."""
    messages = [{"role": "user", "name": "Ann", "content": each} for each in texts]
    return memory.remember(messages, session=session).ids


def story(memory: Memory) -> str:
    """Return the active items of a memory with their keys and links, ids told by short names."""
    items = list(memory.browse(limit=10_000).items)
    turns = [item for item in items if not item.made_by]
    made = [item for item in items if item.made_by]
    names = {item.id: f"turn {number}" for number, item in enumerate(turns, 1)}
    names |= {item.id: f"{item.kind} {number}" for number, item in enumerate(made, 1)}
    lines: list[str] = []
    with memory.reader() as reader:
        for item in [*turns, *made]:
            lines += _told(item, names)
            lines += [f"  key {key.role}: {_line(key.text)}" for key in reader.keys(item.id)]
            lines += [
                f"  {link.type} {names.get(link.target, link.target)}: {link.weight:.4f}"
                for link in reader.links(item.id)
                if link.source == item.id
            ]
    return "\n".join(lines) + "\n"


def derived(memory: Memory) -> dict[str, object]:
    """Return all that was made, by id: to compare memories in which it was written otherwise."""
    items = [item for item in memory.browse(limit=10_000).items if item.made_by]
    with memory.reader() as reader:
        return {
            item.id: (
                item.text,
                item.sources,
                canonical(dict(item.attrs)),
                reader.keys(item.id),
                sorted((link.source, link.target, link.weight) for link in reader.links(item.id)),
            )
            for item in items
        }


def same_as_golden(name: str, text: str) -> None:
    """Compare a text with the golden file of this name; MNEMOS_GOLDEN=1 writes it instead."""
    path = GOLDEN / f"{name}.txt"
    if os.environ.get("MNEMOS_GOLDEN"):
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8")


def _told(item: Item, names: dict[str, str]) -> list[str]:
    sources = ", ".join(names[each] for each in item.sources)
    about = {name: value for name, value in item.attrs.items() if name not in LEFT_OUT and value}
    lines = [f"{names[item.id]}{f' from {sources}' if sources else ''}: {_line(item.text)}"]
    return [*lines, *(f"  {name}: {canonical(value)}" for name, value in sorted(about.items()))]


def _line(text: str) -> str:
    return " | ".join(text.splitlines())
