"""Notes with keywords, tags and context that link to, and rewrite, the notes they resemble.

Each turn becomes a note. Of the notes most like it those of the same matter are linked, and told
anew where it shows them in another light. A question finds notes, and what the best of them are
linked to. What comes back are the turns that the notes are of.

Source: A-MEM, arXiv:2502.12110. Of agiresearch/A-mem's bugs none: neighbours are named by number
    within what was shown, each note is analysed, linked notes are not cut away behind the hits.
Differs: one model call a turn, not two: neighbours are those of the note that rules write. A linked
    note inherits its hit's score times the link's weight and ranks among the hits; the paper shows
    it beside them. Rewritten notes are encoded again at a session's end, not after 100 rewritings;
    the question is not made into keywords; turns without a note are found by their own words. A
    model rewrites notes of the same session only. Without one: keywords by tf · idf, links from a
    cosine of .6, which tag a note with the keywords that both hold.
Cost: one model call a turn, none a question; an item a turn, up to 5 links, a key where rewritten.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import partial

import numpy as np
from numpy.typing import NDArray

from mnemos.embedding.kept import kept, rows
from mnemos.embedding.likeness import Likeness
from mnemos.ingest import note as notes
from mnemos.ingest.derive import derived_id
from mnemos.ingest.keywords import among
from mnemos.ingest.labels import unknown
from mnemos.ingest.link import nearest
from mnemos.ingest.past import held
from mnemos.models.base import Embedder
from mnemos.models.decide import Decide
from mnemos.models.task import Task
from mnemos.recall.asked import analyzer_of
from mnemos.recall.closeness import closeness, standing
from mnemos.recall.of_turns import best, inherited, pool, ranking, turns_of, without_one
from mnemos.recall.ranked import Ranked
from mnemos.recipes.base import is_whole
from mnemos.store.base import Reader
from mnemos.types import JSON, Delta, Item, Link, Query, Session

NAME = "a-mem"
#: Of the paper: notes that a new one is compared with; notes that a question finds.
NEIGHBOURS, FOUND = 5, 10
LINKED = 0.6  # cosine from which rules link: below it is another matter (``reconcile.Bars.near``)
SHOWN = 800  # characters of a text shown to a model
ROWS = 9_000  # of one change's 20,000 that links and rewritings may take


@dataclass(frozen=True)
class Update:
    """What a note that was shown is about by now."""

    note: int
    context: str
    tags: tuple[str, ...] = ()


@dataclass(frozen=True)
class Analysis:
    """What a message is about, and what it has to do with the notes shown."""

    keywords: tuple[str, ...]
    tags: tuple[str, ...] = ()
    context: str = ""
    links: tuple[int, ...] = ()
    updates: tuple[Update, ...] = ()


@dataclass(slots=True)
class _Change:
    notes: list[Item]
    links: list[Link] = field(default_factory=list)
    rewritten: set[int] = field(default_factory=set)

    def has_room(self) -> bool:  # a rewriting is a version, a key and the end of another
        return len(self.links) + 3 * len(self.rewritten) < ROWS


class AMem:
    """The recipe ``a-mem``; its ablation neither links nor rewrites notes."""

    name = NAME
    at_once = False
    ABLATION = "no-links"

    def __init__(self, level: str | None = None, embedder: Embedder | None = None) -> None:
        self._most = NEIGHBOURS if is_whole(self.name, level, self.ABLATION) else 0
        self._embedder = embedder
        self.fired: Counter[str] = Counter()

    def learn(self, session: Session, reader: Reader, decide: Decide) -> Delta:
        """Write a note of each new turn, link it, and rewrite the notes that it bears on."""
        likeness = Likeness(self._embedder, analyzer := analyzer_of(reader.language))
        turns = [turn for turn in session.new if turn.text.strip()]
        said = [turn.text[: notes.WORDS] for turn in turns]
        found = among(said, analyzer, reader.index, notes.KEYWORDS)
        drafts = [_note(turn, Analysis(tuple(own))) for turn, own in zip(turns, found, strict=True)]
        change = _Change(held(reader, NAME, session.scope))
        before = len(change.notes)
        old = rows(likeness, change.notes, notes.text)
        signs = np.concatenate([old, likeness.signs([draft.text for draft in drafts])])
        for place, (turn, draft) in enumerate(zip(turns, drafts, strict=True), before):
            like = likeness.cosine(signs[:place], signs[place])
            self._write(turn, draft, like, change, decide)
            if change.notes[place] is not draft:
                signs[place] = likeness.signs([change.notes[place].text])[0]
        again = [change.notes[place] for place in sorted(change.rewritten)]
        signs[sorted(change.rewritten)] = likeness.signs([notes.text(each) for each in again])
        return Delta(
            items=tuple(
                replace(each, attrs={**each.attrs, **kept(likeness, signs[place])})
                for place, each in enumerate(change.notes)
                if place >= before or place in change.rewritten
            ),
            keys=tuple(map(notes.key, again)),
            unkeyed=tuple(key for each in again for key in reader.keys(each.id)),
            links=tuple(change.links),
        )

    def _write(
        self, turn: Item, draft: Item, like: NDArray[np.float64], change: _Change, decide: Decide
    ) -> None:
        """Add the note of a turn; ``like`` says how near each earlier one is."""
        places = nearest(like, self._most)
        near = [change.notes[place] for place in places]
        rule = _rule(draft, near, like[places].tolist())
        shown: JSON = [
            f"{number}. {notes.text(each)[:SHOWN]}" for number, each in enumerate(near, 1)
        ]
        found = decide(
            Task.load("mnemos.recipes.prompts", "a-mem-note"),
            {"message": f"{turn.speaker or turn.role}: {turn.text[:SHOWN]}", "notes": shown},
            Analysis,
            lambda: rule,
            lambda reply: _wrong(reply, len(near)),
        )
        change.notes.append(draft if found is rule else _note(turn, found))
        for number in dict.fromkeys(found.links if change.has_room() else ()):
            end, weight = places[number - 1], max(0.0, float(like[places[number - 1]]))
            link = Link(source=draft.id, target=change.notes[end].id, type="similar", weight=weight)
            change.links.append(replace(link, made_by=NAME))
            self.fired["link"] += 1
        for update in found.updates if change.has_room() else ():
            place = places[update.note - 1]
            before, because_of = change.notes[place], None if found is rule else turn
            if because_of and before.scope != turn.scope:
                continue  # what one session says is not told in another's name
            after = notes.rewritten(before, update.tags, update.context, because_of)
            if notes.text(after) != notes.text(before):
                change.notes[place] = after
                change.rewritten.add(place)
                self.fired["evolution"] += 1

    def recall(
        self, query: Query, reader: Reader, eligible: NDArray[np.bool_] | None, _decide: Decide
    ) -> Ranked:
        """Rank turns by their notes, and by the notes that are linked to those."""
        index = reader.derived(NAME)
        near = closeness(query, reader, (reader.index, index), eligible, self._embedder)
        items, docs = standing(index, eligible)
        value = dict(zip(items.tolist(), near.scores[docs].tolist(), strict=True))
        most = pool(query.limit)
        found = best(value, most)
        hits = {no: value[no] for no in found[: FOUND if self._most else 0]}
        linked = inherited(hits, value, reader, NAME)
        self.fired["followed"] += len(linked)
        shares = {
            turn: (value[no], max(0.0, linked.get(no, 0.0) - value[no]))
            for no, turn in turns_of(reader, [*dict.fromkeys([*found, *linked])], eligible).items()
        }
        for turn in without_one(reader, near, eligible, most, partial(derived_id, NAME, "note")):
            shares.setdefault(turn, (float(near.scores[turn]), 0.0))
        return ranking(shares, ("note", "linked"), near)


def _rule(note: Item, near: Sequence[Item], like: Sequence[float]) -> Analysis:
    """Link what is near enough, and tag it with the keywords that it shares."""
    links = tuple(number for number, each in enumerate(like, 1) if each >= LINKED)
    own, updates = notes.words(note, "keywords"), []
    for number in links:
        other = near[number - 1]
        updates.append(Update(number, str(other.attrs["context"]), notes.shared(other, own)))
    return Analysis(keywords=own, links=links, updates=tuple(updates))


def _wrong(reply: Analysis, shown: int) -> str | None:
    if not notes.clean(reply.keywords, 1):
        return "there are no keywords"
    return unknown([*reply.links, *(update.note for update in reply.updates)], shown)


def _note(turn: Item, about: Analysis) -> Item:
    return notes.note(turn, about.keywords, about.tags, about.context, recipe=NAME)
