"""An endpoint is asked by the protocol, patiently, and its answers are checked."""

from __future__ import annotations

import logging
import sys
import traceback
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from mnemos.errors import InputError, ModelError
from mnemos.models import embedder
from mnemos.models.base import Embedder
from mnemos.models.endpoint import Patience
from mnemos.models.openai_compatible import OpenAICompatible
from mnemos.types import ModelId
from tests.unit.models.scripted_server import (
    Answer,
    Asked,
    Server,
    answered,
    honest,
    refused,
    served,
    vector,
)

KEY = "sk-very-secret-1234567890"
Make = Callable[..., OpenAICompatible]


@pytest.fixture(autouse=True)
def _own_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("MNEMOS_EMBEDDINGS_URL", "MNEMOS_EMBEDDINGS_KEY", "OPENAI_BASE_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")


@pytest.fixture
def server() -> Iterator[Server]:
    with served() as server:
        yield server


@pytest.fixture
def slept() -> list[float]:
    return []


@pytest.fixture
def patience(slept: list[float]) -> Patience:
    return Patience(timeout_s=20, sleep=slept.append, chance=lambda: 0.0)


@pytest.fixture
def made(server: Server, patience: Patience) -> Make:
    def make(**options: object) -> OpenAICompatible:
        given = {"url": server.url, "key": KEY, "dimension": 3, "patience": patience, **options}
        return OpenAICompatible("tiny", **given)  # type: ignore[arg-type]

    return make


def test_a_request_speaks_the_protocol(server: Server, made: Make) -> None:
    assert made().encode(["one", "three"]).tolist() == [vector("one"), vector("three")]
    (asked,) = server.asked
    assert asked.path == "/v1/embeddings"
    assert asked.headers["authorization"] == f"Bearer {KEY}"
    assert asked.payload == {
        "model": "tiny",
        "input": ["one", "three"],
        "encoding_format": "float",
    }


def test_it_is_an_embedder_that_knows_its_model_unasked(server: Server, made: Make) -> None:
    embedder = made()
    assert isinstance(embedder, Embedder)
    assert embedder.model == ModelId("openai:tiny", server.url[7:-3], 3)
    assert made(revision="2026-01").model.revision == "2026-01"
    assert embedder.encode([]).shape == (0, 3)
    assert server.asked == []


def test_an_unknown_dimension_is_asked_for_once(server: Server, made: Make) -> None:
    embedder = made(dimension=None)
    assert (embedder.model.dimension, embedder.model.dimension) == (3, 3)
    assert len(server.asked) == 1
    other = made(dimension=None)
    other.encode(["first"])
    assert other.model.dimension == 3
    assert len(server.asked) == 2


def test_well_known_models_know_their_dimension_and_are_asked_for_less(server: Server) -> None:
    assert OpenAICompatible("text-embedding-3-small", url=server.url).model.dimension == 1536
    OpenAICompatible("text-embedding-3-small", url=server.url, dimension=3).encode(["a"])
    assert server.asked[0].payload["dimensions"] == 3
    assert "authorization" not in server.asked[0].headers


def test_shorter_vectors_are_asked_for_on_demand(server: Server, made: Make) -> None:
    made(shorten=True).encode(["a"])
    assert server.asked[0].payload["dimensions"] == 3
    with pytest.raises(InputError, match="which dimension"):
        made(dimension=None, shorten=True)


def test_vectors_are_put_in_the_order_of_their_index(server: Server, made: Make) -> None:
    texts = ["a", "bee", "cc"]
    server.script(lambda _: answered([vector(text) for text in texts], order=[2, 0, 1]))
    assert made().encode(texts).tolist() == [vector(text) for text in texts]


def test_batches_are_bounded_by_texts_and_characters(server: Server, made: Make) -> None:
    texts = ["aa", "bb", "cc", "d" * 9, "e", "f", "g"]
    vectors = made(batch_texts=3, batch_characters=5).encode(texts)
    assert vectors.tolist() == [vector(text) for text in texts]
    assert [asked.payload["input"] for asked in server.asked] == [
        ["aa", "bb"],
        ["cc"],
        ["d" * 9],
        ["e", "f", "g"],
    ]


def test_empty_texts_and_broken_characters_are_made_fit_to_send(server: Server, made: Make) -> None:
    assert made().encode(["", "a\ud800"]).shape == (2, 3)
    assert server.asked[0].payload["input"] == [" ", "a?"]


def test_a_batch_that_is_too_much_is_halved_and_a_text_too_long_is_cut(
    server: Server, made: Make
) -> None:
    def small(asked: Asked) -> Answer:
        texts = asked.payload["input"]
        if len(texts) > 2:
            return refused(413, "batch size 3 exceeds 2")
        if max(map(len, texts)) > 300:
            return refused(400, "This model's maximum context length is 300 tokens")
        return honest(asked)

    server.script(*[small] * 20)
    vectors = made().encode(["a", "b" * 1000, "c"])
    assert vectors[:, 0].tolist() == [1, 250, 1]


