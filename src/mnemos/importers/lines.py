"""Lines of text files, one at a time, in the encodings that exports come in."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from typing import BinaryIO

from mnemos.errors import SourceError

#: A line may be so long.
MAX_LINE_BYTES = 1 << 26
_UTF8_MARK = b"\xef\xbb\xbf"
_UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")


def lines(file: BinaryIO, name: str) -> Iterator[tuple[int, str, str | None]]:
    """Yield each line without its end, with its number and what is wrong with its bytes.

    UTF-8, with or without a mark; UTF-16 with one.

    Raises:
        SourceError: A line is too long, or the UTF-16 is broken.
    """
    begins = file.read(len(_UTF8_MARK))
    if begins.startswith(_UTF16_MARKS):
        file.seek(0)
        yield from _wide(file, name)
        return
    file.seek(len(_UTF8_MARK) if begins == _UTF8_MARK else 0)
    number = 0
    while line := file.readline(MAX_LINE_BYTES):
        number += 1
        _require_short(len(line), name, number)
        try:
            yield number, line.decode("utf-8").rstrip("\r\n"), None
        except UnicodeDecodeError as error:
            wrong = line[error.start]
            yield number, "", f"byte {error.start + 1} (0x{wrong:02x}) is no UTF-8"


def _wide(file: BinaryIO, name: str) -> Iterator[tuple[int, str, str | None]]:
    number = 0
    text = io.TextIOWrapper(file, encoding="utf-16", newline="\n")
    try:
        while line := text.readline(MAX_LINE_BYTES):
            number += 1
            _require_short(len(line), name, number)
            yield number, line.rstrip("\r\n"), None
    except UnicodeError as error:
        raise SourceError(f"{name}:{number + 1}: is no UTF-16 that can be read") from error
    finally:
        text.detach()


def _require_short(length: int, name: str, number: int) -> None:
    if length >= MAX_LINE_BYTES:
        raise SourceError(f"{name}:{number}: the line is longer than {MAX_LINE_BYTES:,} bytes")


def parsed(line: str) -> tuple[object, str | None]:
    """Return a line's JSON value, and why it has none."""
    try:
        return json.loads(line), None
    except json.JSONDecodeError as error:
        return None, f"is no JSON: {error.msg} (column {error.colno})"
    except (ValueError, RecursionError) as error:
        return None, f"is no JSON that can be read: {error}"


def decoded(head: bytes) -> str:
    """Return the text of a file's beginning, which may be cut off anywhere."""
    encoding = "utf-16" if head.startswith(_UTF16_MARKS) else "utf-8-sig"
    return head.decode(encoding, errors="replace")
