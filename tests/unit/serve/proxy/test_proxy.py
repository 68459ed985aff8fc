"""The real ``openai`` client through the proxy, before a scripted endpoint."""

from __future__ import annotations

import json
import re
import sqlite3
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import httpx
import openai
import pytest
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse

from mnemos import DiskFull, Memory, Scope, StoreError
from mnemos.serve.access import Directory
from mnemos.serve.keys import Right
from mnemos.serve.limits import Limits
from mnemos.serve.proxy.app import MEMORY_HEADER, Lent, Upstream
from mnemos.serve.proxy.ledger import Ledger
from mnemos.serve.proxy.mount import mounting
from mnemos.serve.proxy.recall import Budget
from mnemos.serve.rest.app import application as rest_application
from tests.unit.serve.proxy.conftest import Serve, Through
from tests.unit.serve.proxy.endpoint import Endpoint, completion, event

Said = list[dict[str, Any]]


def client(url: str) -> openai.OpenAI:
    return openai.OpenAI(base_url=url, api_key="sk-caller", max_retries=0)


def ask(url: str, said: Said, **more: Any) -> Any:  # noqa: ANN401 - the client's own types
    with client(url) as asking:
        create: Any = asking.chat.completions.create
        answer = create(model="m", messages=said, **more)
        return list(answer) if more.get("stream") else answer


def user(text: str) -> dict[str, Any]:
    return {"role": "user", "content": text}


def settled(memory: Memory, turns: int) -> list[str]:
    """Return the turns kept, once there are so many; a reply is stored after it has passed by."""
    for _ in range(400):
        found = [item.text for item in memory.browse(limit=500).items]
        if len(found) >= turns:
            return found
        time.sleep(0.01)
    raise AssertionError(found)


def test_what_was_said_in_one_conversation_is_known_in_the_next(
    through: Through, memory: Memory, endpoint: Endpoint
) -> None:
    url = through()
    ask(url, [user("My sister Ann keeps bees in Porto")])
    settled(memory, 2)
    ask(url, [user("Where does my sister keep her bees?")])
    sent = endpoint.asked[-1]["messages"]
    assert [each["role"] for each in sent] == ["system", "user"]
    assert "sister: Ann" in sent[0]["content"]
    assert "My sister Ann keeps bees in Porto" in sent[1]["content"]
    assert sent[1]["content"].endswith("\n\nWhere does my sister keep her bees?")


def test_both_turns_are_remembered_once_however_often_they_are_repeated(
    through: Through, memory: Memory
) -> None:
    url = through()
    said: Said = [{"role": "system", "content": "Be brief."}, user("My cello needs a bow")]
    for question in ("Is it old?", "Is it mine?"):
        reply = ask(url, said).choices[0].message
        said += [{"role": "assistant", "content": reply.content}, user(question)]
    ask(url, said)
    found = settled(memory, 6)
    assert found == [
        "My cello needs a bow",
        "I see.",
        "Is it old?",
        "I see.",
        "Is it mine?",
        "I see.",
    ]
    assert len({item.scope.session for item in memory.browse(limit=500).items}) == 1


BOATS = {
    "Heron": "since rust had eaten its hull",
    "Petrel": "for a wedding in Porto",
    "Gannet": "after losing a bet with Ben",
    "Avocet": "because green sold out",
    "Curlew": "like the door of her mother",
    "Dunlin": "with what the ferry left over",
    "Plover": "before selling it to a baker",
    "Turnstone": "while singing fado",
}


def test_each_prompt_begins_with_the_whole_prompt_before(
    through: Through, memory: Memory, endpoint: Endpoint
) -> None:
    for number, (boat, why) in enumerate(BOATS.items()):
        memory.remember(f"Ann painted the boat {boat} blue, {why}", session=f"s{number}")
    url = through(budget=Budget(question_tokens=120))
    said: Said = [{"role": "system", "content": "Be brief."}]
    for question in ("Which boats did Ann paint?", "Which are blue?", "And for a wedding?"):
        said.append(user(question))
        reply = ask(url, said).choices[0].message
        said.append({"role": "assistant", "content": reply.content})
    prompts = [each["messages"] for each in endpoint.asked]
    for before, after in pairwise(prompts):
        assert after[: len(before)] == before
    lines = [
        line for each in prompts[-1] for line in each["content"].split("\n") if "the boat" in line
    ]
    assert len(lines) == len(set(lines)) >= 3  # nothing is shown twice
    marks = [line.split(" ")[0] for line in lines]
    assert marks == [f"[{number}]" for number in range(1, len(marks) + 1)]


