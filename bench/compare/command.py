"""mnemos, the usual ways and other products on the same questions, at equal tokens.

Each system runs in a process of its own, on one core, in the same memory, with the same model where
it takes one. What has run is not run again unless something it hangs on has changed: a run that was
broken off goes on where it was. ``--run FOLDER`` holds every question with what came back (never
commit that), a summary, plots and ``report.html``.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bench import machine
from bench.compare import plots, report
from bench.compare.child import Fault, Limits
from bench.compare.environments import Environment, ready
from bench.compare.records import Key
from bench.compare.resumed import Resumed, keep_lines
from bench.compare.summary import QUALITY, Figures, row_name, summary
from bench.compare.units import DEEP, HITS, Job
from bench.compare.vectors import Cache, Endpoint
from bench.conversation import Conversation
from bench.data import BadData, Source
from bench.systems import SYSTEMS, system
from mnemos import Embedder, InputError, TokenEmbedder
from mnemos.models import embedder as embedder_named

BENCH = Path(__file__).parent.parent
RUN = BENCH / "runs" / "compare"
CACHE = BENCH / "cache" / "vectors.sqlite"
EMBEDDER = "minilm"
#: What is compared when nothing is named; products only in their best settings.
USUAL = (
    *("mnemos:c0", "mnemos:c3"),
    *("bm25:best", "dense:best", "rrf:default", "rrf:best", "last", "random", "oracle"),
    *("llamaindex:best", "mem0:best", "mempalace:best", "memori:best", "langgraph:best"),
    *("txtai:best", "chroma:best", "graphiti:best"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What is to run.

    Args:
        environments: System → where it runs.
        broken: System → why it cannot run at all.
    """

    conversations: tuple[Conversation, ...]
    jobs: tuple[Job, ...]
    environments: dict[str, Environment]
    broken: dict[str, str]


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
        conversations, left_out = _loaded(given.data, console)
        plan = _planned(given, conversations, console)
    except (InputError, BadData, _Refused) as error:
        sys.exit(str(error))
    if not isinstance(embedder, TokenEmbedder):
        raise TypeError(f"{EMBEDDER} counts no tokens")
    given.run.mkdir(parents=True, exist_ok=True)
    keep_lines(given.run, conversations, embedder)
    resumed = Resumed(run=given.run, cores=given.cores, anew=given.anew, weight=_weight, told=_told)
    start = time.perf_counter()
    with closing(Cache(given.cache, embedder)) as cache, Endpoint(cache) as endpoint:
        units = resumed.units(plan.jobs, endpoint, console)
    figures = {
        **summary(given.run, units, conversations, plan.environments, plan.broken),
        "limits": _limits(given),
        "bad records": left_out,
        "minutes": round((time.perf_counter() - start) / 60, 1),
    }
    tell(figures, given.run, console)
    if given.keep:
        machine.keep("compare", figures)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m bench compare",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--data", type=Path, nargs="+", required=True, help="files or folders")
    parser.add_argument(
        "--systems",
        nargs="+",
        default=USUAL,
        metavar="NAME[:VARIANT]",
        help=f"of {', '.join(SYSTEMS)}; all variants of a bare name; default: {' '.join(USUAL)}",
    )
    parser.add_argument(
        "--peers-on",
        nargs="+",
        default=["locomo"],
        metavar="DATASET",
        help="data sets that products meet (default: locomo); all: every one",
    )
    parser.add_argument("--repeats", type=int, default=1, help="runs of each, to see the spread")
    parser.add_argument("--anew", action="store_true", help="run again what has run already")
    parser.add_argument("--run", type=Path, default=RUN, help="folder of this run; it is resumed")
    parser.add_argument("--cache", type=Path, default=CACHE, help="file of the model's vectors")
    parser.add_argument("--cores", type=int, nargs="+", default=_cores(), help="cores to use")
    parser.add_argument("--memory-mib", type=int, default=6_000, help="that a system may take")
    parser.add_argument("--order-s", type=float, default=300, help="seconds for one answer")
    parser.add_argument("--keep", action="store_true", help="write bench/results/compare.json")
    return parser


def _cores() -> list[int]:
    return sorted(os.sched_getaffinity(0))


def _limits(given: argparse.Namespace) -> dict[str, object]:
    return {
        "cores of a system": 1,
        "systems at once": len(given.cores),
        "memory MiB": given.memory_mib,
        "seconds an answer": given.order_s,
        "hits timed": HITS,
        "hits ranked": DEEP,
    }


