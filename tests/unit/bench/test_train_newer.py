"""``python -m bench train-newer`` learns which turn leads, and tells how well, left out."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bench import train_newer
from bench.train_newer import WRITERS, figures, main, of_scenario
from bench.updates_set import SETS, Update, read
from mnemos.recall.telling import FEATURES


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave most scenarios out: what is learnt of the others is enough to see how."""

    def first(path: Path) -> tuple[Update, ...]:
        return read(path)[:12]

    monkeypatch.setattr(train_newer, "read", first)


@pytest.mark.usefixtures("few")
def test_the_same_scenarios_give_the_same_bytes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    written = []
    for name in ("one", "other"):
        monkeypatch.setattr(train_newer, "WEIGHTS", tmp_path / name)
        assert main(["--writers", "a", "d", "--keep"]) == 0
        written.append((tmp_path / name).read_text())
    assert written[0] == written[1]
    stored = json.loads(written[0])
    assert stored["provenance"]["data"] == ["a", "d"]
    assert {name for tree in stored["trees"] for name, _ in tree["exceed"]} <= set(FEATURES)
    assert "learnt" in capsys.readouterr().out


@pytest.mark.usefixtures("few")
def test_nothing_is_written_unless_it_is_to_be_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(train_newer, "WEIGHTS", tmp_path / "newer.json")
    assert main(["--writers", "a", "c"]) == 0
    assert not list(tmp_path.iterdir())


def test_each_writer_is_told_by_what_was_learnt_of_the_others() -> None:
    asked = [
        each
        for writer in ("a", "d")
        for update in read(SETS / f"updates_{writer}.jsonl")[:12]
        for each in of_scenario(writer, update, [])
    ]
    rows = figures(asked)
    assert list(rows) == ["a", "d"]
    for writer, row in rows.items():
        own = [each for each in asked if each.group == writer]
        assert row["questions"] == len(own)
        assert row["no change"] == round(sum(each.right[0] for each in own) / len(own), 4)


def test_the_sealed_scenarios_are_not_learnt_from() -> None:
    assert "sealed" not in WRITERS
    assert all(read(SETS / f"updates_{writer}.jsonl") for writer in WRITERS)
