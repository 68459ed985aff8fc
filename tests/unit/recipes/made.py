"""What a recipe made, as text: for transcripts that are reviewed, and for tests that compare."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from mnemos import Item, Memory
from mnemos.models.base import ChatRequest
from mnemos.models.scripted_chat import ScriptedChat

GOLDEN = Path(__file__).parents[2] / "golden" / "recipes"
NOW = datetime(2024, 3, 6, 9, tzinfo=UTC)


def opened(recipe: str, chat: ScriptedChat | None = None, level: str | None = None) -> Memory:
    """Return a memory without an embedder."""
    return Memory(
        ":memory:", recipe=recipe, level=level, embedder=None, chat=chat, clock=lambda: NOW
    )


def say(memory: Memory, *lines: str, session: str = "1", user: str | None = None) -> None:
    """Remember lines of the form "Ann: I like tea."; their ids are s1, s2 … by session."""
    messages = []
    for number, line in enumerate(lines, 1):
        name, _, text = line.partition(": ")
        messages.append(
            {"role": "user", "name": name, "content": text, "id": f"{session}.{number}"}
        )
    where = memory if user is None else memory.scoped(user=user)
    where.remember(messages, session=session)


def scripted(*replies: object) -> ScriptedChat:
    """Return a chat that gives these replies as JSON, a text as it is, the last again and again."""
    left = list(replies)

    def script(_: ChatRequest) -> str:
        reply = left.pop(0) if len(left) > 1 else left[0]
        return reply if isinstance(reply, str) else json.dumps(reply)

    return ScriptedChat(script)


def made(memory: Memory, recipe: str) -> list[Item]:
    """Return what a recipe made, in the order of making."""
    with memory.reader() as reader:
        index = reader.derived(recipe)
        own = (index.columns.recipe == index.recipe) & (index.docs["item"] >= 0)
        return [
            item for item in reader.items(np.flatnonzero(own).tolist()) if item.status == "active"
        ]


def told(memory: Memory, recipe: str) -> str:
    """Return items, then links, a line each; bits are left out."""
    items = made(memory, recipe)
    names = {item.id: f"{item.kind} {item.text!r}" for item in items}
    with memory.reader() as reader:
        for turn in reader.by_id([source for item in items for source in item.sources]):
            names.setdefault(turn.id, f"turn {turn.ref}")
        links = {link: None for item in items for link in reader.links(item.id)}
    lines = []
    for item in items:
        about = {name: value for name, value in item.attrs.items() if not name.startswith("signs")}
        day = "" if item.event_time is None else f" on {item.event_time[0]:%Y-%m-%d}"
        cited = ", ".join(names[source] for source in item.sources)
        lines.append(f"{names[item.id]}{day} from {cited}{f' {about}' if about else ''}")
    lines += [
        f"{names[link.source]} --{link.type} {link.weight:.3f}--> {names[link.target]}"
        for link in links
        if link.made_by == recipe
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
