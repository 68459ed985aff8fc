"""The rules on scenarios of our own; they were tuned on them since, so this holds ground only."""

from __future__ import annotations

from pathlib import Path

from bench.facts_alone import FactsAlone
from bench.updates import run
from bench.updates_set import read

SECOND = Path(__file__).parent / "second.jsonl"


def test_the_rules_answer_the_second_set() -> None:
    updates = read(SECOND)
    assert sum(len(update.turns) for update in updates) >= 60
    figures = run(FactsAlone(), updates)["all"]
    assert figures["current"] >= 0.95
    assert figures["as_of"] >= 0.95
    assert figures["no fact"] == 1
    assert figures["stale"] <= 0.02
