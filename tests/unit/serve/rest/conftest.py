from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from mnemos.client import Client
from tests.unit.serve.rest.serving import Served, served


@pytest.fixture
def one_file(tmp_path: Path) -> Iterator[Client]:
    """A client of a server of one file, which asks for no key."""
    with served(tmp_path, file="one.mnemos") as running, running.client() as client:
        yield client


@pytest.fixture
def directory(tmp_path: Path) -> Iterator[Served]:
    """A server of a directory of tenants."""
    with served(tmp_path) as running:
        yield running
