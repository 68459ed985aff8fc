"""A system's process, as its parent sees it: asked with a time limit, watched, and ended.

A process that hangs, eats memory, fills its log or dies becomes a ``Fault`` that says so; what it
started itself ends with it.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from weakref import WeakSet

import psutil

ROOT = Path(__file__).parent.parent.parent
DRIVER = Path(__file__).parent / "driver.py"
#: Seconds between two looks at a process.
LOOK_S = 0.2
#: More than this in a log, or in one answer, is rubbish.
LOG_BYTES = 64 * 2**20
ANSWER_BYTES = 64 * 2**20
#: Seconds that a process gets to end by itself.
GRACE_S = 10.0
#: One thread each: with more, libraries fight for the one core that a process may use.
ONE_THREAD = {
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "RAYON_NUM_THREADS": "1",
}
#: No telemetry and no downloads, by the switches that libraries agree on.
OFFLINE = {
    "ANONYMIZED_TELEMETRY": "False",
    "DO_NOT_TRACK": "1",
    "HF_HUB_OFFLINE": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "TOKENIZERS_PARALLELISM": "false",
}


#: Those that run now.
_running: WeakSet[Child] = WeakSet()


class Fault(Exception):
    """A system did not do what it was asked; says what happened, in its own words where it can."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What every system may use.

    Args:
        cores: The processor's cores it runs on.
        memory_mib: Of all its processes together.
        order_s: Seconds for one order: a session, a question, opening.
    """

    cores: tuple[int, ...]
    memory_mib: int = 6_000
    order_s: float = 300.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What an order came to.

    Args:
        seconds: That it took, by the clock of the system's process.
    """

    value: Any
    seconds: float


class Child:
    """One process with one system in it."""

    def __init__(
        self,
        python: Path,
        module: str,
        *,
        folder: Path,
        options: Mapping[str, Any],
        environment: Mapping[str, str],
        limits: Limits,
        log: Path,
    ) -> None:
        """Start it.

        Args:
            options: As the driver takes them: settings, the vectors' address, asked_at.
            log: Where what it prints goes.
        """
        self._limits = limits
        self._log = log
        self._why: str | None = None
        self._deadline = time.monotonic() + limits.order_s
        self.peak_mib = 0.0
        self.wanted: tuple[str, ...] = ()  # hosts that it has tried to reach so far
        home = folder.parent / f"{folder.name}-home"
        for each in (folder, home, log.parent):
            each.mkdir(parents=True, exist_ok=True)
        command = [
            str(python), "-P", str(DRIVER), module, str(folder), json.dumps(options)
        ]  # fmt: skip
        with log.open("ab") as printed:
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=printed,
                cwd=home,
                env={**_variables(home, python), **environment},
                start_new_session=True,
            )
        with suppress(OSError, AttributeError):
            os.sched_setaffinity(self._process.pid, limits.cores)
        _running.add(self)
        self._watch = threading.Thread(target=self._look, daemon=True)
        self._watch.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.end()

    @property
    def alive(self) -> bool:
        """Whether it can be asked more."""
        return self._process.poll() is None

    def ask(self, do: str, **more: Any) -> Reply:  # noqa: ANN401 - whatever JSON can hold
        """Give an order and wait for what comes of it.

        Raises:
            Fault: It failed, took too long, took too much, or died.
        """
        self._deadline = time.monotonic() + self._limits.order_s
        stdin, stdout = self._process.stdin, self._process.stdout
        if stdin is None or stdout is None:  # both are pipes
            raise AssertionError
        try:
            stdin.write(json.dumps({"do": do, **more}).encode() + b"\n")
            stdin.flush()
            line = stdout.readline(ANSWER_BYTES)
        except (OSError, ValueError):
            line = b""
        self._deadline = float("inf")
        if not line.endswith(b"\n"):
            self._kill()
            raise Fault(self._why or self._death())
        try:
            answer = json.loads(line)
            self.wanted = tuple(answer["wanted"])
            if "error" in answer:
                raise Fault(answer["error"])
            return Reply(value=answer["value"], seconds=answer["seconds"])
        except (ValueError, KeyError, TypeError) as error:
            self._kill()
            raise Fault(f"answered with what is no answer: {line[:80]!r}") from error

    def end(self) -> None:
        """Let it end by itself, then make it."""
        if self._process.stdin is not None:
            with suppress(OSError):
                self._process.stdin.close()
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(GRACE_S)
        self._kill()
        if self._process.stdout is not None:
            self._process.stdout.close()
        self._watch.join()

    def _look(self) -> None:
        """Watch until it is over."""
        while self._process.poll() is None:
            used = _memory_mib(self._process.pid)
            self.peak_mib = max(self.peak_mib, used)
            if used > self._limits.memory_mib:
                self.stop(f"took {used:,.0f} MiB of memory; {self._limits.memory_mib:,} allowed")
            elif time.monotonic() > self._deadline:
                self.stop(f"no answer within {self._limits.order_s:g} s")
            elif self._log.stat().st_size > LOG_BYTES:
                self.stop(f"printed more than {LOG_BYTES >> 20} MiB")
            time.sleep(LOOK_S)

    def stop(self, why: str) -> None:
        """End it now; whoever waits for an answer gets a Fault that says why."""
        self._why = self._why or why
        self._kill()

    def _kill(self) -> None:
        """End the process and all that it started."""
        with suppress(psutil.NoSuchProcess):
            for each in psutil.Process(self._process.pid).children(recursive=True):
                with suppress(psutil.NoSuchProcess):
                    each.kill()
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()

    def _death(self) -> str:
        """Say how it ended, with the last words of its log."""
        code = self._process.returncode
        how = f"killed by {signal.Signals(-code).name}" if code < 0 else f"ended with code {code}"
        return f"{how}: {last_words(self._log)}"


def end_all() -> None:
    """End every process that runs now: the benchmark is broken off."""
    for each in list(_running):
        each.stop("broken off")


def last_words(log: Path) -> str:
    """Return the last line of a log that says something."""
    with log.open("rb") as printed:
        printed.seek(max(0, log.stat().st_size - 4_096))
        lines = printed.read().decode(errors="replace").splitlines()
    return next((line.strip() for line in reversed(lines) if line.strip()), "it said nothing")


def _variables(home: Path, python: Path) -> dict[str, str]:
    """Return the few variables that a system's process gets."""
    return {
        "PATH": f"{python.parent}:{os.environ.get('PATH', '')}",
        "HOME": str(home),
        "TMPDIR": str(home),
        "LANG": "C.UTF-8",
        "PYTHONHASHSEED": "0",
        "PYTHONUTF8": "1",
        **ONE_THREAD,
        **OFFLINE,
    }


def _memory_mib(pid: int) -> float:
    """Return what a process and all that it started have in memory."""
    total = 0
    with suppress(psutil.Error):
        process = psutil.Process(pid)
        for each in (process, *process.children(recursive=True)):
            with suppress(psutil.Error):
                total += each.memory_info().rss
    return total / 2**20
