"""A memory goes down the tree as far as it is alike."""

from __future__ import annotations

import math
from collections.abc import Sequence

import pytest

from mnemos.ingest.tree import Spot, descend, threshold

TREE = {"root": ["a", "b"], "b": ["c", "d"]}


def spot(like: dict[str, float], tree: dict[str, list[str]] | None = None) -> Spot:
    nodes = TREE if tree is None else tree

    def alike(below: Sequence[str]) -> list[float]:
        return [like.get(node, 0) for node in below]

    return descend("root", lambda node: nodes.get(node, []), alike, base=0.4, rate=0.1)


def test_the_bar_rises_with_depth() -> None:
    for depth in range(30):
        assert threshold(depth, base=0.4, rate=0.1) == pytest.approx(0.4 * math.exp(0.1 * depth))


def test_what_is_like_nothing_becomes_a_child_of_the_root() -> None:
    assert spot({"a": 0.44, "b": 0.3}) == Spot(parent="root", path=("root",), splits=False)
    assert spot({}, {}) == Spot(parent="root", path=("root",), splits=False)


def test_a_leaf_that_is_reached_is_split() -> None:
    assert spot({"a": 0.45}) == Spot(parent="a", path=("root", "a"), splits=True)


def test_an_inner_node_takes_what_its_children_are_unlike() -> None:
    found = spot({"b": 0.5, "c": 0.48})  # the bar is .4420 at depth 1 and .4886 at 2
    assert found == Spot(parent="b", path=("root", "b"), splits=False)


def test_of_equals_the_first_child_is_taken() -> None:
    assert spot({"a": 0.5, "b": 0.5}).parent == "a"


def test_a_ring_and_what_is_no_number_are_refused() -> None:
    with pytest.raises(ValueError, match="below itself"):
        spot({"x": 1, "root": 1}, {"root": ["x"], "x": ["root"]})
    with pytest.raises(ValueError, match="not finite"):
        spot({"a": math.nan})
