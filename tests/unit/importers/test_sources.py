"""Files, folders and zips are read, never unpacked, and not trusted."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from mnemos import Memory, SourceError
from mnemos.importers import load
from mnemos.importers.sources import MAX_RATIO, SMALL_BYTES, opened
from tests.unit.importers.exports import CHATGPT, IOS, SLACK, TRANSCRIPT, written, zipped


def added(path: Path, kind: str | None = None) -> int:
    with Memory(":memory:", embedder=None) as memory:
        return load(memory, path, kind).added


@pytest.mark.parametrize(
    "name", ["../x/conversations.json", "/conversations.json", "a\\..\\b.json"]
)
def test_a_zip_that_names_a_file_outside_itself_is_refused(name: str, tmp_path: Path) -> None:
    path = written(tmp_path, "x.zip", zipped({name: CHATGPT}))
    with pytest.raises(SourceError, match="names a file outside itself"):
        added(path)
    assert list(tmp_path.parent.glob("x/**")) == []


def test_a_zip_that_expands_beyond_measure_is_refused(tmp_path: Path) -> None:
    bomb = zipped({"conversations.json": b" " * (SMALL_BYTES + 1)})
    assert MAX_RATIO * len(bomb) < SMALL_BYTES
    with pytest.raises(SourceError, match="would expand to"):
        added(written(tmp_path, "x.zip", bomb))


def test_a_zip_that_lies_about_its_sizes_is_refused(tmp_path: Path) -> None:
    data = bytearray(zipped({"conversations.json": CHATGPT}))
    directory = data.rindex(b"PK\x01\x02")
    data[directory + 24 : directory + 28] = (len(CHATGPT) // 2).to_bytes(4, "little")
    with pytest.raises(SourceError):
        added(written(tmp_path, "x.zip", bytes(data)), "chatgpt")


def test_an_encrypted_part_and_an_unknown_compression_are_named(tmp_path: Path) -> None:
    data = bytearray(zipped({"conversations.json": CHATGPT}))
    for begins in (data.index(b"PK\x03\x04") + 6, data.rindex(b"PK\x01\x02") + 8):
        data[begins] |= 1
    with pytest.raises(SourceError, match="is encrypted"):
        added(written(tmp_path, "x.zip", bytes(data)))
    lzma = zipped({"conversations.json": CHATGPT}, compression=zipfile.ZIP_LZMA)
    with pytest.raises(SourceError, match="its compression is not known"):
        added(written(tmp_path, "y.zip", lzma))


def test_what_systems_put_beside_files_is_left_alone(tmp_path: Path) -> None:
    parts = {
        "__MACOSX/._conversations.json": b"\0\5",
        ".DS_Store": b"\0",
        "conversations.json": CHATGPT,
    }
    assert added(written(tmp_path, "x.zip", zipped(parts))) == 9
    assert added(written(tmp_path, "folder", parts)) == 9


def test_links_in_a_folder_are_not_followed(tmp_path: Path) -> None:
    outside = written(tmp_path, "outside.json", SLACK["general/2026-05-01.json"])
    folder = written(tmp_path, "slack", SLACK)
    (folder / "general" / "2026-05-03.json").symlink_to(outside)
    with opened(folder) as source:
        assert "general/2026-05-03.json" not in source.sizes


def test_what_cannot_be_opened_is_named(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="nothing: cannot be read: No such file"):
        added(tmp_path / "nothing")
    with pytest.raises(SourceError, match="is no zip that can be read"):
        added(written(tmp_path, "x.zip", b"PK\x03\x04 and no more"))
    with pytest.raises(SourceError, match="neither a file nor a folder"):
        added(Path("/dev/null"))


def test_a_further_download_is_the_same_conversation(tmp_path: Path) -> None:
    with Memory(":memory:", embedder=None) as memory:
        load(memory, written(tmp_path, "Chat with Ada.txt", IOS))
        done = load(memory, written(tmp_path, "Chat with Ada (1).txt", IOS))
    assert (done.added, done.existing) == (0, 6)


def test_several_chats_of_a_folder_are_sessions_with_their_names(tmp_path: Path) -> None:
    folder = written(tmp_path, "chats", {"Ada.txt": IOS, "Ben.txt": IOS})
    with Memory(":memory:", embedder=None) as memory:
        assert load(memory, folder).conversations == 2


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_marks_of_encodings_are_understood(encoding: str, tmp_path: Path) -> None:
    path = written(tmp_path, "talk.txt", TRANSCRIPT.decode().encode(encoding))
    assert added(path) == 2
    chat = written(tmp_path, "Ada.txt", IOS.decode().encode(encoding))
    assert added(chat) == 6


def test_a_json_file_in_utf_16_is_refused_with_what_to_do(tmp_path: Path) -> None:
    path = written(tmp_path, "conversations.json", CHATGPT.decode().encode("utf-16"))
    with pytest.raises(SourceError, match=r"is UTF-16, not UTF-8 \(convert it: iconv"):
        added(path, "chatgpt")
    assert added(written(tmp_path, "conversations.json", b"\xef\xbb\xbf" + CHATGPT)) == 9


def test_what_came_before_the_end_of_a_cut_off_file_is_kept(tmp_path: Path) -> None:
    cut = CHATGPT[: CHATGPT.index(b'"odd"') - 200]
    path = written(tmp_path, "conversations.json", cut)
    with Memory(":memory:", embedder=None) as memory:
        with pytest.raises(SourceError, match=r"conversations.json:\d+: "):
            load(memory, path)
        assert len(memory.browse(limit=50).items) == 5
        written(tmp_path, "conversations.json", CHATGPT)
        assert load(memory, path).added == 4
    with Memory(":memory:", embedder=None) as memory:
        written(tmp_path, "conversations.json", cut)
        with pytest.raises(SourceError):
            load(memory, path, on_error="stop")
        assert memory.browse(limit=50).items == ()