def test_what_is_refused_for_another_reason_is_not_cut(server: Server, made: Make) -> None:
    server.script(refused(400, "unknown model"), refused(404, "no such token"))
    for said in ("unknown model", "no such token"):
        with pytest.raises(ModelError, match=said):
            made().encode(["a" * 1000, "b"])
    assert len(server.asked) == 2


def test_too_many_requests_wait_as_long_as_the_endpoint_asks(
    server: Server, made: Make, slept: list[float]
) -> None:
    server.script(
        refused(429, "slow down", Retry_After="7"),
        refused(
            503,
            "later",
            Retry_After="Sat, 21 Nov 2026 08:00:12 GMT",
            Date="Sat, 21 Nov 2026 08:00:00 GMT",
        ),
        refused(503, "later", Retry_After="soon"),
    )
    assert made().encode(["a"]).shape == (1, 3)
    assert slept[0] == 7
    assert slept[2] == 2
    assert len(slept) == 3


def test_an_endpoint_that_asks_for_too_long_a_pause_is_given_up(
    server: Server, made: Make, slept: list[float]
) -> None:
    server.script(refused(429, "slow down", Retry_After="3600"))
    with pytest.raises(ModelError, match=r"wait 3600 s, more than 60 s"):
        made().encode(["a"])
    assert slept == []


@pytest.mark.parametrize("status", [408, 409, 429, 500, 502, 503, 504])
def test_failures_that_may_pass_are_tried_again_with_growing_pauses(
    server: Server, made: Make, slept: list[float], status: int
) -> None:
    server.script(*[refused(status, "broken")] * 5)
    with pytest.raises(ModelError, match=rf"HTTP {status}, after 5 attempts"):
        made().encode(["a"])
    assert slept == [0.5, 1, 2, 4]


def test_whoever_wants_to_know_hears_of_each_failure_that_may_pass(
    server: Server, made: Make, patience: Patience
) -> None:
    heard: list[str] = []
    server.script(refused(429, "slow down"), refused(503, f"{KEY}?"))
    assert made(patience=replace(patience, failed=heard.append)).encode(["a"]).shape == (1, 3)
    assert heard == ["HTTP 429", "HTTP 503"]


def test_pauses_are_spread_by_chance_and_bounded() -> None:
    patience = Patience(chance=lambda: 0.5)
    assert patience.pause_s(0) == 0.375
    assert patience.pause_s(50) == 15


def test_an_empty_purse_is_not_asked_again(server: Server, made: Make) -> None:
    server.script(refused(429, "insufficient_quota: check your plan"))
    with pytest.raises(ModelError, match="insufficient_quota"):
        made().encode(["a"])
    assert len(server.asked) == 1


@pytest.mark.parametrize(
    "answer",
    [
        Answer(hang=True, length=10),
        Answer(body=b'{"data": [', hang=True, length=1000),
    ],
    ids=["before the body", "in mid-body"],
)
def test_a_hanging_endpoint_is_left(
    server: Server, made: Make, patience: Patience, answer: Answer
) -> None:
    server.script(answer, answer)
    short = replace(patience, timeout_s=0.2, retries=1)
    with pytest.raises(ModelError, match=r"ReadTimeout.*after 2 attempts"):
        made(patience=short).encode(["a"])


def test_a_dripping_reply_is_left_when_the_time_is_up(made: Make, patience: Patience) -> None:
    ticks = iter(range(0, 1000, 15))
    slow = replace(patience, clock=lambda: next(ticks) * 2.0, retries=0)
    with pytest.raises(ModelError, match="no whole reply in 20 s"):
        made(patience=slow).encode(["a"])


def test_a_reply_cut_off_by_the_network_is_asked_for_again(server: Server, made: Make) -> None:
    server.script(Answer(body=b'{"data": [', length=1000))
    assert made().encode(["a"]).tolist() == [vector("a")]
    assert len(server.asked) == 2


def test_an_endpoint_that_is_not_there_is_named(patience: Patience) -> None:
    with served() as gone:
        url = gone.url
    there = OpenAICompatible("tiny", url=url, dimension=3, patience=patience)
    with pytest.raises(ModelError, match=r"127\.0\.0\.1:\d+: ConnectError.*after 5 attempts"):
        there.encode(["a"])


