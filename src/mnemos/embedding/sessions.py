"""What a session in the queue wants, and its documents as lines."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from mnemos.embedding.blocks import Line, line_of
from mnemos.store.snapshot import Snapshot
from mnemos.store.tables import Tables
from mnemos.store.vector_tables import Placed, Waiting
from mnemos.types import Key


def wanted(tables: Tables, embedder: int, waiting: Waiting) -> list[Placed]:
    """Return the documents from where a session has to be cut again.

    That is where the block begins that holds the turn before the first that is new: up to there
    nothing can have changed.
    """
    scope_no = waiting.scope_no
    position = tables.position_from(scope_no, waiting.first_no)
    if position is None:
        position = np.iinfo(np.int64).max
    before = tables.before(embedder, scope_no, int(position))
    while before is not None:
        position = before.position
        if before.block == before.no:
            break
        before = tables.before(embedder, scope_no, before.position)
    return tables.placed(embedder, scope_no, position=int(position), first_no=waiting.first_no)


def chain(rows: Sequence[Placed]) -> tuple[list[Placed], list[Placed]]:
    """Return the turns that follow one another, and the documents that stand alone."""
    chain: list[Placed] = []
    alone: list[Placed] = []
    for row in rows:  # by position, then number
        first = row.said and not (chain and chain[-1].position == row.position)
        (chain if first else alone).append(row)
    return chain, alone


def read(snapshot: Snapshot, rows: Sequence[Placed]) -> list[Line]:
    """Return documents as lines, without those that were erased meanwhile."""
    items = {
        row.no: row.item
        for row in snapshot.tables.items_at([row.no for row in rows if not row.key])
    }
    found = []
    for row in rows:
        item = items.get(row.no)
        if item is not None:
            if item.role == "document":  # of a title, the first version is what was indexed
                item = snapshot.tables.versions(row.no)[0].item
            found.append(line_of(row.no, item))
            continue
        side = snapshot.tables.side("key", row.no) if row.key else None
        if side is not None and isinstance(side.value, Key):
            found.append(line_of(row.no, side.value))
    return found
