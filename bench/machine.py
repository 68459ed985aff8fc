"""What a figure was measured on, and how figures are kept."""

from __future__ import annotations

import hashlib
import json
import os
import platform
import sqlite3
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

import mnemos

RESULTS = Path(__file__).parent / "results"
Figures = Mapping[str, object]


def line() -> str:
    """Return the machine and the versions that matter, in one line."""
    return (
        f"{_processor()}, {os.cpu_count()} cores, {_memory_gib()} GiB; "
        f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}, "
        f"numpy {np.__version__}"
    )


def _processor() -> str:
    try:
        for entry in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
            if entry.startswith("model name"):
                return entry.split(":", 1)[1].strip()
    except OSError:
        pass
    return platform.processor() or platform.machine()


def _memory_gib() -> int:
    return round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30)


def fingerprint(*sources: Path) -> str:
    """Return a hash over all of mnemos, and over further source files: what was measured."""
    found = hashlib.sha256()
    package = Path(mnemos.__file__).parent
    parts = [each for each in package.rglob("*") if each.suffix in {".py", ".sql", ".json"}]
    for path in [*sorted(parts), *sources]:
        found.update(f"{path.name}\n".encode() + path.read_bytes())
    return found.hexdigest()


def percentile(values: Sequence[float], share: float) -> float:
    """Return the value that this share of the values does not exceed (nearest rank).

    >>> percentile([3, 1, 2], 0.5), percentile([1, 2, 3, 4], 0.95)
    (2, 4)
    """
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, max(0, -(-len(ordered) * share // 1).__int__() - 1))]


def keep(name: str, figures: Figures) -> None:
    """Write a benchmark's summary; documents are made from these."""
    RESULTS.mkdir(exist_ok=True)
    text = json.dumps({"machine": line(), **figures}, indent=1, sort_keys=True)
    (RESULTS / f"{name}.json").write_text(f"{text}\n", encoding="utf-8")


def kept(name: str) -> dict[str, object] | None:
    """Return a benchmark's last summary; None if it never ran."""
    path = RESULTS / f"{name}.json"
    if not path.exists():
        return None
    found: dict[str, object] = json.loads(path.read_text(encoding="utf-8"))
    return found
