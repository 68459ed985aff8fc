"""The bundled questions, asked one by one, and what came of them."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass

from mnemos import Memory
from mnemos.demo import DemoQuestion

#: R@10: how much of what is needed is among the first so many hits.
HITS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Quiz:
    """What the questions came to.

    Args:
        questions: How many were asked.
        recall_at_10: Share of the turns needed that were among the first ten, averaged over the
            questions that have an answer.
        unanswerable: Questions that nothing answers.
        abstained: Those of them on which the memory rightly kept silent.
        wrongly_silent: Questions that have an answer and got none.
        recall_ms: Milliseconds for each question.
        level: What they were answered by, "c0" to "c3".
    """

    questions: int
    recall_at_10: float
    unanswerable: int
    abstained: int
    wrongly_silent: int
    recall_ms: tuple[float, ...]
    level: str


def ask_all(memory: Memory, questions: Sequence[DemoQuestion]) -> Quiz:
    """Ask every question at its moment and score what comes back."""
    shares: list[float] = []
    times: list[float] = []
    silent: list[tuple[bool, bool]] = []
    levels: list[str] = []
    for each in questions:
        began = time.perf_counter()
        found = memory.recall(each.question, HITS, asked_at=each.asked_at)
        times.append((time.perf_counter() - began) * 1_000)
        levels.append(found.level)
        silent.append((bool(each.gold), found.abstention is not None))
        if each.gold:
            shown = {hit.ref for hit in found}
            shares.append(sum(ref in shown for ref in each.gold) / len(each.gold))
    return Quiz(
        questions=len(questions),
        recall_at_10=sum(shares) / len(shares),
        unanswerable=silent.count((False, True)) + silent.count((False, False)),
        abstained=silent.count((False, True)),
        wrongly_silent=silent.count((True, True)),
        recall_ms=tuple(times),
        level=max(levels),
    )
