"""Tables are made from what benchmarks kept; what an older one kept is left out, and said."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bench import documents, machine

ROW = {"questions": 9.0, "R@5": 0.5, "R@10": 0.75, "FB@1000": 0.25, "in 1,000 tokens": 0.25}


@pytest.fixture
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(machine, "RESULTS", tmp_path)
    documents._say_outdated.cache_clear()
    return tmp_path


def write(folder: Path, name: str, what: object) -> None:
    (folder / f"{name}.json").write_text(json.dumps(what))


def test_levels_stand_side_by_side(kept: Path) -> None:
    better = {**ROW, "R@10": 0.875}
    write(kept, "retrieval", {"levels": {"c0": {"locomo_dev": ROW}, "c3": {"locomo_dev": better}}})
    sure = {"R@10": 0.7, "AUROC": 0.8, "refused at 2 %": 0.1, "refused at 5 %": 0.3}
    write(kept, "training", {"levels": {"c3": {"locomo_dev": sure}}})
    found = documents.results()
    row = r"| LoCoMo, five conversations | 9 | 0.750 \| 0.875 | – \| 0.700 | 0.250 \| 0.250 |"
    assert row in found.splitlines()
    assert r"| LoCoMo, five conversations | – \| 0.800 | – \| 0.100 | – \| 0.300 |" in found
    assert "### Level C3" in documents.details()


def test_an_older_summary_is_left_out_and_said_once(
    kept: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(kept, "retrieval", {"rows": {"locomo_dev": ROW}})
    write(kept, "training", {"left_out": {"locomo_dev": ROW}, "floor": 1.7})
    assert documents.results() == documents.results() == ""
    said = capsys.readouterr().err
    assert said.count("python -m bench retrieval --keep") == 1
    assert "python -m bench train --keep" in said
