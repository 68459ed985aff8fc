"""Sessions seen four ways, joined to what they are like: the surest view finds, the graph spreads.

Each session has four nodes: its words, the mean of its turns, a summary, keywords. A new node is
linked to those earlier ones whose likeness stands out, as a mixture of two Gaussians tells. A
question weighs the four views by how sure each is, and walks from the best nodes over the links.
What comes back are the turns of the three sessions where most of the walk is spent.

Source: MemGAS, arXiv:2505.19549. Its code weighs views by entropies in nats, which inverts the
    weights from three sessions on; here they are divided by ln n.
Differs: the paper lets a model trim what the three sessions say; here their turns are ranked, by
    the session's share of the walk plus the turn's own likeness. Likenesses of new nodes are those
    of sign bits. A session that goes on gets new nodes in place of the old ones. The walk is over
    what lies within two links of where it starts: beyond is less than a hundredth of it.
    Without a model: the best sentences, and keywords by tf · idf.
Cost: one model call a session, none a question; four items a session, up to 30 links each.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from mnemos.embedding.kept import kept, rows
from mnemos.embedding.likeness import Likeness
from mnemos.ingest.derive import made
from mnemos.ingest.keywords import among
from mnemos.ingest.link import links, nearest
from mnemos.ingest.mixture import stand_out
from mnemos.ingest.past import held
from mnemos.ingest.place import medoid, points
from mnemos.ingest.summary import extract
from mnemos.models.base import Embedder
from mnemos.models.decide import Decide
from mnemos.models.task import Task
from mnemos.recall.asked import analyzer_of
from mnemos.recall.closeness import closeness, own, standing
from mnemos.recall.entropy import weigh
from mnemos.recall.of_turns import best, means, ranking
from mnemos.recall.ranked import Ranked
from mnemos.recall.walk import walk
from mnemos.recipes.base import is_whole
from mnemos.store import signs
from mnemos.store.base import Reader
from mnemos.store.signs import Signs
from mnemos.types import JSON, Delta, Item, Link, Query, Session

NAME = "mem-gas"
VIEWS = ("session", "turns", "summary", "keywords")
#: Of the paper: sessions before links are made; nodes compared by the mixture; where a walk starts;
#: how likely it goes on; sessions that come back.
WARM_UP, COMPARED, SEEDS, DAMPING, SESSIONS = 5, 30, 15, 0.1, 3
TOKENS, KEYWORDS = 120, 15  # of a summary by rules; of any
WORDS, LINES, LINE = 4_000, 40, 160  # characters of a node; lines shown to a model, of characters
LONGEST = 3_000  # characters of a model's summary


@dataclass(frozen=True)
class Digest:
    """What a session says."""

    summary: str
    keywords: tuple[str, ...]


class MemGas:
    """The recipe ``mem-gas``; its ablation ranks sessions by their nodes alone."""

    name = NAME
    at_once = False
    ABLATION = "no-graph"

    def __init__(self, level: str | None = None, embedder: Embedder | None = None) -> None:
        self._walks = is_whole(self.name, level, self.ABLATION)
        self._embedder = embedder
        self.fired: Counter[str] = Counter()

    def learn(self, session: Session, reader: Reader, decide: Decide) -> Delta:
        """Make the four nodes of a session, and link them to what they are like."""
        likeness = Likeness(self._embedder, analyzer := analyzer_of(reader.language))
        turns = [turn for turn in reader.session(session.scope) if turn.text.strip()]
        if not turns:
            return Delta()
        texts = [turn.text[:WORDS] for turn in turns]
        lines = [f"{turn.speaker or turn.role}: {turn.text}" for turn in turns]
        some = slice(None, None, -(-len(turns) // LINES))  # evenly spaced where there are more
        (words,) = among(["\n".join(texts)], analyzer, reader.index, KEYWORDS)
        brief = extract([text[: WORDS // 10] for text in texts[some]], analyzer, TOKENS)
        rule = Digest(brief, tuple(words) or (brief[:LINE],))
        shown: dict[str, JSON] = {"lines": [line[:LINE] for line in lines[some]]}
        task = Task.load("mnemos.recipes.prompts", "mem-gas-session")
        found = decide(task, shown, Digest, lambda: rule, _wrong)
        keywords = ", ".join(" ".join(word.split()) for word in found.keywords[:KEYWORDS])
        by_turn = likeness.signs(texts)
        central = texts[medoid(by_turn, likeness.dimension)]
        mean = points(by_turn, likeness.dimension).sum(axis=0).astype(np.float32)
        whole = "\n".join(lines)[:WORDS]
        said = dict(zip(VIEWS, (whole, central, found.summary.strip(), keywords), strict=True))
        new_signs = likeness.signs(list(said.values()))
        new_signs[VIEWS.index("turns")] = signs.pack(mean[np.newaxis])[0]
        fresh = [
            replace(_node(view, text, turns), attrs=kept(likeness, row))
            for (view, text), row in zip(said.items(), new_signs, strict=True)
        ]
        before = held(reader, NAME, session.scope)
        others = [node for node in before if node.scope != session.scope]
        again = {node.id for node in fresh}
        old = [each for each in before if each.scope == session.scope and each.id not in again]
        other_signs = rows(likeness, others, lambda node: node.text)
        return Delta(
            items=(*fresh, *(replace(each, status="superseded") for each in old)),
            links=tuple(self._links(fresh, new_signs, others, other_signs, likeness)),
            unlinked=tuple({link: None for each in old for link in reader.links(each.id)}),
        )

    def _links(
        self,
        fresh: Sequence[Item],
        new: Signs,
        others: Sequence[Item],
        rows_of: Signs,
        likeness: Likeness,
    ) -> list[Link]:
        """Link each new node to those whose likeness stands out among the nearest."""
        if not self._walks or len(others) < WARM_UP * len(VIEWS):
            return []
        ids, pairs = [item.id for item in (*fresh, *others)], []
        for place, row in enumerate(new):
            like = likeness.cosine(rows_of, row)
            near = [each for each in nearest(like, COMPARED) if like[each] > 0]
            chosen = stand_out(like[near]).tolist()
            pairs += [
                (place, len(fresh) + other, float(like[other]))
                for other, out in zip(near, chosen, strict=True)
                if out
            ]
        self.fired["link"] += len(pairs)
        return list(links(pairs, ids, type="similar", made_by=NAME))

    def recall(
        self, query: Query, reader: Reader, eligible: NDArray[np.bool_] | None, _decide: Decide
    ) -> Ranked:
        """Rank the turns of the sessions where a walk from the nodes nearest to it stays most."""
        index = reader.derived(NAME)
        near = closeness(query, reader, (reader.index, index), eligible, self._embedder)
        turns = np.flatnonzero(own(reader.index, eligible))
        scopes = index.columns.scope
        mean = means(near.scores[turns], scopes[turns])
        items, docs = standing(index, eligible)
        views: dict[str, dict[int, float]] = {view: {} for view in VIEWS}
        for no, doc in zip(items.tolist(), docs.tolist(), strict=True):
            view = reader.kinds[int(index.docs["kind"][no])]
            value = mean.get(int(scopes[no]), 0.0) if view == "turns" else float(near.scores[doc])
            views[view][no] = max(0.0, value)
        weight = weigh({view: list(found.values()) for view, found in views.items()})
        scored = {
            no: weight[view] * value
            for view, values in views.items()
            for no, value in values.items()
        }
        shares: defaultdict[int, float] = defaultdict(float)
        for no, share in self._walk(scored, reader).items():
            shares[int(scopes[no])] += share
        top = max(shares.values(), default=0.0) or 1.0
        whole, known = max(mean.values(), default=0.0), {int(scopes[no]) for no in scored}
        for scope, value in mean.items():
            if scope not in known and value > 0:  # not learnt from yet
                shares[scope] = top * value / whole
        chosen = best(shares, SESSIONS)
        found = {
            no: (shares[int(scopes[no])] / top, max(0.0, float(near.scores[no])))
            for no in turns.tolist()
            if int(scopes[no]) in chosen
        }
        return ranking(found, ("session", "turn"), near)

    def _walk(self, scored: dict[int, float], reader: Reader) -> dict[int, float]:
        """Return each node's share of a walk from the best, by number; without links, its score."""
        seeds = best(scored, SEEDS)
        if not self._walks or not seeds:
            return scored
        found = walk({no: scored[no] for no in seeds}, reader, able=scored, damping=DAMPING)
        self.fired["reached"] += len(found) - len(seeds)
        return found


def _node(view: str, text: str, turns: Sequence[Item]) -> Item:
    return made(text, kind=view, sources=turns, recipe=NAME, now=turns[-1].recorded_at)


def _wrong(reply: Digest) -> str | None:
    if not reply.summary.strip() or not any(map(str.strip, reply.keywords)):
        return "there is no summary, or no keywords"
    too_long = len(reply.summary) > LONGEST
    return f"the summary is longer than {LONGEST} characters" if too_long else None
