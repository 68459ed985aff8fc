"""``mnemos import``: what it prints, where it ends, what it leaves alone."""

from __future__ import annotations

import json
from pathlib import Path

from tests.unit.importers.exports import EXPORTS, as_lines, written
from tests.unit.serve.command_line import Run


def _export(name: str) -> str:
    return str(written(Path(), *EXPORTS[name]))


def test_it_tells_what_came(mnemos: Run) -> None:
    ended = mnemos("import", _export("whatsapp android"))
    assert (ended.code, ended.err) == (0, "")
    rows = {line.split("  ")[0]: line.strip() for line in ended.out.splitlines()}
    assert rows["kind"].endswith("whatsapp")
    assert rows["period"].endswith("2017-04-09 to 2017-04-30")
    assert "Ben 2" in rows["authors"]
    assert "5 messages remembered (event 1)" in ended.out
    assert "5 were there already" in mnemos("import", _export("whatsapp android")).out


def test_a_rehearsal_makes_no_file(mnemos: Run) -> None:
    ended = mnemos("import", _export("slack zip"), "--dry-run")
    assert ended.code == 0
    assert "4 messages would be remembered\n" in ended.out
    assert not Path("memory.mnemos").exists()


def test_a_rehearsal_over_a_memory_says_what_is_there_already(mnemos: Run) -> None:
    path = _export("mem0")
    mnemos("import", path)
    before = mnemos("stats", "--json").json["state_hash"]
    told = mnemos("import", path, "--dry-run", "--json").json
    assert (told["added"], told["existing"], told["dry_run"]) == (0, 2, True)
    assert mnemos("stats", "--json").json["state_hash"] == before


def test_json_has_all_of_it(mnemos: Run) -> None:
    told = mnemos("import", _export("chatgpt"), "--json", "--user", "ada").json
    assert (told["kind"], told["added"], told["conversations"]) == ("chatgpt", 9, 3)
    assert told["authors"] == {"user": 4, "assistant": 3, "tool": 2}
    assert told["problems"] == []
    assert str(told["first"]).startswith("2026-05-28T")


def test_bad_records_are_named_and_the_rest_goes_in(mnemos: Run) -> None:
    bad = as_lines([{"role": "user", "content": "a"}, {"role": "x", "content": "b"}]) + b"{\n"
    written(Path(), "m.jsonl", bad)
    ended = mnemos("import", "m.jsonl")
    assert ended.code == 0
    assert "m.jsonl:2: role 'x' is unknown" in ended.err
    assert "m.jsonl:3: is no JSON" in ended.err
    assert "1 message remembered" in ended.out
    stopped = mnemos("import", "m.jsonl", "--on-error", "stop", "--session", "other")
    assert stopped.code == 2
    assert "m.jsonl:2: role 'x' is unknown" in stopped.err
    assert len(mnemos("browse", "--json").lines) == 1


def test_only_bad_records_end_with_2(mnemos: Run) -> None:
    written(Path(), "m.jsonl", b'{"role": "x"}\n')
    assert mnemos("import", "m.jsonl", "--kind", "jsonl").code == 2


def test_nothing_to_import_ends_with_1(mnemos: Run) -> None:
    written(Path(), "conversations.json", b"[]")
    ended = mnemos("import", "conversations.json", "--kind", "claude")
    assert ended.code == 1
    assert "holds no messages of kind claude" in ended.err


def test_an_edit_is_a_conflict_unless_it_is_to_be_taken(mnemos: Run) -> None:
    path = Path(_export("mem0"))
    mnemos("import", str(path))
    path.write_bytes(path.read_bytes().replace(b"window", b"aisle"))
    ended = mnemos("import", str(path))
    assert ended.code == 0
    assert "message 1: ref 'e1' is stored" in ended.err
    assert mnemos("import", str(path), "--on-error", "stop").code == 3
    assert "1 of them edits" in mnemos("import", str(path), "--revise").out


def test_what_cannot_be_read_ends_with_2(mnemos: Run) -> None:
    assert mnemos("import", "nothing.zip").code == 2
    assert mnemos("import").code == 2
    ended = mnemos("import", _export("jsonl"), "--kind", "fax")
    assert ended.code == 2
    assert "no importer 'fax'; known are chatgpt" in ended.err


def test_a_cut_off_file_says_that_some_went_in(mnemos: Run) -> None:
    name, data = EXPORTS["chatgpt"]
    assert isinstance(data, bytes)
    path = written(Path(), name, data[: len(data) // 2])
    ended = mnemos("import", str(path))
    assert ended.code == 2
    written(Path(), name, data)
    assert mnemos("import", str(path)).code == 0


def test_the_kinds_are_listed(mnemos: Run) -> None:
    assert "whatsapp" in mnemos("import", "--kinds").out
    kinds = mnemos("import", "--kinds", "--json").lines
    assert {"name", "about"} == set(kinds[0])
    assert json.dumps(kinds).count('"name"') == 13
