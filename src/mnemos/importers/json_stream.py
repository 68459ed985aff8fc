"""Values out of one JSON document of any length, one at a time.

``json.load`` would hold the whole document, and tell only its first mistake.
"""

from __future__ import annotations

import codecs
import json
from collections.abc import Collection, Iterator
from typing import BinaryIO

from mnemos.errors import SourceError

CHUNK_BYTES = 1 << 16
#: One value of a list, a conversation say, may be so long.
MAX_CHARACTERS = 1 << 28
#: An error so near to the end of what was read may go away with the next chunk: a cut-off number,
#: word or escape. The longest of them is "-Infinity".
CUT = 16
_SPACE = " \t\r\n"


_UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")


def require_utf8(head: bytes, name: str) -> None:
    """Refuse what begins as no UTF-8 does.

    Raises:
        SourceError: It is UTF-16, UTF-32 or no text.
    """
    how = f"convert it: iconv -f UTF-16 -t UTF-8 {name}"
    if head.startswith(_UTF16_MARKS):
        raise SourceError(f"{name}: is UTF-16, not UTF-8 ({how})")
    if b"\0" in head[:4]:
        raise SourceError(f"{name}: begins with NUL bytes: UTF-16 or UTF-32, or no text ({how})")


class JsonStream:
    """A JSON document that is read as far as is needed.

    Args:
        file: UTF-8.
        name: For messages.
        lists: In an object, the lists under these keys are read value by value.
    """

    def __init__(self, file: BinaryIO, name: str, lists: Collection[str] = ()) -> None:
        self._file = file
        self._name = name
        self._lists = lists
        self._decoder = codecs.getincrementaldecoder("utf-8-sig")()
        self._parse = json.JSONDecoder().raw_decode
        self._text = ""
        self._at = 0
        self._line = 1
        self._chunk = CHUNK_BYTES
        self._begun = False

    def values(self) -> Iterator[tuple[int, object]]:
        """Yield each value with the line on which it begins.

        The document is a list of values, an object that holds such a list, or one object.

        Raises:
            SourceError: It is no JSON; says on which line.
        """
        match self._peek():
            case "[":
                yield from self._list()
            case "{":
                yield from self._object()
            case "":
                return
            case other:
                raise self._refused(f"expected a list or an object, not {other!r}")
        if self._peek():
            raise self._refused("something follows the end of the document")

    def _list(self) -> Iterator[tuple[int, object]]:
        self._take("[")
        if self._peek() == "]":
            self._take("]")
            return
        while True:
            self._peek()
            line = self._line
            yield line, self._value()
            if self._peek() == "]":
                self._take("]")
                return
            self._take(",")

    def _object(self) -> Iterator[tuple[int, object]]:
        line = self._line
        fields: dict[str, object] = {}
        found = False
        self._take("{")
        while self._peek() != "}":
            if fields or found:
                self._take(",")
                self._peek()
            key = self._value()
            if not isinstance(key, str):
                raise self._refused(f"a key must be a text, not {key!r}")
            self._take(":")
            if key in self._lists and self._peek() == "[":
                found = True
                yield from self._list()
            else:
                fields[key] = self._value()
        self._take("}")
        if not found:
            yield line, fields

    def _peek(self) -> str:
        """Return the next character that is no white space; nothing at the end."""
        while True:
            while self._at < len(self._text) and self._text[self._at] in _SPACE:
                self._line += self._text[self._at] == "\n"
                self._at += 1
            if self._at < len(self._text):
                return self._text[self._at]
            if not self._more():
                return ""

    def _take(self, expected: str) -> None:
        found = self._peek()
        if found != expected:
            raise self._refused(f"expected {expected!r}, not {found or 'the end'!r}")
        self._at += 1

    def _value(self) -> object:
        self._peek()
        self._chunk = CHUNK_BYTES
        while True:
            try:
                value, end = self._parse(self._text, self._at)
            except json.JSONDecodeError as error:
                cut = error.msg.startswith("Unterminated") or error.pos > len(self._text) - CUT
                if cut and self._more():
                    continue
                line = self._line + self._text.count("\n", self._at, error.pos)
                raise self._refused(f"is no JSON: {error.msg}", line) from error
            except (ValueError, RecursionError) as error:
                raise self._refused(f"is no JSON that can be read: {error}") from error
            if end == len(self._text) and self._more():
                continue  # a number may go on
            self._line += self._text.count("\n", self._at, end)
            self._at = end
            return value

    def _more(self) -> bool:
        """Read on, twice as much each time one value asks again."""
        if len(self._text) - self._at > MAX_CHARACTERS:
            raise self._refused(f"a value is longer than {MAX_CHARACTERS:,} characters")
        data = self._file.read(self._chunk)
        self._chunk *= 2
        if not self._begun:
            self._begun = True
            require_utf8(data, self._name)
        try:
            text = self._decoder.decode(data, final=not data)
        except UnicodeDecodeError as error:
            before = self._text[self._at :] + error.object[: error.start].decode("utf-8", "replace")
            line = self._line + before.count("\n")
            column = len(before.rpartition("\n")[2].encode()) + 1
            wrong = f"byte {column} (0x{error.object[error.start]:02x}) is no UTF-8"
            raise self._refused(wrong, line) from error
        self._text = self._text[self._at :] + text
        self._at = 0
        return bool(data)

    def _refused(self, problem: str, line: int | None = None) -> SourceError:
        return SourceError(f"{self._name}:{line or self._line}: {problem}")
