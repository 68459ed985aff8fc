"""What is imported from: a file, a folder or a zip, read part by part and never unpacked.

A zip is not trusted: its parts are only read, as streams, and one that expands beyond measure or
names a file outside itself is refused.
"""

from __future__ import annotations

import os
import re
import stat
import struct
import zipfile
import zlib
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import BinaryIO, cast

from mnemos.errors import SourceError

#: How much of a part is looked at to tell its format.
HEAD_BYTES = 1 << 16
#: A zip may expand to so many times its size: text does to about 20, deflate ends at 1,032.
MAX_RATIO = 200
#: Below this a zip may expand as it likes.
SMALL_BYTES = 1 << 26
#: What systems put beside the files.
_ASIDE = ("__MACOSX/", ".")
#: File names that tell nothing: the folder's is taken.
_NAMELESS = frozenset({"_chat"})
_FURTHER = re.compile(r"\s?\(\d+\)$")
_ENCRYPTED = 0x1
_FAULTS = (OSError, EOFError, zipfile.BadZipFile, zlib.error)
_OPENING_FAULTS = (*_FAULTS, ValueError, OverflowError, NotImplementedError, struct.error)


class Source(ABC):
    """Named parts, read one at a time; knows how far reading has come.

    Args:
        name: For messages.
        sizes: Part → bytes, in the order in which parts are read.
    """

    def __init__(self, name: str, sizes: Mapping[str, int]) -> None:
        self.name = name
        self.sizes = dict(sizes)
        self.total = sum(self.sizes.values())
        self._heads: dict[str, bytes] = {}
        self._before = 0
        self._file: BinaryIO | None = None

    @property
    def stem(self) -> str:
        """The name without folder, suffix, or the number of a further download."""
        path = PurePosixPath(self.name.replace(os.sep, "/"))
        named = path.parent.name if path.stem in _NAMELESS else path.stem
        return _FURTHER.sub("", named) or path.stem or self.name

    @property
    def done(self) -> int:
        """How many bytes were read since the beginning."""
        return self._before + (0 if self._file is None else self._file.tell())

    def begin(self) -> None:
        """Count what is read from here on."""
        self._before = 0

    def head(self, part: str) -> bytes:
        """Return the beginning of a part."""
        if part not in self._heads:
            with self._opened(part) as file:
                self._heads[part] = file.read(HEAD_BYTES)
        return self._heads[part]

    def named(self, *names: str) -> list[str]:
        """Return the parts of these file names, in any folder, shortest path first."""
        found = [part for part in self.sizes if part.rpartition("/")[2].lower() in names]
        return sorted(found, key=lambda part: (part.count("/"), part))

    def ending(self, *suffixes: str) -> list[str]:
        """Return the parts whose names end so."""
        return [part for part in self.sizes if part.lower().endswith(suffixes)]

    def candidates(self, *suffixes: str) -> list[str]:
        """Return the parts whose names end so; where there is but one part, that one."""
        return list(self.sizes) if len(self.sizes) == 1 else self.ending(*suffixes)

    def where(self, part: str) -> str:
        """Return what to call a part in messages."""
        return self.name if len(self.sizes) == 1 and part in self.name else f"{self.name}/{part}"

    @contextmanager
    def reading(self, part: str) -> Iterator[BinaryIO]:
        """Open a part to be read from its beginning, and count what is.

        Raises:
            SourceError: It cannot be read, or not to its end.
        """
        with self._opened(part) as file:
            self._file = file
            try:
                yield file
            finally:
                self._file = None
                self._before += self.sizes[part]

    @contextmanager
    def peeking(self, part: str) -> Iterator[BinaryIO]:
        """Open a part to look through it before it is read.

        Raises:
            SourceError: It cannot be read, or not to its end.
        """
        with self._opened(part) as file:
            yield file

    @contextmanager
    def _opened(self, part: str) -> Iterator[BinaryIO]:
        try:
            with self._open(part) as file:
                yield file
        except _FAULTS as error:
            why = getattr(error, "strerror", None) or error
            raise SourceError(f"{self.where(part)}: cannot be read: {why}") from error

    @abstractmethod
    def _open(self, part: str) -> BinaryIO: ...

    def close(self) -> None:  # noqa: B027 - most have nothing to close
        """Let go of what is held open."""


