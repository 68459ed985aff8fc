"""Files of messages, read entry by entry: JSONL, JSON, or a transcript of "Name: text".

Each entry knows its line. A line that cannot be read is an entry with a problem; what makes the
rest of a file unreadable ends it with an error. Never more than one entry is held.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePath
from typing import BinaryIO, Literal, get_args

from mnemos.serve.cli.exits import USAGE, Refused
from mnemos.serve.cli.json_stream import JsonStream

Format = Literal["json", "jsonl", "text"]
FORMATS: tuple[str, ...] = get_args(Format)

#: How much of a file is looked at to tell its format.
HEAD_BYTES = 1 << 16
UTF8_MARK = b"\xef\xbb\xbf"
_UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")
_LINES_SUFFIXES = (".jsonl", ".ndjson")
_ROLES = frozenset({"system", "user", "assistant", "tool", "document"})
#: "Ada: text" or "[2026-05-01 10:30] Ada: text": a name of at most four words.
_SAID = re.compile(
    r"(?:\[(?P<said_at>\d{4}-\d\d-\d\d[^\]]{0,30})\]\s*)?"
    r"(?P<name>[^\W\d_][\w.'’-]*(?: [\w.'’()-]+){0,3}):(?:[ \t]+(?P<text>.*)|)$"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One message of a file, or a line that is none.

    Args:
        line: Where it begins, counting from 1.
        message: As the file has it; anything that JSON can hold.
        problem: Why the line cannot be read; None if it can.
        number: Its place in a JSON list, counting from 1; None in files of lines.
    """

    line: int
    message: object = None
    problem: str | None = None
    number: int | None = None


def entries(file: BinaryIO, name: str, form: Format | None) -> Iterator[Entry]:
    """Yield the messages of a file.

    Args:
        file: At its beginning, and seekable.
        name: For messages and for its suffix.
        form: Its format; None tells it from the content.

    Raises:
        Refused: The file's encoding, or its JSON, ends any reading; says where.
    """
    head = file.read(HEAD_BYTES)
    _require_utf8(head, name)
    file.seek(len(UTF8_MARK) if head.startswith(UTF8_MARK) else 0)
    match form or detect(head.removeprefix(UTF8_MARK), name):
        case "json":
            yield from _json(file, name)
        case "jsonl":
            yield from _jsonl(file)
        case "text":
            yield from _transcript(file)


def detect(head: bytes, name: str) -> Format:
    """Return the format that a file's beginning and name speak for."""
    suffix = PurePath(name).suffix.lower()
    if suffix in _LINES_SUFFIXES:
        return "jsonl"
    text = head.decode("utf-8", errors="replace").lstrip()
    if text.startswith("{"):
        return "jsonl" if _is_message(text.split("\n", 1)[0]) else "json"
    if suffix == ".json" or re.match(r"\[\s*[\[{\]\"]", text):
        return "json"
    return "text"


def _is_message(line: str) -> bool:
    """Return whether a first line stands for itself: a message, or the broken half of one."""
    try:
        value = json.loads(line)
    except ValueError:
        return line.rstrip().endswith("}")
    except RecursionError:
        return True
    return not isinstance(value.get("messages"), list)


def _require_utf8(head: bytes, name: str) -> None:
    hint = f"convert it: iconv -f UTF-16 -t UTF-8 {name}"
    if head.startswith(_UTF16_MARKS):
        raise Refused(f"{name}: is UTF-16, not UTF-8", USAGE, hint)
    if b"\0" in head[:4]:
        raise Refused(f"{name}: begins with NUL bytes: UTF-16 or UTF-32, or no text", USAGE, hint)


def _json(file: BinaryIO, name: str) -> Iterator[Entry]:
    stream = JsonStream(file, name)
    for number, (line, message) in enumerate(stream.messages(), start=1):
        yield Entry(line=line, message=message, number=number)


def _lines(file: BinaryIO) -> Iterator[tuple[int, str, str | None]]:
    """Yield each line with its number, and what is wrong with its bytes."""
    for number, line in enumerate(file, start=1):
        try:
            yield number, line.decode("utf-8").rstrip("\r\n"), None
        except UnicodeDecodeError as error:
            wrong = line[error.start]
            yield number, "", f"byte {error.start + 1} (0x{wrong:02x}) is no UTF-8"


def _jsonl(file: BinaryIO) -> Iterator[Entry]:
    for number, line, problem in _lines(file):
        if problem is not None:
            yield Entry(line=number, problem=problem)
        elif line.strip():
            yield _parsed(number, line)


def _parsed(number: int, line: str) -> Entry:
    try:
        return Entry(line=number, message=json.loads(line))
    except json.JSONDecodeError as error:
        return Entry(line=number, problem=f"is no JSON: {error.msg} (column {error.colno})")
    except (ValueError, RecursionError) as error:
        return Entry(line=number, problem=f"is no JSON that can be read: {error}")


def _transcript(file: BinaryIO) -> Iterator[Entry]:
    """Yield what each speaker said; lines that name nobody go on with the one before."""
    began = 0
    spoken: dict[str, object] = {}
    said: list[str] = []
    for number, line, problem in _lines(file):
        begins = _SAID.match(line)
        if problem is None and begins is None:
            if spoken:
                said.append(line)
            elif line.strip():
                yield Entry(line=number, problem="expected “Name: text” at the beginning")
            continue
        if spoken:
            yield Entry(line=began, message={**spoken, "content": "\n".join(said).rstrip()})
        began, spoken, said = number, {}, []
        if begins is not None:
            spoken = _speaker(begins["name"], begins["said_at"])
            said = [begins["text"] or ""]
        else:
            yield Entry(line=number, problem=problem)
    if spoken:
        yield Entry(line=began, message={**spoken, "content": "\n".join(said).rstrip()})


def _speaker(name: str, said_at: str | None) -> dict[str, object]:
    role = name.lower()
    spoken: dict[str, object] = {"role": role} if role in _ROLES else {"role": "user", "name": name}
    return spoken if said_at is None else {**spoken, "said_at": said_at}
