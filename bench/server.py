"""A server in a process of its own, for benchmarks and tests."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

from bench.process import ROOT
from mnemos.client import Client
from mnemos.serve.keys import RIGHTS, Keys

WAIT_S = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """A server that runs.

    Args:
        url: Where.
        folder: What it serves.
        process: Its own.
    """

    url: str
    folder: Path
    process: subprocess.Popen[bytes]

    def key(self, tenant: str) -> str:
        """Make a key that allows everything."""
        keys = Keys(self.folder)
        token = keys.add(tenant, RIGHTS)
        keys.close()
        return token

    def client(self, key: str) -> Client:
        """Return a client."""
        return Client(self.url, key)

    def resident_mib(self) -> float:
        """Return how much memory it holds now; 0 where the system does not tell."""
        try:
            status = Path(f"/proc/{self.process.pid}/status").read_text(encoding="utf-8")
        except OSError:
            return 0.0
        return int(status.split("VmRSS:")[1].split()[0]) / 1024

    def cpu_s(self) -> float:
        """Return how much processor time it has taken."""
        times = psutil.Process(self.process.pid).cpu_times()
        return times.user + times.system

    def open_files(self) -> int:
        """Return how many file handles it holds; 0 where the system does not tell."""
        try:
            return len(os.listdir(f"/proc/{self.process.pid}/fd"))  # noqa: PTH208 - no files
        except OSError:
            return 0

    def kill(self) -> None:
        """End it as a power cut would."""
        self.process.kill()
        self.process.wait(WAIT_S)


@contextmanager
def serving(folder: Path, *options: str) -> Iterator[Running]:
    """Serve a directory of tenants while the block runs, by words alone and without a limit."""
    arguments = ["serve", "--dir", str(folder), "--port", "0", "--json", "--embedder", "none"]
    process = subprocess.Popen(
        [sys.executable, "-m", "mnemos.serve.cli", *arguments, "--rate", "0", *options],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(each for each in sys.path if each)},
    )
    try:
        assert process.stdout is not None  # noqa: S101 - a pipe was asked for
        line = process.stdout.readline()
        if not line:
            raise RuntimeError(f"the server ended by itself with status {process.wait(WAIT_S)}")
        yield Running(url=json.loads(line)["url"], folder=folder, process=process)
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
        process.wait(WAIT_S)
        if process.stdout is not None:
            process.stdout.close()
