"""Mem0's configuration: of its sections, those count that say where memories are kept."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, Literal, Self

from mnemos import InputError
from mnemos.config import FILE_VARIABLE, memory_file

Deletes = Literal["forget", "erase"]

IN_MEMORY = ":memory:"
#: Where memories are kept when nothing says where, in the home folder.
HOME = ".mnemos"
#: Mem0's name of a collection that nobody named.
COLLECTION = "mem0"
#: What chooses models and stores in Mem0.
UNUSED = ("llm", "embedder", "reranker", "custom_instructions")

_log = logging.getLogger("mnemos")


@dataclass(frozen=True, slots=True, kw_only=True)
class MemoryConfig:
    """What Mem0 is configured by, and a section of our own.

    Args:
        vector_store: Its ``config`` may name a ``path`` (a folder) and a ``collection_name``.
        llm: Not used.
        embedder: Not used.
        history_db_path: The memory is kept beside this file.
        reranker: Not used.
        version: Of Mem0's interface.
        custom_instructions: Not used.
        mnemos: ``path`` (the file), ``deletes`` ("forget" or "erase"), and whatever else
            ``mnemos.Memory`` takes.
    """

    vector_store: Mapping[str, Any] = field(default_factory=dict)
    llm: Mapping[str, Any] = field(default_factory=dict)
    embedder: Mapping[str, Any] = field(default_factory=dict)
    history_db_path: str | None = None
    reranker: Mapping[str, Any] | None = None
    version: str = "v1.1"
    custom_instructions: str | None = None
    mnemos: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def read(cls, given: object) -> Self:
        """Return a configuration from one of ours, one of Mem0's, or a mapping.

        Raises:
            InputError: It is none of these.
        """
        if isinstance(given, cls):
            return given
        dump = getattr(given, "model_dump", None)
        sections = dump(exclude_unset=True) if callable(dump) else given
        if not isinstance(sections, Mapping):
            raise InputError(f"config: expected a mapping, not {type(given).__name__}")
        known = {each.name for each in fields(cls)}
        for section in ("vector_store", "mnemos"):
            if not isinstance(sections.get(section) or {}, Mapping):
                raise InputError(f"config[{section!r}]: expected a mapping")
        past = sorted((set(sections) - known) | {each for each in UNUSED if sections.get(each)})
        if past:
            _log.warning("mnemos needs no %s: read past in Mem0's configuration", ", ".join(past))
        present = {key: value for key, value in sections.items() if value is not None}
        return cls(**{key: value for key, value in present.items() if key in known})

    @property
    def path(self) -> Path | str:
        """The file of the memory: as our section says, else where Mem0's would be kept."""
        store = self.vector_store.get("config") or {}
        name = f"{store.get('collection_name') or COLLECTION}.mnemos"
        folder = store.get("path")
        if "path" in self.mnemos:
            return _path(self.mnemos["path"])
        if IN_MEMORY in {folder, self.history_db_path}:
            return IN_MEMORY
        if folder:
            return Path(folder) / name
        if self.history_db_path:
            return Path(self.history_db_path).parent / name
        named = memory_file(None)
        return named.path if named.named_by == FILE_VARIABLE else Path.home() / HOME / name

    @property
    def deletes(self) -> Deletes:
        """What deleting does.

        Raises:
            InputError: It is neither of the two.
        """
        match self.mnemos.get("deletes", "forget"):
            case "forget":
                return "forget"
            case "erase":
                return "erase"
            case other:
                raise InputError(f"deletes {other!r}: expected forget or erase")

    @property
    def options(self) -> dict[str, Any]:
        """What ``mnemos.Memory`` is opened with, beside its path."""
        return {key: value for key, value in self.mnemos.items() if key not in {"path", "deletes"}}


def _path(given: object) -> Path | str:
    if not isinstance(given, str | Path) or not str(given):
        raise InputError(f"config['mnemos']['path']: expected a path, not {given!r}")
    return given if given == IN_MEMORY else Path(given)
