"""``python -m bench endurance`` tells what was lost, and that nothing was."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from rich.console import Console
from rich.progress import Progress

from bench import endurance, machine, process
from mnemos import Memory


@pytest.fixture
def quiet() -> Progress:
    return Progress(console=Console(file=io.StringIO()))


def test_two_processes_lose_nothing_and_it_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(machine, "RESULTS", tmp_path)
    monkeypatch.setattr(endurance, "TURNS_BEFORE", 30)
    given = ["--minutes", "0.02", "--processes", "2", "--spaces", "12", "--with-vectors", "--keep"]
    assert endurance.main(given) == 0
    assert "no faults" in capsys.readouterr().out
    kept = json.loads((tmp_path / "endurance.json").read_text())
    figures = kept["figures"]
    assert (kept["faults"], kept["level"], kept["processes"]) == (0, "c3", 2)
    assert figures["acknowledged turns"] >= 2
    for name in ("write together", "ask together"):
        assert 0 < figures[f"{name} p50 ms"] <= figures[f"{name} p99 ms"]
    assert figures["handles, first tenth"] == figures["handles, last tenth"] > 3
    assert figures["process 1, MiB at end"] > 10
    assert figures["WAL at most MiB"] > 0


def test_a_lost_turn_ends_with_1_and_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def more(path: Path, number: int) -> dict[str, str]:
        return {**honest(path, number), "p0n999": "Never stored."}

    honest = endurance.acknowledged
    monkeypatch.setattr(endurance, "acknowledged", more)
    monkeypatch.setattr(endurance, "TURNS_BEFORE", 30)
    monkeypatch.setattr(machine, "RESULTS", tmp_path)
    assert endurance.main(["--minutes", "0.01", "--processes", "1", "--spaces", "4"]) == 1
    assert "fault: acknowledged turns lost: 1, first p0n999" in capsys.readouterr().out
    assert list(tmp_path.iterdir()) == []


def test_an_audit_tells_what_is_lost_altered_twice_or_unheard_of(tmp_path: Path) -> None:
    path = tmp_path / "m.mnemos"
    with Memory(path, embedder=None) as memory:
        for ref, session in (("a", "1"), ("b", "1"), ("b", "2"), ("d", "1")):
            memory.remember({"role": "user", "content": f"Turn {ref}.", "id": ref}, session=session)
    assert endurance.audit(path, {"a": "Turn a!", "b": "Turn b.", "c": "Turn c."}) == [
        "acknowledged turns lost: 1, first c",
        "acknowledged turns that read otherwise: 1, first a",
        "turns there more than once: 1, first b",
        "turns that no process was told of: 1, first d",
    ]
    with Memory(path, embedder=None) as memory, memory._store.writing() as transaction:
        transaction.tables._connection.execute("UPDATE text SET body = 'Else.' WHERE no = 1")  # type: ignore[attr-defined]
    assert any(fault.startswith("verify: ") for fault in endurance.audit(path, {}))


def test_a_process_that_ends_badly_is_a_fault(
    tmp_path: Path, quiet: Progress, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(endurance, "TURNS_BEFORE", 30)
    path = tmp_path / "m.mnemos"
    honest = process.start

    def start(module: str, arguments: list[str]) -> object:
        return honest(module, [*arguments, "--unheard-of"])

    endurance.ledger_of(path, 0).write_text("")
    monkeypatch.setattr(process, "start", start)
    _, faults = endurance.together(path, 1, 0.1, quiet, vectors=False)
    assert faults == ["process 0 ended with status 2"]


def test_what_rises_is_a_fault() -> None:
    flat = {"handles, first tenth": 60.0, "handles, last tenth": 60.0}
    grown = {"memory MiB, first tenth": 60.0, "memory MiB, last tenth": 90.0}
    assert endurance.risen({**flat, **grown}) == ["memory rose from 60 to 90 MiB"]
    leaking = {"handles, first tenth": 60.0, "handles, last tenth": 63.0}
    level = {"memory MiB, first tenth": 60.0, "memory MiB, last tenth": 61.0}
    assert endurance.risen({**leaking, **level}) == ["handles rose from 60 to 63"]


def test_spaces_that_are_never_closed_are_told(
    tmp_path: Path, quiet: Progress, monkeypatch: pytest.MonkeyPatch
) -> None:
    left: list[Memory] = []
    closing = Memory.close

    def leave(memory: Memory) -> None:
        left.append(memory)

    monkeypatch.setattr(Memory, "close", leave)
    figures, faults = endurance.many(tmp_path, 10, quiet)
    for memory in left:
        closing(memory)
    assert figures["handles, last tenth"] > figures["handles, first tenth"]
    assert any(fault.startswith("handles rose from") for fault in faults)
