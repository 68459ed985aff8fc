"""Limits: how many requests a key may make, and how much one of them may bring."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

#: So many keys' buckets are kept; of more, those not used for longest begin anew, full.
BUCKETS = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What a server takes.

    Args:
        requests_per_s: For each key, on average; 0 is no limit.
        burst: At once.
        body_bytes: Of one request; messages to import come a line at a time and have no such limit.
        line_bytes: Of one line of those.
        file_bytes: Of a file to import.
        unpacked_bytes: Of what such a file holds, where it is a zip.
        body_s: How long a whole body may take to come, or one line.
        head_s: How long a request's first lines may take.
        waiting: How many requests may be under way, before others are told to come again.
    """

    requests_per_s: float = 100.0
    burst: int = 200
    body_bytes: int = 16 << 20
    line_bytes: int = 1 << 20
    file_bytes: int = 512 << 20
    unpacked_bytes: int = 4 << 30
    body_s: float = 30.0
    head_s: float = 10.0
    waiting: int = 1_000


class Buckets:
    """Token buckets: one a key, each filled at the same rate.

    Args:
        rate: Tokens a second; 0 lets everything through.
        burst: What a bucket holds.
        clock: Tells seconds.

    >>> buckets = Buckets(rate=2, burst=1, clock=lambda: 0.0)
    >>> buckets.wait_s("a"), buckets.wait_s("a"), buckets.wait_s("b")
    (0.0, 0.5, 0.0)
    """

    def __init__(
        self, *, rate: float, burst: int, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._rate = rate
        self._burst = float(max(1, burst))
        self._clock = clock
        #: Name → (tokens, when they were counted).
        self._kept: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def wait_s(self, name: str) -> float:
        """Take a token, if there is one; return how long to wait for it, 0 if it was taken."""
        if not self._rate:
            return 0.0
        now = self._clock()
        tokens, counted = self._kept.get(name, (self._burst, now))
        tokens = min(self._burst, tokens + (now - counted) * self._rate)
        taken = tokens >= 1
        self._kept[name] = (tokens - taken, now)
        self._kept.move_to_end(name)
        if len(self._kept) > BUCKETS:
            self._kept.popitem(last=False)
        return 0.0 if taken else (1 - tokens) / self._rate
