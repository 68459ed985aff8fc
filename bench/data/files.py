"""Files of data, packed or not: their lines, their whole, their elements one at a time."""

from __future__ import annotations

import gzip
import json
import re
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, cast

from bench.data.records import Bad, BadData, BadRecord, Shown, Unexpected, shown

GZIP = b"\x1f\x8b"
BOM = b"\xef\xbb\xbf"
#: Bytes that are looked at first to tell the format; four times as many, if they do not suffice.
FIRST = 1 << 18
#: Bytes beyond which a first record is not looked for.
LARGEST = 1 << 28
#: Names that a folder's data have.
NAMES = re.compile(r".*\.jsonl?(\.gz)?", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """What a file begins with.

    Args:
        array: Whether it is one JSON array; else it is an object, or one a line.
        first: The first element of the array, or the first object.
    """

    array: bool
    first: object

    def has(self, *names: str) -> bool:
        """Whether the first record is an object with all these fields."""
        return isinstance(self.first, dict) and all(name in self.first for name in names)

    @property
    def told(self) -> str:
        """What it is, in words."""
        kind = "an array whose first element is " if self.array else ""
        return f"{kind}{shown(self.first)}"


class File:
    """One file of data, and what in it is not as described."""

    def __init__(self, path: Path, bad: list[BadRecord] | None = None) -> None:
        self.path = path
        self.bad = Bad(path, [] if bad is None else bad)

    @property
    def stem(self) -> str:
        """The name up to its first dot."""
        return self.path.name.split(".")[0]

    @contextmanager
    def opened(self) -> Iterator[IO[bytes]]:
        """Open it, unpacked.

        Raises:
            BadData: It cannot be opened or is packed badly.
        """
        try:
            with self.path.open("rb") as plain:
                packed = plain.read(2) == GZIP
                plain.seek(0)
                if packed:
                    with gzip.open(plain) as unpacked:
                        yield cast("IO[bytes]", unpacked)
                else:
                    yield plain
        except (EOFError, zlib.error, gzip.BadGzipFile) as error:
            raise BadData(self.path, "", "a whole gzip file", str(error)) from error
        except OSError as error:
            found = error.strerror or str(error)
            raise BadData(self.path, "", "a file to read", found) from error

    def start(self) -> Start:
        """Look at the first record.

        Raises:
            BadData: There is none.
        """
        size = FIRST
        while True:
            with self.opened() as stream:
                seen = stream.read(size)
            text = seen.removeprefix(BOM).lstrip()
            if not text:
                raise BadData(self.path, "", "data", "an empty file")
            if text[:1] not in b"[{":
                found = shown(text[:16])
                raise BadData(self.path, "", "JSON or lines of JSON, in UTF-8", found)
            if (start := _first(text)) is not None:
                return start
            if len(seen) < size or size > LARGEST:
                raise BadData(self.path, "", "a whole JSON record, in UTF-8", shown(text[:40]))
            size *= 4

    def lines(self) -> Iterator[tuple[int, Any]]:
        """Read line after line; a malformed one is named and left out. Numbers start at 1."""
        with self.opened() as stream:
            for number, line in enumerate(stream, start=1):
                if line.strip():
                    with self.bad.record(f"line {number}"):
                        yield number, _parsed(line)

    def whole(self) -> Any:  # noqa: ANN401 - JSON
        """Read all of it.

        Raises:
            BadData: It is malformed.
        """
        with self.opened() as stream:
            data = stream.read()
        try:
            return _parsed(data)
        except Unexpected as error:
            raise BadData(self.path, "", error.expected, error.found) from error

    def records(self, start: Start) -> Iterator[tuple[str, Any]]:
        """Read the elements of an array or the lines, each with the name of its place."""
        if start.array:
            for number, each in enumerate(self.whole(), start=1):
                yield f"element {number}", each
        else:
            for number, each in self.lines():
                yield f"line {number}", each

    def elements(self) -> Iterator[tuple[int, Any]]:
        """Read the elements of an array one at a time, however large it is. Numbers start at 1.

        Raises:
            BadData: It is malformed from some element on, or the library ijson is missing.
        """
        try:
            import ijson  # noqa: PLC0415 - wanted for the largest files alone
        except ImportError as error:
            found = "none (pip install ijson)"
            raise BadData(self.path, "", "the library ijson", found) from error
        number = 0
        with self.opened() as stream:
            try:
                for number, each in enumerate(ijson.items(stream, "item", use_float=True), 1):
                    yield number, each
            except (ijson.JSONError, UnicodeDecodeError) as error:
                found = " ".join(str(error).split())
                place = f"after element {number}"
                raise BadData(self.path, place, "JSON in UTF-8", shown(found)) from error


def _parsed(data: bytes) -> Any:  # noqa: ANN401 - JSON
    try:
        return json.loads(data.removeprefix(BOM).decode())
    except (ValueError, RecursionError) as error:
        found = Shown(f"{' '.join(data[:40].decode(errors='replace').split())}… ({error})")
        raise Unexpected("JSON in UTF-8", found) from error


def _first(seen: bytes) -> Start | None:
    """Find the first record among a file's first bytes; None if it does not end there."""
    text = seen.decode(errors="replace")
    if text.startswith("["):
        rest = text[1:].lstrip()
        if rest.startswith("]"):
            return Start(array=True, first=None)
        return _decoded(rest, array=True)
    for line in text.splitlines():
        if line.startswith("{") and (found := _decoded(line, array=False)) is not None:
            return found
    return _decoded(text, array=False)


def _decoded(text: str, *, array: bool) -> Start | None:
    try:
        return Start(array=array, first=json.JSONDecoder().raw_decode(text)[0])
    except (ValueError, RecursionError):
        return None


def listed(path: Path) -> list[Path]:
    """List a folder's data files, also deeper ones: 2 before 10.

    Of BEAM's chats the shortened ones are those that are asked about, where there are both.
    """
    found = [each for each in path.rglob("*") if each.is_file() and NAMES.fullmatch(each.name)]
    shortened = {each.parent for each in found if each.name == "chat_trunecated.json"}
    kept = [each for each in found if each.name != "chat.json" or each.parent not in shortened]
    return sorted(kept, key=_natural)


def _natural(path: Path) -> list[tuple[int, int, str]]:
    parts = re.split(r"(\d+)", str(path))
    return [(0, int(each), "") if each.isdecimal() else (1, 0, each) for each in parts]
