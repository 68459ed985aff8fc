"""A tree of leaves and topics that grows: each topic's vector is the majority of its leaves'.

The mean of sign bits, kept as sums of whole numbers, is exact in any order; its own signs stand for
the topic where nodes are compared.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from mnemos.ingest.place import points
from mnemos.ingest.tree import BASE, RATE, Spot, descend
from mnemos.store import cosine, signs
from mnemos.store.signs import Signs
from mnemos.types import Link

ROOT = ""


class Growing:
    """A tree whose root holds everything and is no node itself.

    Args:
        leaves: Ids of leaves there are, in the order in which they came.
        rows: Their sign bits. Shape (leaves, words).
        dimension: Bits that count in a row.
        parents: The topic above a node; a node without one is below the root.
    """

    def __init__(
        self, leaves: Sequence[str], rows: Signs, dimension: int, parents: Mapping[str, str]
    ) -> None:
        self._dimension = dimension
        self._rows = np.zeros((max(16, 2 * len(leaves)), signs.words(dimension)), dtype=np.uint64)
        self._place: dict[str, int] = {}
        self._sums: dict[str, NDArray[np.int64]] = {}
        self.parents: dict[str, str] = {}
        self.children: dict[str, list[str]] = {ROOT: []}
        for leaf, row in zip(leaves, rows, strict=True):
            node = leaf
            while node not in self.parents:
                above = parents.get(node, ROOT)
                self._hang(node, above)
                if above == ROOT:
                    break
                node = above
            self._set(leaf, row)
        below = [place for place, leaf in enumerate(leaves) if self.parents[leaf] != ROOT]
        for place, own in zip(below, points(rows[below], dimension), strict=True):
            self._add(leaves[place], own)
        for topic in self._sums:
            self._turn(topic)

    def insert(self, leaf: str, row: Signs, topic: Callable[[str, str], str]) -> Spot:
        """Put a leaf where it belongs (``tree.descend``).

        Args:
            leaf: Its id.
            row: Shape (words,).
            topic: The id of a new topic of two leaves, the older one first.

        Returns:
            Where it came; if it splits a leaf, that is the last of the path, in a new topic.
        """
        spot = descend(
            ROOT,
            lambda node: self.children.get(node, ()),
            lambda below: self._alike(below, row),
            base=BASE,
            rate=RATE,
        )
        above = spot.parent
        if spot.splits:
            old, above = above, topic(above, leaf)
            siblings = self.children[self.parents[old]]
            siblings[siblings.index(old)] = above  # in its place: of equals the first is taken
            self.parents[above] = self.parents[old]
            self.children[above] = [old]
            self.parents[old] = above
            own = self._rows[self._place[old]]
            self._sums[above] = points(own[np.newaxis], self._dimension)[0]
        self._hang(leaf, above)
        self._set(leaf, row)
        self._count(leaf, row)
        return spot

    def hang(self, leaf: str, row: Signs) -> None:
        """Put a leaf below the root, whatever it is like."""
        self._hang(leaf, ROOT)
        self._set(leaf, row)

    def topics_of(self, node: str) -> list[str]:
        """Return the topics above a node, the nearest first."""
        found = []
        while (node := self.parents[node]) != ROOT:
            found.append(node)
        return found

    def leaves(self, topic: str) -> list[str]:
        """Return the leaves below a topic, in the order of branches."""
        found, waiting = [], [topic]
        while waiting:
            node = waiting.pop()
            below = self.children.get(node)
            if below is None:
                found.append(node)
            else:
                waiting.extend(reversed(below))
        return found

    def central(self, topic: str, most: int) -> list[str]:
        """Return the leaves of a topic that are most like all of it, the most central first."""
        below = self.leaves(topic)
        like = self._alike(below, self._rows[self._place[topic]])
        return [below[place] for place in np.argsort(-like, kind="stable")[:most].tolist()]

    def row(self, node: str) -> Signs:
        """Return a node's sign bits. Shape (words,)."""
        found: Signs = self._rows[self._place[node]].copy()
        return found

    def relinked(self, before: Sequence[Link], recipe: str) -> tuple[list[Link], list[Link]]:
        """Return the links from topics to what is below them that are new, and those that ended.

        Args:
            before: Those there are; of one whose end is no node nothing is said.
            recipe: Whose they are.
        """
        known = {(link.source, link.target): link for link in before}
        now = {(above, node) for node, above in self.parents.items() if above != ROOT}
        fresh = [
            Link(source=above, target=node, type="child", made_by=recipe)
            for above, node in sorted(now - known.keys())
        ]
        ended = sorted(ends for ends in known.keys() - now if ends[1] in self.parents)
        return fresh, [known[ends] for ends in ended]

    def _alike(self, nodes: Sequence[str], row: Signs) -> NDArray[np.float64]:
        places = [self._place[node] for node in nodes]
        return cosine.likeness(self._rows[places], row, self._dimension)

    def _hang(self, node: str, above: str) -> None:
        self.parents[node] = above
        self.children.setdefault(above, []).append(node)

    def _count(self, leaf: str, row: Signs) -> None:
        """Count a leaf in the topics above it, which turn towards it."""
        if self.parents[leaf] != ROOT:
            self._add(leaf, points(row[np.newaxis], self._dimension)[0])
            for topic in self.topics_of(leaf):
                self._turn(topic)

    def _add(self, leaf: str, own: NDArray[np.int64]) -> None:
        for topic in self.topics_of(leaf):
            self._sums[topic] = self._sums[topic] + own if topic in self._sums else own

    def _turn(self, topic: str) -> None:
        self._set(topic, signs.pack(self._sums[topic].astype(np.float32)[np.newaxis])[0])

    def _set(self, node: str, row: Signs) -> None:
        place = self._place.setdefault(node, len(self._place))
        if place >= len(self._rows):
            self._rows = np.concatenate([self._rows, np.zeros_like(self._rows)])
        self._rows[place] = row
