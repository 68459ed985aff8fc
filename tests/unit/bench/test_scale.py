"""``python -m bench scale`` grows one file, measures at each size, and does nothing twice."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from bench import machine, process, scale, speed
from bench.synthetic import TOPICS, Talk, Topics
from bench.timing import Sample, spread
from mnemos import Memory, TokenEmbedder


@pytest.fixture
def ran(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, int]]:
    """Run the steps here, and few of them; return which ran."""
    found: list[tuple[str, int]] = []

    def run(
        name: str, path: Path, turns: int, had: int, say: Callable[[float], None] = print
    ) -> scale.Figures:
        found.append((name, turns))
        assert say is not None
        return scale.step(name, path, turns, had)

    monkeypatch.setattr(scale, "run", run)
    monkeypatch.setattr(scale, "SINGLE_WRITES", 8)
    monkeypatch.setattr(speed, "SINGLE_WRITES", 8)
    monkeypatch.setattr(scale, "QUESTIONS", 3)
    monkeypatch.setattr(scale, "OPENINGS", 2)
    monkeypatch.setattr(machine, "fingerprint", lambda *_: "a" * 64)
    return found


def measured(folder: Path, *arguments: str) -> dict[str, scale.Figures]:
    assert scale.main(["--out", str(folder), "--keep", *arguments]) == 0
    kept: dict[str, scale.Figures] = json.loads((machine.RESULTS / "scale.json").read_text())[
        "rows"
    ]
    return kept


def test_one_file_grows_and_is_measured_at_each_size(
    tmp_path: Path, ran: list[tuple[str, int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(machine, "RESULTS", tmp_path / "results")
    rows = measured(tmp_path, "--turns", "70", "40", "130", "--with-vectors", "70")
    assert list(rows) == ["130", "40", "70"]
    assert [rows[size]["imported"] for size in ("40", "70", "130")] == [40, 70, 130]
    # 8 single turns a size, and 8 with vectors
    assert [rows[size]["turns"] for size in ("40", "70", "130")] == [56, 102, 170]
    assert rows["40"]["file MiB"] < rows["70"]["file MiB"] < rows["130"]["file MiB"]
    for row in rows.values():
        for name in ("write", "recall C0"):
            assert 0 < row[f"{name} p50 ms"] <= row[f"{name} p95 ms"] <= row[f"{name} p99 ms"]
        assert 0 < row["open and answer C0 p50 ms"] <= row["open and answer C0 p100 ms"]
        assert min(row["import peak MiB"], row["reader C0 peak MiB"]) > 10
        parts = sum(value for name, value in row.items() if name.startswith("part "))
        assert parts * row["turns"] == pytest.approx(row["file MiB"] * 2**20)
        assert row["text bytes/turn"] < row["bytes/turn"] < parts
    assert rows["70"]["recall C3 p50 ms"] > 0
    assert rows["70"]["vector bytes/turn"] > 48
    assert "recall C3 p50 ms" not in rows["130"]
    assert [size for name, size in ran if name == "import"] == [40, 70, 130]
    path = next(tmp_path.glob("*.mnemos"))
    with Memory(path, embedder=None) as memory:
        said = [item.text for item in memory.browse(limit=1_000).items if item.speaker != "Cleo"]
    assert len(set(said)) == 130


def test_what_was_measured_is_not_measured_again(
    tmp_path: Path, ran: list[tuple[str, int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(machine, "RESULTS", tmp_path / "results")
    first = measured(tmp_path, "--turns", "30", "60", "--with-vectors", "0")
    ran.clear()
    assert measured(tmp_path, "--turns", "30", "60", "--with-vectors", "0") == first
    assert ran == []
    more = measured(tmp_path, "--turns", "30", "60", "90", "--with-vectors", "0")
    assert {"30": more["30"], "60": more["60"]} == first
    assert {size for name, size in ran if name != "count"} == {90}
    monkeypatch.setattr(machine, "fingerprint", lambda *_: "b" * 64)
    ran.clear()
    measured(tmp_path, "--turns", "30", "--with-vectors", "0")
    assert ("import", 30) in ran
    assert [file.name for file in tmp_path.glob("*.mnemos")] == ["bbbbbbbbbbbb.mnemos"]


def test_what_was_broken_off_is_gone_on_with(
    tmp_path: Path, ran: list[tuple[str, int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(machine, "RESULTS", tmp_path / "results")
    whole = scale.write

    def broken(*_: object) -> scale.Figures:
        raise KeyboardInterrupt

    monkeypatch.setattr(scale, "write", broken)
    with pytest.raises(KeyboardInterrupt):
        measured(tmp_path, "--turns", "45", "--with-vectors", "0")
    monkeypatch.setattr(scale, "write", whole)
    rows = measured(tmp_path, "--turns", "45", "--with-vectors", "0")
    assert [name for name, _ in ran].count("import") == 1
    assert rows["45"]["imported"] == 45
    assert rows["45"]["import turns/s"] > 0


def test_a_smaller_size_than_the_file_begins_a_new_one(
    tmp_path: Path, ran: list[tuple[str, int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(machine, "RESULTS", tmp_path / "results")
    measured(tmp_path, "--turns", "60", "--with-vectors", "0")
    rows = measured(tmp_path, "--turns", "30", "60", "--with-vectors", "0")
    assert [rows[size]["imported"] for size in ("30", "60")] == [30, 60]
    assert [size for name, size in ran if name == "import"] == [60, 30]


def test_a_step_runs_in_a_process_of_its_own(tmp_path: Path) -> None:
    shares: list[float] = []
    path = tmp_path / "m.mnemos"
    found = scale.run("import", path, 60, 0, shares.append)
    assert shares == [0.5, 1.0]
    assert found["import turns/s"] > 0
    with pytest.raises(RuntimeError, match="'count' at 9 turns ended with 1"):
        scale.run("count", tmp_path / "nowhere" / "m.mnemos", 9, 0)


def test_a_talk_goes_on_where_it_was_and_keeps_to_its_topic() -> None:
    whole = dict(Talk(topical=True).sessions(70))
    parts = {name: [*each] for name, each in Talk(topical=True).sessions(40)}
    for name, each in Talk(topical=True).sessions(70, first=40):
        parts.setdefault(name, []).extend(each)
    assert parts == whole
    assert [len(each) for each in whole.values()] == [30, 30, 10]


def test_texts_of_one_topic_are_near_each_other() -> None:
    model, talk = Topics(), Talk(topical=True)
    assert isinstance(model, TokenEmbedder)
    texts = [m["content"] for s in (3, TOPICS + 3, 4, 5) for m in talk.session(s, 8)]
    vectors = model.encode(texts).astype(np.float64)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    near = vectors @ vectors.T
    within, between = near[:8, 8:16].mean(), near[:16, 16:].mean()
    assert within > between + 0.3
    assert np.array_equal(Topics().encode(texts[:2]), model.encode(texts[:2]))


def test_a_sample_holds_few_of_many_and_tells_their_spread() -> None:
    sample = Sample(room=100)
    for number in range(10_000):
        sample.add(number / 1e3)
    assert sample.count == 10_000
    assert len(sample.seconds) == 100
    told = spread("write", sample.seconds)
    assert 3_000 < told["write p50 ms"] < 7_000 < told["write p95 ms"] <= told["write p99 ms"]


def test_a_process_knows_what_it_takes(tmp_path: Path) -> None:
    before = process.open_files()
    with (tmp_path / "file").open("w"):
        assert process.open_files() == before + 1
    assert 0 < process.resident_mib() <= process.peak_mib()
