"""A tree of memories takes a new one: down to the node that it is near enough to (MemTree).

arXiv:2410.14052: at each node go to the most similar child if its cosine is at least θ(d) =
θ0 · e^(λ d), else attach a new leaf here. A leaf that is reached becomes a parent of what it was
and of the new one. The deeper, the more alike it must be.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from mnemos.arithmetic import exp, finite

#: Of an unofficial port: θ0 = .4, λ = .5 / 15.
BASE, RATE = 0.4, 0.5 / 15


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """Where a new memory goes.

    Args:
        parent: The node to attach to.
        path: From the root to the parent, both in: all of them are to be summed up anew.
        splits: The parent was a leaf: what it was becomes a child of its own first.
    """

    parent: str
    path: tuple[str, ...]
    splits: bool


def threshold(depth: int, *, base: float = BASE, rate: float = RATE) -> float:
    """Return how alike a child at a depth must be: θ0 · e^(λ d).

    Args:
        depth: Of the child: 1 below the root.
        base: θ0.
        rate: λ.

    >>> round(threshold(1, base=0.4, rate=0.1), 6), threshold(0)  # .4 × e^.1
    (0.442068, 0.4)
    """
    return base * float(exp(rate * depth))


def descend(
    root: str,
    children: Callable[[str], Sequence[str]],
    likeness: Callable[[Sequence[str]], ArrayLike],
    *,
    base: float = BASE,
    rate: float = RATE,
) -> Spot:
    """Return where a memory goes in a tree.

    Args:
        root: The node that holds everything and has no content.
        children: Of a node; none of a leaf.
        likeness: Of the new memory with nodes: one cosine each.
        base: θ0.
        rate: λ.

    >>> tree = {"root": ["tea", "cats"], "cats": ["tom", "felix"]}
    >>> like = {"tea": 0.1, "cats": 0.5, "tom": 0.3, "felix": 0.2}
    >>> def alike(nodes): return [like[node] for node in nodes]
    >>> descend("root", lambda node: tree.get(node, []), alike)
    Spot(parent='cats', path=('root', 'cats'), splits=False)
    >>> like["tom"] = 0.9
    >>> descend("root", lambda node: tree.get(node, []), alike)
    Spot(parent='tom', path=('root', 'cats', 'tom'), splits=True)
    """
    path = [root]
    while True:
        below = list(children(path[-1]))
        if not below:
            return Spot(parent=path[-1], path=tuple(path), splits=len(path) > 1)
        values = finite(likeness(below), "likenesses")
        best = int(np.argmax(values))  # of equals the first
        if values[best] < threshold(len(path), base=base, rate=rate):
            return Spot(parent=path[-1], path=tuple(path), splits=False)
        if below[best] in path:
            raise ValueError(f"{below[best]} is below itself: {' > '.join(path)}")
        path.append(below[best])
