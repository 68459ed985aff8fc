"""What is odd in each format."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from mnemos import Item, Memory, Scope
from mnemos.importers import BadRecords, Imported, load
from tests.unit.importers.exports import (
    ANDROID,
    CLAUDE,
    IOS,
    LANGCHAIN,
    LETTA,
    MBOX,
    MEM0,
    OPENAI,
    SLACK,
    Parts,
    as_json,
    as_lines,
    conversation,
    node,
    written,
    zipped,
)

Take = Callable[..., tuple[Imported, list[Item]]]


@pytest.fixture
def take(tmp_path: Path) -> Take:
    def import_(
        name: str, data: bytes | Parts, kind: str | None = None, scope: Scope | None = None
    ) -> tuple[Imported, list[Item]]:
        with Memory(":memory:", embedder=None) as memory:
            done = load(memory, written(tmp_path, name, data), kind, scope=scope)
            return done, list(memory.browse(limit=100).items)

    return import_


def test_chatgpt_keeps_times_ids_and_what_is_attached(take: Take) -> None:
    attached = {"attachments": [{"id": "f2", "name": "map.pdf", "mime_type": "application/pdf"}]}
    one = node("m", None, "user", "Look", metadata=attached, create_time=1_780_000_000)
    done, (turn,) = take("conversations.json", as_json([conversation("m", one)]))
    assert (turn.ref, turn.said_at) == ("m", datetime.fromtimestamp(1_780_000_000, UTC))
    assert turn.text == "Look\n[attachment: map.pdf]"
    assert turn.metadata["attachments"] == [
        {"name": "map.pdf", "type": "application/pdf", "id": "f2"}
    ]
    assert done.attachments == 1


def test_chatgpt_comes_in_several_files_too(take: Take) -> None:
    parts = {
        f"conversations-00{n}.json": as_json(
            [conversation("m", node("m", None, "user", f"Hello {n}"), own=f"c{n}")]
        )
        for n in range(2)
    }
    _, turns = take("export.zip", zipped(parts))
    assert [turn.text for turn in turns] == ["Hello 0", "Hello 1"]


def test_a_bad_conversation_is_named_and_the_rest_goes_on(take: Take) -> None:
    good = conversation("m", node("m", None, "user", "Hello"))
    late = conversation("n", node("n", None, "user", "x", create_time="yesterday"), own="late")
    done, turns = take(
        "conversations.json", as_json([good, {"title": "x"}, 7, late]), kind="chatgpt"
    )
    assert [turn.text for turn in turns] == ["Hello"]
    assert [each.problem.partition(":")[0] for each in done.problems] == [
        "is no conversation",
        "is no conversation",
        "said_at",
    ]
    assert all(each.line > 1 for each in done.problems)


def test_stop_takes_nothing_and_names_what_is_bad(tmp_path: Path) -> None:
    path = written(tmp_path, "m.jsonl", as_lines([{"role": "user", "content": "a"}, {"role": 1}]))
    with Memory(":memory:", embedder=None) as memory:
        with pytest.raises(BadRecords, match=r"m.jsonl:2: role 1 is unknown"):
            load(memory, path, on_error="stop")
        assert memory.browse().items == ()


def test_claude_branches_where_a_message_was_edited(take: Take) -> None:
    _, turns = take("conversations.json", CLAUDE)
    assert [(turn.scope.session, turn.ref) for turn in turns] == [
        ("c1", "m1"),
        ("c1", "m3"),
        ("c1#m2", "m2"),
    ]


def test_claude_without_parents_is_one_path(take: Take) -> None:
    messages = [{"uuid": f"m{n}", "sender": "human", "text": f"{n}"} for n in range(3)]
    _, turns = take("conversations.json", as_json([{"uuid": "c", "chat_messages": messages}]))
    assert [turn.scope.session for turn in turns] == ["c"] * 3


def test_mem0_names_whose_a_memory_is_unless_told(take: Take) -> None:
    _, turns = take("m.json", MEM0)
    assert {turn.scope.user for turn in turns} == {"dora"}
    assert turns[0].metadata["kind"] == "preference"
    _, turns = take("m.json", MEM0, scope=Scope(user="theodora"))
    assert {turn.scope.user for turn in turns} == {"theodora"}


def test_an_edited_memory_is_named_or_revised(tmp_path: Path) -> None:
    edited = MEM0.replace(b"window", b"aisle")
    with Memory(":memory:", embedder=None) as memory:
        load(memory, written(tmp_path, "m.json", MEM0))
        done = load(memory, written(tmp_path, "m.json", edited))
        assert [each.conflict for each in done.problems] == [True]
        assert (done.added, done.existing) == (0, 1)
        done = load(memory, written(tmp_path, "m.json", edited), revise=True)
        assert (done.problems, done.revised, done.added, done.existing) == ((), 1, 1, 1)
        assert "Prefers aisle seats" in [item.text for item in memory.browse().items]
        again = load(memory, written(tmp_path, "m.json", edited), revise=True)
        assert (again.added, again.revised) == (0, 0)


def test_letta_names_the_agent(take: Take) -> None:
    _, turns = take("juno.af", LETTA)
    assert {turn.scope.agent for turn in turns} == {"Juno"}
    assert turns[2].attrs["tool_calls"]


def test_the_first_version_of_agent_files_is_read(take: Take) -> None:
    old = {
        "agent_type": "memgpt_agent",
        "name": "Old",
        "core_memory": [{"label": "persona", "value": "I am patient."}],
        "messages": [{"role": "user", "text": "Hi"}, {"role": "user", "content": [{"type": "x"}]}],
    }
    _, turns = take("old.af", as_json(old))
    assert [turn.text for turn in turns] == ["I am patient.", "Hi", "[x]"]


@pytest.mark.parametrize(
    ("lines", "day"),
    [
        (["03/04/2020, 10:00 - A: x", "13/04/2020, 10:00 - A: y"], "2020-04-03"),
        (["03/04/2020, 10:00 - A: x", "04/13/2020, 10:00 - A: y"], "2020-03-04"),
        (
            ["03/04/20, 10:00 - A: x", "02/05/20, 10:00 - A: y", "01/06/20, 10:00 - A: z"],
            "2020-04-03",
        ),
        (
            ["04/03/20, 10:00 - A: x", "05/02/20, 10:00 - A: y", "06/01/20, 10:00 - A: z"],
            "2020-04-03",
        ),
        (["3/4/20, 10:00 AM - A: x"], "2020-03-04"),
        (["[03.04.20, 10:00:00] A: x"], "2020-04-03"),
        (["[2020-04-03, 10:00:00] A: x"], "2020-04-03"),
        (["[12.3.2022 klo 14.08.18] A: x"], "2022-03-12"),
    ],
    ids=["day over 12", "month over 12", "in order", "in order, month", "AM", "dots", "ISO", "klo"],
)
def test_the_order_of_day_and_month_is_told_from_the_whole_file(
    lines: list[str], day: str, take: Take
) -> None:
    _, turns = take("Chat.txt", "\n".join(lines).encode(), kind="whatsapp")
    assert turns[0].said_at.date().isoformat() == day
    assert len(turns) == len(lines)


@pytest.mark.parametrize(
    ("time", "read"),
    [
        ("12:05 AM", "00:05"),
        ("12:05\u202fPM", "12:05"),
        ("8:28 p.\xa0m.", "20:28"),
        ("23:59", "23:59"),
    ],
)
def test_times_of_day_are_read_in_halves_too(time: str, read: str, take: Take) -> None:
    _, (turn,) = take("Chat.txt", f"20/6/2017, {time} - A: x".encode())
    assert turn.said_at.strftime("%H:%M") == read


def test_whatsapp_tells_what_people_said_from_what_it_says_itself(take: Take) -> None:
    done, turns = take("Chat.txt", IOS)
    assert [turn.role for turn in turns][:2] == ["system", "user"]
    assert [len(turn.metadata.get("attachments", ())) for turn in turns] == [0, 0, 1, 1, 0, 0]  # type: ignore[arg-type]
    assert done.attachments == 2
    done, turns = take("Chat.txt", ANDROID)
    assert [turn.role for turn in turns] == ["system", "user", "user", "user", "system"]
    assert turns[2].metadata["attachments"] == [{"type": "Media omitted", "omitted": True}]


def test_a_day_that_is_none_is_named_with_its_line(take: Take) -> None:
    data = b"30/02/2020, 10:00 - A: x\n28/02/2020, 10:00 - A: y\n28/02/2020, 29:00 - A: z"
    done, turns = take("Chat.txt", data)
    assert [turn.text for turn in turns] == ["y"]
    assert [each.line for each in done.problems] == [1, 3]


def test_a_longer_chat_adds_what_is_new_though_its_beginning_is_gone(tmp_path: Path) -> None:
    lines = [f"{n:02}/05/2020, 10:00 - A: good morning" for n in range(1, 20)]
    with Memory(":memory:", embedder=None) as memory:
        load(memory, written(tmp_path, "Chat.txt", "\n".join(lines[:15]).encode()))
        done = load(memory, written(tmp_path, "Chat.txt", "\n".join(lines[5:]).encode()))
        assert (done.existing, done.added) == (10, 4)


def test_slack_keeps_threads_apart_and_people_by_name(take: Take) -> None:
    _, turns = take("slack", SLACK)
    (reply,) = [turn for turn in turns if turn.scope.session != "general"]
    assert reply.metadata["thread"] == turns[0].ref
    assert reply.metadata["attachments"] == [{"name": "log.txt", "type": "text/plain", "id": "F1"}]
    assert [turn.speaker for turn in turns] == ["Ada Byron", "U2", "U9", "Bot"]


def test_slack_without_a_time_is_named(take: Take) -> None:
    days = {
        "c/2026-05-01.json": as_json([{"text": "x"}, {"ts": "noon"}, {"ts": "1.5", "text": "y"}])
    }
    done, turns = take("slack", {**SLACK, **days})
    assert [each.message for each in done.problems] == [1, 2]
    assert "y" in [turn.text for turn in turns]


def test_mail_is_threaded_and_decoded(take: Take) -> None:
    _, turns = take("mail.mbox", MBOX)
    assert {turn.scope.session for turn in turns} == {"1@example.org"}
    assert turns[0].said_at == datetime(2026, 5, 1, 8, tzinfo=UTC)
    assert turns[1].metadata["attachments"] == [{"name": "loom.png", "type": "image/png"}]


def test_damaged_mail_is_named_and_the_rest_goes_on(take: Take) -> None:
    bad = b"From x@y Fri May  1 10:00:00 2026\nFrom: x@y\nDate: no day at all\n\nhi\n\n"
    done, turns = take("mail.mbox", bad + MBOX)
    assert len(turns) == 3
    assert [(each.line, each.message) for each in done.problems] == [(1, 1)]


def test_charsets_that_lie_lose_no_mail(take: Take) -> None:
    mail = (
        b"From x@y Fri May  1 10:00:00 2026\nFrom: =?nope?q?x?= <x@y>\n"
        b"Content-Type: text/plain; charset=klingon\n\ncaf\xe9\n"
    )
    _, (turn,) = take("mail.mbox", mail)
    assert turn.text == "café"


def test_openai_keeps_tool_calls_and_parts(take: Take) -> None:
    _, turns = take("m.json", OPENAI)
    assert turns[1].attrs["content"] == [{"type": "text", "text": "Weather in Porto?"}]
    assert turns[2].attrs["tool_calls"]
    assert turns[3].attrs["tool_call_id"] == "c1"


def test_a_list_of_conversations_is_as_many_sessions(take: Take) -> None:
    said = {"messages": [{"role": "user", "content": "Hi"}]}
    _, turns = take("m.json", as_json([{**said, "id": "x"}, said]))
    assert [turn.scope.session for turn in turns] == ["x", "m.json:2"]


def test_langchain_calls_become_those_a_memory_finds(take: Take) -> None:
    _, turns = take("m.json", LANGCHAIN)
    assert turns[2].attrs["tool_calls"] == [
        {"id": "t1", "type": "function", "function": {"name": "look", "arguments": '{"at": "sky"}'}}
    ]
    lines = as_lines(json.loads(LANGCHAIN))
    _, again = take("m.jsonl", lines)
    assert [turn.text for turn in again] == [turn.text for turn in turns]


def test_headings_of_markdown_name_speakers_of_chats_alone(take: Take) -> None:
    data = b"## User (2026-05-01 10:00)\nHi\n## Plan\nstep\n### Assistant\nHello\n"
    _, turns = take("m.md", data)
    assert [(turn.role, turn.text) for turn in turns] == [
        ("user", "Hi\n## Plan\nstep"),
        ("assistant", "Hello"),
    ]
    assert turns[0].said_at == datetime(2026, 5, 1, 10, tzinfo=UTC)
