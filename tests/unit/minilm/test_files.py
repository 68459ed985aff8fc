"""The model's files are looked at before they are used; what is wrong is named."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest

from mnemos import ModelError
from mnemos_minilm import MiniLM

FILES = ("model.onnx", "tokenizer.json")


@pytest.fixture
def folder(made: Path, tmp_path: Path) -> Path:
    return shutil.copytree(made, tmp_path / "files")


def _fails(folder: Path, *said: str) -> None:
    with pytest.raises(ModelError) as caught:
        MiniLM(folder=folder).encode(["the cat"])
    for each in said:
        assert each in str(caught.value)


@pytest.mark.parametrize("name", [*FILES, "model.json"])
def test_a_missing_file_is_named(folder: Path, name: str) -> None:
    (folder / name).unlink()
    _fails(folder, str(folder / name), "cannot be read", "Install mnemos-minilm again")


@pytest.mark.parametrize("name", FILES)
def test_a_truncated_file_is_named_with_both_digests(folder: Path, name: str) -> None:
    expected = json.loads((folder / "model.json").read_text())["sha256"][name]
    content = (folder / name).read_bytes()
    (folder / name).write_bytes(content[: len(content) // 2])
    _fails(folder, str(folder / name), f"has {len(content) // 2:,} bytes", f"expected {expected}")


@pytest.mark.parametrize("name", FILES)
def test_one_flipped_bit_is_found(folder: Path, name: str) -> None:
    content = bytearray((folder / name).read_bytes())
    content[len(content) // 3] ^= 1
    (folder / name).write_bytes(content)
    _fails(folder, str(folder / name), "with sha256")


def test_another_revision_is_refused_with_both(folder: Path) -> None:
    facts = json.loads((folder / "model.json").read_text())
    found = facts["revision"]
    facts["revision"] = "0123456789ab"
    (folder / "model.json").write_text(json.dumps(facts))
    _fails(folder, "names revision '0123456789ab'", f"the files give '{found}'")


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"name": "minilm"', '{"name": 1}'])
def test_damaged_facts_are_refused(folder: Path, content: str) -> None:
    (folder / "model.json").write_text(content)
    with pytest.raises(ModelError, match=re.escape(f"{folder / 'model.json'} is damaged")):
        assert MiniLM(folder=folder).model


def test_a_model_that_failed_to_load_can_be_used_once_it_is_whole(folder: Path) -> None:
    content = (folder / "model.onnx").read_bytes()
    (folder / "model.onnx").unlink()
    minilm = MiniLM(folder=folder)
    with pytest.raises(ModelError):
        minilm.encode(["the cat"])
    (folder / "model.onnx").write_bytes(content)
    assert minilm.encode(["the cat"]).shape == (1, 32)
