"""HippoRAG 2: from the facts that a question calls to mind, a walk over what they name to turns.

Facts join the phrases they are about, turns the phrases they hold, and phrases of one meaning each
other. A question's best facts are looked over; a walk that begins at their phrases, and a little at
every turn, ends most often where the answer stands. Recall returns turns.

Source: HippoRAG 2 (arXiv:2502.14802).
Differs: a passage is a turn, or a paragraph with a title. Likeness is told by sign bits; without
    vectors it is BM25 as a share of the best. Of phrases only the newest 4,096 are looked through
    for synonyms, at most 8 each. The walk sees the links of at most 1,024 items round the facts. A
    change holds some 3,000 facts; of a longer session the rest is left out. Without a model,
    patterns and names standing side by side make facts, and one that lacks more than half of the
    question's words is let go.
Cost: one model call a run of 1,000 tokens, one or two a session, and one a question. A row a fact,
    a phrase, and a phrase in a turn.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from mnemos.arithmetic import Floats
from mnemos.embedding.kept import kept, rows
from mnemos.embedding.likeness import Likeness
from mnemos.ingest.labels import labelled, runs, unknown
from mnemos.ingest.link import links, nearest_before
from mnemos.ingest.past import held
from mnemos.ingest.phrases import CONTAINS, FACT, FACT_ROWS, PHRASE, Stated, find, folded, grow
from mnemos.ingest.stated import Triples, by_rules, stated_by, wrong_triples
from mnemos.lifecycle.proposal import MAX_ROWS
from mnemos.models.base import Embedder
from mnemos.models.decide import Decide
from mnemos.models.task import Task
from mnemos.recall.asked import analyzer_of, read
from mnemos.recall.choose import best
from mnemos.recall.closeness import Closeness, closeness, of_kind
from mnemos.recall.combine import min_max
from mnemos.recall.gaps import missing
from mnemos.recall.ranked import Ranked, ranked
from mnemos.recall.surroundings import surroundings, walked
from mnemos.recipes.base import is_whole
from mnemos.store.base import Reader
from mnemos.types import JSON, Delta, Item, Query, Session

NAME = "hipporag-2"
#: Facts that are looked over; what a passage's own likeness counts for beside them; of the walk.
FACTS, PASSAGE, DAMPING = 5, 0.05, 0.5
#: Items whose links the walk sees, and hops from the phrases it begins at: ours.
ITEMS, HOPS = 1_024, 3
#: Synonyms have this cosine at least; of so many newest phrases, so many each (the two are ours).
SYNONYM, LIKE, COMPARED, SYNONYMS = "synonym", 0.8, 4_096, 8
#: Facts of one change, synonyms included.
MOST_FACTS = MAX_ROWS // (FACT_ROWS + 1)


@dataclass(frozen=True)
class Kept:
    """The labels of facts that help to answer."""

    facts: tuple[int, ...]


class HippoRAG2:
    """The recipe ``hipporag-2``; its ablation ranks turns by their own likeness alone."""

    name = NAME
    at_once = False
    ABLATION = "no-pagerank"

    def __init__(self, level: str | None = None, embedder: Embedder | None = None) -> None:
        self._walks = is_whole(self.name, level, self.ABLATION)
        self._embedder = embedder
        self.fired: Counter[str] = Counter()

    def learn(self, session: Session, reader: Reader, decide: Decide) -> Delta:
        """Propose the facts of a session's new turns, their phrases and links."""
        analyzer = analyzer_of(reader.language)
        likeness = Likeness(self._embedder, analyzer)
        stated = [each for run in runs(session.new) for each in _stated(run, decide)]
        delta = grow(
            stated[:MOST_FACTS],
            reader,
            NAME,
            analyzer,
            lambda texts: [kept(likeness, row) for row in likeness.signs(texts)],
        )
        new = [item for item in delta.items if item.kind == PHRASE]
        phrases = [*held(reader, NAME, session.scope, {PHRASE}, COMPARED), *new]
        pairs = nearest_before(
            rows(likeness, phrases),
            len(phrases) - len(new),
            SYNONYMS,
            likeness.cosine,
            least=LIKE,
        )
        pairs = pairs[: MAX_ROWS - len(delta.items) - len(delta.links)]
        self.fired["facts"] += len(delta.items) - len(new)
        self.fired["synonyms"] += len(pairs)
        synonyms = links(pairs, [item.id for item in phrases], type=SYNONYM, made_by=NAME)
        return replace(delta, links=(*delta.links, *synonyms))

    def recall(
        self, query: Query, reader: Reader, eligible: NDArray[np.bool_] | None, decide: Decide
    ) -> Ranked:
        """Rank turns by a walk from the facts that help; by likeness if there are none."""
        said = [reader.index]
        turns = closeness(query, reader, said, eligible, self._embedder, keys=False)
        facts = self._facts(query, reader, eligible, decide) if self._walks else {}
        shares = _walk(facts, turns, reader) if facts else None
        if shares is None:
            self.fired["plain"] += self._walks
            found = np.flatnonzero(turns.near)
            name, shares = turns.signal, turns.scores[found]
        else:
            self.fired["walks"] += 1
            found, name = np.flatnonzero(turns.able), "walk"
        return ranked(found, {name: shares}, level=turns.level, limitation=turns.limitation)

    def _facts(
        self, query: Query, reader: Reader, eligible: NDArray[np.bool_] | None, decide: Decide
    ) -> dict[str, list[float]]:
        """Return the facts that help to answer, by id of the phrases they are about, with scores.

        A phrase has a score for each of them.
        """
        index = [reader.derived(NAME)]
        near = closeness(query, reader, index, eligible, self._embedder, keys=False, names=True)
        own = np.flatnonzero(of_kind(FACT, reader) & near.near)
        scores = min_max(near.scores[own]) if len(own) > 1 else np.ones(len(own))
        order = best(scores, FACTS * FACTS)
        items = reader.items(own[order].tolist())
        told: dict[str, tuple[Item, float]] = {}
        for item, score in zip(items, scores[order].tolist(), strict=True):
            told.setdefault(folded(item.text), (item, score))
        nearest = list(told.values())[:FACTS]
        chosen = _kept(query, [item for item, _ in nearest], reader, decide) if nearest else []
        self.fired["facts let go"] += len(nearest) - len(chosen)
        found: dict[str, list[float]] = {}
        for item, score in (nearest[place] for place in chosen):
            ends = [str(item.attrs[end]) for end in ("subject", "object")]
            phrases = find(ends, reader, NAME, analyzer_of(reader.language), item.scope)
            for phrase in phrases.values():
                found.setdefault(phrase.id, []).append(score)
        return found


