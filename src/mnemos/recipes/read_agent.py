"""Reads as people do: keeps the gist of each page, and looks up the pages that a question needs.

A session's turns are gathered into pages of 280 to 600 words that end where it is natural to pause,
and each page is shortened to a gist. A question goes to a model with the gists; it names up to five
pages, whose turns stand in the place of their gists. Recall returns these turns, then the gists of
the other pages.

Source: ReadAgent (arXiv:2402.09727), of its look-ups the parallel one (ReadAgent-P).
Differs: a paragraph is a turn. The last page of a session stays open: more turns and it is cut and
    shortened again. Not all gists are shown but the twelve that words or meaning place first, and
    the turns of opened pages are ranked, for a memory outgrows any prompt. Without a model a page
    ends where neighbours are least alike, its gist is made of its own sentences, and the first five
    pages are opened, of one session two while others wait.
Cost: two model calls a page (about 600 words), one a question. Stores a gist a page.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from mnemos.embedding.likeness import Likeness
from mnemos.ingest import cut
from mnemos.ingest.derive import derived_id, made
from mnemos.ingest.labels import paragraphs, unknown
from mnemos.ingest.summary import gist
from mnemos.models.base import Embedder
from mnemos.models.decide import Decide
from mnemos.models.task import Task
from mnemos.recall.asked import analyzer_of
from mnemos.recall.choose import quota
from mnemos.recall.closeness import closeness
from mnemos.recall.pages import Pages, best_pages, in_place, pages_of
from mnemos.recall.ranked import Ranked, ranked
from mnemos.recipes.base import is_whole
from mnemos.store.base import Reader
from mnemos.types import Delta, Item, Query, Session, State

PROMPTS = "mnemos.recipes.prompts"
#: Without a model: a gist's share of its page's words (the paper's keep about as much), the words
#: that it may have in any case, and at most.
GIST_WORDS = (0.15, 30, 90)
#: Pages that are opened, of one session before those of others; gists that are shown, and
#: characters of each: a prompt holds 2,000 tokens.
OPENED, OF_ONE_SESSION, SHOWN, SHOWN_CHARACTERS = 5, 2, 12, 350


@dataclass(frozen=True)
class Pause:
    """The paragraph after which a page ends."""

    after: int


@dataclass(frozen=True)
class Gist:
    """A page in a few words."""

    gist: str


@dataclass(frozen=True)
class Choice:
    """Pages to be read again."""

    pages: tuple[int, ...]


class ReadAgent:
    """The recipe ``read-agent``."""

    name = "read-agent"
    at_once = False
    ABLATION = "no-gists"

    def __init__(self, level: str | None = None, embedder: Embedder | None = None) -> None:
        self._pages = is_whole(self.name, level, self.ABLATION)
        self._embedder = embedder
        self.fired: Counter[str] = Counter()

    def learn(self, session: Session, reader: Reader, decide: Decide) -> Delta:
        """Cut what is new, and the page that was left open, into pages with gists."""
        if not self._pages:
            return Delta()
        state = f"read-agent/{derived_id(self.name, 'session', [str(session.scope)], 0)}"
        known = reader.by_id([str(reader.state(state))])
        last = [page for page in known if page.status == "active"]
        turns = [*(turn for page in last for turn in reader.by_id(page.sources)), *session.new]
        likeness = Likeness(self._embedder, analyzer_of(reader.language))
        alike = likeness.beside(likeness.signs([turn.text for turn in turns]))
        starts = [0]

        def choose(breaks: Sequence[int]) -> int:
            start, page = starts[-1], turns[starts[-1] : breaks[-1]]
            allowed = [place - start for place in breaks]
            starts.append(start + _pause(page, allowed, alike[start:], decide))
            return starts[-1]

        cuts = cut.by_page([len(turn.text.split()) for turn in turns], choose)
        if last and tuple(turn.id for turn in turns[slice(*cuts[0])]) == last[0].sources:
            cuts, last = cuts[1:], []  # it ends where it did
        pages = tuple(self._page(turns[start:stop], reader, decide) for start, stop in cuts)
        self.fired["pages"] += len(pages)
        return Delta(
            items=(*pages, *(replace(page, status="archived") for page in last)),
            states=(State(name=state, value=pages[-1].id),),
        )

    def recall(
        self, query: Query, reader: Reader, eligible: NDArray[np.bool_] | None, decide: Decide
    ) -> Ranked:
        """Rank the turns of opened pages, then the gists of the others."""
        own, asked = reader.derived(self.name), query.question
        both = [reader.index, own]
        found = closeness(query, reader, both, eligible, self._embedder, names=True)
        scores = found.worth
        pages = pages_of(reader, own, eligible)
        if not self._pages:
            pages = replace(pages, docs=pages.docs[:0], page=np.full_like(pages.page, -1))
        words = closeness(query, reader, both, eligible, names=True).worth
        order = best_pages(pages, [scores, words])[:SHOWN] if scores.any() else []
        opened = _choice(asked, reader, pages, order, decide) if order else []
        self.fired["opened"] += len(opened)
        again, others = in_place(pages, opened)
        docs = np.concatenate([again, others := others[scores[others] > 0.0]])
        raw = np.repeat([1.0, 0.0], [len(again), len(others)])
        return ranked(
            reader.index.docs["item"][docs].astype(np.int64),
            {"opened": raw, found.signal: scores[docs]},
            level=found.level,
            limitation=found.limitation,
        )

    def _page(self, turns: Sequence[Item], reader: Reader, decide: Decide) -> Item:
        """Return a page's gist, in the place of its first turn."""
        analyzer, texts = analyzer_of(reader.language), [turn.text for turn in turns]
        short = decide(
            Task.load(PROMPTS, "read-agent-gist"),
            {"paragraphs": paragraphs(turns)},
            Gist,
            lambda: Gist(gist(texts, analyzer, *GIST_WORDS) or "…"),
            lambda said: None if said.gist.strip() else "the gist is empty",
        ).gist
        return made(
            short.strip(),
            kind="gist",
            sources=turns,
            recipe=self.name,
            now=max(turn.recorded_at for turn in turns),
            ordinal=turns[0].position,
        )


