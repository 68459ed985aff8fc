"""SQL as text files; ``named`` reads one that is cut by ``-- name --`` lines."""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files

_NAME = re.compile(r"^-- (\w+) --$", re.MULTILINE)


def text(dialect: str, name: str) -> str:
    """Return a whole SQL file."""
    return files(__name__).joinpath(dialect, name).read_text(encoding="utf-8")


@cache
def named(dialect: str) -> dict[str, str]:
    """Return the statements of ``queries.sql`` by name."""
    parts = _NAME.split(text(dialect, "queries.sql"))
    return dict(zip(parts[1::2], (part.strip() for part in parts[2::2]), strict=True))


def migrations(dialect: str) -> list[str]:
    """Return the names of the numbered migrations, in order."""
    folder = files(__name__).joinpath(dialect, "migrations")
    return sorted(f"migrations/{each.name}" for each in folder.iterdir() if each.name[0].isdigit())


def statements(script: str) -> list[str]:
    """Return the statements of a script, so that they can run inside one transaction."""
    bare = "\n".join(line.split("--", 1)[0].rstrip() for line in script.splitlines())
    return [part.strip() for part in bare.split(";") if part.strip()]
