"""How long calls take, and how that is told."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Sequence

from bench import machine

#: What is told of very many durations; of fewer the last says little.
SHARES = (0.5, 0.95, 0.99)


def timed(call: Callable[[], object]) -> float:
    """Return how many seconds a call takes."""
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


def spread(
    name: str, seconds: Sequence[float], shares: Sequence[float] = SHARES
) -> dict[str, float]:
    """Return percentiles in milliseconds, by a name for each.

    >>> spread("write", [0.002, 0.001, 0.004], (0.5, 0.95))
    {'write p50 ms': 2.0, 'write p95 ms': 4.0}
    """
    return {
        f"{name} p{100 * share:.0f} ms": 1e3 * machine.percentile(seconds, share)
        for share in shares
    }


class Sample:
    """Durations of any number of calls in the memory of a few (reservoir, Vitter 1985).

    Args:
        room: How many are held; of more, each is among them with the same odds.
    """

    def __init__(self, room: int = 20_000) -> None:
        self.seconds: list[float] = []
        self.count = 0
        self._room = room
        self._random = random.Random(room)

    def add(self, seconds: float) -> None:
        """Take in one more."""
        self.count += 1
        if len(self.seconds) < self._room:
            self.seconds.append(seconds)
        elif (place := self._random.randrange(self.count)) < self._room:
            self.seconds[place] = seconds
