"""Who gets in: nobody without a key of the directory, nobody into another's memory."""

from __future__ import annotations

import io
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest
from starlette.requests import Request

from bench import tenants
from mnemos import Forbidden, NotFound, QueryError, RateLimited, Scope, Unauthorized
from mnemos.serve import logs
from mnemos.serve.guard import Receive, Send
from mnemos.serve.guard import Scope as AsgiScope
from mnemos.serve.keys import Keys, Right
from mnemos.serve.limits import Limits
from mnemos.serve.rest.app import Mount
from mnemos.serve.rest.service import Service
from mnemos.wire.operations import OPERATIONS, PREFIX
from tests.unit.serve.rest.serving import Served, served


def test_no_byte_of_a_tenant_reaches_another_or_a_wrong_key(directory: Served) -> None:
    found = tenants.look(directory)
    assert found.findings == []
    assert found.routes > len(OPERATIONS)
    assert found.requests > 10 * found.routes
    assert found.bytes_read > 100 * found.requests


def test_what_is_told_of_a_tenant_is_found_where_it_is_told(directory: Served) -> None:
    planted = tenants.plant(directory, "ben")
    own = {"authorization": f"Bearer {directory.key('ben')}"}
    theirs = tenants.ask(directory.url, planted, [own], known=True)
    told = {each.split(": ")[0] for each in theirs.findings}
    assert {"post /v1/recall", "get /v1/export", "get /v1/backup", "post /v1/facts"} <= told
    opened = tenants.ask(directory.url, planted, [own], known=False)
    assert any(each.endswith("to a key that is none") for each in opened.findings)


@pytest.mark.parametrize("right", ["read", "write", "erase"])
def test_a_key_does_what_its_rights_say_and_no_more(directory: Served, right: Right) -> None:
    token = directory.key("ann", right)
    with httpx.Client(
        base_url=directory.url, headers={"authorization": f"Bearer {token}"}, trust_env=False
    ) as http:
        for operation in OPERATIONS.values():
            path = PREFIX + operation.path.replace("{item_id}", "x")
            # What it may, it may ask; nothing of these is right.
            answer = http.request(
                operation.verb, path, content=b"[" if operation.verb == "POST" else None
            )
            allowed = operation.right == right
            assert (answer.status_code != 403) == allowed, (operation.name, answer.text)
        for path, wanted in (("/export", "read"), ("/backup", "admin")):
            assert (http.get(PREFIX + path).status_code == 200) == (right == wanted)
        assert http.get("/metrics").status_code == 403


def test_a_key_bound_to_a_user_sees_and_writes_theirs_alone(directory: Served) -> None:
    with directory.client(directory.key("house")) as whole:
        of_ben = whole.remember("Ben's locker: twelve", scope=Scope(user="ben")).ids[0]
        nobodys = whole.remember("The house's locker: one").ids[0]
    with directory.client(directory.key("house", user="ada")) as ada:
        mine = ada.remember("Ada's locker: nine").ids[0]
        assert ada.get(mine).scope.user == "ada"
        assert [hit.id for hit in ada.recall("locker")] == [mine]
        assert [item.id for item in ada.browse().items] == [mine]
        for other in (of_ben, nobodys):
            for call in (ada.get, ada.history, ada.forget, ada.erase):
                with pytest.raises(NotFound):
                    call(other)
        with pytest.raises(QueryError):
            ada.recall("locker", scope=Scope(user="ben"))
        with pytest.raises(QueryError):
            ada.scoped(user="ben").recall("locker")
        with pytest.raises(Forbidden):
            ada.export_lines().__next__()
        for operation in OPERATIONS.values():
            if operation.whole:
                given = {"unlearn": ["default"], "reindex": ["minilm"]}.get(operation.name, [])
                with pytest.raises(Forbidden, match="bound"):
                    getattr(ada, operation.name)(*given)


def test_a_revoked_key_is_refused_by_the_next_request(directory: Served) -> None:
    with directory.client(directory.key("ann")) as ann:
        ann.remember("a")
        keys = Keys(directory.folder)
        keys.revoke(keys.listed()[0].id)
        keys.close()
        with pytest.raises(Unauthorized, match="not any more"):
            ann.remember("b")


