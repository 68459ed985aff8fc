"""SGMem: every sentence is joined to those most like it, and a turn is found through its sentences.

The sentences nearest to the question are taken, and over the graph those next to them, which need
not share a word with it; a turn scores the mean of its sentences among all of these. Recall returns
such turns and, where a model wrote any, the summaries, facts and insights nearest to the question.

Source: SGMem (arXiv:2509.21212): k, h, n, γ and K below are those for LongMemEval.
Differs: a chunk is a turn, so that what comes back can be cited. A sentence is joined to the
    nearest of those that were there when it came, so that learning in parts makes the same graph.
    Likeness is told by sign bits. Without vectors it is BM25 as a share of the best, and a sentence
    without a word of the question is no hit. Recall for more than 15 hits looks at more sentences.
Cost: one model call a run of 1,000 tokens, one or two a session; none a question. A row a sentence
    and three links. Its graph wants no model: without one there are no summaries, facts, insights.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mnemos.embedding.kept import kept, rows
from mnemos.embedding.likeness import Likeness
from mnemos.ingest.derive import made
from mnemos.ingest.labels import labelled, runs
from mnemos.ingest.link import Pair, links, nearest_before
from mnemos.ingest.past import held
from mnemos.ingest.statements import Statement, stated_items, wrong_statement
from mnemos.lifecycle.proposal import MAX_ROWS
from mnemos.models.base import Embedder
from mnemos.models.decide import Decide
from mnemos.models.task import Task
from mnemos.recall.asked import analyzer_of
from mnemos.recall.choose import best, roll_up
from mnemos.recall.closeness import Closeness, closeness, of_kind
from mnemos.recall.ranked import Ranked, ranked
from mnemos.recipes.base import is_whole
from mnemos.store.base import Reader
from mnemos.store.signs import Signs
from mnemos.text.sentences import parts
from mnemos.types import Delta, Item, Query, Session

NAME = "sgmem"
SENTENCE, SIMILAR = "sentence", "similar"
DERIVED = ("summary", "fact", "insight")
#: k neighbours of a sentence; n sentences found, each of sim = cos + 1 ≥ γ; K of each other kind.
NEIGHBOURS, FOUND, LEAST, EACH_KIND = 3, 15, 1.0, 5
#: So alike are bits of texts that have nothing in common: no neighbours.
BY_CHANCE = 0.2
#: Sentences that new ones are compared with: the newest; each session reads them.
COMPARED = 4_096
#: Sentences and links of one change; the rest is left for what a model writes.
ROWS = MAX_ROWS - 2_000
#: Facts of a run of turns, and insights, at most.
MOST_STATED = 16


@dataclass(frozen=True)
class Written:
    """What a model writes of a run of turns."""

    summary: str = ""
    facts: tuple[Statement, ...] = ()
    insights: tuple[Statement, ...] = ()


class SGMem:
    """The recipe ``sgmem``; its ablation finds turns by their sentences, without the graph."""

    name = NAME
    at_once = False
    ABLATION = "no-graph"

    def __init__(self, level: str | None = None, embedder: Embedder | None = None) -> None:
        self._graph = is_whole(self.name, level, self.ABLATION)
        self._embedder = embedder
        self.fired: Counter[str] = Counter()

    def learn(self, session: Session, reader: Reader, decide: Decide) -> Delta:
        """Propose a session's sentences, their links, and what a model writes of its turns."""
        likeness = Likeness(self._embedder, analyzer_of(reader.language))
        earlier = held(reader, NAME, session.scope, {SENTENCE}, COMPARED)
        new, bits = _sentences(session.new, likeness)
        pairs: list[Pair] = []
        if self._graph and new:
            pairs = nearest_before(
                np.concatenate([rows(likeness, earlier), bits]),
                len(earlier),
                min(NEIGHBOURS, ROWS // len(new) - 1),
                likeness.cosine,
                least=BY_CHANCE,
            )
        self.fired["links"] += len(pairs)
        ids = [item.id for item in (*earlier, *new)]
        return Delta(
            items=(*new, *(item for run in runs(session.new) for item in _written(run, decide))),
            links=links(pairs, ids, type=SIMILAR, made_by=NAME),
        )

    def recall(
        self, query: Query, reader: Reader, eligible: NDArray[np.bool_] | None, _decide: Decide
    ) -> Ranked:
        """Rank turns by the mean likeness of their sentences among those found and their next."""
        own = reader.derived(NAME)
        near = closeness(query, reader, [own], eligible, self._embedder, keys=False)
        scores = near.scores + 1
        found = best(
            scores,
            max(FOUND, query.limit),
            least=LEAST,
            eligible=near.near & of_kind(SENTENCE, reader),
        )
        hits = reader.items(found.tolist())
        met = [*hits, *self._beside(hits, reader, near)]
        numbers = reader.numbers([each for item in met for each in (item.id, item.sources[0])])
        turns = np.array([numbers[item.sources[0]] for item in met], dtype=np.int64)
        if eligible is not None:
            turns[~eligible[turns]] = -1
        docs = np.array([numbers[item.id] for item in met], dtype=np.int64)
        turns, means = roll_up(turns, scores[docs], "mean")
        others = [
            best(scores, EACH_KIND, eligible=near.near & of_kind(kind, reader)) for kind in DERIVED
        ]
        extra = np.concatenate(others)
        return ranked(
            np.concatenate([turns, extra]),
            {near.signal: np.concatenate([means, scores[extra]])},
            level=near.level,
            limitation=near.limitation,
        )

    def _beside(self, hits: Sequence[Item], reader: Reader, near: Closeness) -> list[Item]:
        """Return the sentences that are linked to those found, without them."""
        if not self._graph:
            return []
        known = {hit.id for hit in hits}
        ends = dict.fromkeys(
            end
            for hit in hits
            for link in reader.links(hit.id)
            if (link.made_by, link.type) == (NAME, SIMILAR)
            for end in (link.source, link.target)
            if end not in known
        )
        numbers = np.array(list(reader.numbers(list(ends)).values()), dtype=np.int64)
        numbers = numbers[near.able[numbers]]
        self.fired["neighbours"] += len(numbers)
        return reader.items(numbers.tolist())


def _sentences(turns: Sequence[Item], likeness: Likeness) -> tuple[list[Item], Signs]:
    """Return an item a sentence and their bits; without sentences that say nothing by any word.

    Where they are more than a change can hold, an item has several.
    """
    most = max(1, ROWS // (1 + NEIGHBOURS) // max(1, len(turns)))
    found = [(turn, *part) for turn in turns[-ROWS:] for part in enumerate(parts(turn.text, most))]
    rows_found = likeness.signs([text for _, _, text in found])
    telling = rows_found.any(axis=1)
    items = [
        made(
            text,
            kind=SENTENCE,
            sources=[turn],
            recipe=NAME,
            now=turn.recorded_at,
            ordinal=ordinal,
            speaker=turn.speaker,
            attrs=kept(likeness, row),
        )
        for (turn, ordinal, text), row in zip(found, rows_found, strict=True)
        if row.any()
    ]
    return items, rows_found[telling]


def _written(turns: Sequence[Item], decide: Decide) -> Iterator[Item]:
    """Return what a model writes of a run of turns; nothing without one."""

    def wrong(written: Written) -> str | None:
        several = (written.facts, written.insights)
        found = (wrong_statement(each, len(turns), MOST_STATED) for each in several)
        return next(filter(None, found), None)

    task = Task.load("mnemos.recipes.prompts", "sgmem-write")
    written = decide(task, {"turns": [*labelled(turns, dated=True)]}, Written, Written, wrong)
    everyone = tuple(range(1, len(turns) + 1))
    whole = (Statement(written.summary, everyone),) if written.summary.strip() else ()
    for kind, stated in zip(DERIVED, (whole, written.facts, written.insights), strict=True):
        yield from stated_items(stated, turns, kind=kind, recipe=NAME)
