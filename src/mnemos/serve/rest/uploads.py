"""Import of a file that another product made: it comes whole, is told by sight, and taken in."""

from __future__ import annotations

import asyncio
import errno
import os
from collections.abc import AsyncIterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Event

from starlette.requests import Request
from starlette.responses import Response

from mnemos import Memory, Scope
from mnemos.errors import Busy, Closed, DiskFull, InputError, SourceError
from mnemos.importers import BadRecords, load
from mnemos.importers import Imported as Loaded
from mnemos.importers.sources import opened
from mnemos.serve.rest.bodies import parts, require_type
from mnemos.serve.rest.service import Service
from mnemos.serve.rest.streams import Progress, told, wants_lines
from mnemos.wire.imported import ImportedFile
from mnemos.wire.operations import FILE_HEADER, FILE_TYPE, JSON_TYPE
from mnemos.wire.problems import Refusal
from mnemos.wire.values import dumps, loads

#: So many files may be on their way or taken in at once; each needs room on the disk.
AT_ONCE = 4
#: So many bad records, and so many authors, are named.
NAMED = 100
#: Written to the disk at once.
WRITTEN = 1 << 20
#: What the folder is called in which a file lies meanwhile: WhatsApp's _chat.txt bears its name.
INSIDE = "import"
#: Bytes of a file's name that are kept: its end tells what it is.
NAME_BYTES = 200
#: What a request may say of a file, beside its kind: choice → values, the usual one first.
CHOICES = {
    "dry_run": ("false", "true"),
    "on_error": ("skip", "stop"),
    "revise": ("false", "true"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """How a file is to be taken in.

    Args:
        name: What to call it: importers look at names.
        session: Of messages whose source names none; None is the file's name.
        kind: An importer's name; None tells it by sight.
        choices: As CHOICES has them.
    """

    name: str
    session: str | None
    kind: str | None
    choices: dict[str, str]

    @classmethod
    def of(cls, request: Request) -> _Asked:
        given = dict(request.query_params)
        kind = given.pop("kind", None)
        for name, value in given.items():
            if value not in CHOICES.get(name, ()):
                known = ", ".join(f"{each}={'|'.join(some)}" for each, some in CHOICES.items())
                raise InputError(f"there are kind and {known}, not {name}={value}")
        usual = {name: values[0] for name, values in CHOICES.items()}
        said = loads(request.headers.get(FILE_HEADER, "{}"))
        texts = isinstance(said, dict) and all(isinstance(each, str) for each in said.values())
        if not texts or not said.keys() <= {"name", "session"}:
            raise InputError(f'{FILE_HEADER}: expected {{"name": …, "session": …}}, texts both')
        return cls(
            name=_safe(said.get("name", "")),
            session=said.get("session") or None,
            kind=kind,
            choices={**usual, **given},
        )


class Uploads:
    """Takes files in, a few at once.

    Args:
        service: What the routes work with.
    """

    def __init__(self, service: Service) -> None:
        self._service = service
        self._under_way = 0

    async def import_file(self, request: Request) -> Response:
        """Take in a file; or say what would come, ``?dry_run=true``, and change nothing."""
        request.state.caller.require("write", whole=True)
        require_type(request, FILE_TYPE)
        asked = _Asked.of(request)
        if self._under_way >= AT_ONCE:
            raise Busy(f"{self._under_way} files are being taken in; no more are taken now")
        self._under_way += 1
        folder = TemporaryDirectory(prefix="mnemos-")
        try:
            path = Path(folder.name) / INSIDE / asked.name
            path.parent.mkdir(exist_ok=True)
            await _received(request, path, self._service)
        except BaseException:
            self._end(folder)
            raise

        async def running(progress: Progress) -> bytes:
            try:
                return dumps(await self._taken(request, path, asked, progress))
            finally:
                self._end(folder)

        if wants_lines(request):
            return await told(running)
        return Response(await running(lambda _, __: None), media_type=JSON_TYPE)

    def _end(self, folder: TemporaryDirectory[str]) -> None:
        self._under_way -= 1
        folder.cleanup()

    async def _taken(
        self, request: Request, path: Path, asked: _Asked, progress: Progress
    ) -> ImportedFile:
        over = Event()
        limit = self._service.limits.unpacked_bytes
        work = partial(_load, path=path, asked=asked, limit=limit, progress=progress, over=over)
        try:
            return await self._service.run(request, "long", work)
        except SourceError as error:
            raise Refusal(422, _without(path, error), "SourceError") from error
        except BadRecords as error:
            raise Refusal(422, _without(path, error), "MessageError") from error
        finally:
            over.set()


def _load(
    memory: Memory, *, path: Path, asked: _Asked, limit: int, progress: Progress, over: Event
) -> ImportedFile:
    def step(_doing: str, done: int, total: int, _messages: int) -> None:
        if over.is_set():
            raise Closed("whoever asked went away")
        progress(done, total)

    with opened(path) as source:
        if source.total > limit:
            raise Refusal(413, f"more than {limit:,} bytes once it is unpacked")
    done = load(
        memory,
        path,
        asked.kind,
        scope=Scope(session=asked.session),
        dry_run=asked.choices["dry_run"] == "true",
        on_error=asked.choices["on_error"],
        revise=asked.choices["revise"] == "true",
        progress=step,
    )
    return _summary(path, done)


def _summary(path: Path, done: Loaded) -> ImportedFile:
    return ImportedFile(
        kind=done.kind,
        conversations=done.conversations,
        messages=done.messages,
        added=done.added,
        existing=done.existing,
        revised=done.revised,
        first=done.first,
        last=done.last,
        authors=dict([*done.authors.items()][:NAMED]),
        attachments=done.attachments,
        problems=tuple(_without(path, each) for each in done.problems[:NAMED]),
        left_out=len(done.problems),
        seq=done.seq,
        head=done.head,
        dry_run=done.dry_run,
    )


async def _received(request: Request, path: Path, service: Service) -> None:
    """Write a body to a file.

    Raises:
        Refusal: It is too large or too slow.
        DiskFull: There is no room for it.
    """
    waiting = bytearray()
    try:
        with path.open("wb") as file:
            async for part in _within(request, service):
                waiting += part
                if len(waiting) >= WRITTEN:
                    await asyncio.to_thread(file.write, bytes(waiting))
                    waiting.clear()
            await asyncio.to_thread(file.write, bytes(waiting))
    except OSError as error:
        if error.errno in {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}:
            raise DiskFull("there is no room for the file while it is read") from error
        raise


async def _within(request: Request, service: Service) -> AsyncIterator[bytes]:
    most, size = service.limits.file_bytes, 0
    said = int(request.headers.get("content-length") or 0)
    async for part in parts(request, service.limits):
        size += len(part)
        if max(said, size) > most:
            raise Refusal(413, f"more than {most:,} bytes; mnemos import takes files of any size")
        yield part


def _safe(name: str) -> str:
    r"""Return a file name that leads nowhere else.

    >>> _safe("../../etc/passwd"), _safe("C:\\talk.zip"), _safe(".."), _safe("a\0b.json")
    ('passwd', 'talk.zip', 'file', 'ab.json')
    """
    last = name.replace("\\", "/").rpartition("/")[2]
    plain = "".join(each for each in last if each.isprintable())
    end = plain.encode()[-NAME_BYTES:].decode(errors="ignore")
    return end.lstrip(". ") or "file"


def _without(path: Path, told_of: object) -> str:
    """Return a message without the folder that the file lay in meanwhile."""
    return str(told_of).replace(f"{path.parent}{os.sep}", "")
