"""What an importer is, and what it yields: messages with the place at which they stand."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

from mnemos.importers.sources import Source


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One message of a source, or a place in it where none can be read.

    Args:
        file: The file, or the part of a folder or zip, that holds it.
        line: Where it begins, counting from 1; 0 where the format has no lines.
        number: Its place in a JSON list, counting from 1; None in files of lines.
        message: As a memory takes it, with the source's own id, time and author; what is not a
            message is the memory's to refuse.
        session: The conversation's name; None if the source has no name for it.
        user: Whose it is, where the source says so.
        agent: Which agent's it is, where the source says so.
        follows: The id of the message before it, in conversations that branch; "" at the
            beginning of one. None where the order of the records is that of the session.
        problem: Why it cannot be read; None if it can.
        mark: Its file's digest and its place there, by which a write is told from others; None
            where its id does that.
    """

    file: str
    line: int
    number: int | None = None
    message: object = None
    session: str | None = None
    user: str | None = None
    agent: str | None = None
    follows: str | None = None
    problem: str | None = None
    mark: tuple[str, int] | None = None

    @property
    def fields(self) -> Mapping[str, Any]:
        """The message's fields; none if it is no message."""
        return self.message if isinstance(self.message, dict | Mapping) else {}


@runtime_checkable
class Importer(Protocol):
    """Reads one format. A class without state, named in the registry.

    Its docstring's first line says what it reads; how the format was learnt stands below.
    """

    def detect(self, source: Source) -> float:
        """Return how sure it is that the source is of its format, 0 to 1; only looks at heads."""

    def read(self, source: Source) -> Iterator[Record]:
        """Yield the messages in their order, never holding more than one conversation.

        Raises:
            SourceError: Nothing more of the source can be read.
        """
