"""A turn is linked to what called it to mind: these links say how much of it is left."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from mnemos.lifecycle.fade import retention
from mnemos.store.base import Reader
from mnemos.store.journal import microseconds, moment
from mnemos.types import Item


def left(
    turns: Iterable[Item], now: datetime, reader: Reader, *, recipe: str, stretch: timedelta
) -> dict[str, float]:
    """Return how much of each turn is left, by id: R = e^(−t/S).

    S is 1 and one for each recall; t is counted from the last of them. A recall is a link from the
    turn to the item that called it to mind, of the weight of so many, when that was said.

    Args:
        turns: What fades.
        now: What is linked from later than that is not counted.
        reader: The snapshot.
        recipe: Whose links.
        stretch: The time in which t is counted.
    """
    own = list(turns)
    calls = {
        turn.id: [
            link
            for link in reader.links(turn.id)
            if link.made_by == recipe and link.source == turn.id
        ]
        for turn in own
    }
    callers = sorted({link.target for several in calls.values() for link in several})
    said = {item.id: item.said_at for item in reader.by_id(callers) if item.status == "active"}
    ages, strengths = [], []
    for turn in own:
        recalls = [link for link in calls[turn.id] if said.get(link.target, now) < now]
        last = max([turn.said_at, *(said[link.target] for link in recalls)])
        ages.append(max(timedelta(0), now - last) / stretch)
        strengths.append(1.0 + sum(link.weight for link in recalls))
    shares = retention(ages, strengths).tolist()
    return dict(zip((turn.id for turn in own), shares, strict=True))


def last_said(until: datetime, reader: Reader, able: NDArray[np.bool_]) -> datetime:
    """Return when the last of some documents was said by then; ``until`` if none was.

    Where nobody talks, nothing fades: a conversation taken up after years stands as it was left.
    """
    rows = reader.index.docs["said_at"][able]
    before = rows[rows <= microseconds(until)]
    return moment(int(before.max())) if len(before) else until
