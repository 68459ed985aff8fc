"""A tree of topics: each turn goes down to what it is like, and topics are summed up.

Going down from the root, a turn enters the most similar child as long as that is similar enough,
the more so the deeper; there it becomes a leaf. A leaf that is reached becomes a topic of two. A
question is compared with all nodes alike. What comes back are turns, for leaves, and topics.

Source: MemTree, arXiv:2410.14052; θ0 = .4, λ = .5 / 15 and the bar of .3 for what comes back are
    those of an unofficial port (second-hand).
Differs: a topic's vector is the majority of its leaves' sign bits, not that of its summary. It is
    summed up from its five most central leaves, afresh, not from its old summary, so that it cites
    what it says; and by a model only in ``consolidate``, where the paper asks for each topic above
    each new turn. Until then, and without a model, it says its leaves' best sentences. The bar is
    left out where words are compared.
Cost: a model call for each topic that changed, in ``consolidate``; none else. An item and a link a
    turn and a topic, a key for each topic that grew.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

import numpy as np
from numpy.typing import NDArray

from mnemos.embedding.kept import kept, rows
from mnemos.embedding.likeness import Likeness
from mnemos.ingest import topic
from mnemos.ingest.derive import derived_id, made
from mnemos.ingest.growing import Growing
from mnemos.ingest.past import held
from mnemos.ingest.summary import extract
from mnemos.models.base import Embedder
from mnemos.models.decide import Decide
from mnemos.models.task import Task
from mnemos.recall.asked import analyzer_of
from mnemos.recall.closeness import closeness, standing
from mnemos.recall.of_turns import best, pool, ranking, turns_of, without_one
from mnemos.recall.ranked import Ranked
from mnemos.recipes.base import is_whole
from mnemos.store.base import Reader
from mnemos.types import JSON, Delta, Item, Key, Query, Session

NAME = "mem-tree"
BAR = 0.3  # cosine up to which nothing comes back
CENTRAL = 5  # leaves that a topic is summed up from
TOKENS, LONGEST = 60, 1_500  # of a summary by rules; characters of a model's
WORDS, SHOWN = 4_000, 600  # characters of a turn in its leaf; of a leaf shown to a model
TRIED = 3  # topics that a step of consolidation asks about at most
#: Of one change's 20,000 rows those that may be used: two a leaf; three a topic that is new, for
#: links, and three a topic that grew. Leaves beyond stay below the root.
ROWS = 19_000


@dataclass(frozen=True)
class Summed:
    """What a topic is about."""

    summary: str


class MemTree:
    """The recipe ``mem-tree``; its ablation hangs all leaves below the root."""

    name = NAME
    at_once = False
    ABLATION = "no-tree"

    def __init__(self, level: str | None = None, embedder: Embedder | None = None) -> None:
        self._flat = not is_whole(self.name, level, self.ABLATION)
        self._embedder = embedder
        self.fired: Counter[str] = Counter()

    def learn(self, session: Session, reader: Reader, _decide: Decide) -> Delta:
        """Put the new turns into the tree, and say anew what the topics above them hold."""
        likeness = Likeness(self._embedder, analyzer_of(reader.language))
        before = held(reader, NAME, session.scope)
        old = [item for item in before if item.kind == "leaf"]
        topics = {item.id: item for item in before if item.kind == topic.KIND}
        linked = [link for each in topics for link in reader.links(each) if link.source == each]
        parents = {link.target: link.source for link in linked}
        signs = rows(likeness, old, lambda leaf: leaf.text)
        tree = Growing([leaf.id for leaf in old], signs, likeness.dimension, parents)
        bare = [_leaf(turn) for turn in session.new if turn.text.strip()]
        signs = likeness.signs([leaf.text for leaf in bare])
        fresh = [
            replace(leaf, attrs=kept(likeness, row)) for leaf, row in zip(bare, signs, strict=True)
        ]
        leaves = {leaf.id: leaf for leaf in (*old, *fresh)}
        grown: dict[str, None] = {}
        known = len(topics)
        for leaf, row in zip(fresh, signs, strict=True):
            rows_used = 2 * len(fresh) + 3 * (len(topics) - known + len(grown))
            if self._flat or rows_used > ROWS:
                tree.hang(leaf.id, row)
                continue
            spot = tree.insert(leaf.id, row, lambda *pair: topic.topic_id(NAME, pair))
            if spot.splits:
                pair = [leaves[spot.parent], leaf]
                new = topic.founded(pair, _extract(pair, reader), recipe=NAME)
                topics[new.id] = new
            self.fired["topic"] += spot.splits
            self.fired["descent"] += len(spot.path) > 1
            grown.update(dict.fromkeys(tree.topics_of(leaf.id)))
        links, unlinked = tree.relinked(linked, NAME)
        told, keys = _told([topics[each] for each in grown], tree, leaves, reader)
        return Delta(
            items=(*fresh, *told),
            keys=tuple(key for key in keys if key.text != topics[key.item].text),
            unkeyed=tuple(old_key for key in keys for old_key in reader.keys(key.item)),
            links=tuple(links),
            unlinked=tuple(unlinked),
        )

    def consolidate(self, _now: datetime, reader: Reader, decide: Decide) -> Delta:
        """Let a model sum up the largest topic that has grown."""
        waiting = [each for each in held(reader, NAME, None, {topic.KIND}) if each.attrs["waits"]]
        nothing = Summed("")
        for each in sorted(waiting, key=lambda one: (-topic.size(one), one.id))[:TRIED]:
            central = reader.by_id(topic.listed(each, "central"))
            said: JSON = [f"{leaf.speaker}: {leaf.text[:SHOWN]}" for leaf in central]
            task = Task.load("mnemos.recipes.prompts", "mem-tree-topic")
            inputs: dict[str, JSON] = {"count": topic.size(each), "messages": said}
            found = decide(task, inputs, Summed, lambda: nothing, _wrong)
            if found is not nothing:
                self.fired["summary"] += 1
                after, key = topic.told(each, central, found.summary.strip(), by="model")
                return Delta(items=(after,), keys=(key,), unkeyed=tuple(reader.keys(each.id)))
        return Delta()

    def recall(
        self, query: Query, reader: Reader, eligible: NDArray[np.bool_] | None, _decide: Decide
    ) -> Ranked:
        """Rank turns and topics by how near their nodes are, wherever in the tree."""
        index = reader.derived(NAME)
        near = closeness(query, reader, (reader.index, index), eligible, self._embedder)
        items, docs = standing(index, eligible)
        value = dict(zip(items.tolist(), near.scores[docs].tolist(), strict=True))
        bar, most = BAR if near.signal == "meaning" else 0.0, pool(query.limit)
        nodes = best(value, most, bar)
        kinds = [reader.kinds[kind] for kind in index.docs["kind"][nodes].tolist()]
        topics = [no for no, kind in zip(nodes, kinds, strict=True) if kind == topic.KIND]
        self.fired["topic found"] += len(topics)
        turns = turns_of(reader, [no for no in nodes if no not in {*topics}], eligible)
        shares = {no: (value[no],) for no in topics}
        shares |= {turn: (value[no],) for no, turn in turns.items()}
        for turn in without_one(reader, near, eligible, most, partial(derived_id, NAME, "leaf")):
            if near.scores[turn] > bar:
                shares.setdefault(turn, (float(near.scores[turn]),))
        return ranking(shares, ("node",), near)


def _told(
    grown: Sequence[Item], tree: Growing, leaves: Mapping[str, Item], reader: Reader
) -> tuple[list[Item], list[Key]]:
    """Say anew what topics hold; what a model wrote stands until it writes again."""
    items, keys = [], []
    for each in grown:
        central = [leaves[leaf] for leaf in tree.central(each.id, CENTRAL)]
        after = topic.grown(each, central, len(tree.leaves(each.id)))
        others = topic.listed(after, "central") != topic.listed(each, "central")
        if others and after.attrs["by"] == "rules":
            after, key = topic.told(after, central, _extract(central, reader), by="rules")
            keys.append(key)
        items.append(after)
    return items, keys


def _leaf(turn: Item) -> Item:
    text, now = turn.text[:WORDS], turn.recorded_at
    return made(text, kind="leaf", sources=[turn], recipe=NAME, now=now, speaker=turn.speaker)


def _extract(leaves: Sequence[Item], reader: Reader) -> str:
    return extract([leaf.text for leaf in leaves], analyzer_of(reader.language), TOKENS)


def _wrong(reply: Summed) -> str | None:
    if not reply.summary.strip():
        return "the summary is empty"
    too_long = len(reply.summary) > LONGEST
    return f"the summary is longer than {LONGEST} characters" if too_long else None