def test_the_user_is_known_in_front_for_a_whole_conversation(
    through: Through, memory: Memory, endpoint: Endpoint
) -> None:
    memory.remember("I live in Porto and I'm allergic to peanuts", session="s1")
    url = through()
    said: Said = [{"role": "system", "content": "Be brief."}, user("Hello there")]
    reply = ask(url, said).choices[0].message
    memory.remember("I moved to Braga", session="s2")
    ask(url, [*said, {"role": "assistant", "content": reply.content}, user("And now?")])
    first, second = (each["messages"][0]["content"] for each in endpoint.asked)
    assert first.startswith("Be brief.\n\n<memory> Known of the user")
    assert "allergies: peanuts" in first
    assert second == first


def test_what_is_erased_or_forgotten_is_in_no_later_prompt(
    through: Through, memory: Memory, endpoint: Endpoint
) -> None:
    secret = memory.remember("The safe's code of the boat is 7351", session="s1").ids[0]
    url = through()
    said: Said = [user("What is the safe's code of the boat?")]
    reply = ask(url, said).choices[0].message
    assert "7351" in endpoint.asked[-1]["messages"][0]["content"]
    memory.erase(secret)
    ask(url, [*said, {"role": "assistant", "content": reply.content}, user("Again?")])
    assert "7351" not in json.dumps(endpoint.asked[-1])


def test_a_stream_passes_as_it_comes_and_is_remembered(
    through: Through, memory: Memory, endpoint: Endpoint
) -> None:
    endpoint.reply = lambda _: "one two three"
    url = through()
    pieces = [
        chunk.choices[0].delta.content for chunk in ask(url, [user("Count to three")], stream=True)
    ]
    assert pieces == ["one ", "two ", "three ", None]
    assert settled(memory, 2) == ["Count to three", "one two three "]


def test_a_stream_that_breaks_is_remembered_as_far_as_it_came(
    through: Through, memory: Memory, endpoint: Endpoint
) -> None:
    async def broken() -> Any:  # noqa: ANN401 - what Starlette streams
        yield event({"content": "half a "})
        raise ConnectionResetError

    endpoint.answer = lambda _: StreamingResponse(broken(), media_type="text/event-stream")
    url = through()
    with pytest.raises((openai.APIError, httpx.HTTPError)):
        ask(url, [user("Tell me all")], stream=True)
    assert settled(memory, 2) == ["Tell me all", "half a "]


CALL = {"id": "t1", "type": "function", "function": {"name": "look", "arguments": '{"at": "sea"}'}}


def test_tool_calls_pass_unharmed_both_ways(
    through: Through, memory: Memory, endpoint: Endpoint
) -> None:
    message = {"role": "assistant", "content": None, "tool_calls": [CALL]}
    endpoint.answer = lambda _: JSONResponse(completion(message))
    url = through()
    said: Said = [user("Look at the sea")]
    tools: Any = [{"type": "function", "function": {"name": "look", "parameters": {}}}]
    reply = ask(url, said, tools=tools).choices[0].message
    assert reply.tool_calls[0].function.arguments == '{"at": "sea"}'
    settled(memory, 2)
    endpoint.answer = None
    echoed = reply.model_dump(exclude_none=True)
    ask(url, [*said, echoed, {"role": "tool", "tool_call_id": "t1", "content": "calm"}])
    sent = endpoint.asked[-1]
    assert sent["messages"][1]["tool_calls"] == [CALL]
    assert sent["messages"][2] == {"role": "tool", "tool_call_id": "t1", "content": "calm"}
    assert len(settled(memory, 4)) == 4


