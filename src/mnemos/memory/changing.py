"""Change your mind: put right, hide, bring back, destroy, take back."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import replace

from mnemos import arguments, commit
from mnemos import facts as known
from mnemos.errors import ConflictError, Erased, InputError, NotFound, UndoRefused
from mnemos.ingest import turns
from mnemos.ingest.facts.items import holds_fact
from mnemos.lifecycle import erase as erasure
from mnemos.lifecycle.erase import Certificate
from mnemos.lifecycle.marks import torn_again, with_following
from mnemos.lifecycle.policy import Faded, Fading, Policy, faded, fading
from mnemos.memory.opened import ANYONE, Opened
from mnemos.store import journal
from mnemos.store.change import Header, put, put_inverse
from mnemos.store.snapshot import Transaction
from mnemos.text.whole import whole
from mnemos.types import Delta, Receipt, Scope, Status


class Changing(Opened):
    """correct, forget, restore, fade, erase, undo: each one journalled event."""

    def correct(
        self, fact_id: str, value: str, *, why: str = "", request_id: str | None = None
    ) -> Receipt:
        """Put a fact right; ``forget`` retires one. Either stays so when its turn is read again.

        Args:
            fact_id: The wrong fact's.
            value: What is right.
            why: For the journal.

        Raises:
            NotFound: There is no such item here.
            InputError: It is no fact, or the value is no text.
        """
        if not isinstance(value, str) or not value.strip() or not whole(value):
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

        payload = journal.canonical([fact_id, value.strip()])
        return self._write(self._header("correct", why), plan, request_id, payload)

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
                delta=with_following(Delta(items=versions), versions, transaction),
                ids=wanted,
                added=added,
                existing=tuple(each for each in wanted if each not in added),
            )

        return self._write(self._header(op, why), plan, request_id, journal.canonical(wanted))

    def fade(
        self,
        policy: Policy | None = None,
        *,
        session: str | None = None,
        scope: Scope = ANYONE,
        preview: bool = False,
        why: str = "",
    ) -> Faded:
        """Hide what has expired, is too much or was not used for long; nothing is deleted.

        All of it is one event: ``undo`` takes it back, ``restore`` brings single items back. What
        users said is left alone unless the policy names "turn".

        Args:
            policy: What may fade; by default what recipes derived and has expired.
            session: Shorthand for ``scope=Scope(session=…)``.
            scope: Only of this scope.
            preview: Only say what would fade, and why.
            why: For the journal.
        """
        policy = Policy() if policy is None else policy
        if not isinstance(policy, Policy):
            raise InputError(f"policy: expected a Policy, not {type(policy).__name__}")
        whose, now, header = self._narrow(session, scope), self._clock(), self._header("fade", why)
        if preview:
            with self._store.reading() as snapshot:
                return faded(fading(policy, snapshot, whose, now))
        found = Fading()

        def plan(transaction: Transaction) -> turns.Plan:
            nonlocal found
            found = fading(policy, transaction, whose, now)
            ids = tuple(item.id for item in found.items)
            return turns.Plan(delta=Delta(items=(*found.items, *found.derived)), ids=ids, added=ids)

        receipt = self._write(header, plan, None, "")
        return faded(found, receipt)

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

    def undo(
        self, seq: int | None = None, *, why: str = "", request_id: str | None = None
    ) -> Receipt:
        """Take back an event, by appending its inverse.

        Args:
            seq: Which event; None is the newest that was not undone. Undoing an undo redoes. What
                a recipe learnt is passed over, for it goes with what it was learnt from; named by
                its seq it is undone as well, and made again when ``learn`` is asked to.
            why: For the journal.
            request_id: The same undo under the same id is done once: asked for again because its
                answer was lost, it does not take back one event more.

        Raises:
            UndoRefused: A later event changed the same rows, or it was an erase.
            NotFound: There is no such event, or none left to undo.
        """
        self._require_whole("undo")
        header = self._header("undo", why)
        return self._once(
            "undo",
            lambda transaction: _undone(transaction, seq, header),
            request_id,
            journal.canonical([seq]),
        )


def _undone(transaction: Transaction, seq: int | None, header: Header) -> Receipt:
    target = commit.newest_to_undo(transaction) if seq is None else seq
    row = transaction.tables.event(target)
    if row is None:
        raise NotFound(f"there is no event {target}; the newest is {transaction.head.seq}")
    if row.op == "erase":
        raise UndoRefused(f"event {target} was an erase; that cannot be undone")
    header.body["undoes"] = target
    change = transaction.change(header)
    met: list[str] = []
    spared = met if not commit.is_of_recipe(transaction, row) else None
    touched = tuple(put_inverse(change, transaction.tables, target, spared=spared))
    delta = with_following(Delta(), transaction.by_id(touched), transaction)
    marks = torn_again(met, transaction)
    put(change, replace(delta, states=(*delta.states, *marks)))
    event = transaction.close(change)
    return Receipt(ids=touched, added=touched, existing=(), seq=event.seq, head=event.hash.hex())
