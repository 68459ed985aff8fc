"""Spans say which route was asked and how it went, and no word of what was said."""

from __future__ import annotations

from pathlib import Path

import pytest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from mnemos import NotFound
from mnemos.serve import tracing
from tests.unit.serve.rest.serving import served


def test_each_request_is_a_span(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    exporter = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    monkeypatch.setattr(tracing, "tracer", lambda: provider.get_tracer("mnemos"))
    with served(tmp_path, file="x.mnemos") as running, running.client() as client:
        client.remember("Xylophonia")
        with pytest.raises(NotFound):
            client.get("nothing")
    spans = exporter.get_finished_spans()
    assert [span.name for span in spans] == ["POST remember", "GET get"]
    assert [(span.attributes or {})["http.response.status_code"] for span in spans] == [200, 404]
    assert not [span for span in spans if "Xylophonia" in span.to_json()]


def test_without_opentelemetry_there_is_no_tracer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tracing, "find_spec", lambda _: None)
    assert tracing.tracer() is None
    with tracing.span(None, "GET") as told:
        told["http.route"] = "recall"
