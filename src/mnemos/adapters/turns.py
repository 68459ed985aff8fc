"""What adapters have in common: all turns of a scope, and what deleting them means."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Literal

from mnemos import InputError, Item, Memory, NotFound, Scope, Where

#: Hidden, and brought back by ``restore`` or ``undo``; or gone for good.
Deletes = Literal["forget", "erase"]

#: The kind of what was said, beside what recipes derive from it.
TURNS = ("turn",)
PAGE = 1_000


def deleting(given: str) -> Deletes:
    """Return what deleting is to mean.

    Raises:
        InputError: It is neither "forget" nor "erase".
    """
    match given:
        case "forget" | "erase":
            return given
        case other:
            raise InputError(f"deletes {other!r}: expected forget or erase")


def turns(
    memory: Memory, scope: Scope, where: Where | None = None, *, page: int = PAGE
) -> Iterator[Item]:
    """Yield the turns of a scope in the order in which they were remembered.

    Args:
        page: How many are read at once; fewer where few are wanted.
    """
    after: str | None = None
    while True:
        read = memory.browse(
            scope=scope, where=where or Where(), kinds=TURNS, after=after, limit=page
        )
        yield from read.items
        after = read.after
        if after is None:
            return


def delete(memory: Memory, items: Iterable[Item], deletes: Deletes) -> None:
    """Hide turns, or erase them with what they were before they were revised."""
    chosen = list(items)
    if not chosen:
        return
    if deletes == "forget":
        memory.forget([item.id for item in chosen])
        return
    memory.erase([past.id for item in chosen for past in _lives(memory, item)])


def _lives(memory: Memory, item: Item) -> Iterator[Item]:
    yield item
    while item.supersedes is not None:
        try:
            item = memory.get(item.supersedes)
        except NotFound:  # erased before
            return
        yield item