def _pause(page: Sequence[Item], allowed: list[int], alike: Sequence[float], decide: Decide) -> int:
    """Return after how many turns a page ends: one of some numbers."""
    least = min(allowed, key=lambda after: alike[after - 1])
    if len(allowed) == 1:
        return least
    paused = decide(
        Task.load(PROMPTS, "read-agent-break"),
        {"paragraphs": paragraphs(page), "allowed": allowed},
        Pause,
        lambda: Pause(least),
        lambda said: None if said.after in allowed else f"{said.after} is not one of {allowed}",
    )
    return paused.after


def _choice(
    question: str, reader: Reader, pages: Pages, order: list[int], decide: Decide
) -> list[int]:
    """Return the places of the pages to be opened, of those that come first."""
    rows = reader.index.docs[pages.docs]
    sessions = rows["scope"].astype(str).tolist()
    first = quota(sessions, order, dict.fromkeys(sessions, OF_ONE_SESSION))
    own = list(dict.fromkeys([*first, *order]))[:OPENED]
    shown = sorted(order)
    gists = reader.items(rows["item"][shown].tolist())

    def wrong(said: Choice) -> str | None:
        if not 1 <= len(said.pages) <= OPENED:
            return f"name 1 to {OPENED} pages, not {len(said.pages)}"
        return unknown(said.pages, len(shown))

    chosen = decide(
        Task.load(PROMPTS, "read-agent-pages"),
        {
            "question": question,
            "pages": {str(n): each.text[:SHOWN_CHARACTERS] for n, each in enumerate(gists, 1)},
        },
        Choice,
        lambda: Choice(tuple(shown.index(place) + 1 for place in own)),
        wrong,
    )
    return [shown[label - 1] for label in dict.fromkeys(chosen.pages)]
