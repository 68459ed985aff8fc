"""Records of documents are packed by hand: they must be what numpy reads."""

from __future__ import annotations

import numpy as np

from mnemos.store.base import DOC
from mnemos.store.index import MAX_TF, PACK_DOC, pack


def test_a_packed_record_is_a_record_of_documents() -> None:
    values = (1, 2, 3, -1, 4, 5, 6, 7, 8, -(2**60), 2**60, 2**62)
    packed = PACK_DOC(*values)
    assert len(packed) == DOC.itemsize
    assert np.frombuffer(packed, dtype=DOC)[0].item() == values


def test_frequencies_end_at_what_a_byte_holds() -> None:
    assert pack({"tea": 1, "the": MAX_TF + 1}) == ("tea\nthe", bytes([1, MAX_TF]))
    assert pack({}) == ("", b"")
