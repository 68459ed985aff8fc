"""A request whose items were erased can neither be guessed from its digest nor be done again."""

from __future__ import annotations

import pytest

from mnemos import Memory, RequestConflict


def test_a_request_of_erased_items_is_not_acknowledged_again() -> None:
    with Memory(":memory:") as memory:
        ids = memory.remember("a", request_id="r").ids
        memory.erase(ids)
        with pytest.raises(RequestConflict, match="what it wrote has been erased"):
            memory.remember("something quite different", request_id="r")
        with pytest.raises(RequestConflict, match="what it wrote has been erased"):
            memory.remember("a", request_id="r")
        assert memory.stats().items == {}


def test_the_nonce_goes_with_items_that_an_earlier_event_had_stored() -> None:
    hello, pin, bye = (
        {"role": "user", "content": text} for text in ("hello", "my PIN is 4711", "bye")
    )
    with Memory(":memory:") as memory:
        memory.sync([hello, pin], session="s")
        written = memory.sync([hello, pin, bye], session="s", request_id="q")
        kept = memory.remember("not named by it", request_id="other")
        memory.erase(written.ids[1])
        with memory._store.reading() as snapshot:
            nonces = {each.request_id: each.nonce for each in snapshot.tables.requests()}
        assert nonces["q"] is None
        assert nonces["other"] is not None
        assert memory.remember("not named by it", request_id="other") == kept