def test_a_reply_too_long_is_not_read(made: Make, patience: Patience) -> None:
    with pytest.raises(ModelError, match="longer than 20 bytes"):
        made(patience=replace(patience, reply_bytes=20)).encode(["a"])


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (answered([[1.0, float("nan"), 0.0], [1, 1, 1]]), "text 0 is not finite"),
        (answered([[1, 1, 1], [1e300, 0.0, 0.0]]), "text 1 is not finite"),
        (answered([[1, 1, None], [1, 1, 1]]), "not finite"),
        (answered([[1, 1, 1], [0, 0, 0]]), r"text 1 is nought \(1 of 2\)"),
        (answered([[1, 1], [1, 1]]), "gave 2-d vectors; its own are 3-d"),
        (answered([[1, 1, 1], [1]]), "no vectors"),
        (answered([["a", "b", "c"], [1, 1, 1]]), "no vectors"),
        (answered([[1, 1, 1]]), "gave 1 vectors for 2 texts"),
        (answered([[1, 1, 1]] * 3), "gave 3 vectors for 2 texts"),
        (answered([[1, 1, 1]] * 2, order=[1, 1]), "index 1 among 2"),
        (answered(["AACAPw==", "AACAPw=="]), "no list of numbers"),
        (Answer(body=b'{"data": [{"embedding": [1, 1, 1]}, {}]}'), "index None"),
        (Answer(body=b'{"data": [{"index": 7, "embedding": [1]}, {}]}'), "index 7 among 2"),
        (Answer(body=b'{"data": {}}'), "without a list 'data'"),
        (Answer(body=b"[]"), "without a list 'data'"),
        (Answer(body=b'{"data": [{"ind'), "is no JSON"),
        (Answer(body=b"[" * 100_000), "is no JSON"),
        (Answer(body=b"\xff\xfe"), "is no JSON"),
        (Answer(body=b"<html>busy</html>"), "<html>busy"),
        (Answer(), r"\(0 bytes\) is no JSON"),
        (Answer(307, headers={"Location": "http://127.0.0.1:9/"}), "HTTP 307"),
    ],
)
def test_nonsense_is_refused_at_once(server: Server, made: Make, answer: Answer, said: str) -> None:
    server.script(answer)
    with pytest.raises(ModelError, match=said):
        made().encode(["one", "two"])
    assert len(server.asked) == 1


def test_an_empty_vector_has_no_dimension(server: Server, made: Make) -> None:
    server.script(answered([[]]))
    with pytest.raises(ModelError, match="empty vector"):
        _ = made(dimension=None).model


@pytest.mark.parametrize("status", [400, 401, 403, 500])
def test_the_key_is_never_shown(
    server: Server, made: Make, status: int, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    server.script(*[refused(status, f"wrong key: {KEY}")] * 5)
    embedder = made()
    with pytest.raises(ModelError) as failed:
        embedder.encode(["a"])
    told = "".join(traceback.format_exception(failed.value))
    shown = [told, repr(failed.value), repr(vars(failed.value)), caplog.text, repr(embedder)]
    assert not any(KEY in text or KEY[:12] in text for text in shown)
    if status in {401, 403}:
        assert "does not let us in with the key given" in str(failed.value)
        assert len(server.asked) == 1


@pytest.mark.parametrize("key", [f"{KEY}\n", f"{KEY}é", f"a {KEY}", ""])
def test_a_malformed_key_is_refused_unshown(made: Make, key: str) -> None:
    with pytest.raises(InputError, match="key") as failed:
        made(key=key)
    assert KEY not in str(failed.value)


@pytest.mark.parametrize(
    "url",
    [
        f"https://me:{KEY}@host/v1",
        f"https://host/v1?key={KEY}",
        f"me:{KEY}@host",
        "ftp://host/v1",
        "https://",
        "https://host:port/v1",
        "https://[host/v1",
    ],
)
def test_a_url_with_a_secret_or_without_a_host_is_refused_unshown(made: Make, url: str) -> None:
    with pytest.raises(InputError, match="URL") as failed:
        made(url=url)
    assert KEY not in str(failed.value)


@pytest.mark.parametrize("name", ["dimension", "batch_texts", "batch_characters"])
def test_sizes_are_at_least_one(made: Make, name: str) -> None:
    for value in (0, -1):
        with pytest.raises(InputError, match="at least 1"):
            made(**{name: value})


def test_the_environment_names_the_endpoint(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_BASE_URL", server.url)
    monkeypatch.setenv("OPENAI_API_KEY", "of-openai")
    assert embedder("openai:tiny").encode(["a"]).shape == (1, 3)
    assert server.asked[-1].headers["authorization"] == "Bearer of-openai"
    monkeypatch.setenv("MNEMOS_EMBEDDINGS_KEY", "of-mnemos")
    embedder("openai:tiny").encode(["a"])
    assert server.asked[-1].headers["authorization"] == "Bearer of-mnemos"


def test_a_key_for_openai_never_goes_elsewhere(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "of-openai")
    OpenAICompatible("tiny", url=server.url).encode(["a"])
    monkeypatch.setenv("MNEMOS_EMBEDDINGS_URL", server.url)
    embedder("openai:tiny").encode(["a"])
    assert [asked.headers.get("authorization") for asked in server.asked] == [None, None]


def test_without_endpoint_and_key_nothing_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(InputError, match="MNEMOS_EMBEDDINGS_URL"):
        embedder("openai:tiny")
    monkeypatch.setenv("OPENAI_API_KEY", " ")
    with pytest.raises(InputError, match="OPENAI_API_KEY is empty"):
        embedder("openai:tiny")
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    made = embedder("openai:text-embedding-3-large")
    assert made.model == ModelId("openai:text-embedding-3-large", "api.openai.com", 3072)


def test_without_the_library_it_says_what_to_install(
    made: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "httpx", None)
    with pytest.raises(ModelError, match=r"mnemos\[remote\]"):
        made().encode(["a"])
