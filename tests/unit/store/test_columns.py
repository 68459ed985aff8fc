"""Columns that grow with each write are those that are made at once."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from mnemos.store.base import DOC
from mnemos.store.columns import columns

PLACES = st.lists(st.tuples(st.integers(0, 4), st.integers(0, 3)), max_size=40)


@given(places=PLACES, steps=st.lists(st.integers(0, 40), max_size=4))
def test_columns_that_grew_equal_those_made_at_once(
    places: list[tuple[int, int]], steps: list[int]
) -> None:
    docs = np.zeros(len(places), dtype=DOC)
    for number, (scope, position) in enumerate(places):
        docs["scope"][number], docs["position"][number] = scope, position
        docs["length"][number] = docs["flags"][number] = number
    grown = None
    for step in [*steps, len(docs)]:  # also back: an older snapshot may ask after a newer one
        grown = columns(docs[:step], grown)
    at_once = columns(docs)
    assert grown is not None
    assert grown.length.tolist() == at_once.length.tolist() == docs["length"].tolist()
    assert grown.scope.tolist() == at_once.scope.tolist() == docs["scope"].tolist()
    assert grown.flags.tolist() == at_once.flags.tolist() == docs["flags"].tolist()
    assert grown.order.tolist() == at_once.order.tolist()
    assert grown.places.tolist() == at_once.places.tolist()
    assert at_once.order[at_once.places].tolist() == list(range(len(docs)))
    assert at_once.order.tolist() == sorted(range(len(docs)), key=lambda no: (*places[no], no))
