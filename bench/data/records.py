"""What data must hold: typed access to JSON, times, and records that are not as described."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

#: How times are written: LoCoMo, BEAM, ISO, a day, LongMemEval.
TIMES = (
    "%I:%M %p on %d %B, %Y",
    "%B-%d-%Y",
    "%Y-%m-%dT%H:%M:%S%z",
    "%Y-%m-%d",
    "%Y/%m/%d (%a) %H:%M",
)
#: Characters of a value that a message shows.
SHOWN = 80

Json = dict[str, Any]


class BadData(ValueError):
    """A file cannot be read as data; says which record, what was expected and what was there.

    Its text is one line; what could steer a terminal is spelt out.
    """

    def __init__(self, file: Path, record: str, expected: str, found: str) -> None:
        self.file = file
        self.record = record
        self.expected = expected
        self.found = found
        place = f"{file}, {record}" if record else str(file)
        line = f"{place}: expected {expected}, found {found}"
        super().__init__(
            "".join(each if each.isprintable() else ascii(each)[1:-1] for each in line)
        )


class BadRecord(BadData):
    """One record is not as described: it is left out, and the rest is read."""


class Unexpected(ValueError):
    """A value is not what its place wants; whoever knows the place makes a ``BadRecord`` of it."""

    def __init__(self, expected: str, found: object) -> None:
        super().__init__(expected, found)
        self.expected = expected
        self.found = found if isinstance(found, Shown) else shown(found)


class Shown(str):
    """Words about what was found, to be printed as they are."""

    __slots__ = ()


class Bad:
    """Records of one file that were left out, as they are met."""

    def __init__(self, path: Path, into: list[BadRecord]) -> None:
        self.path = path
        self.records = into

    def note(self, record: str, expected: str, found: object) -> None:
        """Name a record that is not as described."""
        told = found if isinstance(found, Shown) else shown(found)
        self.records.append(BadRecord(self.path, record, expected, told))

    @contextmanager
    def record(self, name: str) -> Iterator[None]:
        """Name the record if what happens within meets something unexpected, and go on."""
        try:
            yield
        except Unexpected as error:
            self.note(name, error.expected, Shown(error.found))

    def time(self, written: object, record: str) -> datetime | None:
        """Read a time in UTC if it names no other zone; None if there is none or it is unreadable.

        An unreadable one is named; what it stands at is kept, without it.
        """
        if written is None or written == "":
            return None
        for form in TIMES:
            try:
                moment = datetime.strptime(str(written), form)  # noqa: DTZ007 - made aware below
            except ValueError:
                continue
            return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        self.note(record, "a time such as 2024-05-08 or 1:56 pm on 8 May, 2023", written)
        return None


def shown(value: object) -> str:
    """Return a value in one short line."""
    if isinstance(value, dict):
        listed = ", ".join(str(key) for key in list(value)[:8])
        return _short(f"an object with {listed or 'nothing'}")
    if isinstance(value, list):
        return f"a list of {len(value)}"
    return _short("nothing" if value is None else ascii(value) if _odd(value) else repr(value))


def _odd(value: object) -> bool:
    return isinstance(value, str) and not value.isprintable()


def _short(text: str) -> str:
    return text if len(text) <= SHOWN else f"{text[: SHOWN - 1]}…"


def fields(value: object) -> Json:
    """Take an object."""
    if isinstance(value, dict):
        return value
    raise Unexpected("an object", value)


def items(raw: Json, name: str) -> list[Any]:
    """Take a list by its name."""
    value = raw.get(name)
    if isinstance(value, list):
        return value
    raise Unexpected(f'a list as "{name}"', value)


def inner(raw: Json, name: str) -> Json:
    """Take an object by its name."""
    value = raw.get(name)
    if isinstance(value, dict):
        return value
    raise Unexpected(f'an object as "{name}"', value)


def text(raw: Json, name: str) -> str:
    """Take a text by its name: not blank, and such as can be written."""
    value = raw.get(name)
    if not isinstance(value, str) or not value.strip():
        raise Unexpected(f'a text as "{name}"', value)
    return written(value, name)


def name_of(raw: Json, name: str) -> str:
    """Take an id by its name: a text or a whole number."""
    value = raw.get(name)
    if isinstance(value, bool) or not isinstance(value, str | int) or value == "":
        raise Unexpected(f'an id as "{name}"', value)
    return written(str(value), name)


def answer(raw: Json, *names: str) -> str | None:
    """Take the first of these that is there: a text, a number, or a list of them."""
    for name in names:
        value = raw.get(name)
        if isinstance(value, list) and value:
            return "; ".join(str(each) for each in value)
        if isinstance(value, str | int | float) and value != "":
            return written(str(value), name)
    return None


def written(value: str, name: str) -> str:
    """Refuse halves of surrogate pairs, which no file and no database takes."""
    if re.search("[\ud800-\udfff]", value):
        raise Unexpected(f'Unicode as "{name}"', Shown("half a surrogate pair"))
    return value


def ids(values: Iterable[object]) -> list[str]:
    """Take ids: texts or whole numbers."""
    listed = list(values)
    for value in listed:
        if isinstance(value, bool) or not isinstance(value, str | int):
            raise Unexpected("an id, a text or a whole number", value)
    return [written(str(value), "id") for value in listed]
