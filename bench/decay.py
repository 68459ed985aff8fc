"""Does it help to let memories fade, and to let use keep them? What age and use do to recall.

A memory a conversation. One half of its questions is noted as used, at the moment of asking: shown
are the first ten hits and the gold turns, cited are the gold turns, the outcome is good: better
news of use than any answer brings. Then the other half is asked; and the same the other way round,
so that each question is asked once by a memory that was told of those of the other half alone.

- ``without``: the default recipe as it is.
- ``age``: retention R = e^(−t/S) adds to the score, t since a turn was said, S = 1.
- ``age and use``: S grows by 1 with each use, and t is counted from the last.
- ``utility``: the moving average of outcomes adds to the score.
- ``all``: both of them.

Each mechanism's weight, and the time in which t is counted, are the best of a few for the data that
they are shown on: that favours the mechanism. A difference is to ``without``, question by question,
with an interval that draws whole conversations again.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.progress import track
from rich.table import Table

from bench import machine
from bench.conversation import Conversation, Question
from bench.data import BadData, all_of, files
from bench.intervals import paired
from bench.memories import file_of, fill
from mnemos import Decider, InputError, Memory, Query, Reader, TokenEmbedder
from mnemos.lifecycle.used import Prior
from mnemos.models import embedder as embedder_named
from mnemos.recall.ranking import Ranking
from mnemos.recall.search import BEST
from mnemos.recall.signals import CHOSEN_BY
from mnemos.recipes.default import Default

LEVELS = ("c0", "c3")
EMBEDDER = "minilm"
SHOWN = 10
WEIGHTS = (0.1, 0.3, 1.0)
STRETCH_DAYS = (5, 30, 180)
WITHOUT = "without"
AT = (5, 10)
SIMULATED = (
    "One half of a conversation's questions was noted as used, their gold turns cited, the outcome "
    "good; then the other half was asked, and the other way round."
)
Shares = dict[int, float]


def settings() -> Mapping[str, tuple[Prior, ...]]:
    """Return what is tried of each mechanism."""
    spans = [timedelta(days=days) for days in STRETCH_DAYS]
    each = [*product(WEIGHTS, spans)]
    return {
        WITHOUT: (Prior(),),
        "age": tuple(Prior(retention=w, stretch=span, ledger=False) for w, span in each),
        "age and use": tuple(Prior(retention=w, stretch=span) for w, span in each),
        "utility": tuple(Prior(utility=weight) for weight in WEIGHTS),
        "all": tuple(Prior(retention=w, utility=w, stretch=span) for w, span in each),
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One mechanism on one data set at one level, in its best setting.

    Args:
        recall: k → R@k.
        gain: R@10 less that of ``without``: mean, low and high of its interval.
        heavy: R@10 with the largest weight that was tried.
    """

    questions: int
    recall: Mapping[int, float]
    gain: tuple[float, float, float]
    heavy: float
    weight: float
    stretch_days: float


def measured(
    conversation: Conversation, level: str, within: Path, embedder: TokenEmbedder | None
) -> Mapping[Prior, list[Shares]]:
    """Return k → R@k of each answerable question, by prior; in one order for all of them."""
    asked = [question for question in conversation.questions if question.answerable]
    half = len(asked) // 2
    priors = {prior for several in settings().values() for prior in several}
    found: dict[Prior, list[Shares]] = defaultdict(list)
    plain = file_of(conversation, within)
    halves = asked[:half], asked[half:]
    for place, (used, scored) in enumerate((halves, halves[::-1])):
        file = plain.with_suffix(f".{place}")
        with fill(conversation, plain, embedder=embedder, level=level) as memory:
            memory.backup(file)
        with fill(conversation, file, embedder=embedder, level=level) as memory:
            _use(memory, conversation, used)
            with memory.reader() as reader:
                for question in scored:
                    asked_at = conversation.asked_at
                    query = Query(question=question.text, asked_at=asked_at, limit=max(AT))
                    ranking = Default(level, embedder).recall(query, reader, None, Decider())
                    for prior in priors:
                        nos = ranked(ranking, prior, level, reader, asked_at)
                        found[prior].append(_shares(question, nos, reader))
    return found


def _use(memory: Memory, conversation: Conversation, questions: Sequence[Question]) -> None:
    """Note some questions as answered well from their gold turns."""
    ids = {item.ref: item.id for item in memory.browse(limit=10_000).items}
    for question in questions:
        hits = memory.recall(question.text, SHOWN, asked_at=conversation.asked_at)
        gold = [ids[ref] for ref in sorted(question.gold) if ref in ids]
        memory.note_use(hits, cited=gold, outcome="good", at=conversation.asked_at)


def ranked(
    ranking: Ranking, prior: Prior, level: str, reader: Reader, asked_at: datetime
) -> NDArray[np.int64]:
    """Return the items of a ranking as the recipe with this prior ranks them, best first.

    What was not read stays behind what was, whatever the prior. A test holds this to the recipe's
    own recall, which takes as long for each prior as for the first.
    """
    said_at = reader.index.docs["said_at"][ranking.docs]
    now = round(asked_at.timestamp() * 1_000_000)
    scores = ranking.scores
    for share in prior.shares(ranking.items, said_at, now, reader).values():
        scores = scores + share
    most = BEST if level in CHOSEN_BY else len(scores)
    return ranking.items[:most][np.lexsort((ranking.items[:most], -scores[:most]))]


def _shares(question: Question, nos: NDArray[np.int64], reader: Reader) -> Shares:
    refs = [item.ref for item in reader.items(nos[: max(AT)].tolist())]
    return {k: len(question.gold & set(refs[:k])) / len(question.gold) for k in AT}


