"""Which page of its session each turn stands on, where a recipe has cut sessions into pages.

A page is a derived item whose place is that of its first turn; it reaches to the next page.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mnemos.arithmetic import Floats
from mnemos.recall.closeness import own as own_of
from mnemos.recall.combine import rrf
from mnemos.store.base import Index, Reader

Integers = NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pages:
    """The pages that may come back, and the turns that may.

    Args:
        docs: Of the pages, by session and place. Shape (pages,).
        turns: Document numbers of turns, ascending. Shape (n,).
        page: Of each turn, its place in ``docs``; −1 for a turn on none. Shape (n,).
    """

    docs: Integers
    turns: Integers
    page: Integers


def pages_of(reader: Reader, own: Index, eligible: NDArray[np.bool_] | None) -> Pages:
    """Return a recipe's pages and who stands on them.

    Args:
        reader: The snapshot.
        own: The index of what the recipe made.
        eligible: Documents that may come back; None is all. Shape (documents,).
    """
    docs = np.flatnonzero(own_of(own, eligible, keys=False))
    turns = np.flatnonzero(own_of(reader.index, eligible, keys=False))
    places, sought = _places(own, docs), _places(own, turns)
    order = np.argsort(places, kind="stable")
    docs, places = docs[order], places[order]
    page = np.searchsorted(places, sought, side="right") - 1
    scope = own.columns.scope
    on_none = page < 0
    if len(docs):
        on_none |= scope[docs[page]] != scope[turns]
    page[on_none] = -1
    return Pages(docs=docs, turns=turns, page=page)


def best_pages(pages: Pages, measures: Sequence[Floats]) -> list[int]:
    """Return the places of pages, best first: by the ranks of themselves and of their best turns.

    Args:
        pages: The pages.
        measures: Scores of all documents, from 0 up. Shapes (documents,).
    """
    on = pages.page >= 0
    found: list[Floats] = []
    for scores in measures:
        best = np.zeros(len(pages.docs))
        np.maximum.at(best, pages.page[on], scores[pages.turns[on]])
        found += [scores[pages.docs], best]
    return list(rrf([np.argsort(-each, kind="stable").tolist() for each in found]))


def in_place(pages: Pages, opened: Sequence[int]) -> tuple[Integers, Integers]:
    """Return the turns of opened pages, and what else is shown: turns on no page, closed pages.

    Args:
        pages: The pages.
        opened: Places of those that are opened.

    Returns:
        Document numbers of both.
    """
    on = np.isin(pages.page, np.asarray(opened, dtype=np.int64))
    closed = np.delete(pages.docs, opened)
    return pages.turns[on], np.concatenate([pages.turns[pages.page < 0], closed])


def _places(index: Index, docs: Integers) -> Integers:
    """Return session and place of documents as one number. Shape of docs."""
    rows = index.docs[docs]
    found: Integers = rows["scope"].astype(np.int64) << 32 | rows["position"].astype(np.int64)
    return found
