"""Spans for OpenTelemetry, where it is installed and something collects them; else nothing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from importlib.util import find_spec
from typing import Any


def tracer() -> Any | None:  # noqa: ANN401 - opentelemetry's, if it is there
    """Return OpenTelemetry's tracer for mnemos; None without ``mnemos[otel]``."""
    if find_spec("opentelemetry") is None:
        return None
    return import_module("opentelemetry.trace").get_tracer("mnemos")


@contextmanager
def span(made_by: Any | None, method: str) -> Iterator[dict[str, str | int]]:  # noqa: ANN401 - same
    """Surround a request; what is put into the dict that this yields becomes its attributes."""
    told: dict[str, str | int] = {}
    if made_by is None:
        yield told
        return
    with made_by.start_as_current_span(method) as current:
        try:
            yield told
        finally:
            if "http.route" in told:
                current.update_name(f"{method} {told['http.route']}")
            current.set_attributes(told)
