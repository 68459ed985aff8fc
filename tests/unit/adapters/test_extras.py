"""An adapter whose framework is missing says which extra brings it; what all have in common."""

from __future__ import annotations

import subprocess
import sys

import pytest

from mnemos import InputError, Memory, Scope
from mnemos.adapters.turns import PAGE, delete, deleting, turns

FRAMEWORKS = [
    ("langgraph", "langgraph", "langgraph"),
    ("llama_index", "llama_index", "llama-index"),
    ("pydantic_ai", "pydantic_ai", "pydantic-ai"),
]


@pytest.mark.parametrize(("adapter", "framework", "extra"), FRAMEWORKS)
def test_without_its_framework_an_adapter_names_the_extra(
    adapter: str, framework: str, extra: str
) -> None:
    code = (
        f"import sys; sys.modules[{framework!r}] = None\n"
        f"try: import mnemos.adapters.{adapter}\n"
        "except ImportError as error: print(error)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert f"pip install 'mnemos[{extra}]'" in done.stdout


def test_importing_mnemos_brings_no_adapter() -> None:
    code = "import sys, mnemos; mnemos.Memory; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = done.stdout.split()
    assert not [name for name in loaded if name.startswith(("mnemos.adapters", "mnemos.compat"))]


def test_all_turns_of_a_scope_are_seen_over_its_pages() -> None:
    with Memory(":memory:", learning="on request") as memory:
        said = [{"role": "user", "content": f"turn {number}"} for number in range(PAGE + 1)]
        memory.remember(said, session="s")
        memory.remember("elsewhere", session="t")
        seen = [item.text for item in turns(memory, Scope(session="s"))]
        assert seen == [each["content"] for each in said]


def test_erasing_reaches_what_a_turn_was_before() -> None:
    with Memory(":memory:") as memory:
        memory.remember({"role": "user", "content": "locker twelve", "id": "1"}, session="s")
        memory.revise("1", "locker nine")
        delete(memory, turns(memory, Scope()), deleting("erase"))
        delete(memory, [], "erase")
        assert memory.stats().erased == 2
        assert memory.stats().items == {}


def test_deleting_is_one_of_two_things() -> None:
    assert deleting("forget") == "forget"
    with pytest.raises(InputError, match="forget or erase"):
        deleting("burn")
