"""Documents are executed: code blocks of README and docs, and examples in docstrings."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from sybil import Sybil
from sybil.parsers.markdown import PythonCodeBlockParser
from sybil.parsers.rest import DocTestParser


@pytest.fixture(scope="module")
def own_folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Run a document's blocks, one after the other, in an empty folder."""
    before = Path.cwd()
    folder = tmp_path_factory.mktemp("document")
    os.chdir(folder)
    yield folder
    os.chdir(before)


pytest_collect_file = (
    Sybil(
        parsers=[PythonCodeBlockParser()],
        patterns=["README.md", "docs/**/*.md", "docs/*.md"],
        fixtures=["own_folder"],
    )
    + Sybil(parsers=[DocTestParser()], patterns=["src/mnemos/**/*.py", "bench/*.py"])
).pytest()
