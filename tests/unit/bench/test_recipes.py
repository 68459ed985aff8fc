"""``python -m bench recipes``: every recipe with and without its own idea; the page made of it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bench import machine
from bench.compare import records, resumed
from bench.compare.units import Job
from bench.compare.units import run as run_unit
from bench.compare.vectors import Endpoint
from bench.recipes import command, page, plots
from bench.recipes.shown import FAILED, failed
from bench.systems.recipes import WAYS, ablation
from mnemos.models.scripted import ScriptedTokenEmbedder
from mnemos.recipes import RECIPES

TALK = (
    ("Ann", "I moved to Porto in May, because of the sea."),
    ("Bob", "My dog Rex swam to the ferry yesterday!"),
    ("Ann", "The ferry to Kiel leaves at nine, never at ten."),
    ("Bob", "Rex and I love the harbour of Porto."),
    ("Ann", "I bought a red kettle in Oslo on Friday."),
    ("Bob", "Always descale a kettle with vinegar first."),
)
ASKED = {
    "Where did Ann move to?": "0",
    "When does the ferry to Kiel leave?": "2",
    "Who bought a kettle?": "4",
}


@pytest.fixture
def data(tmp_path: Path) -> Path:
    whole = {
        "dataset": "made up",
        "conv_id": "harbour",
        "turns": [
            {
                "id": f"{n}",
                "session": "one" if n < 3 else "two",
                "ts": f"2026-01-0{1 + n}T10:00:00Z",
                "speaker": speaker,
                "text": text,
            }
            for n, (speaker, text) in enumerate(TALK)
        ],
        "questions": [
            {"qid": f"q{n}", "question": asked, "answer": "?", "category": "one", "gold": [gold]}
            for n, (asked, gold) in enumerate(ASKED.items())
        ],
    }
    path = tmp_path / "made_up.jsonl"
    path.write_text(json.dumps(whole), encoding="utf-8")
    return path


@pytest.fixture(autouse=True)
def results(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(machine, "RESULTS", tmp_path / "results")
    return tmp_path / "results"


Ran = Callable[..., dict[str, Any]]


@pytest.fixture
def ran(data: Path) -> Ran:
    def run(*recipes: str, more: tuple[str, ...] = ()) -> dict[str, Any]:
        folder = data.parent
        given = ["--data", str(data), "--run", str(folder / "run"), "--keep"]
        given += ["--cache", str(folder / "vectors.sqlite"), "--recipes", *recipes, *more]
        assert command.main(given, embedder=ScriptedTokenEmbedder()) == 0
        kept = page.kept()
        assert kept is not None
        return kept

    return run


def test_a_recipe_runs_whole_without_its_idea_and_with_the_scripted_model(ran: Ran) -> None:
    figures = ran("a-mem", "default")
    ways = figures["recipes"]["a-mem"]["ways"]
    assert set(ways) == {"whole", "without", "scripted"}
    assert set(figures["recipes"]["default"]["ways"]) == {"whole"}  # no idea, nothing asked
    whole, scripted = (ways[way]["made up"] for way in ("whole", "scripted"))
    assert whole["R@10"] == 1.0 and whole["items/turn"] == 1.0
    assert whole["against"]["R@10"]["mean"] == whole["R@10"] - ways["without"]["made up"]["R@10"]
    assert whole["branches"] == {}
    assert "calls/session" not in whole
    assert scripted["branches"] == {"model": len(TALK)}
    assert scripted["calls/session"] == len(TALK) / 2
    assert scripted["tokens/session"] > 0 and scripted["errors"] == 0
    assert figures["data"]["made up"]["sessions"] == 2


def test_a_recipe_whose_own_mechanism_never_fires_is_called_failed(
    ran: Ran, capsys: pytest.CaptureFixture[str]
) -> None:
    figures = ran("mem-gas", "a-mem", more=("--scripted-on", "none"))  # links want five sessions
    assert failed(figures["recipes"]["mem-gas"])
    said = capsys.readouterr().out
    assert f"mem-gas whole: {FAILED}" in said
    figures["recipes"]["a-mem"]["fired"]["whole"] = {"link": 1}
    assert page.lessons(figures)["never"] == ["**mem-gas** (no-graph)"]
    assert f"mem-gas ({FAILED})" in page.page(figures)


def test_what_is_derived_is_judged_by_the_turns_that_it_cites(ran: Ran) -> None:
    figures = ran("engram", more=("--scripted-on", "none"))  # it returns records, never turns
    assert figures["recipes"]["engram"]["ways"]["whole"]["made up"]["R@10"] == 1.0


def test_what_has_run_is_not_run_again(ran: Ran, monkeypatch: pytest.MonkeyPatch) -> None:
    before = ran("memr3", more=("--scripted-on", "none"))
    run: list[str] = []

    def noted(job: Job, endpoint: Endpoint) -> records.Unit:
        run.append(job.key.variant)
        return run_unit(job, endpoint)

    monkeypatch.setattr(resumed, "run_unit", noted)
    after = ran("memr3")
    assert run == ["memr3 scripted"]
    assert after["recipes"]["memr3"]["ways"]["whole"] == before["recipes"]["memr3"]["ways"]["whole"]


def test_the_page_its_plots_and_what_is_shipped_are_of_the_figures(
    ran: Ran, tmp_path: Path
) -> None:
    figures = ran("memr3", "default")
    files = set(page.write(figures, tmp_path))
    assert files == {page.PAGE, page.SHIPPED, *map(page._file, plots.KINDS)}
    assert page.stale(figures, tmp_path) == []
    text = (tmp_path / page.PAGE).read_text(encoding="utf-8")
    assert "They are no language model" in text and "## What to learn from it" in text
    shipped = json.loads((tmp_path / page.SHIPPED).read_text(encoding="utf-8"))
    assert shipped["memr3"]["made up"]["R@10"] == 1.0
    figures["recipes"]["memr3"]["ways"]["whole"]["made up"]["R@10"] = 0.125
    assert set(page.stale(figures, tmp_path)) == files


def test_every_recipe_but_the_default_has_an_ablation() -> None:
    assert [name for name in RECIPES if ablation(name) is None] == ["default"]
    assert {given.get("ablation", False) for given in WAYS.values()} == {True, False}


def test_what_is_not_there_is_named(ran: Ran) -> None:
    with pytest.raises(SystemExit, match="no recipe 'nobody'; there are: a-mem"):
        ran("nobody")
    with pytest.raises(SystemExit, match="no data set 'nothing'; there are: made up"):
        ran("memr3", more=("--sets", "nothing"))
