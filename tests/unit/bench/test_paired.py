"""``python -m bench paired`` compares with the usual ways, question by question."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from bench import machine
from bench.paired import best, compare, fused, interval, main
from mnemos.models.scripted import ScriptedTokenEmbedder

WORDS = ("jazz", "tea", "boats", "chess", "moon", "alps", "parrots", "maps")


def corpus(path: Path) -> Path:
    turns = [
        {"id": str(n), "title": word.upper(), "text": f"All that is known of {word}."}
        for n, word in enumerate(WORDS)
    ]
    questions = [
        {"qid": n, "question": f"What is known of {word}?", "category": "one", "gold": [str(n)]}
        for n, word in enumerate(WORDS)
    ]
    line = {"dataset": "made up", "conv_id": "1", "turns": turns, "questions": questions}
    path.write_text(json.dumps(line) + "\n")
    return path


def test_every_way_is_asked_and_differences_are_kept(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(machine, "RESULTS", tmp_path)
    monkeypatch.setattr("bench.paired.RESAMPLES", 50)
    data = corpus(tmp_path / "made_up.jsonl")
    given = ["--data", str(data), "--memories", str(tmp_path / "memories"), "--keep"]
    assert main(given, embedder=ScriptedTokenEmbedder()) == 0
    assert "made_up, 8 questions" in capsys.readouterr().out
    kept = json.loads((tmp_path / "paired.json").read_text())["rows"]["made_up"]
    ways = {name.rsplit(" ", 1)[0] for name in kept["means"] if name != "questions"}
    assert ways == {"BM25", "dense", "RRF 20", "RRF 100", "C0", "C3"}
    assert kept["means"]["BM25 R@5"] == kept["means"]["C0 R@5"] == 1.0
    assert kept["differences"]["C0 − BM25 R@5"] == {"difference": 0.0, "from": 0.0, "to": 0.0}
    first = json.dumps(kept)
    assert main(given, embedder=ScriptedTokenEmbedder()) == 0
    assert (
        json.dumps(json.loads((tmp_path / "paired.json").read_text())["rows"]["made_up"]) == first
    )


def test_an_interval_holds_the_difference_and_says_nothing_of_equals() -> None:
    drawn = np.random.default_rng(1).random(40)
    told = compare(drawn + 0.1, drawn[::-1])
    assert told["from"] < told["difference"] < told["to"]
    assert interval({"difference": 0.0, "from": -0.01, "to": 0.01}) == "+0.0 (−1.0 to +1.0)"


def test_ranks_are_fused_and_of_equals_the_first_comes_first() -> None:
    assert best(np.array([0.0, 2.0, 2.0])).tolist() == [1, 2, 0]
    assert fused([np.array([4, 2]), np.array([2, 9])]).tolist() == [2, 4, 9]