def test_too_many_requests_are_told_when_to_come_again(tmp_path: Path) -> None:
    limits = Limits(requests_per_s=0.5, burst=3)
    with served(tmp_path, limits=limits) as running:
        ann, ben = running.key("ann"), running.key("ben")
        with running.client(ann) as client:
            for _ in range(limits.burst):
                client.state_hash()
            with pytest.raises(RateLimited):
                client.state_hash()
        headers = {"authorization": f"Bearer {ann}"}
        answer = httpx.get(f"{running.url}/v1/state-hash", headers=headers)
        assert answer.status_code == 429
        assert 1 <= int(answer.headers["retry-after"]) <= 2
        with running.client(ben) as client:
            client.state_hash()


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"host": "evil.example"}, 403),
        ({"host": "127.0.0.1.evil.example"}, 403),
        ({"host": "evil.example:80"}, 403),
        ({"host": "localhost:1234"}, 200),
        ({"host": "[::1]:8"}, 200),
        ({"origin": "https://evil.example"}, 403),
        ({"origin": "null"}, 403),
        ({"origin": "https://friend.example"}, 200),
    ],
)
def test_other_sites_cannot_ask_a_server_without_keys(
    tmp_path: Path, headers: dict[str, str], status: int
) -> None:
    with served(tmp_path, file="x.mnemos", origins=["https://friend.example"]) as running:
        answer = httpx.get(f"{running.url}/v1/state-hash", headers=headers)
        assert answer.status_code == status
        allowed = answer.headers.get("access-control-allow-origin")
        assert (allowed is not None) == (headers.get("origin") == "https://friend.example")


def test_there_are_no_cors_headers_unless_they_were_asked_for(directory: Served) -> None:
    asked = {"origin": "https://a.example", "access-control-request-method": "POST"}
    answer = httpx.options(f"{directory.url}/v1/recall", headers=asked)
    assert answer.status_code in {401, 405}
    assert not [each for each in answer.headers if each.startswith("access-control")]


def test_a_form_of_another_site_is_of_the_wrong_type(tmp_path: Path) -> None:
    with served(tmp_path, file="x.mnemos") as running:
        for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""):
            answer = httpx.post(
                f"{running.url}/v1/remember",
                content=b'{"messages":"planted"}',
                headers={"content-type": kind},
            )
            assert answer.status_code == 415
        with running.client() as client:
            assert client.log() == ()


def test_another_coat_is_guarded_as_the_routes_are(tmp_path: Path) -> None:
    life: list[str] = []

    @asynccontextmanager
    async def lifespan() -> AsyncIterator[None]:
        life.append("begun")
        yield
        life.append("ended")

    def page(_: Service) -> Mount:
        return Mount(path="/ui", app=coat, public=True)

    def agents(service: Service) -> Mount:
        async def count(scope: AsgiScope, receive: Receive, send: Send) -> None:
            request = Request(scope, receive)
            events = await service.run(request, "read", lambda memory: len(memory.log(9)))
            await answered(f"{events} events", send)

        return Mount(path="/mcp", app=count, lifespan=lifespan)

    with served(tmp_path, mounts=[page, agents]) as running:
        key = running.key("ann")
        with running.client(key) as client:
            client.remember("a")
        headers = {"authorization": f"Bearer {key}"}
        assert httpx.get(f"{running.url}/ui/a.js").text == "nobody"
        assert httpx.get(f"{running.url}/mcp/x").status_code == 401
        for path in ("/mcp", "/mcp/", "/mcp/x"):
            assert httpx.get(running.url + path, headers=headers).text == "1 events"
    assert life == ["begun", "ended"]


async def coat(scope: AsgiScope, _: Receive, send: Send) -> None:
    caller = scope["state"].get("caller")
    await answered(caller.tenant if caller else "nobody", send)


async def answered(text: str, send: Send) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": text.encode()})


def test_logs_and_figures_name_no_text_and_no_id(directory: Served) -> None:
    stream = io.StringIO()
    with logs.written(stream):
        found = tenants.plant(directory, "ben")
        headers = {"authorization": f"Bearer {directory.key('ben')}"}
        with httpx.Client(base_url=directory.url, headers=headers, trust_env=False) as http:
            http.get(f"/v1/items/{found.ids[0]}")
            http.post("/v1/recall", json={"question": tenants.PLANTED, "limit": 0})
            http.get(f"/{tenants.PLANTED}")
            figures = http.get("/metrics").text
            http.get("/health")
    lines = [json.loads(line) for line in stream.getvalue().splitlines()]
    assert {"at", "level", "event", "method", "route", "status", "ms", "tenant", "key"} <= set(
        lines[0]
    )
    at = [line["route"] for line in lines].index("recall", 5)
    assert [line["route"] for line in lines[at : at + 3]] == ["recall", "other", "metrics"]
    assert lines[at]["error"] == "QueryError"
    said = stream.getvalue() + figures
    assert tenants.PLANTED not in said
    assert not [each for each in found.ids if each in said]
    assert 'mnemos_requests_total{route="get",status="200"} 1' in figures
    assert "mnemos_open_memories 1" in figures
    assert "ben" not in figures
