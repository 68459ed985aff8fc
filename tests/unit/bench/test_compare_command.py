"""``python -m bench compare``: all systems on the same questions; resumed if it was broken off."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from bench.compare import command, records, resumed
from bench.compare.child import Fault
from bench.compare.environments import Environment
from bench.compare.units import Job
from bench.compare.units import run as run_unit
from bench.compare.vectors import Endpoint
from bench.systems import SYSTEMS, system
from mnemos.models.scripted import ScriptedTokenEmbedder

MODULE = "tests.unit.bench.misbehaving"
WORDS = ("jazz", "tea", "boats", "chess", "moon", "alps", "parrots", "maps")


@pytest.fixture(autouse=True)
def registered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(SYSTEMS, "misbehaving", MODULE)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    lines = [
        {
            "dataset": "made up",
            "conv_id": name,
            "turns": [
                {
                    "id": f"{n}",
                    "session": "one",
                    "ts": "2026-01-02T10:00:00Z",
                    "speaker": "Ann",
                    "text": f"All that I know of {word}.",
                }
                for n, word in enumerate(WORDS)
            ],
            "questions": [
                {
                    "qid": f"{name}{n}",
                    "question": f"What is known of {word}?",
                    "answer": word,
                    "category": "void" if word == "maps" else "one",
                    "gold": [] if word == "maps" else [f"{n}"],
                }
                for n, word in enumerate(WORDS)
            ],
        }
        for name in "ab"
    ]
    path = tmp_path / "made_up.jsonl"
    path.write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    return path


def ran(data: Path, *more: str) -> tuple[dict[str, Any], Path]:
    run = data.parent / "run"
    cache = data.parent / "vectors.sqlite"
    given = ["--data", str(data), "--run", str(run), "--cache", str(cache), *more]
    assert command.main(given, embedder=ScriptedTokenEmbedder()) == 0
    summary: dict[str, Any] = json.loads((run / "summary.json").read_text(encoding="utf-8"))
    return summary, run


def test_every_system_is_asked_the_same_and_held_against_the_same(data: Path) -> None:
    systems = ["bm25:best", "rrf", "last", "oracle", "misbehaving:behaves", "misbehaving:dies"]
    summary, run = ran(data, "--systems", *systems, "--peers-on", "made up")
    rows = summary["systems"]
    assert list(rows) == [
        "BM25 best",
        "RRF default",
        "RRF best",
        "last turns",
        "oracle",
        "misbehaving behaves",
        "misbehaving dies",
    ]
    told = {row: its["data"]["made up"] for row, its in rows.items()}
    assert told["oracle"]["means"]["R@5"] == told["BM25 best"]["means"]["R@5"] == 1.0
    assert told["last turns"]["means"]["R@5"] == pytest.approx(4 / 7, abs=1e-6)  # one is a map
    assert told["last turns"]["intervals"]["R@5"] == pytest.approx([4 / 7, 4 / 7], abs=1e-6)
    against = told["last turns"]["against"]["RRF best"]["R@5"]
    assert against["mean"] == pytest.approx(-3 / 7)
    assert told["misbehaving dies"] == {
        "wanted": [],
        "failure": "2 of 2 conversations: ended with code 3: no such luck",
    }
    assert told["BM25 best"]["abstention"]["unanswerable"] == 2
    assert summary["data"]["made up"] == {
        "conversations": 2,
        "turns": 16,
        "questions": 16,
        "answerable": 14,
    }
    lines = records.lines(run, "made up", "a")
    assert lines["0"].text == "[2026-01-02] Ann: All that I know of jazz."
    assert lines["0"].tokens > 0


@pytest.mark.parametrize("named", command.USUAL)
def test_what_is_compared_by_default_is_registered_with_its_variant(named: str) -> None:
    name, _, variant = named.partition(":")
    assert name in SYSTEMS
    assert not variant or variant in system(name).settings


def test_what_has_run_is_not_run_again_and_what_failed_is(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    systems = ["--systems", "bm25:best", "misbehaving:dies", "--peers-on", "all"]
    before, _ = ran(data, *systems)
    run: list[str] = []
    real = run_unit

    def noted(job: Job, endpoint: Endpoint) -> records.Unit:
        run.append(job.key.variant)
        return real(job, endpoint)

    monkeypatch.setattr(resumed, "run_unit", noted)
    after, _ = ran(data, *systems)
    assert run == ["dies", "dies"]
    assert after["systems"] == before["systems"]


def test_a_run_that_was_broken_off_goes_on_where_it_was(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = run_unit
    run: list[str] = []

    def interrupted(job: Job, endpoint: Endpoint) -> records.Unit:
        if run:
            raise KeyboardInterrupt
        run.append(job.key.conversation)
        return real(job, endpoint)

    monkeypatch.setattr(resumed, "run_unit", interrupted)
    given = ("--systems", "bm25:best", "--cores", "0")
    with pytest.raises(KeyboardInterrupt):
        ran(data, *given)

    def noted(job: Job, endpoint: Endpoint) -> records.Unit:
        run.append("again")
        return real(job, endpoint)

    monkeypatch.setattr(resumed, "run_unit", noted)
    summary, _ = ran(data, *given)
    assert run == ["a", "again"]
    assert summary["systems"]["BM25 best"]["data"]["made up"]["means"]["R@5"] == 1.0


def test_a_conversation_is_the_same_in_every_process(tmp_path: Path) -> None:
    turns = [
        {"id": f"{n}", "session": "s", "speaker": "Ann", "text": word}
        for n, word in enumerate(WORDS)
    ]
    asked = {"qid": "q", "question": "What?", "answer": "all", "category": "one"}
    gold = [turn["id"] for turn in turns]
    whole = {"dataset": "d", "conv_id": "c", "turns": turns, "questions": [{**asked, "gold": gold}]}
    (tmp_path / "d.jsonl").write_text(json.dumps(whole), encoding="utf-8")
    code = (
        "from pathlib import Path; from bench import data; from bench.compare import units; "
        f"(each,) = data.all_of(Path({str(tmp_path / 'd.jsonl')!r})); print(units._told(each))"
    )

    def told(seed: str) -> str:
        environment = {**os.environ, "PYTHONHASHSEED": seed}
        command = [sys.executable, "-c", code]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
        return done.stdout

    assert told("1") == told("2")
    assert json.loads(told("1"))["questions"][0]["gold"] == sorted(gold)


def test_quality_is_the_same_to_the_last_digit_and_the_spread_is_told(data: Path) -> None:
    summary, _ = ran(data, "--systems", "rrf:best", "random", "--repeats", "3")
    for row in ("RRF best", "random"):
        spread = summary["systems"][row]["data"]["made up"]["spread"]
        assert spread.pop("runs") == 3
        assert set(spread.values()) == {0.0}


def test_what_cannot_be_installed_is_told_in_its_row(
    data: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def refused(name: str) -> Environment:
        raise Fault(f"cannot be installed: no {name} on this machine")

    monkeypatch.setattr(command, "ready", refused)
    summary, _ = ran(data, "--systems", "misbehaving:behaves")
    row = summary["systems"]["misbehaving behaves"]
    assert row["failure"] == "cannot be installed: no misbehaving on this machine"
    assert "no misbehaving on this machine" in capsys.readouterr().out


def test_a_run_ends_with_a_report_and_plots_and_says_where(
    data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    summary, run = ran(data, "--systems", "bm25:best", "oracle")
    assert f"to look at: {run / 'report.html'}" in capsys.readouterr().out
    page = (run / "report.html").read_text(encoding="utf-8")
    assert summary["machine"] in page and "BM25 best" in page
    drawn = sorted(path.name for path in (run / "plots").iterdir())
    assert {"made_up-quality.svg", "made_up-quality.png"} <= set(drawn)


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (["--systems", "nobody"], "no system 'nobody'; there are: mnemos, bm25"),
        (["--systems", "bm25:worst"], "bm25 has no variant 'worst'; it has: default, best"),
        (["--data", "/nowhere.jsonl"], "/nowhere.jsonl"),
        (["--data", "{data}", "{data}"], "conversation 'a' of 'made up' is there 2 times"),
    ],
)
def test_what_is_not_there_is_named(given: Sequence[str], told: str, data: Path) -> None:
    with pytest.raises(SystemExit, match=told):
        ran(data, *(each.format(data=data) for each in given))
