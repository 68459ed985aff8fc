"""Files of messages as a memory takes them: JSONL, JSON, or a transcript of "Name: text".

Each record knows its line. A line that cannot be read is a record with a problem; what makes the
rest of a file unreadable ends it with an error. Never more than one message is held.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import PurePath
from typing import BinaryIO, Literal, get_args

from mnemos.importers.base import Record
from mnemos.importers.json_stream import JsonStream, require_utf8
from mnemos.importers.lines import lines, parsed
from mnemos.types import Role

Format = Literal["json", "jsonl", "text"]
FORMATS: tuple[str, ...] = get_args(Format)

#: How much of a file is looked at to tell its format.
HEAD_BYTES = 1 << 16
#: The list of messages in an object that holds one.
MESSAGES = "messages"
_UTF8_MARK = b"\xef\xbb\xbf"
_LINES_SUFFIXES = (".jsonl", ".ndjson")
_ROLES = frozenset(get_args(Role))
#: "Ada: text" or "[2026-05-01 10:30] Ada: text": a name of at most four words.
SAID = re.compile(
    r"(?:\[(?P<said_at>\d{4}-\d\d-\d\d[^\]]{0,30})\]\s*)?"
    r"(?P<name>[^\W\d_][\w.'’-]*(?: [\w.'’()-]+){0,3}):(?:[ \t]+(?P<text>.*)|)$"
)


def records(file: BinaryIO, name: str, form: Format | None) -> Iterator[Record]:
    """Yield the messages of a file; a message's own "session" is its session.

    Args:
        file: At its beginning, and seekable.
        name: For messages and for its suffix.
        form: Its format; None tells it from the content.

    Raises:
        SourceError: The file's encoding, or its JSON, ends any reading; says where.
    """
    head = file.read(HEAD_BYTES)
    require_utf8(head, name)
    file.seek(0)
    match form or detect(head.removeprefix(_UTF8_MARK), name):
        case "json":
            found = json_list(file, name)
        case "jsonl":
            found = json_lines(file, name)
        case "text":
            found = transcript(file, name)
    return (placed(each) for each in found)


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


def placed(record: Record) -> Record:
    """Take a message's session out of it, and say what it lacks."""
    message = record.message
    if not isinstance(message, Mapping) or record.problem is not None:
        return record
    if "role" not in message:
        record = replace(record, problem="role is missing")
    session = message.get("session")
    if session is not None and not isinstance(session, str):
        wrong = f"session: expected a text, not {type(session).__name__}"
        return replace(record, problem=wrong)
    bare = {key: value for key, value in message.items() if key != "session"}
    return replace(record, message=bare, session=record.session or session)


def _is_message(line: str) -> bool:
    """Return whether a first line stands for itself: a message, or the broken half of one."""
    try:
        value = json.loads(line)
    except ValueError:
        return line.rstrip().endswith("}")
    except RecursionError:
        return True
    return not isinstance(value.get(MESSAGES), list)


def json_list(file: BinaryIO, name: str) -> Iterator[Record]:
    """Yield the messages of a JSON list, of an object that holds one, or the one that it is."""
    stream = JsonStream(file, name, {MESSAGES})
    for number, (line, message) in enumerate(stream.values(), start=1):
        yield Record(file=name, line=line, message=message, number=number)


def json_lines(file: BinaryIO, name: str) -> Iterator[Record]:
    """Yield the value of each line that is not blank."""
    for number, line, problem in lines(file, name):
        if problem is not None:
            yield Record(file=name, line=number, problem=problem)
        elif line.strip():
            message, wrong = parsed(line)
            yield Record(file=name, line=number, message=message, problem=wrong)


def transcript(file: BinaryIO, name: str) -> Iterator[Record]:
    """Yield what each speaker said; lines that name nobody go on with the one before."""
    began = 0
    spoken: dict[str, object] = {}
    said: list[str] = []
    for number, line, problem in lines(file, name):
        begins = SAID.match(line)
        if problem is None and begins is None:
            if spoken:
                said.append(line)
            elif line.strip():
                wrong = "expected “Name: text” at the beginning"
                yield Record(file=name, line=number, problem=wrong)
            continue
        if spoken:
            yield _spoken(name, began, spoken, said)
        began, spoken, said = number, {}, []
        if begins is not None:
            spoken = speaker(begins["name"], begins["said_at"])
            said = [begins["text"] or ""]
        else:
            yield Record(file=name, line=number, problem=problem)
    if spoken:
        yield _spoken(name, began, spoken, said)


def _spoken(name: str, began: int, spoken: dict[str, object], said: list[str]) -> Record:
    message = {**spoken, "content": "\n".join(said).rstrip()}
    return Record(file=name, line=began, message=message)


def speaker(name: str, said_at: str | None) -> dict[str, object]:
    """Return the beginning of a message of someone, whose name may be a role."""
    role = name.lower()
    spoken: dict[str, object] = {"role": role} if role in _ROLES else {"role": "user", "name": name}
    return spoken if said_at is None else {**spoken, "said_at": said_at}