def rows(by_conversation: Sequence[Mapping[Prior, list[Shares]]]) -> Iterator[tuple[str, Row]]:
    """Yield each mechanism with the figures of its best setting."""
    (without,) = settings()[WITHOUT]
    for name, priors in settings().items():
        means = {prior: _mean(by_conversation, prior, max(AT)) for prior in priors}
        best = max(means, key=means.__getitem__)
        heaviest = max(map(_weight, priors))
        ours, theirs = (
            [np.array([each[max(AT)] for each in one[prior]]) for one in by_conversation]
            for prior in (best, without)
        )
        gain = paired(ours, theirs)
        yield (
            name,
            Row(
                questions=sum(map(len, ours)),
                recall={k: round(_mean(by_conversation, best, k), 4) for k in AT},
                gain=(round(gain.mean, 4), round(gain.low, 4), round(gain.high, 4)),
                heavy=round(max(means[each] for each in priors if _weight(each) == heaviest), 4),
                weight=_weight(best),
                stretch_days=best.stretch / timedelta(days=1) if best.retention else 0.0,
            ),
        )


def _weight(prior: Prior) -> float:
    return prior.retention or prior.utility


def _mean(by_conversation: Sequence[Mapping[Prior, list[Shares]]], prior: Prior, k: int) -> float:
    values = [each[k] for one in by_conversation for each in one[prior]]
    return sum(values) / len(values)


def show(kept: Mapping[str, Mapping[str, Mapping[str, Row]]], console: Console) -> None:
    """Print one line a level, data set and mechanism."""
    table = Table(title="Age and use", caption=machine.line())
    for column in ("level", "data", "mechanism"):
        table.add_column(column, no_wrap=True)
    for column in ("questions", "R@5", "R@10", "gain", "95 %", "weight", "days", "heavy"):
        table.add_column(column, justify="right")
    for level, by_data in kept.items():
        for data, by_name in by_data.items():
            for name, row in by_name.items():
                recall = [f"{row.recall[k]:.3f}" for k in AT]
                mean, low, high = row.gain
                gain = [f"{mean:+.3f}", f"{low:+.3f} to {high:+.3f}"] if row.weight else ["", ""]
                best = [f"{row.weight:g}", f"{row.stretch_days:g}", f"{row.heavy:.3f}"]
                cells = [str(row.questions), *recall, *gain, *(best if row.weight else ())]
                table.add_row(level.upper(), data, name, *cells)
    console.print(table)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run from the command line."""
    parser = argparse.ArgumentParser(prog="python -m bench decay", description=__doc__)
    parser.add_argument("--data", type=Path, nargs="+", required=True, help="files or folders")
    parser.add_argument("--levels", nargs="+", default=LEVELS)
    parser.add_argument(
        "--keep", action="store_true", help="write bench/results/decay.json; other levels stay"
    )
    given = parser.parse_args(arguments)
    try:
        paths = [path for each in given.data for path in files(each)]
    except BadData as error:
        sys.exit(str(error))
    console = Console(width=None if sys.stdout.isatty() else 140)
    kept: dict[str, dict[str, dict[str, Row]]] = {}
    for level in given.levels:
        embedder = None if level == "c0" else _embedder(console)
        if level != "c0" and embedder is None:
            continue
        kept[level] = {}
        for path in paths:
            each = [one for one in all_of(path) if any(q.answerable for q in one.questions)]
            with tempfile.TemporaryDirectory() as folder:
                found = [
                    measured(one, level, Path(folder), embedder)
                    for one in track(each, f"{path.name} {level}", console=console, transient=True)
                ]
            kept[level][path.name.split(".")[0]] = dict(rows(found))
    show(kept, console)
    if given.keep:
        before: Any = (machine.kept("decay") or {}).get("levels", {})
        machine.keep("decay", {"levels": {**before, **_plain(kept)}})
    return 0


def told() -> str:
    """Return the kept figures as a table for the documents."""
    kept = machine.kept("decay")
    if kept is None:
        return "No figures were kept yet."
    levels: Any = kept["levels"]
    tried = f"{len(WEIGHTS)} for these very questions, and stretches of {len(STRETCH_DAYS)}"
    heaviest = f"with weight {max(WEIGHTS):g}"
    lines = [
        f"{SIMULATED} Weights are the best of {tried}.",
        "",
        f"| level | data | what counts | R@5 | R@10 | gain in R@10, points (95 %) | {heaviest} |",
        "|---|---|---|--:|--:|--:|--:|",
    ]
    for level, by_data in levels.items():
        for data, by_name in by_data.items():
            for name in [each for each in settings() if each in by_name]:
                row = by_name[name]
                first, second = (f"{row['recall'][str(k)]:.3f}" for k in AT)
                mean, low, high = (f"{100 * value:+.1f}" for value in row["gain"])
                gain = "" if name == WITHOUT else f"{mean} ({low} to {high})"
                heavy = "" if name == WITHOUT else f"{row['heavy']:.3f}"
                cells = (level.upper(), data, name, first, second, gain, heavy)
                lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def _plain(kept: Mapping[str, Mapping[str, Mapping[str, Row]]]) -> dict[str, object]:
    return {
        level: {
            data: {name: asdict(row) for name, row in by_name.items()}
            for data, by_name in by_data.items()
        }
        for level, by_data in kept.items()
    }


def _embedder(console: Console) -> TokenEmbedder | None:
    """Return the built-in model, or say that it is not there."""
    try:
        found = embedder_named(EMBEDDER)
    except InputError as error:
        console.print(f"only level C0: {error}")
        return None
    return found if isinstance(found, TokenEmbedder) else None
