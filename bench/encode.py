"""How fast the built-in model is: turns a second, questions, blocks, against plain float32.

Turns and questions are those of the bundled conversation; invented words would be cut into twice
the tokens that people's are. Ratios are to the same graph in float32 in the same run; for them
``MNEMOS_MINILM_MODEL`` must name a folder with the published weights.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from bench import machine
from bench.speed import install
from bench.timing import timed
from mnemos.demo import conversation, questions

if TYPE_CHECKING:
    from mnemos_minilm.session import Session
    from mnemos_minilm.tokenizer import Tokenizer

PACKAGE = Path(__file__).parent.parent / "packages" / "mnemos-minilm"
BLOCK_TOKENS = 192
#: The two models take turns; of each, the best round counts: what else the machine does only slows.
ROUNDS = 5


def main(arguments: Sequence[str] | None = None) -> int:
    """Run from the command line."""
    parser = argparse.ArgumentParser(prog="python -m bench encode", description=__doc__)
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--keep", action="store_true", help="write bench/results/encode.json")
    given = parser.parse_args(arguments)
    if find_spec("mnemos_minilm") is None:
        print("mnemos-minilm is not installed; skipped")
        return 0
    figures = {**measure(given.threads), **costs()}
    print(machine.line())
    for name, value in figures.items():
        print(f"{name:32} {value:,.2f}")
    if given.keep:
        machine.keep("encode", figures)
    return 0


def measure(threads: int) -> dict[str, float]:
    """Time the installed model, and float32 beside it if its weights are around."""
    from mnemos_minilm import files  # noqa: PLC0415 - it may not be installed
    from mnemos_minilm.session import Session  # noqa: PLC0415
    from mnemos_minilm.tokenizer import Tokenizer  # noqa: PLC0415

    known = files.facts(files.FOLDER)
    model = files.checked(files.FOLDER, files.MODEL, known)
    tokenizer = Tokenizer(files.checked(files.FOLDER, files.TOKENIZER, known), known.window)
    loaded: list[Session] = []
    load = timed(lambda: loaded.append(Session(model)))
    sessions = {"int8": loaded[0]}
    plain = float32(known.window + 2)
    if plain is None:
        print("MNEMOS_MINILM_MODEL names no folder: no comparison with float32")
    else:
        sessions["float32"] = Session(plain)
    figures = timings(sessions, tokenizer, threads)
    for name in list(figures):
        if name.startswith("int8 ") and name.replace("int8", "float32") in figures:
            one, other = figures[name], figures[name.replace("int8", "float32")]
            ratio = one / other if "turns/s" in name else other / one
            figures[f"{name[5:]}: times as fast"] = ratio
    return {"threads": threads, "load ms": 1e3 * load, **figures}


def float32(positions: int) -> bytes | None:
    """Write the same graph in float32; None if the environment names no weights."""
    named = os.environ.get("MNEMOS_MINILM_MODEL")
    if not named:
        return None
    sys.path.insert(0, str(PACKAGE))
    checkpoint, graph = import_module("build_model.checkpoint"), import_module("build_model.graph")
    model = checkpoint.read(checkpoint.read_folder(Path(named)))
    written: bytes = graph.written(model, positions=positions, quantised=False)
    return written


def timings(sessions: dict[str, Session], tokenizer: Tokenizer, threads: int) -> dict[str, float]:
    """Time turns, questions and a block, tokenizing included, in turns for each session."""
    turns = [str(message["content"]) for message in conversation()]
    asked = [question.question for question in questions()]
    text = "\n".join(turns)
    block = text[: int(tokenizer.read(text).spans[BLOCK_TOKENS - 1, 1])]
    best: dict[str, float] = {}

    def note(name: str, value: float, better: Callable[[float, float], float]) -> None:
        best[name] = better(best.get(name, value), value)

    for _ in range(ROUNDS):
        for name, session in sessions.items():
            run = partial(_run, session, tokenizer)
            for count in sorted({1, threads}):
                seconds = timed(partial(_on_threads, count, run, turns))
                note(f"{name} turns/s, threads {count}", len(turns) / seconds, max)
            times = [timed(partial(run, question)) for question in asked]
            note(f"{name} question p50 ms", 1e3 * machine.percentile(times, 0.5), min)
            times = [timed(partial(run, block)) for _ in range(8)]
            note(f"{name} {BLOCK_TOKENS}-token block ms", 1e3 * min(times), min)
    tokens = sum(tokenizer.count(turn) for turn in turns) / len(turns)
    return {"tokens/turn": tokens, **best}


def _on_threads(count: int, run: Callable[[str], object], texts: Sequence[str]) -> None:
    with ThreadPoolExecutor(count) as pool:
        list(pool.map(run, texts))


def _run(session: Session, tokenizer: Tokenizer, text: str) -> object:
    return session.states(tokenizer.read(text).ids).mean(axis=0)


def costs() -> dict[str, float]:
    """Return what the package takes on disk, and what comes with it."""
    from mnemos_minilm import files  # noqa: PLC0415 - it may not be installed

    alone, together = install("mnemos"), install("mnemos-minilm")
    return {
        "import mnemos_minilm ms": 1e3 * importing("mnemos_minilm"),
        "import onnxruntime ms": 1e3 * importing("onnxruntime"),
        "model MB": sum(path.stat().st_size for path in files.FOLDER.iterdir()) / 1e6,
        "onnxruntime MB": install("onnxruntime", needs=False)["install MB"],
        "tokenizers MB": install("tokenizers", needs=False)["install MB"],
        "more distributions": together["distributions"] - alone["distributions"],
    }


def importing(name: str) -> float:
    """Return the seconds that an import takes in a fresh process."""
    code = f"import time; a = time.perf_counter(); import {name}; print(time.perf_counter() - a)"
    command = [sys.executable, "-c", code]
    times = [
        float(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
        for _ in range(5)
    ]
    return machine.percentile(times, 0.5)


if __name__ == "__main__":
    sys.exit(main())
