from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from click.testing import CliRunner

from mnemos import models
from mnemos.serve.cli import main
from tests.unit.serve.command_line import Ended, Run, Start

SRC = Path(__file__).parents[3] / "src"


@pytest.fixture
def mnemos(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run a command line in this process, in a folder of its own."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("MNEMOS_FILE", raising=False)
    monkeypatch.delenv("MNEMOS_RECIPE", raising=False)
    monkeypatch.setenv("COLUMNS", "100")

    def run(*arguments: str, stdin: str | bytes = b"") -> Ended:
        with CliRunner().isolation(input=stdin) as (out, err, _):
            with pytest.raises(SystemExit) as ended:
                main(arguments)
            sys.stdout.flush()
            sys.stderr.flush()
            code = ended.value.code
            return Ended(
                code=code if isinstance(code, int) else 0,
                out=out.getvalue().decode(),
                err=err.getvalue().decode(),
            )

    return run


@pytest.fixture
def started(tmp_path: Path) -> Iterator[Start]:
    """Start a command line as a process of its own, deaf to no signal though we may be."""

    def start(arguments: Sequence[str]) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [sys.executable, "-m", "mnemos.serve.cli", *arguments],
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": str(SRC), "COLUMNS": "80"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )

    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield start
    signal.signal(signal.SIGINT, before)


@pytest.fixture
def told(mnemos: Run) -> Run:
    """Run command lines over a memory that holds three messages."""
    Path("said.jsonl").write_text(
        "\n".join(
            json.dumps({"role": "user", "session": session, **message})
            for session, message in (
                (
                    "one",
                    {
                        "name": "Ada",
                        "content": "I moved to Porto in May",
                        "id": "a",
                        "said_at": "2026-05-03T10:00:00Z",
                        "metadata": {"where": "pt"},
                    },
                ),
                (
                    "one",
                    {
                        "name": "Ben",
                        "content": "Are the trams still yellow?",
                        "id": "b",
                        "said_at": "2026-05-03T10:01:00Z",
                    },
                ),
                (
                    "two",
                    {
                        "name": "Ada",
                        "content": "My cello needs a new bow",
                        "id": "c",
                        "said_at": "2026-06-01T10:00:00Z",
                    },
                ),
            )
        ),
        encoding="utf-8",
    )
    assert mnemos("remember", "said.jsonl").code == 0
    return mnemos


@pytest.fixture
def models_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the embedders "scripted", "other" and "failing" be chosen by name."""
    here = "tests.unit.serve.command_line"
    scripted = "mnemos.models.scripted:ScriptedTokenEmbedder"
    monkeypatch.setitem(models.EMBEDDERS, "scripted", scripted)
    monkeypatch.setitem(models.EMBEDDERS, "other", f"{here}:other")
    monkeypatch.setitem(models.EMBEDDERS, "failing", f"{here}:failing")
