from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from click import Context

from mnemos.serve import cli
from mnemos.serve.cli import COMMANDS
from mnemos.serve.cli import mnemos as group
from mnemos.serve.cli.exits import EXIT_CODES
from tests.unit.serve.command_line import Run

NAMES = sorted(COMMANDS)


def _id(run: Run, ref: str) -> str:
    items = run("browse", "--json").lines
    return next(str(item["id"]) for item in items if item["ref"] == ref)


def test_help_lists_every_command_and_exit_code(mnemos: Run) -> None:
    ended = mnemos("--help")
    assert ended.code == 0
    assert all(f"  {name} " in ended.out for name in NAMES)
    assert all(meaning in ended.out for meaning in EXIT_CODES.values())


@pytest.mark.parametrize("name", NAMES)
def test_every_command_has_help_and_the_global_options(mnemos: Run, name: str) -> None:
    ended = mnemos(name, "--help")
    assert ended.code == 0
    assert all(option in ended.out for option in ("--json", "--file", "--quiet"))


@pytest.mark.parametrize("name", NAMES)
def test_the_table_says_what_the_docstring_says(name: str) -> None:
    command = group.get_command(Context(group), name)
    assert command is not None
    assert command.callback is not None
    assert command.callback.__doc__ is not None
    assert command.callback.__doc__.splitlines()[0] == COMMANDS[name][1]


def test_help_needs_no_numpy() -> None:
    code = "import sys, mnemos.serve.cli; sys.exit('numpy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_the_command_line_knows_no_room_below_memory() -> None:
    allowed = ("mnemos.serve", "mnemos.errors", "mnemos.types", "mnemos.config", "mnemos.demo")
    for path in Path(cli.__file__).parent.glob("*.py"):
        for line in path.read_text(encoding="utf-8").splitlines():
            if line.startswith(("from mnemos.", "import mnemos.")):
                assert line.split()[1].startswith(allowed), f"{path.name}: {line}"


def test_a_command_alone_prints_help(mnemos: Run) -> None:
    assert "Commands:" in mnemos().out


def test_version_is_told(mnemos: Run) -> None:
    assert mnemos("--version").out.startswith("mnemos")


