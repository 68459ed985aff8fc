"""What recipes make of what was said: a session at a time, each one journalled change.

A recipe reads a snapshot, with no lock held however long a model takes; what it proposes is applied
if nothing was written meanwhile, else it is asked again. How far each session has been learnt from
is a named value in the same change, so what was broken off goes on where it was.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

import numpy as np

from mnemos.errors import MnemosError, RecipeError
from mnemos.lifecycle.proposal import lawful
from mnemos.models.decide import Decider
from mnemos.recipes.base import Consolidator, Learner
from mnemos.store import journal
from mnemos.store.change import Header, put, with_derived
from mnemos.store.protocol import Store
from mnemos.store.snapshot import Snapshot, Transaction
from mnemos.store.tables import EventRow
from mnemos.types import JSON, Delta, Item, Key, Link, Receipt, Scope, Session, State

#: Called with the sessions learnt from so far, and with how many there are.
Progress = Callable[[int, int], None]

#: How often a proposal may be overtaken before it is made with the write lock held.
ATTEMPTS = 3

_log = logging.getLogger("mnemos")


@dataclass(frozen=True, slots=True, kw_only=True)
class Learned:
    """What was learnt.

    Args:
        sessions: Sessions that were learnt from.
        pending: Sessions that still wait.
        failed: Sessions that a model failed in, now or earlier: they were learnt from without it.
        steps: Steps of consolidation that were taken.
        rows: Items, keys and links that were made, or changed.
        decisions: Task → branch → how often; see ``Decision``.
        errors: What went wrong in sessions that still wait, a line each.
    """

    sessions: int = 0
    pending: int = 0
    failed: int = 0
    steps: int = 0
    rows: int = 0
    decisions: Mapping[str, Mapping[str, int]]
    errors: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """How far a session has been learnt from.

    Args:
        through: The highest item number among the turns that were.
        position: The highest position.
        failed: How often a model was asked in vain.
    """

    through: int = -1
    position: int = -1
    failed: int = 0

    def value(self) -> dict[str, JSON]:
        """Return it as it is kept."""
        kept: dict[str, JSON] = {"through": self.through, "position": self.position}
        return {**kept, "failed": self.failed} if self.failed else kept

    @classmethod
    def read(cls, snapshot: Snapshot, recipe: str, scope: Scope) -> Mark:
        """Return a session's mark; that of one never learnt from if there is none."""
        value = snapshot.state(mark_name(recipe, scope))
        if not isinstance(value, Mapping):
            return cls()
        found = {name: value.get(name) for name in ("through", "position", "failed")}
        return cls(**{name: each for name, each in found.items() if isinstance(each, int)})


def mark_name(recipe: str, scope: Scope) -> str:
    """Return the name of the value that says how far a session has been learnt from."""
    label = journal.canonical([scope.user, scope.agent, scope.session])
    return f"{recipe}/learnt/{journal.short_hash(label.encode())}"


