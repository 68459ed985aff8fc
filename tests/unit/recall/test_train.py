"""Training finds the signal that tells gold from the rest, twice alike."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from mnemos.errors import InputError
from mnemos.recall.corpus import conversations
from mnemos.recall.train import fit, main, recall_at, samples

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
            {"question": f"Who talked about {word}?", "category": "one", "gold": [f"D{n}"]}
            for n, word in enumerate(WORDS)
        ]
        questions.append({"question": "Who likes trains?", "category": "abstention", "gold": []})
        lines.append(
            {"dataset": "made up", "conv_id": str(conversation), "turns": turns,
             "questions": questions}
        )  # fmt: skip
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return path


def test_the_fit_ranks_gold_first_and_comes_out_the_same_twice(tmp_path: Path) -> None:
    read = [s for c in conversations(corpus(tmp_path / "c.jsonl")) for s in samples(c)]
    first, second = fit(read), fit(read)
    assert np.array_equal(first.weight, second.weight)
    assert recall_at(1, read, {}, first).mean() == 1.0


def test_the_command_writes_weights_with_their_provenance(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "weights.json"
    main(["--data", str(corpus(tmp_path / "c.jsonl")), "--out", str(out)])
    stored = json.loads(out.read_text())
    assert stored["provenance"]["data"] == {"made up": {"conversations": 3, "questions": 24}}
    assert "left out R@5, R@10 1.000" in capsys.readouterr().out


def test_a_time_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="half past"):
        list(conversations(corpus(tmp_path / "c.jsonl", ts="half past")))
