"""Run a server until it is told to end."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from mnemos.errors import InputError, StoreError
from mnemos.serve import logs
from mnemos.serve.access import Access, Caller, Directory, OneFile, Opening
from mnemos.serve.limits import Limits
from mnemos.serve.loopback import is_loopback
from mnemos.serve.rest.app import Mounting, application
from mnemos.serve.rest.server import address, listening, server


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """What is served, and where.

    Args:
        path: A memory's file, or a directory of tenants.
        is_directory: Which of the two.
        host: The address to listen at.
        port: 0 takes one that is free.
        origins: Pages of other sites that may ask.
        handles: Files of a directory held open while nobody uses them.
        caller: What whoever reaches a single file may do, and sees of it.
    """

    path: Path
    is_directory: bool
    host: str
    port: int
    origins: tuple[str, ...] = ()
    handles: int = 64
    caller: Caller = Caller()  # noqa: RUF009 - frozen


def run(
    place: Place,
    opening: Opening,
    *,
    limits: Limits,
    mounts: Sequence[Mounting] = (),
    routes: bool = True,
    logged: int = logging.INFO,
    ready: Callable[[str, bool], None],
) -> None:
    """Serve until a signal says to end; what is under way is finished first.

    Args:
        place: What, and where.
        opening: Opens a file.
        limits: What the server takes.
        mounts: What is served beside the routes.
        routes: Whether these are served; else what is mounted is all there is.
        logged: From which level on lines are written; each request is one of INFO.
        ready: Called with the address, and whether anybody can get in.

    Raises:
        InputError: Whoever can reach the address would get in.
        ServerError: The address cannot be listened at.
        StoreError: The file cannot be opened, or there is no such directory.
    """
    access = _access(place, opening)
    try:
        if isinstance(access, Directory) and not is_loopback(place.host) and not access.keys.any():
            raise InputError(
                f"{place.host} can be reached from elsewhere: first make a key, mnemos keys add"
            )
        listener = listening(place.host, place.port)
        with listener:
            app = application(
                access, limits=limits, origins=place.origins, mounts=mounts, routes=routes
            )
            ready(address(listener), not isinstance(access, Directory) or access.keys.any())
            with logs.written(level=logged):
                server(app).run(sockets=[listener])
    finally:
        access.close()


def _access(place: Place, opening: Opening) -> Access:
    if not place.is_directory:
        if not is_loopback(place.host):
            raise InputError(
                f"{place.host} can be reached from elsewhere, and a single file asks nobody for a "
                "key: mnemos serve --dir serves many, to whoever has one"
            )
        return OneFile(place.path, opening, caller=place.caller)
    if not place.path.is_dir():
        raise StoreError(f"{place.path}: there is no such directory; make it first")
    return Directory(place.path, opening, handles=place.handles)
