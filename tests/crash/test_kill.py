"""A killed writer loses nothing that it had acknowledged."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.crash import lives

KILLS = 14
FILES = 3


@pytest.mark.parametrize("seed", range(FILES))
def test_every_acknowledged_turn_is_there_after_each_kill(tmp_path: Path, seed: int) -> None:
    acknowledged = 0
    for life in lives(tmp_path / "kill.mnemos", KILLS, seed):
        assert life.lost == []
        assert life.problems == []
        acknowledged = life.turns
    assert acknowledged > KILLS