def _stated(turns: Sequence[Item], decide: Decide) -> list[Stated]:
    """Return what a run of turns states."""
    task = Task.load("mnemos.recipes.prompts", "hipporag-2-triples")
    found = decide(
        task,
        {"turns": [*labelled(turns, dated=True)]},
        Triples,
        lambda: by_rules(turns),
        lambda triples: wrong_triples(triples, len(turns)),
    )
    return stated_by(turns, found)


def _kept(query: Query, facts: Sequence[Item], reader: Reader, decide: Decide) -> list[int]:
    """Return the places of the facts that help to answer: recognition memory."""

    def by_words() -> Kept:
        analyzer, asked = analyzer_of(reader.language), read(query, reader)
        terms = [term for term, _ in asked.terms]
        lacking = [len(missing(terms, [fact.text], analyzer.terms)) for fact in facts]
        return Kept(tuple(n for n, count in enumerate(lacking, 1) if 2 * count <= len(terms)))

    shown: list[JSON] = [{"label": n, "fact": item.text} for n, item in enumerate(facts, 1)]
    chosen = decide(
        Task.load("mnemos.recipes.prompts", "hipporag-2-keep"),
        {"question": query.question, "facts": shown},
        Kept,
        by_words,
        lambda kept_: unknown(kept_.facts, len(facts)),
    )
    return [label - 1 for label in sorted(set(chosen.facts))]


def _walk(facts: dict[str, list[float]], turns: Closeness, reader: Reader) -> Floats | None:
    """Return where a walk is that begins at the phrases of facts, and a little at every turn."""
    links_ = surroundings(reader, list(facts), NAME, hops=HOPS, items=ITEMS)
    holding = Counter(link.target for link in links_ if link.type == CONTAINS)
    starts = {
        phrase: sum(scores) / len(scores) / max(1, holding[phrase])
        for phrase, scores in facts.items()
    }
    docs = np.flatnonzero(turns.able)
    shares = PASSAGE * min_max(turns.scores[docs])
    return walked(links_, reader, starts, docs, shares, damping=DAMPING)
