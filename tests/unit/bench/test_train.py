"""``python -m bench train`` reads conversations, tells how well it does, and writes weights."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bench import machine
from bench.data import BadRecord, conversations
from bench.train import main

WORDS = ("jazz", "tea", "boats", "chess", "moon", "Alps", "parrots", "maps")


def corpus(path: Path, ts: str = "1:56 pm on 8 May, 2023") -> Path:
    lines = []
    for conversation in range(3):
        turns = [
            {"id": f"D{n}", "session": n // 4, "ts": ts, "speaker": "Ann" if n % 2 else "Bob",
             "text": f"We talked about {word} number {conversation} for long."}
            for n, word in enumerate(WORDS)
        ]  # fmt: skip
        questions = [
            {"qid": n, "question": f"Who talked about {word}?", "category": "one",
             "gold": [f"D{n}"]}
            for n, word in enumerate(WORDS)
        ]  # fmt: skip
        questions.append(
            {"qid": 8, "question": "Who likes trains?", "category": "abstention", "gold": []}
        )
        lines.append(
            {"dataset": "made up", "conv_id": str(conversation), "turns": turns,
             "questions": questions}
        )  # fmt: skip
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return path


def test_the_same_data_give_the_same_bytes_with_their_provenance(tmp_path: Path) -> None:
    data = str(corpus(tmp_path / "c.jsonl"))
    first, second = tmp_path / "first", tmp_path / "second"
    for out in (first, second):
        out.mkdir()
        assert main(["--data", data, "--levels", "c0", "--out", str(out)]) == 0
    text = (first / "c0.json").read_text()
    assert text == (second / "c0.json").read_text()
    stored = json.loads(text)
    assert stored["provenance"]["data"] == {"c": {"conversations": 3, "questions": 24}}
    assert stored["provenance"]["command"].startswith("python -m bench train")


def test_figures_of_conversations_left_out_are_shown_and_kept(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(machine, "RESULTS", tmp_path)
    data, test = str(corpus(tmp_path / "c.jsonl")), str(corpus(tmp_path / "t.jsonl"))
    assert main(["--data", data, "--test", test, "--levels", "c0", "--keep"]) == 0
    assert "c · abstention" in capsys.readouterr().out
    kept = machine.kept("training")
    assert kept is not None
    assert kept["learnt_from"] == {"c": {"conversations": 3, "questions": 24}}
    assert isinstance(kept["levels"], dict)
    rows = kept["levels"]["c0"]
    assert rows["c"]["R@5"] == rows["t"]["R@5"] == 1.0
    assert rows["c"]["AUROC"] == 1.0


def test_a_time_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadRecord, match="half past"):
        list(conversations(corpus(tmp_path / "c.jsonl", ts="half past")))
