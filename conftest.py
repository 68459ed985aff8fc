"""Settings of all tests. Documents are executed: README, docs, and examples in docstrings."""

from __future__ import annotations

import os
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest
from hypothesis import settings
from sybil import Sybil
from sybil.parsers.markdown import PythonCodeBlockParser
from sybil.parsers.rest import DocTestParser

# The same examples in every run: a failure seen once can be seen again. How long one takes hangs on
# who else uses the machine.
settings.register_profile("same", derandomize=True, deadline=None)
settings.load_profile("same")
# Memories find by words alone where a test does not name an embedder.
os.environ["MNEMOS_EMBEDDER"] = "none"
#: How-tos that run where their framework is installed: in `make test-adapters`.
FRAMEWORKS = {
    "langgraph": "langgraph",
    "llama-index": "llama_index",
    "openai-agents": "agents",
    "pydantic-ai": "pydantic_ai",
}


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
        excludes=[
            f"docs/howto/{document}.md"
            for document, package in FRAMEWORKS.items()
            if find_spec(package) is None
        ],
        fixtures=["own_folder"],
    )
    + Sybil(
        parsers=[DocTestParser()],
        patterns=["src/mnemos/**/*.py", "bench/*.py", "bench/*/*.py"],
    )
).pytest()
