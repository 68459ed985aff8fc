"""What recipes are told in their tests, and what came of it, written out for review."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np

from mnemos import Item, Memory
from mnemos.models.base import ChatRequest, Embedder
from mnemos.models.scripted_chat import ScriptedChat
from mnemos.store.journal import canonical

NOW = datetime(2024, 3, 6, 9, tzinfo=UTC)
GOLDEN = Path(__file__).parents[2] / "golden" / "recipes"


def opened(
    recipe: str,
    chat: ScriptedChat | Callable[[ChatRequest], str] | None = None,
    level: str | None = None,
    embedder: Embedder | None = None,
) -> Memory:
    """Return a memory in which it is ``NOW``."""
    chat = chat if chat is None or isinstance(chat, ScriptedChat) else ScriptedChat(chat)
    return Memory(
        ":memory:", recipe=recipe, level=level, embedder=embedder, chat=chat, clock=lambda: NOW
    )


def say(
    memory: Memory,
    *lines: str | tuple[str, str],
    session: str = "s1",
    user: str | None = None,
    days_ago: float = 0.0,
    apart: timedelta = timedelta(minutes=1),
) -> tuple[str, ...]:
    """Remember lines, Ann's or each (speaker, text), said so many days before ``NOW``."""
    start = NOW - timedelta(days=days_ago)
    spoken = [("Ann", line) if isinstance(line, str) else line for line in lines]
    where = memory if user is None else memory.scoped(user=user)
    return where.remember(
        [
            {
                "role": "assistant" if speaker == "Bot" else "user",
                "name": speaker,
                "content": text,
                "said_at": start + apart * place,
            }
            for place, (speaker, text) in enumerate(spoken)
        ],
        session=session,
    ).ids


def scripted(*replies: object) -> ScriptedChat:
    """Return a chat that gives these replies as JSON, a text as it is, the last again and again."""
    left = list(replies)

    def reply() -> object:
        return left.pop(0) if len(left) > 1 else left[0]

    return ScriptedChat(lambda _: said if isinstance(said := reply(), str) else json.dumps(said))


def everything(memory: Memory) -> list[Item]:
    """Return what is active, said and derived, in the order of writing."""
    with memory.reader() as reader:
        owners = reader.index.docs["item"]
        items = reader.items(np.unique(owners[owners >= 0]).tolist())
    return [item for item in items if item.status == "active"]


def made(memory: Memory, *kinds: str) -> list[Item]:
    """Return what was derived, of some kinds or of all, in the order of making."""
    return [
        item for item in everything(memory) if item.made_by and (not kinds or item.kind in kinds)
    ]


def derived(memory: Memory) -> dict[str, object]:
    """Return all that was made, by id: to compare memories in which it was written otherwise."""
    with memory.reader() as reader:
        return {
            item.id: (
                item.text,
                item.sources,
                canonical(dict(item.attrs)),
                reader.keys(item.id),
                sorted((link.source, link.target, link.weight) for link in reader.links(item.id)),
            )
            for item in made(memory)
        }


def place(item: Item) -> str:
    """Return where a turn was said: "s1.2" is the second of its session."""
    return f"{item.scope.session}.{item.position + 1}"


def transcript(memory: Memory) -> str:
    """Return what was said and made, with keys and links; each thing is named, ids are not told."""
    items = everything(memory)
    turns, own = ([item for item in items if bool(item.made_by) == flag] for flag in (False, True))
    names = {item.id: f"turn {place(item)}" for item in turns}
    names |= {item.id: f"{item.kind} {number}" for number, item in enumerate(own, 1)}
    lines: list[str] = []
    with memory.reader() as reader:
        for item in [*turns, *own]:
            lines.append(f"{_headline(item, names)}: {_line(item.text)}")
            if item.supersedes is not None:
                lines.append(f"  instead of: {_line(memory.get(item.supersedes).text)}")
            lines += [
                f"  {name}: {canonical(value)}"
                for name, value in sorted(item.attrs.items())
                if value and not name.startswith("signs")
            ]
            lines += [f"  key {key.role}: {_line(key.text)}" for key in reader.keys(item.id)]
            lines += [
                f"  {link.type} {names.get(link.target, 'what is no more')}: {link.weight:.3f}"
                for link in reader.links(item.id)
                if link.source == item.id
            ]
    return "\n".join(lines) + "\n"


def asked(chat: ScriptedChat) -> str:
    """Return what a chat was shown, without the marks round the data, which are drawn."""
    return "".join(f"asked: {request.user.splitlines()[1]}\n" for request in chat.requests)


def same_after(memory: Memory, recipe: str, change: Callable[[], object] | None = None) -> bool:
    """Say whether dropping all and learning again gives the same state."""
    before = memory.state_hash()
    memory.unlearn(recipe)
    if change is not None:
        change()
    memory.learn()
    return memory.state_hash() == before


def same_as_golden(name: str, text: str) -> None:
    """Require that a text is as it was reviewed; MNEMOS_GOLDEN=1 writes it instead."""
    path = GOLDEN / f"{name}.txt"
    if os.environ.get("MNEMOS_GOLDEN"):
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8")


def _headline(item: Item, names: dict[str, str]) -> str:
    cited = ", ".join(names.get(each, "what is no more") for each in item.sources)
    day = "" if item.event_time is None else f" on {item.event_time[0]:%Y-%m-%d}"
    return f"{names[item.id]}{day}{f' of {cited}' if cited else ''}"


def _line(text: str) -> str:
    return " | ".join(text.splitlines())