class _Refused(Exception):
    """What was asked for cannot be run; says why."""


def _chosen(names: Sequence[str]) -> list[tuple[str, str]]:
    """Return systems with variants, in the order in which they were named."""
    found: dict[tuple[str, str], None] = {}
    for each in names:
        name, _, variant = each.partition(":")
        if name not in SYSTEMS:
            raise _Refused(f"no system {name!r}; there are: {', '.join(SYSTEMS)}")
        known = system(name).settings
        if variant and variant not in known:
            raise _Refused(f"{name} has no variant {variant!r}; it has: {', '.join(known)}")
        found |= {(name, one): None for one in ([variant] if variant else known)}
    return list(found)


def _loaded(paths: Sequence[Path], console: Console) -> tuple[tuple[Conversation, ...], int]:
    """Return what can be read, and how many records cannot; tell of each of these."""
    found: list[Conversation] = []
    left_out = 0
    for path in paths:
        source = Source(path)
        found += [each for each in source if each.questions]
        left_out += len(source.bad)
        for bad in source.bad:
            console.print(f"left out: {bad}", style="yellow", soft_wrap=True)
    names = Counter((each.dataset, each.name) for each in found)
    for (dataset, name), times in names.items():
        if times > 1:
            raise _Refused(f"conversation {name!r} of {dataset!r} is there {times} times")
    return tuple(found), left_out


def _planned(
    given: argparse.Namespace, conversations: Sequence[Conversation], console: Console
) -> Plan:
    chosen = _chosen(given.systems)
    environments: dict[str, Environment] = {}
    broken: dict[str, str] = {}
    for name in dict.fromkeys(name for name, _ in chosen):
        with console.status(f"the environment of {name}"):
            try:
                environments[name] = ready(name)
            except Fault as fault:
                broken[name] = str(fault)
    jobs = [
        Job(
            key=Key(
                system=name,
                variant=variant,
                dataset=each.dataset,
                conversation=each.name,
                repeat=repeat,
            ),
            conversation=each,
            environment=environments[name],
            limits=Limits(
                cores=tuple(given.cores), memory_mib=given.memory_mib, order_s=given.order_s
            ),
            run=given.run,
        )
        for name, variant in chosen
        if name in environments
        for each in conversations
        if system(name).kind != "peer" or {each.dataset, "all"} & set(given.peers_on)
        for repeat in range(1, given.repeats + 1)
    ]
    return Plan(
        conversations=tuple(conversations),
        jobs=tuple(jobs),
        environments=environments,
        broken=broken,
    )


def _weight(job: Job) -> int:
    """Return how long a unit takes, in no unit: what estimates of the rest go by."""
    return len(job.conversation.turns) + 2 * len(job.conversation.questions)


def _told(job: Job) -> str:
    return f"{row_name(job.key.system, job.key.variant)}, {job.key.conversation}"


#: Column → where its figure stands in a row's data.
COLUMNS = (*QUALITY, "write ms/turn", "read p50 ms", "read p95 ms", "bytes/turn")


def tell(figures: Figures, run: Path, console: Console) -> None:
    """Write the summary and the report; print a table for each data set."""
    figures = {"machine": machine.line(), **figures}
    (run / "summary.json").write_text(json.dumps(figures, indent=1), encoding="utf-8")
    page = report.write(run, figures, plots.write(figures, run / "plots"))
    for dataset, about in figures["data"].items():
        table = Table(title=f"{dataset}: {about['answerable']} answerable questions")
        table.add_column("", no_wrap=True)
        for column in (*COLUMNS, "install MB", "import s"):
            table.add_column(column, justify="right")
        for name, row in figures["systems"].items():
            if dataset in row["data"]:
                table.add_row(name, *_cells(row, row["data"][dataset]))
        console.print(table)
    for name, row in figures["systems"].items():
        if "failure" in row:
            console.print(f"{name}: {row['failure']}", style="red")
    console.print(figures["machine"], style="dim")
    console.print(f"{figures['minutes']} min; to look at: {page}", soft_wrap=True)


def _cells(row: Figures, data: Figures) -> list[str]:
    if "failure" in data:
        return [data["failure"]]
    told = {**data["means"], **data["cost"]}
    told |= {each: row[each] for each in ("install MB", "import s") if each in row}
    return [
        f"{told[column]:.3f}"
        if column in QUALITY
        else f"{told[column]:,.3g}"
        if column in told
        else ""
        for column in (*COLUMNS, "install MB", "import s")
    ]
