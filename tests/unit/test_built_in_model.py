"""The built-in model behind a memory: however turns arrive, all that hangs on them is the same."""

from __future__ import annotations

import hashlib
import os
import random
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from mnemos import Memory, models
from mnemos.demo import conversation, questions
from mnemos.embedding import upkeep
from mnemos.errors import MnemosError
from mnemos.store.vectors import embedder_in


def _missing() -> str:
    if not models.installed("minilm"):
        return "the built-in model is not installed"
    try:
        models.embedder("minilm").encode(["tea"])
    except MnemosError as error:
        return f"the built-in model cannot be used: {error}"
    return ""


MISSING = _missing()
pytestmark = pytest.mark.skipif(bool(MISSING), reason=MISSING)

SESSIONS: dict[str, list[dict[str, object]]] = {}
for _message in conversation():
    SESSIONS.setdefault(str(_message["session"]), []).append(_message)
Saying = Callable[[Memory, str, list[dict[str, object]]], object]


def turn_by_turn(memory: Memory, session: str, messages: list[dict[str, object]]) -> None:
    for number, message in enumerate(messages):
        memory.remember(message, session=session)
        if number % 5 == 0:
            memory.recall("anything?")  # waits for the vectors


def in_batches(memory: Memory, session: str, messages: list[dict[str, object]]) -> None:
    random_ = random.Random(session)
    while messages:
        size = random_.randint(1, 7)
        memory.remember(messages[:size], session=session)
        messages = messages[size:]
        if random_.random() < 0.5:
            memory.embed()


def told(say: Saying) -> tuple[str, list[object]]:
    """Return what is kept of vectors, as a hash, and what is found by them."""
    with Memory(":memory:", embedder="minilm", learning="on request") as memory:
        for session, messages in SESSIONS.items():
            say(memory, session, messages)
        assert memory.embed().pending == 0
        with memory._store.reading() as snapshot:
            seen, row = snapshot.vectors, embedder_in(snapshot.tables, "serving")
            assert seen is not None
            assert row is not None
            rows = snapshot.tables.vector_rows(row.no, range(snapshot.space.next_no))
            kept = sorted((each.no, each.block, each.provisional, each.data) for each in rows)
            vectors = hashlib.sha256(repr(kept).encode() + seen.signs.tobytes()).hexdigest()
        found: list[object] = []
        for asked in questions():
            recall = memory.recall(asked.question, asked_at=asked.asked_at)
            assert recall.level == "c3"
            found.append([(hit.id, hit.score.hex()) for hit in recall])
        return vectors, found


def test_the_same_vectors_and_ranking_however_turns_arrive() -> None:
    at_once = told(lambda memory, session, said: memory.remember(said, session=session))
    assert told(in_batches) == at_once
    assert told(turn_by_turn) == at_once


PRINTED = """
from tests.unit.test_built_in_model import in_batches, told
print(told(in_batches))
"""


def test_the_same_on_any_number_of_threads() -> None:
    def printed(threads: int) -> str:
        done = subprocess.run(
            [sys.executable, "-c", _pinned(threads)],
            env={
                **os.environ,
                "OMP_NUM_THREADS": str(threads),
                "OPENBLAS_NUM_THREADS": str(threads),
            },
            cwd=Path(__file__).parents[2],
            capture_output=True,
            text=True,
            check=True,
        )
        return done.stdout

    one = printed(1)
    assert one == printed(2) == printed(4)


def _pinned(threads: int) -> str:
    """Return the program with a model that runs so many texts at once."""
    return (
        f"import mnemos_minilm.embedder as embedder\nembedder._cores = lambda: {threads}\n{PRINTED}"
    )


def test_a_question_that_shares_no_word_is_answered_by_what_was_just_said(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(upkeep, "PATIENCE_S", 60)  # as long as a busy machine takes
    with Memory(":memory:", embedder="minilm") as memory:
        memory.remember("The curtains in the hall are blue.", session="a")
        memory.remember("We adopted a puppy last weekend.", session="b")
        memory.remember("It rained all day in Porto.", session="c")
        recall = memory.recall("Do they own any pets?")
        assert recall.level == "c3"
        assert recall[0].text.startswith("We adopted")


@pytest.mark.parametrize("text", ["", "\0", "\ud800", "😀" * 9, "ж" * 100_000, "\u0300" * 5000])
def test_any_text_can_be_said_and_asked(text: str) -> None:
    with Memory(":memory:", embedder="minilm") as memory:
        memory.remember("We adopted a puppy.", session="a")
        if "\0" not in text and "\ud800" not in text and text:
            memory.remember(text, session="b")
        memory.recall(text)
        assert memory.embed().failed == 0
        assert memory.vectors().error == ""
