"""Chats out of WhatsApp's "Export chat": the .txt, alone or in its zip, of iOS or Android.

A message begins with its day and time, which stand as the phone's language writes them:
``[19/04/2017, 20:43:09] Ada: text`` (iOS) or ``4/19/17, 8:43 PM - Ada: text`` (Android); lines
without go on with the one before. What has no speaker is said by WhatsApp itself. Which number is
the day is told from the whole file: a number over 12, else the order in which days never go back.
Times name no zone: they are read in the memory's own.

WhatsApp publishes no description. This follows the forms that people met in their exports: issues
of Pustur/whatsapp-chat-parser, noe/whatsapp2md, nmoya/whatsapp-parser, alignerg/lappers-posts. The
words for omitted media are known in a few languages; in others such a line stays a plain text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import BinaryIO, Literal

from mnemos.importers.base import Record
from mnemos.importers.fields import kept
from mnemos.importers.lines import decoded, lines
from mnemos.importers.sources import Source

Order = Literal["day first", "month first", "year first"]

#: Marks of writing direction, which WhatsApp strews in.
_MARKS = "\u200e\u200f\u202a\u202b\u202c\u2066\u2067\u2068\u2069\ufeff"
_BEGINS = re.compile(
    rf"[{_MARKS}]*(?P<open>\[)?(?P<a>\d{{1,4}})(?P<sep>[./-])(?P<b>\d{{1,2}})[./-](?P<c>\d{{1,4}})"
    r"\.?,?\s(?:\w{2,3}\.?\s)?(?P<hour>\d{1,2})[:.](?P<minute>\d{2})(?:[:.](?P<second>\d{2}))?"
    r"(?:\s?(?P<half>[AaPp])\.?\s?[Mm]\.?)?(?:\]\s?|\s[-–]\s|:\s)(?P<rest>.*)$"
)
#: A speaker has no quotes in the name: those are of “Ada changed the subject to “a: b””.
_SPOKEN = re.compile(r"(?P<name>[^:\"“”„«]{1,100}):(?:\s(?P<text>.*)|)$")
_FILE = re.compile(
    r"<[^<>:]{3,30}:\s?(?P<tagged>[^<>]+)>$|^(?P<named>[^/\\<>]{1,120}\.\w{2,5}) \([^()]{3,40}\)$"
)
_OMITTED = re.compile(
    r"^(?:<[^<>:]{3,40}>|\w+(?: \w+){0,2} (?:omitted|weggelassen|omitid[oa]|omess[ao]|absente?"
    r"|weggelaten|pominięto|ocultad[oa]))$"
)
_DAYS_IN_MONTH = 12


@dataclass(slots=True)
class _Days:
    """What the days of a file say about the order of their numbers."""

    day_first: int = 0
    month_first: int = 0
    year_first: int = 0
    backwards: dict[Order, int] = field(default_factory=lambda: dict.fromkeys(_ORDERS, 0))
    last: dict[Order, tuple[int, int, int]] = field(default_factory=dict)
    american: bool = False

    def note(self, begins: re.Match[str]) -> None:
        """Take in the day of one message."""
        a, b = int(begins["a"]), int(begins["b"])
        self.day_first += a > _DAYS_IN_MONTH
        self.month_first += b > _DAYS_IN_MONTH
        self.year_first += len(begins["a"]) > 2  # noqa: PLR2004 - digits of a day
        self.american = begins["sep"] == "/" and begins["half"] is not None
        for order in _ORDERS:
            day = _day(begins, order)
            self.backwards[order] += day < self.last.get(order, day)
            self.last[order] = day

    @property
    def order(self) -> Order:
        """The likeliest order."""
        if self.year_first:
            return "year first"
        if self.day_first != self.month_first:
            return "day first" if self.day_first > self.month_first else "month first"
        fewer = self.backwards["day first"] - self.backwards["month first"]
        if fewer:
            return "day first" if fewer < 0 else "month first"
        return "month first" if self.american else "day first"


_ORDERS: tuple[Order, ...] = ("day first", "month first")


class WhatsApp:
    """Reads WhatsApp's chats."""

    def detect(self, source: Source) -> float:
        """Look for lines that begin with a day and a time, and name someone."""
        for part in source.candidates(".txt"):
            begun = [_BEGINS.match(each) for each in decoded(source.head(part)).splitlines()[:200]]
            spoken = [each for each in begun if each and _SPOKEN.match(each["rest"])]
            if spoken and begun[0]:
                return 0.95
            if len(spoken) > 1:
                return 0.6
        return 0.0

    def read(self, source: Source) -> Iterator[Record]:
        """Yield each chat's messages; of several chats, each is a session with its file's name."""
        parts = source.candidates(".txt")
        for part in parts:
            session = part.rpartition("/")[2].removesuffix(".txt") if len(parts) > 1 else None
            days = _Days()
            name = source.where(part)
            with source.peeking(part) as file:
                for _, line, _ in lines(file, name):
                    if begins := _BEGINS.match(line):
                        days.note(begins)
            with source.reading(part) as file:
                yield from _chat(file, name, session, days.order)


