"""Conversations with gold evidence from published data, in their published formats.

One module a format, told by content; every one may be packed with gzip. Nothing is shipped and
nothing is downloaded: each reads the path that it is given.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import ModuleType

from bench.conversation import Conversation
from bench.data import (
    beam,
    hotpotqa,
    locomo,
    longmemeval,
    musique,
    normalised,
    poisonedrag,
    table,
    twowiki,
)
from bench.data.beside import Beside
from bench.data.files import File, Start, listed
from bench.data.records import BadData, BadRecord

__all__ = [
    "FORMATS",
    "BadData",
    "BadRecord",
    "Source",
    "all_of",
    "conversations",
    "files",
    "format_of",
]

#: Name → module, with LOOKS (what a file of it is), ``recognises`` and ``read``.
FORMATS: dict[str, ModuleType] = {
    "normalised": normalised,
    "locomo": locomo,
    "longmemeval": longmemeval,
    "beam": beam,
    "musique": musique,
    "hotpotqa": hotpotqa,
    "twowiki": twowiki,
    "poisonedrag": poisonedrag,
}
#: What is given beside files → the one format that takes it.
TAKES = {"audit": "locomo", "corpus": "poisonedrag"}


class Source:
    """Conversations of a file, or of a folder's files one after the other, read as they are asked.

    Args:
        path: A file or a folder.
        format: A name of FORMATS, or None to tell it by content, file by file.
        audit: Corrected citations of LoCoMo, which become ``Question.audited``.
        corpus: A clean corpus in BEIR's layout for PoisonedRAG: its folder or ``corpus.jsonl``.

    Raises:
        BadData: There is nothing to read, or no format recognises a file.

    Attributes:
        formats: File → name of its format.
        bad: Records that were left out since iteration began. They are no failure: the rest is
            read, and whoever tells figures tells these too.
    """

    def __init__(
        self,
        path: Path | str,
        format: str | None = None,  # noqa: A002 - what users call it
        *,
        audit: Path | str | None = None,
        corpus: Path | str | None = None,
    ) -> None:
        self.path = Path(path)
        self.bad: list[BadRecord] = []
        self._beside = Beside(
            audit=None if audit is None else _there(Path(audit)),
            corpus=None if corpus is None else _there(Path(corpus)),
        )
        found = files(self.path) if format is None else _candidates(self.path)
        self.formats = {file: _named(file, format) for file in found}
        for name, taken in TAKES.items():
            given = getattr(self._beside, name)
            if given is not None and taken not in self.formats.values():
                told = ", ".join(dict.fromkeys(self.formats.values()))
                raise BadData(self.path, "", f"{taken}, which {given} is given for", told)

    def only(self, file: Path) -> Source:
        """Return the source of one of its files, with the same beside it."""
        own = object.__new__(Source)
        own.path, own.bad, own._beside = file, [], self._beside
        own.formats = {file: self.formats[file]}
        return own

    def __iter__(self) -> Iterator[Conversation]:
        """Read from the beginning.

        Raises:
            BadData: A file turns out to be torn or malformed as a whole.
        """
        self.bad.clear()
        for path, name in self.formats.items():
            file = File(path, self.bad)
            yield from FORMATS[name].read(file, file.start(), self._beside)


def conversations(path: Path) -> Iterator[Conversation]:
    """Read data in which nothing may be bad, such as our own sets.

    Raises:
        BadData: As ``Source`` does, and at the first bad record.
    """
    source = Source(path)
    for conversation in source:
        if source.bad:
            raise source.bad[0]
        yield conversation
    if source.bad:
        raise source.bad[0]


def all_of(path: Path) -> list[Conversation]:
    """Read all of a path, and tell on standard error what in it is bad and was left out."""
    source = Source(path)
    found = list(source)
    if source.bad:
        print(f"{path}: {len(source.bad)} bad records left out", file=sys.stderr)
        for each in source.bad[: table.PRINTED]:
            print(each, file=sys.stderr)
    return found


def main(arguments: Sequence[str] | None = None) -> int:
    """Run from the command line."""
    given = table.parsed(arguments)
    rows = []
    try:
        for path in given.paths:
            source = Source(path, given.format, audit=given.audit, corpus=given.corpus)
            for file, name in source.formats.items():
                own = source.only(file)
                rows.append(table.row(file, name, own, own.bad))
            others = set(_candidates(path)) - source.formats.keys()
            if others:
                names = ", ".join(sorted(each.name for each in others)[: table.PRINTED])
                print(f"passed over, of no format: {len(others)} ({names})", file=sys.stderr)
    except BadData as error:
        sys.exit(str(error))
    table.tell(rows, as_json=given.json, everything=given.all)
    return 0


def files(path: Path) -> list[Path]:
    """Return a path's data files in order: itself, or those of a folder that a format recognises.

    Raises:
        BadData: There are none.
    """
    found = _candidates(path)
    if path.is_file():
        return found
    known = [each for each in found if _recognised(each)]
    if not known:
        names = ", ".join(each.name for each in found[:5])
        raise BadData(path, "", f"a file of {_all()}", names)
    return known


def format_of(start: Start) -> str | None:
    """Return the name of the format that a file begins in; None if there is none."""
    return next((name for name, each in FORMATS.items() if each.recognises(start)), None)


def _candidates(path: Path) -> list[Path]:
    found = listed(path) if _there(path).is_dir() else [path]
    if not found:
        raise BadData(path, "", "*.json or *.jsonl, perhaps .gz", "a folder without")
    return found


def _recognised(file: Path) -> bool:
    try:
        return format_of(File(file).start()) is not None
    except BadData:
        return False


def _named(file: Path, wanted: str | None) -> str:
    if wanted is not None and wanted not in FORMATS:
        raise BadData(file, "", f"one of the formats {_all()}", repr(wanted))
    start = File(file).start()
    if wanted is not None:
        if not FORMATS[wanted].recognises(start):
            raise BadData(file, "", f"{wanted} ({FORMATS[wanted].LOOKS})", start.told)
        return wanted
    found = format_of(start)
    if found is None:
        looks = "; ".join(f"{name}: {each.LOOKS}" for name, each in FORMATS.items())
        raise BadData(file, "", f"one of the formats {_all()} ({looks})", start.told)
    return found


def _there(path: Path) -> Path:
    if path.exists():
        return path
    raise BadData(path, "", "a file or folder", "nothing there")


def _all() -> str:
    return ", ".join(FORMATS)
