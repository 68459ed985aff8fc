"""Memory: say it, ask for it, get it packed for a prompt, hide it, destroy it, take it back.

The methods stand in the order in which one meets them: remember, sync, revise; recall, context;
forget, restore, erase, undo; then what looks at the whole.
"""

from __future__ import annotations

import copy
import json
import logging
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Literal, Self

import numpy as np

from mnemos import arguments, commit, models, recipes, registry
from mnemos import facts as known
from mnemos.catalogue import RecipeKept, kept
from mnemos.context import assemble
from mnemos.embedding.choose import choose_embedder
from mnemos.embedding.upkeep import Upkeep, VectorStatus
from mnemos.embedding.work import Embedded
from mnemos.errors import (
    ConflictError,
    Corrupt,
    Erased,
    InputError,
    MnemosError,
    NotFound,
    QueryError,
    RecipeError,
    StoreError,
    UndoRefused,
)
from mnemos.facts import Fact, Profile
from mnemos.ingest import turns
from mnemos.ingest.facts.items import holds_fact
from mnemos.ingest.messages import Draft, Message, Messages, drafts, name
from mnemos.ingest.times import parse, zone
from mnemos.learning import Learned, Learning, Mark
from mnemos.learning import Progress as LearnProgress
from mnemos.lifecycle import erase as erasure
from mnemos.lifecycle.erase import Certificate
from mnemos.lifecycle.following import following
from mnemos.models.base import Chat, Embedder
from mnemos.models.budget import Budget
from mnemos.models.decide import Decider
from mnemos.recall.eligible import eligible
from mnemos.recall.newer import PERHAPS
from mnemos.recall.ranking import Ranking
from mnemos.recipes import Maker
from mnemos.recipes.base import Learner, Recipe
from mnemos.store import inventory, journal, portable, rescue
from mnemos.store.base import FLAG_KEY, Reader
from mnemos.store.change import Header, put_inverse
from mnemos.store.index import ANALYSIS
from mnemos.store.inventory import Page, Stats, Version
from mnemos.store.protocol import Store
from mnemos.store.rescue import Rescued
from mnemos.store.snapshot import Snapshot, Transaction
from mnemos.store.sqlite import Durability
from mnemos.store.verify import Progress, Replayed, Verification, replay, verify
from mnemos.text.terms import Analyzer
from mnemos.text.token_count import TokenCounter, estimate_tokens
from mnemos.types import (
    JSON,
    Context,
    Delta,
    Event,
    Hit,
    Item,
    Query,
    Recall,
    Receipt,
    Scope,
    Status,
    Where,
)

#: How many hits ``context`` looks through for what fits its budget.
CONTEXT_HITS = 200
ANYONE = Scope()
ANYTHING = Where()

Moment = datetime | str | float

_log = logging.getLogger("mnemos")


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(slots=True)
class _Shared:
    """What a memory and its views have in common, and a reindex changes."""

    recipe: Recipe


