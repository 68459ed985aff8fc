"""The public namespace is flat, complete and sorted, and importing it is cheap."""

import inspect
import subprocess
import sys

import pytest

import mnemos
from mnemos import AsyncMemory, Memory, errors


def test_all_is_sorted_and_every_name_loads() -> None:
    assert mnemos.__all__ == sorted(mnemos.__all__)
    assert all(getattr(mnemos, name) is not None for name in mnemos.__all__)


def test_every_error_is_public_and_drawn_in_the_tree() -> None:
    declared = {
        name
        for name, value in vars(errors).items()
        if inspect.isclass(value) and issubclass(value, errors.MnemosError)
    }
    drawing = errors.__doc__ or ""
    assert declared <= set(mnemos.__all__)
    assert all(name in drawing for name in declared)


def test_async_memory_has_every_method_of_memory() -> None:
    own = {
        name
        for name, value in inspect.getmembers(Memory, inspect.isfunction)
        if not name.startswith("_")
    }
    assert {"remember", "recall", "note_use", "erase"} <= own
    sync_only = {"export_lines", "interrupt", "reader"}
    assert own - sync_only <= set(vars(AsyncMemory))


def test_importing_mnemos_brings_nothing_heavy() -> None:
    code = "import sys, mnemos; print(*sorted({m.split('.')[0] for m in sys.modules}))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not {"numpy", "click", "rich", "Stemmer", "sqlite3"} & set(done.stdout.split())


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no_such_name"):
        mnemos.no_such_name  # noqa: B018
