"""Letta: passages in an archive, as its server keeps them; it does not start without PostgreSQL."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Sequence
from typing import Any, NoReturn

from bench.conversation import Turn
from bench.systems.adapter import Place, System


class Letta:
    """Its server in this process, up to where it looks for its database."""

    def __init__(self, place: Place) -> None:
        os.environ["LETTA_DIR"] = str(place.folder)
        from letta.server.server import SyncServer

        self._runner = asyncio.Runner()
        self._server: Any = SyncServer()
        try:
            self._runner.run(self._server.init_async())
        except RuntimeError as error:
            raise _first(error) from error

    def add(self, turns: Sequence[Turn]) -> NoReturn:
        """Not reached: a server that opens has found a database that is not this benchmark's."""
        raise RuntimeError(f"{len(turns)} turns would be written into a database of someone else's")

    def finish(self) -> None:
        """Not reached."""

    def search(self, question: str, limit: int) -> NoReturn:
        """Not reached."""
        raise RuntimeError(f"nothing was written: {question!r}, {limit}")

    def close(self) -> None:
        """Let go of the loop."""
        self._runner.close()


def _first(error: BaseException) -> BaseException:
    """Return what went wrong first; the product hides it behind what went wrong because of it."""
    while (earlier := error.__cause__ or error.__context__) is not None:
        error = earlier
    return error


SYSTEM = System(
    title="Letta",
    kind="peer",
    open=Letta,
    package="letta",
    imports="import letta",
    requirements=(
        "letta==0.16.8",
        "aiosqlite==0.22.1",
        "sqlite-vec==0.1.9",
        "asyncpg==0.32.0",
    ),
    note="0.16.8 is the last release of the server on PyPI: from 0.32 the package is Letta Code, "
    "a program for terminals. Passages in archives need no language model, but the server opens a "
    "PostgreSQL at localhost:5432: with nothing set it writes SQL for SQLite and still connects "
    "there, and without asyncpg it cannot be imported. That is a service. What is told is the "
    "first of its errors, which it hides behind another.",
)
