"""What comes of an import."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime


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


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportedFile:
    """What came of a file of another product, or would come.

    Args:
        kind: As what it was read.
        conversations: Sessions that its messages belong to.
        messages: How many were read, bad ones included.
        added: How many of them are new.
        existing: How many were there.
        revised: How many of the added superseded an older wording.
        first: When the first was said; null if no message tells.
        last: When the last was.
        authors: Who says how many, most first; at most a hundred of them.
        attachments: Noted beside the messages; they are not read.
        problems: The bad records and what is wrong with them; at most a hundred of them.
        left_out: How many there are.
        seq: The journal's newest event.
        head: Its hash.
        dry_run: Nothing was changed.
    """

    kind: str
    conversations: int
    messages: int
    added: int
    existing: int
    revised: int
    first: datetime | None
    last: datetime | None
    authors: Mapping[str, int]
    attachments: int
    problems: tuple[str, ...]
    left_out: int
    seq: int
    head: str
    dry_run: bool
