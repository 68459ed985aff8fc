"""A plan becomes an event once: request ids, receipts, and what undo takes next."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict

from mnemos.errors import NotFound, RequestConflict
from mnemos.ingest import turns
from mnemos.ingest.messages import Draft, name
from mnemos.store import journal
from mnemos.store.change import Header, put
from mnemos.store.snapshot import Transaction
from mnemos.store.tables import EventRow, Request
from mnemos.types import Delta, Receipt


def apply(transaction: Transaction, header: Header, planned: turns.Plan) -> Receipt:
    """Apply a plan as one event; an empty one makes none."""
    seq, head = transaction.head.seq, transaction.head.hash
    if planned.delta != Delta():
        change = transaction.change(header)
        put(change, planned.delta)
        event = transaction.close(change)
        seq, head = event.seq, event.hash.hex()
    return Receipt(
        ids=planned.ids, added=planned.added, existing=planned.existing, seq=seq, head=head
    )


def done_before(transaction: Transaction, request_id: str, op: str, payload: str) -> Receipt | None:
    """Return the receipt of a write that was made under this request_id.

    Raises:
        RequestConflict: It was another write, or that can no longer be told.
    """
    request = transaction.tables.request(request_id)
    if request is None:
        return None
    if request.nonce is None:
        raise RequestConflict(
            f"request_id {request_id!r} was used for a {request.op}; what it wrote has been erased "
            f"(event {request.seq})"
        )
    other_payload = journal.commitment(request.nonce, payload.encode()) != request.digest
    if request.op != op or other_payload:
        raise RequestConflict(
            f"request_id {request_id!r} was used for a {request.op} with other content "
            f"(event {request.seq})"
        )
    kept = json.loads(request.receipt)
    return Receipt(
        ids=tuple(kept["ids"]),
        added=tuple(kept["added"]),
        existing=tuple(kept["existing"]),
        seq=request.seq,
        head=kept["head"],
    )


def note_request(
    transaction: Transaction, request_id: str, op: str, payload: str, receipt: Receipt
) -> None:
    """Keep a receipt for when the same request comes again."""
    nonce = transaction.nonce()
    kept = asdict(receipt)
    del kept["seq"]
    transaction.tables.put_request(
        Request(
            request_id=name(request_id, "request_id"),
            op=op,
            seq=receipt.seq,
            nonce=nonce,
            digest=journal.commitment(nonce, payload.encode()),
            receipt=journal.canonical(kept),
        )
    )


def newest_to_undo(transaction: Transaction) -> int:
    """Return the newest event that is no undo and was not undone.

    What was learnt is passed over: it goes with what it was learnt from, or is named by its seq.

    Raises:
        NotFound: There is none.
    """
    undone: set[int] = set()
    for seq in range(transaction.head.seq, 0, -1):
        row = transaction.tables.event(seq)
        if row is None or seq in undone:
            continue
        if row.op in {"erase", "learn"}:
            continue  # it stays, or goes with what it came from
        if row.op != "undo":
            return seq
        undone.add(json.loads(row.body)["undoes"])
    raise NotFound("there is nothing to undo")


def is_of_recipe(transaction: Transaction, event: EventRow) -> bool:
    """Say whether an event is a recipe's own, or undid one, or undid that."""
    root: EventRow | None = event
    while root is not None and root.op == "undo":
        root = transaction.tables.event(json.loads(root.body)["undoes"])
    return root is not None and root.op in {"learn", "consolidate", "drop"}


def said(read: Sequence[Draft], place: turns.Place) -> str:
    """Return what a write says, as text: equal for equal writes."""
    rows = [
        [
            each.role,
            each.text,
            each.speaker,
            each.ref,
            None if each.said_at is None else journal.microseconds(each.said_at),
            None if each.expires_at is None else journal.microseconds(each.expires_at),
            each.metadata,
            each.attrs,
        ]
        for each in read
    ]
    return journal.canonical([asdict(place.scope), rows])
