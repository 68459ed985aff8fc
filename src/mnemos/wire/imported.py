"""What comes of an import."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """What went in.

    Args:
        messages: How many were read.
        added: How many of them are new.
        existing: How many were there.
        problems: The lines that were left out, and why; at most a hundred of them.
        left_out: How many lines were.
        seq: The newest event of those that it made; 0 if there was none.
        head: The journal's head hash after it.
    """

    messages: int = 0
    added: int = 0
    existing: int = 0
    problems: tuple[str, ...] = ()
    left_out: int = 0
    seq: int = 0
    head: str = ""
