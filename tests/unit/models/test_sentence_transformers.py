"""A folder is run by sentence-transformers: by a stand-in anywhere, for real where it is there."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from mnemos.errors import ModelError
from mnemos.models import embedder
from mnemos.models.base import Embedder, Floats32
from mnemos.models.sentence_transformers import (
    PIECES,
    WHOLE_BYTES,
    SentenceTransformers,
    configured_dimension,
    revision_of,
)

OURS = "sentence_transformers.models."


def folder_of(path: Path, *modules: tuple[str, Mapping[str, object]], first: str = OURS) -> Path:
    """Write a model's configuration as the library does: a folder for each but the first."""
    path.mkdir(parents=True)
    entries = [{"idx": 0, "path": "", "type": f"{first}Transformer"}]
    for name, settings in modules:
        (path / name).mkdir()
        (path / name / "config.json").write_text(json.dumps(settings))
        entries.append({"idx": len(entries), "path": name, "type": f"{OURS}{name[2:]}"})
    (path / "modules.json").write_text(json.dumps(entries))
    return path


class StandIn:
    """Has the library's names, and notes how it is called."""

    def __init__(self, folder: str, **options: object) -> None:
        self.calls: list[dict[str, object]] = []
        loaded.append((folder, options, self))

    def encode(self, texts: list[str], **options: object) -> Floats32:
        self.calls.append({"texts": texts, **options})
        if "broken" in texts:
            raise RuntimeError("no memory left")
        return np.array([[len(text), 1, 2] for text in texts], np.float32)


loaded: list[tuple[str, dict[str, object], StandIn]] = []


@pytest.fixture
def library(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, dict[str, object], StandIn]]:
    """Put the stand-in in the library's place; return what is loaded with it."""
    module: Any = ModuleType("sentence_transformers")
    module.SentenceTransformer = StandIn
    monkeypatch.setitem(sys.modules, "sentence_transformers", module)
    loaded.clear()
    return loaded


@pytest.fixture
def tiny(tmp_path: Path) -> Path:
    pooling = {"word_embedding_dimension": 3, "pooling_mode_mean_tokens": True}
    return folder_of(tmp_path / "tiny", ("1_Pooling", pooling))


def test_a_model_is_known_before_it_is_loaded(
    library: list[tuple[str, dict[str, object], StandIn]], tiny: Path
) -> None:
    made = embedder(f"sentence-transformers:{tiny}")
    assert isinstance(made, Embedder)
    assert made.model.name == "sentence-transformers:tiny"
    assert (made.model.dimension, made.model.revision) == (3, revision_of(tiny))
    assert made.encode([]).shape == (0, 3)
    assert library == []


def test_texts_are_handed_to_the_library_once_loaded_from_the_folder_alone(
    library: list[tuple[str, dict[str, object], StandIn]], tiny: Path
) -> None:
    made = SentenceTransformers(str(tiny), device="cpu", batch_texts=2)
    assert made.encode(("a", "", "x\ud800")).tolist() == [[1, 1, 2], [0, 1, 2], [2, 1, 2]]
    made.encode(["again"])
    ((folder, options, model),) = library
    assert (folder, options) == (str(tiny), {"device": "cpu", "local_files_only": True})
    assert model.calls[0]["texts"] == ["a", "", "x?"] and model.calls[0]["batch_size"] == 2


def test_a_folder_that_is_silent_about_its_dimension_is_loaded(
    library: list[tuple[str, dict[str, object], StandIn]], tmp_path: Path
) -> None:
    made = SentenceTransformers(str(folder_of(tmp_path / "silent")))
    assert (made.model.dimension, made.model.dimension) == (3, 3)
    assert len(library) == 1


def test_a_folder_is_found_from_home_and_named_by_its_last_part(
    monkeypatch: pytest.MonkeyPatch, tiny: Path
) -> None:
    monkeypatch.setenv("HOME", str(tiny.parent))
    monkeypatch.setenv("USERPROFILE", str(tiny.parent))
    assert SentenceTransformers("~/tiny").model == SentenceTransformers(str(tiny)).model


@pytest.mark.usefixtures("library")
def test_failures_and_vectors_of_another_size_are_model_errors(tiny: Path, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="RuntimeError: no memory left"):
        SentenceTransformers(str(tiny)).encode(["broken"])
    wide = folder_of(tmp_path / "wide", ("1_Dense", {"out_features": 4}))
    with pytest.raises(ModelError, match="gave 3-d vectors; its own are 4-d"):
        SentenceTransformers(str(wide)).encode(["a"])
    (tiny / "modules.json").write_text("{")
    with pytest.raises(ModelError, match="JSONDecodeError"):
        SentenceTransformers(str(tiny)).encode(["a"])


def test_code_that_comes_with_a_model_is_never_run(
    library: list[tuple[str, dict[str, object], StandIn]], tmp_path: Path
) -> None:
    folder = folder_of(tmp_path / "own", ("1_Dense", {"out_features": 3}), first="custom_code.")
    with pytest.raises(ModelError, match=r"code of its own \(custom_code\.Transformer\)"):
        SentenceTransformers(str(folder)).encode(["a"])
    assert library == []


