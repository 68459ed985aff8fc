"""Looks, notes what it has found and what is missing, and looks again for that, five times at most.

A controller over a retriever. It keeps the evidence found and the gaps left, and a router decides
after each look: *retrieve* once more with a query for what is missing, *reflect* on what came, or
*answer*. What was seen is masked, so that each look brings something new. Nothing is stored. Recall
returns turns: the evidence in the order in which it was found, then what else was seen, then the
rest of the first ranking.

Source: MemR³ (arXiv:2512.20237).
Differs: the retriever is mnemos's own ranking of turns, in place of 20 chunks of 256 tokens that a
    cross-encoder ranks again. Evidence is a turn, not a model's note of it. Without a model a turn
    is evidence if its best sentence holds a word of the question that none held before, or if it
    was said on a day named; words and days left over are looked for alone (with the question they
    would find the same again), until nothing is left or a look brings too little.
Cost: one to five model calls a question, and as many rankings. Stores nothing.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from mnemos.errors import Corrupt, ModelError
from mnemos.ingest.labels import labelled, unknown
from mnemos.models.base import Embedder
from mnemos.models.decide import Decide
from mnemos.models.task import Task
from mnemos.recall.asked import read as read_question
from mnemos.recall.ranked import Ranked, ranked
from mnemos.recall.ranking import Ranking, rank
from mnemos.recall.wanted import Wanted, wanted
from mnemos.recipes.base import is_whole
from mnemos.store.base import Reader
from mnemos.types import JSON, Item, Query

#: Looks at most, turns that each brings, and reflections in a row.
LOOKS, TAKEN, REFLECTIONS = 5, 5, 1
#: Without a model: a look that closes a smaller share of the gaps is the last.
LEAST_GAIN = 0.05
#: Words of a query for what is missing; pieces of evidence that are shown again, and characters of
#: each; characters of a new line.
QUERY_WORDS, HELD, HELD_CHARACTERS, SHOWN_CHARACTERS = 15, 8, 200, 350

_log = logging.getLogger("mnemos")


@dataclass(frozen=True)
class Route:
    """What a look has brought, and what is to be done next."""

    evidence: tuple[int, ...]
    gaps: str
    decision: Literal["retrieve", "reflect", "answer"]
    query: str


class MemR3:
    """The recipe ``memr3``."""

    name = "memr3"
    ABLATION = "no-loop"

    def __init__(self, level: str | None = None, embedder: Embedder | None = None) -> None:
        self._loops = is_whole(self.name, level, self.ABLATION)
        self._embedder = embedder
        self.fired: Counter[str] = Counter()

    def recall(
        self, query: Query, reader: Reader, eligible: NDArray[np.bool_] | None, decide: Decide
    ) -> Ranked:
        """Rank turns, evidence first."""
        first = self._look(query, reader, eligible, [])
        if not self._loops or not len(first):
            return first
        goal = wanted(query.question, read_question(query, reader, eligible), reader)
        hits = first.items[:TAKEN].tolist()
        seen, evidence, reflected = list(hits), dict[int, Item](), 0
        for look in range(1, LOOKS + 1):
            lines = reader.items(hits)
            route, question = _route(goal, list(evidence.values()), lines, decide)
            self.fired[route.decision] += 1
            evidence |= {hits[label - 1]: lines[label - 1] for label in route.evidence}
            reflected = reflected + 1 if route.decision == "reflect" else 0
            if route.decision == "answer" or look == LOOKS:
                break
            if 0 < reflected <= REFLECTIONS:
                continue  # the same lines once more
            reflected = 0
            again = replace(query, question=question)
            hits = self._look(again, reader, eligible, seen).items[:TAKEN].tolist()
            seen += hits
        self.fired["found later"] += len(evidence.keys() - first.items[:TAKEN].tolist())
        items = list(dict.fromkeys([*evidence, *seen, *first.items.tolist()]))
        helps = np.repeat([1.0, 0.0], [len(evidence), len(items) - len(evidence)])
        shares = {"evidence": helps, "order": 1.0 / np.arange(1, len(items) + 1)}
        return replace(
            ranked(np.array(items), shares, level=first.level, limitation=first.limitation),
            abstention=first.abstention,
            confidence=first.confidence,
        )

    def _look(
        self,
        query: Query,
        reader: Reader,
        eligible: NDArray[np.bool_] | None,
        seen: Sequence[int],
    ) -> Ranking:
        """Return the ranking of what was not seen yet."""
        rows = reader.index.docs
        able = np.ones(len(rows), dtype=np.bool_) if eligible is None else eligible.copy()
        able[np.isin(rows["item"], seen)] = False
        level = "c0" if self._embedder is None else "c3"
        try:
            return rank(query, reader, able, level=level, embedder=self._embedder)
        except (ModelError, Corrupt) as error:
            _log.warning("recall by words alone: %s", error)
            return replace(rank(query, reader, able), limitation=str(error))


def _route(
    goal: Wanted, evidence: Sequence[Item], lines: Sequence[Item], decide: Decide
) -> tuple[Route, str]:
    """Return what the newest lines bring and what is to be done next, and the next question."""

    def wrong(said: Route) -> str | None:
        if (said.decision == "retrieve") != bool(said.query.strip()):
            return "a query goes with retrieve, and with nothing else"
        return unknown(said.evidence, len(lines))

    inputs: dict[str, JSON] = {
        "question": goal.question,
        "held": [item.text[:HELD_CHARACTERS] for item in evidence[-HELD:]],
        "lines": [*labelled(lines, label="line", dated=True, most_characters=SHOWN_CHARACTERS)],
    }
    rule = _rule(goal, evidence, lines)
    task = Task.load("mnemos.recipes.prompts", "memr3-router")
    route = decide(task, inputs, Route, lambda: rule, wrong)
    if route is rule:
        return rule, rule.query
    return route, " ".join([goal.question, *route.query.split()[:QUERY_WORDS]])


def _rule(goal: Wanted, evidence: Sequence[Item], lines: Sequence[Item]) -> Route:
    """Return what a question's terms and days say without a model."""
    before = goal.left(evidence)
    helps = [
        n for n, line in enumerate(lines, 1) if len(goal.left([*evidence, line])) < len(before)
    ]
    left = goal.left([*evidence, *(lines[label - 1] for label in helps)])
    if not left or len(before) - len(left) < LEAST_GAIN * len(goal.left([])):
        return Route(tuple(helps), " ".join(left.terms), "answer", "")
    return Route(tuple(helps), " ".join(left.terms), "retrieve", goal.again(left))
