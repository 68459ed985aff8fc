"""The same journal gives the same state hash and ranking, whatever the machine is doing."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

#: Its vectors are drawn number by number, so that they are the same on any machine.
PROGRAM = """
import sys
import numpy as np
from mnemos import Memory
from mnemos.demo import conversation, questions
from mnemos.models.scripted import ScriptedTokenEmbedder

class Fixed(ScriptedTokenEmbedder):
    def _states(self, text):
        _, spans = super()._states(text)
        rows = np.array([self._row(text[start:stop].lower()) for start, stop in spans], np.float32)
        return rows.reshape(-1, self.model.dimension), spans

    def _row(self, token):
        seed = sum((place + 1) * ord(char) for place, char in enumerate(token))
        return [(seed * (axis + 3) * 7919 + axis * axis * 31) % 509 - 254 for axis in range(384)]

embedder = None if sys.argv[2] == "none" else Fixed(384)
with Memory(sys.argv[1], embedder=embedder, embedding="manual") as memory:
    for message in conversation():
        memory.remember(message, session=str(message["session"]))
    if embedder:
        memory.embed()
        with memory.reader() as reader:
            print(reader.vectors.signs.tolist())
    print(memory.state_hash())
    for asked in questions():
        recall = memory.recall(asked.question, asked_at=asked.asked_at)
        print(recall.level)
        print([(hit.id, hit.score.hex(), [r.value.hex() for r in hit.reasons]) for hit in recall])
        print(memory.context(asked.question, budget_tokens=300, asked_at=asked.asked_at).text)
"""


def run(path: str, embedder: str, **environment: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, path, embedder],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout


@pytest.fixture(scope="module", params=["none", "fixed"])
def embedder(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name


@pytest.fixture(scope="module")
def expected(tmp_path_factory: pytest.TempPathFactory, embedder: str) -> str:
    folder = tmp_path_factory.mktemp("first")
    found = run(str(folder / "m.mnemos"), embedder, OMP_NUM_THREADS="1", PYTHONHASHSEED="1")
    assert ("\nc0\n" if embedder == "none" else "\nc3\n") in found
    return found


def test_a_second_install_with_more_threads_and_another_hash_seed(
    tmp_path: Path, expected: str, embedder: str
) -> None:
    threads = {"OMP_NUM_THREADS": "4", "OPENBLAS_NUM_THREADS": "4", "PYTHONHASHSEED": "2"}
    assert run(str(tmp_path / "m.mnemos"), embedder, **threads) == expected


def test_the_store_in_memory(expected: str, embedder: str) -> None:
    assert run(":memory:", embedder) == expected


def test_a_processor_without_wide_vectors(tmp_path: Path, expected: str, embedder: str) -> None:
    narrow = {
        "NPY_DISABLE_CPU_FEATURES": "AVX2 AVX512F AVX512CD AVX512_SKX",
        "OPENBLAS_CORETYPE": "Nehalem",
    }
    try:
        found = run(str(tmp_path / "m.mnemos"), embedder, **narrow)
    except subprocess.CalledProcessError as error:
        pytest.skip(f"numpy cannot leave these features out here: {error.stderr[-200:]}")
    assert found == expected
