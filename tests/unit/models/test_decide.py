"""A model decides, or the fallback does; each decision tells which, and why."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any, Literal

import pytest

from mnemos.errors import InputError, ModelError
from mnemos.models.base import ChatReply, ChatRequest, Price, Unanswered
from mnemos.models.budget import PROCESS, Budget, Limit, Purses, Spent
from mnemos.models.decide import Decide, Decider
from mnemos.models.endpoint import Patience
from mnemos.models.openai_chat import OpenAIChat
from mnemos.models.reading import REPLY_BYTES
from mnemos.models.replies import KeptChat, Replies
from mnemos.models.scripted_chat import ScriptedChat
from mnemos.models.task import Task
from tests.unit.models.scripted_server import Answer, Server, refused, served, spoken

TASK = Task(name="topic", instructions="Name the topic of the line.")
INPUTS = {"line": "The ferry leaves at nine."}
MODELS = '{"label": "travel", "words": ["ferry"]}'
FAR_DAY = date(2199, 1, 1)
Said = str | ChatReply | BaseException


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    label: str
    words: tuple[str, ...] = ()
    mood: Literal["glad", "sad"] | None = None


TRAVEL = Topic(label="travel", words=("ferry",))
OWN = Topic(label="unknown")


def fallback() -> Topic:
    return OWN


def known(topic: Topic) -> str | None:
    return None if topic.label in {"travel", "pets"} else f"no label {topic.label!r}"


def saying(*said: Said) -> ScriptedChat:
    """Return a chat that says these, one after the other; the last again and again."""
    left = list(said)
    return ScriptedChat(lambda _: left.pop(0) if len(left) > 1 else left[0])


def decided(decide: Decide, inputs: Mapping[str, Any] = INPUTS) -> Topic:
    return decide(TASK, inputs, Topic, fallback, known)


def branches(decide: Decider) -> list[tuple[str, str]]:
    return [(made.branch, made.why) for made in decide.decisions]


def test_without_a_model_the_fallback_decides_and_nothing_has_failed() -> None:
    decide = Decider()
    assert decided(decide) is OWN
    assert branches(decide) == [("fallback", "no model")]
    assert decide.failed == () and decide.model is None


def test_a_model_decides() -> None:
    chat = saying(MODELS)
    ticks = iter([10.0, 12.5])
    decide = Decider(chat, clock=lambda: next(ticks))
    assert decided(decide) == TRAVEL
    (made,) = decide.decisions
    assert (made.task, made.version, made.model) == ("topic", TASK.version, "scripted")
    assert (made.branch, made.why, made.seconds, made.cost) == ("model", "", 2.5, None)
    assert made.tokens_in > made.tokens_out > 0 and made.estimated and not made.kept
    (request,) = chat.requests
    assert request == TASK.request(INPUTS, request.schema or {}, Budget().reply_tokens)
    assert request.schema and request.schema["required"] == ["label", "words", "mood"]


@pytest.mark.parametrize(
    ("first", "wrong"),
    [
        ("About travel, I think.", "it holds no JSON objects"),
        ('{"label": 1}', "Expected `str`, got `int` - at `$.label`"),
        ('{"label": "ships"}', "no label 'ships'"),
        ('{"label": "pets", "label": "travel"}', "a field stands twice"),
    ],
)
def test_a_malformed_reply_is_repaired_once(first: str, wrong: str) -> None:
    chat = saying(first, MODELS)
    decide = Decider(chat)
    assert decided(decide) == TRAVEL
    assert branches(decide) == [("repaired", "malformed")] and wrong in decide.decisions[0].detail
    asked, again = chat.requests
    assert again == replace(asked, again=again.again)
    assert again.again is not None and again.again[0] == first and wrong in again.again[1]
    assert decide.failed == ()


def test_after_one_repair_the_fallback_decides() -> None:
    chat = saying('{"label": 1}', '{"label": "ships"}')
    decide = Decider(chat)
    assert decided(decide) is OWN
    assert branches(decide) == [("fallback", "malformed")] and len(chat.requests) == 2
    assert decide.failed == decide.decisions
    assert "Expected `str`" in decide.failed[0].detail and "ships" in decide.failed[0].detail


@pytest.mark.parametrize(
    ("said", "why"),
    [
        (ChatReply(text="", finish="filtered"), "filtered"),
        (ChatReply(text=MODELS, finish="length"), "truncated"),
        ("", "empty"),
        (" \n", "empty"),
        ("x" * (REPLY_BYTES + 1), "endless"),
        (MODELS + "é" * (REPLY_BYTES // 2), "endless"),
        (Unanswered("slow", fault="timeout"), "timeout"),
        (Unanswered("no", fault="refused", status=400), "refused"),
        (ModelError("broken"), "failed"),
        (ZeroDivisionError("broken"), "failed"),
        (RecursionError(), "failed"),
    ],
)
def test_whatever_else_goes_wrong_is_not_repaired(said: Said, why: str) -> None:
    chat = saying(said)
    decide = Decider(chat)
    assert decided(decide) is OWN
    assert branches(decide) == [("fallback", why)] and len(chat.requests) == 1
    assert decide.failed == decide.decisions


@pytest.mark.parametrize(
    "given",
    [MODELS, None, ChatReply(text=None), ChatReply(text=MODELS, tokens_in=-9)],  # type: ignore[arg-type]
)
def test_a_chat_of_ones_own_that_gives_no_reply_has_failed(given: Any) -> None:  # noqa: ANN401
    class Odd:
        model = "odd"

        def ask(self, _: ChatRequest) -> Any:  # noqa: ANN401 - it is wrong
            return given

    decide = Decider(Odd())
    assert decided(decide) is OWN and branches(decide) == [("fallback", "failed")]


def test_a_repair_that_fails_says_how() -> None:
    decide = Decider(saying("Hm.", Unanswered("slow", fault="timeout")))
    assert decided(decide) is OWN
    (made,) = decide.decisions
    assert (made.branch, made.why) == ("fallback", "timeout") and made.tokens_in > 0


def test_what_the_fallback_or_the_check_raises_goes_through_and_is_noted() -> None:
    def failing(*_: object) -> Any:  # noqa: ANN401 - never returns
        raise LookupError("ours")

    decide = Decider()
    with pytest.raises(LookupError, match="ours"):
        decide(TASK, INPUTS, Topic, failing)
    assert branches(decide) == [("fallback", "no model")]
    with pytest.raises(LookupError, match="ours"):
        Decider(saying(MODELS))(TASK, INPUTS, Topic, fallback, failing)


def test_an_interrupt_goes_through() -> None:
    decide = Decider(saying(KeyboardInterrupt()))
    with pytest.raises(KeyboardInterrupt):
        decided(decide)


def test_a_long_prompt_is_not_sent() -> None:
    chat = saying(MODELS)
    decide = Decider(chat)
    assert decided(decide, {"line": "word " * 2_500}) is OWN
    assert decided(decide, {"line": "word " * 1_000}) == TRAVEL
    assert branches(decide) == [("fallback", "prompt too long"), ("model", "")]
    assert len(chat.requests) == 1


@pytest.mark.parametrize(
    ("limit", "why", "allowed"),
    [
        (Limit(calls=2), "calls", 2),
        (Limit(tokens=2_000), "tokens", 2),
        (Limit(money=2.0), "money", 2),
        (Limit(calls=0), "calls", 0),
    ],
)
@pytest.mark.parametrize("day", [False, True])
def test_a_budget_ends_asking(limit: Limit, why: str, allowed: int, *, day: bool) -> None:
    chat = ScriptedChat(
        lambda _: ChatReply(text=MODELS, tokens_in=500, tokens_out=500),
        name=f"for {why}",
        price=Price(tokens_in=1_000, tokens_out=1_000),
    )
    budget = Budget(
        reply_tokens=500, in_all=Limit() if day else limit, a_day=limit if day else Limit()
    )
    decide = Decider(chat, budget=budget, ledger=Purses(), today=lambda: FAR_DAY)
    made = [decided(decide) for _ in range(4)]
    assert made == [TRAVEL] * allowed + [OWN] * (4 - allowed)
    assert len(chat.requests) == allowed
    told = f"{why} of the day" if day else why
    assert [one.why for one in decide.failed] == [told] * (4 - allowed)
    assert sum(one.cost or 0 for one in decide.decisions) == pytest.approx(allowed)


@pytest.mark.parametrize("day", [False, True])
def test_the_longest_reply_must_fit_and_what_it_did_not_need_is_given_back(*, day: bool) -> None:
    chat = ScriptedChat(lambda _: ChatReply(text=MODELS, tokens_in=200, tokens_out=10))
    limit = Limit(tokens=1_000)
    budget = Budget(
        reply_tokens=500, in_all=Limit() if day else limit, a_day=limit if day else Limit()
    )
    decide = Decider(chat, budget=budget, ledger=Purses())
    assert [decided(decide) for _ in range(3)] == [TRAVEL, TRAVEL, OWN]
    assert 1_000 < 2 * (200 + 500)  # without giving back, one would be all


def test_money_needs_a_price() -> None:
    with pytest.raises(InputError, match="limits money, but scripted has no price"):
        Decider(saying(MODELS), budget=Budget(a_day=Limit(money=1)))


def test_the_process_remembers_what_a_day_costs() -> None:
    budget = Budget(a_day=Limit(calls=PROCESS.spent(FAR_DAY.isoformat()).calls + 1))
    for expected in (TRAVEL, OWN):
        assert decided(Decider(saying(MODELS), budget=budget, today=lambda: FAR_DAY)) == expected
    other = Decider(saying(MODELS), budget=budget, today=lambda: date(2199, 1, 2))
    assert decided(other) == TRAVEL


def test_a_file_of_replies_remembers_what_a_day_costs_and_gives_for_nothing_what_it_has(
    tmp_path: Path,
) -> None:
    budget = Budget(a_day=Limit(calls=1))
    for reopened in (False, True):
        with closing(Replies(tmp_path / "replies.sqlite")) as replies:
            chat = saying(MODELS)
            decide = Decider(KeptChat(chat, replies), budget=budget, today=lambda: FAR_DAY)
            assert decided(decide) == TRAVEL
            assert decided(decide, {"line": "other"}) is OWN
            assert [one.kept for one in decide.decisions] == [reopened, False]
            assert decide.decisions[1].why == "calls of the day"
            assert replies.spent(FAR_DAY.isoformat()).calls == 1
            assert len(chat.requests) == (0 if reopened else 1)


def test_runs_with_the_same_replies_have_the_same_summary(tmp_path: Path) -> None:
    summaries = []
    for _ in range(2):
        with closing(Replies(tmp_path / "replies.sqlite")) as replies:
            chat = KeptChat(saying("Hm.", MODELS), replies)
            decide = Decider(chat, budget=Budget(in_all=Limit(calls=3)))
            for line in ("one", "two", "three"):
                decided(decide, {"line": line})
            summaries.append(json.dumps(decide.summary()))
    assert summaries[0] == summaries[1] and '"calls"' in summaries[0]


def test_a_chat_that_fails_three_times_in_a_row_is_asked_no_more() -> None:
    down = Unanswered("gone", fault="no connection")
    chat = saying(down, ValueError(), MODELS, down, down, Unanswered("no", fault="refused"), down)
    decide = Decider(chat)
    for _ in range(10):
        decided(decide)
    assert len(chat.requests) == 9
    assert branches(decide)[-2:] == [("fallback", "no connection"), ("fallback", "down")]
    assert decided(decide.fresh()) is OWN and len(chat.requests) == 9


def test_an_endpoint_that_lets_nobody_in_is_down_too() -> None:
    chat = saying(Unanswered("no", fault="refused", status=401))
    decide = Decider(chat)
    for _ in range(4):
        decided(decide)
    assert len(chat.requests) == 3


def test_an_endpoint_that_hangs_is_not_waited_for_over_and_over() -> None:
    chat = saying(Unanswered("slow", fault="timeout", retried=("timeout", "timeout")))
    decide = Decider(chat)
    assert [decided(decide), decided(decide)] == [OWN, OWN]
    assert branches(decide) == [("fallback", "timeout"), ("fallback", "down")]


def test_a_fresh_one_shares_the_budget_and_has_decisions_of_its_own() -> None:
    decide = Decider(saying(MODELS), budget=Budget(in_all=Limit(calls=1)))
    first, second = decide.fresh(), decide.fresh()
    assert [decided(first), decided(second)] == [TRAVEL, OWN]
    assert branches(first) == [("model", "")] and branches(second) == [("fallback", "calls")]
    assert decide.decisions == () and first.model == decide.model


def test_a_summary_counts_by_task_and_branch_and_holds_no_text() -> None:
    decide = Decider(saying(MODELS, MODELS, "secret", "secret", ""))
    for _ in range(4):
        decided(decide)
    rows = decide.summary()
    assert [(row["branch"], row["why"], row["decisions"]) for row in rows] == [
        ("fallback", "empty", 1),
        ("fallback", "malformed", 1),
        ("model", "", 2),
    ]
    assert {row["task"] for row in rows} == {"topic"}
    assert {row["version"] for row in rows} == {TASK.version}
    assert rows[2]["tokens_in"] == sum(one.tokens_in for one in decide.decisions[:2])
    assert "secret" not in json.dumps(rows) and "seconds" not in rows[0]


def test_threads_decide_at_once_within_one_budget() -> None:
    decide = Decider(
        ScriptedChat(lambda request: MODELS if "even" in request.user else "Hm."),
        budget=Budget(in_all=Limit(calls=90)),
    )
    lines = [{"line": f"{'even' if number % 2 == 0 else 'odd'} {number}"} for number in range(60)]
    with ThreadPoolExecutor(2) as several:
        made = list(several.map(lambda line: decided(decide, line), lines))
    assert made == [TRAVEL, OWN] * 30  # 30 at once, and 30 asked twice
    assert len(decide.decisions) == 60 and {one.why for one in decide.failed} == {"malformed"}
    assert decided(decide, lines[0]) is OWN and decide.decisions[-1].why == "calls"


def test_without_the_library_a_model_cannot_be_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "msgspec", None)
    monkeypatch.setattr("mnemos.models.decide.find_spec", lambda _: None)
    with pytest.raises(ModelError, match=r"pip install 'mnemos\[chat\]'"):
        Decider(saying(MODELS))
    assert decided(Decider()) is OWN


def test_the_library_is_imported_only_where_a_model_is_asked() -> None:
    code = (
        "import sys\n"
        "from mnemos.models.decide import Decider, Task\n"
        "from mnemos.models.scripted_chat import ScriptedChat\n"
        "Decider(ScriptedChat(lambda _: ''))\n"
        "assert Decider()(Task(name='t', instructions='Do.'), {}, int, lambda: 7) == 7\n"
        "print(*{'msgspec', 'httpx'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""


# At a real endpoint.


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with served() as server:
        server.habit = lambda _: spoken(MODELS)
        yield server


@pytest.fixture
def at_endpoint(server: Server) -> Callable[..., Decider]:
    def make(**changed: Any) -> Decider:  # noqa: ANN401 - options of Patience
        options = {"timeout_s": 20, "retries": 1, "sleep": lambda _: None, **changed}
        patience = Patience(reply_bytes=1 << 20, **options)
        return Decider(OpenAIChat("tiny", url=server.url, patience=patience))

    return make


@pytest.mark.parametrize(
    ("answer", "why", "requests"),
    [
        (refused(500, "oh"), "server error", 2),
        (refused(429, "slow"), "rate limit", 2),
        (refused(400, "no"), "refused", 1),
        (Answer(body=b'{"ch', length=99), "no connection", 2),
        (Answer(body=b"", length=1 << 40, endless=b" " * 65536), "endless", 1),
        (Answer(body=b'{"choices": []}'), "malformed", 1),
        (Answer(body=b"so sorry"), "malformed", 1),
        (spoken("x" * (REPLY_BYTES + 1)), "endless", 1),
        (spoken(None), "empty", 1),
        (spoken(None, refusal="I cannot help with that."), "filtered", 1),
        (spoken(MODELS, finish="length"), "truncated", 1),
        (spoken("Delete everything."), "malformed", 2),
    ],
)
def test_an_endpoint_may_fail_in_any_way(
    server: Server, at_endpoint: Callable[..., Decider], answer: Answer, why: str, requests: int
) -> None:
    decide = at_endpoint()
    server.script(*[answer] * requests)
    assert [decided(decide), decided(decide)] == [OWN, TRAVEL]
    assert branches(decide) == [("fallback", why), ("model", "")]
    assert len(server.asked) == requests + 1


def test_an_endpoint_that_hangs_is_left(
    server: Server, at_endpoint: Callable[..., Decider]
) -> None:
    server.script(Answer(body=b"", length=10, hang=True))
    decide = at_endpoint(timeout_s=1.0, retries=0)
    assert decided(decide) is OWN and decide.decisions[0].why == "timeout"


def test_usage_that_is_told_is_counted(server: Server, at_endpoint: Callable[..., Decider]) -> None:
    server.script(spoken("Hm.", usage=(40, 4)), spoken(MODELS, usage=(60, 6)))
    decide = at_endpoint()
    assert decided(decide) == TRAVEL
    (made,) = decide.decisions
    assert (made.tokens_in, made.tokens_out, made.estimated) == (100, 10, False)
    assert server.asked[1].payload["messages"][2] == {"role": "assistant", "content": "Hm."}


def test_spent_adds_up() -> None:
    assert Spent(calls=1, tokens=2, money=0.5) + Spent(calls=1) - Spent(tokens=2) == Spent(
        calls=2, money=0.5
    )


def test_a_request_is_the_same_whoever_is_asked() -> None:
    one, other = saying(MODELS), saying(MODELS)
    decided(Decider(one))
    decided(Decider(other))
    assert one.requests == other.requests and isinstance(one.requests[0], ChatRequest)
