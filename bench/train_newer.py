"""What tells the turn that says how it is now? Learnt from scenarios of change that others wrote.

The scenarios of ``bench/sets/updates_*.jsonl``, but for the sealed ones, are each put into a memory
by themselves and within other talk (``bench.within_talk``), and their questions of now are asked;
so are those of ``--data``, whose conversations are the other talk, to learn when all is well as
it stands. Of the turns that may lead in place of the best one (``mnemos.recall.telling``) trees
learn which does (``bench.trees``). Told is the share of questions that the first turn answers,
for each writer and each data set by trees that have not seen theirs. The same bytes every time.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.progress import track
from rich.table import Table

import mnemos.recall
from bench.conversation import Conversation, Question
from bench.data import all_of
from bench.memories import fill
from bench.newer_by_hand import by_hand
from bench.shown import Shown
from bench.trees import grow
from bench.updates import holds
from bench.updates_set import SETS, Check, Update, read
from bench.within_talk import alone, within
from mnemos.recall.newer import LOOKED_AT, Trees, asks_of_now, leader
from mnemos.recall.ranking import rank
from mnemos.recall.telling import FEATURES, compared
from mnemos.types import Item, Query

WRITERS = ("open", "a", "c", "d")
WEIGHTS = Path(mnemos.recall.__path__[0]) / "weights" / "newer.json"
COMMAND = "python -m bench train-newer --data FILE ... --keep"
#: What a pair weighs of which both turns are right, or neither.
ALIKE = 0.25

Floats = NDArray[np.float64]
#: Whether an item answers.
Right = Callable[[Item], bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A question of now, with the best turns by words alone.

    Args:
        group: The writer, or the data set; what is left out together.
        within: Whether within other talk.
        best: The best turns.
        right: Which of them answer it.
        by_hand: The place that the rule by hand puts first.
        places: Of the turns that may lead.
        rows: Their features. Shape (places, features).
    """

    group: str
    within: bool
    best: Sequence[Item]
    right: Sequence[bool]
    by_hand: int
    places: Sequence[int]
    rows: Floats

    @property
    def gains(self) -> list[int]:
        """For each turn that may lead: 1 if it is right and the best is not, −1 vice versa."""
        return [self.right[place] - self.right[0] for place in self.places]


def of_scenario(writer: str, update: Update, talks: Sequence[Conversation]) -> Iterator[Asked]:
    """Ask what holds now after a scenario, by itself and within other talk."""
    refs = {turn.ref for turn in update.turns}

    def judged(check: Check) -> Right:
        return lambda item: (
            item.ref in refs and any(holds(Shown(text=item.text), each) for each in check.wordings)
        )

    asked = [(each.question, judged(each)) for each in update.checks if each.type == "current"]
    yield from _asked(writer, alone(update), asked, within=False)
    if talks:
        yield from _asked(writer, within(update, talks), asked, within=True)


def of_data(dataset: str, conversation: Conversation) -> Iterator[Asked]:
    """Ask a conversation's questions of now."""

    def judged(question: Question) -> Right:
        return lambda item: item.ref in question.gold

    asked = [(each.text, judged(each)) for each in conversation.questions if each.answerable]
    yield from _asked(dataset, conversation, asked, within=True)


def _asked(
    group: str, conversation: Conversation, asked: Sequence[tuple[str, Right]], *, within: bool
) -> Iterator[Asked]:
    of_now = [(question, right) for question, right in asked if asks_of_now(question)]
    if not of_now:
        return
    with (
        fill(conversation, ":memory:", level="c0", learning="on request") as memory,
        memory.reader() as reader,
    ):
        for question, right in of_now:
            found = rank(Query(question=question, asked_at=conversation.asked_at), reader)
            if not len(found):
                continue
            best = reader.items(found.items[:LOOKED_AT].tolist())
            scores = found.scores[:LOOKED_AT].tolist()
            places, rows = compared(question, best, scores)
            yield Asked(
                group=group,
                within=within,
                best=best,
                right=[right(item) for item in best],
                by_hand=by_hand(question, best, scores),
                places=places,
                rows=rows,
            )


def learn(asked: Iterable[Asked]) -> Trees:
    """Grow trees that tell a turn that is right from the best one where that is wrong."""
    seen = [each for each in asked if each.places]
    gains = np.array([gain for each in seen for gain in each.gains])
    rows = np.concatenate([each.rows for each in seen])
    return grow(rows, gains > 0, np.where(gains == 0, ALIKE, 1.0))


def figures(asked: Sequence[Asked]) -> dict[str, dict[str, float]]:
    """Return the share of questions answered first, by trees that have not seen the group."""
    found: dict[str, dict[str, float]] = {}
    for group in dict.fromkeys(each.group for each in asked):
        trees = learn([each for each in asked if each.group != group])
        for inside in (False, True):
            own = [each for each in asked if each.group == group and each.within is inside]
            if own:
                name = f"{group}, within other talk" if inside and group in WRITERS else group
                found[name] = {
                    "questions": len(own),
                    "no change": _share(each.right[0] for each in own),
                    "by hand": _share(each.right[each.by_hand] for each in own),
                    "learnt": _share(
                        each.right[leader(each.best, each.places, each.rows, trees)] for each in own
                    ),
                }
    return found


def _share(right: Iterable[bool]) -> float:
    return round(float(np.mean(list(right))), 4)


def document(trees: Trees, groups: Collection[str]) -> str:
    """Return the trees as they stand in ``weights/newer.json``, one a line."""
    names = list(FEATURES)
    lines = [
        json.dumps(
            {
                "exceed": [[names[no], limit] for no, limit in zip(*split, strict=True)],
                "add": leaves,
            }
        )
        for *split, leaves in zip(
            trees.features.tolist(), trees.limits.tolist(), trees.leaves.tolist(), strict=True
        )
    ]
    provenance = json.dumps({"data": sorted(groups), "command": COMMAND})
    return f'{{"provenance": {provenance},\n"trees": [\n' + ",\n".join(lines) + "\n]}\n"


def show(rows: dict[str, dict[str, float]], console: Console) -> None:
    """Print one line a writer or data set."""
    table = Table(title="Questions of now that the first turn answers, left out")
    table.add_column("scenarios or data", no_wrap=True)
    columns = ["questions", "no change", "by hand", "learnt"]
    for column in columns:
        table.add_column(column, justify="right")
    for name, row in rows.items():
        table.add_row(name, *(f"{row[column]:.3g}" for column in columns))
    console.print(table)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run from the command line."""
    parser = argparse.ArgumentParser(prog="python -m bench train-newer", description=__doc__)
    parser.add_argument("--data", nargs="*", type=Path, default=[], help="long conversations")
    parser.add_argument("--writers", nargs="+", choices=WRITERS, default=WRITERS)
    parser.add_argument("--keep", action="store_true", help="write the weights that recall uses")
    given = parser.parse_args(arguments)
    console = Console(width=None if sys.stdout.isatty() else 120)
    data = {path.name.split(".")[0]: all_of(path) for path in given.data}
    talks = [each for conversations in data.values() for each in conversations]
    asked: list[Asked] = []
    for writer in given.writers:
        updates = read(SETS / f"updates_{writer}.jsonl")
        for update in track(updates, description=writer, console=console, transient=True):
            asked += of_scenario(writer, update, talks)
    for name, conversations in data.items():
        for each in track(conversations, description=name, console=console, transient=True):
            asked += of_data(name, each)
    show(figures(asked), console)
    if given.keep:
        groups = dict.fromkeys(each.group for each in asked)
        WEIGHTS.write_text(document(learn(asked), groups), encoding="utf-8")
    return 0
