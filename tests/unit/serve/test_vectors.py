"""What the command line does about vectors: made, counted, changed, left for later, failed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from mnemos import MnemosError, models
from mnemos.serve.cli.reindex import FEW
from tests.unit.serve.command_line import Run

pytestmark = pytest.mark.usefixtures("models_by_name")

WITH = ("--embedder", "scripted")


def _has_minilm() -> bool:
    try:
        return models.embedder("minilm").model.dimension > 0
    except MnemosError:
        return False


def _vectors(run: Run, *options: str) -> dict[str, object]:
    found = run("stats", "--json", *options).json["vectors"]
    assert isinstance(found, dict)
    return found


def _embedded(run: Run) -> object:
    return _vectors(run)["embedded"]


def _many(count: int) -> None:
    said = [{"role": "user", "content": f"turn number {n}"} for n in range(count)]
    Path("many.json").write_text(json.dumps(said), encoding="utf-8")


def test_what_is_said_is_embedded_before_the_command_ends(mnemos: Run) -> None:
    assert mnemos("remember", "--text", "I moved to Porto in May", *WITH).code == 0
    assert _embedded(mnemos) == 2  # the turn, and the fact it told
    model = _vectors(mnemos)["model"]
    assert model == {"name": "scripted", "revision": "1", "dimension": 64}
    assert "2 of 2 texts have vectors of scripted (1, 64-d)" in mnemos("stats").out


def test_the_environment_names_the_model_as_the_option_does(
    mnemos: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MNEMOS_EMBEDDER", "scripted")
    mnemos("remember", "--text", "first", "--embedder", "none")
    assert _embedded(mnemos) == 0
    mnemos("remember", "--text", "second")
    assert _embedded(mnemos) == 2


def test_an_import_embeds_unless_told_not_to(mnemos: Run) -> None:
    _many(FEW + 1)
    first = mnemos("remember", "many.json", *WITH, "--no-embed")
    assert "embedded" not in first.out
    assert _embedded(mnemos) == 0
    second = mnemos("remember", "many.json", *WITH, "-f", "other.mnemos")
    assert f"{FEW + 1} messages remembered, {FEW + 1} texts embedded" in second.out
    assert mnemos("sync", "many.json", *WITH, "-f", "third.mnemos", "--json").json["embedded"]


@pytest.mark.parametrize(
    "command",
    [
        ("recall", "Which turn?"),
        ("context", "Which turn?"),
        ("remember", "--text", "more"),
        ("remember", "more.txt"),
    ],
)
def test_a_large_backlog_is_left_to_reindex(mnemos: Run, command: tuple[str, ...]) -> None:
    _many(FEW + 1)
    Path("more.txt").write_text("Ada: more\n", encoding="utf-8")
    mnemos("remember", "many.json")
    ended = mnemos(*command, *WITH)
    assert "without vectors, found by words alone: mnemos reindex" in ended.err
    assert _embedded(mnemos) == 0
    assert mnemos("reindex", *WITH).code == 0
    again = mnemos("recall", "Which turn?", *WITH)
    assert again.err == ""


def test_a_question_catches_up_with_a_few(told: Run) -> None:
    assert _embedded(told) == 0
    found = told("recall", "Where did Ada move to?", "--json", *WITH).json
    assert (found["level"], found["limitation"]) == ("c3", None)
    assert _embedded(told) == 4


def test_reindex_makes_what_is_missing_and_changes_the_model(told: Run) -> None:
    ended = told("reindex", "--embedder", "scripted", "--json")
    assert (ended.code, ended.json["turns"], ended.json["pending"]) == (0, 4, 0)
    told("remember", "--text", "one more", "--embedder", "none")
    assert told("reindex", *WITH, "--json").json["turns"] == 1
    assert told("reindex", *WITH, "--anew", "--json").json["turns"] == 5
    assert told("reindex", "--anew").code == 2
    changed = told("reindex", "--embedder", "other")
    assert "5 texts embedded; 5 of 5 texts have vectors of scripted (2, 64-d)" in changed.out
    assert told("recall", "Porto?", "--embedder", "other").code == 0


def test_another_model_is_refused_with_what_to_do(told: Run) -> None:
    told("reindex", *WITH)
    ended = told("recall", "Porto?", "--embedder", "other")
    assert ended.code == 6
    assert "mnemos reindex --embedder NAME" in ended.err
    assert told("recall", "Porto?", "--embedder", "none").code == 0
    assert told("stats", "--embedder", "other").code == 0


def test_reindex_without_a_model_says_how_to_name_one(
    told: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert told("reindex", "--embedder", "none").code == 2
    assert told("reindex", "--embedder", " ").code == 2
    ended = told("reindex")
    assert ended.code == 6
    assert "--embedder or MNEMOS_EMBEDDER" in ended.err
    monkeypatch.setenv("MNEMOS_EMBEDDER", "scripted")
    assert told("reindex").code == 0


def test_a_model_that_fails_loses_nothing_and_doctor_tells(told: Run) -> None:
    ended = told("reindex", "--embedder", "failing")
    assert ended.code == 6
    seen = told("doctor", "--json", *WITH)
    assert seen.code == 6
    findings = seen.json["findings"]
    assert isinstance(findings, list)
    said = {each["state"]: each for each in findings if each["what"] == "vectors"}
    assert "3 of 4 texts have vectors" in said["note"]["said"]
    assert "1 session waiting" in said["note"]["said"]
    assert "cannot encode 'cello'" in said["ill"]["said"]
    assert "mnemos reindex" in said["ill"]["advice"]
    assert told("recall", "cello?", "--embedder", "failing").code == 0
    assert told("reindex", *WITH, "--json").json["turns"] == 1  # at once, however long it waits


def test_what_is_said_is_stored_though_the_model_fails(mnemos: Run) -> None:
    ended = mnemos("remember", "--text", "My cello needs a new bow", "--embedder", "failing")
    assert ended.code == 0
    assert "found by words alone for now" in ended.err
    assert mnemos("recall", "Which cello?", "--embedder", "failing").code == 0


def test_doctor_tells_of_a_reindex_that_was_broken_off(told: Run) -> None:
    told("reindex", *WITH)
    changing = told("reindex", "--embedder", "other")
    assert changing.code == 0
    broken = told("reindex", "--embedder", "failing")
    assert broken.code == 6
    out = " ".join(told("doctor", "--embedder", "other").out.split())
    assert "those of scripted (1, 64-d) are being made: 3 of 4" in out
    assert "mnemos reindex --embedder scripted" in out
    assert told("reindex", *WITH).code == 0
    assert told("doctor", *WITH).code == 0


def test_doctor_tells_whether_a_model_fits(told: Run) -> None:
    assert told("doctor").code == 0
    assert "no text has vectors" in told("doctor").out
    told("reindex", *WITH)
    unfit = told("doctor", "--embedder", "other")
    assert unfit.code == 6
    assert "bad  model" in unfit.out
    unknown = told("doctor", "--embedder", "nonesuch")
    assert unknown.code == 6
    assert "no embedder 'nonesuch'" in unknown.out
    assert told("doctor", *WITH).code == 0


def test_warnings_of_the_library_do_not_reach_the_terminal(
    told: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mnemos.embedding.choose._built_in", lambda: (None, "it is not installed"))
    ended = told("recall", "Where did Ada move to?", "--embedder", "auto")
    assert (ended.code, ended.err) == (0, "")
    explained = told("recall", "Where did Ada move to?", "--embedder", "auto", "--explain")
    assert "it is not installed" in " ".join(explained.out.split())


@pytest.mark.skipif(not _has_minilm(), reason="mnemos-minilm is not installed with its files")
def test_the_demo_shows_what_meaning_adds(mnemos: Run) -> None:
    measured = mnemos("demo", "--json", "--embedder", "minilm").json
    quiz, by_words = measured["quiz"], measured["quiz_by_words"]
    assert isinstance(quiz, dict)
    assert isinstance(by_words, dict)
    assert (quiz["level"], by_words["level"]) == ("c3", "c0")
    assert quiz["recall_at_10"] > 0.8
    assert by_words["recall_at_10"] > 0.8
