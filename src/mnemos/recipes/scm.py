"""SCM: a controller says whether memory is needed at all, and how much of each hit.

What was said is a stream; of a turn of more than 300 tokens there is a summary. A question opens
the gate or not; behind it the turns most like it and most recent are taken, the previous turn
always. What exceeds 2,500 tokens gives way: to its summary, then altogether, the least like it
first and the best never. Recall returns turns and, where they gave way, their summaries.

Source: Wang et al. 2023 (Self-Controlled Memory; arXiv id not known here) and its code,
    wbbeyourself/SCM4LLMs; results second-hand.
Differs: the paper asks once a hit whether it can go; here once about all of them. How recency
    counts is not told there: here a tenth, halved each week. Without a model the gate is a bar on
    the likeness of the best, and what gives way goes by likeness. As many hits as are asked for,
    not 6. Hits come by score: it is the context that stands in the order of time.
Cost: a call for each turn of more than 300 tokens; one a question for the gate, and one more if its
    hits exceed 2,500 tokens. Stores an item and a link a long turn.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

import numpy as np
from numpy.typing import NDArray

from mnemos.context.degrade import Less, degrade
from mnemos.ingest.derive import made
from mnemos.ingest.labels import lines
from mnemos.ingest.notes import digest
from mnemos.models.base import Embedder
from mnemos.models.decide import Decide
from mnemos.models.task import Task
from mnemos.recall.asked import analyzer_of
from mnemos.recall.choose import best
from mnemos.recall.closeness import Closeness, closeness, own
from mnemos.recall.expand import linked
from mnemos.recall.ranked import Ranked, ranked
from mnemos.recall.score import recency
from mnemos.recipes.base import is_whole
from mnemos.store.base import Reader
from mnemos.text.token_count import estimate_tokens
from mnemos.types import Delta, Item, Link, Query, Session

LONG, FLASH, HISTORY = 300, 500, 2_500  # tokens: that want a summary; of the previous turn; in all
SUMMARY = 60  # tokens of one that is made by rules: a sentence or two
GATE, RECENT, HALF_LIFE = 0.2, 0.1, timedelta(days=7)  # cosines of strangers lie below the first
CANDIDATES = 400  # of the most alike, those that are looked at for how recent they are
TASKS = "mnemos.recipes.prompts"


@dataclass(frozen=True)
class Short:
    """A summary of one turn."""

    text: str


@dataclass(frozen=True)
class Gate:
    """Whether earlier conversation is needed."""

    needed: bool


@dataclass(frozen=True, slots=True)
class _Hit:
    item: Item
    short: Item | None
    like: float
    fresh: float


class SCM:
    """The recipe ``scm``."""

    name = "scm"
    at_once = False
    ABLATION = "no-controller"

    def __init__(self, level: str | None = None, embedder: Embedder | None = None) -> None:
        self._controls = is_whole(self.name, level, self.ABLATION)
        self._embedder = embedder
        self.fired: Counter[str] = Counter()

    def learn(self, session: Session, reader: Reader, decide: Decide) -> Delta:
        """Summarise what is long."""
        long = [turn for turn in session.new if _cost(turn) > LONG]
        items = tuple(self._summary(turn, reader, decide) for turn in long)
        self.fired["summaries"] += len(items)
        return Delta(
            items=items,
            links=tuple(
                Link(source=turn.id, target=item.id, type="summary", made_by=self.name)
                for turn, item in zip(long, items, strict=True)
            ),
        )

    def _summary(self, turn: Item, reader: Reader, decide: Decide) -> Item:
        found = decide(
            Task.load(TASKS, "scm-summary"),
            {"speaker": turn.speaker or turn.role, "text": turn.text},
            Short,
            lambda: Short(digest([turn.text], analyzer_of(reader.language), SUMMARY).text),
            lambda short: (
                None if 0 < estimate_tokens(short.text) <= LONG else "it is empty, or no shorter"
            ),
        )
        return made(
            found.text.strip(),
            kind="summary",
            sources=[turn],
            recipe=self.name,
            now=turn.recorded_at,
            speaker=turn.speaker,
        )

    def recall(
        self, query: Query, reader: Reader, eligible: NDArray[np.bool_] | None, decide: Decide
    ) -> Ranked:
        """Open the gate, take what is alike and recent, and let what is too much give way."""
        index = reader.index
        both = [index, reader.derived(self.name)]
        close = closeness(query, reader, both, eligible, self._embedder)
        turns = own(index, eligible, keys=False)
        said = np.flatnonzero(turns)
        if not len(said):
            return ranked(said, {close.signal: np.zeros(0)}, level=close.level)
        order = np.lexsort((said, index.docs["position"][said], index.docs["said_at"][said]))
        previous = int(said[order[-1]])
        near = best(close.worth, CANDIDATES, eligible=turns & close.near)
        if self._controls and not self._needed(query, close, decide):
            self.fired["gate closed"] += 1
            near = near[:0]
        docs = np.array([*near[near != previous].tolist(), previous])
        items = reader.items(index.docs["item"][docs].tolist())
        likes = close.worth[docs]
        fresh = RECENT * recency([item.said_at for item in items], query.asked_at, HALF_LIFE)
        order = np.argsort(-(likes + fresh)[:-1], kind="stable")[: max(1, query.limit - 1)]
        places = [*order.tolist(), len(items) - 1]
        ids = [items[at].id for at in places] if self._controls else []
        short = linked(ids, "summary", reader, self.name, close.able)
        hits = [
            _Hit(items[at], short.get(items[at].id), float(likes[at]), float(fresh[at]))
            for at in places
        ]
        hits = [*self._fitted(query.question, hits[:-1], decide), _flash(hits[-1])]
        nos = reader.numbers([hit.item.id for hit in hits])
        return ranked(
            np.array([nos[hit.item.id] for hit in hits], dtype=np.int64),
            {
                close.signal: np.array([hit.like for hit in hits]),
                "recency": np.array([hit.fresh for hit in hits]),
            },
            level=close.level,
            limitation=close.limitation,
        )

    def _needed(self, query: Query, close: Closeness, decide: Decide) -> bool:
        task = Task.load(TASKS, "scm-gate")
        likely = Gate(bool(close.worth.max(initial=0.0) >= GATE))
        return decide(task, {"question": query.question}, Gate, lambda: likely).needed

    def _fitted(self, question: str, hits: Sequence[_Hit], decide: Decide) -> list[_Hit]:
        """Let hits give way until they fit; best first, and the best as it is."""
        whole = [_cost(hit.item) for hit in hits]
        less = Less([], [])
        if self._controls and sum(whole) > HISTORY:
            shown = lines([hit.item for hit in hits])
            less = decide(
                Task.load(TASKS, "scm-keep"),
                {"question": question, "lines": shown},
                Less,
                lambda: Less([], []),
                lambda less: less.wrong(len(shown)),
            )
        forms = degrade(
            whole,
            [None if hit.short is None else _cost(hit.short) for hit in hits],
            HISTORY,
            shorten=[label - 1 for label in less.shorten],
            drop=[label - 1 for label in less.drop],
        )
        self.fired.update(form for form in forms if self._controls and form != "whole")
        return [
            replace(hit, item=hit.short) if form == "short" and hit.short else hit
            for hit, form in zip(hits, forms, strict=True)
            if form != "gone"
        ]


def _flash(last: _Hit) -> _Hit:
    """Return the previous turn; by its summary if it is very long."""
    long = _cost(last.item) > FLASH
    return replace(last, item=last.short) if long and last.short else last


def _cost(item: Item) -> int:
    return estimate_tokens(item.text)
