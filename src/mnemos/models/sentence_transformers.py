"""A model in a folder, or in Hugging Face's cache, run by the library sentence-transformers."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from threading import Lock
from typing import Any

from mnemos.errors import ModelError
from mnemos.models.base import Floats32
from mnemos.models.check import checked, named_failure
from mnemos.types import ModelId

#: Texts that the model reads at once.
BATCH_TEXTS = 32
#: Of a longer file only so many pieces, evenly spread, go into the revision.
WHOLE_BYTES = 1 << 20
PIECES, PIECE_BYTES = 256, 4096
#: What else lies about in the folders of models: the same weights for other libraries.
OTHERS = ("*.h5", "*.msgpack", "*.ot", "onnx/*", "openvino/*", "*.onnx")


class SentenceTransformers:
    """Runs a model of sentence-transformers; code that comes with a model is never run.

    Args:
        name: A folder, or a name in Hugging Face's hub ("all-MiniLM-L6-v2", "BAAI/bge-m3").
        download: Fetch a model that is not in the cache. Otherwise nothing goes to the network.
        device: As torch names it; None lets the library choose.
        batch_texts: Texts that the model reads at once.
    """

    def __init__(
        self,
        name: str,
        *,
        download: bool = False,
        device: str | None = None,
        batch_texts: int = BATCH_TEXTS,
    ) -> None:
        self._name = name
        self._download = download
        self._device = device
        self._batch_texts = batch_texts
        self._lock = Lock()
        self._model: ModelId | None = None
        self._loaded: Any = None

    def __repr__(self) -> str:
        return f"SentenceTransformers({self._name!r})"

    @property
    def model(self) -> ModelId:
        """What its vectors are bound to: name, revision, dimension.

        The name of a folder is the last part of its path, so that it may be moved. The revision
        is the commit of the hub, or a hash over the folder's files: of large ones, over pieces.
        The dimension is read from the model's configuration; if that is silent, it is loaded.

        Raises:
            ModelError: There is no such model here.
        """
        if self._model is None:
            folder = self._folder()
            short = folder.name if Path(self._name).expanduser().is_dir() else self._name
            with named_failure(self):
                dimension = configured_dimension(folder) or self._library_model().encode(["a"]).size
                revision = revision_of(folder)
            self._model = ModelId(f"sentence-transformers:{short}", revision, dimension)
        return self._model

    def encode(self, texts: Sequence[str]) -> Floats32:
        """Return one vector a text. Shape (texts, dimension).

        Raises:
            ModelError: The library or the model is missing, or failed.
        """
        model = self.model
        if not texts:
            return checked([], 0, model)
        with named_failure(self):
            made = self._library_model().encode(
                [text.encode(errors="replace").decode() for text in texts],  # no lone surrogates
                batch_size=self._batch_texts,
                show_progress_bar=False,
                convert_to_numpy=True,
            )
        return checked(made, len(texts), model)

    def _library_model(self) -> Any:  # noqa: ANN401 - the library is an extra, its types are absent
        with self._lock:
            if self._loaded is None:
                try:
                    from sentence_transformers import (  # noqa: PLC0415 - an extra: torch, seconds
                        SentenceTransformer,
                    )
                except ImportError:
                    raise _missing() from None
                folder = self._folder()
                with named_failure(self):
                    foreign = _foreign_code(folder)
                    if foreign:  # releases before 6 run what lies in a folder, unasked
                        raise ModelError(
                            f"{self} needs code of its own ({', '.join(foreign)}); none is run"
                        )
                    self._loaded = SentenceTransformer(
                        str(folder), device=self._device, local_files_only=True
                    )
            return self._loaded

    def _folder(self) -> Path:
        """Return the model's folder: as named, or in the cache, where it may be fetched to."""
        folder = Path(self._name).expanduser()
        if folder.is_dir():
            return folder.resolve()
        try:
            from huggingface_hub import snapshot_download  # noqa: PLC0415 - comes with the extra
        except ImportError:
            raise _missing() from None
        repository = self._name if "/" in self._name else f"sentence-transformers/{self._name}"
        try:
            return Path(
                snapshot_download(
                    repository, local_files_only=not self._download, ignore_patterns=list(OTHERS)
                )
            )
        except (OSError, ValueError, RuntimeError) as error:
            hint = "" if self._download else "; download=True would fetch it"
            raise ModelError(
                f"no folder and no model in the cache is called {self._name!r}{hint} "
                f"({type(error).__name__})"
            ) from error


def configured_dimension(folder: Path) -> int | None:
    """Return the size of the vectors by the model's configuration; None if that is silent."""
    modules = _json(folder / "modules.json")
    paths = [entry.get("path", "") for entry in modules] if isinstance(modules, list) else []
    for path in reversed(paths):
        settings = _json(folder / path / "config.json") if path else None
        if isinstance(settings, dict):
            if "out_features" in settings:
                return int(settings["out_features"])
            pooled = settings.get("embedding_dimension", settings.get("word_embedding_dimension"))
            if pooled is not None:
                return int(pooled) * _ways(settings)
    return None


def _ways(pooling: Mapping[str, object]) -> int:
    """Return in how many ways tokens are pooled: each adds a vector's length."""
    mode = pooling.get("pooling_mode")  # since release 6; before, a flag for each mode
    if isinstance(mode, list):
        return len(mode)
    flags = [on for name, on in pooling.items() if name.startswith("pooling_mode_")]
    return 1 if mode else max(1, sum(on is True for on in flags))


def _foreign_code(folder: Path) -> list[str]:
    """Return the classes that the model names and the library does not bring."""
    modules = _json(folder / "modules.json")
    named = [entry.get("type", "") for entry in modules] if isinstance(modules, list) else []
    return [name for name in named if not name.startswith("sentence_transformers.")]


def _json(path: Path) -> Any:  # noqa: ANN401 - whatever the file holds
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None


def revision_of(folder: Path) -> str:
    """Return the commit of a folder in Hugging Face's cache, else a hash over its files."""
    if folder.parent.name == "snapshots":
        return folder.name
    digest = hashlib.sha256()
    shown = (path for path in folder.rglob("*") if path.is_file())
    for path in sorted(shown, key=lambda path: path.relative_to(folder).as_posix()):
        name = path.relative_to(folder).as_posix()
        if any(part.startswith(".") for part in name.split("/")) or path.suffix == ".md":
            continue
        size = path.stat().st_size
        digest.update(f"{name}\0{size}\0".encode())
        with path.open("rb") as file:
            if size <= WHOLE_BYTES:
                digest.update(file.read())
            else:
                for piece in range(PIECES):
                    file.seek(piece * (size - PIECE_BYTES) // (PIECES - 1))
                    digest.update(file.read(PIECE_BYTES))
    return digest.hexdigest()[:16]


def _missing() -> ModelError:
    return ModelError(
        "the library is not installed: pip install 'mnemos[sentence-transformers]' (with torch)"
    )
