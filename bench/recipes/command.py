"""Every recipe of mnemos on all development data: what it finds, costs, and what its idea pays.

Each recipe runs whole and as its ablation, without a model and without an embedder; whole with the
scripted model (rules that answer in a model's place), and, on request, with the built-in embedder.
What has run is not run again unless something it hangs on has changed: a run that was broken off
goes on where it was. ``--run FOLDER`` holds every question with what came back: never commit that.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path

from rich.console import Console

import mnemos
from bench import machine, scripted_model
from bench.compare.child import Limits
from bench.compare.environments import Environment, ready
from bench.compare.records import Key
from bench.compare.resumed import Resumed, keep_lines
from bench.compare.units import Job
from bench.compare.vectors import Cache, Endpoint
from bench.conversation import Conversation
from bench.data import BadData, Source
from bench.recipes.shown import tell
from bench.recipes.summary import summary
from bench.systems.recipes import DEFAULT, WAYS, ablation
from mnemos import Embedder, InputError, TokenEmbedder
from mnemos.models import embedder as embedder_named
from mnemos.recipes import RECIPES

BENCH = Path(__file__).parent.parent
RUN = BENCH / "runs" / "recipes"
CACHE = BENCH / "cache" / "vectors.sqlite"
EMBEDDER = "minilm"
SYSTEM = "recipes"
#: Hits that are asked for, once: more than 1,000 tokens of short turns.
HITS = 40
CORES = 2
#: The last data sets to run: their turns are long.
LONG = "beam"


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What is to run, the sooner complete the better: a data set after the other."""

    conversations: tuple[Conversation, ...]
    jobs: tuple[Job, ...]


class _Refused(Exception):
    """What was asked for cannot be run; says why."""


def main(arguments: Sequence[str] | None = None, *, embedder: Embedder | None = None) -> int:
    """Run from the command line.

    Args:
        arguments: Those of the command line if None.
        embedder: Another than the built-in one; for tests.
    """
    given = _parser().parse_args(arguments)
    console = Console(width=None if sys.stdout.isatty() else 170)
    try:
        embedder = embedder or embedder_named(EMBEDDER)
        conversations = _loaded(given.data, given.sets)
        plan = _planned(given, conversations)
    except (InputError, BadData, _Refused) as error:
        sys.exit(str(error))
    if not isinstance(embedder, TokenEmbedder):
        raise TypeError(f"{EMBEDDER} counts no tokens")
    keep_lines(given.run, conversations, embedder)
    resumed = Resumed(run=given.run, cores=given.cores, anew=given.anew, weight=_weight, told=_told)
    start = time.perf_counter()
    with closing(Cache(given.cache, embedder)) as cache, Endpoint(cache) as endpoint:
        units = resumed.units(plan.jobs, endpoint, console)
    figures = {
        **summary(given.run, units, conversations),
        "minutes": round((time.perf_counter() - start) / 60, 1),
        "hits": HITS,
    }
    tell(figures, console)
    if given.keep:
        machine.keep("recipes", figures)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m bench recipes",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--data", type=Path, nargs="+", required=True, help="files or folders")
    parser.add_argument("--recipes", nargs="+", default=list(RECIPES), metavar="NAME")
    parser.add_argument("--sets", nargs="+", metavar="DATASET", help="only these data sets")
    parser.add_argument(
        "--scripted-on",
        nargs="+",
        default=["all"],
        metavar="DATASET",
        help="data sets of the scripted model (default: all); none: no such run",
    )
    parser.add_argument(
        "--meaning-on",
        nargs="+",
        default=["none"],
        metavar="DATASET",
        help="data sets that also run with the built-in embedder (default: none)",
    )
    parser.add_argument("--anew", action="store_true", help="run again what has run already")
    parser.add_argument("--run", type=Path, default=RUN, help="folder of this run; it is resumed")
    parser.add_argument("--cache", type=Path, default=CACHE, help="file of the model's vectors")
    cores = sorted(os.sched_getaffinity(0))[:CORES]
    parser.add_argument("--cores", type=int, nargs="+", default=cores, help="cores to use")
    parser.add_argument("--order-s", type=float, default=1_200, help="seconds for one answer")
    parser.add_argument("--keep", action="store_true", help="write bench/results/recipes.json")
    return parser


def _loaded(paths: Sequence[Path], sets: Sequence[str] | None) -> tuple[Conversation, ...]:
    """Return conversations with questions, those of short turns first."""
    found = [each for path in paths for each in Source(path) if each.questions]
    known = list(dict.fromkeys(each.dataset for each in found))
    for name in sets or ():
        if name not in known:
            raise _Refused(f"no data set {name!r}; there are: {', '.join(known)}")
    chosen = [each for each in found if sets is None or each.dataset in sets]
    order = sorted(dict.fromkeys(each.dataset for each in chosen), key=_length)
    return tuple(sorted(chosen, key=lambda each: order.index(each.dataset)))


def _length(dataset: str) -> tuple[bool, int]:
    return dataset.startswith(LONG), len(dataset)


def ways_of(
    recipe: str, dataset: str, scripted_on: Sequence[str], meaning_on: Sequence[str]
) -> list[str]:
    """Return the ways in which a recipe runs on a data set."""
    found = []
    for way, given in WAYS.items():
        if given.get("ablation") and ablation(recipe) is None:
            continue
        if given.get("chat") and not {dataset, "all"} & set(scripted_on):
            continue
        if given.get("embedder") and not {dataset, "all"} & set(meaning_on):
            continue
        if not (given.get("chat") and recipe == DEFAULT):  # it asks nothing of a model
            found.append(way)
    return found


def _planned(given: argparse.Namespace, conversations: Sequence[Conversation]) -> Plan:
    for name in given.recipes:
        if name not in RECIPES:
            raise _Refused(f"no recipe {name!r}; there are: {', '.join(RECIPES)}")
    environment = replace(ready(SYSTEM), wanted=code())
    return Plan(
        conversations=tuple(conversations),
        jobs=tuple(
            _job(name, way, each, given, environment)
            for each in conversations
            for name in given.recipes
            for way in ways_of(name, each.dataset, given.scripted_on, given.meaning_on)
        ),
    )


def _job(
    name: str, way: str, each: Conversation, given: argparse.Namespace, environment: Environment
) -> Job:
    key = Key(system=SYSTEM, variant=f"{name} {way}", dataset=each.dataset, conversation=each.name)
    shared = Path("said", environment.wanted[:16], *key.file.parts[3:]).with_suffix("")
    return Job(
        key=key,
        conversation=each,
        environment=environment,
        limits=Limits(cores=tuple(given.cores), order_s=given.order_s),
        run=given.run,
        hits=HITS,
        deep=HITS,
        shared=given.run / shared,
    )


def code() -> str:
    """Return a hash of all code that figures hang on: mnemos without what serves it, the model."""
    package = Path(mnemos.__file__).parent
    parts = [
        path
        for path in sorted(package.rglob("*"))
        if path.suffix in {".py", ".sql", ".md", ".json"}
        and path.name != "figures.json"
        and path.relative_to(package).parts[0] not in {"serve", "importers", "demo"}
    ]
    found = sha256()
    for path in [*parts, Path(scripted_model.__file__)]:
        found.update(f"{path.name}\n".encode() + path.read_bytes())
    return found.hexdigest()


def _weight(job: Job) -> int:
    """Return how long a unit takes, in characters said and asked about."""
    said = sum(len(turn.text) for turn in job.conversation.turns)
    return said + 1_000 * len(job.conversation.questions)


def _told(job: Job) -> str:
    return f"{job.key.variant}, {job.key.dataset} {job.key.conversation}"
