"""Who gets in over HTTP, and who does not."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from mnemos.serve.loopback import is_loopback
from mnemos.serve.mcp.transport import MOST_BODY_BYTES
from mnemos.serve.rest.server import listening
from tests.unit.serve.command_line import Run
from tests.unit.serve.mcp import talking

ACCEPT = {"accept": "application/json, text/event-stream"}
PING = {"jsonrpc": "2.0", "id": 1, "method": "ping"}


@pytest.fixture(scope="module")
def open_to_us(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with talking.listening(tmp_path_factory.mktemp("http") / "open.mnemos") as (url, _):
        yield url


def _post(url: str, **headers: str) -> httpx.Response:
    return httpx.post(url, json=PING, headers=ACCEPT | headers, timeout=60)


def test_a_client_of_this_machine_is_let_in(open_to_us: str) -> None:
    port = httpx.URL(open_to_us).port
    assert _post(open_to_us).json()["result"] is not None
    assert _post(open_to_us, host=f"localhost:{port}").status_code == 200
    assert _post(open_to_us, origin=f"http://localhost:{port}").status_code == 200
    assert _post(open_to_us, origin="http://127.0.0.1:6274").status_code == 200


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:{port}", "127.0.0.1.evil.example:{port}", "localhost:x"]
)
def test_a_name_that_was_made_to_resolve_here_is_not(open_to_us: str, host: str) -> None:
    port = httpx.URL(open_to_us).port
    assert _post(open_to_us, host=host.format(port=port)).status_code == 403


@pytest.mark.parametrize(
    "origin",
    [
        "https://evil.example",
        "null",
        "http://localhost.evil.example",
        "http://127.0.0.1@evil.example",
    ],
)
def test_a_page_of_another_origin_is_not(open_to_us: str, origin: str) -> None:
    refused = _post(open_to_us, origin=origin)
    assert refused.status_code == 403
    assert origin in refused.json()["detail"]


def test_a_body_without_bounds_is_refused(open_to_us: str) -> None:
    headers = {"content-type": "application/json"} | ACCEPT
    body = b" " * (MOST_BODY_BYTES + 1)
    told = httpx.post(open_to_us, content=body, headers=headers, timeout=60)
    assert told.status_code == 413

    def streamed() -> Iterator[bytes]:
        for _ in range(20):
            yield body[:65_536]

    told = httpx.post(open_to_us, content=streamed(), headers=headers, timeout=60)
    assert told.status_code == 413


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'{"jsonrpc": "2.0"}', b"\xff\xfe"])
def test_a_body_that_is_no_request_is_an_error_without_insides(
    open_to_us: str, body: bytes
) -> None:
    headers = {"content-type": "application/json"} | ACCEPT
    told = httpx.post(open_to_us, content=body, headers=headers, timeout=60)
    assert 400 <= told.status_code < 500
    assert "Traceback" not in told.text and "site-packages" not in told.text
    assert _post(open_to_us).status_code == 200


def test_an_open_address_is_refused_for_a_single_file(mnemos: Run) -> None:
    ended = mnemos("mcp", "m.mnemos", "--http", "--host", "0.0.0.0")  # noqa: S104 - it is refused
    assert ended.code == 2
    assert "asks nobody for a key" in ended.err and "mnemos serve --dir" in ended.err
    assert not Path("m.mnemos").exists()


def test_nothing_but_the_protocol_is_served(open_to_us: str) -> None:
    place = httpx.URL(open_to_us)
    for path in ("/v1/recall", "/v1/erase", "/ui", "/openapi.json", "/metrics", "/mcp/other"):
        told = httpx.post(place.copy_with(path=path), json={"question": "x"}, timeout=60)
        assert told.status_code == 404, path


def test_only_addresses_of_this_machine_are_loopback() -> None:
    assert all(is_loopback(host) for host in ("127.0.0.1", "127.8.8.8", "::1", "localhost"))
    assert not any(is_loopback(host) for host in ("0.0.0.0", "::", "10.0.0.1", "example.org", ""))  # noqa: S104 - it is told apart


def test_a_port_that_is_taken_is_told(mnemos: Run, open_to_us: str) -> None:
    port = str(httpx.URL(open_to_us).port)
    ended = mnemos("mcp", "m.mnemos", "--http", "--port", port)
    assert ended.code == 4
    assert f"127.0.0.1 port {port}: Address already in use" in ended.err


def test_answers_are_not_held_back_by_the_kernel() -> None:
    with listening("127.0.0.1", 0) as listener:
        listener.settimeout(60)
        with socket.create_connection(listener.getsockname(), timeout=60):
            connection, _ = listener.accept()
            with connection:
                # What asyncio looks at before it sets TCP_NODELAY.
                assert connection.proto == socket.IPPROTO_TCP