def test_streamed_tool_calls_are_put_together(
    through: Through, memory: Memory, endpoint: Endpoint
) -> None:
    first = {"name": "look", "arguments": '{"at"'}

    def events() -> Iterator[str]:
        yield event({"tool_calls": [{"index": 0, **CALL, "function": first}]})
        yield event({"tool_calls": [{"index": 0, "function": {"arguments": ': "sea"}'}}]})
        yield "data: [DONE]\n\n"

    endpoint.answer = lambda _: StreamingResponse(events(), media_type="text/event-stream")
    ask(through(), [user("Look")], stream=True)
    assert settled(memory, 2)[1] == 'look({"at": "sea"})'


def test_parts_keep_their_shape(through: Through, memory: Memory, endpoint: Endpoint) -> None:
    memory.remember("Ann painted the boat blue", session="s1")
    image = {"type": "image_url", "image_url": {"url": "https://example.org/boat.png"}}
    text = {"type": "text", "text": "Which colour has the boat of Ann?"}
    ask(through(), [{"role": "user", "content": [text, image]}])
    content = endpoint.asked[-1]["messages"][0]["content"]
    assert content[1:] == [text, image]
    assert "painted the boat blue" in content[0]["text"]


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (429, openai.RateLimitError),
        (400, openai.BadRequestError),
        (500, openai.InternalServerError),
    ],
)
def test_errors_and_usage_pass_unharmed(
    through: Through, memory: Memory, endpoint: Endpoint, status: int, error: type[Exception]
) -> None:
    body = {"error": {"message": "no", "type": "t", "code": "c", "param": None}}
    endpoint.answer = lambda _: JSONResponse(body, status, {"retry-after": "7"})
    url = through()
    with pytest.raises(error) as raised:
        ask(url, [user("Hello")])
    assert isinstance(raised.value, openai.APIStatusError)
    assert raised.value.response.headers["retry-after"] == "7"
    assert raised.value.body == body["error"]
    endpoint.answer = None
    assert ask(url, [user("Hello")]).usage.total_tokens == 10
    # Asked again, since nothing came back: the same turn of the same session.
    assert settled(memory, 2) == ["Hello", "I see."]


def test_the_callers_key_is_passed_on_unless_there_is_another(
    through: Through, endpoint: Endpoint
) -> None:
    with client(through()) as asking:
        assert [model.id for model in asking.models.list()] == ["m"]
    assert endpoint.headers[-1]["authorization"] == "Bearer sk-caller"
    ask(through(key="sk-ours"), [user("Hello")])
    assert endpoint.headers[-1]["authorization"] == "Bearer sk-ours"


Lend = Callable[[Request, str | None], AbstractContextManager[Lent]]


def failing(error: Exception) -> Lend:
    @contextmanager
    def lend(_: Request, __: str | None) -> Iterator[Lent]:
        raise error
        yield

    return lend


@pytest.mark.parametrize(
    ("error", "told"),
    [(DiskFull("no room"), "none; DiskFull"), (ZeroDivisionError(), "none; the memory failed")],
)
def test_a_memory_that_fails_stops_no_call(
    through: Through, endpoint: Endpoint, error: Exception, told: str
) -> None:
    with client(through(lend=failing(error))) as asking:
        raw = asking.chat.completions.with_raw_response.create(
            model="m", messages=[{"role": "user", "content": "Hello"}]
        )
    assert raw.headers[MEMORY_HEADER] == told
    assert endpoint.asked[-1]["messages"] == [user("Hello")]


def told(url: str, said: Said) -> str:
    """Ask, and return what the header says was done with the memory."""
    with client(url) as asking:
        create: Any = asking.chat.completions.with_raw_response.create
        found: str = create(model="m", messages=said).headers[MEMORY_HEADER]
    return found


@contextmanager
def full(connection: sqlite3.Connection) -> Iterator[None]:
    (pages,) = connection.execute("PRAGMA page_count").fetchone()
    connection.execute(f"PRAGMA max_page_count = {pages}")
    yield
    connection.execute("PRAGMA max_page_count = 1000000")