class _Files(Source):
    """A folder, or one file of it."""

    def __init__(self, name: str, folder: Path, sizes: Mapping[str, int]) -> None:
        super().__init__(name, sizes)
        self._folder = folder

    def _open(self, part: str) -> BinaryIO:
        return (self._folder / part).open("rb")


class _Zip(Source):
    def __init__(self, path: Path) -> None:
        name = str(path)
        try:
            self._zip = zipfile.ZipFile(path)
        except _OPENING_FAULTS as error:
            raise SourceError(f"{name}: is no zip that can be read: {error}") from error
        sizes = {}
        for each in self._zip.infolist():
            _require_inside(name, each.filename)
            if not each.is_dir() and not _is_aside(each.filename):
                sizes[each.filename] = each.file_size
        super().__init__(name, dict(sorted(sizes.items())))
        packed = path.stat().st_size
        if self.total > max(SMALL_BYTES, MAX_RATIO * packed):
            self._zip.close()
            raise SourceError(
                f"{name}: its {packed:,} bytes would expand to {self.total:,}, more than "
                f"{MAX_RATIO} times as many; unpack it yourself if you trust it"
            )

    def _open(self, part: str) -> BinaryIO:
        info = self._zip.getinfo(part)
        if info.flag_bits & _ENCRYPTED:
            raise SourceError(f"{self.where(part)}: is encrypted; unpack it first")
        if info.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
            raise SourceError(f"{self.where(part)}: its compression is not known; unpack it first")
        try:
            return cast("BinaryIO", self._zip.open(info))
        except _OPENING_FAULTS as error:
            raise SourceError(f"{self.where(part)}: cannot be read: {error}") from error

    def close(self) -> None:
        self._zip.close()


@contextmanager
def opened(path: str | os.PathLike[str]) -> Iterator[Source]:
    """Open a file, a folder or a zip.

    Raises:
        SourceError: There is none, or it cannot be read.
    """
    source = _source(Path(path))
    try:
        yield source
    finally:
        source.close()


def _source(path: Path) -> Source:
    try:
        found = path.stat()
        if stat.S_ISDIR(found.st_mode):
            return _Files(str(path), path, _parts(path))
        if not stat.S_ISREG(found.st_mode):
            raise SourceError(f"{path}: is neither a file nor a folder")
        with path.open("rb") as file:
            begins = file.read(4)
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or error
        raise SourceError(f"{path}: cannot be read: {why}") from error
    if begins in {b"PK\x03\x04", b"PK\x05\x06"}:
        return _Zip(path)
    return _Files(str(path), path.parent, {path.name: found.st_size})


def _parts(folder: Path) -> dict[str, int]:
    """Return the files below a folder; links are not followed."""
    found = {}
    for where, folders, names in os.walk(folder):
        folders[:] = [each for each in folders if not _is_aside(f"{each}/")]
        for name in names:
            path = Path(where) / name
            if not _is_aside(name) and not path.is_symlink() and path.is_file():
                found[path.relative_to(folder).as_posix()] = path.stat().st_size
    return dict(sorted(found.items()))


def _is_aside(name: str) -> bool:
    return name.startswith(_ASIDE) or name.rpartition("/")[2].startswith(".")


def _require_inside(zip_name: str, part: str) -> None:
    path = PurePosixPath(part.replace("\\", "/"))
    if path.is_absolute() or ".." in path.parts or ":" in path.parts[0:1]:
        raise SourceError(f"{zip_name}: names a file outside itself: {part!r}")
