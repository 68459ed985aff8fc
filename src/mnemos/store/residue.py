"""Where in a file given bytes stand: inside a row that exists, or in space that nothing owns.

SQLite keeps rows in the cells of B-tree pages; whatever lies between cells, in freeblocks or on
pages of the freelist belongs to no row. Erasure must leave nothing there. The layout is that of
https://www.sqlite.org/fileformat2.html, sections 1.3, 1.5 and 1.6.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

_HEADER_BYTES = {0x02: 12, 0x05: 12, 0x0A: 8, 0x0D: 8}
#: Long texts are searched by windows of so many bytes, for a row may be spread over pages …
WINDOW_BYTES = 48
#: … and by no more than this many, evenly chosen.
MAX_WINDOWS = 32
#: Bytes searched at a time; windows may cross the seam.
CHUNK_BYTES = 16 << 20
#: Needles put into one regular expression.
BATCH = 256


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """A place where searched bytes stand.

    Args:
        file: Name of the file.
        offset: Byte offset of the first one.
        needle: The bytes.
        owned: Whether they are part of a row that exists.
    """

    file: str
    offset: int
    needle: bytes
    owned: bool


def windows(text: str) -> list[bytes]:
    """Return the bytes of a text as they are searched for: whole, or in windows if it is long."""
    data = text.encode("utf-8", "surrogatepass")
    if len(data) <= WINDOW_BYTES:
        return [data] if data else []
    last = len(data) - WINDOW_BYTES
    step = max(WINDOW_BYTES, -(-last // MAX_WINDOWS))
    return [data[at : at + WINDOW_BYTES] for at in [*range(0, last, step), last]]


def search(files: Sequence[Path], needles: Sequence[bytes]) -> Iterator[Trace]:
    """Yield every place in these files where one of the needles stands."""
    wanted = sorted(set(needles), key=lambda needle: (-len(needle), needle))
    for path in files:
        pages = _Pages(path)
        for first in range(0, len(wanted), BATCH):
            pattern = re.compile(b"|".join(map(re.escape, wanted[first : first + BATCH])))
            for offset, needle in _find(path, pattern, len(wanted[first])):
                owned = pages.owns(offset, len(needle))
                yield Trace(file=path.name, offset=offset, needle=needle, owned=owned)


def _find(path: Path, pattern: re.Pattern[bytes], longest: int) -> Iterator[tuple[int, bytes]]:
    start, carried = 0, b""
    with path.open("rb") as file:
        following = file.read(CHUNK_BYTES)
        while chunk := following:
            following = file.read(CHUNK_BYTES)
            data = carried + chunk
            seam = len(data) - longest if following else len(data)
            for match in pattern.finditer(data):
                if match.start() < seam:
                    yield start + match.start(), match.group()
            carried = data[max(seam, 0) :]
            start += len(data) - len(carried)


class _Pages:
    """Tells which bytes of a SQLite file are owned by rows. A WAL's bytes count as unowned."""

    def __init__(self, path: Path) -> None:
        self._path = path
        with path.open("rb") as file:
            header = file.read(100)
        self._is_database = header.startswith(b"SQLite format 3\x00")
        if self._is_database:
            size = struct.unpack_from(">H", header, 16)[0]
            self._size = 65536 if size == 1 else size
            self._free = self._freelist(struct.unpack_from(">I", header, 32)[0])

    def _page(self, number: int) -> bytes:
        with self._path.open("rb") as file:
            file.seek((number - 1) * self._size)
            return file.read(self._size)

    def _freelist(self, trunk: int) -> set[int]:
        free: set[int] = set()
        while trunk and trunk not in free:
            free.add(trunk)
            page = self._page(trunk)
            trunk, count = struct.unpack_from(">II", page)
            free.update(struct.unpack_from(f">{count}I", page, 8))
        return free

    def owns(self, offset: int, length: int) -> bool:
        """Say whether these bytes belong to a row."""
        if not self._is_database:
            return False
        number = offset // self._size + 1
        if number in self._free:
            return False
        page = self._page(number)
        base = 100 if number == 1 else 0
        kind = page[base]
        if kind not in _HEADER_BYTES:
            return True  # an overflow page: one row's, whole
        within = offset % self._size
        return not any(
            start < within + length and within < end for start, end in _gaps(page, base, kind)
        )


def _gaps(page: bytes, base: int, kind: int) -> Iterator[tuple[int, int]]:
    """Yield the stretches of a B-tree page that belong to no cell."""
    freeblock, cells, content = struct.unpack_from(">HHH", page, base + 1)
    yield base + _HEADER_BYTES[kind] + 2 * cells, content or 65536
    seen: set[int] = set()
    while freeblock and freeblock not in seen:
        seen.add(freeblock)
        following, size = struct.unpack_from(">HH", page, freeblock)
        yield freeblock, freeblock + size
        freeblock = following