def test_without_the_library_it_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, tiny: Path
) -> None:
    monkeypatch.setitem(sys.modules, "sentence_transformers", None)
    monkeypatch.setitem(sys.modules, "huggingface_hub", None)
    for name in (str(tiny), "all-MiniLM-L6-v2"):
        with pytest.raises(ModelError, match=r"mnemos\[sentence-transformers\]"):
            SentenceTransformers(name).encode(["a"])


@pytest.mark.parametrize("download", [False, True])
def test_a_model_that_is_not_here_is_fetched_only_when_asked(
    monkeypatch: pytest.MonkeyPatch, *, download: bool
) -> None:
    asked: list[object] = []

    def snapshot_download(repository: str, **options: object) -> str:
        asked.append((repository, options["local_files_only"]))
        raise FileNotFoundError(repository)

    module: Any = ModuleType("huggingface_hub")
    module.snapshot_download = snapshot_download
    monkeypatch.setitem(sys.modules, "huggingface_hub", module)
    with pytest.raises(ModelError, match="no model in the cache is called 'tiny'") as failed:
        _ = SentenceTransformers("tiny", download=download).model
    assert asked == [("sentence-transformers/tiny", not download)]
    assert ("download=True" in str(failed.value)) is not download


@pytest.mark.parametrize(
    ("settings", "dimension"),
    [
        ({"word_embedding_dimension": 8, "pooling_mode_mean_tokens": True}, 8),
        (
            {
                "word_embedding_dimension": 8,
                "pooling_mode_cls_token": True,
                "pooling_mode_max_tokens": True,
                "pooling_mode_mean_tokens": False,
            },
            16,
        ),
        ({"embedding_dimension": 8, "pooling_mode": "mean"}, 8),
        ({"embedding_dimension": 8, "pooling_mode": ["cls", "max", "mean"]}, 24),
        ({"in_features": 8, "out_features": 4}, 4),
        ({"other": 1}, None),
    ],
)
def test_the_dimension_is_read_from_the_configuration(
    tmp_path: Path, settings: dict[str, object], dimension: int | None
) -> None:
    folder = folder_of(tmp_path / "model", ("1_Pooling", settings))
    assert configured_dimension(folder) == dimension


def test_a_revision_follows_the_files_not_their_place(tiny: Path, tmp_path: Path) -> None:
    before = revision_of(tiny)
    moved = Path(shutil.copytree(tiny, tmp_path / "moved"))
    (moved / "README.md").write_text("words")
    (moved / ".cache").mkdir()
    (moved / ".cache" / "note").write_text("words")
    assert revision_of(moved) == before
    weights = moved / "model.safetensors"
    weights.write_bytes(bytes(PIECES + WHOLE_BYTES))
    with_weights = revision_of(moved)
    weights.write_bytes(bytes(PIECES + WHOLE_BYTES - 1) + b"\1")
    assert len({before, with_weights, revision_of(moved)}) == 3


def test_the_revision_of_a_model_in_the_cache_is_its_commit(tmp_path: Path) -> None:
    assert revision_of(tmp_path / "snapshots" / "c9745ed1d9f2") == "c9745ed1d9f2"


@pytest.mark.filterwarnings("ignore")  # the libraries' own
def test_the_library_itself_runs_a_model_it_saved(tmp_path: Path) -> None:
    pytest.importorskip("sentence_transformers")
    folder = saved_model(tmp_path)
    made = SentenceTransformers(str(folder), device="cpu")
    assert configured_dimension(folder) == made.model.dimension == 16
    vectors = made.encode(["the river bank", "otter " * 100, "", "the\ud800"])
    assert vectors.shape == (4, 16) and vectors.dtype == np.float32
    alone = SentenceTransformers(str(folder), device="cpu").encode(["the river bank"])
    assert np.allclose(alone[0], vectors[0], atol=1e-5)


def saved_model(path: Path) -> Path:
    """Save a BERT of one layer and ten words, untrained."""
    import torch  # noqa: PLC0415 - not in the test group
    import transformers  # noqa: PLC0415
    from sentence_transformers import SentenceTransformer  # noqa: PLC0415
    from sentence_transformers.sentence_transformer import modules  # noqa: PLC0415

    raw = path / "raw"
    raw.mkdir()
    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "the", "river", "bank", "a", "otter"]
    (raw / "vocab.txt").write_text("\n".join(words))
    torch.manual_seed(1)
    shape = transformers.BertConfig(
        vocab_size=len(words),
        hidden_size=16,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=16,
        max_position_embeddings=32,
    )
    transformers.BertModel(shape).save_pretrained(raw)
    transformers.BertTokenizerFast(vocab_file=str(raw / "vocab.txt")).save_pretrained(raw)
    reader = modules.Transformer(str(raw), max_seq_length=16)
    saved = path / "saved"
    SentenceTransformer(modules=[reader, modules.Pooling(16)], device="cpu").save(str(saved))
    return saved
