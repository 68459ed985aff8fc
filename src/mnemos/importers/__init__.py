"""Importers: what other products keep, read into a memory; each chosen by name or told by sight.

Other packages join by an entry point of the group ``mnemos.importers``; ours cannot be replaced.

>>> from pathlib import Path
>>> from tempfile import TemporaryDirectory
>>> with TemporaryDirectory() as folder, Memory(":memory:") as memory:
...     path = Path(folder, "talk.jsonl")
...     _ = path.write_text('{"role": "user", "content": "I moved to Porto"}')
...     done, again = load(memory, path), load(memory, path)
>>> done.kind, done.added, again.added
('jsonl', 1, 0)
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from importlib import import_module

from mnemos.errors import InputError, SourceError
from mnemos.importers.base import Importer, Record
from mnemos.importers.loading import Imported, Loading, taken
from mnemos.importers.sources import Source, opened
from mnemos.importers.taking import BadRecords, Plan, Problem
from mnemos.memory import Memory
from mnemos.types import Scope

__all__ = [
    "BadRecords",
    "Imported",
    "Importer",
    "Offered",
    "Problem",
    "Record",
    "Source",
    "detect",
    "importer",
    "load",
    "offered",
]

GROUP = "mnemos.importers"

#: Name → "module:object", the surest first: of two that are as sure, the first is taken.
IMPORTERS = {
    "chatgpt": "mnemos.importers.chatgpt:ChatGPT",
    "claude": "mnemos.importers.claude:Claude",
    "letta": "mnemos.importers.letta:Letta",
    "mem0": "mnemos.importers.mem0:Mem0",
    "zep": "mnemos.importers.zep:Zep",
    "slack": "mnemos.importers.slack:Slack",
    "whatsapp": "mnemos.importers.whatsapp:WhatsApp",
    "mbox": "mnemos.importers.mbox:Mbox",
    "langchain": "mnemos.importers.langchain:LangChain",
    "openai": "mnemos.importers.openai:OpenAI",
    "jsonl": "mnemos.importers.jsonl:JsonLines",
    "markdown": "mnemos.importers.markdown:Markdown",
    "transcript": "mnemos.importers.transcript:Transcript",
}
#: An importer that is less sure than this does not take a file by itself.
SURE = 0.3

#: Called with what is being done, bytes done, bytes in all, messages done.
Progress = Callable[[str, int, int, int], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Offered:
    """An importer that can be chosen.

    Args:
        name: By which it is chosen.
        about: The first line of its module's docstring, or why it cannot be loaded.
    """

    name: str
    about: str


def importer(name: str) -> Importer:
    """Return the importer of this name.

    Raises:
        InputError: There is no such importer; the message lists those that there are.
    """
    address = IMPORTERS.get(name) or _joined().get(name)
    if address is None:
        known = ", ".join([*IMPORTERS, *sorted(_joined().keys() - IMPORTERS.keys())])
        raise InputError(f"no importer {name!r}; known are {known}")
    module, _, attribute = address.partition(":")
    made = getattr(import_module(module), attribute)()
    if not isinstance(made, Importer):
        raise InputError(f"importer {name!r}: {address} makes no importer: detect and read")
    return made


def offered() -> tuple[Offered, ...]:
    """Return every importer that can be chosen, in the order in which they are tried."""
    return tuple(_offered(name) for name in (*IMPORTERS, *sorted(_joined() - IMPORTERS.keys())))


def _offered(name: str) -> Offered:
    try:
        made = importer(name)
    except (ImportError, AttributeError, InputError) as error:
        return Offered(name=name, about=f"cannot be loaded: {error}")
    module = sys.modules.get(type(made).__module__)
    text = (module and module.__doc__) or type(made).__doc__ or ""
    return Offered(name=name, about=text.strip().partition("\n")[0])


def detect(path: str | os.PathLike[str]) -> str:
    """Return the name of the importer that is the surest of a file, folder or zip.

    Raises:
        SourceError: None is; or it cannot be read.
    """
    with opened(path) as source:
        return _detected(source)


def load(
    memory: Memory,
    path: str | os.PathLike[str],
    kind: str | None = None,
    *,
    scope: Scope | None = None,
    dry_run: bool = False,
    on_error: str = "skip",
    revise: bool = False,
    recorded_at: datetime | None = None,
    progress: Progress | None = None,
) -> Imported:
    """Import a file, a folder or a zip, with its times, authors and ids.

    Doing so again adds nothing; a newer export of the same adds what is new. Broken off, the same
    call goes on where it was.

    Args:
        memory: Where to.
        path: What to import.
        kind: An importer's name; None tells it by sight.
        scope: Whose it is; its session is for messages whose source names none, which otherwise
            get the file's name.
        dry_run: Import into a copy that is dropped: what is returned is what would come.
        on_error: "skip" leaves bad records out and names them; "stop" takes nothing if one is.
        revise: A message that was edited supersedes the stored one; else it counts as bad.
        recorded_at: When the memory is to have learnt it; None is now.
        progress: Called from time to time.

    Raises:
        SourceError: It cannot be read, not to its end, or is of no known kind. What was read
            before went in, if bad records are skipped.
        BadRecords: Some are, and ``on_error`` is "stop".
        InputError: There is no such importer.
    """
    if on_error not in {"skip", "stop"}:
        raise InputError(f"on_error {on_error!r}: expected 'skip' or 'stop'")
    plan = Plan(
        verb="remember",
        scope=scope or Scope(),
        skip=on_error == "skip",
        revise=revise,
        recorded_at=recorded_at,
    )
    with opened(path) as source:
        name = kind or _detected(source)
        loading = Loading(source, importer(name), name, plan)
        return taken(memory, loading, plan, progress or _silent, dry_run=dry_run)


def _silent(doing: str, done: int, total: int, messages: int) -> None:
    """Say nothing."""


def _detected(source: Source) -> str:
    sure = {name: importer(name).detect(source) for name in (*IMPORTERS, *_joined())}
    best = max(sure, key=sure.__getitem__)
    if sure[best] < SURE:
        known = ", ".join(sure)
        raise SourceError(f"{source.name}: is of no kind that is known; name one of {known}")
    return best


def _joined() -> dict[str, str]:
    """Return what installed packages offer; slow, for it reads the metadata of all of them."""
    from importlib.metadata import entry_points  # noqa: PLC0415 - 18 ms that ours do not need

    return {point.name: point.value for point in entry_points(group=GROUP)}
