from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from mnemos.importers.taking import BATCH
from tests.unit.serve.command_line import Run


def _said(count: int, **extra: object) -> list[dict[str, object]]:
    return [{"role": "user", "content": f"turn number {n}", **extra} for n in range(count)]


def _jsonl(messages: list[dict[str, object]]) -> str:
    return "".join(json.dumps(message) + "\n" for message in messages)


def _texts(run: Run) -> list[object]:
    return [item["text"] for item in run("browse", "--json").lines]


@pytest.mark.parametrize(
    "content",
    [
        _jsonl(_said(3)),
        json.dumps(_said(3)),
        json.dumps({"title": "x", "messages": _said(3), "after": [1, 2]}, indent=2),
        "\ufeff" + _jsonl(_said(3)),
        "user: turn number 0\nuser: turn number 1\n\nuser: turn number 2\n",
    ],
    ids=["jsonl", "list", "object", "byte order mark", "transcript"],
)
def test_formats_are_told_apart(mnemos: Run, content: str) -> None:
    Path("said").write_text(content, encoding="utf-8")
    ended = mnemos("remember", "said")
    assert (ended.code, ended.err) == (0, "")
    assert _texts(mnemos) == ["turn number 0", "turn number 1", "turn number 2"]


def test_one_message_is_a_document_too(mnemos: Run) -> None:
    content = json.dumps({"role": "user", "content": "alone"}, indent=2)
    assert mnemos("remember", "-", stdin=content).code == 0
    assert _texts(mnemos) == ["alone"]


def test_a_transcript_has_names_times_and_long_turns(mnemos: Run) -> None:
    content = "[2026-05-01 10:30] Ada Lovelace: first\n  more: of it\n\nlast\nassistant: yes\n"
    assert mnemos("remember", "-", stdin=content).code == 0
    first, second = mnemos("browse", "--json").lines
    assert first["text"] == "first\n  more: of it\n\nlast"
    assert first["speaker"] == "Ada Lovelace"
    assert str(first["said_at"]).startswith("2026-05-01T10:30")
    assert second["role"] == "assistant"


def test_a_message_names_its_own_session(mnemos: Run) -> None:
    Path("said.jsonl").write_text(_jsonl([*_said(1, session="own"), *_said(1)]), encoding="utf-8")
    mnemos("remember", "said.jsonl", "--session", "given", "--user", "ada")
    scopes = [item["scope"] for item in mnemos("browse", "--json").lines]
    assert scopes == [
        {"user": "ada", "agent": None, "session": "own"},
        {"user": "ada", "agent": None, "session": "given"},
    ]


def test_stop_takes_nothing_and_names_every_bad_line(mnemos: Run) -> None:
    lines = _jsonl(_said(BATCH + 10)).splitlines()
    lines[3] = '{"role": "user", "content": '
    lines[BATCH + 4] = '{"role": "nobody", "content": "x"}'
    Path("said.jsonl").write_text("\n".join(lines), encoding="utf-8")
    ended = mnemos("remember", "said.jsonl")
    assert ended.code == 2
    assert "said.jsonl:4: is no JSON" in ended.err
    assert f"said.jsonl:{BATCH + 5}: role 'nobody' is unknown" in ended.err
    assert _texts(mnemos) == []


def test_skip_takes_the_good_lines(mnemos: Run) -> None:
    lines = _jsonl(_said(BATCH + 10)).splitlines()
    lines[3] = "nonsense"
    lines[BATCH + 4] = '{"role": "nobody", "content": "x"}'
    Path("said.jsonl").write_text("\n".join(lines), encoding="utf-8")
    ended = mnemos("remember", "said.jsonl", "--on-error", "skip")
    assert ended.code == 0
    assert "said.jsonl:4: " in ended.err
    assert f"said.jsonl:{BATCH + 5}: " in ended.err
    assert "2 left out" in ended.out
    assert len(_texts(mnemos)) == BATCH + 8


def test_a_conflict_late_in_a_file_takes_nothing(told: Run) -> None:
    messages = [*_said(BATCH, session="one"), {**_said(1, session="one")[0], "id": "a"}]
    Path("more.jsonl").write_text(_jsonl(messages), encoding="utf-8")
    ended = told("remember", "more.jsonl")
    assert ended.code == 3
    assert f"more.jsonl:{BATCH + 1}: ref 'a' is stored" in ended.err
    assert len(_texts(told)) == 3


def test_the_same_file_twice_is_remembered_once(mnemos: Run) -> None:
    Path("said.jsonl").write_text(_jsonl(_said(BATCH + 1)), encoding="utf-8")
    assert mnemos("remember", "said.jsonl", "--json").json["added"] == BATCH + 1
    again = mnemos("remember", "said.jsonl", "--json").json
    assert (again["added"], again["existing"]) == (0, BATCH + 1)
    assert mnemos("remember", "said.jsonl", "--session", "x", "--json").json["added"] == BATCH + 1


