"""A virtual environment for each system, made once from its pins: ``python -m bench environments``.

Which distributions a product pulls in is written down in ``bench/peers/locks`` the first time and
installed from there afterwards. What comes from the working tree is installed anew when it changed.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from rich.console import Console
from rich.table import Table

from bench import machine
from bench.compare.child import Fault
from bench.systems import SYSTEMS, system
from bench.systems.adapter import System

ROOT = Path(__file__).parent.parent.parent
FOLDER = ROOT / "bench" / "environments"
LOCKS = ROOT / "bench" / "peers" / "locks"
STAMP = "mnemos-bench.json"
IMPORT_RUNS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Environment:
    """Where a system runs, and what it cost to get there.

    Args:
        wanted: A hash of all that is to be in it.
        versions: Name → version of every distribution in it.
        install_mb: Of all files that pip installed; 0 where the benchmark's own Python serves.
        import_s: Seconds that importing it takes in a fresh process, beyond Python's own start.
        made_in_s: Seconds that installing took.
    """

    python: Path
    wanted: str
    versions: dict[str, str]
    install_mb: float
    import_s: float
    made_in_s: float


def ready(name: str, folder: Path = FOLDER) -> Environment:
    """Return a system's environment; make it if it is not there or no longer as pinned.

    Raises:
        Fault: It cannot be installed; with pip's last words.
    """
    known = system(name)
    if not known.requirements:
        return Environment(
            python=Path(sys.executable),
            wanted="",
            versions={},
            install_mb=0,
            import_s=0,
            made_in_s=0,
        )
    place = folder / name
    made = _made(place)
    if made is not None and made["wanted"] == _wanted(name, known):
        return Environment(**{**made, "python": _python(place)})
    start = time.perf_counter()
    shutil.rmtree(place, ignore_errors=True)
    _run([sys.executable, "-m", "venv", str(place)])
    _install(name, known, place)
    environment = Environment(
        python=_python(place),
        wanted=_wanted(name, known),
        versions=_versions(place),
        install_mb=_size_mb(place),
        import_s=_import_s(_python(place), known.imports),
        made_in_s=round(time.perf_counter() - start, 1),
    )
    _stamp(environment)
    return environment


def _install(name: str, known: System, place: Path) -> None:
    pip = [str(_python(place)), "-m", "pip", "--disable-pip-version-check"]
    lock = _lock(name)
    if lock.exists():
        _run([*pip, "install", "--quiet", "--no-deps", "--requirement", str(lock)])
        return
    _run([*pip, "install", "--quiet", *known.requirements])
    if known.kind == "peer":
        lock.write_text(_run([*pip, "freeze"]), encoding="utf-8")


def _wanted(name: str, known: System) -> str:
    """Return a hash of all that is to be in an environment."""
    parts = [sys.version, *known.requirements]
    if _lock(name).exists():
        parts.append(_lock(name).read_text(encoding="utf-8"))
    for each in known.requirements:
        if each.startswith("./"):
            parts += _sources(ROOT / each)
    return sha256("\n".join(parts).encode()).hexdigest()


def _lock(name: str) -> Path:
    return LOCKS / f"{name}.txt"


def _sources(path: Path) -> list[str]:
    """Return hashes of the files that a distribution of ours is made of."""
    files = [path / "pyproject.toml", *sorted((path / "src").rglob("*"))]
    return [
        f"{file.relative_to(path)} {sha256(file.read_bytes()).hexdigest()}"
        for file in files
        if file.is_file() and "__pycache__" not in file.parts
    ]


def _made(place: Path) -> dict[str, Any] | None:
    try:
        found: dict[str, Any] = json.loads((place / STAMP).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return found


def _python(place: Path) -> Path:
    return place / "bin" / "python"


def _run(command: Sequence[str], folder: Path = ROOT) -> str:
    """Run a command in a folder, by default the root of the project; return what it prints."""
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode:
        lines = [line.strip() for line in done.stderr.splitlines() if line.strip()]
        told = [line for line in lines if line.startswith("ERROR")] or lines
        raise Fault(f"cannot be installed: {' '.join(told[:2])[:500]}")
    return done.stdout


def _versions(place: Path) -> dict[str, str]:
    listed = _run([str(_python(place)), "-m", "pip", "list", "--format", "json"])
    ours = ("pip", "setuptools")
    return {
        each["name"]: each["version"] for each in json.loads(listed) if each["name"] not in ours
    }


def _size_mb(place: Path) -> float:
    """Return the size of what is installed, without pip itself and compiled copies of sources."""
    packages = next((place / "lib").glob("python*/site-packages"))
    outside = ("pip", "setuptools", "_distutils_hack", "pkg_resources")
    total = sum(
        file.stat().st_size
        for file in packages.rglob("*")
        if file.is_file()
        and "__pycache__" not in file.parts
        and file.relative_to(packages).parts[0].split("-")[0] not in outside
    )
    return round(total / 1e6, 1)


def _import_s(python: Path, statement: str | None) -> float:
    """Return what importing takes in a fresh process beyond Python's own start; the median."""
    if statement is None:
        return 0.0
    clock = "time.perf_counter()"
    code = f"import time; start = {clock}; {statement}; print({clock} - start)"
    with TemporaryDirectory() as empty:  # some leave folders where they are imported
        _run([str(python), "-c", code], Path(empty))  # compiles what no one has imported yet
        told = [_run([str(python), "-c", code], Path(empty)) for _ in range(IMPORT_RUNS)]
    runs = [float(each.split()[-1]) for each in told]
    return round(machine.percentile(runs, 0.5), 3)


def timed_again(made: Environment, statement: str | None) -> Environment:
    """Return an environment with its import timed anew, and keep that."""
    environment = replace(made, import_s=_import_s(made.python, statement))
    _stamp(environment)
    return environment


def _stamp(made: Environment) -> None:
    stamp = {**asdict(made), "python": str(made.python)}
    (made.python.parent.parent / STAMP).write_text(json.dumps(stamp), encoding="utf-8")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run from the command line."""
    parser = argparse.ArgumentParser(prog="python -m bench environments", description=__doc__)
    parser.add_argument("names", nargs="*", help="systems; all if none is named")
    given = parser.parse_args(arguments)
    console = Console()
    table = Table(title="Environments", caption=machine.line())
    for column in ("system", "version", "distributions", "MB", "import s", "made in s", ""):
        table.add_column(column)
    failed = False
    systems = {name: system(name) for name in given.names or SYSTEMS}
    for name, known in systems.items():
        if not known.requirements:  # it runs where this runs
            continue
        with console.status(f"{name} …"):
            try:
                made = timed_again(ready(name), known.imports)
            except Fault as fault:
                failed = True
                table.add_row(name, "", "", "", "", "", str(fault))
                continue
        version = made.versions.get(known.package or "", "")
        figures = (len(made.versions), made.install_mb, made.import_s, made.made_in_s)
        table.add_row(name, version, *(f"{each:,}" for each in figures), "")
    console.print(table)
    return int(failed and bool(given.names))
