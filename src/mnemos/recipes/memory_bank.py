"""MemoryBank: a diary of days and people, in which what is not recalled fades.

Each day of a session gets a summary and, where its turns say what somebody is like, a portrait;
while nobody waits the days are told together (``overview``, ``character``). Each new turn calls to
mind six of earlier days, which strengthens them; R = e^(−t/S) says what is left of each. Recall
returns turns, with those beside the best six, and notes of days and of the whole; what has faded
comes after all that has not.

Source: Zhong et al. 2023 (arXiv:2305.10250) and its code, zhongwanjun/MemoryBank-SiliconFriend.
Differs: the published ``exp(-t/5*S)`` lets the stronger fade faster; t is divided by 5 · S here.
    A turn is dropped there by chance, with 1 − R, for good; here below R = 1/2, where it is more
    likely lost than not, and it only comes last. What a *turn* calls to mind counts, by its words,
    in place of what a question does: a question changes no memory. Time goes only as far as the
    conversation does. Several calls on one day make several notes of it.
Cost: a call for each day of a session, two for a user when days are told together, none for a
    question. Stores one or two items a day, and links to the turns that the day called to mind.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import groupby

import numpy as np
from numpy.typing import NDArray

from mnemos.embedding.likeness import Likeness
from mnemos.ingest.derive import made
from mnemos.ingest.labels import lines
from mnemos.ingest.link import nearest
from mnemos.ingest.notes import Note, digest, portrait
from mnemos.ingest.past import held, said_before
from mnemos.lifecycle.recalls import last_said, left
from mnemos.models.base import Embedder
from mnemos.models.decide import Decide
from mnemos.models.task import Task
from mnemos.recall.asked import analyzer_of
from mnemos.recall.choose import best, roll_up
from mnemos.recall.closeness import closeness
from mnemos.recall.expand import widen
from mnemos.recall.ranked import Ranked, ranked
from mnemos.recipes.base import is_whole
from mnemos.store.base import Reader
from mnemos.types import Delta, Item, Link, Query, Scope, Session

K, WIDENED = 6, 200  # the code's: hits, and characters to which each is widened
FADED, STRETCH = 0.5, timedelta(days=5)  # the latter is the code's
LEAST = 0.25  # three deviations of the cosine of SimHashes that have nothing in common
WINDOW, MOST_LINKS = 1_000, 10_000  # turns that a day can call to mind; links that a call makes
CANDIDATES, BESIDE = 200, 0.98  # hits that are looked at; what a turn beside one is worth of it
DAY_TOKENS, WHOLE_TOKENS = 80, 160  # of a note of a day, and of all
MOST_DAYS, MOST_TOLD = 200, 8  # notes that are told together; items of a step
WHOLE = {"summary": "overview", "portrait": "character"}
TASKS = "mnemos.recipes.prompts"


@dataclass(frozen=True)
class Day:
    """What is made of a day; the portrait may be empty."""

    summary: Note
    portrait: Note


class MemoryBank:
    """The recipe ``memory-bank``."""

    name = "memory-bank"
    at_once = False
    ABLATION = "no-forgetting"

    def __init__(self, level: str | None = None, embedder: Embedder | None = None) -> None:
        self._forgets = is_whole(self.name, level, self.ABLATION)
        self._embedder = embedder
        self.fired: Counter[str] = Counter()

    def learn(self, session: Session, reader: Reader, decide: Decide) -> Delta:
        """Note each day's events and people, and what the day called to mind."""
        items, links = list[Item](), list[Link]()
        said = sorted(session.new, key=lambda turn: (turn.said_at, turn.position))
        most = WINDOW + len(said) if self._forgets else 0
        past = said_before(said[-1].said_at, session.scope, reader, most)
        likeness = Likeness(None, analyzer_of(reader.language))
        rows = likeness.signs([turn.text for turn in past])
        for day, group in groupby(said, key=_day):
            turns = [turn for turn in group if turn.text.strip()]
            if not turns:
                continue
            notes = self._noted(day, turns, reader, decide)
            items += notes
            stop = bisect_left(past, day, key=_day)
            earlier = slice(max(0, stop - WINDOW), stop)
            counts: Counter[str] = Counter()
            for row in likeness.signs([turn.text for turn in turns]) if stop else ():
                places = nearest(likeness.cosine(rows[earlier], row), K, least=LEAST)
                counts.update(past[earlier][place].id for place in places)
            to = {"target": notes[0].id, "type": "recalled", "made_by": self.name}
            links += [Link(source=turn, weight=float(n), **to) for turn, n in counts.items()]
        self.fired["recalls"] += len(links[:MOST_LINKS])
        return Delta(items=tuple(items), links=tuple(links[:MOST_LINKS]))

    def _noted(self, day: str, turns: Sequence[Item], reader: Reader, decide: Decide) -> list[Item]:
        """Return a day's summary and, if there is anything to tell, its portrait."""
        shown = lines(turns)
        texts, analyzer = [turn.text for turn in turns], analyzer_of(reader.language)
        found = decide(
            Task.load(TASKS, "memory-bank-day"),
            {"day": day, "lines": shown},
            Day,
            lambda: Day(digest(texts, analyzer, DAY_TOKENS), portrait(turns)),
            lambda day: day.summary.wrong(len(shown)) or day.portrait.wrong(len(shown), empty=True),
        )
        return [
            self._made(note, kind, turns, turns[-1].recorded_at)
            for kind, note in vars(found).items()
            if note.text.strip()
        ]

    def _made(
        self, note: Note, kind: str, of: Sequence[Item], now: datetime, days: int = 0
    ) -> Item:
        self.fired[kind] += 1
        return made(
            note.text.strip(),
            kind=kind,
            sources=[of[label - 1] for label in note.lines],
            recipe=self.name,
            now=now,
            ordinal=days,  # the same notes may be cited of more days
        )

    def consolidate(self, now: datetime, reader: Reader, decide: Decide) -> Delta:
        """Tell users' days together, where there are more of them than last time."""
        items = list[Item]()
        for part, whole in WHOLE.items():
            parts, wholes = (held(reader, self.name, kinds={kind}) for kind in (part, whole))
            for owner in dict.fromkeys(map(_owner, parts)):
                own = [item for item in parts if _owner(item) == owner]
                old = [item for item in wholes if _owner(item) == owner]
                if (not old or old[-1].position != len(own)) and len(items) < MOST_TOLD:
                    items += [replace(item, status="archived") for item in old]
                    items.append(self._told(own, whole, now, reader, decide))
        return Delta(items=tuple(items))

    def _told(
        self, days: Sequence[Item], kind: str, now: datetime, reader: Reader, decide: Decide
    ) -> Item:
        shown = lines(notes := days[-MOST_DAYS:])
        texts, analyzer = [each.text for each in notes], analyzer_of(reader.language)
        note = decide(
            Task.load(TASKS, "memory-bank-whole"),
            {"kind": kind, "lines": shown},
            Note,
            lambda: digest(texts, analyzer, WHOLE_TOKENS),
            lambda note: note.wrong(len(shown)),
        )
        return self._made(note, kind, notes, now, len(days))

    def recall(
        self, query: Query, reader: Reader, eligible: NDArray[np.bool_] | None, _decide: Decide
    ) -> Ranked:
        """Rank turns and notes by how close they come; what has faded comes last."""
        both = reader.index, reader.derived(self.name)
        close = closeness(query, reader, both, eligible, self._embedder)
        near = best(close.worth, CANDIDATES, eligible=close.near)
        beside = widen(reader.index, reader, near[:K], WIDENED, close.able)
        docs = np.union1d(near, np.array(sorted(beside), dtype=np.int64)).astype(np.int64)
        worth = [BESIDE * close.worth[beside.get(int(doc), int(doc))] for doc in docs]
        owners = reader.index.docs["item"][docs]
        nos, alone = roll_up(owners, close.worth[docs])
        best_of = dict(zip(*map(list, roll_up(owners, worth)), strict=True))
        gained = np.array([max(0.0, best_of[no] - own) for no, own in zip(nos, alone, strict=True)])
        shares = {close.signal: alone, "beside": gained}
        if self._forgets and len(nos):
            until = last_said(query.asked_at, reader, close.able)
            faded = self._faded(reader.items(nos.tolist()), until, reader)
            self.fired["faded"] += int(faded.sum())
            shares["faded"] = np.where(faded, -1.0, 0.0)  # closeness is 1 at most
        return ranked(nos, shares, level=close.level, limitation=close.limitation)

    def _faded(self, items: Sequence[Item], now: datetime, reader: Reader) -> NDArray[np.bool_]:
        """Say what has: turns by themselves, a day's note when all that it rests on has."""
        own = [item for item in items if item.kind not in WHOLE.values()]
        rest = {item.id: item.sources or (item.id,) for item in own}
        turns = reader.by_id(sorted({turn for several in rest.values() for turn in several}))
        shares = left(turns, now, reader, recipe=self.name, stretch=STRETCH)
        gone = {turn for turn, share in shares.items() if share < FADED}
        return np.array([gone.issuperset(rest.get(item.id, (item.id,))) for item in items])


def _day(turn: Item) -> str:
    return turn.said_at.astimezone(UTC).date().isoformat()


def _owner(item: Item) -> Scope:
    return replace(item.scope, session=None)
