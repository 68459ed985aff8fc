"""Mail out of an mbox file: its texts, by threads.

Messages stand one after the other, each after a line "From ADDRESS DATE" (RFC 4155), which in
texts is escaped as ">From "; their headers and parts are those of RFC 5322 and 2045. A thread is a
session with the id of its first mail: the first of ``References``, else what ``In-Reply-To``
belongs to. The ids of all mails are held, nothing else. Read with the standard library's
``email``, not with its ``mailbox``, which wants a file of its own, goes over it twice and knows no
lines.

After RFC 4155 and RFC 5322; from memory, unverified.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from email.errors import MessageError
from email.header import decode_header, make_header
from email.message import Message
from email.parser import BytesParser
from email.utils import getaddresses, parsedate_to_datetime
from html.parser import HTMLParser
from typing import BinaryIO

from mnemos.importers.base import Record
from mnemos.importers.fields import kept
from mnemos.importers.sources import Source

#: One mail may be so long, attachments and all.
MAX_MAIL_BYTES = 1 << 28
_LINE_BYTES = 1 << 20
_SUFFIXES = (".mbox", ".mbx", "mbox", ".eml")
_FROM = re.compile(rb"From \S+.*\d\d?:\d\d")
_ESCAPED = re.compile(r"^>(>*From )", re.MULTILINE)
_ID = re.compile(r"<([^<>\s]{1,400})>")
#: The ways in which ``email`` fails on damaged mail.
_DAMAGED = (MessageError, ValueError, LookupError, AttributeError, TypeError, RecursionError)
_PARTS = 1_000


class Mbox:
    """Reads mbox files."""

    def detect(self, source: Source) -> float:
        """Look for a "From " line with headers after it."""
        for part in source.candidates(*_SUFFIXES):
            first, _, rest = source.head(part).partition(b"\n")
            if _FROM.match(first) and re.match(rb"(?:>?[\w-]+:|>From )", rest):
                return 0.95
        return 0.0

    def read(self, source: Source) -> Iterator[Record]:
        """Yield the mails in the file's order."""
        threads: dict[str, str] = {}
        for part in source.candidates(*_SUFFIXES):
            name = source.where(part)
            with source.reading(part) as file:
                for number, (line, raw) in enumerate(_mails(file), start=1):
                    if raw is None:
                        problem = f"the mail is longer than {MAX_MAIL_BYTES:,} bytes"
                        yield Record(file=name, line=line, number=number, problem=problem)
                        continue
                    try:
                        session, message = _message(raw, threads)
                    except _DAMAGED as error:
                        problem = f"is no mail that can be read: {error}"
                        yield Record(file=name, line=line, number=number, problem=problem)
                    else:
                        yield Record(
                            file=name, line=line, number=number, session=session, message=message
                        )


def _mails(file: BinaryIO) -> Iterator[tuple[int, bytes | None]]:
    """Yield each mail with the line on which it begins; None for one that is too long."""
    number, began, size = 0, 0, 0
    raw: list[bytes] = []
    blank, whole = True, True
    while line := file.readline(_LINE_BYTES):
        number += whole
        if whole and blank and _FROM.match(line):
            if began:
                yield began, None if size > MAX_MAIL_BYTES else b"".join(raw)
            raw, began, size = [], number, 0
        else:
            began = began or number
            size += len(line)
            if size <= MAX_MAIL_BYTES:
                raw.append(line)
        blank = line in {b"\n", b"\r\n"}
        whole = line.endswith(b"\n")
    if began:
        yield began, None if size > MAX_MAIL_BYTES else b"".join(raw)


def _message(raw: bytes, threads: dict[str, str]) -> tuple[str | None, dict[str, object]]:
    mail = BytesParser().parsebytes(raw)
    own = next(iter(_ID.findall(str(mail.get("Message-ID", "")))), None)
    before = _ID.findall(str(mail.get("References", "")))
    before = before[:1] or _ID.findall(str(mail.get("In-Reply-To", "")))[:1]
    root = threads.get(before[0], before[0]) if before else own
    if own is not None and root is not None:
        threads[own] = root
    bodies, attached = _parts(mail)
    subject = _header(mail, "Subject")
    content = "\n\n".join([*([f"Subject: {subject}"] if subject else []), *bodies])
    sent = getaddresses([_header(mail, "From")])
    name, address = sent[0] if sent else ("", "")
    message: dict[str, object] = {
        "role": "user",
        "content": _ESCAPED.sub(r"\1", content),
        "id": own,
        "said_at": parsedate_to_datetime(str(mail["Date"])) if mail["Date"] else None,
        "metadata": kept(
            subject=subject, address=address, to=_header(mail, "To"), attachments=attached
        ),
    }
    return root, {**message, **kept(name=name or address)}


def _header(mail: Message, name: str) -> str:
    value = mail.get(name)
    if value is None:
        return ""
    try:
        return " ".join(str(make_header(decode_header(value))).split())
    except (MessageError, ValueError, LookupError):
        return " ".join(str(value).split())


def _parts(mail: Message) -> tuple[list[str], list[dict[str, object]]]:
    """Return a mail's texts, plain ones before others, and what is attached to it."""
    plain: list[str] = []
    pages: list[str] = []
    attached: list[dict[str, object]] = []
    for number, part in enumerate(mail.walk()):
        if number > _PARTS:
            raise ValueError(f"it has more than {_PARTS:,} parts")
        if part.is_multipart():
            continue
        kind, file = part.get_content_type(), part.get_filename()
        if file or part.get_content_disposition() == "attachment" or not kind.startswith("text/"):
            attached.append(kept(name=file, type=kind))
        elif kind == "text/html":
            pages.append(_words(_decoded(part)))
        else:
            plain.append(_decoded(part).strip())
    texts = [each for each in plain if each] or [each for each in pages if each]
    return texts, attached


def _decoded(part: Message) -> str:
    body = part.get_payload(decode=True)
    data = body if isinstance(body, bytes) else b""
    try:
        text = data.decode(part.get_content_charset() or "utf-8", errors="replace")
    except LookupError:
        text = data.decode("latin-1")
    return text.replace("\r\n", "\n")


class _Words(HTMLParser):
    """The words of a page, without its scripts and styles."""

    _LEFT_OUT = frozenset({"script", "style", "head"})
    _BREAKS = frozenset({"p", "div", "br", "li", "tr", "h1", "h2", "h3", "blockquote"})

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self._left_out: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002
        if self._left_out is None and tag in self._LEFT_OUT:
            self._left_out = tag
        if tag in self._BREAKS:
            self.found.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag == self._left_out:
            self._left_out = None

    def handle_data(self, data: str) -> None:
        if self._left_out is None:
            self.found.append(data)


def _words(page: str) -> str:
    reader = _Words()
    reader.feed(page)
    reader.close()
    lines = ("".join(reader.found)).split("\n")
    return "\n".join(line for each in lines if (line := " ".join(each.split())))
