"""What comes that is malformed, too large, too slow, half sent; and how a server ends."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from mnemos import Busy, DiskFull, Memory, ServerError
from mnemos.client import Client
from mnemos.serve.access import OneFile
from mnemos.serve.limits import Limits
from mnemos.serve.rest import files
from mnemos.serve.rest.app import Mount
from mnemos.serve.rest.service import Service
from mnemos.wire.problems import PROBLEM_TYPE
from tests.unit.serve.rest.serving import Served, opened, served

JSON = "application/json"
LIMITS = Limits(requests_per_s=0, body_bytes=20_000, line_bytes=5_000, body_s=0.3)


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Served]:
    with served(tmp_path, file="x.mnemos", limits=LIMITS, head_s=0.3) as running:
        yield running


def connected(running: Served) -> socket.socket:
    found = urlsplit(running.url)
    return socket.create_connection((str(found.hostname), int(found.port or 0)), timeout=10)


def raw(running: Served, *parts: bytes) -> bytes:
    """Send parts as they are, and return all that comes until the server closes."""
    with connected(running) as line:
        for part in parts:
            line.sendall(part)
        answer = b""
        while more := line.recv(65_536):
            answer += more
    return answer


def head(length: int, *more: str, path: str = "/v1/remember") -> bytes:
    lines = [
        f"POST {path} HTTP/1.1",
        "Host: localhost",
        f"Content-Type: {JSON}",
        f"Content-Length: {length}",
        *more,
    ]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


@pytest.mark.parametrize(
    ("content", "status"),
    [
        (b"{", 400),
        (b"\xff", 400),
        (b'{"messages": NaN}', 400),
        (b'{"messages": 1' + b"0" * 5_000 + b"}", 400),
        (b'{"messages":' * 5_000, 413),
        (b"[" * 9_000, 400),
        (b"[]", 422),
        (b'"text"', 422),
        (b"null", 422),
        (b"{}", 422),
        (b'{"messages": 5}', 422),
        (b'{"messages": [5]}', 422),
        (b'{"messages": "a", "sesion": "s"}', 422),
        (b'{"messages": "a", "scope": {"usr": "ann"}}', 422),
        (b'{"messages": "a", "scope": "ann"}', 422),
        (b'{"messages": "a", "scope": {"user": true}}', 422),
        (b'{"messages": "a", "session": ""}', 422),
        (b'{"messages": "a", "session": "a\\u0000b"}', 422),
        (b'{"messages": "a", "session": "\\ud800"}', 422),
        (b'{"messages": "a", "expires_at": "soon"}', 422),
        (b'{"messages": "a", "expires_at": 1e308}', 422),
        (b'{"messages": "a", "recorded_at": "9999-01-01T00:00:00Z"}', 422),
    ],
    ids=lambda each: str(each)[:40],
)
def test_what_is_malformed_is_a_problem_and_nothing_is_stored(
    small: Served, content: bytes, status: int
) -> None:
    answer = httpx.post(f"{small.url}/v1/remember", content=content, headers={"content-type": JSON})
    assert answer.status_code == status
    assert answer.headers["content-type"] == PROBLEM_TYPE
    assert answer.json()["status"] == status
    assert answer.json()["detail"]
    with small.client() as client:
        assert client.log() == ()


@pytest.mark.parametrize(
    ("verb", "path", "status"),
    [
        ("GET", "/", 404),
        ("GET", "/v1/nothing", 404),
        ("GET", "/v1/recall", 405),
        ("DELETE", "/v1/items/x", 405),
        ("POST", "/v1/recall/", 404),
        ("GET", "/v1/items/../../etc/passwd", 404),
        ("GET", "/v1/log?limit=0", 422),
        ("GET", "/v1/log?limit=many", 422),
        ("GET", "/v1/log?limit=1&limit=2", 422),
        ("GET", "/v1/log?nothing=1", 422),
        ("GET", "/v1/log?before=99999999999999999999", 422),
        ("GET", "/v1/items/x?as_of=soon", 422),
        ("POST", "/v1/import?on_error=never", 415),
    ],
)
def test_what_is_not_there_is_a_problem_too(
    small: Served, verb: str, path: str, status: int
) -> None:
    answer = httpx.request(verb, small.url + path)
    assert answer.status_code == status
    assert answer.headers["content-type"] == PROBLEM_TYPE


@pytest.mark.parametrize("said", ["{", "[]", '{"usr":"a"}', '{"user":""}', '{"user":5}', "\xff"])
def test_a_scope_header_that_is_none_is_refused(small: Served, said: str) -> None:
    headers = {b"mnemos-scope": said.encode("latin-1")}
    answer = httpx.get(f"{small.url}/v1/items/x", headers=headers)
    assert answer.status_code == 422


def test_answers_are_kept_by_nobody_on_the_way(small: Served) -> None:
    for path in ("/v1/stats", "/v1/nothing"):
        headers = httpx.get(f"{small.url}{path}").headers
        assert headers["cache-control"] == "no-store"
        assert headers["x-content-type-options"] == "nosniff"


def test_an_import_of_large_messages_goes_in_by_smaller_batches(small: Served) -> None:
    with small.client() as client:
        large = ({"role": "user", "content": f"{n} " + "x" * 3_000} for n in range(20))
        assert client.import_messages(large).added == 20
        assert len(client.log(100)) > 2


def test_a_request_under_a_key_is_done_once(small: Served) -> None:
    url, headers = f"{small.url}/v1/remember", {"idempotency-key": "k"}
    first = httpx.post(url, json={"messages": "a"}, headers=headers)
    assert httpx.post(url, json={"messages": "a"}, headers=headers).json() == first.json()
    other = httpx.post(url, json={"messages": "b"}, headers=headers)
    assert (other.status_code, other.json()["error"]) == (409, "RequestConflict")
    both = httpx.post(url, json={"messages": "a", "request_id": "x"}, headers=headers)
    assert both.status_code == 422
    faded = httpx.post(f"{small.url}/v1/fade", json={}, headers=headers)
    assert faded.status_code == 422
    with small.client() as client:
        assert len(client.log()) == 1


def test_an_undo_sent_again_takes_back_no_second_event(small: Served) -> None:
    with small.client() as client:
        client.remember("a")
        client.remember("b")
        once = {"idempotency-key": "u"}
        told = [httpx.post(f"{small.url}/v1/undo", json={}, headers=once).json() for _ in range(2)]
        assert told[0] == told[1]
        assert [item.text for item in client.browse().items] == ["a"]


def test_too_large_a_body_is_refused_however_its_length_is_told(small: Served) -> None:
    url, headers = f"{small.url}/v1/remember", {"content-type": JSON}
    body = b'{"messages": "' + b"a" * 30_000 + b'"}'
    told = httpx.post(url, content=body, headers=headers)
    parts = (body[at : at + 1_000] for at in range(0, len(body), 1_000))
    chunked = httpx.post(url, content=parts, headers=headers)
    assert (told.status_code, chunked.status_code) == (413, 413)
    lines = httpx.post(
        f"{small.url}/v1/import", content=body, headers={"content-type": "application/x-ndjson"}
    )
    assert lines.status_code == 413


def test_a_body_that_comes_too_slowly_is_given_up(small: Served) -> None:
    answer = raw(small, head(100, "Connection: close"), b'{"mess')
    assert answer.startswith(b"HTTP/1.1 408 ")
    with small.client() as client:
        assert client.log() == ()


def test_a_half_sent_body_is_never_carried_out(small: Served) -> None:
    body = b'{"messages": "planted"}'
    with connected(small) as line:
        line.sendall(head(len(body) + 1) + body)
    with small.client() as client:
        client.remember("after")
        assert len(client.log()) == 1


def test_a_head_that_does_not_come_is_hung_up_on(small: Served) -> None:
    assert raw(small, b"POST /v1/rem") == b""
    assert raw(small) == b""
    with small.client() as client:
        assert client.log() == ()


@pytest.mark.parametrize(
    "line",
    [
        b"nonsense\r\n\r\n",
        b"GET / HTTP/1.1\r\n\r\n",
        b"GET /v1/log HTTP/9.9\r\nHost: localhost\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"GET /v1/state-hash HTTP/1.1\r\nHost: localhost\r\nX: " + b"a" * 100_000 + b"\r\n\r\n",
        b"POST /v1/remember HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\n\r\n",
        head(1, "Transfer-Encoding: chunked") + b"0\r\n\r\n",
    ],
    ids=lambda line: str(line[:30]),
)
def test_what_is_no_http_leaves_the_server_as_it_was(small: Served, line: bytes) -> None:
    with connected(small) as sent:
        sent.sendall(line)
        answer = sent.recv(65_536)
    assert not answer.startswith(b"HTTP/1.1 5")
    with small.client() as client:
        assert client.log() == ()


def test_a_full_disk_is_507_and_reads_go_on(small: Served) -> None:
    assert isinstance(small.access, OneFile)
    with small.client() as client:
        client.remember("before", session="s")
        writer = small.access._memory._store._writer  # type: ignore[attr-defined]
        (pages,) = writer.execute("PRAGMA page_count").fetchone()
        writer.execute(f"PRAGMA max_page_count = {pages + 1}")
        many = [{"role": "user", "content": "x" * 400}] * 40
        with pytest.raises(DiskFull):
            client.remember(many, session="s")
        answer = httpx.post(f"{small.url}/v1/remember", json={"messages": many})
        assert (answer.status_code, answer.json()["error"]) == (507, "DiskFull")
        assert client.recall("before")[0].text == "before"
        assert client.verify().ok
        writer.execute("PRAGMA max_page_count = 1000000")
        client.remember("after", session="s")
        assert [item.text for item in client.browse().items] == ["before", "after"]


def test_a_lock_held_for_too_long_is_503_with_when_to_come_again(tmp_path: Path) -> None:
    def hasty(path: Path) -> Memory:
        return Memory(path, embedder=None, timeout_s=0.05)

    with served(tmp_path, file="x.mnemos", opening=hasty) as running, running.client() as client:
        client.remember("before")
        with opened(tmp_path / "x.mnemos") as other, other._store.writing():
            with pytest.raises(Busy):
                client.remember("meanwhile")
            answer = httpx.post(f"{running.url}/v1/remember", json={"messages": "meanwhile"})
            assert answer.status_code == 503
            assert int(answer.headers["retry-after"]) >= 1
            assert client.recall("before")[0].text == "before"


def test_a_mistake_of_ours_is_told_without_its_words(tmp_path: Path) -> None:
    async def broken(*_: object) -> None:
        raise RuntimeError("Xylophonia")

    def mounting(_: Service) -> Mount:
        return Mount(path="/broken", app=broken)

    with served(tmp_path, file="x.mnemos", mounts=[mounting]) as running:
        answer = httpx.get(f"{running.url}/broken")
        assert answer.status_code == 500
        assert answer.headers["content-type"] == PROBLEM_TYPE
        assert "Xylophonia" not in answer.text
        assert httpx.get(f"{running.url}/health").json() == {"status": "ok"}


def test_two_servers_on_one_directory_lose_nothing(tmp_path: Path) -> None:
    with served(tmp_path) as one, served(tmp_path) as other:
        token = one.key("ann")

        def write(running: Served, name: str) -> None:
            with running.client(token) as client:
                for n in range(15):
                    client.remember(f"{name} {n}", session=name)

        threads = [
            threading.Thread(target=write, args=(running, f"w{n}"))
            for n, running in enumerate([one, other, one, other])
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        with one.client(token) as here, other.client(token) as there:
            assert len(here.browse(limit=100).items) == 60
            assert here.state_hash() == there.state_hash()
            assert there.verify().ok


def test_a_server_told_to_end_finishes_what_it_began(tmp_path: Path) -> None:
    acknowledged: list[str] = []
    begun = threading.Event()

    def write(client: Client, name: str) -> None:
        try:
            for n in range(10_000):
                client.remember(f"{name} {n}", session=name)
                acknowledged.append(f"{name} {n}")
                begun.set()
        except ServerError:
            pass

    with served(tmp_path, file="x.mnemos") as running:
        clients = [running.client() for _ in range(3)]
        threads = [
            threading.Thread(target=write, args=(client, f"w{n}"))
            for n, client in enumerate(clients)
        ]
        for thread in threads:
            thread.start()
        begun.wait(10)
        time.sleep(0.1)
    for thread in threads:
        thread.join(10)
    for client in clients:
        client.close()
    with opened(tmp_path / "x.mnemos") as memory:
        kept = {item.text for item in memory.browse(limit=10_000).items}
        assert memory.verify().ok
    assert set(acknowledged) <= kept
    # At most one a client was stored and could not be answered any more.
    assert len(kept) - len(acknowledged) <= 3


def test_a_reader_that_takes_nothing_is_cut_off(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "PATIENCE_S", 0.2)
    monkeypatch.setattr(files, "LOOK_EVERY_S", 0.05)
    with served(tmp_path, file="x.mnemos") as running, running.client() as client:
        page = "x" * 1_000_000
        for n in range(2):
            client.remember([{"role": "document", "content": f"{n} {page}"}] * 8)
        with connected(running) as line:
            line.sendall(b"GET /v1/export HTTP/1.1\r\nHost: localhost\r\n\r\n")
            line.recv(1)
            under_way = "mnemos_under_way 1"
            while under_way in httpx.get(f"{running.url}/metrics").text:
                time.sleep(0.02)
            with pytest.raises(OSError):  # noqa: PT011, PT012 - cut off, or the end without its end
                answer = b""
                while part := line.recv(1 << 20):
                    answer += part
                if not answer.endswith(b"0\r\n\r\n"):
                    raise ConnectionResetError
        assert client.verify().ok


def test_long_work_nobody_listens_to_is_broken_off(tmp_path: Path) -> None:
    with served(tmp_path, file="x.mnemos") as running, running.client() as client:
        many = ({"role": "user", "content": f"turn {n}", "session": f"s{n}"} for n in range(400))
        client.import_messages(many)

        def enough(_: int, __: int) -> None:
            raise InterruptedError

        with pytest.raises(InterruptedError):
            client.learn(progress=enough)
        client.remember("after")
        assert next(each.pending for each in client.recipes() if each.name == "default")
        assert client.verify().ok
