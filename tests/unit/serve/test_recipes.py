"""Recipes from a shell: listed, let learn, consolidated, dropped; what failed is told."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import numpy as np
import pytest
from numpy.typing import NDArray

from mnemos import Decide, Delta, Memory, ModelError, Query, Reader, Session, State, Task, models
from mnemos import recipes as registered
from mnemos.ingest.derive import made
from mnemos.models.base import ChatReply, ChatRequest, Embedder
from mnemos.recall.ranked import Ranked, ranked
from mnemos.serve.cli import recipes as command
from mnemos.serve.cli.recipes import first_sentence
from tests.unit.serve.command_line import Run

SHORT = Task(name="short", instructions="Say it shorter.")


@dataclass(frozen=True)
class Said:
    text: str


class Gists:
    """A gist of each session.

    Cost: one model call a session, none a question. An item a session.
    """

    name = "gists"
    at_once = False

    def __init__(self, level: str | None = None, embedder: Embedder | None = None) -> None:
        assert level is None and embedder is None

    def learn(self, session: Session, _reader: Reader, decide: Decide) -> Delta:
        first = session.new[0]
        if "unreadable" in first.text:
            raise ValueError("cannot read this")
        gist = decide(SHORT, {"text": first.text}, Said, lambda: Said(first.text[:20]))
        now = first.recorded_at
        item = made(gist.text, kind="gist", sources=session.new, recipe=self.name, now=now)
        return Delta(items=(item,))

    def consolidate(self, _now: datetime, reader: Reader, _decide: Decide) -> Delta:
        steps = reader.state("gists/steps")
        done = steps if isinstance(steps, int) else 0
        return Delta() if done == 2 else Delta(states=(State(name="gists/steps", value=done + 1),))

    def recall(
        self, _query: Query, _reader: Reader, _eligible: NDArray[np.bool_] | None, _decide: Decide
    ) -> Ranked:
        return ranked(np.zeros(0, dtype=np.int64), {"none": np.zeros(0)})


class Broken:
    """A chat that fails."""

    model = "broken"

    def ask(self, _request: ChatRequest) -> ChatReply:
        raise ModelError("it is down")


class Silent:
    """A chat that finds no facts."""

    model = "silent"

    def ask(self, _request: ChatRequest) -> ChatReply:
        return ChatReply(text='{"facts": []}')


@pytest.fixture(autouse=True)
def gists(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(registered.RECIPES, "gists", f"{__name__}:Gists")
    monkeypatch.setitem(models.CHATS, "broken", f"{__name__}:Broken")
    monkeypatch.delenv("MNEMOS_CHAT", raising=False)


def _kept(run: Run, name: str) -> dict[str, object]:
    found = run("recipes", "--json").json["recipes"]
    assert isinstance(found, list)
    return next(each for each in found if each["name"] == name)


def test_what_recipes_were_measured_to_find_is_shown_and_told_as_json(
    mnemos: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    figures = {
        "Ferries": {
            "R@10": 0.612,
            "R@10 without its mechanism": 0.705,
            "learn ms/turn": 1.9,
            "question ms": 8.5,
        }
    }
    monkeypatch.setattr(command, "measured", lambda: {"a-mem": figures, "memr3": {}})
    shown = " ".join(mnemos("recipes").out.split())
    assert "Ferries R@10 .612 (.705); 1.9 ms a turn, 8.5 ms a question" in shown
    assert mnemos("recipes", "--json").json["measured"] == {"a-mem": figures}


def test_what_is_measured_is_of_recipes_that_there_are() -> None:
    assert set(command.measured()) <= set(registered.RECIPES)


def test_recipes_are_listed_without_a_memory(mnemos: Run) -> None:
    shown = mnemos("recipes")
    assert shown.code == 0
    assert "default" in shown.out and "gists" in shown.out
    assert "A gist of each session." in shown.out
    assert "one model call a session, none a question" in shown.out
    assert "An item a session" not in shown.out
    assert mnemos("recipes", "--json").json["file"] is None


def test_a_list_says_what_a_memory_keeps_of_each(told: Run) -> None:
    before = _kept(told, "gists")
    assert (before["items"], before["pending"], before["failed"]) == ({}, 2, 0)
    assert before["cost"] == "one model call a session, none a question. An item a session."
    assert (before["learns"], before["at_once"], before["consolidates"]) == (True, False, True)
    assert told("learn", "--recipe", "gists", "--limit", "1").code == 0
    after = _kept(told, "gists")
    assert (after["items"], after["pending"]) == ({"gist": 1}, 1)
    (row,) = [line for line in told("recipes").out.splitlines() if line.startswith("gists")]
    assert row.split()[:5] == ["gists", "yes", "gist", "1", "1"]
    assert told("learn").code == 0
    assert _kept(told, "default")["items"] == {"fact": 1}


def test_learning_is_told_in_a_line_with_who_decided(told: Run) -> None:
    ended = told("learn", "--recipe", "gists")
    assert (ended.code, ended.out.splitlines()) == (
        0,
        ["2 sessions learnt from, 2 rows made", "  short: fallback 2"],
    )
    assert told("learn", "--recipe", "gists", "--json").json["sessions"] == 0


def test_consolidating_learns_and_takes_steps(told: Run) -> None:
    ended = told("consolidate", "--recipe", "gists", "--steps", "1")
    assert ended.out.splitlines()[0] == "2 sessions learnt from, 2 rows made, 1 step"
    assert told("consolidate", "--recipe", "gists", "--json").json["steps"] == 1


def test_a_session_that_goes_wrong_is_told_and_waits(told: Run) -> None:
    assert told("remember", "--text", "unreadable", "--session", "three").code == 0
    ended = told("learn", "--recipe", "gists")
    assert ended.code == 6
    assert ended.out.startswith("2 sessions learnt from, 2 rows made, 1 waiting")
    assert "session 'three'" in ended.err and "cannot read this" in ended.err


def test_where_a_model_failed_is_told_and_made_good(
    told: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MNEMOS_CHAT", "broken")
    ended = told("learn", "--recipe", "gists")
    assert ended.code == 6
    assert "2 failed" in ended.out
    assert "--redo learns from these again" in ended.err
    sick = told("doctor")
    assert sick.code == 0
    assert "recipe: gists: gist 2; in 2 sessions a model failed" in sick.out
    assert "redo with mnemos consolidate --redo --recipe gists" in sick.out
    monkeypatch.delenv("MNEMOS_CHAT")
    assert told("consolidate", "--redo", "--recipe", "gists").code == 0
    well = told("doctor").out
    assert "recipe: gists: gist 2\n" in well


def test_where_a_model_failed_to_read_facts_is_told_and_made_good(
    told: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(models.CHATS, "silent", f"{__name__}:Silent")
    monkeypatch.setenv("MNEMOS_CHAT", "broken")
    ended = told("consolidate")
    assert ended.code == 6
    assert "2 steps, 2 failed" in ended.out and "default-facts: fallback 2" in ended.out
    assert "in 2 sessions a model failed, and rules decided: --redo" in ended.err
    assert "redo with mnemos consolidate --redo" in told("doctor").out
    monkeypatch.setenv("MNEMOS_CHAT", "silent")
    assert told("consolidate").code == 6  # they are not asked for again by themselves
    ended = told("consolidate", "--redo")
    assert (ended.code, ended.out.splitlines()[1:]) == (0, ["  default-facts: model 2"])
    assert "a model failed" not in told("doctor").out


def test_doctor_tells_which_sessions_wait_for_a_recipe(told: Run) -> None:
    assert "gists" not in told("doctor").out
    told("learn", "--recipe", "gists", "--limit", "1")
    found = told("doctor").out
    assert "recipe: gists: gist 1; 1 session waiting" in found
    assert "→ mnemos learn --recipe gists" in found


def test_unlearning_asks_and_drops_what_was_made(told: Run) -> None:
    told("learn", "--recipe", "gists")
    refused = told("unlearn", "gists", stdin="n\n")
    assert refused.code == 130
    assert "Drop 2 items that gists made?" in refused.err
    assert told("unlearn", "gists").code == 2
    assert _kept(told, "gists")["items"] == {"gist": 2}
    assert told("unlearn", "gists", stdin="y\n").out.startswith("2 items dropped (event ")
    assert _kept(told, "gists")["items"] == {}
    told("learn", "--recipe", "gists")
    assert told("unlearn", "gists", "--yes").code == 0
    assert told("verify").code == 0


def test_a_question_is_answered_by_the_recipe_that_is_named(
    told: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    question = ("recall", "When did I move to Porto?")
    assert told(*question).code == 0
    assert told(*question, "--recipe", "gists").code == 1  # it finds nothing, ever
    assert told("--recipe", "gists", "context", "When did I move to Porto?").code == 1
    monkeypatch.setenv("MNEMOS_RECIPE", "gists")
    assert told(*question).code == 1
    assert told("learn").out.startswith("2 sessions learnt from")
    assert told(*question, "--recipe", "default").code == 0
    assert told(*question, "--recipe", " ").code == 2
    monkeypatch.setenv("MNEMOS_RECIPE", "")
    ended = told(*question)
    assert (ended.code, "MNEMOS_RECIPE is empty" in ended.err) == (2, True)


def test_the_log_says_which_recipe_learnt(told: Run) -> None:
    told("learn", "--recipe", "gists")
    assert "learn gists" in told("log").out
    assert told("log", "--json", "-n", "1").json["recipe"] == "gists"


def test_an_unknown_recipe_is_refused_with_those_known(told: Run) -> None:
    for arguments in (("learn", "--recipe", "x"), ("unlearn", "x")):
        ended = told(*arguments)
        assert ended.code == 2
        assert "no recipe 'x'; known are " in ended.err
        assert {"default", "gists"} <= set(
            ended.err.rpartition("known are ")[2].strip().split(", ")
        )


def test_what_a_recipe_made_is_told_after_it_was_uninstalled(
    told: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    told("learn", "--recipe", "gists")
    monkeypatch.delitem(registered.RECIPES, "gists")
    gone = _kept(told, "gists")
    assert (gone["about"], gone["items"]) == ("is not installed here", {"gist": 2})


def test_one_that_cannot_be_loaded_is_listed_beside_the_others(
    mnemos: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(registered.RECIPES, "torn", "no.such.module:Torn")
    shown = mnemos("recipes").out
    assert "cannot be loaded: No module named 'no'" in shown
    assert "A gist of each session." in shown


def test_the_first_sentence_of_a_cost_is_its_model_calls() -> None:
    assert first_sentence("one call a turn, none else; an item a turn. More.") == (
        "one call a turn, none else; an item a turn"
    )
    assert first_sentence("one a page (about 1.5 kB). A row.") == "one a page (about 1.5 kB)"
    assert first_sentence("none.") == "none"


def test_an_import_of_past_days_is_learnt_as_of_those_days(told: Run) -> None:
    with Memory("past.mnemos", embedder=None, learning="at once") as memory:
        for day, text in (("2026-01-10", "I live in Porto."), ("2026-02-12", "I live in Faro.")):
            said = {"role": "user", "content": text, "said_at": f"{day}T10:00Z"}
            memory.remember(said, session=day, recorded_at=f"{day}T10:00Z")
        assert [fact.learnt_at.day for fact in memory.facts()] == [12]
        assert [fact.value for fact in memory.facts(as_of="2026-01-20")] == ["Porto"]
        assert [event.op for event in memory.log()] == ["learn", "remember"] * 2
    assert told("facts", "--file", "past.mnemos", "--json").json["value"] == "Faro"
