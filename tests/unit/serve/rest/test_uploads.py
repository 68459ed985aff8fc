"""Files of other products over HTTP: told by sight, looked at first, taken in, never trusted."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

import httpx
import pytest

from mnemos import Memory
from mnemos.serve.limits import Limits
from mnemos.serve.rest import uploads
from mnemos.serve.rest.uploads import _safe
from tests.unit.importers.exports import EXPORTS, kind_of, zipped
from tests.unit.serve.rest.serving import Served, served

FILE = "application/octet-stream"
TALK = b'{"role": "user", "content": "The ferry leaves at nine", "id": "a"}\n'


def sent(running: Served, content: bytes, name: str = "talk.jsonl", **more: Any) -> httpx.Response:  # noqa: ANN401 - of httpx
    session = more.pop("session", None)
    about = {"name": name} | ({} if session is None else {"session": session})
    headers = {"content-type": FILE, "mnemos-file": json.dumps(about), **more.pop("headers", {})}
    return httpx.post(
        f"{running.url}/v1/import-file", content=content, headers=headers, trust_env=False, **more
    )


@pytest.fixture
def running(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:  # noqa: ANN401 - a generator
    """A server whose temporary files stand in a folder of their own, which is empty at the end."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    limits = Limits(requests_per_s=0, file_bytes=3 << 20, unpacked_bytes=5 << 20)
    with served(tmp_path, file="one.mnemos", limits=limits) as found:
        yield found
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize("export", EXPORTS)
def test_every_kind_is_told_looked_at_and_taken_in(running: Served, export: str) -> None:
    name, data = EXPORTS[export]
    content = data if isinstance(data, bytes) else zipped(data)
    name = name if isinstance(data, bytes) else f"{name}.zip"
    would = sent(running, content, name, params={"dry_run": "true"}).json()
    assert (would["kind"], would["dry_run"]) == (kind_of(export), True)
    assert would["added"] > 0
    with running.client() as client:
        assert client.log() == ()
        done = sent(running, content, name).json()
        unlike = {"seq", "head", "dry_run"}
        assert {**done, **dict.fromkeys(unlike)} == {**would, **dict.fromkeys(unlike)}
        assert client.stats().items["turn"] == done["added"]
        again = sent(running, content, name).json()
        assert (again["added"], again["existing"]) == (0, done["added"])


def test_progress_is_told_and_the_result_comes_last(running: Served) -> None:
    many = "".join(
        json.dumps({"role": "user", "content": f"day {n}", "id": f"d{n}"}) + "\n"
        for n in range(3_000)
    )
    answer = sent(running, many.encode(), headers={"accept": "application/x-ndjson"})
    *steps, last = map(json.loads, answer.text.splitlines())
    assert last["result"]["added"] == 3_000
    assert steps
    assert all(0 < each["progress"]["done"] <= each["progress"]["total"] for each in steps)


def test_bad_records_are_named_by_file_and_line_and_by_no_folder(running: Served) -> None:
    bad = TALK + b'{"role": "nobody", "content": "x"}\n'
    done = sent(running, bad).json()
    assert (done["added"], done["left_out"]) == (1, 1)
    assert done["problems"][0].startswith("talk.jsonl:2: role 'nobody'")
    stopped = sent(running, bad.replace(b'"a"', b'"b"'), params={"on_error": "stop"})
    assert stopped.status_code == 422
    assert stopped.json()["detail"].startswith("talk.jsonl:2: ")
    with running.client() as client:
        assert client.stats().items["turn"] == 1


def test_the_session_is_the_files_name_or_what_was_asked_for(running: Served) -> None:
    sent(running, TALK, "diary.jsonl")
    sent(running, TALK, session="walks")
    with running.client() as client:
        assert {item.scope.session for item in client.browse().items} == {"diary", "walks"}


