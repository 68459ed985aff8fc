"""Tenants: a directory with one memory file each, opened when asked for, few at a time.

A tenant's name is a file's name: it is checked, letter by letter, before any path is made of it.
"""

from __future__ import annotations

import re
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from mnemos import InputError, Memory

SUFFIX = ".mnemos"
#: So many files are held open while nobody uses them.
HANDLES = 64
MAX_NAME = 64
_NAME = re.compile(rf"[a-z0-9](?:[a-z0-9_-]{{0,{MAX_NAME - 2}}}[a-z0-9])?")
#: What Windows takes for a device, whatever its suffix.
_DEVICE = re.compile("con|prn|aux|nul|com[0-9]|lpt[0-9]")


def tenant_name(given: object) -> str:
    """Return a tenant's name, if it is one.

    Raises:
        InputError: It is none; says what a name is made of.
    """
    if not isinstance(given, str) or _NAME.fullmatch(given) is None or _DEVICE.fullmatch(given):
        shown = ascii(given) if len(str(given)) <= MAX_NAME else f"one of {len(str(given))}"
        raise InputError(
            f"tenant {shown}: a name is 1 to {MAX_NAME} characters a–z, 0–9, - and _, begins and "
            "ends with a letter or digit, and is no device's"
        )
    return given


@dataclass(slots=True, eq=False)
class _Handle:
    """A file, and how many are using it. The lock is held while it is opened or closed."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    memory: Memory | None = None
    users: int = 0


class Tenants:
    """Opens memories by their tenants' names; safe to use from any thread.

    Args:
        folder: Where the files are.
        opening: Opens one.
        handles: How many stay open while nobody uses them.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     tenants = Tenants(Path(folder), Memory, handles=1)
    ...     with tenants.using("ann") as memory:
    ...         _ = memory.remember("I moved to Porto in May")
    ...     with tenants.using("ben") as memory:
    ...         len(memory.recall("Where did I move to?")), tenants.open
    ...     tenants.close()
    (0, 1)
    """

    def __init__(
        self, folder: Path, opening: Callable[[Path], Memory], *, handles: int = HANDLES
    ) -> None:
        self._folder = folder
        self._opening = opening
        self._limit = handles
        self._handles: OrderedDict[str, _Handle] = OrderedDict()
        self._lock = threading.Lock()

    @property
    def open(self) -> int:
        """How many files are open."""
        return len(self._handles)

    @contextmanager
    def using(self, name: str) -> Iterator[Memory]:
        """Lend a tenant's memory: made if it is not there, and open while the block runs.

        Raises:
            InputError: This is no tenant's name.
            StoreError: Its file cannot be opened.
        """
        tenant_name(name)
        handle = self._take(name)
        try:
            self._close_idle()
            yield self._opened(name, handle)
        finally:
            self._give_back(name, handle)
            self._close_idle()

    def close(self) -> None:
        """Close every file."""
        with self._lock:
            handles = list(self._handles.values())
            self._handles.clear()
        for handle in handles:
            _close(handle)

    def _take(self, name: str) -> _Handle:
        with self._lock:
            handle = self._handles.setdefault(name, _Handle())
            handle.users += 1
            self._handles.move_to_end(name)
            return handle

    def _opened(self, name: str, handle: _Handle) -> Memory:
        with handle.lock:
            if handle.memory is None:
                handle.memory = self._opening(self._folder / f"{name}{SUFFIX}")
            return handle.memory

    def _give_back(self, name: str, handle: _Handle) -> None:
        with self._lock:
            handle.users -= 1
            opened = handle.memory is not None
            if not opened and not handle.users and self._handles.get(name) is handle:
                del self._handles[name]

    def _close_idle(self) -> None:
        """Close what is over the limit and not in use, unused longest first."""
        with self._lock:
            over = max(0, len(self._handles) - self._limit)
            idle = [name for name, each in self._handles.items() if not each.users][:over]
            closing = [self._handles.pop(name) for name in idle]
        for handle in closing:
            _close(handle)


def _close(handle: _Handle) -> None:
    with handle.lock:
        if handle.memory is not None:
            handle.memory.close()
            handle.memory = None