class Learning:
    """Lets one recipe learn from one space.

    Args:
        store: The space.
        recipe: Who learns.
        decide: Asks a model, or runs fallbacks; never shared with another thread.
        header: Makes the header of an event: (op, body) → header.
        wake: Told how many texts have come that want vectors.
        passed: Marks of sessions that went on with nothing to derive: those are not written down
            at each turn, for the same turns give nothing again. Kept by who keeps the memory.
    """

    def __init__(
        self,
        store: Store,
        recipe: Learner,
        decide: Decider,
        *,
        header: Callable[[str, Mapping[str, JSON]], Header],
        wake: Callable[[int], None],
        passed: dict[Scope, Mark],
    ) -> None:
        self._store = store
        self._recipe = recipe
        self._decide = decide
        self._header = header
        self._wake = wake
        self._passed = passed
        self._rows = 0
        self._tally: dict[str, dict[str, int]] = {}

    def learn(
        self,
        *,
        limit: int | None = None,
        redo: bool = False,
        progress: Progress | None = None,
    ) -> Learned:
        """Learn from all sessions that have something new.

        What goes wrong in one session is told, and the others are learnt from all the same.

        Args:
            limit: At most so many sessions.
            redo: Also learn again from those that a model failed in: what was made of them without
                it is dropped first.
            progress: Told after each session.
        """
        name = self._recipe.name
        with self._store.reading() as snapshot:
            waiting = [
                each.scope
                for each in standings(snapshot, name)
                if each.waits or (redo and each.failed)
            ]
        errors: list[str] = []
        chosen = waiting if limit is None else waiting[:limit]
        for done, scope in enumerate(chosen, 1):
            try:
                if redo and self._failed(scope):
                    self.drop(scope)
                self.session(scope)
            except RecipeError as error:
                _log.warning("%s", error)
                errors.append(f"session {scope.session!r}: {error}")
            if progress is not None:
                progress(done, len(chosen))
        with self._store.reading() as snapshot:
            after = standings(snapshot, name)
        return Learned(
            sessions=len(chosen) - len(errors),
            pending=sum(each.waits for each in after),
            failed=sum(each.failed for each in after),
            rows=self._rows,
            decisions=self._tally,
            errors=tuple(errors),
        )

    def session(self, scope: Scope, *, added: Sequence[str] = ()) -> None:
        """Learn from what is new in one session.

        Args:
            scope: The session.
            added: Ids of turns that were just stored: if they are all that is new, the rest of the
                session need not be looked through.

        Raises:
            RecipeError: The recipe failed, or proposed what cannot be; nothing was applied.
        """
        for _ in range(ATTEMPTS):
            decide = self._decide.fresh()
            with self._store.reading() as snapshot:
                seq = snapshot.head.seq
                found = self._proposal(snapshot, scope, decide, added)
            if found is None:
                return
            with self._store.writing() as transaction:
                if transaction.head.seq == seq:
                    self._put(transaction, "learn", found, decide)
                    break
        else:
            self._hurried(scope)
        self._wake(1)

    def _hurried(self, scope: Scope) -> None:
        """Learn from a session with the write lock held, for which no model is waited."""
        with self._store.writing() as transaction:
            decide = Decider()
            found = self._proposal(transaction, scope, decide)
            if found is not None:
                self._put(transaction, "learn", found, decide)

    def drop(self, scope: Scope | None = None) -> Receipt:
        """Drop what was made of a session, or all that the recipe made; it can be made again."""
        name = self._recipe.name
        with self._store.writing() as transaction:
            if scope is None:
                delta = dropping(transaction, name)
            else:
                turns = [turn.id for turn in transaction.session(scope)]
                delta = dropping(transaction, name, sources=turns)
                mark = State(name=mark_name(name, scope), value=None)
                delta = replace(delta, states=(*delta.states, mark))
            event = self._put(transaction, "drop", delta, Decider())
        ids = tuple(item.id for item in delta.items)
        return Receipt(ids=ids, added=ids, existing=(), seq=event.seq, head=event.hash.hex())

    def consolidate(self, now: datetime, *, steps: int) -> int:
        """Take steps of consolidation until none is left; return how many were taken.

        Raises:
            RecipeError: The recipe failed, or proposed what cannot be; the step was not taken.
        """
        recipe = self._recipe
        if not isinstance(recipe, Consolidator):
            return 0
        for taken in range(steps):
            if not self._step(recipe, now):
                return taken
        return steps

    def _step(self, recipe: Consolidator, now: datetime) -> bool:
        """Take one step; it is thought out again as long as others write meanwhile."""
        while True:
            decide = self._decide.fresh()
            with self._store.reading() as snapshot:
                seq = snapshot.head.seq
                delta = self._asked(partial(recipe.consolidate, now), snapshot, decide)
            if delta == Delta():
                return False
            with self._store.writing() as transaction:
                if transaction.head.seq == seq:
                    self._put(transaction, "consolidate", delta, decide)
                    return True

    def _failed(self, scope: Scope) -> bool:
        with self._store.reading() as snapshot:
            return Mark.read(snapshot, self._recipe.name, scope).failed > 0

    def _proposal(
        self, snapshot: Snapshot, scope: Scope, decide: Decider, added: Sequence[str] = ()
    ) -> Delta | None:
        """Return what is to be applied for a session, its mark included; None if nothing is new."""
        name = self._recipe.name
        before = Mark.read(snapshot, name, scope)
        passed = self._passed.get(scope, before) if added else before
        before = max(before, passed, key=lambda mark: mark.through)
        numbered = unlearnt(snapshot, scope, before, added)
        if not numbered:
            return None
        session = Session(scope=scope, new=tuple(item for _, item in numbered))
        delta = self._asked(partial(self._recipe.learn, session), snapshot, decide)
        mark = Mark(
            through=max(no for no, _ in numbered),
            position=max(before.position, *(item.position for _, item in numbered)),
            failed=before.failed + len(decide.failed),
        )
        if added and delta == Delta() and not decide.decisions:
            self._passed[scope] = mark
            return None
        state = State(name=mark_name(name, scope), value=mark.value())
        return replace(delta, states=(*delta.states, state))

    def _asked(
        self, propose: Callable[[Snapshot, Decider], Delta], snapshot: Snapshot, decide: Decider
    ) -> Delta:
        """Return what the recipe proposes, once it has been looked at."""
        name = self._recipe.name
        try:
            delta = propose(snapshot, decide)
        except MnemosError:
            raise
        except Exception as error:
            raise RecipeError(f"recipe {name!r} failed: {error!r}") from error
        if not isinstance(delta, Delta):
            raise RecipeError(f"recipe {name!r} proposed {type(delta).__name__}, not a Delta")
        return lawful(delta, name, snapshot)

    def _put(self, transaction: Transaction, op: str, delta: Delta, decide: Decider) -> EventRow:
        body: dict[str, JSON] = {"recipe": self._recipe.name}
        if decide.decisions:
            body["decisions"] = decide.summary()
        change = transaction.change(self._header(op, body))
        try:
            put(change, delta)
        except MnemosError as error:
            raise RecipeError(
                f"recipe {self._recipe.name!r} proposed what cannot be stored: {error}"
            ) from error
        event = transaction.close(change)
        self._rows += len(delta.items) + len(delta.keys) + len(delta.links)
        for one in decide.decisions:
            of = self._tally.setdefault(one.task, {})
            of[one.branch] = of.get(one.branch, 0) + 1
        return event


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How a session stands with a recipe.

    Args:
        scope: The session.
        newest: The highest item number among its turns.
        mark: How far it has been learnt from.
    """

    scope: Scope
    newest: int
    mark: Mark

    @property
    def waits(self) -> bool:
        """Whether it has turns that were not learnt from."""
        return self.newest > self.mark.through

    @property
    def failed(self) -> bool:
        """Whether a model failed in it."""
        return self.mark.failed > 0


def standings(snapshot: Snapshot, recipe: str) -> list[Standing]:
    """Return how all sessions in which something was said stand, oldest first."""
    scopes = snapshot.tables.scopes()
    return [
        Standing(scope=scopes[no], newest=newest, mark=Mark.read(snapshot, recipe, scopes[no]))
        for no, newest in _newest(snapshot)
    ]


def _newest(snapshot: Snapshot) -> list[tuple[int, int]]:
    """Return, for each scope in which something was said, its number and its newest item's."""
    said = snapshot.index.items
    scopes = snapshot.index.columns.scope[said]
    numbers, first = np.unique(scopes, return_index=True)
    newest = np.zeros(int(scopes.max(initial=-1)) + 1, dtype=np.int64)
    np.maximum.at(newest, scopes, said)
    return [(int(numbers[at]), int(newest[numbers[at]])) for at in np.argsort(first)]


