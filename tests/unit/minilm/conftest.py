"""The tiny model, made by the code that makes the real one."""

from __future__ import annotations

from pathlib import Path

import pytest

from build_model import fetch, make
from build_model.checkpoint import Checkpoint, read, read_folder
from mnemos_minilm import MiniLM
from tests.unit.minilm.tiny import publish


@pytest.fixture(scope="session")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return publish(tmp_path_factory.mktemp("published"))


@pytest.fixture(scope="session")
def checkpoint(published: Path) -> Checkpoint:
    return read(read_folder(published))


@pytest.fixture(scope="session")
def made(published: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with the tiny model's files, as the package has them."""
    folder = tmp_path_factory.mktemp("made")
    make.make(folder, fetch.from_folder(published))
    return folder


@pytest.fixture(scope="session")
def tiny(made: Path) -> MiniLM:
    return MiniLM(folder=made, threads=1)
