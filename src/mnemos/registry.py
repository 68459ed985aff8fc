"""What is chosen by name: stores here, recipes in ``mnemos.recipes``. One line each."""

from __future__ import annotations

import json
import os
from typing import get_args

from mnemos.errors import InputError
from mnemos.store.memory import MemoryStore
from mnemos.store.protocol import Store
from mnemos.store.sqlite import Durability, SqliteStore
from mnemos.text.terms import Analyzer


def store(
    path: str | os.PathLike[str],
    *,
    settings: str,
    durability: Durability,
    timeout_s: float,
    read_only: bool,
) -> Store:
    """Open the store that a path names: ":memory:", else a SQLite file."""
    if durability not in get_args(Durability):
        raise InputError(f"durability {durability!r}: expected FULL or NORMAL")
    if os.fspath(path) == ":memory:":
        return MemoryStore(settings=settings, analyzer=_analyzer, nonce=os.urandom)
    return SqliteStore(
        path,
        settings=settings,
        analyzer=_analyzer,
        nonce=os.urandom,
        durability=durability,
        timeout_s=timeout_s,
        read_only=read_only,
    )


def _analyzer(settings: str) -> Analyzer:
    return Analyzer(json.loads(settings)["language"])