def _chat(file: BinaryIO, name: str, session: str | None, order: Order) -> Iterator[Record]:
    began, begun = 0, None
    said: list[str] = []
    for number, line, problem in lines(file, name):
        begins = None if problem else _BEGINS.match(line)
        if begins is None and problem is None and begun is not None:
            said.append(line)
            continue
        if begun is not None:
            yield replace(_record(name, began, begun, said, order), session=session)
        began, begun, said = number, begins, []
        if begins is None and (problem or line.strip()):
            wrong = problem or "expected a day and a time at the beginning"
            yield Record(file=name, line=number, session=session, problem=wrong)
    if begun is not None:
        yield replace(_record(name, began, begun, said, order), session=session)


def _record(name: str, line: int, begins: re.Match[str], more: list[str], order: Order) -> Record:
    spoken = _SPOKEN.match(begins["rest"])
    first = begins["rest"] if spoken is None else spoken["text"] or ""
    content = "\n".join([first, *more]).rstrip().strip(_MARKS)
    attached = _attached(first.strip(_MARKS))
    # What WhatsApp says in a speaker's name begins with a mark, as what stands for media does.
    told = spoken is None or (first.startswith(_MARKS[0]) and not attached)
    speaker = None if spoken is None else spoken["name"].strip(_MARKS + "~ \u202f\xa0")
    message: dict[str, object] = {
        "role": "system" if told else "user",
        "content": content,
        "said_at": _said_at(begins, order),
        "metadata": kept(attachments=attached, by=speaker if told else None),
    }
    if not told and speaker:
        message["name"] = speaker
    return Record(file=name, line=line, message=message)


def _attached(first: str) -> list[dict[str, object]]:
    if found := _FILE.search(first):
        return [{"name": (found["tagged"] or found["named"]).strip()}]
    return [{"type": first.strip("<>"), "omitted": True}] if _OMITTED.match(first) else []


def _day(begins: re.Match[str], order: Order) -> tuple[int, int, int]:
    """Return year, month and day; they may be none of the calendar."""
    a, b, c = int(begins["a"]), int(begins["b"]), int(begins["c"])
    if order == "year first":
        return a, b, c
    year = c + 2000 if len(begins["c"]) <= 2 else c  # noqa: PLR2004 - digits of a short year
    return (year, b, a) if order == "day first" else (year, a, b)


def _said_at(begins: re.Match[str], order: Order) -> str:
    """Return the moment as ISO 8601; what is none of the calendar's, the memory refuses."""
    year, month, day = _day(begins, order)
    hour = int(begins["hour"])
    if begins["half"]:
        hour = hour % 12 + (12 if begins["half"] in "Pp" else 0)
    second = begins["second"] or "00"
    return f"{year:04}-{month:02}-{day:02}T{hour:02}:{begins['minute']}:{second}"
