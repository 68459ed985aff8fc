"""What holds for every importer: all comes in, once, as it was, and the same each time."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from mnemos import InputError, Item, Memory, Scope
from mnemos.importers import IMPORTERS, detect, load, offered
from tests.unit.importers.exports import EXPORTS, kind_of, written

NOW = datetime(2026, 6, 1, tzinfo=UTC)
#: Kind → what its export says: session, who, and the text.
SAID: dict[str, list[tuple[str, str | None, str]]] = {
    "chatgpt": [
        ("talk", "user", "What shall I call the boat?"),
        ("talk", "assistant", "Call it Otter."),
        ("talk", "user", "Good: Otter it is."),
        ("talk#a1", "assistant", "Call it Heron."),
        ("talk#a1", "user", "Why?"),
        ("odd", "user", "See\n[attachment: f:1]"),
        ("odd", "assistant", "print(1)"),
        ("odd", "tool", "1"),
        ("odd", "tool", "Hm"),
    ],
    "claude": [
        (
            "c1",
            "user",
            "How long does rye rise?\nsour dough\n[attachment: notes.txt]\n[attachment: oven.jpg]",
        ),
        ("c1", "assistant", "Half a day."),
        ("c1#m2", "assistant", 'Rye is slow.\nclock({"zone": "UTC"})\nnoon\nTwelve hours.'),
    ],
    "mem0": [
        ("trip", None, "Prefers window seats"),
        ("memories", None, "Is allergic to nuts"),
    ],
    "letta": [
        ("Juno", None, "Her name is Ilse."),
        ("Juno", "user", "Water the fern"),
        ("Juno", "assistant", "I will.\nnote()"),
        ("Juno", "tool", "noted"),
    ],
    "zep": [
        ("kiln", "Ada", "The kiln is hot"),
        ("kiln", "assistant", "Let it cool\nfor an hour"),
        ("kiln", None, "Clay shrinks by a tenth."),
        ("t1", "Ada", "Thank you"),
    ],
    "whatsapp ios": [
        ("choir", "system", "Messages are end-to-end encrypted."),
        ("choir", "Ada Byron", "Who has the score?\nI lost mine: sorry"),
        ("choir", "Ben", "<attached: 00000003-PHOTO.jpg>"),
        ("choir", "Ada Byron", "image omitted"),
        ("choir", "Ada Byron", "Thanks"),
        ("choir", "Ada Byron", "Thanks"),
    ],
    "whatsapp android": [
        ("WhatsApp Chat with Ada", "system", "Messages and calls are end-to-end encrypted."),
        ("WhatsApp Chat with Ada", "Ada", "Who has the score?"),
        ("WhatsApp Chat with Ada", "Ben", "<Media omitted>"),
        ("WhatsApp Chat with Ada", "Ben", "IMG-20170410-WA0001.jpg (file attached)"),
        ("WhatsApp Chat with Ada", "system", 'Ada changed the subject from "a" to "b: c"'),
    ],
    "slack": [
        ("general", "Ada Byron", "Hi & @Ada Byron"),
        ("general", "U2", "@U2 has joined #general"),
        ("general", "U9", "Bye"),
        (
            "general:1777600000.000100",
            "Bot",
            "Build\npassed here (https://x.org)\n[attachment: log.txt]",
        ),
    ],
    "mbox": [
        (
            "1@example.org",
            "Ada Büron",
            "Subject: The loom\n\nThe loom is broken.\nFrom now on we weave by hand.",
        ),
        ("1@example.org", "ben@example.org", "Subject: Re: The loom\n\nI can mend it."),
        ("1@example.org", "Cleo", "Do!"),
    ],
    "openai": [
        ("messages", "system", "Be short."),
        ("messages", "user", "Weather in Porto?"),
        ("messages", "assistant", 'weather({"city": "Porto"})'),
        ("messages", "tool", "rain"),
        ("messages", "tool", '{"sun": false}'),
        ("messages", "user", "Thanks"),
        ("messages", "user", "Thanks"),
    ],
    "langchain": [
        ("langchain", "system", "Be kind."),
        ("langchain", "Ada", "Hello"),
        ("langchain", "assistant", 'look({"at": "sky"})'),
        ("langchain", "tool", "blue"),
    ],
    "jsonl": [
        ("messages", "user", "One"),
        ("other", "assistant", "Two"),
        ("messages.jsonl:3", "user", "Three"),
    ],
    "markdown": [
        ("walk", None, "Copied from a chat."),
        ("walk", "Ada", "Shall we go?\n```\n**Not:** a speaker\n```"),
        ("walk", "Ben", "Yes."),
        ("walk", "ChatGPT", "Take a coat."),
    ],
    "transcript": [
        ("talk", "Ada Lovelace", "first\nand more"),
        ("talk", "assistant", "yes"),
    ],
}
SAID["chatgpt zip"] = SAID["chatgpt"]
SAID["slack zip"] = SAID["slack"]


@pytest.fixture(params=EXPORTS)
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def export(name: str, tmp_path: Path) -> Path:
    folder = tmp_path / "choir"
    folder.mkdir()
    return written(folder, *EXPORTS[name])


def memory(path: str | Path = ":memory:") -> Memory:
    return Memory(path, embedder=None, clock=lambda: NOW)


def turns(memory: Memory) -> list[Item]:
    return list(memory.browse(limit=100).items)


def said(memory: Memory) -> list[tuple[str | None, str | None, str]]:
    return [(item.scope.session, item.speaker, item.text) for item in turns(memory)]


def test_every_kind_has_an_export_here() -> None:
    assert {kind_of(each) for each in EXPORTS} == set(IMPORTERS)
    assert set(SAID) == set(EXPORTS)


def test_its_kind_is_told_by_sight(name: str, export: Path) -> None:
    assert detect(export) == kind_of(name)


def test_all_that_was_said_comes_in(name: str, export: Path) -> None:
    with memory() as one:
        done = load(one, export)
        assert said(one) == SAID[name]
    assert (done.problems, done.added, done.existing) == ((), len(SAID[name]), 0)
    assert done.messages == done.added


def test_importing_twice_adds_nothing(export: Path) -> None:
    with memory() as one:
        first = load(one, export)
        state = one.state_hash()
        again = load(one, export)
        assert (again.added, again.existing) == (0, first.added)
        assert one.state_hash() == state
        assert again.head == first.head


def test_two_runs_come_to_the_same_state(export: Path, tmp_path: Path) -> None:
    with memory() as one, memory(tmp_path / "other.mnemos") as other:
        load(one, export)
        load(other, export)
        assert one.state_hash() == other.state_hash()


def test_a_rehearsal_says_what_comes_and_changes_nothing(export: Path, tmp_path: Path) -> None:
    with memory(tmp_path / "one.mnemos") as one:
        one.remember("before", session="own")
        state = one.state_hash()
        would = load(one, export, dry_run=True)
        assert one.state_hash() == state
        done = load(one, export)
    assert would.dry_run
    for field in ("kind", "messages", "added", "conversations", "authors", "first", "last"):
        assert getattr(would, field) == getattr(done, field)


def test_every_turn_has_an_id_of_its_own(export: Path) -> None:
    with memory() as one:
        load(one, export)
        refs = [(item.scope, item.ref) for item in turns(one)]
    assert None not in {ref for _, ref in refs}
    assert len(set(refs)) == len(refs)


def test_it_goes_on_where_it_was_broken_off(export: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mnemos.importers.taking.BATCH", 2)

    def break_off(*_: object) -> None:
        raise KeyboardInterrupt

    with memory() as one, memory() as whole:
        with pytest.raises(KeyboardInterrupt):
            load(one, export, progress=break_off)
        load(whole, export)
        had = len(turns(one))
        done = load(one, export)
        assert (done.existing, done.added) == (had, len(turns(whole)) - had)
        assert one.state_hash() == whole.state_hash()


def test_whose_it_is_can_be_said(name: str, export: Path) -> None:
    with memory() as one:
        load(one, export, scope=Scope(user="ivy", session="mine"))
        scopes = {item.scope for item in turns(one)}
    assert {scope.user for scope in scopes} == {"ivy"}
    nameless = {"whatsapp ios", "whatsapp android", "langchain", "markdown", "transcript"}
    assert ({scope.session for scope in scopes} == {"mine"}) == (name in nameless | {"openai"})


def test_progress_ends_with_all_bytes_and_messages(name: str, export: Path) -> None:
    told: list[tuple[int, int, int]] = []
    with memory() as one:
        load(
            one,
            export,
            progress=lambda _, done, total, messages: told.append((done, total, messages)),
        )
    done, total, messages = told[-1]
    assert (done, messages) == (total, len(SAID[name]))


def test_all_kinds_say_what_they_read() -> None:
    assert [each.name for each in offered()] == list(IMPORTERS)
    assert all(each.about.endswith(".") for each in offered())


def test_an_unknown_kind_is_answered_with_those_that_there_are(tmp_path: Path) -> None:
    path = written(tmp_path, "talk.txt", b"Ada: hi")
    with memory() as one, pytest.raises(InputError, match=r"no importer 'fax'; known are chatgpt"):
        load(one, path, "fax")


def test_what_is_of_no_kind_is_refused(tmp_path: Path) -> None:
    for data in (b"", b"\x00\x01\x02", b"just words", b"[1, 2]", b"{}"):
        path = written(tmp_path, "thing", data)
        with memory() as one, pytest.raises(InputError, match="no kind that is known"):
            load(one, path)


def test_other_packages_join_by_entry_point(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = "mnemos.importers.transcript:Transcript"
    monkeypatch.setattr("mnemos.importers._joined", lambda: {"fax": address, "chatgpt": "no:No"})
    path = written(tmp_path, "talk.txt", b"Ada: hi")
    with memory() as one:
        assert load(one, path, "fax").added == 1
    assert [each.name for each in offered()][-1] == "fax"
    assert detect(written(tmp_path, *EXPORTS["chatgpt"])) == "chatgpt"
