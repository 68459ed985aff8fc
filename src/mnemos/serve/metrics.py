"""Figures of a running server, as Prometheus reads them; no tenant and no key is named."""

from __future__ import annotations

import threading
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterator, Mapping

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
#: Upper ends of the buckets, in seconds.
BUCKETS_S = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)


class Metrics:
    """Counts requests and measures how long they take.

    >>> metrics = Metrics()
    >>> metrics.gauge("mnemos_open_memories", "Files that are open.", lambda: 3)
    >>> metrics.request("recall", 200, 0.004)
    >>> [line for line in metrics.text().splitlines() if "total{" in line or line.endswith(" 3")]
    ['mnemos_requests_total{route="recall",status="200"} 1', 'mnemos_open_memories 3']
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._requests: Counter[tuple[str, int]] = Counter()
        self._buckets: dict[str, list[int]] = {}
        self._seconds: Counter[str] = Counter()
        self._gauges: dict[str, tuple[str, Callable[[], float]]] = {}

    def gauge(self, name: str, about: str, read: Callable[[], float]) -> None:
        """Tell a figure that goes up and down."""
        self._gauges[name] = (about, read)

    def request(self, route: str, status: int, seconds: float) -> None:
        """Count a request that was answered."""
        with self._lock:
            self._requests[route, status] += 1
            counts = self._buckets.setdefault(route, [0] * (len(BUCKETS_S) + 1))
            counts[bisect_left(BUCKETS_S, seconds)] += 1
            self._seconds[route] += seconds  # type: ignore[assignment] # counts seconds

    def text(self) -> str:
        """Return all figures."""
        with self._lock:
            return "\n".join([*self._counted(), *self._timed(), *self._read()]) + "\n"

    def _counted(self) -> Iterator[str]:
        yield from _head("mnemos_requests_total", "counter", "Requests, by route and status.")
        for (route, status), count in sorted(self._requests.items()):
            yield _line("mnemos_requests_total", {"route": route, "status": str(status)}, count)

    def _timed(self) -> Iterator[str]:
        name = "mnemos_request_seconds"
        yield from _head(name, "histogram", "How long requests took, by route.")
        for route, counts in sorted(self._buckets.items()):
            total = 0
            for end, count in zip((*map(str, BUCKETS_S), "+Inf"), counts, strict=True):
                total += count
                yield _line(f"{name}_bucket", {"route": route, "le": end}, total)
            yield _line(f"{name}_sum", {"route": route}, self._seconds[route])
            yield _line(f"{name}_count", {"route": route}, total)

    def _read(self) -> Iterator[str]:
        for name, (about, read) in self._gauges.items():
            yield from _head(name, "gauge", about)
            yield f"{name} {read():g}"


def _head(name: str, kind: str, about: str) -> tuple[str, str]:
    return f"# HELP {name} {about}", f"# TYPE {name} {kind}"


def _line(name: str, labels: Mapping[str, str], value: float) -> str:
    inside = ",".join(f'{key}="{each}"' for key, each in labels.items())
    return f"{name}{{{inside}}} {value:g}"