def test_on_a_full_disk_the_call_passes_on_with_what_is_known_and_says_so(
    through: Through, endpoint: Endpoint, memory: Memory
) -> None:
    url = through()
    ask(url, [user("My sister Ann keeps bees in Porto")])
    settled(memory, 2)
    question = [user("Where does my sister keep her bees? " + "x " * 20_000)]
    with full(memory._store._writer):  # type: ignore[attr-defined]
        done = told(url, question)
        assert re.fullmatch(r"shown=[1-9]\d*; fresh=.*; not remembered: DiskFull", done)
        assert "Porto" in json.dumps(endpoint.asked[-1])
        time.sleep(0.2)  # the reply, too, is tried
        assert len(memory.browse().items) == 2
    said = [*question, {"role": "assistant", "content": "I see."}, user("And since when?")]
    assert "not remembered" not in told(url, said)
    assert settled(memory, 6)[2:] == [*(each["content"] for each in said), "I see."]


def test_a_reply_that_could_not_be_stored_is_stored_with_the_next_call(
    through: Through, endpoint: Endpoint, memory: Memory
) -> None:
    long = "It is so. " * 20_000
    endpoint.answer = lambda _: JSONResponse(completion({"role": "assistant", "content": long}))
    url = through()
    writer = memory._store._writer  # type: ignore[attr-defined]
    writer.execute("PRAGMA max_page_count = 60")
    assert "not" not in told(url, [user("Is it so?")])
    time.sleep(0.5)
    assert [item.text for item in memory.browse().items] == ["Is it so?"]
    writer.execute("PRAGMA max_page_count = 1000000")
    told(url, [user("Is it so?"), {"role": "assistant", "content": long}, user("Really?")])
    assert settled(memory, 4)[:3] == ["Is it so?", long, "Really?"]
    assert len({item.scope.session for item in memory.browse().items}) == 1


def test_where_conversations_cannot_be_noted_the_call_says_so_and_later_ones_are(
    through: Through, ledger: Ledger
) -> None:
    url = through()
    said = [user(f"{n} " + "x" * 200) for n in range(400)]
    with full(ledger._rows):
        assert told(url, said).endswith("; not followed: DiskFull")
    assert "not followed" not in told(url, [user("Hello again")])
    with pytest.raises(StoreError, match="could not be noted"):
        ledger.put("s", ["b"], [""], datetime.now(UTC), answered=[])  # type: ignore[arg-type]
    ledger.put("s", ["a"], [""], datetime.now(UTC), answered=False)
    assert ledger.find(["a"]) is not None


def test_a_slow_memory_is_not_waited_for_but_still_told(
    through: Through, endpoint: Endpoint, memory: Memory, ledger: Ledger
) -> None:
    @contextmanager
    def slow(_: Request, __: str | None) -> Iterator[Lent]:
        time.sleep(0.3)
        yield Lent(memory=memory, scope=Scope(), ledger=ledger, key=ledger.key(""))

    with client(through(lend=slow, patience_s=0.05)) as asking:
        raw = asking.chat.completions.with_raw_response.create(
            model="m", messages=[{"role": "user", "content": "Hello"}]
        )
    assert raw.headers[MEMORY_HEADER] == "none; the memory is too slow"
    assert endpoint.asked[-1]["messages"] == [user("Hello")]
    assert settled(memory, 2) == ["Hello", "I see."]


def test_an_endpoint_that_is_not_there_or_hangs_is_named(through: Through, serve: Any) -> None:  # noqa: ANN401
    with pytest.raises(openai.APIStatusError) as raised:
        ask(through(url="http://127.0.0.1:9/v1"), [user("Hello")])
    assert raised.value.status_code == 502

    def hang(_: dict[str, Any]) -> Response:
        time.sleep(1.0)
        return JSONResponse({})

    hanging = Endpoint()
    hanging.answer = hang
    with pytest.raises(openai.APIStatusError) as late:
        ask(through(url=serve(hanging.application), timeout_s=0.2), [user("Hello")])
    assert late.value.status_code == 504


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'{"messages": 7}', b'{"messages": ["x"]}'])
def test_what_is_no_request_is_the_endpoints_to_judge(
    through: Through, endpoint: Endpoint, memory: Memory, body: bytes
) -> None:
    endpoint.answer = lambda _: JSONResponse({"error": {"message": "bad"}}, 400)
    answer = httpx.post(f"{through()}/chat/completions", content=body)
    assert answer.status_code in {400, 500}
    assert "not understood" in answer.headers[MEMORY_HEADER]
    assert memory.stats().items == {}


