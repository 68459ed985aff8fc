"""mnemos, the usual ways and other products on the same questions, at equal tokens.

Each system runs in a process of its own, on one core, in the same memory, with the same model where
it takes one. What has run is not run again unless something it hangs on has changed: a run that was
broken off goes on where it was. ``--run FOLDER`` holds every question with what came back (never
commit that), a summary, plots and ``report.html``.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import time
from collections.abc import Iterable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from pathlib import Path
from queue import SimpleQueue

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from bench import machine
from bench.compare import records
from bench.compare.child import Fault, Limits
from bench.compare.environments import Environment, ready
from bench.compare.records import Key, Line, Unit
from bench.compare.units import Job, run
from bench.compare.vectors import Cache, Endpoint
from bench.conversation import Conversation
from bench.data import BadData, Source
from bench.systems import SYSTEMS, system
from mnemos import InputError, TokenEmbedder
from mnemos.models import embedder as embedder_named

ROOT = Path(__file__).parent.parent
RUN = ROOT / "runs" / "compare"
CACHE = ROOT / "cache" / "vectors.sqlite"
EMBEDDER = "minilm"
#: What is compared when nothing is named; products only in their best settings.
USUAL = (
    "mnemos:c0 mnemos:c3 bm25:best dense:best rrf:default rrf:best last random oracle "
    "llamaindex:best mem0:best mempalace:best memori:best langgraph:default txtai:best "
    "chroma:best graphiti:best"
)


@dataclass(slots=True)
class Plan:
    """What is to run: systems, conversations, and which system meets which.

    Args:
        broken: System → why it cannot run at all.
    """

    conversations: list[Conversation] = field(default_factory=list)
    jobs: list[Job] = field(default_factory=list)
    environments: dict[str, Environment] = field(default_factory=dict)
    broken: dict[str, str] = field(default_factory=dict)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run from the command line."""
    given = _parser().parse_args(arguments)
    console = Console(width=None if sys.stdout.isatty() else 170)
    try:
        embedder = embedder_named(EMBEDDER)
    except InputError as error:
        sys.exit(f"the systems share one model, which is not there: {error}")
    if not isinstance(embedder, TokenEmbedder):
        raise TypeError(f"{EMBEDDER} counts no tokens")
    try:
        loaded = _loaded(given.data, console)
    except BadData as error:
        sys.exit(str(error))
    return 0
