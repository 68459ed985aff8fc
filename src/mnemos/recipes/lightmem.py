"""Shortens what is said, cuts it by topic, keeps facts, and puts them in order while it sleeps.

Three stores, as people have: a *sensory* buffer of 512 tokens takes each turn without a fifth of
its words and is cut where the topic changes; *short-term*, whole topics go to a model, which lists
facts; *long-term*, entries are only added. Asleep (``consolidate``) each new entry looks for older
ones that are much like it: they are updated, deleted or left. Recall returns entries by cosine,
each citing the turns that it comes from.

Source: LightMem (arXiv:2510.18866).
Differs: no token classifier shortens turns (function words go), no attention confirms a cut (the
    dip in likeness decides). Buffers are emptied at the end of a call. Sleep goes over 256 new
    entries a step, not over all at once. Without a model the user's own sentences are the facts,
    three a turn at most, and what is said again almost word for word is superseded; without an
    embedder likeness is of SimHashes, and recall goes by BM25.
Cost: a model call for each 512 tokens of shortened turns; asleep one for each old entry that newer
    ones are near to; none a question. Stores an entry a fact, with 48 bytes of signs.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from mnemos.embedding.kept import keeps, kept, rows
from mnemos.embedding.likeness import Likeness
from mnemos.ingest import cut
from mnemos.ingest.compress import compress
from mnemos.ingest.derive import made
from mnemos.ingest.labels import labelled
from mnemos.ingest.queues import queues
from mnemos.ingest.reconcile import Bars
from mnemos.ingest.statements import told
from mnemos.models.base import Embedder
from mnemos.models.decide import Decide
from mnemos.models.task import Task
from mnemos.recall.asked import analyzer_of
from mnemos.recall.choose import roll_up
from mnemos.recall.closeness import closeness
from mnemos.recall.ranked import Ranked, ranked
from mnemos.recipes.base import is_whole
from mnemos.store.base import Reader
from mnemos.text.token_count import estimate_tokens
from mnemos.types import JSON, Delta, Item, Query, Session, State

#: Without a model: so alike, it says the same; statements of one turn; and of one call, whose
#: change may have 20,000 rows.
SAME, MOST_FACTS, MOST_ROWS = Bars().same, 3, 18_000
#: New entries at one step of sleep, and older ones that they are compared with.
STEP, LOOKED_BACK = 256, 5_000
#: Up to which entry all have slept, and how many were made asleep.
SLEPT = "lightmem/slept"


@dataclass(frozen=True)
class Verdict:
    """What becomes of an old entry; a text if it is updated."""

    action: Literal["update", "delete", "ignore"]
    text: str


class LightMem:
    """The recipe ``lightmem``."""

    name = "lightmem"
    at_once = False
    ABLATION = "no-sleep"

    def __init__(self, level: str | None = None, embedder: Embedder | None = None) -> None:
        self._sleeps = is_whole(self.name, level, self.ABLATION)
        self._embedder = embedder
        self.fired: Counter[str] = Counter()

    def learn(self, session: Session, reader: Reader, decide: Decide) -> Delta:
        """Derive facts from what is new in a session, a buffer of topics at a time."""
        turns, analyzer = session.new, analyzer_of(reader.language)
        likeness = Likeness(self._embedder, analyzer)
        short = [compress(turn.text, analyzer) for turn in turns]
        tokens = [estimate_tokens(text) for text in short]
        alike = likeness.beside(likeness.signs([turn.text for turn in turns]))
        topics = cut.by_topic(tokens, alike)
        self.fired["topics"] += len(topics)
        task = Task.load("mnemos.recipes.prompts", "lightmem-facts")
        most = max(1, min(MOST_FACTS, MOST_ROWS // max(1, len(turns))))
        found: list[Item] = []
        ordinals: Counter[tuple[str, ...]] = Counter()
        for first, last in cut.by_tokens([sum(tokens[a:b]) for a, b in topics], cut.BUFFER):
            some = slice(topics[first][0], topics[last - 1][1])
            for text, of in told(
                turns[some], short[some], task, decide, terms=analyzer.terms, most=most
            ):
                ids = tuple(turn.id for turn in of)
                found.append(self._entry("fact", text, of, ordinals[ids]))
                ordinals[ids] += 1
        return Delta(items=_signed(found, likeness))

    def consolidate(self, _now: datetime, reader: Reader, decide: Decide) -> Delta:
        """Compare the next new entries with older ones, and decide about each of those once."""
        own = reader.derived(self.name)
        nos = np.unique(own.docs["item"][own.columns.recipe == own.recipe])
        through, asleep = map(int, str(reader.state(SLEPT) or "-1 0").split())
        begin = int(np.searchsorted(nos, through, side="right"))
        if not self._sleeps or begin >= len(nos):
            return Delta()
        seen = nos[max(0, begin - LOOKED_BACK) : begin + STEP].tolist()
        fresh = {entry.id for entry in reader.items(nos[begin : begin + STEP].tolist())}
        likeness = Likeness(self._embedder, analyzer_of(reader.language))
        entries = sorted(
            (entry for entry in reader.items(seen) if keeps(likeness, entry)),
            key=lambda entry: entry.said_at,
        )
        items: list[Item] = []
        for old, newer, alike in _named(entries, fresh, likeness):
            verdict = _verdict(old, newer, alike, decide)
            self.fired[verdict.action] += 1
            if verdict.action == "update":
                ids = [each for entry in (*reversed(newer), old) for each in entry.sources]
                updated = self._entry("update", verdict.text, reader.by_id(ids), asleep)
                items += _signed([replace(updated, supersedes=old.id)], likeness)
                asleep += 1
            if verdict.action != "ignore":
                items.append(replace(old, status="superseded"))
        value = f"{seen[-1]} {asleep}"
        return Delta(items=tuple(items), states=(State(name=SLEPT, value=value),))

    def recall(
        self, query: Query, reader: Reader, eligible: NDArray[np.bool_] | None, _decide: Decide
    ) -> Ranked:
        """Rank entries by cosine."""
        own = reader.derived(self.name)
        found = closeness(query, reader, [own], eligible, self._embedder, names=True)
        items, scores = roll_up(own.docs["item"][found.near], found.scores[found.near])
        return ranked(items, {found.signal: scores}, level=found.level, limitation=found.limitation)

    def _entry(self, kind: str, text: str, sources: Sequence[Item], ordinal: int) -> Item:
        speakers = {turn.speaker for turn in sources}
        return made(
            text.strip(),
            kind=kind,
            sources=sources,
            recipe=self.name,
            now=max(turn.recorded_at for turn in sources),
            ordinal=ordinal,
            speaker=speakers.pop() if len(speakers) == 1 else None,
        )


def _signed(entries: Sequence[Item], likeness: Likeness) -> tuple[Item, ...]:
    signs = likeness.signs([entry.text for entry in entries])
    return tuple(
        replace(entry, attrs=kept(likeness, row)) for entry, row in zip(entries, signs, strict=True)
    )


def _named(
    entries: Sequence[Item], fresh: Collection[str], likeness: Likeness
) -> Iterator[tuple[Item, list[Item], float]]:
    """Yield entries that new ones name, with those, oldest first, and how alike the nearest is."""
    owners = [
        (entry.scope.user, entry.scope.agent) if entry.status == "active" else None
        for entry in entries
    ]
    new = {n for n, each in enumerate(entries) if each.id in fresh and each.kind == "fact"}
    for found in queues(rows(likeness, entries), likeness.dimension, owners, new):
        yield entries[found.old], [entries[n] for n in found.newer], found.alike


def _verdict(old: Item, newer: Sequence[Item], alike: float, decide: Decide) -> Verdict:
    """Return what becomes of an old entry."""

    def wrong(said: Verdict) -> str | None:
        told = bool(said.text.strip())
        return None if told == (said.action == "update") else "text goes with update alone"

    task = Task.load("mnemos.recipes.prompts", "lightmem-sleep")
    inputs: dict[str, JSON] = {
        "old": labelled([old], label="entry", dated=True)[0],
        "newer": [*labelled(newer, label="entry", dated=True)],
    }
    fallback = Verdict("delete" if alike >= SAME else "ignore", "")
    return decide(task, inputs, Verdict, lambda: fallback, wrong)
