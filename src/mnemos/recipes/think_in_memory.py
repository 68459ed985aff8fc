"""Think-in-Memory: what was said is thought over once; a question only looks thoughts up.

Each turn becomes thoughts, sentences with (head, relation, tail). They are hashed into buckets by
their meaning; inside its buckets a new thought supersedes what it contradicts, is left out where it
is held already, and may be merged. A question is hashed likewise, and the thoughts of its nearest
buckets come back, those most like it first. Recall returns thoughts only.

Source: Liu et al. 2023 (arXiv:2311.08719); no code was published.
Differs: three buckets are looked into instead of one, which finds little, and all where they hold
    nothing like it. R is of random signs, drawn from a fixed seed. Thoughts are written after a
    session, not after each answer. Rules forget first: another value of a relation that has one,
    or a denial; a model is shown what they leave. Nothing is deleted but superseded. How many
    buckets the paper has is not known here: 8.
Cost: a call for each 1,200 tokens of a session, and one more a session; none a question. Stores up
    to three thoughts a turn without a model, and the lists of ids of the buckets.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from mnemos.embedding.likeness import Likeness
from mnemos.ingest.buckets import nearest_buckets, planes
from mnemos.ingest.derive import made
from mnemos.ingest.labels import lines
from mnemos.ingest.order import Order, Organised
from mnemos.ingest.thoughts import Thought, by_rules
from mnemos.models.base import Embedder
from mnemos.models.decide import Decide
from mnemos.models.task import Task
from mnemos.recall.asked import analyzer_of
from mnemos.recall.choose import roll_up
from mnemos.recall.closeness import closeness
from mnemos.recall.ranked import Ranked, ranked
from mnemos.recipes.base import is_whole
from mnemos.store.base import Reader
from mnemos.types import JSON, Delta, Item, Query, Session, State

BUCKETS, PROBES, SEED = 8, 3, 0
HELD = 500  # thoughts of a bucket, the latest, that new ones are set against
SHOWN = 20  # thoughts that are held, and new ones, that a model is shown together
TASKS = "mnemos.recipes.prompts"


@dataclass(frozen=True)
class Thoughts:
    """What a model thinks of some lines."""

    thoughts: list[Thought]

    def wrong(self, shown: int) -> str | None:
        """Say what is wrong with it; None if nothing is."""
        if any(not 1 <= each.line <= shown or not each.text.strip() for each in self.thoughts):
            return f"a thought has a text and a line from 1 to {shown}"
        return None


class ThinkInMemory:
    """The recipe ``think-in-memory``."""

    name = "think-in-memory"
    at_once = False
    ABLATION = "no-organising"

    def __init__(self, level: str | None = None, embedder: Embedder | None = None) -> None:
        self._organises = is_whole(self.name, level, self.ABLATION)
        self._embedder = embedder
        self.fired: Counter[str] = Counter()

    def learn(self, session: Session, reader: Reader, decide: Decide) -> Delta:
        """Think over what is new, and bring it in order with what is held."""
        turns = [turn for turn in session.new if turn.text.strip()]
        thoughts = self._thoughts(turns, decide)
        if not self._organises or not thoughts:
            return Delta(items=tuple(thoughts))
        likeness = Likeness(self._embedder, analyzer_of(reader.language))
        directions = planes(likeness.dimension, BUCKETS, SEED)
        near = [
            nearest_buckets(row, directions, likeness.dimension, PROBES)
            for row in likeness.signs([thought.text for thought in thoughts])
        ]
        ids = {bucket: self._ids(bucket, reader) for bucket in sorted(set(chain(*near)))}
        order = Order({bucket: reader.by_id(of[-HELD:]) for bucket, of in ids.items()}, thoughts[0])
        for thought, buckets in zip(thoughts, near, strict=True):
            self.fired[order.put(thought, buckets)] += 1
        held, new = order.to_compare(SHOWN)
        if held and new:
            shown = lines([*held, *new])
            count = max(0, len(shown) - len(held))
            found = decide(
                Task.load(TASKS, "think-in-memory-organise"),
                {"held": shown[: len(held)], "new": shown[len(held) :]},
                Organised,
                lambda: Organised([], []),
                lambda organised: organised.wrong(min(len(held), len(shown)), count),
            )
            self.fired.update(order.organise(found, held, new))
        names = {bucket: self._state(bucket) for bucket in ids}
        return Delta(
            items=order.changes(),
            states=tuple(
                State(name=names[bucket], value=order.kept([*of, *order.added[bucket]]))
                for bucket, of in ids.items()
                if order.added[bucket]
            ),
        )

    def _thoughts(self, turns: Sequence[Item], decide: Decide) -> list[Item]:
        """Return what is thought of turns, as many of them at a time as a model is shown."""
        found: list[Item] = []
        while turns:
            shown = lines(turns)
            part, turns = turns[: len(shown)], turns[len(shown) :]
            thoughts = decide(
                Task.load(TASKS, "think-in-memory-thoughts"),
                {"lines": shown},
                Thoughts,
                partial(_by_rules, part),
                partial(Thoughts.wrong, shown=len(shown)),
            ).thoughts
            counts: Counter[int] = Counter()
            for each in thoughts:
                found.append(self._made(each, part[each.line - 1], counts[each.line]))
                counts[each.line] += 1
        self.fired["thoughts"] += len(found)
        return found

    def _made(self, thought: Thought, turn: Item, ordinal: int) -> Item:
        parts: dict[str, JSON] = {
            "head": thought.head,
            "relation": thought.relation,
            "tail": thought.tail,
        }
        return made(
            thought.text.strip(),
            kind="thought",
            sources=[turn],
            recipe=self.name,
            now=turn.recorded_at,
            ordinal=ordinal,
            speaker=turn.speaker,
            attrs={**parts, "denies": thought.denies} if thought.head else {},
        )

    def _state(self, bucket: int) -> str:
        by = "words" if self._embedder is None else str(self._embedder.model)
        return f"{self.name}/{by}/{bucket}"

    def _ids(self, bucket: int, reader: Reader) -> list[str]:
        value = reader.state(self._state(bucket))
        return [str(each) for each in value] if isinstance(value, list) else []

    def recall(
        self, query: Query, reader: Reader, eligible: NDArray[np.bool_] | None, _decide: Decide
    ) -> Ranked:
        """Rank the thoughts of the question's buckets by how close they come to it."""
        own = reader.derived(self.name)
        close = closeness(query, reader, [reader.index, own], eligible, self._embedder)
        docs = np.flatnonzero((own.columns.recipe == own.recipe) & close.near)
        if self._organises and (self._embedder is None or close.level != "c0"):
            likeness = Likeness(self._embedder, analyzer_of(reader.language))
            directions = planes(likeness.dimension, BUCKETS, SEED)
            (row,) = likeness.signs([query.question])
            buckets = nearest_buckets(row, directions, likeness.dimension, PROBES)
            ids = [each for bucket in buckets for each in self._ids(bucket, reader)]
            nos = np.array([*reader.numbers(ids).values()], dtype=np.int64)
            inside = docs[np.isin(own.docs["item"][docs], nos)]
            self.fired["looked up" if len(inside) else "looked for everywhere"] += 1
            docs = inside if len(inside) else docs
        found, likes = roll_up(own.docs["item"][docs], close.scores[docs])
        return ranked(found, {close.signal: likes}, level=close.level, limitation=close.limitation)


def _by_rules(turns: Sequence[Item]) -> Thoughts:
    return Thoughts(by_rules(turns))
