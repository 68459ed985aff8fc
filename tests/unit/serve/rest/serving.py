"""A real server on a real socket, in a thread of the tests."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from mnemos import Memory
from mnemos.client import Client
from mnemos.models.scripted import ScriptedTokenEmbedder
from mnemos.serve.access import Access, Directory, OneFile
from mnemos.serve.keys import Keys, Right
from mnemos.serve.limits import Limits
from mnemos.serve.rest.app import Mounting, application
from mnemos.serve.rest.server import address, listening, server

ALL: tuple[Right, ...] = ("read", "write", "erase", "admin")


def opened(path: Path) -> Memory:
    """Open a memory that embeds when it is told to, with a model that needs no download."""
    return Memory(path, embedder=ScriptedTokenEmbedder(), embedding="manual", actor="serve")


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """A server that runs."""

    url: str
    folder: Path
    access: Access

    def key(self, tenant: str, *rights: Right, user: str | None = None) -> str:
        """Make a key."""
        keys = Keys(self.folder)
        token = keys.add(tenant, rights or ALL, user=user)
        keys.close()
        return token

    def client(self, key: str | None = None) -> Client:
        """Return a client."""
        return Client(self.url, key)


@contextmanager
def served(
    folder: Path,
    *,
    file: str | None = None,
    limits: Limits | None = None,
    origins: Sequence[str] = (),
    mounts: Sequence[Mounting] = (),
    handles: int = 8,
    opening: Callable[[Path], Memory] = opened,
    head_s: float = 10.0,
) -> Iterator[Served]:
    """Serve a directory, or one file of it, while the block runs."""
    access: Access = (
        Directory(folder, opening, handles=handles)
        if file is None
        else OneFile(folder / file, opening)
    )
    app = application(
        access, limits=limits or Limits(requests_per_s=0), origins=origins, mounts=mounts
    )
    listener = listening("127.0.0.1", 0)
    running = server(app, head_s=head_s, grace_s=5)
    thread = threading.Thread(target=running.run, kwargs={"sockets": [listener]})
    thread.start()
    try:
        yield Served(url=address(listener), folder=folder, access=access)
    finally:
        running.should_exit = True
        thread.join()
        listener.close()
