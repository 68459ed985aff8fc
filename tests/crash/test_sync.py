"""An acknowledged write has been synced to the disk before it is acknowledged."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

TURNS = 6
#: Remembers turns one by one and writes a mark after each, as a caller would acknowledge them.
CHILD = f"""
import os, sys
from mnemos.memory import Memory
with Memory(sys.argv[1], durability=sys.argv[2]) as memory:
    os.write(2, b"ACK begin\\n")
    for number in range({TURNS}):
        memory.remember(f"turn {{number}}", session="s")
        os.write(2, b"ACK %d\\n" % number)
"""
#: Writes a line for each sync of a file, in order with the child's own marks.
SHIM = """
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static void note(const char *what, int fd) {
    char link[64], path[4096], line[4200];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t n = readlink(link, path, sizeof path - 1);
    path[n < 0 ? 0 : n] = 0;
    int length = snprintf(line, sizeof line, "%s %s\\n", what, path);
    if (write(2, line, length) < 0) return;
}

int fsync(int fd) {
    int (*real)(int) = dlsym(RTLD_NEXT, "fsync");
    int done = real(fd);
    if (!done) note("SYNC", fd);
    return done;
}

int fdatasync(int fd) {
    int (*real)(int) = dlsym(RTLD_NEXT, "fdatasync");
    int done = real(fd);
    if (!done) note("SYNC", fd);
    return done;
}

#define WRITES(name) \\
ssize_t name(int fd, const void *data, size_t size, off_t at) { \\
    ssize_t (*real)(int, const void *, size_t, off_t) = dlsym(RTLD_NEXT, #name); \\
    ssize_t done = real(fd, data, size, at); \\
    note("WRITE", fd); \\
    return done; \\
}
WRITES(pwrite)
WRITES(pwrite64)
"""


def child(
    path: Path, durability: str, *before: str, variables: dict[str, str] | None = None
) -> str:
    """Run the child; return its standard error, where marks and syncs stand in order."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), **(variables or {})}
    done = subprocess.run(
        [*before, sys.executable, "-c", CHILD, str(path), durability],
        env=environment,
        stderr=subprocess.PIPE,
        text=True,
        timeout=60,
        check=False,
    )
    if before and "ptrace" in done.stderr and "ACK" not in done.stderr:
        pytest.skip("strace may not trace here")
    assert done.returncode == 0, done.stderr
    return done.stderr


def stretches(log: str) -> list[str]:
    """Return what happened before each acknowledgement, since the one before it."""
    _, *rest = re.split(r"ACK (?:begin|\d+)", log)
    assert len(rest) == TURNS + 1
    return rest[:-1]


@pytest.fixture
def shim(tmp_path: Path) -> Path:
    compiler = shutil.which("gcc") or shutil.which("cc")
    if compiler is None or not sys.platform.startswith("linux"):
        pytest.skip("needs a C compiler on Linux")
    source, built = tmp_path / "shim.c", tmp_path / "shim.so"
    source.write_text(SHIM)
    subprocess.run(
        [compiler, "-shared", "-fPIC", "-o", str(built), str(source), "-ldl"], check=True
    )
    return built


def test_the_log_is_synced_before_each_acknowledgement(tmp_path: Path, shim: Path) -> None:
    path = tmp_path / "sync.mnemos"
    log = child(path, "FULL", variables={"LD_PRELOAD": str(shim)})
    for number, stretch in enumerate(stretches(log)):
        lines = [line for line in stretch.splitlines() if "sync.mnemos" in line]
        assert f"WRITE {path}-wal" in lines, number
        assert f"SYNC {path}-wal" in lines, number
        # Nothing is written to the log between the sync and the acknowledgement.
        synced = len(lines) - lines[::-1].index(f"SYNC {path}-wal")
        assert f"WRITE {path}-wal" not in lines[synced:], number


def test_normal_durability_spares_the_sync(tmp_path: Path, shim: Path) -> None:
    """Shows that the shim would see it if the sync were not made."""
    path = tmp_path / "sync.mnemos"
    log = child(path, "NORMAL", variables={"LD_PRELOAD": str(shim)})
    assert all("SYNC" not in stretch for stretch in stretches(log)[1:])
    assert all(f"WRITE {path}-wal" in stretch for stretch in stretches(log))


def test_strace_sees_the_sync_before_each_acknowledgement(tmp_path: Path) -> None:
    strace = shutil.which("strace")
    if strace is None:
        pytest.skip("needs strace")
    path = tmp_path / "sync.mnemos"
    trace = ("-f", "-y", "-e", "trace=fsync,fdatasync,write,pwrite64", "-s", "16")
    log = tmp_path / "trace"
    child(path, "FULL", strace, *trace, "-o", str(log))
    for number, stretch in enumerate(stretches(log.read_text())):
        calls = re.findall(r"(\w+)\(\d+<([^>]*)>", stretch)
        calls = [(name, file) for name, file in calls if "sync.mnemos-wal" in file]
        assert calls, number
        assert calls[-1][0] in {"fsync", "fdatasync"}, number
        assert ("pwrite64", f"{path}-wal") in calls, number
