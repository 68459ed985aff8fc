"""Mem0's interface here is that of the Mem0 that is installed."""

from __future__ import annotations

import ast
import json
import os
import tempfile
from pathlib import Path
from typing import Any

import pytest

from mnemos.compat import mem0 as ours
from tests.adapters.mem0_signatures import CLASSES, KEPT, signatures

#: Mem0 makes itself a home when it is imported, and tells its makers what it sees, unless told not.
os.environ["MEM0_DIR"] = tempfile.mkdtemp(prefix="mem0-")
os.environ["MEM0_TELEMETRY"] = "False"

#: A program as Mem0's users write it, down to the configuration that it cannot do without there.
PROGRAM = """
from mem0 import Memory

config = {
    "vector_store": {
        "provider": "qdrant",
        "config": {"path": FOLDER + "/qdrant", "on_disk": True, "embedding_model_dims": 8},
    },
    "embedder": {
        "provider": "openai",
        "config": {"model": "none", "api_key": "none", "embedding_dims": 8},
    },
    "llm": {"provider": "openai", "config": {"api_key": "none"}},
    "history_db_path": FOLDER + "/history.db",
}
with Memory.from_config(config) as memory:
    PREPARE(memory)
    messages = [
        {"role": "user", "content": "I am Ann and I love hiking", "name": "ann"},
        {"role": "assistant", "content": "Noted: hiking"},
    ]
    added = memory.add(messages, user_id="ann", metadata={"topic": "sport"}, infer=False)
    first, second = (each["id"] for each in added["results"])
    memory.add("The office opens at nine", user_id="ben", infer=False)
    found = memory.search("What does Ann love?", filters={"user_id": "ann"}, top_k=5)
    listed = memory.get_all(filters={"user_id": "ann"})
    one = memory.get(first)
    updated = memory.update(first, text="I am Ann and I love climbing")
    after = memory.get(first)
    past = memory.history(first)
    deleted = memory.delete(second)
    gone = memory.get(second)
    ended = memory.history(second)
    cleared = memory.delete_all(user_id="ann")
    left = memory.get_all(filters={"user_id": "ann"})
    others = memory.get_all(filters={"user_id": "ben"})
"""
RESULTS = (
    *("added", "found", "listed", "one", "updated", "after", "past"),
    *("deleted", "gone", "ended", "cleared", "left", "others"),
)
#: What is never the same twice, and what is each product's own.
OWN = frozenset({"id", "memory_id", "created_at", "updated_at", "score"})


def run(program: str, folder: Path, prepare: Any) -> dict[str, Any]:  # noqa: ANN401
    names: dict[str, Any] = {"FOLDER": str(folder), "PREPARE": prepare}
    exec(compile(ast.parse(program), "program", "exec"), names)  # noqa: S102 - our own text
    return {name: names[name] for name in RESULTS}


def shape(found: Any) -> Any:  # noqa: ANN401 - JSON of any shape
    """Return a result without what cannot be the same; lists of memories in one order."""
    if isinstance(found, dict):
        return {
            key: f"a {type(v).__name__}" if key in OWN else shape(v) for key, v in found.items()
        }
    if isinstance(found, list):
        return sorted((shape(each) for each in found), key=json.dumps)
    return found


def without_vectors(memory: Any) -> None:  # noqa: ANN401 - Mem0's own
    """Give Mem0 an embedder that asks nobody: words fall into eight places by their letters."""

    def embed(text: str, *_: object, **__: object) -> list[float]:
        places = [0.1] * 8
        for word in text.lower().split():
            places[sum(map(ord, word)) % 8] += 1.0
        return places

    memory.embedding_model.embed = embed


def test_the_kept_signatures_are_those_of_the_installed_package() -> None:
    import mem0  # noqa: PLC0415 - after its telemetry was turned off

    kept = json.loads(KEPT.read_text(encoding="utf-8"))
    kept.pop("mem0ai")
    assert signatures({name: getattr(mem0, name) for name in CLASSES}) == kept, (
        "Mem0 has changed: run tests/adapters/mem0_signatures.py, then src/mnemos/compat/mem0"
    )


@pytest.mark.filterwarnings("ignore")  # Mem0's and its stores' own
def test_a_program_runs_with_one_import_changed_and_gets_the_same_results(tmp_path: Path) -> None:
    theirs = run(PROGRAM, tmp_path / "theirs", without_vectors)
    changed = PROGRAM.replace("from mem0 import", "from mnemos.compat.mem0 import")
    mine = run(changed, tmp_path / "ours", lambda _: None)
    for name in RESULTS:
        assert shape(mine[name]) == shape(theirs[name]), name


def test_errors_that_programs_catch_are_caught(tmp_path: Path) -> None:
    with ours.Memory.from_config({"history_db_path": str(tmp_path / "h.db")}) as memory:
        for call in (
            lambda: memory.search("a", user_id="ann"),
            memory.get_all,
            lambda: memory.delete("nothing"),
            lambda: memory.update("nothing", "text"),
            memory.delete_all,
            lambda: memory.update("nothing"),
        ):
            with pytest.raises(ValueError, match=r".+"):
                call()
