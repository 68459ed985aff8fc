"""One command measures what a server must not do wrong, and fails where it does."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bench import fuzz, serve, service, tenants

GOOD = {"lost": 0, "errors": {}, "clients": 2, "requests/s": 10.0}


@pytest.fixture
def measured(monkeypatch: pytest.MonkeyPatch) -> None:
    """Parts that pass at once."""
    found = tenants.Outcome(routes=3, requests=9, bytes_read=1_000)
    report = "Tested: 35\n 3350 generated, 3350 passed, 56 skipped"
    done = fuzz.Outcome(passed=True, report=report)
    monkeypatch.setattr(tenants, "look", lambda _: found)
    monkeypatch.setattr(fuzz, "fuzz", lambda _, examples: done)  # noqa: ARG005 - its signature
    monkeypatch.setattr(serve, "load", lambda _, clients, seconds: GOOD)  # noqa: ARG005 - same


@pytest.mark.usefixtures("measured")
def test_all_figures_stand_in_one_document(capsys: pytest.CaptureFixture[str]) -> None:
    assert service.main(["--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["tenants"]["bytes searched"] == 1_000
    assert found["fuzz"] == {
        "routes": 35,
        "requests": 3350,
        "requests passed": 3350,
        "passed": True,
    }
    assert found["load"]["requests/s"] == 10.0


@pytest.mark.usefixtures("measured")
def test_the_table_has_every_part(capsys: pytest.CaptureFixture[str]) -> None:
    assert service.main([]) == 0
    table = capsys.readouterr().out
    assert all(part in table for part in ("tenants", "fuzz", "load", "3,350"))


@pytest.mark.usefixtures("measured")
@pytest.mark.parametrize("part", ["tenants", "fuzz", "load"])
def test_one_part_that_fails_fails_the_whole(part: str, monkeypatch: pytest.MonkeyPatch) -> None:
    if part == "tenants":
        monkeypatch.setattr(tenants, "look", lambda _: tenants.Outcome(findings=["leaked"]))
    elif part == "fuzz":
        bad = fuzz.Outcome(passed=False, report="")
        monkeypatch.setattr(fuzz, "fuzz", lambda _, examples: bad)  # noqa: ARG005 - its signature
    else:
        lossy = {**GOOD, "lost": 1}
        monkeypatch.setattr(serve, "load", lambda _, clients, seconds: lossy)  # noqa: ARG005
    assert service.main(["--json"]) == 1


def test_the_load_tells_what_the_table_shows(tmp_path: Path) -> None:
    found = service.of_load(tmp_path, clients=4, seconds=2.0)
    assert [*found] == [*service.LOAD, "passed"]
    assert found["passed"] is True
