"""What a system gives in answer to a check of ``bench.updates``."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A line that a system gives in answer.

    Args:
        text: The line.
        turns: Places of the turns that it comes from.
        over: Whether it is marked as holding no longer.
    """

    text: str
    turns: tuple[int, ...] = ()
    over: bool = False
