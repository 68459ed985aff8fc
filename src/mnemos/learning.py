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

from mnemos.errors import MnemosError, RecipeError, place
from mnemos.lifecycle.marks import Mark, left_of, mark_name, standings
from mnemos.lifecycle.proposal import lawful
from mnemos.models.decide import Decide, Decider
from mnemos.models.once import Once
from mnemos.recipes.base import Consolidator, Learner
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
            redo: Also learn again from those that a model failed in. What was made of them, and
                of what it left out of other sessions, is dropped first: all their turns are new.
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
        told: set[str] = set()
        chosen = waiting if limit is None else waiting[:limit]
        for done, scope in enumerate(chosen, 1):  # it grows by what shared what was dropped
            try:
                mark = self._mark(scope)
                if mark.torn or (redo and mark.failed):
                    lost = self._drop(scope)
                    chosen += [each for each in lost if limit is None and each not in chosen[done:]]
                self.session(scope)
            except RecipeError as error:
                if str(error) not in told:  # the same mistake in many sessions is told once
                    _log.warning("%s", error, exc_info=error.__cause__)
                    told.add(str(error))
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
                mark = Mark.read(snapshot, self._recipe.name, scope)
                found = None
                if not mark.torn:
                    found = self._proposal(snapshot, scope, mark, decide, added=added)
            if mark.torn:
                self._drop(scope)
                continue
            if found is None:
                return
            with self._store.writing() as transaction:
                if transaction.head.seq == seq:
                    self._put(transaction, "learn", found, decide)
                    break
        else:
            self._hurried(scope, added)
        self._wake(1)

    def _hurried(self, scope: Scope, added: Sequence[str]) -> None:
        """Learn from a session with the write lock held, for which no model is waited."""
        with self._store.writing() as transaction:
            decide = Decider()
            mark = Mark.read(transaction, self._recipe.name, scope)
            found = self._proposal(transaction, scope, mark, decide, added=added)
            if found is not None:
                self._put(transaction, "learn", found, decide)

    def drop(self) -> Receipt:
        """Drop all that the recipe made; it can be made again."""
        with self._store.writing() as transaction:
            delta = dropping(transaction, self._recipe.name)
            event = self._put(transaction, "drop", delta, Decider())
        self._passed.clear()
        ids = tuple(item.id for item in delta.items)
        return Receipt(ids=ids, added=ids, existing=(), seq=event.seq, head=event.hash.hex())

    def _drop(self, scope: Scope) -> list[Scope]:
        """Drop what was made of a session; return it with those that lost something by that.

        An item that was made of several sessions goes, so all of them are to be learnt from anew.
        """
        name = self._recipe.name
        scopes: dict[Scope, None] = {scope: None}
        with self._store.writing() as transaction:
            delta, before = Delta(), 0
            while before < len(scopes):
                before = len(scopes)
                turns = [turn.id for each in scopes for turn in transaction.session(each)]
                delta = dropping(transaction, name, sources=turns)
                gone = {item.id for item in delta.items}
                left = (each for item in delta.items for each in left_of(item, gone, transaction))
                scopes |= dict.fromkeys(left)
            marks = tuple(State(name=mark_name(name, each), value=None) for each in scopes)
            # Part of learning, which undo passes over; what unlearn drops, it takes back.
            self._put(transaction, "learn", replace(delta, states=marks), Decider())
        for each in scopes:
            self._passed.pop(each, None)
        return [each for each in scopes if each != scope]

    def consolidate(self, now: datetime, *, steps: int, redo: bool = False) -> int:
        """Take steps of consolidation until none is left; return how many were taken.

        Args:
            now: When.
            steps: At most so many.
            redo: Also those again in which a model failed.

        Raises:
            RecipeError: The recipe failed, proposed what cannot be, or a step that changes nothing
                and so would never end; the step was not taken.
        """
        recipe = self._recipe
        if not isinstance(recipe, Consolidator):
            return 0
        if redo and self._decide.model is not None:
            self._again()
        for taken in range(steps):
            if not self._step(recipe, now):
                return taken
        return steps

    def _step(self, recipe: Consolidator, now: datetime) -> bool:
        """Take one step; it is thought out again as long as others write meanwhile."""
        decide = self._decide.fresh()
        once = Once(decide)
        while True:
            with self._store.reading() as snapshot:
                seq = snapshot.head.seq
                delta = self._asked(partial(recipe.consolidate, now), snapshot, once)
            if delta == Delta():
                self._count(decide)
                return False
            with self._store.writing() as transaction:
                if transaction.head.seq == seq:
                    before = transaction.state_hash()
                    self._put(transaction, "consolidate", delta, decide)
                    if transaction.state_hash() == before:
                        raise RecipeError(
                            f"recipe {recipe.name!r} proposes a step that changes nothing; when "
                            "nothing is left to do, consolidate returns an empty Delta"
                        )
                    return True

    @property
    def rows(self) -> int:
        """Items, keys and links that were made, or changed, so far."""
        return self._rows

    def failed_steps(self) -> int:
        """Return in how many sessions a model failed while consolidating."""
        with self._store.reading() as snapshot:
            return failed_steps(snapshot, self._recipe.name)

    def _again(self) -> None:
        """Let the recipe find what a model failed in among what is to be done again."""
        failed, again = (f"{self._recipe.name}/{each}" for each in ("failed", "again"))
        with self._store.writing() as transaction:
            value, waiting = transaction.state(failed), transaction.state(again)
            if isinstance(value, dict):
                both = {**value, **waiting} if isinstance(waiting, dict) else value
                states = (State(name=failed, value=None), State(name=again, value=both))
                self._put(transaction, "consolidate", Delta(states=states), Decider())

    def _mark(self, scope: Scope) -> Mark:
        with self._store.reading() as snapshot:
            return Mark.read(snapshot, self._recipe.name, scope)

    def _proposal(
        self,
        snapshot: Snapshot,
        scope: Scope,
        before: Mark,
        decide: Decider,
        *,
        added: Sequence[str],
    ) -> Delta | None:
        """Return what is to be applied for a session, its mark included; None if nothing is new."""
        name = self._recipe.name
        passed = self._passed.get(scope, before) if added else before
        before = max(before, passed, key=lambda mark: mark.through)
        numbered = unlearnt(snapshot, scope, before, added)
        if not numbered:
            return None
        session = Session(scope=scope, new=tuple(item for _, item in numbered))
        propose = partial(self._recipe.learn, session)
        delta = self._asked(propose, snapshot, decide, undone=not added)
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
        self,
        propose: Callable[[Snapshot, Decide], Delta],
        snapshot: Snapshot,
        decide: Decide,
        *,
        undone: bool = True,
    ) -> Delta:
        """Return what the recipe proposes, once it has been looked at.

        Args:
            propose: Asks the recipe.
            snapshot: What it reads.
            decide: What it may ask.
            undone: What an undo took back is made again: learning was asked for.
        """
        name = self._recipe.name
        try:
            delta = propose(snapshot, decide)
        except MnemosError:
            raise
        except Exception as error:
            raise RecipeError(f"recipe {name!r} failed{place(error)}: {error!r}") from error
        if not isinstance(delta, Delta):
            raise RecipeError(f"recipe {name!r} proposed {type(delta).__name__}, not a Delta")
        return lawful(delta, name, snapshot, undone=undone)

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
        self._count(decide)
        return event

    def _count(self, decide: Decider) -> None:
        for one in decide.decisions:
            of = self._tally.setdefault(one.task, {})
            of[one.branch] = of.get(one.branch, 0) + 1


def failed_steps(snapshot: Snapshot, recipe: str) -> int:
    """Return in how many sessions a model failed while a recipe consolidated.

    It says so itself: its value ``NAME/failed`` has an entry for each of them. To be done again,
    they are moved to ``NAME/again``.
    """
    value = snapshot.state(f"{recipe}/failed")
    return len(value) if isinstance(value, dict) else 0


def unlearnt(
    snapshot: Snapshot, scope: Scope, mark: Mark, added: Sequence[str] = ()
) -> list[tuple[int, Item]]:
    """Return the active turns of a session beyond its mark, with their numbers, in order.

    Args:
        added: Ids of turns that were just stored. Where they follow the mark, they are all.
    """
    known = snapshot.numbers(added)
    fresh = snapshot.items(known.values())
    follows = bool(fresh) and fresh[0].position == mark.position + 1
    if follows and all(item.status == "active" for item in fresh):
        return [(known[item.id], item) for item in fresh]
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
