"""Asks a server everything that its own description allows, and much that it does not.

Schemathesis makes the requests from ``/openapi.json``. An answer that is a mistake (5xx), of a kind
or shape that is not described, or that takes what it should refuse, is a failure.

    python -m bench fuzz --examples 200

prints what it tried. What is left out, the tests ask.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bench import machine
from bench.server import Running, serving

#: Bounds on single values and every field left out, and made-up requests.
PHASES = ("coverage", "fuzzing")
#: What wants a body that is no JSON, and what wants a model.
LEFT_OUT = ("import_messages", "import_file", "embed")


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What came of it.

    Args:
        passed: Whether no answer was a failure.
        report: What schemathesis printed.
    """

    passed: bool
    report: str


def fuzz(running: Running, *, examples: int, phases: Sequence[str] = PHASES) -> Outcome:
    """Ask a server; the same requests each time.

    Args:
        running: The server.
        examples: Made-up requests a route.
        phases: Of PHASES.
    """
    options = {
        "--header": f"Authorization: Bearer {running.key('fuzzed')}",
        "--phases": ",".join(phases),
        "--max-examples": str(examples),
        "--workers": "2",
        # What is said of values in words (a moment not in the future) is refused rightly.
        "--exclude-checks": "positive_data_acceptance",
    }
    given = [part for option in options.items() for part in option]
    given += [part for name in LEFT_OUT for part in ("--exclude-operation-id", name)]
    with tempfile.TemporaryDirectory() as folder:  # it leaves files where it runs
        done = subprocess.run(
            [
                *(sys.executable, "-m", "schemathesis.cli", "run"),
                *(f"{running.url}/openapi.json", "--generation-deterministic", *given),
                "--continue-on-failure",
            ],
            capture_output=True,
            text=True,
            check=False,
            cwd=folder,
        )
    return Outcome(passed=done.returncode == 0, report=done.stdout + done.stderr)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run and print; say with 1 that an answer was a failure."""
    parser = argparse.ArgumentParser(prog="python -m bench fuzz", description=__doc__)
    parser.add_argument("--examples", type=int, default=100, help="made-up requests a route")
    given = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder, serving(Path(folder)) as running:
        done = fuzz(running, examples=given.examples)
    print(done.report)
    print(machine.line())
    return 0 if done.passed else 1


if __name__ == "__main__":
    sys.exit(main())
