"""A memory while its file is open: its settings, its views, and how anything is read or written."""

from __future__ import annotations

import copy
import json
import os
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from types import TracebackType
from typing import Literal, Self

from mnemos import arguments, commit, models, recipes, registry
from mnemos.embedding.choose import choose_embedder
from mnemos.embedding.upkeep import Upkeep
from mnemos.errors import InputError, MnemosError, NotFound, QueryError
from mnemos.ingest import turns
from mnemos.ingest.messages import name
from mnemos.ingest.times import parse, zone
from mnemos.lifecycle.marks import Mark
from mnemos.models.base import Chat, Embedder
from mnemos.models.budget import Budget
from mnemos.models.decide import Decider
from mnemos.recipes import Maker
from mnemos.recipes.base import Recipe
from mnemos.store import journal
from mnemos.store.base import Reader
from mnemos.store.change import Header
from mnemos.store.index import ANALYSIS
from mnemos.store.protocol import Store
from mnemos.store.snapshot import Snapshot, Transaction
from mnemos.store.sqlite import Durability
from mnemos.store.verify import replay
from mnemos.text.terms import Analyzer
from mnemos.text.token_count import TokenCounter, estimate_tokens
from mnemos.text.whole import whole
from mnemos.types import Item, Receipt, Scope, Where

ANYONE = Scope()
ANYTHING = Where()

Moment = datetime | str | float


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(slots=True)
class Shared:
    """What a memory and its views have in common, and a reindex changes."""

    recipe: Recipe


