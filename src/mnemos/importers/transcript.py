"""Plain transcripts: "Name: text", one message after the other.

"Ada: text" or "[2026-05-01 10:30] Ada: text" begins a message; lines that name nobody go on with
the one before. The form that ``mnemos remember`` reads; no one else's.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from mnemos.importers.base import Record
from mnemos.importers.lines import decoded
from mnemos.importers.messages import SAID, placed, transcript
from mnemos.importers.sources import Source

_SUFFIXES = (".txt", ".log")


class Transcript:
    """Reads plain transcripts."""

    def detect(self, source: Source) -> float:
        """Look for a first line that names someone."""
        for part in source.candidates(*_SUFFIXES):
            begun = [each for each in decoded(source.head(part)).splitlines() if each.strip()]
            said = SAID.match(begun[0]) if begun else None
            if said is not None:
                return 0.96 if _is_moment(said["said_at"]) else 0.5
        return 0.0

    def read(self, source: Source) -> Iterator[Record]:
        """Yield what each speaker said."""
        for part in source.candidates(*_SUFFIXES):
            with source.reading(part) as file:
                yield from map(placed, transcript(file, source.where(part)))


def _is_moment(said_at: str | None) -> bool:
    """Return whether a time is ISO 8601, which tells these from what phones write."""
    try:
        return said_at is not None and datetime.fromisoformat(said_at.strip()) is not None
    except ValueError:
        return False