def test_nonsense_from_the_endpoint_passes_by(
    through: Through, endpoint: Endpoint, memory: Memory
) -> None:
    endpoint.answer = lambda _: Response(b"\xff\x00 not json", media_type="application/json")
    answer = httpx.post(
        f"{through()}/chat/completions", json={"model": "m", "messages": [user("Hello")]}
    )
    assert answer.content == b"\xff\x00 not json"
    assert settled(memory, 1) == ["Hello"]


def test_conversations_that_begin_alike_are_two(through: Through, memory: Memory) -> None:
    url = through()
    for _ in range(2):
        ask(url, [user("Hello")])
        settled(memory, 2)
    assert len(settled(memory, 4)) == 4
    assert len({item.scope.session for item in memory.browse(limit=500).items}) == 2


def test_a_restart_goes_on_with_the_conversation(
    through: Through, memory: Memory, tmp_path: Path
) -> None:
    said: Said = [user("My cello needs a bow")]
    reply = ask(through(), said).choices[0].message
    settled(memory, 2)
    again = Ledger(tmp_path / "a.threads", datetime.now(UTC))

    @contextmanager
    def lend(_: Request, __: str | None) -> Iterator[Lent]:
        yield Lent(memory=memory, scope=Scope(), ledger=again, key=again.key(""))

    ask(through(lend=lend), [*said, {"role": "assistant", "content": reply.content}, user("Old?")])
    assert settled(memory, 4) == ["My cello needs a bow", "I see.", "Old?", "I see."]
    again.close()


def test_the_ledger_on_disk_holds_no_text(through: Through, memory: Memory, tmp_path: Path) -> None:
    memory.remember("Ann painted the boat blue", session="s1")
    ask(through(), [user("Which colour has the boat of Ann?")])
    settled(memory, 3)
    files = list(tmp_path.glob("a.threads*"))
    assert files
    assert not any(b"boat" in file.read_bytes() for file in files)
    assert files[0].stat().st_mode & 0o077 == 0


def test_a_chat_that_forgets_its_beginning_is_still_one(
    through: Through, memory: Memory, endpoint: Endpoint
) -> None:
    endpoint.reply = lambda asked: f"You asked: {asked['messages'][-1]['content']}"
    url = through(budget=Budget(question_tokens=1))
    said: Said = []
    for number in range(8):
        said = [*said[-5:], user(f"Question {number}?")]
        setting = {"role": "system", "content": f"It is {number} o'clock."}
        reply = ask(url, [setting, *said]).choices[0].message
        said.append({"role": "assistant", "content": reply.content})
        settled(memory, 2 * (number + 1))
    kept = memory.browse(limit=500).items
    assert [item.text for item in kept if item.role == "user"] == [
        f"Question {number}?" for number in range(8)
    ]
    assert len(kept) == 16
    assert len({item.scope.session for item in kept}) == 1


def test_old_lines_go_in_bulk_when_a_chat_holds_too_many(
    through: Through, memory: Memory, endpoint: Endpoint
) -> None:
    for number, (boat, why) in enumerate(BOATS.items()):
        memory.remember(f"Ann painted the boat {boat} blue, {why}", session=f"s{number}")
    url = through(budget=Budget(question_tokens=60, prompt_tokens=120, core_tokens=0))
    said: Said = []
    shown = []
    for boat in BOATS:
        said.append(user(f"Why did Ann paint the {boat} blue?"))
        reply = ask(url, said).choices[0].message
        said.append({"role": "assistant", "content": reply.content})
        shown.append(json.dumps(endpoint.asked[-1]).count("the boat"))
    assert max(shown) < len(BOATS)
    assert "the boat" in endpoint.asked[0]["messages"][0]["content"]
    assert endpoint.asked[-1]["messages"][0] == said[0]


def test_users_that_a_request_names_never_meet(
    through: Through, memory: Memory, endpoint: Endpoint
) -> None:
    url = through()
    ask(url, [user("My sister Ann keeps bees in Porto")], user="u1")
    ask(url, [user("Where does my sister keep her bees?")], user="u2")
    assert endpoint.asked[-1]["messages"] == [user("Where does my sister keep her bees?")]
    ask(url, [user("Where does my sister keep her bees?")], user="u1")
    assert "keeps bees in Porto" in json.dumps(endpoint.asked[-1])
    settled(memory, 6)
    assert {item.scope.user for item in memory.browse(limit=500).items} == {"u1", "u2"}


