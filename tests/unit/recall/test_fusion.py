"""The weights that ship belong to the signals that there are."""

from __future__ import annotations

import json
import math
from importlib import resources

import pytest

from mnemos.recall.fusion import weights
from mnemos.recall.signals import LEVELS


@pytest.mark.parametrize("level", sorted(LEVELS))
def test_every_signal_has_constants_and_none_is_left_over(level: str) -> None:
    text = resources.files("mnemos.recall").joinpath("weights", f"{level}.json").read_text()
    stored = json.loads(text)
    assert list(stored["signals"]) == list(LEVELS[level])
    assert stored["provenance"]["data"]
    for constant in weights(level).signals.values():
        assert constant.deviation > 0
        assert math.isfinite(constant.weight)


def test_every_signal_says_what_it_is_and_its_range() -> None:
    for signals in LEVELS.values():
        for signal in signals.values():
            text = __import__(signal.__module__, fromlist=["score"]).__doc__ or ""
            assert all(part in text for part in ("What:", "Source:", "Range:"))
