"""The client is Memory from afar: the same signatures, results and errors."""

from __future__ import annotations

import asyncio
import inspect
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import get_type_hints

import httpx
import pytest

from mnemos import (
    Erased,
    InputError,
    Memory,
    MessageError,
    NotFound,
    Policy,
    QueryError,
    RefConflict,
    RequestConflict,
    Scope,
    ServerError,
    StoreError,
    UndoRefused,
    Where,
    errors,
)
from mnemos.client import AsyncClient, Client
from mnemos.wire import problems
from mnemos.wire.operations import OPERATIONS
from mnemos.wire.problems import problem, raised, status_of
from tests.unit.serve.rest.serving import opened, served

#: What is done where the file is, and what opens or closes one.
AT_HOME = {"load", "rescue", "reader", "interrupt"}
BY_HAND = {"export", "export_lines", "backup", "scoped", "close"}


def public(kind: type) -> dict[str, Callable[..., object]]:
    return {
        name: getattr(kind, name)
        for name in dir(kind)
        if not name.startswith("_") and callable(getattr(kind, name))
    }


def test_every_method_of_memory_is_there_with_its_signature() -> None:
    theirs, ours = public(Memory), public(Client)
    assert set(theirs) - AT_HOME == set(ours) - {"import_messages"}
    for name in set(theirs) - AT_HOME:
        assert inspect.signature(theirs[name]) == inspect.signature(ours[name]), name
        if name != "scoped":
            assert get_type_hints(theirs[name]) == get_type_hints(ours[name]), name


def test_the_asynchronous_client_has_what_the_other_has() -> None:
    theirs, ours = public(Client), public(AsyncClient)
    files = {"export", "export_lines", "backup", "import_messages"}
    assert set(theirs) - files == set(ours)
    for name in OPERATIONS:
        assert inspect.signature(theirs[name]) == inspect.signature(ours[name]), name
        assert inspect.iscoroutinefunction(ours[name])


def test_every_operation_is_a_method_that_stands_for_itself() -> None:
    assert set(OPERATIONS) == set(public(Memory)) - AT_HOME - BY_HAND


def said() -> list[dict[str, object]]:
    return [
        {
            "role": "user",
            "name": "Ada",
            "content": f"Line {n}: the ferry to Porto leaves at {n}",
            "id": f"m{n}",
            "said_at": f"2026-05-{n + 1:02}T10:00:00Z",
            "metadata": {"n": n, "deep": [1, {"two": [None, True]}]},
        }
        for n in range(6)
    ]


def test_answers_are_those_of_memory_value_for_value(tmp_path: Path) -> None:
    with served(tmp_path, file="one.mnemos", opening=fixed) as running:
        with running.client() as client:
            told = client.remember(said(), session="s", request_id="r1")
            client.forget(told.ids[5], why="so")
            asked = datetime(2026, 6, 1, tzinfo=UTC)
            there = {name: call(client, told.ids, asked) for name, call in ASKED.items()}
        with fixed(tmp_path / "one.mnemos") as memory:
            here = {name: call(memory, told.ids, asked) for name, call in ASKED.items()}
    assert there == here
    assert len(here["recall"]) == 3  # type: ignore[arg-type] # a Recall
    assert not any(hit.reasons for hit in here["bare"])  # type: ignore[attr-defined] # same


def fixed(path: Path) -> Memory:
    return Memory(path, embedder=None, clock=lambda: datetime(2026, 6, 2, tzinfo=UTC))


Ask = Callable[[Memory | Client, tuple[str, ...], datetime], object]
ASKED: dict[str, Ask] = {
    "recall": lambda m, _, at: m.recall("When does the ferry leave?", 3, asked_at=at),
    "where": lambda m, _, __: m.recall(
        "ferry",
        where=Where(metadata={"n": 2}, speakers=("ada",), said_to=datetime(2030, 1, 1, tzinfo=UTC)),
    ),
    "bare": lambda m, _, __: m.recall("ferry", 3, reasons=False),
    "scope": lambda m, _, __: m.recall("ferry", scope=Scope(session="other")),
    "context": lambda m, _, at: m.context("ferry", budget_tokens=80, asked_at=at),
    "get": lambda m, ids, _: m.get(ids[0]),
    "history": lambda m, ids, _: m.history(ids[5]),
    "browse": lambda m, _, __: m.browse(limit=2),
    "next": lambda m, _, __: m.browse(limit=2, after=m.browse(limit=2).after),
    "sessions": lambda m, _, __: m.sessions(limit=1),
    "refs": lambda m, _, __: m.refs(session="s"),
    "uses": lambda m, _, at: m.uses(m.recall("ferry", 2, asked_at=at)),
    "fade": lambda m, _, __: m.fade(
        Policy(kinds=("turn",), unused_for=timedelta(days=1), caps={"turn": 1}), preview=True
    ),
    "log": lambda m, _, __: m.log(5, before=3),
    "facts": lambda m, _, at: m.facts(valid_at=at),
    "some facts": lambda m, _, __: m.facts(every=True, limit=1),
    "more facts": lambda m, _, __: m.facts(
        every=True, limit=1, after=m.facts(every=True, limit=1)[-1].id
    ),
    "all facts": lambda m, _, __: m.facts(every=True, limit=None),
    "profile": lambda m, _, at: m.profile("Ada", valid_at=at),
    "recipes": lambda m, _, __: m.recipes(),
    "state_hash": lambda m, _, __: m.state_hash(),
    "verify": lambda m, _, __: m.verify(),
    "preview": lambda m, _, __: m.erase(Scope(session="s"), preview=True).ids,
}


