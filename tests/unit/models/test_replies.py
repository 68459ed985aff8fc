"""Replies are kept and paid for once; what a day costs is known to all that share the file."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from mnemos.errors import InputError, ModelError
from mnemos.models.base import Chat, ChatReply, ChatRequest, Price, Unanswered
from mnemos.models.budget import Budget, Ledger, Limit, Purses, Spent
from mnemos.models.replies import KeptChat, Replies
from mnemos.models.scripted_chat import ScriptedChat

REQUEST = ChatRequest(system="Name it.", user="The ferry.", schema={"type": "object"})
ONE = Spent(calls=1, tokens=10, money=0.5)


@pytest.fixture
def replies(tmp_path: Path) -> Iterator[Replies]:
    with closing(Replies(tmp_path / "new" / "replies.sqlite")) as replies:
        yield replies


@pytest.fixture(params=["process", "file"])
def ledger(request: pytest.FixtureRequest, replies: Replies) -> Ledger:
    return replies if request.param == "file" else Purses()


def echo(request: ChatRequest) -> str:
    return f"you said {request.user}"


def test_what_was_asked_before_is_not_asked_again(replies: Replies) -> None:
    chat = ScriptedChat(echo, price=Price(tokens_in=1, tokens_out=2))
    kept = KeptChat(chat, replies)
    assert isinstance(kept, Chat) and (kept.model, kept.price) == (chat.model, chat.price)
    assert kept.known(REQUEST) is None
    first = kept.ask(REQUEST)
    assert not first.kept and kept.known(REQUEST) == kept.ask(REQUEST) == replace(first, kept=True)
    assert len(chat.requests) == 1


def test_all_of_a_reply_is_kept(replies: Replies) -> None:
    whole = ChatReply(
        text="a\ud800", tokens_in=1, tokens_out=2, finish="length", retried=("timeout",)
    )
    kept = KeptChat(ScriptedChat(lambda _: whole), replies)
    kept.ask(REQUEST)
    assert kept.ask(REQUEST) == replace(whole, kept=True)


@pytest.mark.parametrize(
    "other",
    [
        replace(REQUEST, system="Name them."),
        replace(REQUEST, user="The ferries."),
        replace(REQUEST, schema=None),
        replace(REQUEST, max_tokens=1),
        replace(REQUEST, temperature=0.5),
        replace(REQUEST, seed=1),
        replace(REQUEST, again=("no", "again")),
    ],
)
def test_whatever_else_is_asked_is_asked(replies: Replies, other: ChatRequest) -> None:
    chat = ScriptedChat(echo)
    kept = KeptChat(chat, replies)
    kept.ask(REQUEST)
    assert kept.known(other) is None
    assert KeptChat(ScriptedChat(echo, name="another"), replies).known(REQUEST) is None


def test_no_reply_is_not_kept(replies: Replies) -> None:
    kept = KeptChat(ScriptedChat(lambda _: Unanswered("gone", fault="timeout")), replies)
    for _ in range(2):
        with pytest.raises(Unanswered):
            kept.ask(REQUEST)
    assert kept.known(REQUEST) is None


def test_a_file_that_is_none_is_named(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("The ferry leaves at nine. " * 99)
    with pytest.raises(ModelError, match=r"file of replies .*notes\.txt: file is not a database"):
        Replies(tmp_path / "notes.txt")
    with pytest.raises(ModelError, match=r"file of replies"):
        Replies(tmp_path / "notes.txt" / "below")


def test_a_closed_file_is_a_named_error(replies: Replies) -> None:
    replies.close()
    with pytest.raises(ModelError, match=r"replies\.sqlite"):
        KeptChat(ScriptedChat(echo), replies).ask(REQUEST)


def test_a_purse_gives_no_more_than_its_limit(ledger: Ledger) -> None:
    assert [ledger.take("may", ONE, Limit(calls=2)) for _ in range(3)] == [None, None, "calls"]
    assert ledger.take("may", ONE, Limit(tokens=29)) == "tokens"
    assert ledger.take("may", ONE, Limit(money=1.4)) == "money"
    assert ledger.spent("may") == Spent(calls=2, tokens=20, money=1.0)
    assert ledger.take("june", ONE, Limit(calls=1)) is None
    ledger.settle("may", Spent(tokens=-5))
    assert ledger.spent("may") == Spent(calls=2, tokens=15, money=1.0)
    assert ledger.spent("july") == Spent()


def test_threads_share_a_purse(ledger: Ledger) -> None:
    with ThreadPoolExecutor(8) as several:
        given = list(several.map(lambda _: ledger.take("may", ONE, Limit(calls=50)), range(99)))
    assert given.count(None) == 50
    assert ledger.spent("may") == Spent(calls=50, tokens=500, money=25.0)


TAKER = """
import sys
from pathlib import Path
from typing import Any
from mnemos.models.budget import Limit, Spent
from mnemos.models.replies import Replies
replies = Replies(Path(sys.argv[1]))
print("ready", flush=True)
input()
taken = [replies.take("may", Spent(calls=1), Limit(calls=600)) for _ in range(400)]
replies.keep(sys.argv[2].encode(), sys.argv[2])
print(taken.count(None))
"""


def test_processes_share_a_file_from_the_moment_it_is_made(tmp_path: Path) -> None:
    file = tmp_path / "shared.sqlite"
    command = [sys.executable, "-c", TAKER, str(file)]
    pipe = subprocess.PIPE
    with ExitStack() as all_end:
        children = [
            all_end.enter_context(
                subprocess.Popen([*command, name], text=True, stdin=pipe, stdout=pipe)
            )
            for name in "abc"
        ]
        for child in children:
            assert child.stdout is not None and child.stdout.readline() == "ready\n"
        for child in children:
            assert child.stdin is not None
            child.stdin.write("\n")
            child.stdin.flush()
        taken = [int(child.communicate()[0]) for child in children]
    assert [child.returncode for child in children] == [0, 0, 0]
    assert sum(taken) == 600
    with closing(Replies(file)) as replies:
        assert replies.spent("may").calls == 600
        assert [replies.get(name) for name in (b"a", b"b", b"c")] == ["a", "b", "c"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"prompt_tokens": 0},
        {"reply_tokens": 0},
        {"in_all": Limit(calls=-1)},
        {"a_day": Limit(money=-0.1)},
    ],
)
def test_a_budget_below_nought_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(InputError):
        Budget(**wrong)