@pytest.mark.parametrize(
    ("content", "name", "status", "why"),
    [
        (b"\x00\x01\x02", "a.bin", 422, "is of no kind that is known"),
        (b"PK\x03\x04 no zip", "a.zip", 422, "is no zip"),
        (zipped({"../evil.json": b"[]"}), "a.zip", 422, "names a file outside itself"),
        (zipped({"/etc/evil.json": b"[]"}), "a.zip", 422, "names a file outside itself"),
        (zipped({"a.json": b" " * (6 << 20)}), "a.zip", 413, "once it is unpacked"),
        (b"x" * ((3 << 20) + 1), "a.txt", 413, "mnemos import takes files of any size"),
        (b'[{"role": "user", "content": "cut', "a.json", 422, "a.json"),
    ],
    ids=["bytes", "no zip", "up", "root", "bomb", "large", "cut"],
)
def test_what_cannot_be_trusted_is_refused(
    running: Served, content: bytes, name: str, status: int, why: str
) -> None:
    answer = sent(running, content, name)
    assert answer.status_code == status, answer.text
    assert why in answer.json()["detail"]
    assert "temporary" not in answer.text
    with running.client() as client:
        assert client.log() == ()


def test_a_zip_that_expands_beyond_measure_is_refused(tmp_path: Path) -> None:
    with served(tmp_path, file="one.mnemos", limits=Limits(requests_per_s=0)) as found:
        answer = sent(found, zipped({"conversations.json": b" " * (1 << 27)}), "chat.zip")
    assert answer.status_code == 422
    assert "times as many" in answer.json()["detail"]


@pytest.mark.parametrize(
    ("headers", "params", "status"),
    [
        ({"content-type": "text/plain"}, {}, 415),
        ({"content-type": "multipart/form-data; boundary=x"}, {}, 415),
        ({"mnemos-file": "[]"}, {}, 422),
        ({"mnemos-file": '{"name": 1}'}, {}, 422),
        ({"mnemos-file": '{"folder": "x"}'}, {}, 422),
        ({}, {"dry_run": "maybe"}, 422),
        ({}, {"dryrun": "true"}, 422),
        ({}, {"kind": "nothing"}, 422),
    ],
)
def test_a_misspelt_wish_is_refused(
    running: Served, headers: dict[str, str], params: dict[str, str], status: int
) -> None:
    answer = sent(running, TALK, headers=headers, params=params)
    assert answer.status_code == status, answer.text
    with running.client() as client:
        assert client.log() == ()


def test_a_key_of_a_part_of_the_memory_imports_no_file(tmp_path: Path) -> None:
    with served(tmp_path) as found:
        for key in (found.key("ann", "read"), found.key("ann", "write", user="ada")):
            answer = sent(found, TALK, headers={"authorization": f"Bearer {key}"})
            assert answer.status_code == 403


def test_more_files_than_there_is_room_for_come_again_later(
    running: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uploads, "AT_ONCE", 0)
    answer = sent(running, TALK)
    assert (answer.status_code, "retry-after" in answer.headers) == (503, True)


def test_a_full_disk_beside_the_memory_is_507(
    running: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("there is no /dev/full here")
    monkeypatch.setattr(uploads, "_safe", lambda _: "/dev/full")
    answer = sent(running, TALK)
    assert (answer.status_code, answer.json()["error"]) == (507, "DiskFull")
    monkeypatch.undo()
    assert sent(running, TALK).json()["added"] == 1


@pytest.mark.parametrize(
    "name", ["../../x.json", "a/../b", "..", "", ".", "\x00", "\ud83c", "é" * 400 + ".zip", "C:\\a"]
)
def test_no_name_leads_out_of_a_folder(name: str) -> None:
    safe = _safe(name)
    assert safe == Path(safe).name != ""
    assert safe not in {".", ".."}
    assert len(safe.encode()) <= 255


def test_what_is_imported_can_be_asked_for_at_once(running: Served) -> None:
    said = json.dumps({"role": "user", "content": "My sister Ann lives in Porto.", "id": "s"})
    assert sent(running, said.encode()).json()["added"] == 1
    with running.client() as client:
        assert any("Porto" in fact.value for fact in client.facts(every=True))


def test_a_memory_in_a_directory_takes_only_its_own(tmp_path: Path) -> None:
    with served(tmp_path) as found:
        key = found.key("ann")
        sent(found, TALK, headers={"authorization": f"Bearer {key}"})
    assert sorted(each.name for each in tmp_path.glob("*.mnemos")) == ["ann.mnemos"]
    with Memory(tmp_path / "ann.mnemos", embedder=None) as memory:
        assert memory.stats().items["turn"] == 1