def test_a_server_of_tenants_serves_the_proxy_beside_its_routes(
    serve: Serve, endpoint: Endpoint, tmp_path: Path
) -> None:
    folder = tmp_path / "tenants"
    folder.mkdir()
    access = Directory(folder, lambda path: Memory(path, embedder=None))
    tokens = {name: access.keys.add(name, ("read", "write")) for name in ("ann", "ben")}
    upstream = Upstream(url=serve(endpoint.application), key="sk-ours")
    mount = mounting(upstream, tmp_path / "threads", Budget(), patience_s=60)
    url = serve(rest_application(access, mounts=[mount])).replace("/v1", "/openai/v1")

    def asks(who: str, text: str) -> None:
        with openai.OpenAI(base_url=url, api_key=tokens[who], max_retries=0) as asking:
            asking.chat.completions.create(model="m", messages=[{"role": "user", "content": text}])

    asks("ann", "My sister Eva keeps bees in Porto")
    asks("ben", "Where does my sister keep her bees?")
    assert "Porto" not in json.dumps(endpoint.asked[-1])
    asks("ann", "Where does my sister keep her bees?")
    assert "Porto" in json.dumps(endpoint.asked[-1])
    assert {each["authorization"] for each in endpoint.headers} == {"Bearer sk-ours"}
    with pytest.raises(openai.AuthenticationError):
        openai.OpenAI(base_url=url, api_key="wrong", max_retries=0).models.list()


@pytest.mark.parametrize(
    ("rights", "waiting", "told"),
    [
        (("read", "write"), 1_000, "shown=0; fresh=0; tokens=0"),
        (("read", "write"), 0, "none; Busy"),
        (("read",), 1_000, "none; Forbidden"),
        (("write",), 1_000, "none; Forbidden"),
    ],
)
def test_a_call_works_with_the_memory_under_the_server_s_limits_and_its_key_s_rights(
    serve: Serve,
    endpoint: Endpoint,
    tmp_path: Path,
    *,
    rights: tuple[Right, ...],
    waiting: int,
    told: str,
) -> None:
    access = Directory(tmp_path, lambda path: Memory(path, embedder=None))
    token = access.keys.add("ann", rights)
    upstream = Upstream(url=serve(endpoint.application), key="sk-ours")
    mount = mounting(upstream, tmp_path / "threads", Budget(), patience_s=60)
    app = rest_application(access, mounts=[mount], limits=Limits(waiting=waiting))
    url = serve(app).replace("/v1", "/openai/v1")
    with openai.OpenAI(base_url=url, api_key=token, max_retries=0) as asking:
        raw = asking.chat.completions.with_raw_response.create(
            model="m", messages=[{"role": "user", "content": "Hello"}]
        )
    assert raw.headers[MEMORY_HEADER] == told
    assert endpoint.asked[-1]["messages"] == [user("Hello")]


def test_calls_of_one_tenant_at_once_store_each_message_once(
    serve: Serve, endpoint: Endpoint, tmp_path: Path
) -> None:
    access = Directory(tmp_path, lambda path: Memory(path, embedder=None))
    token = access.keys.add("ann", ("read", "write"))
    upstream = Upstream(url=serve(endpoint.application), key="sk-ours")
    mount = mounting(upstream, tmp_path / "threads", Budget(), patience_s=60)
    url = serve(rest_application(access, mounts=[mount])).replace("/v1", "/openai/v1")
    with openai.OpenAI(base_url=url, api_key=token, max_retries=0) as asking:

        def say(number: int) -> None:
            messages: Any = [user(f"tram {number}")]
            asking.chat.completions.create(model="m", messages=messages)

        with ThreadPoolExecutor(8) as pool:
            list(pool.map(say, range(16)))
    with access.using(access.caller(f"Bearer {token}")) as memory:
        found = settled(memory, 32)
        assert memory.verify().ok
    assert sorted(found) == sorted([*(f"tram {n}" for n in range(16)), *["I see."] * 16])
