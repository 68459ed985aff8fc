"""What belongs to hits is found, in a fixed order, and no hit is lost by it."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mnemos.recall import expand
from mnemos.recall.pagerank import Edges
from mnemos.types import Item, Link, Scope
from tests.unit.recall.small import Said, reader

pairs = st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), max_size=12)


def linked(*ends: tuple[int, int]) -> Edges:
    rows = np.array(ends, dtype=np.int64).reshape(-1, 2)
    return Edges(count=6, sources=rows[:, 0], targets=rows[:, 1], weights=np.ones(len(rows)))


def item(name: str, *sources: str) -> Item:
    moment = datetime(2024, 1, 1, tzinfo=UTC)
    return Item(
        id=name,
        text=name,
        scope=Scope(),
        position=0,
        said_at=moment,
        recorded_at=moment,
        sources=sources,
    )


@given(pairs, st.sets(st.integers(0, 5), max_size=2), st.integers(0, 6))
def test_hops_are_counted_as_a_plain_search_does(
    ends: list[tuple[int, int]], starts: set[int], most: int
) -> None:
    expected = dict.fromkeys(starts, 0)
    for hop in range(1, most + 1):
        ring = {node for node, far in expected.items() if far == hop - 1}
        for one, other in [*ends, *((other, one) for one, other in ends)]:
            if one in ring:
                expected.setdefault(other, hop)
    found = expand.hops(linked(*ends), sorted(starts), most)
    assert found.tolist() == [expected.get(node, -1) for node in range(6)]


def test_hops_below_nought_are_refused() -> None:
    with pytest.raises(ValueError, match="not -1"):
        expand.hops(linked(), [], -1)
    for start in (-1, 6):
        with pytest.raises(ValueError, match="one of 6 nodes"):
            expand.hops(linked(), [start], 1)


def test_links_to_items_that_are_not_there_are_left_out() -> None:
    links = [Link(source="a", target="b", type="x"), Link(source="a", target="gone", type="x")]
    assert len(expand.edges_of(links, ["b", "a"]).sources) == 1
    assert expand.edges_of([], []).count == 0


def test_heavier_children_come_first_and_other_types_not() -> None:
    links = [
        Link(source="p", target="a", type="child"),
        Link(source="p", target="b", type="child", weight=2),
        Link(source="p", target="c", type="similar"),
    ]
    assert expand.children(links, "child") == {"p": ("b", "a")}
    assert expand.parents(links, "similar") == {"c": ("p",)}
    assert expand.children([], "child") == {}


def test_a_link_to_itself_names_itself_both_ways() -> None:
    links = [Link(source="a", target="a", type="similar")]
    assert expand.children(links, "similar") == expand.parents(links, "similar") == {"a": ("a",)}


@given(
    st.lists(st.sampled_from("abcdef"), unique=True),
    st.dictionaries(st.sampled_from("abcdef"), st.lists(st.sampled_from("abcdef"))),
)
def test_no_hit_gives_way_to_what_is_linked(hits: list[str], beside: dict[str, list[str]]) -> None:
    found = expand.spread(hits, beside)
    assert set(hits) <= set(found) and len(set(found)) == len(found)
    assert {other for hit in hits for other in beside.get(hit, [])} <= set(found)


def test_a_turn_is_its_own_source() -> None:
    items = [item("f", "t2", "t1"), item("t2"), item("g", "t3")]
    assert expand.sources(items) == ["t2", "t1", "t3"]
    assert expand.sources([]) == []


def test_turns_beside_are_of_the_same_session_and_no_keys() -> None:
    talk = [
        Said(text="a0"),
        Said(text="key", key_of=0),
        Said(text="a1"),
        Said(text="b0", session="s2"),
        Said(text="a2"),
        Said(text="a3"),
    ]
    index = reader(talk).index
    assert expand.adjacent(index, [2], 1) == [0, 2, 4]
    assert expand.adjacent(index, [5, 3], 1) == [4, 5, 3]
    assert expand.adjacent(index, [2], 0) == [2]
    assert expand.adjacent(index, [], 3) == []


def test_what_may_not_come_back_is_stepped_over() -> None:
    index = reader([Said(text=f"t{n}") for n in range(5)]).index
    seen = np.array([True, False, True, False, True])
    assert expand.adjacent(index, [2], 1, seen) == [0, 2, 4]


def test_a_document_stands_alone() -> None:
    talk = [Said(text=f"d{n}", role="document", speaker="", session="x") for n in range(3)]
    assert expand.adjacent(reader(talk).index, [1], 2) == [1]