class Memory:
    """One memory: a file that keeps what was said and finds it again.

    Args:
        path: The file, made if it is not there; ":memory:" for a trial.
        recipe: The memory system that answers, by name; or, for a trial, what makes one:
            (level, embedder) → recipe.
        embedder: The model that finds by meaning: its name, itself, or None for none. By default
            what MNEMOS_EMBEDDER names, else the built-in one if it is installed and the file's
            vectors are of it. Without one all is found by its words.
        embedding: "background" encodes what is said on a thread of its own, after it is stored;
            "manual" leaves it to ``embed``.
        learning: "at once" lets a recipe that asks no model learn from each write as soon as it is
            stored; "on request" leaves it to ``learn``.
        chat: The model that recipes ask where they have something to decide: its name, itself, or
            None for none. By default what MNEMOS_CHAT names, else none.
        budget: What it may spend.
        level: How much of the recipe to use; None is the most that can be had.
        language: Language of the texts, a Snowball name; fixed when the memory is made.
        time_zone: IANA name; naive times are read and days begin in it; fixed likewise.
        counter: Counts the tokens of a text for ``context``; default: a careful estimate.
        durability: "FULL" survives power loss, "NORMAL" only the end of the process.
        timeout_s: How long to wait while another process writes.
        read_only: Never write to the file.
        actor: Who is named in the journal.
        clock: Tells the time; for tests and replays.

    Raises:
        StoreError: The file cannot be opened; see the error tree for the kinds.
        InputError: An unknown recipe, language or time zone, or not those of the file.

    >>> with Memory(":memory:") as memory:
    ...     receipt = memory.remember("I moved to Porto in May", session="2026-06-01")
    ...     memory.recall("Where did I move to?")[0].text
    'I moved to Porto in May'
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        *,
        recipe: str | Maker = "default",
        embedder: str | Embedder | None = "default",
        embedding: Literal["background", "manual"] = "background",
        learning: Literal["at once", "on request"] = "on request",
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
        if not isinstance(actor, str) or not _is_unicode(actor):
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
            self._shared = _Shared(recipes.recipe(recipe, level, chosen))
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

    # -- say it

    def remember(
        self,
        messages: Messages,
        *,
        session: str | None = None,
        scope: Scope = ANYONE,
        expires_at: Moment | None = None,
        recorded_at: Moment | None = None,
        request_id: str | None = None,
    ) -> Receipt:
        """Append messages to a session, durably, before this returns.

        Args:
            messages: OpenAI-style messages, one message, or a text said by the user.
            session: Shorthand for ``scope=Scope(session=…)``.
            scope: Whose and which.
            expires_at: From then on they are no longer recalled.
            recorded_at: For trusted imports: when the memory is to have learnt them. Not before
                the last event, not in the future.
            request_id: The same write under the same id is done once.

        Raises:
            MessageError: A message is malformed; nothing was stored.
            RefConflict: A message's id is stored with other content; nothing was stored.
            RequestConflict: The request_id was used for another write.
        """
        read = self._read(messages, expires_at)
        place = self._place(session, scope)
        header = self._header("remember", "", recorded_at)

        def plan(transaction: Transaction) -> turns.Plan:
            return turns.remember(read, place, transaction)

        receipt = self._write(header, plan, request_id, commit.said(read, place))
        self._learn_at_once(place.scope, receipt, recorded_at)
        return receipt

    def sync(
        self,
        messages: Messages,
        *,
        session: str | None = None,
        scope: Scope = ANYONE,
        expires_at: Moment | None = None,
        recorded_at: Moment | None = None,
        request_id: str | None = None,
    ) -> Receipt:
        """Take messages as the whole session so far and add what is new.

        What was forgotten stays forgotten; what was erased is not stored again.

        Raises:
            SyncDiverged: A message differs from the stored turn in its place, or stored turns are
                missing; nothing was stored.
        """
        read = self._read(messages, expires_at)
        place = self._place(session, scope)
        header = self._header("sync", "", recorded_at)

        def plan(transaction: Transaction) -> turns.Plan:
            return turns.sync(read, place, transaction)

        receipt = self._write(header, plan, request_id, commit.said(read, place))
        self._learn_at_once(place.scope, receipt, recorded_at)
        return receipt

    def revise(
        self,
        ref: str,
        message: str | Message,
        *,
        session: str | None = None,
        scope: Scope = ANYONE,
        why: str = "",
        request_id: str | None = None,
    ) -> Receipt:
        """Record that a message was edited or generated anew: the old turn is superseded.

        Args:
            ref: The message's own id.
            message: The new message, or its new text alone. The time, expiry and metadata that it
                does not name stay the old turn's.

        Raises:
            NotFound: No message has this ref here.
            ConflictError: It was forgotten, or several sessions have such a ref.
        """
        place = self._place(session, scope)
        name(ref, "ref")

        def plan(transaction: Transaction) -> turns.Plan:
            old = turns.by_ref(ref, place.scope, transaction)
            draft = turns.edited(old, message, self._zone)
            plan = turns.revise(ref, draft, place, transaction)
            ended = [item for item in plan.delta.items if item.status == "superseded"]
            items = (*plan.delta.items, *following(ended, transaction))
            return replace(plan, delta=replace(plan.delta, items=items))

        payload = journal.canonical([ref, str(message), asdict(place.scope)])
        receipt = self._write(self._header("revise", why), plan, request_id, payload)
        self._learn_at_once(self.get(receipt.ids[0]).scope, receipt)
        return receipt

    # -- ask for it

    def recall(
        self,
        question: str,
        limit: int = 10,
        *,
        asked_at: Moment | None = None,
        as_of: Moment | None = None,
        session: str | None = None,
        scope: Scope = ANYONE,
        where: Where = ANYTHING,
        kinds: Sequence[str] = (),
    ) -> Recall:
        """Return what answers a question, best first.

        Args:
            question: In words.
            limit: At most so many hits.
            asked_at: When it is put; resolves "last week". Default: now.
            as_of: Answer with what the memory knew at this moment.
            session: Shorthand for ``scope=Scope(session=…)``.
            scope: Only what was said in it.
            where: Further filters.
            kinds: Only items of these kinds.

        Raises:
            QueryError: The question is no text, the limit no count, or a filter makes no sense.
            RecipeError: The recipe failed.
        """
        return self._recall(
            question,
            limit,
            asked_at=asked_at,
            as_of=as_of,
            scope=self._narrow(session, scope),
            where=where,
            kinds=kinds,
            explained=True,
        )

    def _recall(
        self,
        question: str,
        limit: int,
        *,
        asked_at: Moment | None,
        as_of: Moment | None,
        scope: Scope,
        where: Where,
        kinds: Sequence[str],
        explained: bool,
    ) -> Recall:
        if not isinstance(question, str):
            raise QueryError(f"question: expected a text, not {type(question).__name__}")
        arguments.limit(limit)
        now = self._clock()
        query = Query(
            question=question,
            asked_at=now if asked_at is None else parse(asked_at, self._zone),
            as_of=None if as_of is None else parse(as_of, self._zone),
            scope=scope,
            where=arguments.filters(where, self._zone),
            kinds=arguments.texts(kinds, "kinds"),
            limit=limit,
        )
        self._upkeep.settle()
        with self._reading(query.as_of) as snapshot:
            return self._answer(query, snapshot, now, explained=explained)

    def _answer(
        self, query: Query, snapshot: Snapshot, now: datetime, *, explained: bool
    ) -> Recall:
        """Rank and read; without reasons, which take as long as all the rest of 200 hits."""
        recipe = self._shared.recipe
        mask = eligible(query, snapshot, now=now, recipe=recipe.name)
        try:
            ranking = recipe.recall(query, snapshot, mask, self._decide.fresh())
        except MnemosError:
            raise
        except Exception as error:
            raise RecipeError(f"recipe {recipe.name!r} failed: {error!r}") from error
        read = ranking.cut(query.limit)
        items = snapshot.items(ranking.items[:read].tolist())
        if len(items) < read:
            raise Corrupt(f"{self._store.location}: the index names items that cannot be read")
        scores = ranking.scores[:read].tolist()
        best = sorted(range(read), key=lambda at: (-scores[at], items[at].id))[: query.limit]
        moment = query.as_of or query.asked_at
        outdated = known.outdated(snapshot, [items[at] for at in best], recipe.name, moment)
        perhaps = ranking.perhaps if isinstance(ranking, Ranking) else ()
        hits = tuple(
            Hit(
                item=items[at],
                score=scores[at],
                relevance=ranking.relevance(at),
                reasons=ranking.reasons(at) if explained else (),
                outdated=outdated.get(
                    items[at].id, (PERHAPS,) if int(ranking.items[at]) in perhaps else ()
                ),
            )
            for at in best
        )
        limitation = ranking.limitation
        return Recall(
            query=query,
            hits=hits,
            abstention=ranking.abstention,
            level=ranking.level,
            limitation=self._upkeep.without or limitation if limitation else None,
            confidence=ranking.confidence,
        )

    def context(
        self,
        question: str,
        *,
        budget_tokens: int = 1_000,
        asked_at: Moment | None = None,
        as_of: Moment | None = None,
        session: str | None = None,
        scope: Scope = ANYONE,
        where: Where = ANYTHING,
        kinds: Sequence[str] = (),
    ) -> Context:
        """Return the lines that answer a question, packed for a prompt, each cited.

        Args:
            budget_tokens: What the text may cost under the memory's counter; never exceeded.

        Raises:
            QueryError: As for ``recall``, or the budget is not positive.
        """
        recall = self._recall(
            question,
            CONTEXT_HITS,
            asked_at=asked_at,
            as_of=as_of,
            scope=self._narrow(session, scope),
            where=where,
            kinds=kinds,
            explained=False,
        )
        return assemble(
            recall,
            budget_tokens=budget_tokens,
            counter=self._counter,
            analyzer=self._analyzer,
        )

    # -- hide it, destroy it, take it back

    def forget(
        self, ids: str | Iterable[str], *, why: str = "", request_id: str | None = None
    ) -> Receipt:
        """Hide items from recall; ``restore`` brings them back.

        What is superseded is not recalled anyway: it stays as it is, and is listed as existing.

        Raises:
            NotFound: There is no such item here.
        """
        return self._set_status("forget", ids, why, request_id, hide=True)

    def restore(
        self, ids: str | Iterable[str], *, why: str = "", request_id: str | None = None
    ) -> Receipt:
        """Bring back what was forgotten, or what undoing a ``remember`` hid.

        Raises:
            ConflictError: An item is superseded: undo the revision instead.
        """
        return self._set_status("restore", ids, why, request_id, hide=False)

    def _set_status(
        self, op: str, ids: str | Iterable[str], why: str, request_id: str | None, *, hide: bool
    ) -> Receipt:
        wanted = arguments.item_ids(ids)
        status: Status = "hidden" if hide else "active"

        def plan(transaction: Transaction) -> turns.Plan:
            items = [self._item(item_id, transaction)[1] for item_id in wanted]
            superseded = next((item for item in items if item.status == "superseded"), None)
            if superseded is not None and not hide:
                raise ConflictError(f"item {superseded.id} is superseded; undo the revision")
            changed = [item for item in items if item.status not in {status, "superseded"}]
            added = tuple(item.id for item in changed)
            versions = tuple(replace(item, status=status) for item in changed)
            return turns.Plan(
                delta=Delta(items=(*versions, *following(versions, transaction))),
                ids=wanted,
                added=added,
                existing=tuple(each for each in wanted if each not in added),
            )

        return self._write(self._header(op, why), plan, request_id, journal.canonical(wanted))

    def erase(
        self,
        what: str | Iterable[str] | Scope,
        *,
        why: str = "",
        preview: bool = False,
    ) -> Certificate:
        """Destroy items, or all of a scope, and everything derived from them; prove it.

        This cannot be undone. ``why`` is kept in the journal: do not repeat there what is erased.
        An erasure that was broken off, or left residue, is finished by asking for it again.

        Args:
            what: An id, ids, or a Scope that names a user, agent or session.
            preview: Only say what would go.
        """
        scopes = [self._narrow(None, what)] if isinstance(what, Scope) else []
        ids = () if isinstance(what, Scope) else arguments.item_ids(what)
        with self._store.reading() as snapshot:
            for item_id in ids:
                with suppress(Erased):
                    self._item(item_id, snapshot)
            if preview:
                return erasure.preview(snapshot, ids, scopes)
        certificate = erasure.erase(self._store, self._header("erase", why), ids, scopes)
        self._upkeep.wake(1)  # what was encoded together with it is encoded again
        return certificate

    def undo(self, seq: int | None = None, *, why: str = "") -> Receipt:
        """Take back an event, by appending its inverse.

        Args:
            seq: Which event; None is the newest that was not undone. Undoing an undo redoes.

        Raises:
            UndoRefused: A later event changed the same rows, or it was an erase.
            NotFound: There is no such event, or none left to undo.
        """
        self._require_whole("undo")
        with self._store.writing() as transaction:
            target = commit.newest_to_undo(transaction) if seq is None else seq
            row = transaction.tables.event(target)
            if row is None:
                raise NotFound(f"there is no event {target}; the newest is {transaction.head.seq}")
            if row.op == "erase":
                raise UndoRefused(f"event {target} was an erase; that cannot be undone")
            header = self._header("undo", why)
            header.body["undoes"] = target
            change = transaction.change(header)
            touched = tuple(put_inverse(change, transaction.tables, target))
            for item in following(transaction.by_id(touched), transaction):
                change.put_item(item)
            event = transaction.close(change)
        return Receipt(
            ids=touched, added=touched, existing=(), seq=event.seq, head=event.hash.hex()
        )

    # -- look at it

    def get(self, item_id: str, *, as_of: Moment | None = None) -> Item:
        """Return one item, whatever its status.

        Raises:
            NotFound: There is no such item here.
            Erased: There was.
        """
        moment = None if as_of is None else parse(as_of, self._zone)
        with self._reading(moment) as snapshot:
            return self._item(item_id, snapshot)[1]

    def browse(
        self,
        *,
        session: str | None = None,
        scope: Scope = ANYONE,
        where: Where = ANYTHING,
        kinds: Sequence[str] = (),
        as_of: Moment | None = None,
        after: str | None = None,
        limit: int = 50,
    ) -> Page:
        """Return active items a page at a time, in the order in which they were remembered.

        Args:
            kinds: Of these kinds: "turn", or what recipes derive ("fact" …); by default what was
                said.
            after: The ``after`` of the page before, or the id of an item to begin after.
        """
        arguments.limit(limit)
        now = self._clock()
        query = Query(
            question="",
            asked_at=now,
            as_of=None if as_of is None else parse(as_of, self._zone),
            scope=self._narrow(session, scope),
            where=arguments.filters(where, self._zone),
            kinds=arguments.texts(kinds, "kinds"),
        )
        with self._reading(query.as_of) as snapshot:
            mask = eligible(query, snapshot, now=now)
            own = snapshot.index.docs["flags"] & FLAG_KEY == 0
            if not query.kinds:
                own &= snapshot.index.columns.recipe == 0
            nos = np.flatnonzero(own if mask is None else own & mask)
            start = 0 if after is None else self._number(after, snapshot) + 1
            chosen = nos[np.searchsorted(nos, start) :][: limit + 1].tolist()
            items = snapshot.items(chosen[:limit])
        more = len(chosen) > limit
        return Page(
            items=tuple(items), after=arguments.page_token(chosen[limit - 1]) if more else None
        )

    def history(self, item_id: str) -> tuple[Version, ...]:
        """Return every version of an item with the event that made it, oldest first."""
        with self._store.reading() as snapshot:
            no, _ = self._item(item_id, snapshot)
            found = []
            for row in snapshot.tables.versions(no):
                event = inventory.event_at(row.item.visible_from, snapshot)
                if event is not None:
                    found.append(Version(item=row.item, event=event))
            return tuple(found)

    def log(self, limit: int = 20, *, before: int | None = None) -> tuple[Event, ...]:
        """Return events, newest first.

        Args:
            limit: At most so many.
            before: Only those with a smaller sequence number.
        """
        self._require_whole("log")
        with self._store.reading() as snapshot:
            last = snapshot.head.seq if before is None else min(before - 1, snapshot.head.seq)
            seqs = range(last, max(last - limit, 0), -1)
            events = (inventory.event_at(seq, snapshot) for seq in seqs)
            return tuple(event for event in events if event is not None)

    def stats(self) -> Stats:
        """Return figures of the whole memory, whatever the scope."""
        self._require_whole("stats")
        size = sum(path.stat().st_size for path in self._store.files())
        with self._store.reading() as snapshot:
            return inventory.stats(snapshot, bytes_on_disk=size)

    def state_hash(self) -> str:
        """Return the hash of what is current: equal for equal memories, on any machine."""
        with self._store.reading() as snapshot:
            return snapshot.state_hash()

    def verify(
        self, *, expected_head: str | None = None, progress: Progress | None = None
    ) -> Verification:
        """Check every hash of the journal against the rows.

        Args:
            expected_head: A receipt's head: is everything up to that write still here?
            progress: Called with (events done, events in all).
        """
        found = verify(self._store, expected_head=expected_head, progress=progress)
        damage = _try_check(self._store)
        return replace(found, problems=(*found.problems, *damage)) if damage else found

    def replay(self, *, progress: Progress | None = None) -> Replayed:
        """Build the indexes again from the rows, in one transaction."""
        self._require_whole("replay")
        with self._store.writing() as transaction:
            return replay(transaction, progress=progress)

    # -- what it knows of whom

    def facts(
        self,
        about: str | None = None,
        *,
        slot: str | None = None,
        question: str | None = None,
        valid_at: Moment | None = None,
        as_of: Moment | None = None,
        every: bool = False,
        session: str | None = None,
        scope: Scope = ANYONE,
    ) -> tuple[Fact, ...]:
        """Return what is known of somebody, newest first.

        Args:
            about: Whose facts: a name, or "user" for a user without one; None is everybody's.
            slot: Only those of this slot: "home", "job" …
            question: Only those that answer it, best first: "Where does Ann live?" One in the past
                tense is answered by what is over.
            valid_at: Those that held at this moment, by all that is known; None is now.
            as_of: By what the memory knew at this moment.
            every: Also what is over, was an error, is planned or retired, whenever it held.
            session: Shorthand for ``scope=Scope(session=…)``.
            scope: Only what was said in it.
        """
        arguments.texts([each for each in (about, slot, question) if each is not None], "facts")
        then = valid_at if valid_at is not None else as_of
        moment = self._moment(then)
        recipe, whose = self._shared.recipe.name, self._narrow(session, scope)
        with self._reading(None if as_of is None else parse(as_of, self._zone)) as snapshot:
            if question is None:
                found = known.facts(snapshot, recipe, whose)
                found = found if every else list(known.held(found, moment))
            else:
                at = None if then is None else moment
                found = known.answering(snapshot, recipe, whose, question, at)
        if about is not None:
            found = known.about_whom(found, about)
        return tuple(fact for fact in found if slot is None or fact.slot == slot)

    def profile(
        self,
        about: str = "user",
        *,
        valid_at: Moment | None = None,
        as_of: Moment | None = None,
        scope: Scope = ANYONE,
    ) -> Profile:
        """Return what is true of somebody, by slot; the arguments are those of ``facts``."""
        moment = self._moment(valid_at if valid_at is not None else as_of)
        found = self.facts(about, valid_at=moment, as_of=as_of, scope=scope)
        return known.profile(found, about, moment)

    def correct(self, fact_id: str, value: str, *, why: str = "") -> Receipt:
        """Put a fact right; ``forget`` retires one. Either stays so when its turn is read again.

        Args:
            fact_id: The wrong fact's.
            value: What is right.
            why: For the journal.

        Raises:
            NotFound: There is no such item here.
            InputError: It is no fact, or the value is no text.
        """
        if not isinstance(value, str) or not value.strip() or not _is_unicode(value):
            raise InputError(f"value: expected a text, not {value!r}")

        def plan(transaction: Transaction) -> turns.Plan:
            _, wrong = self._item(fact_id, transaction)
            if not holds_fact(wrong):
                raise InputError(f"item {fact_id} is a {wrong.kind}, not a fact")
            others = 0
            while transaction.tables.item_no(known.right_id(wrong, others)) is not None:
                others += 1
            right = known.put_right(wrong, value.strip(), others)
            items = (replace(wrong, status="hidden"), right)
            return turns.Plan(delta=Delta(items=items), ids=(right.id,), added=(right.id,))

        return self._write(self._header("correct", why), plan, None, "")

    def _moment(self, given: Moment | None) -> datetime:
        return self._clock() if given is None else parse(given, self._zone)

    # -- what it makes of it

    def learn(
        self,
        recipe: str | None = None,
        *,
        limit: int | None = None,
        redo: bool = False,
        progress: LearnProgress | None = None,
    ) -> Learned:
        """Let a recipe derive what it needs from all that it has not learnt from yet.

        What it makes is labelled by its name and recalled by it alone. Each session is a change of
        its own: broken off, it goes on where it was.

        Args:
            recipe: By name; None is this memory's own.
            limit: Learn from at most so many sessions.
            redo: Learn again from sessions in which a model failed.
            progress: Called with (sessions done, sessions in all).

        Raises:
            InputError: The recipe learns nothing.
        """
        self._require_whole("learn")
        return self._learning(recipe).learn(limit=limit, redo=redo, progress=progress)

    def consolidate(
        self,
        recipe: str | None = None,
        *,
        steps: int = 1_000,
        redo: bool = False,
        progress: LearnProgress | None = None,
    ) -> Learned:
        """Do what a recipe leaves for idle hours: learn, then go over what it has derived.

        Args:
            recipe: By name; None is this memory's own.
            steps: At most so many steps after learning, each a change of its own.
            redo: Learn again from sessions in which a model failed.
            progress: Called with (sessions done, sessions in all).

        Raises:
            InputError: The recipe learns nothing.
            RecipeError: A step failed; those before it stand.
        """
        self._require_whole("consolidate")
        learning = self._learning(recipe)
        learned = learning.learn(redo=redo, progress=progress)
        return replace(learned, steps=learning.consolidate(self._clock(), steps=steps))

    def recipes(self) -> tuple[RecipeKept, ...]:
        """Return the recipes that can be chosen here, and what this memory keeps of each."""
        self._require_whole("recipes")
        offered = recipes.offered()
        own = self._shared.recipe
        if own.name not in {each.name for each in offered}:
            offered = (*offered, recipes.described(own))
        with self._store.reading() as snapshot:
            return kept(snapshot, offered)

    def unlearn(self, recipe: str) -> Receipt:
        """Drop all that a recipe made; what was said stays, and it can learn anew.

        Raises:
            InputError: There is no such recipe.
        """
        self._require_whole("unlearn")
        return self._learning(recipe).drop()

    def _learn_at_once(
        self, scope: Scope, receipt: Receipt, recorded_at: Moment | None = None
    ) -> None:
        """Let the recipe learn from what was just stored; if that fails, it is there to be learnt.

        The write has been acknowledged: whatever happens here is told in the log alone. What is
        imported as of a day is learnt as of that day, or the next day could not be imported.
        """
        recipe = self._shared.recipe
        if not self._at_once or not receipt.added:
            return
        if not isinstance(recipe, Learner) or not recipe.at_once:
            return
        try:
            self._learning(None, recorded_at).session(scope, added=receipt.added)
        except MnemosError as error:
            _log.warning("not learnt from yet: %s", error)

    def _learning(self, recipe: str | None, recorded_at: Moment | None = None) -> Learning:
        own = recipe is None or recipe == self._recipe_name
        chosen = (
            self._shared.recipe
            if own
            else recipes.recipe(recipe or "", self._recipe_named[1], self._upkeep.embedder)
        )
        if not isinstance(chosen, Learner):
            raise InputError(f"the recipe {chosen.name!r} learns nothing: it needs what was said")

        def header(op: str, body: Mapping[str, JSON]) -> Header:
            made = self._header(op, "", recorded_at)
            return replace(made, body=dict(body), given=False)

        passed = self._passed if own else {}
        return Learning(
            self._store,
            chosen,
            self._decide,
            header=header,
            wake=self._upkeep.wake,
            passed=passed,
        )

    # -- what it means

    def embed(self, *, progress: Progress | None = None) -> Embedded:
        """Make the vectors that are missing, now, rather than bit by bit in the background.

        Args:
            progress: Called with (texts done, texts in all).

        Raises:
            ModelError: There is no embedder. One that fails does not raise: the turns are kept,
                ``failed`` counts their sessions, and they are tried again later.
        """
        self._require_whole("embed")
        return self._upkeep.embed(progress)

    def reindex(self, embedder: str | Embedder, *, progress: Progress | None = None) -> Embedded:
        """Change to another embedder; the old vectors serve until all of the new are made.

        Broken off, it goes on where it was when it is called again. With the embedder that the
        memory has, all vectors are made anew.

        Raises:
            ModelError: Some vectors could not be made; the old ones serve on.
        """
        self._require_whole("reindex")
        chosen = models.embedder(embedder) if isinstance(embedder, str) else embedder
        done = self._upkeep.reindex(chosen, progress)
        self._shared.recipe = recipes.recipe(*self._recipe_named, chosen)
        return done

    def vectors(self) -> VectorStatus:
        """Say which embedder the vectors are of, and how far they have come."""
        self._require_whole("vectors")
        return self._upkeep.status()

    def export(self, path: str | os.PathLike[str]) -> int:
        """Write the whole memory as lines of JSON; return how many.

        Raises:
            StoreError: There is such a file already, or it cannot be written.
        """
        target = Path(path)
        try:
            with target.open("x", encoding="utf-8") as file:
                return sum(1 for line in self.export_lines() if file.write(f"{line}\n"))
        except OSError as error:
            raise StoreError(f"{target}: cannot be written: {error.strerror}") from error

    def export_lines(self) -> Iterator[str]:
        """Yield the lines that ``export`` writes."""
        self._require_whole("export_lines")
        with self._store.reading() as snapshot:
            lines = portable.dump(snapshot)
            if self._store.files():
                yield from lines
                return
            kept = list(lines)  # without a file, a reader keeps all others waiting
        yield from kept

    @classmethod
    def load(
        cls,
        source: str | os.PathLike[str] | Iterable[str],
        path: str | os.PathLike[str] = ":memory:",
    ) -> Self:
        """Make a memory from an export: same ids, same journal, same state hash.

        Args:
            source: The exported file, or its lines.
            path: The new memory's file; must not hold anything.

        Raises:
            Corrupt: A line is damaged or missing; says which. No new file is left behind.
            StoreError: The new file already holds a memory, or the export cannot be read.
        """
        if isinstance(source, str | os.PathLike):
            try:
                with Path(source).open(encoding="utf-8") as file:
                    return cls.load(file, path)
            except OSError as error:
                raise StoreError(f"{source}: cannot be read: {error.strerror}") from error
            except UnicodeDecodeError as error:
                raise Corrupt(f"{source}: is no UTF-8, and so no export") from error
        lines = iter(source)
        settings = json.loads(portable.settings_of(next(lines, "")))
        with _nothing_left(path):
            memory = cls(path, language=settings["language"], time_zone=settings["time_zone"])
            try:
                with memory._store.writing() as transaction:
                    if transaction.head.seq:
                        raise StoreError(  # noqa: TRY301 - undone here
                            f"{memory._store.location}: already holds a memory"
                        )
                    portable.Loader(transaction).load(lines)
                    loaded = transaction.tables.space().live
                memory._upkeep.wake(loaded)
            except BaseException:
                memory.close()
                raise
        return memory

    @staticmethod
    def rescue(damaged: str | os.PathLike[str], path: str | os.PathLike[str]) -> Rescued:
        """Copy all that is whole in a damaged file into a new one; the damaged one is only read.

        Raises:
            NotAMemory: No page of the damaged file could be read as a memory's.
            StoreError: The new file already holds something.
        """
        settings = json.loads(rescue.settings(Path(damaged)) or "{}")
        language, time_zone = settings.get("language"), settings.get("time_zone")
        with Memory(path, language=language, time_zone=time_zone) as new:
            return rescue.rescue(Path(damaged), new._store)

    def backup(self, path: str | os.PathLike[str]) -> None:
        """Write a compact copy of the file; others may go on writing meanwhile.

        Raises:
            StoreError: There is such a file already.
        """
        self._require_whole("backup")
        self._store.copy_to(os.fspath(path))

    # -- views and ends

    @contextmanager
    def reader(self, *, as_of: Moment | None = None) -> Iterator[Reader]:
        """Open a snapshot as recipes see it; for recipes, training and the curious."""
        self._require_whole("reader")
        moment = None if as_of is None else parse(as_of, self._zone)
        with self._reading(moment) as snapshot:
            yield snapshot

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

    # -- small parts

    def _read(self, messages: Messages, expires_at: Moment | None) -> list[Draft]:
        read = drafts(messages, self._zone)
        if expires_at is None:
            return read
        moment = parse(expires_at, self._zone)
        return [replace(each, expires_at=each.expires_at or moment) for each in read]

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

    def _place(self, session: str | None, scope: Scope) -> turns.Place:
        return turns.Place(scope=self._narrow(session, scope), now=self._clock(), zone=self._zone)

    def _header(self, op: str, why: str, recorded_at: Moment | None = None) -> Header:
        if not isinstance(why, str) or not _is_unicode(why):
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

    def _number(self, after: str, snapshot: Snapshot) -> int:
        """Return the number of the item after which a page begins; it may be erased by now."""
        item_id = arguments.item_id(after)
        no = arguments.page_number(item_id)
        return self._item(item_id, snapshot)[0] if no is None else no

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
        if request_id is not None:
            name(request_id, "request_id")
            if self._scope != ANYONE:  # each view has its own
                view = self._scope
                request_id = journal.canonical([view.user, view.agent, view.session, request_id])
        with self._store.writing() as transaction:
            if request_id is not None:
                done = commit.done_before(transaction, request_id, header.op, payload)
                if done is not None:
                    return done
            planned = plan(transaction)
            receipt = commit.apply(transaction, header, planned)
            if request_id is not None:
                commit.note_request(transaction, request_id, header.op, payload, receipt)
        self._upkeep.wake(len(receipt.added))
        return receipt


@contextmanager
def _nothing_left(path: str | os.PathLike[str]) -> Iterator[None]:
    """Take away the file that the block made, if it fails; one that was there before stays."""
    made = os.fspath(path) != ":memory:" and not Path(path).exists()
    try:
        yield
    except BaseException as error:
        # A plain StoreError says that somebody else's memory is there by now.
        if made and type(error) is not StoreError:
            for suffix in ("", "-wal", "-shm"):
                Path(f"{os.fspath(path)}{suffix}").unlink(missing_ok=True)
        raise


def _is_unicode(text: str) -> bool:
    return not any(char == "\0" or "\ud800" <= char <= "\udfff" for char in text)


def _try_check(store: Store) -> list[str]:
    try:
        return [f"the file: {problem}" for problem in store.check()]
    except StoreError as error:
        return [f"the file: {error}"]
