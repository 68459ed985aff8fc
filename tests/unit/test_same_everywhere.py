"""The same journal gives the same state hash and ranking, whatever the machine is doing."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

PROGRAM = """
import sys
from mnemos import Memory
from mnemos.demo import conversation, questions

with Memory(sys.argv[1]) as memory:
    for message in conversation():
        memory.remember(message, session=str(message["session"]))
    print(memory.state_hash())
    for asked in questions():
        recall = memory.recall(asked.question, asked_at=asked.asked_at)
        print([(hit.id, hit.score.hex(), [r.value.hex() for r in hit.reasons]) for hit in recall])
        print(memory.context(asked.question, budget_tokens=300, asked_at=asked.asked_at).text)
"""


def run(path: str, **environment: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, path],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout


@pytest.fixture(scope="module")
def expected(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("first")
    return run(str(folder / "m.mnemos"), OMP_NUM_THREADS="1", PYTHONHASHSEED="1")


def test_a_second_install_with_more_threads_and_another_hash_seed(
    tmp_path: Path, expected: str
) -> None:
    threads = {"OMP_NUM_THREADS": "4", "OPENBLAS_NUM_THREADS": "4", "PYTHONHASHSEED": "2"}
    assert run(str(tmp_path / "m.mnemos"), **threads) == expected


def test_the_store_in_memory(expected: str) -> None:
    assert run(":memory:") == expected


def test_a_processor_without_wide_vectors(tmp_path: Path, expected: str) -> None:
    narrow = {
        "NPY_DISABLE_CPU_FEATURES": "AVX2 AVX512F AVX512CD AVX512_SKX",
        "OPENBLAS_CORETYPE": "Nehalem",
    }
    try:
        found = run(str(tmp_path / "m.mnemos"), **narrow)
    except subprocess.CalledProcessError as error:
        pytest.skip(f"numpy cannot leave these features out here: {error.stderr[-200:]}")
    assert found == expected
