"""A chat at an endpoint is asked by the protocol, patiently; whatever goes wrong has a name."""

from __future__ import annotations

import json
import threading
import traceback
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from mnemos.errors import InputError
from mnemos.models import openai_chat
from mnemos.models.base import Chat, ChatReply, ChatRequest, Price, Unanswered
from mnemos.models.endpoint import Patience
from mnemos.models.openai_chat import OpenAIChat, estimated_in
from mnemos.types import JSON
from tests.unit.models.scripted_server import Answer, Asked, Server, refused, served, spoken

KEY = "sk-very-secret-1234567890"
SCHEMA: Mapping[str, JSON] = {"type": "object", "properties": {}}
REQUEST = ChatRequest(system="Name it.", user="The ferry.", max_tokens=9, seed=7)
BOUND = replace(REQUEST, schema=SCHEMA)
Make = Callable[..., OpenAIChat]


@pytest.fixture(autouse=True)
def _own_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("MNEMOS_CHAT_URL", "MNEMOS_CHAT_KEY", "OPENAI_BASE_URL", "OPENAI_API_KEY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")


@pytest.fixture
def server() -> Iterator[Server]:
    with served() as server:
        server.habit = lambda _: spoken("ferries")
        yield server


@pytest.fixture
def slept() -> list[float]:
    return []


@pytest.fixture
def patience(slept: list[float]) -> Patience:
    return Patience(timeout_s=20, retries=2, sleep=slept.append, chance=lambda: 0.0)


@pytest.fixture
def made(server: Server, patience: Patience) -> Make:
    def make(**options: object) -> OpenAIChat:
        given = {"url": server.url, "key": KEY, "patience": patience, **options}
        return OpenAIChat("tiny", **given)  # type: ignore[arg-type]

    return make


def test_a_request_speaks_the_protocol(server: Server, made: Make) -> None:
    reply = made().ask(REQUEST)
    assert reply == ChatReply(text="ferries", tokens_in=10, tokens_out=2)
    (asked,) = server.asked
    assert asked.path == "/v1/chat/completions"
    assert asked.headers["authorization"] == f"Bearer {KEY}"
    assert asked.payload == {
        "model": "tiny",
        "messages": [
            {"role": "system", "content": "Name it."},
            {"role": "user", "content": "The ferry."},
        ],
        "max_tokens": 9,
        "temperature": 0.0,
        "seed": 7,
    }


def test_it_is_a_chat_that_knows_its_name_unasked(server: Server, made: Make) -> None:
    chat = made(price=Price(tokens_in=1, tokens_out=2))
    assert isinstance(chat, Chat)
    assert chat.model == f"openai:tiny at {server.url[7:-3]}"
    assert KEY not in repr(chat)
    assert server.asked == []


def test_a_reply_that_was_of_no_use_is_part_of_what_is_said(server: Server, made: Make) -> None:
    made().ask(replace(REQUEST, again=("no\ud800", "Reply again.")))
    assert server.asked[0].payload["messages"][2:] == [
        {"role": "assistant", "content": "no?"},
        {"role": "user", "content": "Reply again."},
    ]


def _formats(server: Server) -> list[str]:
    kinds = (asked.payload.get("response_format", {}) for asked in server.asked)
    return [kind.get("type", "none") for kind in kinds]


def test_a_schema_is_asked_for_strictly(server: Server, made: Make) -> None:
    made().ask(BOUND)
    (asked,) = server.asked
    assert asked.payload["response_format"] == {
        "type": "json_schema",
        "json_schema": {"name": "reply", "strict": True, "schema": SCHEMA},
    }


def test_an_endpoint_that_takes_no_schema_is_asked_for_less_and_that_is_remembered(
    server: Server, made: Make
) -> None:
    def old(asked: Asked) -> Answer:
        if "response_format" not in asked.payload:
            return spoken("ferries")
        kind = asked.payload["response_format"]["type"]
        return refused(400, f"response_format.type {kind} is not available")

    server.habit = old
    chat = made()
    assert chat.ask(BOUND).text == chat.ask(BOUND).text == "ferries"
    assert _formats(server) == ["json_schema", "json_object", "none", "none"]


def test_any_object_is_as_much_as_some_endpoints_can_promise(server: Server, made: Make) -> None:
    server.script(refused(422, "json_schema: unknown variant"))
    chat = made()
    chat.ask(BOUND)
    chat.ask(BOUND)
    assert _formats(server) == ["json_schema", "json_object", "json_object"]


def test_what_did_not_help_is_not_remembered(server: Server, made: Make) -> None:
    server.script(*[refused(400, "no structured output for you")] * 3)
    chat = made()
    with pytest.raises(Unanswered):
        chat.ask(BOUND)
    chat.ask(BOUND)
    assert _formats(server) == ["json_schema", "json_object", "none", "json_schema"]


def test_models_that_take_no_temperature_or_seed_are_given_none(server: Server, made: Make) -> None:
    def reasoning(asked: Asked) -> Answer:
        if "max_tokens" in asked.payload:
            return refused(400, "'max_tokens' is not supported, use 'max_completion_tokens'")
        for name in ("temperature", "seed"):
            if name in asked.payload:
                return refused(400, f"Unsupported value: '{name}'")
        return spoken("ferries")

    server.habit = reasoning
    chat = made()
    chat.ask(REQUEST)
    chat.ask(REQUEST)
    assert len(server.asked) == 4 + 1
    last = server.asked[-1].payload
    assert last.keys() == {"model", "messages", "max_completion_tokens"}
    assert last["max_completion_tokens"] == 9


