"""The main job on one's own conversation: taken in, counted, asked."""

from __future__ import annotations

import re
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from rich.padding import Padding

from mnemos import Item, Memory, Scope
from mnemos.importers.taking import Outcome, Plan, Taking
from mnemos.serve.cli.exits import USAGE, Refused
from mnemos.serve.cli.feeding import opened_files, refused
from mnemos.serve.cli.figures import stats_panel
from mnemos.serve.cli.output import Output
from mnemos.serve.cli.receipts import counted
from mnemos.serve.cli.reindex import catch_up, in_words, missing
from mnemos.serve.cli.stage import Stage

#: Questions that are made from the conversation itself.
MADE = 5
MIN_WORD = 5
MIN_WORDS = 6
#: A word of at most so many turns is rare.
RARE = 2
HITS = 10
#: About a minute's work of the built-in model.
MOST_EMBEDDED = 5_000
_LINK = re.compile(r"\w+://\S+")
_WORD = re.compile(r"[^\W\d_]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """A question to one's own conversation and what came back.

    Args:
        question: As it was put.
        source: The turn that it was made from; None if someone put it.
        rank: The source's place among the hits, from 1; None if it is not there.
        hits: Ids, best first.
        abstention: Why the memory kept silent.
        recall_ms: How long it took.
    """

    question: str
    source: str | None
    rank: int | None
    hits: tuple[str, ...]
    abstention: str | None
    recall_ms: float


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnMeasured:
    """What came of one's own conversation."""

    imported: Outcome
    import_seconds: float
    bytes_a_turn: float
    answered: tuple[Answered, ...]
    whole: bool


def show_own(
    path: Path, source: str, output: Output, *, ask: bool, embedder: str = "default"
) -> OwnMeasured:
    """Take a conversation into a new memory at ``path``, count it and ask it.

    Args:
        path: Of the memory to make.
        source: The conversation's file, "-" for stdin.
        output: Where it shows itself.
        ask: Read questions from stdin, one a line, instead of making some.
        embedder: What finds by meaning: a name, "none", or "default".
    """
    stage = Stage(output)
    with Memory(path, actor="demo", embedder=embedder, embedding="manual") as memory:
        stage.step("Remember", f"{source} goes into a memory of its own, for as long as this runs.")
        began = time.perf_counter()
        outcome = _import(memory, source, output)
        seconds = time.perf_counter() - began
        stage.say(f"{counted(outcome.added, 'turn')} in {seconds:.2f} s")
        outcome.embedded = _embed(memory, output)
        status = memory.vectors()
        stage.say(f"{in_words(status)}{f' ({status.without})' if status.without else ''}")
        stats = memory.stats()
        stage.step("Count", "What is in it.")
        stage.show(Padding(stats_panel(stats, output.width - 4)))
        stage.step("Ask", "Your questions." if ask else "Questions made from rare words of it.")
        answered = tuple(_answers(memory, stage, ask=ask))
        stage.step("Verify", "Every event's hash and every row's commitment, from the first.")
        found = memory.verify()
        stage.say("all as committed to" if found.ok else "; ".join(found.problems))
    return OwnMeasured(
        imported=outcome,
        import_seconds=seconds,
        bytes_a_turn=stats.bytes_on_disk / max(1, outcome.added),
        answered=answered,
        whole=found.ok,
    )


def _import(memory: Memory, source: str, output: Output) -> Outcome:
    plan = Plan(verb="remember", scope=Scope(), skip=True)
    with (
        opened_files([source], sys.stdin.buffer, None) as feed,
        output.progress("reading", "messages") as meter,
    ):
        outcome = Taking(memory, plan, meter.tell).run(feed)
    if not outcome.added:
        problems = outcome.problems
        nothing = Refused(f"{source}: holds no messages", USAGE)
        raise refused(problems, "no good line was left") if problems else nothing
    for each in outcome.problems[:MADE]:
        output.note(f"left out: {each}")
    return outcome


def _embed(memory: Memory, output: Output) -> int:
    """Make vectors, unless that takes longer than anyone watches a demonstration for."""
    if missing(memory) > MOST_EMBEDDED:
        output.note(f"more than {MOST_EMBEDDED:,} texts: asked by their words alone")
        return 0
    return catch_up(memory, output, bar=True)


def _answers(memory: Memory, stage: Stage, *, ask: bool) -> Iterator[Answered]:
    asked = _typed() if ask else _made(memory)
    for question, source in asked:
        began = time.perf_counter()
        found = memory.recall(question, HITS)
        took_ms = (time.perf_counter() - began) * 1_000
        ids = [hit.id for hit in found]
        rank = ids.index(source) + 1 if source in ids else None
        stage.question(question, "" if source is None else f"made from {source}")
        stage.answer(found, most=1 if source else 3)
        if source is not None:
            stage.say("  found first" if rank == 1 else f"  found at place {rank or 'none'}")
        yield Answered(
            question=question,
            source=source,
            rank=rank,
            hits=tuple(ids),
            abstention=found.abstention,
            recall_ms=took_ms,
        )


def _typed() -> Iterator[tuple[str, None]]:
    for line in sys.stdin:
        if line.strip():
            yield line.strip(), None


def _made(memory: Memory) -> list[tuple[str, str]]:
    """Return questions made from turns spread over the conversation, with the turns' ids."""
    frequency: Counter[str] = Counter()
    for item in _items(memory):
        frequency.update({word.casefold() for word in _WORD.findall(item.text)})
    told = [(item.id, rare) for item in _items(memory) if (rare := _rare(item.text, frequency))]
    step = max(1, len(told) // MADE)
    return [
        (f'What about "{rare[0]}"?', item_id) for item_id, rare in told[step // 2 :: step][:MADE]
    ]


def _rare(text: str, frequency: Counter[str]) -> list[str]:
    words = _WORD.findall(_LINK.sub(" ", text))
    if len(words) < MIN_WORDS:
        return []
    rare = [each for each in words if len(each) >= MIN_WORD and frequency[each.casefold()] <= RARE]
    return sorted(dict.fromkeys(rare), key=lambda each: (frequency[each.casefold()], -len(each)))


def _items(memory: Memory) -> Iterator[Item]:
    after = None
    while True:
        page = memory.browse(after=after, limit=1_000)
        yield from page.items
        after = page.after
        if after is None:
            return
