"""What is too much gives way: whole, then short, then not at all; the least likely first."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Literal

Form = Literal["whole", "short", "gone"]


@dataclass(frozen=True)
class Less:
    """Where less will do, by labels from 1 on: the first is the best, and stays."""

    drop: list[int]
    shorten: list[int]

    def wrong(self, shown: int) -> str | None:
        """Say what is wrong with it, where a model was shown so many; None if nothing is.

        >>> Less([3], [2]).wrong(3), Less([1], []).wrong(3)
        (None, 'lines 2 to 3 can give way, not 1')
        """
        labels = [*self.drop, *self.shorten]
        outside = [label for label in labels if not 1 < label <= shown]
        if outside:
            return f"lines 2 to {shown} can give way, not {outside[0]}"
        return "a line stands twice" if len(set(labels)) < len(labels) else None


def degrade(
    whole: Sequence[int],
    short: Sequence[int | None],
    budget: int,
    *,
    shorten: Collection[int] = (),
    drop: Collection[int] = (),
) -> list[Form]:
    """Return in which form each of several hits is shown; the first stays as it is.

    From the last up each is shortened until all fit; then, if they do not, from the last up each is
    dropped (SCM). The first alone may be too much.

    Args:
        whole: What each costs, best first.
        short: What its summary costs; None where there is none. Shape of whole.
        budget: What they may cost together.
        shorten: Places of those that are shortened to begin with, where they can be.
        drop: Places of those that are dropped to begin with.

    >>> degrade([5, 9, 9, 4], [1, 2, None, 1], 20)
    ['whole', 'short', 'whole', 'short']
    >>> degrade([5, 9, 9, 4], [1, 2, None, 1], 10), degrade([9], [1], 5)
    (['whole', 'short', 'gone', 'gone'], ['whole'])
    """
    costs = [*whole]
    forms: list[Form] = ["whole"] * len(whole)
    upwards = range(len(whole) - 1, 0, -1)
    steps: list[tuple[int, Form, bool]] = [
        *((place, "gone", True) for place in upwards if place in drop),
        *((place, "short", True) for place in upwards if place in shorten),
        *((place, "short", False) for place in upwards),
        *((place, "gone", False) for place in upwards),
    ]
    for place, form, chosen in steps:
        less = 0 if form == "gone" else short[place]
        if less is not None and less < costs[place] and (chosen or sum(costs) > budget):
            costs[place], forms[place] = less, form
    return forms
