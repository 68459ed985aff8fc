"""What a process takes of the machine, and how a benchmark starts another one."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).parent.parent


def peak_mib() -> float:
    """Return this process's peak memory; what it was forked from does not count."""
    return _status_mib("VmHWM:")


def resident_mib() -> float:
    """Return this process's memory now; its peak where the system does not tell."""
    return _status_mib("VmRSS:")


def _status_mib(field: str) -> float:
    try:
        status = Path("/proc/self/status").read_text(encoding="utf-8")
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return int(status.split(field)[1].split()[0]) / 1024


def open_files() -> int:
    """Return how many file handles this process holds."""
    return len(os.listdir("/dev/fd")) - 1  # noqa: PTH208 - one is the listing's own


def start(module: str, arguments: Sequence[str]) -> subprocess.Popen[bytes]:
    """Start a module of ours in a process of its own, its standard output a pipe."""
    return subprocess.Popen(
        [sys.executable, "-m", module, *arguments],
        stdout=subprocess.PIPE,
        cwd=ROOT,
        env=environment(),
    )


def environment() -> dict[str, str]:
    """Return the variables under which another process finds the modules that this one does."""
    return {**os.environ, "PYTHONPATH": os.pathsep.join(each for each in sys.path if each)}
