"""Which model a space's vectors are of, and how it gets those of another.

``begin_reindex`` makes a second set beside the one that serves; ``switch`` puts it in its place
once it is whole. A process that is killed in between leaves a file that goes on from there.
"""

from __future__ import annotations

from dataclasses import replace

from mnemos.errors import ModelMismatch
from mnemos.store.snapshot import Transaction
from mnemos.store.tables import Tables
from mnemos.store.vector_change import enqueue_all
from mnemos.store.vector_tables import EmbedderRow, EmbedderState
from mnemos.store.vectors import embedder_in
from mnemos.types import ModelId


def bind(transaction: Transaction, model: ModelId) -> EmbedderRow:
    """Bind a space to a model, once: all that it holds is put into the queue.

    Raises:
        ModelMismatch: It is bound to another.
    """
    serving = embedder_in(transaction.tables, "serving")
    if serving is None:
        return _add(transaction.tables, model, "serving")
    check(serving.model, model)
    return serving


def check(bound: ModelId, model: ModelId) -> None:
    """Refuse a model that stored vectors are not of.

    Raises:
        ModelMismatch: Names both.
    """
    if bound != model:
        raise ModelMismatch(
            f"this memory holds vectors of {bound}; {model} gives others: "
            "reindex to use it, or go on with the one it has"
        )


def begin_reindex(transaction: Transaction, model: ModelId) -> EmbedderRow:
    """Begin to make a model's vectors beside those that serve, or go on with that.

    Those of a third model that were begun and not finished are given up. Making those of the
    serving model again is allowed: it mends what is damaged.
    """
    tables = transaction.tables
    if embedder_in(tables, "serving") is None:
        return _add(tables, model, "serving")
    building = embedder_in(tables, "building")
    if building is not None and building.model == model:
        return building
    if building is not None:
        tables.put_embedder(replace(building, state="dropped"))
    return _add(tables, model, "building")


def switch(transaction: Transaction) -> bool:
    """Let the vectors that were built serve; say whether there were any and they are whole."""
    tables = transaction.tables
    serving, building = embedder_in(tables, "serving"), embedder_in(tables, "building")
    if building is None or tables.queue(building.no):
        return False
    if serving is not None:
        tables.put_embedder(replace(serving, state="dropped"))
    tables.put_embedder(replace(building, state="serving"))
    transaction.__dict__.pop("vectors", None)
    return True


def sweep(transaction: Transaction, limit: int = 2000) -> bool:
    """Delete some of the vectors that serve no more; say whether there are any left."""
    tables = transaction.tables
    for row in tables.embedders():
        if row.state == "dropped":
            nos = tables.some_vectors(row.no, limit)
            tables.drop_vectors(row.no, nos)
            if not nos:
                tables.drop_scan(row.no)
                tables.drop_embedder(row.no)
            return True
    return False


def _add(tables: Tables, model: ModelId, state: EmbedderState) -> EmbedderRow:
    no = max((row.no for row in tables.embedders()), default=0) + 1
    row = EmbedderRow(no=no, model=model, state=state)
    tables.put_embedder(row)
    enqueue_all(tables, [row])
    return row
