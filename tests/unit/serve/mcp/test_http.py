"""Who gets in over HTTP, and who does not."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import httpx
import httpx2
import pytest
from mcp import Client
from mcp.client.streamable_http import streamable_http_client

from mnemos import InputError
from mnemos.serve.loopback import is_loopback
from mnemos.serve.mcp.guard import keys_of, known_keys
from mnemos.serve.mcp.transport import MOST_BODY_BYTES, _listening
from tests.unit.serve.command_line import Run
from tests.unit.serve.mcp.talking import listening, run

KEY = "correct-horse-battery"
OTHER = "an-older-key-of-ours"
ACCEPT = {"accept": "application/json, text/event-stream"}
PING = {"jsonrpc": "2.0", "id": 1, "method": "ping"}


@pytest.fixture(scope="module")
def open_to_us(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with listening(tmp_path_factory.mktemp("http") / "open.mnemos") as (url, _):
        yield url


@pytest.fixture(scope="module")
def locked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("http")
    (folder / "keys").write_text(f"{KEY}\n\n{OTHER}\n", encoding="utf-8")
    options = ("--host", "0.0.0.0", "--key-file", str(folder / "keys"))  # noqa: S104 - with a key
    with listening(folder / "locked.mnemos", *options) as (url, _):
        yield url.replace("0.0.0.0", "127.0.0.1")  # noqa: S104 - which no client speaks to


def _post(url: str, **headers: str) -> httpx.Response:
    return httpx.post(url, json=PING, headers=ACCEPT | headers, timeout=60)


def test_a_client_of_this_machine_is_let_in(open_to_us: str) -> None:
    port = httpx.URL(open_to_us).port
    assert _post(open_to_us).json()["result"] is not None
    assert _post(open_to_us, host=f"localhost:{port}").status_code == 200
    assert _post(open_to_us, origin=f"http://localhost:{port}").status_code == 200
    assert _post(open_to_us, origin="http://127.0.0.1:6274").status_code == 200


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:{port}", "localhost:1", "127.0.0.1.evil.example:{port}"]
)
def test_a_name_that_was_made_to_resolve_here_is_not(open_to_us: str, host: str) -> None:
    port = httpx.URL(open_to_us).port
    assert _post(open_to_us, host=host.format(port=port)).status_code == 421


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
    assert "origins" in refused.text


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


@pytest.mark.parametrize(
    "given", [None, "", "Bearer", "Bearer wrong-key-altogether", f"Basic {KEY}", KEY]
)
def test_without_the_key_nobody_is_let_in(locked: str, given: str | None) -> None:
    refused = _post(locked) if given is None else _post(locked, authorization=given)
    assert refused.status_code == 401
    assert refused.headers["www-authenticate"] == "Bearer"
    assert KEY not in refused.text


@pytest.mark.parametrize("key", [KEY, OTHER])
def test_with_a_key_of_the_file_a_client_is_let_in(locked: str, key: str) -> None:
    async def told() -> list[str]:
        headers = {"Authorization": f"Bearer {key}"}
        async with (
            httpx2.AsyncClient(headers=headers) as http,
            Client(streamable_http_client(locked, http_client=http)) as client,
        ):
            return [tool.name for tool in (await client.list_tools()).tools]

    assert "recall" in run(told())


def test_a_page_is_not_let_in_even_with_the_key(locked: str) -> None:
    given = {"authorization": f"Bearer {KEY}", "origin": "https://evil.example"}
    assert _post(locked, **given).status_code == 403


def test_an_open_address_is_refused_without_a_key(mnemos: Run) -> None:
    ended = mnemos("mcp", "m.mnemos", "--http", "--host", "0.0.0.0")  # noqa: S104 - it is refused
    assert ended.code == 2
    assert "no key is asked for" in ended.err and "--key-file" in ended.err
    assert not Path("m.mnemos").exists()


def test_a_key_that_could_be_guessed_is_refused(
    mnemos: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MNEMOS_MCP_KEY", "1234")
    ended = mnemos("mcp", "m.mnemos", "--http")
    assert ended.code == 2
    assert "MNEMOS_MCP_KEY: a key has 16 characters or more" in ended.err
    assert "1234" not in ended.err


def test_a_key_file_that_is_missing_or_empty_is_refused(mnemos: Run) -> None:
    assert "keys" in mnemos("mcp", "m.mnemos", "--http", "--key-file", "keys").err
    Path("keys").write_text("\n \n", encoding="utf-8")
    assert "keys: there is no key" in mnemos("mcp", "m.mnemos", "--http", "--key-file", "keys").err


def test_keys_are_known_whole(tmp_path: Path) -> None:
    (tmp_path / "keys").write_text(f" {KEY} \n", encoding="utf-8")
    knows = keys_of(tmp_path / "keys")
    assert knows(KEY)
    assert not any(knows(given) for given in ("", KEY[:-1], KEY + "x", KEY.upper(), "ü" * 21))
    with pytest.raises(InputError, match="there is no key"):
        known_keys([])


def test_only_addresses_of_this_machine_are_loopback() -> None:
    assert all(is_loopback(host) for host in ("127.0.0.1", "127.8.8.8", "::1", "localhost"))
    assert not any(is_loopback(host) for host in ("0.0.0.0", "::", "10.0.0.1", "example.org", ""))  # noqa: S104 - it is told apart


def test_a_port_that_is_taken_is_told(mnemos: Run, open_to_us: str) -> None:
    port = str(httpx.URL(open_to_us).port)
    ended = mnemos("mcp", "m.mnemos", "--http", "--port", port)
    assert ended.code == 4
    assert f"127.0.0.1:{port}: Address already in use" in ended.err


def test_answers_are_not_held_back_by_the_kernel() -> None:
    with _listening("127.0.0.1", 0) as listening:
        listening.settimeout(60)
        with socket.create_connection(listening.getsockname(), timeout=60):
            connection, _ = listening.accept()
            with connection:
                # What asyncio looks at before it sets TCP_NODELAY.
                assert connection.proto == socket.IPPROTO_TCP
