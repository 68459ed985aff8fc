"""ENGRAM: what happened, what is so and how things are done are kept, and looked up, apart.

Each turn is sent to one or more of three stores and becomes a short dated record there. A question
takes the best of every store, so that what is said most often does not crowd out the rest. Recall
returns records, each citing the turn that it was made of.

Source: ENGRAM (arXiv:2511.12960). Without the three stores its answers fall from 77.6 to 46.6.
Differs: the router and the extractors are one request over a run of turns, not up to four a turn.
    The paper takes the best 20 or 25 of each store (second-hand); here the hits that are asked for,
    up to 75, are shared out among the stores, and what one cannot fill goes to the next best of
    all. Of equal records of one turn one comes back.
    Without a model, rules route a turn, and its record is its text with days written behind
    "yesterday"; without vectors, words rank.
Cost: one model call a run of 1,000 tokens, one or two a session; none a question. One to three rows
    a turn.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from mnemos.ingest.dated import dated
from mnemos.ingest.derive import made
from mnemos.ingest.labels import labelled, runs, unknown
from mnemos.ingest.route import EPISODIC, PROCEDURAL, SEMANTIC, route
from mnemos.ingest.statements import LONGEST
from mnemos.lifecycle.proposal import MAX_ROWS
from mnemos.models.base import Embedder
from mnemos.models.decide import Decide
from mnemos.models.task import Task
from mnemos.recall.choose import best, quota
from mnemos.recall.closeness import closeness, of_kind
from mnemos.recall.ranked import Ranked, ranked
from mnemos.recipes.base import is_whole
from mnemos.store.base import Reader
from mnemos.text.dates import event_time
from mnemos.types import Delta, Item, Query, Session

NAME = "engram"
STORES = (EPISODIC, SEMANTIC, PROCEDURAL)
#: Records of one store for one question (about 20–25, second-hand).
EACH_STORE = 25
#: Candidates that are read to find so many different ones.
READ = 3
#: Records of one turn that a model may write.
MOST_RECORDS = 6


@dataclass(frozen=True)
class Record:
    """What one turn adds to one store."""

    turn: int
    store: Literal["episodic", "semantic", "procedural"]
    text: str


@dataclass(frozen=True)
class Records:
    """What a run of turns adds."""

    records: tuple[Record, ...]


class Engram:
    """The recipe ``engram``; its ablation takes the best of all records, as if of one store."""

    name = NAME
    at_once = False
    ABLATION = "one-store"

    def __init__(self, level: str | None = None, embedder: Embedder | None = None) -> None:
        self._apart = is_whole(self.name, level, self.ABLATION)
        self._embedder = embedder
        self.fired: Counter[str] = Counter()

    def learn(self, session: Session, _reader: Reader, decide: Decide) -> Delta:
        """Propose the records of a session's new turns."""
        turns = session.new[-MAX_ROWS:]
        most = MAX_ROWS // max(1, len(turns))
        found = [item for run in runs(turns) for item in _records(run, most, decide)]
        self.fired.update(item.kind for item in found)
        return Delta(items=tuple(found))

    def recall(
        self, query: Query, reader: Reader, eligible: NDArray[np.bool_] | None, _decide: Decide
    ) -> Ranked:
        """Rank the best records of every store by likeness."""
        own = reader.derived(NAME)
        near = closeness(query, reader, [own], eligible, self._embedder, keys=False)
        pool = READ * query.limit
        several = [
            best(near.scores, pool, eligible=near.near & of_kind(store, reader)) for store in STORES
        ]
        docs = np.sort(np.concatenate(several))
        docs = docs[np.argsort(-near.scores[docs], kind="stable")]
        distinct: dict[tuple[tuple[str, ...], str], int] = {}
        items = reader.items(docs.tolist())
        for place, item in enumerate(items):
            distinct.setdefault((item.sources, item.text), place)
        order = list(distinct.values())
        most = min(query.limit, EACH_STORE * len(STORES))
        chosen = order[:most]
        if self._apart:
            each = max(1, most // len(STORES))
            first = quota([item.kind for item in items], order, dict.fromkeys(STORES, each))
            rest = [place for place in order if place not in set(first)]
            shared = [*first, *rest[: max(0, most - len(first))]]
            self.fired["let in"] += len(set(shared) - set(chosen))
            chosen = shared
        return ranked(
            docs[chosen],
            {near.signal: near.scores[docs[chosen]]},
            level=near.level,
            limitation=near.limitation,
        )


def _records(turns: Sequence[Item], most: int, decide: Decide) -> Iterator[Item]:
    """Return the records of a run of turns, at most so many of a turn."""

    def wrong(written: Records) -> str | None:
        counts = Counter(record.turn for record in written.records)
        if any(not 0 < len(record.text.strip()) <= LONGEST for record in written.records):
            return f"each text has from 1 to {LONGEST} characters"
        if any(count > MOST_RECORDS for count in counts.values()):
            return f"no turn has more than {MOST_RECORDS} records"
        return unknown(counts, len(turns))

    def by_rules() -> Records:
        routed = [
            Record(label, store, dated(turn.text, turn.said_at))
            for label, turn in enumerate(turns, 1)
            for store in _stores(turn.text)
        ]
        return Records(tuple(routed))

    task = Task.load("mnemos.recipes.prompts", "engram-records")
    written = decide(task, {"turns": [*labelled(turns, dated=True)]}, Records, by_rules, wrong)
    places: Counter[int] = Counter()
    for record in written.records:
        turn, ordinal = turns[record.turn - 1], places[record.turn]
        if ordinal < most:
            places[record.turn] += 1
            yield made(
                record.text.strip(),
                kind=record.store,
                sources=[turn],
                recipe=NAME,
                now=turn.recorded_at,
                ordinal=ordinal,
                speaker=turn.speaker,
                event_time=event_time(record.text, turn.said_at),
            )


def _stores(text: str) -> tuple[Literal["episodic", "semantic", "procedural"], ...]:
    bits = route(text)
    return tuple(store for store in ("episodic", "semantic", "procedural") if store in bits)
