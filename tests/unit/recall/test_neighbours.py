"""Neighbours are found in the order of sessions, however the turns were written."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from mnemos.recall import neighbours as module
from mnemos.recall.neighbours import neighbours
from tests.unit.recall.small import Said, reader


@settings(max_examples=80)
@given(
    turns=st.lists(st.tuples(st.sampled_from("abc"), st.booleans()), min_size=1, max_size=30),
    mask=st.lists(st.booleans(), min_size=30, max_size=30),
)
def test_neighbours_are_those_that_a_plain_search_finds(
    turns: list[tuple[str, bool]], mask: list[bool]
) -> None:
    index = reader([Said(text="x", session=session) for session, _ in turns]).index
    eligible = np.array(mask[: len(turns)])
    numbers = list(range(len(turns)))
    docs = np.arange(len(turns))
    for seen in (None, eligible):
        expected = np.full((4, len(turns)), -1)
        for doc, (session, _) in enumerate(turns):
            same = [number for number in numbers if turns[number][0] == session]
            place = same.index(doc)
            before = same[max(0, place - module.REACH) : place][::-1]
            after = same[place + 1 : place + 1 + module.REACH]
            for side, others in enumerate((before, after)):
                good = [other for other in others if seen is None or seen[other]][:2]
                for rank, other in enumerate(good):
                    expected[side + 2 * rank, doc] = other
        assert neighbours(index, docs, seen).tolist() == expected.tolist()


def test_keys_of_a_turn_are_not_its_neighbours() -> None:
    talk = [Said(text="one"), Said(text="key", key_of=0), Said(text="two")]
    index = reader(talk).index
    assert neighbours(index, np.array([0, 2]), None)[:2].tolist() == [[-1, 0], [2, -1]]
