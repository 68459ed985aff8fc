"""Where settings come from: the one place that reads the environment."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from mnemos.errors import InputError

#: Names the memory that the command line works on.
FILE_VARIABLE = "MNEMOS_FILE"
#: What it works on when nothing names one: a file of the current folder.
DEFAULT_FILE = "memory.mnemos"


@dataclass(frozen=True, slots=True, kw_only=True)
class MemoryFile:
    """Which file holds the memory, and who said so.

    Args:
        path: The file.
        named_by: In words, for messages.
    """

    path: Path
    named_by: str


def memory_file(given: str | None) -> MemoryFile:
    """Return the file that was given, else the environment's, else the current folder's.

    Raises:
        InputError: The environment names an empty one: a variable that was to be filled.
    """
    if given is not None:
        return MemoryFile(path=Path(given), named_by="--file")
    named = os.environ.get(FILE_VARIABLE)
    if named is not None:
        if not named.strip():
            raise InputError(f"{FILE_VARIABLE} is empty; name a file, or unset it")
        return MemoryFile(path=Path(named), named_by=FILE_VARIABLE)
    return MemoryFile(path=Path(DEFAULT_FILE), named_by="the default, in the current folder")
