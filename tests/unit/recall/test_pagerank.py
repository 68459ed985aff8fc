"""Personalised PageRank: right, exact, and the same in any order of links."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mnemos.arithmetic import Floats
from mnemos.recall.pagerank import Edges, pagerank


def edges(count: int, *links: tuple[int, int, float]) -> Edges:
    rows = np.array(links, dtype=np.float64).reshape(-1, 3)
    ends = rows[:, :2].astype(np.int64)
    return Edges(count=count, sources=ends[:, 0], targets=ends[:, 1], weights=rows[:, 2])


def solved(graph: Edges, restart: Floats, damping: float) -> Floats:
    """Return the exact shares, by solving the linear equations."""
    walk = np.zeros((graph.count, graph.count))
    for source, target, weight in zip(graph.sources, graph.targets, graph.weights, strict=True):
        walk[source, target] += weight
        if source != target:
            walk[target, source] += weight
    begin = restart / restart.sum()
    for node in range(graph.count):
        out = walk[node].sum()
        walk[node] = walk[node] / out if out else begin
    return np.linalg.solve(np.eye(graph.count) - damping * walk.T, (1 - damping) * begin)


links = st.lists(st.tuples(st.integers(0, 7), st.integers(0, 7), st.floats(0.1, 9)), max_size=20)


@given(links, st.lists(st.floats(0, 1), min_size=8, max_size=8), st.floats(0, 0.8))
def test_shares_are_those_of_the_equations(
    given_links: list[tuple[int, int, float]], restart: list[float], damping: float
) -> None:
    begin = np.array(restart) + [0.1] * 8
    graph = edges(8, *given_links)
    found = pagerank(graph, begin, damping=damping, steps=100)
    assert found == pytest.approx(solved(graph, begin, damping), abs=1e-8)
    assert found.sum() == pytest.approx(1, abs=1e-12)


@given(links)
def test_neither_order_nor_direction_of_links_changes_a_bit(
    given_links: list[tuple[int, int, float]],
) -> None:
    begin = np.arange(8.0)
    other = [(target, source, weight) for source, target, weight in given_links[::-1]]
    expected = pagerank(edges(8, *given_links), begin)
    assert pagerank(edges(8, *other), begin).tobytes() == expected.tobytes()


def test_a_stronger_link_brings_more() -> None:
    found = pagerank(edges(3, (0, 1, 3), (0, 2, 1)), [1, 0, 0])
    assert found[1] == pytest.approx(3 * found[2], rel=1e-8)


def test_a_node_without_links_sends_its_mass_back() -> None:
    assert pagerank(edges(2), [2, 2]).tolist() == [0.5, 0.5]
    assert pagerank(edges(3, (0, 1, 1)), [0, 0, 5]).tolist() == [0, 0, 1]


def test_what_cannot_be_reached_gets_nothing() -> None:
    found = pagerank(edges(4, (0, 1, 1), (2, 3, 1)), [1, 0, 0, 0])
    assert found[2:].tolist() == [0, 0]


def test_no_nodes_have_no_shares() -> None:
    assert pagerank(edges(0), []).shape == (0,)


def test_a_damping_of_nought_stays_where_it_began() -> None:
    assert pagerank(edges(2, (0, 1, 1)), [1, 3], damping=0).tolist() == [0.25, 0.75]


@pytest.mark.parametrize("restart", [[0, 0], [1, -1], [math.nan, 1], [1, 1, 1], [-1, 3]])
def test_a_walk_that_begins_nowhere_is_refused(restart: list[float]) -> None:
    with pytest.raises(ValueError, match="restart"):
        pagerank(edges(2, (0, 1, 1)), restart)


def test_links_that_lead_nowhere_are_refused() -> None:
    for bad in ((0, 2, 1.0), (-1, 0, 1.0)):
        with pytest.raises(ValueError, match="edges of 2 nodes"):
            edges(2, bad)
    with pytest.raises(ValueError, match="above nought"):
        edges(2, (0, 1, 0.0))
    with pytest.raises(ValueError, match="not finite"):
        edges(2, (0, 1, math.inf))
    with pytest.raises(ValueError, match="damping"):
        pagerank(edges(1), [1], damping=1.1)
