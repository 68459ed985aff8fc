"""New thoughts are set beside those held in their buckets: left out, put in place of one, or added.

TiM (arXiv:2311.08719) forgets what is contradicted and merges what has the same head, within a
bucket. What can be told by rules is decided at once; a model may say more of what is left.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from mnemos.ingest.derive import common_scope
from mnemos.ingest.reconcile import Claim, Rule, reconcile
from mnemos.ingest.triples import FUNCTIONAL
from mnemos.types import Item

#: Thoughts of one head and relation in a bucket, the latest, that a new one is compared with.
MOST_COMPARED = 10


@dataclass(frozen=True)
class Pair:
    """A new thought and one that is held, by label."""

    new: int
    old: int
    text: str = ""


@dataclass(frozen=True)
class Organised:
    """What a model makes of new thoughts beside those that are held."""

    forget: list[Pair]
    merge: list[Pair]

    def wrong(self, held: int, new: int) -> str | None:
        """Say what is wrong with it; None if nothing is. Labels of the new follow the held.

        >>> Organised([Pair(3, 1)], [Pair(4, 2, "Both.")]).wrong(2, 2)
        >>> Organised([Pair(1, 3)], []).wrong(2, 2)
        'of 1 and 3 one must be new, 3 to 4, the other held, 1 to 2'
        """
        for pair in (*self.forget, *self.merge):
            if not (1 <= pair.old <= held < pair.new <= held + new):
                return (
                    f"of {pair.new} and {pair.old} one must be new, {held + 1} to {held + new}, "
                    f"the other held, 1 to {held}"
                )
        if any(not pair.text.strip() for pair in self.merge):
            return "what is merged has no text"
        several = [pair.old for pair in (*self.forget, *self.merge)]
        merged = [pair.new for pair in self.merge]
        twice = len(set(several)) < len(several) or len(set(merged)) < len(merged)
        return "one is named twice" if twice else None


class Order:
    """The thoughts that one change makes and supersedes.

    Args:
        held: Thoughts by bucket, oldest first; only active ones of the same owner count.
        like: A thought of the owner.
    """

    def __init__(self, held: Mapping[int, Sequence[Item]], like: Item) -> None:
        self.added: defaultdict[int, list[str]] = defaultdict(list)
        self._active: dict[str, Item] = {}
        self._claims: dict[str, Claim] = {}
        self._changed: dict[str, Item] = {}
        self._old: set[str] = set()
        self._slots: defaultdict[tuple[int, tuple[str, str]], list[str]] = defaultdict(list)
        for bucket, items in held.items():
            for item in items:
                if item.status == "active" and _owner(item) == _owner(like):
                    self._old.add(item.id)
                    self._note(item, bucket)

    def put(self, thought: Item, buckets: Sequence[int]) -> str:
        """Decide what becomes of a new thought, by rules; return it in a word or two.

        Args:
            thought: Of one head and relation, or of none.
            buckets: Its own first; in all of them it is compared.
        """
        own = claim(thought)
        beside = self._beside(own, buckets)
        rule: Rule = "replace" if own.slot in FUNCTIONAL else "append"
        held = [self._claims[item.id] for item in beside]
        done = reconcile(own, held, [0.0] * len(held), rule=rule)
        if done.operation == "NOOP":
            return "held already"
        if done.operation in {"SUPERSEDE", "UPDATE"} and done.target is not None:
            thought = self._supersede(beside[done.target], thought)
        elif done.target is not None:  # the other is the newer
            thought = replace(thought, status="superseded")
        self._changed[thought.id] = thought
        self.added[buckets[0]].append(thought.id)
        if thought.status == "active":
            self._note(thought, buckets[0])
        return "past" if thought.status != "active" else done.operation.lower()

    def to_compare(self, most: int) -> tuple[list[Item], list[Item]]:
        """Return thoughts that a model may compare: held ones of a head that new ones have, too.

        Args:
            most: Of either, the latest.
        """
        active = list(self._active.values())
        heads = {_head(item) for item in active if item.id not in self._old} - {""}
        held = [item for item in active if item.id in self._old and _head(item) in heads][-most:]
        heads = {_head(item) for item in held}
        new = [item for item in active if item.id not in self._old and _head(item) in heads]
        return held, new[-most:]

    def organise(self, found: Organised, held: Sequence[Item], new: Sequence[Item]) -> Counter[str]:
        """Do what a model says; return how often what was done."""
        for pair in (*found.forget, *found.merge):
            fresh = self._active[new[pair.new - len(held) - 1].id]
            old = held[pair.old - 1]
            fresh = self._supersede(old, fresh)
            if pair in found.merge:
                fresh = replace(
                    fresh,
                    text=pair.text.strip(),
                    scope=common_scope([fresh.scope, old.scope]),
                    sources=tuple(dict.fromkeys([*fresh.sources, *old.sources])),
                    trust=min(fresh.trust, old.trust),
                )
            self._changed[fresh.id] = self._active[fresh.id] = fresh
        return Counter({"forgotten": len(found.forget), "merged": len(found.merge)})

    def changes(self) -> tuple[Item, ...]:
        """Return all thoughts that are new or changed, in the order of deciding."""
        return tuple(self._changed.values())

    def kept(self, ids: Sequence[str]) -> list[str]:
        """Return those of a bucket that were not superseded now, each once."""
        gone = {item.id for item in self._changed.values() if item.status != "active"}
        return [each for each in dict.fromkeys(ids) if each not in gone]

    def _beside(self, own: Claim, buckets: Sequence[int]) -> list[Item]:
        if own.place is None:
            return []
        found = [
            item_id
            for bucket in buckets
            for item_id in self._slots[bucket, own.place][-MOST_COMPARED:]
        ]
        return [self._active[item_id] for item_id in found if item_id in self._active]

    def _supersede(self, old: Item, new: Item) -> Item:
        self._active.pop(old.id, None)
        self._changed[old.id] = replace(old, status="superseded")
        return replace(new, supersedes=old.id)

    def _note(self, item: Item, bucket: int) -> None:
        self._active[item.id] = item
        self._claims[item.id] = claim(item)
        place = self._claims[item.id].place
        if place is not None:
            self._slots[bucket, place].append(item.id)


def _owner(item: Item) -> tuple[str | None, str | None]:
    return item.scope.user, item.scope.agent


def _head(item: Item) -> str:
    return str(item.attrs.get("head") or "").casefold()


def claim(thought: Item) -> Claim:
    """Return what a thought says, as it can be compared."""
    head, relation = thought.attrs.get("head"), thought.attrs.get("relation")
    return Claim(
        said_at=thought.said_at,
        subject=str(head) if head else None,
        slot=str(relation) if relation else None,
        value=str(thought.attrs.get("tail") or ""),
        denies=bool(thought.attrs.get("denies")),
    )
