"""The load on a server is measured, and what was acknowledged is looked for."""

from __future__ import annotations

from pathlib import Path

from bench import serve


def test_clients_say_and_ask_and_nothing_is_lost(tmp_path: Path) -> None:
    found = serve.load(tmp_path, clients=4, seconds=1.0)
    assert found["errors"] == {}
    assert found["lost"] == 0
    assert isinstance(found["acknowledged writes"], int)
    assert found["acknowledged writes"] >= 4
    assert found["tenants"] == 4


def test_what_is_not_there_counts_as_lost(tmp_path: Path) -> None:
    met = serve.Load()
    met.acknowledged["t0"] = ["never said"]
    assert serve.lost(tmp_path, met) == 1


def test_tenants_are_visited_in_turn(tmp_path: Path) -> None:
    found = serve.in_turn(tmp_path, tenants=3)
    assert found["tenants"] == 3
    assert len(list(tmp_path.glob("*.mnemos"))) == 3
