"""A system that hangs, dies, eats, babbles or phones home is told of, and the others go on."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import psutil
import pytest
from numpy.typing import NDArray

from bench.compare import child
from bench.compare.child import Limits
from bench.compare.environments import ready
from bench.compare.records import Key, Unit
from bench.compare.units import Job, run
from bench.compare.vectors import Cache, Endpoint
from bench.conversation import Conversation, Question, Turn
from bench.systems import SYSTEMS
from mnemos.models.scripted import ScriptedTokenEmbedder

ROOT = Path(__file__).parents[3]
MODULE = "tests.unit.bench.misbehaving"
ASKED = ("What came first?", "What came second?")


@pytest.fixture(autouse=True)
def registered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(SYSTEMS, "misbehaving", MODULE)


@pytest.fixture
def endpoint(tmp_path: Path) -> Iterator[Endpoint]:
    cache = Cache(tmp_path / "vectors.sqlite", ScriptedTokenEmbedder())
    with Endpoint(cache) as served:
        yield served
    cache.close()


def conversation() -> Conversation:
    turns = tuple(
        Turn(ref=f"t{n}", session="s", text=f"The {word} thing that was said", speaker="Ann")
        for n, word in enumerate(("first", "second", "third"))
    )
    questions = tuple(
        Question(
            qid=f"q{n}", text=text, category="one", gold=frozenset({f"t{n}"}), audited=frozenset()
        )
        for n, text in enumerate(ASKED)
    )
    return Conversation(
        dataset="made up",
        name="1",
        turns=turns,
        questions=questions,
        asked_at=datetime(2026, 1, 1, tzinfo=UTC),
    )


def outcome(does: str, endpoint: Endpoint, folder: Path, **limits: float) -> Unit:
    job = Job(
        key=Key(system="misbehaving", variant=does, dataset="made up", conversation="1"),
        conversation=conversation(),
        environment=ready("misbehaving"),
        limits=Limits(
            cores=(min(os.sched_getaffinity(0)),),
            memory_mib=int(limits.get("memory_mib", 400)),
            order_s=limits.get("order_s", 60.0),
        ),
        run=folder / "run",
    )
    return run(job, endpoint)


def test_one_that_behaves_is_written_closed_opened_and_asked(
    endpoint: Endpoint, tmp_path: Path
) -> None:
    unit = outcome("behaves", endpoint, tmp_path)
    assert unit.failure is None
    assert unit.cost is not None
    assert unit.cost.turns == 3
    assert unit.cost.bytes > 0
    assert unit.cost.cold_s is not None
    assert unit.cost.peak_mib > 1
    assert [asked.ranked for asked in unit.asked] == [("t0", "t1", "t2")] * 2
    assert not (tmp_path / "run" / "passing").exists() or not any(
        (tmp_path / "run" / "passing").rglob("turns.txt")
    )


@pytest.mark.parametrize(
    ("does", "limits", "told"),
    [
        ("hangs", {"order_s": 3.0}, "no answer within 3 s"),
        ("dies", {}, "ended with code 3: no such luck"),
        ("eats", {}, "MiB of memory; 400 allowed"),
        ("eats_elsewhere", {}, "MiB of memory; 400 allowed"),
        ("garbles", {}, "answered with what is no answer: b'what is this?"),
        ("insists_on_the_network", {}, "answers no question: PermissionError: wants the network"),
    ],
)
def test_what_went_wrong_is_told_in_its_own_words(
    does: str, limits: dict[str, float], told: str, endpoint: Endpoint, tmp_path: Path
) -> None:
    unit = outcome(does, endpoint, tmp_path, **limits)
    assert unit.failure is not None
    assert told in unit.failure
    assert not unit.asked
    assert unit.wanted == (("192.0.2.1",) if "network" in does else ())


def test_a_flood_of_output_is_stopped(
    endpoint: Endpoint, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(child, "LOG_BYTES", 2**20)
    assert outcome("floods", endpoint, tmp_path).failure == "printed more than 1 MiB"


def test_what_is_printed_cannot_garble_the_answers(endpoint: Endpoint, tmp_path: Path) -> None:
    unit = outcome("babbles", endpoint, tmp_path)
    assert unit.failure is None
    assert [asked.ranked for asked in unit.asked] == [("t0", "t1", "t2")] * 2


def test_a_host_that_was_wanted_in_silence_is_named(endpoint: Endpoint, tmp_path: Path) -> None:
    unit = outcome("phones_home", endpoint, tmp_path)
    assert unit.failure is None
    assert unit.wanted == ("telemetry.example.org",)


def test_a_question_that_fails_costs_itself_only(endpoint: Endpoint, tmp_path: Path) -> None:
    unit = outcome("fails_sometimes", endpoint, tmp_path)
    assert unit.failure is None
    assert [asked.fault for asked in unit.asked] == ["ValueError: cannot count to one", None]
    assert [asked.ranked for asked in unit.asked] == [(), ("t0", "t1", "t2")]


def test_nothing_that_it_started_is_left(
    endpoint: Endpoint, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    noted = tmp_path / "child"
    real = child._variables
    monkeypatch.setattr(child, "_variables", lambda *its: {**real(*its), "CHILD": str(noted)})
    unit = outcome("leaves_a_child", endpoint, tmp_path, order_s=4.0)
    assert unit.failure == "no answer within 4 s"
    left = int(noted.read_text(encoding="utf-8"))
    _wait_until(lambda: not _runs(left))


def test_systems_end_when_the_benchmark_is_killed(tmp_path: Path) -> None:
    noted = tmp_path / "pid"
    code = f"""
import time
from pathlib import Path
from bench.compare.child import Child, Limits
child = Child(Path({sys.executable!r}), {MODULE!r}, folder=Path({str(tmp_path / "store")!r}),
    options={{"settings": {{"does": "hangs"}}, "vectors": "", "asked_at": "2026-01-01T00:00:00"}},
    environment={{}}, limits=Limits(cores=(0,)), log=Path({str(tmp_path / "log")!r}))
child.ask("open")
Path({str(noted)!r}).write_text(str(child._process.pid))
child.ask("search", question="?", limit=1)
"""
    parent = subprocess.Popen([sys.executable, "-c", code], cwd=ROOT)
    _wait_until(noted.exists)
    pid = int(noted.read_text(encoding="utf-8"))
    parent.send_signal(signal.SIGKILL)
    parent.wait()
    _wait_until(lambda: not _runs(pid))


def _runs(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def _wait_until(true: object) -> None:
    for _ in range(600):
        if callable(true) and true():
            return
        time.sleep(0.1)
    pytest.fail("waited a minute in vain")


def test_vectors_are_kept_and_their_cost_is_charged_to_everyone(tmp_path: Path) -> None:
    asked: list[str] = []

    class Counting(ScriptedTokenEmbedder):
        def encode(self, texts: object) -> NDArray[np.float32]:
            asked.extend(texts)  # type: ignore[arg-type]
            return super().encode(texts)  # type: ignore[arg-type]

    cache = Cache(tmp_path / "vectors.sqlite", Counting())
    first, cost = cache.encode(["tea", "jazz", "tea"])
    again, same_cost = cache.encode(["tea", "jazz", "tea"])
    cache.close()
    assert asked == ["tea", "jazz"]
    assert np.array_equal(first, again)
    assert np.allclose(np.linalg.norm(first, axis=1), 1)
    assert cost == same_cost > 0
