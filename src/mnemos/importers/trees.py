"""Messages that know the one before them, put in order: one path first, then what leaves it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping


def in_order(parents: Mapping[str, str], leaf: str | None) -> Iterator[str]:
    """Yield all ids, each after its parent: the path to ``leaf``, then every branch.

    Args:
        parents: Id → the id before it; one that is not among them begins a tree. In the order of
            the source, which decides between branches. A circle is cut where it is entered.
        leaf: The last message of the path that counts; None is the last that was given.
    """
    seen: set[str] = set()
    last = leaf if leaf in parents else next(reversed(list(parents)), None)
    for start in [*([] if last is None else [last]), *parents]:
        branch = []
        each = start
        while each in parents and each not in seen:
            branch.append(each)
            seen.add(each)
            each = parents[each]
        yield from reversed(branch)