def test_a_file_that_is_not_there_is_named_with_who_named_it(
    mnemos: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    ended = mnemos("recall", "what?")
    assert ended.code == 4
    assert "memory.mnemos: there is no such memory (the default" in ended.err
    assert not Path("memory.mnemos").exists()
    monkeypatch.setenv("MNEMOS_FILE", "other.mnemos")
    assert "other.mnemos: there is no such memory (MNEMOS_FILE)" in mnemos("stats").err
    assert (
        "third.mnemos: there is no such memory (--file)"
        in mnemos("-f", "third.mnemos", "stats").err
    )


def test_global_options_stand_before_or_after(mnemos: Run) -> None:
    assert mnemos("--file", "x.mnemos", "--json", "remember", "--text", "hello").json["added"]
    assert mnemos("stats", "--json", "--file", "x.mnemos").json["items"] == {"turn": 1}


def test_recall_finds_and_explains(told: Run) -> None:
    ended = told("recall", "Where did Ada move to?", "--explain")
    assert ended.code == 0
    assert "I moved to Porto in May" in ended.out
    assert "█" in ended.out
    found = told("recall", "Where did Ada move to?", "--json").json
    assert found["abstention"] is None
    assert found["hits"][0]["item"]["ref"] == "a"  # type: ignore[index]


def test_recall_abstains_with_one(told: Run) -> None:
    ended = told("recall", "Which xylophone quartet?")
    assert ended.code == 1
    assert ended.out == ""
    assert "nothing here answers this" in ended.err
    assert told("recall", "Which xylophone quartet?", "--json").json["abstention"]


@pytest.mark.parametrize(
    ("options", "refs"),
    [
        (["--session", "two"], ["c"]),
        (["--speaker", "ada"], ["a", "c"]),
        (["--metadata", "where=pt"], ["a"]),
        (["--since", "2026-05-15"], ["c"]),
        (["--until", "2026-05-15"], ["a", "b"]),
        (["--role", "assistant"], []),
        (["--limit", "2"], ["a", "b"]),
    ],
)
def test_browse_filters(told: Run, options: list[str], refs: list[str]) -> None:
    assert [item["ref"] for item in told("browse", "--json", *options).lines] == refs


@pytest.mark.parametrize(
    "options", [["--since", "soon"], ["--metadata", "x"], ["--as-of", "soon"], ["--limit", "0"]]
)
def test_senseless_filters_are_usage(told: Run, options: list[str]) -> None:
    ended = told("recall", "what?", *options)
    assert ended.code == 2
    assert ended.err.startswith("error: ")


def test_context_prints_only_the_text(told: Run) -> None:
    ended = told("context", "Where did Ada move to?", "--citations")
    assert ended.code == 0
    assert ended.out.startswith("<memory>")
    assert "mark" not in ended.out
    assert "[1]" in ended.err
    assert told("context", "Which xylophone quartet?").code == 1


def test_show_tells_fields_and_history(told: Run) -> None:
    item_id = _id(told, "a")
    told("forget", item_id, "--why", "no longer so")
    ended = told("show", item_id)
    assert "I moved to Porto in May" in ended.out
    assert "no longer so" in ended.out
    shown = told("show", item_id, "--json").json
    assert shown["item"]["status"] == "hidden"  # type: ignore[index]
    assert len(shown["history"]) == 2  # type: ignore[arg-type]
    assert told("show", "no-such-id").code == 1


def test_forget_restore_and_undo(told: Run) -> None:
    item_id = _id(told, "c")
    assert "1 item forgotten" in told("forget", item_id).out
    assert len(told("browse", "--json").lines) == 2
    assert told("restore", item_id).code == 0
    assert len(told("browse", "--json").lines) == 3
    assert told("undo").code == 0
    assert len(told("browse", "--json").lines) == 2
    assert told("undo", "999").code == 1


def test_revise_supersedes(told: Run) -> None:
    assert told("revise", "a", "I moved to Braga in May").code == 0
    assert "Braga" in told("browse").out
    assert told("revise", "zz", "never said").code == 1


def test_undo_of_a_revised_write_is_a_conflict(told: Run) -> None:
    told("forget", _id(told, "a"))
    ended = told("undo", "1")
    assert ended.code == 3
    assert "mnemos log" in ended.err


def test_erase_asks_first(told: Run) -> None:
    item_id = _id(told, "a")
    assert told("erase", item_id, "--preview").code == 0
    assert told("erase", item_id, stdin="n\n").code == 130
    assert told("erase", item_id).code == 2
    assert len(told("browse", "--json").lines) == 3
    ended = told("erase", item_id, stdin="y\n")
    assert ended.code == 0
    assert "proved to be gone" in ended.out
    assert b"Porto" not in Path("memory.mnemos").read_bytes()
    assert told("show", item_id).code == 1


def test_erase_needs_ids_or_a_scope(told: Run) -> None:
    assert told("erase", "--yes").code == 2
    assert told("erase", "x", "--session", "one").code == 2
    certificate = told("erase", "--session", "one", "--yes", "--json").json
    assert certificate["proved"] is True
    # Two turns, and the fact that one of them told.
    assert len(certificate["ids"]) == 3  # type: ignore[arg-type]


def test_log_is_newest_first(told: Run) -> None:
    told("forget", _id(told, "a"), "--why", "quiet")
    events = told("log", "--json").lines
    assert [event["op"] for event in events] == ["forget", "remember", "learn", "remember"]
    assert "quiet" in told("log", "-n", "1").out


def test_verify_and_replay(told: Run) -> None:
    assert told("verify").code == 0
    assert told("verify", "--json").json["ok"] is True
    assert told("verify", "--expected-head", "00" * 32).code == 5
    assert told("replay", "--json").json["unchanged"] is True


def test_stats_and_doctor(told: Run) -> None:
    assert "activity" in told("stats").out
    assert told("stats", "--json").json["sessions"] == 2
    assert told("doctor").code == 0
    assert told("doctor", "--json").json["exit_code"] == 0


def test_doctor_names_what_is_no_memory(mnemos: Run) -> None:
    Path("memory.mnemos").write_text("a diary", encoding="utf-8")
    ended = mnemos("doctor")
    assert ended.code == 4
    assert "not a mnemos memory" in ended.out
    assert mnemos("stats").code == 4


def test_export_and_load_make_the_same_memory(told: Run) -> None:
    state = told("stats", "--json").json["state_hash"]
    assert told("export", "all.jsonl").code == 0
    assert told("load", "all.jsonl", "again.mnemos", "--json").json["state_hash"] == state
    assert told("load", "all.jsonl", "again.mnemos").code == 4
    lines = told("export").out
    assert told("load", "-", "third.mnemos", stdin=lines).code == 0
    assert told("load", "-", "cut.mnemos", stdin="\n".join(lines.splitlines()[:-1])).code == 4
    assert not Path("cut.mnemos").exists()


def test_backup_is_a_memory(told: Run) -> None:
    assert told("backup", "copy.mnemos").code == 0
    assert told("stats", "--json", "-f", "copy.mnemos").json["items"] == {"turn": 3, "fact": 1}
    assert told("backup", "copy.mnemos").code == 4


def test_errors_are_json_where_output_is(mnemos: Run) -> None:
    for arguments in (["stats", "--json"], ["--json", "nonsense"]):
        error = json.loads(mnemos(*arguments).err)
        assert set(error) == {"error", "hint", "exit_code"}


def test_quiet_says_nothing_of_what_went_well(mnemos: Run) -> None:
    ended = mnemos("remember", "--text", "hello", "--quiet")
    assert (ended.code, ended.out, ended.err) == (0, "", "")


def _forge() -> None:
    whole = Path("memory.mnemos").read_bytes()
    Path("memory.mnemos").write_bytes(whole.replace(b"My cello", b"My viola"))


def test_doctor_tells_what_is_forged(told: Run) -> None:
    _forge()
    ended = told("doctor")
    assert ended.code == 5
    assert "event 3: item 3 is not what was committed to" in ended.out
    assert "--rescue" in ended.out
    assert told("verify").code == 5


def test_doctor_copies_what_is_whole(told: Run) -> None:
    _forge()
    saved = told("doctor", "--rescue", "saved.mnemos", "--json").json
    assert str(saved["lost"]).count("item 3") == 1
    assert told("stats", "-f", "saved.mnemos", "--json").json["items"] == {"turn": 2, "fact": 1}
    assert told("doctor", "--rescue", "saved.mnemos").code == 4


def test_an_empty_file_name_is_usage(told: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    for arguments in (["-f", "", "stats"], ["stats", "--file", " "]):
        ended = told(*arguments)
        assert ended.code == 2
        assert "is empty" in ended.err
    monkeypatch.setenv("MNEMOS_FILE", "")
    ended = told("stats")
    assert ended.code == 2
    assert "MNEMOS_FILE is empty" in ended.err
    assert told("stats", "-f", "memory.mnemos").code == 0


def test_refs_and_beginnings_of_ids_name_items(told: Run) -> None:
    item_id = _id(told, "a")
    assert told("forget", "a").code == 0
    assert told("show", "a", "--json").json["item"]["id"] == item_id  # type: ignore[index]
    assert told("restore", "a").code == 0
    unique = next(
        item_id[:n]
        for n in range(4, len(item_id) + 1)
        if sum(str(i["id"]).startswith(item_id[:n]) for i in told("browse", "--json").lines) == 1
    )
    assert told("show", unique, "--json").json["item"]["ref"] == "a"  # type: ignore[index]
    ended = told("forget", item_id[:3])
    assert ended.code == 1
    assert "first 4 characters" in ended.err
    assert told("erase", "b", "--yes").code == 0
    assert [item["ref"] for item in told("browse", "--json").lines] == ["a", "c"]


def test_a_ref_of_several_items_is_ambiguous(told: Run) -> None:
    message = json.dumps({"role": "user", "content": "elsewhere", "id": "a", "session": "three"})
    assert told("remember", "-", stdin=message).code == 0
    ended = told("forget", "a")
    assert ended.code == 2
    assert _id(told, "a") in ended.err


@pytest.mark.parametrize("columns", ["60", "120"])
def test_tables_show_refs(told: Run, monkeypatch: pytest.MonkeyPatch, columns: str) -> None:
    told("remember", "--text", "hello")
    told("forget", "a")
    message = {"role": "user", "content": "The tram to Matosinhos", "id": "ref-77"}
    told("remember", "-", stdin=json.dumps(message))
    monkeypatch.setenv("COLUMNS", columns)
    assert "ref-77" in told("browse").out
    assert "ref-77" in told("recall", "Matosinhos tram").out


def test_erase_shows_what_would_go(told: Run) -> None:
    ended = told("erase", "a", "--preview")
    assert "2026-05-03  Ada  I moved to Porto" in ended.out
    assert "I moved to Porto" in told("erase", "a", stdin="n\n").err
    told("revise", "a", "I moved to Braga")
    ended = told("erase", "a", "--preview")
    assert "2 other versions of this stay" in ended.out  # the turn, and the fact it told
    many = "".join(f"Ada: line {n}\n" for n in range(15))
    told("remember", "-", "--session", "many", stdin=many)
    ended = told("erase", "--session", "many", "--preview")
    assert "line 9" in ended.out
    assert "line 10" not in ended.out
    assert "and 5 more" in ended.out


@pytest.mark.parametrize("option", ["--as-of", "--asked-at", "--since"])
def test_moments_are_iso_or_plain_words(told: Run, option: str) -> None:
    ended = told("recall", "Where did Ada move?", option, "tomorrowish")
    assert ended.code == 2
    assert option in ended.err
    assert "2026-05-03T10:30Z" in ended.err
    for moment in ("now", "today", "Yesterday", "2026-05-03 10:00"):
        assert told("recall", "Where did Ada move?", option, moment).code in {0, 1}
    assert told("browse", "--as-of", "yesterday", "--json").lines == []


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["recal", "x"], 2, "did you mean recall?"),
        (["xyzzy"], 2, "there is no command 'xyzzy'"),
        (["recall", "where", "did", "Ada"], 2, "put the question in quotes"),
        (["context", "where", "did"], 2, "put the question in quotes"),
        (["recall", ""], 2, "the question is blank"),
        (["context", " \t"], 2, "the question is blank"),
        (["verify", "--expected-head", "zzz"], 2, "64 hex digits"),
        (["backup", "no/such/x"], 4, "there is no folder no/such"),
        (["export", "no/such/x"], 4, "there is no folder no/such"),
        (["load", "said.jsonl", "no/such/x"], 4, "there is no folder no/such"),
        (["load", "said.jsonl", "x"], 2, "this is no export; for messages: mnemos remember said"),
        (["revise", "zz", "x", "--session", "s1", "--user", "it's"], 1, "session s1 of user it's"),
        (["revise", "zz", "x"], 1, "the ref 'zz' anywhere here"),
    ],
)
def test_mistakes_are_told_with_what_to_do(
    told: Run, arguments: list[str], code: int, said: str
) -> None:
    ended = told(*arguments)
    assert (ended.code, ended.out) == (code, "")
    assert said in ended.err
    assert "Scope(" not in ended.err
    assert not Path("x").exists()


def test_stats_ends_with_hashes_and_shows_parts_when_asked(told: Run) -> None:
    plain = told("stats").out
    assert "head" in plain.splitlines()[-3]
    assert "state hash" in plain.splitlines()[-2]
    assert len(told("stats", "--parts").out.splitlines()) > len(plain.splitlines())