def test_half_a_character_comes_back_as_it_was(one_file: Client) -> None:
    half = "tea \ud83c and no cup"
    receipt = one_file.remember(half)
    assert one_file.get(receipt.ids[0]).text == half


def test_all_that_changes_can_be_done(one_file: Client) -> None:
    receipt = one_file.remember(said(), session="s")
    assert one_file.sync(said(), session="s").existing == receipt.ids
    assert one_file.revise("m0", "Line 0: it leaves at noon", session="s").added
    one_file.forget([receipt.ids[1]])
    assert one_file.get(receipt.ids[1]).status == "hidden"
    one_file.restore(receipt.ids[1])
    one_file.undo(why="after all not")
    assert one_file.get(receipt.ids[1]).status == "hidden"
    context = one_file.context("ferry", budget_tokens=80)
    used = one_file.note_use(context, cited=context.citations[0].mark, outcome="good")
    assert used[context.citations[0].id].strength == 2.0
    certificate = one_file.erase(receipt.ids[2])
    assert certificate.proved
    with pytest.raises(Erased):
        one_file.get(receipt.ids[2])
    assert one_file.embed().turns
    assert one_file.vectors().embedded
    assert one_file.replay().unchanged
    assert one_file.verify(expected_head=receipt.head).ok


def test_long_work_says_how_far_it_has_come(one_file: Client) -> None:
    one_file.remember(said(), session="s")
    steps: list[tuple[int, int]] = []
    found = one_file.verify(progress=lambda done, total: steps.append((done, total)))
    assert found.ok
    assert steps[0][1] >= 1
    assert one_file.embed(progress=lambda *_: None).turns >= len(said())


def test_long_work_that_fails_at_once_is_an_error_like_any_other(one_file: Client) -> None:
    with pytest.raises(InputError, match="no embedder 'nothing'"):
        one_file.reindex("nothing", progress=lambda *_: None)


def test_errors_are_the_same_classes(one_file: Client) -> None:
    receipt = one_file.remember(said(), session="s", request_id="r")
    with pytest.raises(RefConflict):
        one_file.remember({"role": "user", "content": "else", "id": "m0"}, session="s")
    with pytest.raises(RequestConflict):
        one_file.remember("else", request_id="r")
    with pytest.raises(MessageError, match="message 0: role"):
        one_file.remember({"role": "nobody", "content": "else"})
    with pytest.raises(QueryError, match="limit"):
        one_file.recall("ferry", limit=0)
    for name in ("nothing", "..", "a/b", "?", "%2F", "\ud800", "ä" * 600):
        with pytest.raises(NotFound):
            one_file.get(name)
    one_file.erase(receipt.ids[0])
    with pytest.raises(UndoRefused):
        one_file.undo(one_file.log(1)[0].seq)
    with pytest.raises(InputError, match="expected integer"):
        one_file.recall("ferry", limit="many")  # type: ignore[arg-type] # wrong on purpose
    for metadata in ({"n": float("nan")}, {1: "one"}, {"n": object()}):
        with pytest.raises(InputError):
            one_file.remember({"role": "user", "content": "else", "metadata": metadata})
    with pytest.raises(TypeError):
        one_file.recall("ferry", no_such=1)  # type: ignore[call-arg] # same


@pytest.mark.parametrize(
    "kind",
    [
        each
        for each in vars(errors).values()
        if inspect.isclass(each) and issubclass(each, errors.MnemosError)
    ],
)
def test_every_error_of_the_tree_crosses_the_wire(kind: type[errors.MnemosError]) -> None:
    error = kind("what it says")
    body = json.loads(json.dumps(problem(error)))
    back = raised(status_of(error), body)
    assert type(back) is kind
    assert str(back) == "what it says"
    assert body["status"] == status_of(error)
    assert status_of(error) in problems.MEANINGS


