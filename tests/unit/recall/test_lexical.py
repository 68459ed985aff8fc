"""Impacts are whole numbers that mean the same in any store."""

from __future__ import annotations

import numpy as np
import pytest

from mnemos.recall.lexical import MANY, SHORT, all_impacts, idf, impacts, scale, weigh
from mnemos.store.base import Postings
from tests.unit.recall.small import Said, reader


def test_rarer_terms_weigh_more_and_none_less_than_nought() -> None:
    weights = [idf(100, df) for df in range(101)]
    assert weights == sorted(weights, reverse=True)
    assert weights[-1] >= 0


def test_repeats_saturate_and_length_counts_against() -> None:
    norms = SHORT.norms(np.array([5, 5, 50], dtype=np.uint16), 10.0)
    once, thrice, long = impacts(4096, np.array([1.0, 3.0, 1.0]), norms).tolist()
    assert long < once < thrice < 3 * once
    assert thrice < 4096


def test_an_unknown_term_counts_among_what_could_be_attained() -> None:
    index = reader([Said(text="tea")] * 3).index
    known = weigh([("tea", 1.0)], index)
    more = weigh([("tea", 1.0), ("chess", 1.0)], index)
    assert more[1].postings is None
    assert scale(more, index.live) > scale(known, index.live)


def test_look_alikes_are_joined_at_half_weight() -> None:
    talk = [Said(text="stove stove"), Said(text="stoves"), Said(text="stone")]
    (term,) = weigh([("stofe", 1.0)], reader(talk).index)
    assert term.postings is not None
    assert term.postings.docs.tolist() == [0, 1, 2]
    assert term.postings.tf.tolist()[0] == 2
    assert term.share == pytest.approx(0.5)


def test_a_table_of_impacts_gives_what_working_out_each_gives() -> None:
    many = MANY + 7
    numbers = np.arange(many)
    lengths = (numbers * 7919 % 61).astype(np.uint16)
    postings = Postings(
        docs=numbers.astype(np.int32), tf=(1 + numbers * 104_729 % 5).astype(np.uint8)
    )
    found = all_impacts(31_337, postings, lengths, SHORT, 9.5)
    norms = SHORT.norms(lengths, 9.5)
    expected = impacts(31_337, postings.tf.astype(np.float64), norms)
    assert found.tolist() == expected.tolist()
