"""A tree grows by splitting leaves; a topic's vector is the majority of its leaves'."""

from __future__ import annotations

import numpy as np

from mnemos.ingest.growing import ROOT, Growing
from mnemos.store.signs import Signs

BITS = 8
#: b differs from a in one bit: cos(π/8) = .92; c in six: cos(6π/8) < 0; d from a in one other.
A, B, C, D = 0b11111111, 0b11111110, 0b00000011, 0b11111101


def row(bits: int) -> Signs:
    return np.array([bits], dtype=np.uint64)


def grow(tree: Growing, **leaves: int) -> list[bool]:
    return [tree.insert(name, row(bits), _topic).splits for name, bits in leaves.items()]


def _topic(one: str, other: str) -> str:
    return f"{one}+{other}"


def empty() -> Growing:
    return Growing([], np.zeros((0, 1), dtype=np.uint64), BITS, {})


def test_a_leaf_that_is_reached_becomes_a_topic_in_its_place() -> None:
    tree = empty()
    assert grow(tree, a=A, c=C, b=B) == [False, False, True]
    assert tree.children == {ROOT: ["a+b", "c"], "a+b": ["a", "b"]}
    assert tree.topics_of("b") == ["a+b"]


def test_a_topic_s_bits_are_what_most_of_its_leaves_say() -> None:
    tree = empty()
    grow(tree, a=A, b=B)
    assert tree.row("a+b")[0] == B  # of one and one neither: below nought is no one
    grow(tree, d=D)
    assert tree.topics_of("d")[-1] == "a+b"
    assert tree.row("a+b")[0] == A  # two of three in each bit


def test_leaves_are_told_in_their_order_and_by_how_central_they_are() -> None:
    tree = empty()
    grow(tree, b=B, a=A, d=D)
    (top,) = tree.children[ROOT]
    assert sorted(tree.leaves(top)) == ["a", "b", "d"]
    assert tree.central(top, 1) == ["a"]  # it equals the majority


def test_a_tree_that_was_kept_goes_on_as_one_that_was_not() -> None:
    whole, first = empty(), empty()
    names = {"a": A, "c": C, "b": B, "d": D, "e": 0b00000111, "f": 0b11111100}
    grow(whole, **names)
    early = dict(list(names.items())[:4])
    grow(first, **early)
    kept = np.stack([row(bits) for bits in early.values()])
    parents = {node: above for node, above in first.parents.items() if above != ROOT}
    again = Growing(list(early), kept, BITS, parents)
    assert again.children == first.children
    grow(again, e=names["e"], f=names["f"])
    assert again.children == whole.children
    assert all(np.array_equal(again.row(node), whole.row(node)) for node in whole.parents)


def test_links_tell_what_changed() -> None:
    tree = empty()
    grow(tree, a=A, b=B)
    links, ended = tree.relinked([], "r")
    assert [(link.source, link.target, link.type) for link in links] == [
        ("a+b", "a", "child"),
        ("a+b", "b", "child"),
    ]
    assert ended == []
    grow(tree, d=D)
    more, ended = tree.relinked(links, "r")
    assert len(more) == 3 and len(ended) == 1  # a leaf of the topic was split


def test_what_hangs_below_the_root_makes_no_topic() -> None:
    tree = empty()
    tree.hang("a", row(A))
    tree.hang("b", row(A))
    assert tree.children == {ROOT: ["a", "b"]}