class Opened:
    """One open file, seen through a scope. What one does with it stands in the other chapters."""

    def __init__(
        self,
        path: str | os.PathLike[str],
        *,
        recipe: str | Maker = "default",
        embedder: str | Embedder | None = "default",
        embedding: Literal["background", "manual"] = "background",
        learning: Literal["at once", "on request"] = "at once",
        chat: str | Chat | None = "default",
        budget: Budget | None = None,
        level: str | None = None,
        language: str | None = None,
        time_zone: str | None = None,
        counter: TokenCounter = estimate_tokens,
        durability: Durability = "FULL",
        timeout_s: float = 10.0,
        read_only: bool = False,
        actor: str = "",
        clock: Callable[[], datetime] = _now,
    ) -> None:
        if embedding not in {"background", "manual"}:
            raise InputError(f"embedding {embedding!r}: expected background or manual")
        if learning not in {"at once", "on request"}:
            raise InputError(f"learning {learning!r}: expected 'at once' or 'on request'")
        # Refuses what is not known before a file is made.
        tried = recipes.recipe(recipe, level)
        self._recipe_name = recipe if isinstance(recipe, str) else tried.name
        self._counter = counter
        self._clock = clock
        if not isinstance(actor, str) or not whole(actor):
            raise InputError(f"actor: expected a text of whole characters, not {actor!r}")
        self._actor = actor
        self._scope = ANYONE
        zone(time_zone or "UTC")
        wanted = {"language": language or "english", "time_zone": time_zone or "UTC"}
        self._store: Store = registry.store(
            path,
            settings=journal.canonical({**wanted, "analysis": ANALYSIS}),
            durability=durability,
            timeout_s=timeout_s,
            read_only=read_only,
        )
        try:
            self._analyzer = self._settle(language, time_zone)
            chosen, without = choose_embedder(embedder, self._store)
            self._shared = Shared(recipes.recipe(recipe, level, chosen))
        except MnemosError:
            self._store.close()
            raise
        self._recipe_named = (recipe, level)
        self._passed: dict[Scope, Mark] = {}
        self._at_once = learning == "at once"
        self._decide = Decider(models.choose_chat(chat), budget=budget)
        self._upkeep = Upkeep(
            self._store,
            chosen,
            clock=clock,
            background=embedding == "background" and not read_only,
            without=without,
        )

    def _settle(self, language: str | None, time_zone: str | None) -> Analyzer:
        """Take the settings that the file has, and bring its index up to date."""
        with self._store.reading() as snapshot:
            have = {"language": snapshot.language, "time_zone": snapshot.time_zone}
            outdated = json.loads(snapshot.space.settings)["analysis"] != ANALYSIS
        for setting, given in (("language", language), ("time_zone", time_zone)):
            if given is not None and given != have[setting]:
                raise InputError(
                    f"{self._store.location}: its {setting} is {have[setting]!r}, not {given!r}"
                )
        self._zone = zone(have["time_zone"])
        if outdated:
            self._index_again()
        return Analyzer(have["language"])

    def _index_again(self) -> None:
        with self._store.writing() as transaction:
            space = transaction.tables.space()
            settings = {**json.loads(space.settings), "analysis": ANALYSIS}
            transaction.tables.put_space(replace(space, settings=journal.canonical(settings)))
            replay(transaction)

    def reader(self, *, as_of: Moment | None = None) -> AbstractContextManager[Reader]:
        """Open a snapshot as recipes see it; for recipes, training and the curious."""
        self._require_whole("reader")
        return self._reading(None if as_of is None else parse(as_of, self._zone))

    @property
    def fired(self) -> Mapping[str, int]:
        """How often this memory's recipe did what is its own, by what, since it was opened.

        What its attribute ``fired`` counts; nought of all else.
        """
        counted: Mapping[str, int] = getattr(self._shared.recipe, "fired", {})
        return Counter(counted)

    def scoped(
        self, *, user: str | None = None, agent: str | None = None, session: str | None = None
    ) -> Self:
        """Return a view of the same memory that reads and writes only within a scope."""
        view = copy.copy(self)
        view._scope = self._narrow(  # noqa: SLF001 - a copy of ourselves
            None, Scope(user=user, agent=agent, session=session)
        )
        return view

    def interrupt(self, thread: int) -> None:
        """Break off what a thread (its ``get_ident()``) is doing here; nothing of it stays."""
        self._store.interrupt(thread)

    def close(self) -> None:
        """Close the file. Views made by ``scoped`` are closed with it."""
        self._upkeep.close()
        self._store.close()

    def __repr__(self) -> str:
        bound = "" if self._scope == ANYONE else f" bound to {self._scope}"
        return f"<Memory {self._store.location}{bound}>"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _narrow(self, session: str | None, scope: Scope) -> Scope:
        """Combine the view's scope with what a call names.

        Raises:
            QueryError: They disagree: a view is not left.
        """
        merged: dict[str, str | None] = {}
        named = scope if session is None else replace(scope, session=session)
        if session is not None and scope.session not in {None, session}:
            raise QueryError(f"session {session!r} and scope {scope} disagree")
        for field in ("user", "agent", "session"):
            bound, given = getattr(self._scope, field), getattr(named, field)
            if given is not None:
                name(given, field)
            if bound is not None and given not in {None, bound}:
                raise QueryError(
                    f"this view is bound to {field} {bound!r}; {given!r} was asked for"
                )
            merged[field] = bound if given is None else given
        return Scope(**merged)

    def _require_whole(self, verb: str) -> None:
        """Refuse what looks at, or changes, more than a view's scope."""
        if self._scope != ANYONE:
            raise QueryError(
                f"{verb} concerns the whole memory; this view is bound to {self._scope}"
            )

    def _moment(self, given: Moment | None) -> datetime:
        return self._clock() if given is None else parse(given, self._zone)

    def _header(self, op: str, why: str, recorded_at: Moment | None = None) -> Header:
        if not isinstance(why, str) or not whole(why):
            raise InputError(f"why: expected a text of whole characters, not {why!r}")
        now = self._clock()
        moment = now if recorded_at is None else parse(recorded_at, self._zone)
        if moment > now:
            raise InputError(f"recorded_at {moment.isoformat()} is in the future")
        return Header(
            op=op,
            actor=self._actor,
            why=why,
            recorded_at=journal.microseconds(moment),
            given=recorded_at is not None,
        )

    def _item(self, item_id: str, snapshot: Snapshot) -> tuple[int, Item]:
        """Return an item of this view, with its number."""
        no, item = snapshot.item(arguments.item_id(item_id))
        bound, scope = self._scope, item.scope
        pairs = ((bound.user, scope.user), (bound.agent, scope.agent))
        if any(a not in {None, b} for a, b in (*pairs, (bound.session, scope.session))):
            raise NotFound(f"there is no item {item_id!r} here")
        return no, item

    @contextmanager
    def _reading(self, as_of: datetime | None) -> Iterator[Snapshot]:
        with self._store.reading() as snapshot:
            if as_of is not None:
                snapshot.as_of_seq = snapshot.tables.seq_at(journal.microseconds(as_of))
            yield snapshot

    def _write(
        self,
        header: Header,
        plan: Callable[[Transaction], turns.Plan],
        request_id: str | None,
        payload: str,
    ) -> Receipt:
        """Plan and apply a change in one transaction, once for each request_id."""
        added = 0

        def work(transaction: Transaction) -> Receipt:
            nonlocal added
            receipt = commit.apply(transaction, header, plan(transaction))
            added = len(receipt.added)
            return receipt

        receipt = self._once(header.op, work, request_id, payload)
        self._upkeep.wake(added)
        return receipt

    def _once(
        self,
        op: str,
        work: Callable[[Transaction], Receipt],
        request_id: str | None,
        payload: str,
    ) -> Receipt:
        """Do a write in one transaction; under a request_id that it was done by, nothing."""
        if request_id is not None:
            name(request_id, "request_id")
            if self._scope != ANYONE:  # each view has its own
                view = self._scope
                request_id = journal.canonical([view.user, view.agent, view.session, request_id])
        with self._store.writing() as transaction:
            if request_id is None:
                return work(transaction)
            done = commit.done_before(transaction, request_id, op, payload)
            if done is not None:
                return done
            receipt = work(transaction)
            commit.note_request(transaction, request_id, op, payload, receipt)
            return receipt