def unlearnt(
    snapshot: Snapshot, scope: Scope, mark: Mark, added: Sequence[str] = ()
) -> list[tuple[int, Item]]:
    """Return the active turns of a session beyond its mark, with their numbers, in order.

    Args:
        added: Ids of turns that were just stored. Where they follow the mark, they are all.
    """
    fresh = snapshot.by_id(added)
    follows = bool(fresh) and fresh[0].position == mark.position + 1
    if follows and all(item.status == "active" for item in fresh):
        return [(snapshot.item(item.id)[0], item) for item in fresh]
    scope_no = snapshot.tables.scope_no(scope)
    if scope_no is None:
        return []
    nos = [no for no in snapshot.tables.session(scope_no) if no > mark.through]
    pairs = zip(nos, snapshot.items(nos), strict=True)
    return [(no, item) for no, item in pairs if item.status == "active"]


def dropping(snapshot: Snapshot, recipe: str, sources: Sequence[str] | None = None) -> Delta:
    """Return the change that drops what a recipe made: its items archived, the rest ended.

    Args:
        sources: Only what came from these items; None is all, with the recipe's values.
    """
    tables = snapshot.tables
    if sources is None:
        nos = snapshot.derived(recipe).items.tolist()
    else:
        known = [tables.item_no(each) for each in sources]
        nos = with_derived(tables, [no for no in known if no is not None])
    items = snapshot.items(nos)
    keys, links = _sides(snapshot, items) if sources is not None else _all_sides(snapshot)
    return Delta(
        items=tuple(
            replace(item, status="archived")
            for item in items
            if item.made_by == recipe and item.status in {"active", "superseded"}
        ),
        unkeyed=tuple(key for key in keys if key.made_by == recipe),
        unlinked=tuple(link for link in links if link.made_by == recipe),
        states=_states(snapshot, recipe) if sources is None else (),
    )


def _sides(snapshot: Snapshot, items: Sequence[Item]) -> tuple[list[Key], list[Link]]:
    """Return the keys and links of some items, each once."""
    ids = [item.id for item in items]
    keys = [key for each in ids for key in snapshot.keys(each)]
    return keys, list(dict.fromkeys(link for each in ids for link in snapshot.links(each)))


def _all_sides(snapshot: Snapshot) -> tuple[list[Key], list[Link]]:
    tables = snapshot.tables
    keys = [row.value for row in tables.sides("key") if row.visible_to is None]
    links = [row.value for row in tables.sides("link") if row.visible_to is None]
    return (
        [key for key in keys if isinstance(key, Key)],
        [link for link in links if isinstance(link, Link)],
    )


def _states(snapshot: Snapshot, recipe: str) -> tuple[State, ...]:
    rows = [row.value for row in snapshot.tables.sides("state") if row.visible_to is None]
    names = [value.name for value in rows if isinstance(value, State)]
    return tuple(State(name=name, value=None) for name in names if name.startswith(f"{recipe}/"))
