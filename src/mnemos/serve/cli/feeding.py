"""Files that the command line names, as records; and what is said of the bad ones among them."""

from __future__ import annotations

import hashlib
import json
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO

from mnemos import Memory
from mnemos.importers.base import Record
from mnemos.importers.messages import Format, records
from mnemos.importers.taking import Problem
from mnemos.serve.cli.exits import CONFLICT, USAGE, Refused
from mnemos.serve.cli.plain import scopes_in_words

#: So many bad records are named; the rest is counted.
NAMED = 20
STOPPED = "nothing went in; --on-error skip takes the good lines"


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A file of messages.

    Args:
        name: For messages.
        file: Seekable.
        size: In bytes.
        digest: Of its bytes; None if reading it again is another write.
    """

    name: str
    file: BinaryIO
    size: int
    digest: str | None


class Files:
    """Several files of messages, one after the other.

    Args:
        files: Opened.
        form: Their format; None tells it from each.
    """

    def __init__(self, files: Sequence[Opened], form: Format | None) -> None:
        self._files = files
        self._form = form
        self.total = sum(each.size for each in files)
        self.done = 0

    def records(self, memory: Memory | None = None) -> Iterator[Record]:  # noqa: ARG002 - no need
        """Yield the messages of all files."""
        before = 0
        for each in self._files:
            each.file.seek(0)
            mark = None if each.digest is None else json.dumps([each.digest, self._form])
            for ordinal, record in enumerate(records(each.file, each.name, self._form)):
                self.done = before + each.file.tell()
                yield record if mark is None else replace(record, mark=(mark, ordinal))
            before += each.size


@contextmanager
def opened_files(paths: Sequence[str], stdin: BinaryIO, form: Format | None) -> Iterator[Files]:
    """Open files, "-" being stdin, which is spooled so that it can be read twice."""
    with ExitStack() as stack:
        yield Files([_opened(path, stdin, stack) for path in paths], form)


def _opened(path: str, stdin: BinaryIO, stack: ExitStack) -> Opened:
    if path == "-":
        spool = stack.enter_context(tempfile.TemporaryFile())  # noqa: SIM115 - it is
        shutil.copyfileobj(stdin, spool)
        return Opened(name="stdin", file=spool, size=spool.tell(), digest=None)
    try:
        file = stack.enter_context(Path(path).open("rb"))  # noqa: SIM115 - it is
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise Refused(f"{path}: cannot be read: {error.strerror}", USAGE) from error
    return Opened(name=path, file=file, size=file.tell(), digest=digest)


def named(problems: Sequence[Problem]) -> list[str]:
    """Return a line for each of the first bad records, and one for the rest."""
    found = [scopes_in_words(str(each)) for each in problems[:NAMED]]
    return [*found, f"and {len(problems) - NAMED:,} more"] if len(problems) > NAMED else found


def refused(problems: Sequence[Problem], hint: str) -> Refused:
    """Return the error that names bad records; nothing went in."""
    conflict = all(each.conflict for each in problems)
    return Refused("\n".join(named(problems)), CONFLICT if conflict else USAGE, hint)