def test_a_view_reads_and_writes_only_its_scope(one_file: Client) -> None:
    ada, ben = one_file.scoped(user="ada"), one_file.scoped(user="ben")
    receipt = ada.remember("locker twelve is mine", session="s")
    assert [hit.text for hit in ada.scoped(session="s").recall("locker")]
    assert len(ben.recall("locker")) == 0
    with pytest.raises(NotFound):
        ben.get(receipt.ids[0])
    with pytest.raises(QueryError, match="bound"):
        ada.scoped(user="ben")
    with pytest.raises(QueryError):
        ada.stats()


def test_an_export_makes_the_same_memory(one_file: Client, tmp_path: Path) -> None:
    for message in said():
        one_file.remember({**message, "content": "one\u2028line\x85and\x0b\ud83c"}, session="s")
    lines = one_file.export(tmp_path / "out.jsonl")
    assert lines == len(list(one_file.export_lines())) > len(said())
    with Memory.load(tmp_path / "out.jsonl") as loaded:
        assert loaded.state_hash() == one_file.state_hash()
    with pytest.raises(StoreError):
        one_file.export(tmp_path / "out.jsonl")


def test_a_backup_is_a_memory(one_file: Client, tmp_path: Path) -> None:
    one_file.remember(said(), session="s")
    one_file.backup(tmp_path / "copy.mnemos")
    with opened(tmp_path / "copy.mnemos") as copy:
        assert copy.state_hash() == one_file.state_hash()


def test_messages_of_any_number_are_taken_in(one_file: Client) -> None:
    many = (
        {"role": "user", "content": f"turn {n}", "session": f"s{n // 700}", "id": str(n)}
        for n in range(1500)
    )
    steps: list[int] = []
    done = one_file.import_messages(many, request_id="all", progress=lambda n, _: steps.append(n))
    assert (done.messages, done.added, done.problems) == (1500, 1500, ())
    assert steps
    assert one_file.stats().sessions == 3
    assert one_file.log(1)[0].hash == done.head


def test_bad_messages_stop_an_import_or_are_left_out(one_file: Client) -> None:
    bad: list[dict[str, object]] = [*said()]
    bad += [{"role": "nobody", "content": "x"}, {"role": "user", "content": "good"}]
    with pytest.raises(MessageError, match=r"line 7: role 'nobody'.*6 messages before it went in"):
        one_file.import_messages(bad)
    done = one_file.import_messages(bad, on_error="skip")
    assert (done.messages, done.added, done.existing, done.left_out) == (8, 1, 6, 1)
    assert done.problems[0].startswith("line 7: role 'nobody'")


def test_a_server_that_is_not_there_is_named() -> None:
    with (
        Client("http://127.0.0.1:9") as client,
        pytest.raises(ServerError, match=r"127\.0\.0\.1:9"),
    ):
        client.state_hash()


def test_another_servers_answer_is_no_result() -> None:
    def answer(_: httpx.Request) -> httpx.Response:
        return httpx.Response(200, json={"hello": "world"})

    transport = httpx.MockTransport(answer)
    with (
        Client("http://x", transport=transport) as client,
        pytest.raises(ServerError, match="is no Receipt"),
    ):
        client.remember("a")


def test_what_a_newer_server_says_in_addition_is_left_out() -> None:
    def answer(_: httpx.Request) -> httpx.Response:
        said = {
            "ids": ["a"],
            "added": ["a"],
            "existing": [],
            "seq": 1,
            "head": "h",
            "mood": {"good": True},
        }
        return httpx.Response(200, json=said)

    with Client("http://x", transport=httpx.MockTransport(answer)) as client:
        assert client.forget("a").added == ("a",)


def test_it_can_be_awaited(tmp_path: Path) -> None:
    async def main(url: str) -> None:
        async with AsyncClient(url) as client:
            view = client.scoped(user="ada")
            await asyncio.gather(*(view.remember(f"note {n}", session="s") for n in range(20)))
            assert len((await view.browse()).items) == 20
            assert (await client.verify(progress=lambda *_: None)).ok
            with pytest.raises(NotFound):
                await client.get("nothing")
            with pytest.raises(InputError):
                await client.reindex("nothing", progress=lambda *_: None)

    with served(tmp_path, file="one.mnemos") as running:
        asyncio.run(main(running.url))