@pytest.mark.parametrize(
    ("answer", "fault", "requests"),
    [
        (refused(500, "oh"), "server error", 3),
        (refused(429, "slow"), "rate limit", 3),
        (refused(429, "slow", Retry_After="3600"), "rate limit", 1),
        (refused(429, "insufficient_quota"), "refused", 1),
        (refused(401, "no"), "refused", 1),
        (refused(400, "the context is too long"), "refused", 1),
        (refused(400, "content_filter"), "filtered", 1),
        (Answer(body=b'{"choices": [{"mess'), "malformed", 1),
        (Answer(body=b"[" * 100_000), "malformed", 1),
        (Answer(body=b"<html>"), "malformed", 1),
        (Answer(body=b"{}"), "malformed", 1),
        (Answer(body=b'{"choices": []}'), "malformed", 1),
        (Answer(body=b'{"choices": [null]}'), "malformed", 1),
        (Answer(body=b'{"choices": [{"message": {"content": [1]}}]}'), "malformed", 1),
        (Answer(body=b'{"ch', length=99), "no connection", 3),
        (Answer(body=b'{"ch', length=1 << 40, endless=b"a" * 65536), "endless", 1),
    ],
)
def test_what_goes_wrong_is_bounded_and_named(
    server: Server,
    made: Make,
    monkeypatch: pytest.MonkeyPatch,
    *,
    answer: Answer,
    fault: str,
    requests: int,
) -> None:
    monkeypatch.setattr(openai_chat, "REPLY_BYTES", 1 << 20)
    server.habit = lambda _: answer
    with pytest.raises(Unanswered) as failure:
        made().ask(REQUEST)
    assert failure.value.fault == fault
    assert failure.value.retried == (fault,) * (requests - 1)
    assert failure.value.status == (answer.status if fault in {"refused", "filtered"} else None)
    assert len(server.asked) == requests


def test_a_server_slower_than_the_timeout_is_left(
    server: Server, made: Make, patience: Patience
) -> None:
    server.script(Answer(body=b"", length=10, hang=True))
    with pytest.raises(Unanswered) as failure:
        made(patience=replace(patience, timeout_s=1.0, retries=0)).ask(REQUEST)
    assert failure.value.fault == "timeout"


def test_a_reply_after_failures_tells_them(server: Server, made: Make, slept: list[float]) -> None:
    server.script(refused(429, "slow down", Retry_After="3"), refused(503, "oh"))
    assert made().ask(REQUEST).retried == ("rate limit", "server error")
    assert slept == [3, 1]


@pytest.mark.parametrize(
    ("answer", "text", "finish"),
    [
        (spoken(""), "", "stop"),
        (spoken(None), "", "stop"),
        (spoken("Nine is", finish="length"), "Nine is", "length"),
        (spoken("Nine is", finish="content_filter"), "", "filtered"),
        (spoken(None, refusal="I cannot help with that."), "", "filtered"),
        (Answer(body=b'{"choices":[{"message":{"content":"\\ud800 9"}}]}'), "? 9", "stop"),
    ],
)
def test_a_reply_says_why_it_ends(
    server: Server, made: Make, answer: Answer, text: str, finish: str
) -> None:
    server.script(answer)
    reply = made().ask(REQUEST)
    assert (reply.text, reply.finish) == (text, finish)


@pytest.mark.parametrize("usage", [None, {"prompt_tokens": -1, "completion_tokens": 2}, 7])
def test_tokens_that_are_not_told_are_estimated_and_said_to_be(
    server: Server, made: Make, usage: object
) -> None:
    body = json.loads(spoken("ferries", usage=None).body)
    server.script(Answer(body=json.dumps({**body, "usage": usage}).encode()))
    reply = made().ask(REQUEST)
    assert reply.estimated and reply.tokens_in == estimated_in(REQUEST) > 0 < reply.tokens_out


def test_no_more_requests_than_allowed_are_under_way(server: Server, made: Make) -> None:
    lock = threading.Lock()
    now: list[int] = [0]
    most: list[int] = []

    def counting(_: Asked) -> Answer:
        with lock:
            now[0] += 1
            most.append(now[0])
        threading.Event().wait(0.02)
        with lock:
            now[0] -= 1
        return spoken("ferries")

    server.habit = counting
    chat = made(at_once=2)
    with ThreadPoolExecutor(6) as several:
        replies = list(several.map(chat.ask, [REQUEST] * 12))
    assert {reply.text for reply in replies} == {"ferries"}
    assert len(most) == 12 and max(most) <= 2


def test_the_key_is_in_no_reply_and_no_message(server: Server, made: Make) -> None:
    server.script(spoken(f"your key is {KEY}"), refused(400, f"not with {KEY}"))
    assert made().ask(REQUEST).text == "your key is [key]"
    with pytest.raises(Unanswered) as failure:
        made().ask(REQUEST)
    assert KEY not in "".join(traceback.format_exception(failure.value))


def test_the_environment_says_where_and_no_key_goes_elsewhere(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(InputError, match="no endpoint for chats: set MNEMOS_CHAT_URL"):
        OpenAIChat("tiny")
    monkeypatch.setenv("OPENAI_API_KEY", "sk-for-openai-alone")
    assert OpenAIChat("tiny").server == "api.openai.com"
    monkeypatch.setenv("MNEMOS_CHAT_URL", server.url)
    OpenAIChat("tiny").ask(REQUEST)
    monkeypatch.setenv("MNEMOS_CHAT_KEY", KEY)
    OpenAIChat("tiny").ask(REQUEST)
    assert "authorization" not in server.asked[0].headers
    assert server.asked[1].headers["authorization"] == f"Bearer {KEY}"


@pytest.mark.parametrize(("name", "at_once"), [("", 1), ("tiny", 0)])
def test_numbers_and_names_that_cannot_be_are_refused(name: str, at_once: int) -> None:
    with pytest.raises(InputError):
        OpenAIChat(name, url="http://localhost/v1", at_once=at_once)