def test_sync_adds_what_is_new_and_refuses_what_differs(mnemos: Run) -> None:
    Path("said.jsonl").write_text(_jsonl(_said(2)), encoding="utf-8")
    assert mnemos("sync", "said.jsonl", "--session", "s").code == 0
    Path("said.jsonl").write_text(_jsonl(_said(4)), encoding="utf-8")
    grown = mnemos("sync", "said.jsonl", "--session", "s", "--json").json
    assert (grown["added"], grown["existing"]) == (2, 2)
    Path("said.jsonl").write_text(_jsonl(_said(4)[1:]), encoding="utf-8")
    ended = mnemos("sync", "said.jsonl", "--session", "s")
    assert ended.code == 3
    assert len(_texts(mnemos)) == 4


def test_sync_skips_bad_lines_of_a_session(mnemos: Run) -> None:
    lines = _jsonl(_said(3)).splitlines()
    lines[1] = '{"role": "nobody", "content": "x"}'
    Path("said.jsonl").write_text("\n".join(lines), encoding="utf-8")
    assert mnemos("sync", "said.jsonl").code == 2
    assert mnemos("sync", "said.jsonl", "--on-error", "skip").code == 0
    assert _texts(mnemos) == ["turn number 0", "turn number 2"]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("user: hällo".encode("utf-16"), "said: is UTF-16, not UTF-8"),
        ("user: hi".encode("utf-16-le"), "begins with NUL bytes"),
        (b"user: fine\nuser: caf\xe9\n", "said:2: byte 10 (0xe9) is no UTF-8"),
        (b'[{"role": "user",\n "content": "caf\xe9"}]', "said:2: byte 17 (0xe9) is no UTF-8"),
        (b'[{"role": "user", "content": "x"},\n{"role" "user"}]', "said:2: is no JSON"),
        (b'[{"role": "user", "content": "x"}', "said:1: expected ',', not 'the end'"),
        (b'[{"role": "user", "content": "x"}] more', "said:1: something follows the end"),
        (b"no name here\nAda: hi", "said:1: expected “Name: text”"),
        (b'[{"role": "user", "content": 7}]', "said: message 1: content: expected a text"),
        (b'{"role": "user", "content": "x", "session": 7}', "said:1: session: expected a text"),
        (b"[" * 100_000, "said:1: is no JSON that can be read"),
    ],
)
def test_what_cannot_be_read_is_named_with_its_line(mnemos: Run, content: bytes, told: str) -> None:
    Path("said").write_bytes(content)
    ended = mnemos("remember", "said")
    assert ended.code == 2
    assert told in ended.err
    assert "Traceback" not in ended.err


def test_json_is_read_across_chunks(mnemos: Run) -> None:
    messages = _said(40, metadata={"long": "é" * 5_000})
    content = json.dumps(messages, ensure_ascii=False).encode()
    assert mnemos("remember", "-", stdin=content).code == 0
    assert len(_texts(mnemos)) == 40


def test_text_is_remembered_with_its_speaker(mnemos: Run) -> None:
    assert mnemos("remember", "--text", "hello", "--name", "Ada", "--session", "s").code == 0
    (item,) = mnemos("browse", "--json").lines
    assert (item["text"], item["speaker"]) == ("hello", "Ada")
    assert mnemos("remember").code == 2
    assert mnemos("remember", "x", "--text", "y").code == 2
    assert mnemos("remember", "no-such-file").code == 2


def test_the_limit_of_python_does_not_end_a_deep_line(mnemos: Run) -> None:
    deep = "[" * (sys.getrecursionlimit() * 50)
    Path("said.jsonl").write_text(f"{deep}\n{_jsonl(_said(1))}", encoding="utf-8")
    assert mnemos("remember", "said.jsonl", "--on-error", "skip").code == 0
    assert len(_texts(mnemos)) == 1


@pytest.mark.parametrize("verb", ["remember", "sync"])
def test_an_import_may_say_when_it_was_learnt(mnemos: Run, verb: str) -> None:
    Path("old.jsonl").write_text(_jsonl(_said(BATCH + 3)), encoding="utf-8")
    assert mnemos(verb, "old.jsonl", "--recorded-at", "2020-01-02").code == 0
    assert mnemos("remember", "--text", "later", "--recorded-at", "2021-01-01").code == 0
    assert len(mnemos("browse", "--json", "--as-of", "2020-06-01").lines) == BATCH + 3
    assert mnemos("browse", "--json", "--as-of", "2020-01-01").lines == []
    for moment in ("2020-06-01", "9000-01-01", "soon"):
        ended = mnemos(verb, "old.jsonl", "--session", "x", "--recorded-at", moment)
        assert ended.code == 2
        assert "recorded-at" in ended.err
        assert len(ended.err) < 300


def test_what_is_wrong_with_a_message_is_told_where_it_stands(mnemos: Run) -> None:
    good = _said(1)[0]
    bad: dict[str, object] = {"content": "by nobody"}
    ended = mnemos("remember", "-", stdin=json.dumps([good, bad]))
    assert ended.code == 2
    assert "stdin: message 2: role is missing" in ended.err
    ended = mnemos("remember", "-", stdin=_jsonl([good, bad]))
    assert "stdin:2: role is missing" in ended.err
