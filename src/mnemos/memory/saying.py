"""Say it: remember, sync, revise."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import asdict, replace
from functools import partial

from mnemos import commit
from mnemos.errors import MnemosError
from mnemos.ingest import turns
from mnemos.ingest.messages import Draft, Message, Messages, drafts, name
from mnemos.ingest.times import parse
from mnemos.lifecycle.marks import with_following
from mnemos.memory.deriving import Deriving
from mnemos.memory.opened import ANYONE, Moment
from mnemos.recipes.base import Learner
from mnemos.store import journal
from mnemos.store.snapshot import Transaction
from mnemos.types import Receipt, Scope

_log = logging.getLogger("mnemos")


class Saying(Deriving):
    """What is said is stored before anything else is tried with it."""

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
        plan = partial(turns.remember, read, place)
        return self._say(
            "remember", read, place, plan, recorded_at=recorded_at, request_id=request_id
        )

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
        plan = partial(turns.sync, read, place)
        return self._say("sync", read, place, plan, recorded_at=recorded_at, request_id=request_id)

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
            return replace(plan, delta=with_following(plan.delta, ended, transaction))

        payload = journal.canonical([ref, str(message), asdict(place.scope)])
        receipt = self._write(self._header("revise", why), plan, request_id, payload)
        self._learn_at_once(receipt)
        return receipt

    def _say(
        self,
        op: str,
        read: list[Draft],
        place: turns.Place,
        plan: Callable[[Transaction], turns.Plan],
        *,
        recorded_at: Moment | None,
        request_id: str | None,
    ) -> Receipt:
        """Store what was read, then let the recipe learn from it."""
        header = self._header(op, "", recorded_at)
        payload = "" if request_id is None else commit.said(read, place)
        receipt = self._write(header, plan, request_id, payload)
        self._learn_at_once(receipt, place.scope, recorded_at)
        return receipt

    def _read(self, messages: Messages, expires_at: Moment | None) -> list[Draft]:
        read = drafts(messages, self._zone)
        if expires_at is None:
            return read
        moment = parse(expires_at, self._zone)
        return [replace(each, expires_at=each.expires_at or moment) for each in read]

    def _place(self, session: str | None, scope: Scope) -> turns.Place:
        return turns.Place(scope=self._narrow(session, scope), now=self._clock(), zone=self._zone)

    def _learn_at_once(
        self, receipt: Receipt, scope: Scope | None = None, recorded_at: Moment | None = None
    ) -> None:
        """Let the recipe learn from what was just stored; if that fails, it is there to be learnt.

        The write has been acknowledged: whatever happens here is told in the log alone. What is
        imported as of a day is learnt as of that day, or the next day could not be imported.

        Args:
            receipt: Of the write.
            scope: Of what was stored; None looks it up.
            recorded_at: As of when it was imported.
        """
        recipe = self._shared.recipe
        if not self._at_once or not receipt.added:
            return
        if not isinstance(recipe, Learner) or not recipe.at_once:
            return
        try:
            if scope is None:
                with self._store.reading() as snapshot:
                    scope = self._item(receipt.ids[0], snapshot)[1].scope
            self._learning(None, recorded_at).session(scope, added=receipt.added)
        except MnemosError as error:
            _log.warning("not learnt from yet: %s", error)
