"""``python -m bench mcp`` times the same calls in the process, over stdio and over HTTP."""

from __future__ import annotations

import asyncio
from pathlib import Path

from bench.mcp import WARM, WAYS, figures, measure


def test_every_call_is_timed_on_every_way(tmp_path: Path) -> None:
    seconds = asyncio.run(measure(tmp_path, 60, 5))
    assert list(seconds) == ["recall", "remember"]
    for of_verb in seconds.values():
        assert list(of_verb) == list(WAYS)
        assert all(len(each) == 5 and min(each) > 0 for each in of_verb.values())
    assert WARM > 0


def test_what_a_way_takes_over_is_beyond_the_process_s_own() -> None:
    told = figures({"in the process": [0.001, 0.002, 0.009], "stdio": [0.005], "HTTP": [0.002]})
    assert told == {
        "in the process p50": 2.0,
        "stdio p50": 5.0,
        "HTTP p50": 2.0,
        "stdio over": 3.0,
        "HTTP over": 0.0,
    }
