"""Random histories of all verbs, run against two stores in step: they agree, nothing is lost."""

from __future__ import annotations

import sqlite3
import tempfile
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Literal, TypeVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from mnemos.errors import MnemosError
from mnemos.memory import Memory
from mnemos.store import index
from mnemos.types import Item, Scope

START = datetime(2026, 3, 1, 9, tzinfo=UTC)
WORDS = ("violin", "Porto", "dentist", "tea", "Ana's", "Ünal", "42", "moved", "\ud83d", "a\0b")
SCOPES = (Scope(), Scope(session="s1"), Scope(user="ana", session="s1"), Scope(user="ben"))
FEW = settings(
    max_examples=180,
    stateful_step_count=40,
    suppress_health_check=list(HealthCheck),
    print_blob=True,
)
R = TypeVar("R")
Outcome = Literal["good", "bad"] | float | None

texts = st.lists(st.sampled_from(WORDS), max_size=6).map(" ".join)
refs = st.sampled_from(["r1", "r2", "r3", None])
scopes = st.sampled_from(SCOPES)
requests = st.sampled_from([None, None, None, "q1", "q2"])
whys = st.sampled_from(["", "because"])
places = st.integers(0, 1000)


class Histories(RuleBasedStateMachine):
    """Does the same with a memory in a file and one in dictionaries, and compares."""

    @initialize()
    def begin(self) -> None:
        self.folder = tempfile.TemporaryDirectory()
        self.path = Path(self.folder.name) / "history.mnemos"
        self.minute = 0
        self.marks = 0
        self.ids: list[str] = []
        self.erased: list[str] = []
        self.marked: dict[str, list[str]] = {}
        self.mine = Memory(self.path, clock=self.clock, durability="NORMAL")
        self.other = Memory(":memory:", clock=self.clock)

    def clock(self) -> datetime:
        return START + timedelta(minutes=self.minute)

    def teardown(self) -> None:
        if not hasattr(self, "folder"):
            return
        try:
            self.check_whole()
        finally:
            self.mine.close()
            self.other.close()
            self.folder.cleanup()

    # -- in step

    def both(self, call: Callable[[Memory], R]) -> tuple[R, R] | None:
        """Do the same in both; either both succeed or both refuse with the same error."""
        self.minute += 1
        results: list[R] = []
        errors: list[str] = []
        for memory in (self.mine, self.other):
            try:
                results.append(call(memory))
            except MnemosError as error:
                errors.append(
                    f"{type(error).__name__}: {error}".replace(str(self.path), ":memory:")
                )
        if errors:
            assert len(errors) == 2, errors
            assert errors[0] == errors[1]
            return None
        assert self.mine.state_hash() == self.other.state_hash()
        return results[0], results[1]

    def write(self, call: Callable[[Memory], object]) -> None:
        receipts = self.both(call)
        if receipts is None:
            return
        mine, other = receipts
        assert [getattr(mine, name) for name in ("ids", "added", "existing", "seq")] == [
            getattr(other, name) for name in ("ids", "added", "existing", "seq")
        ]
        for item_id in mine.ids:  # type: ignore[attr-defined] # a receipt
            if item_id not in self.ids and item_id not in self.erased:
                self.ids.append(item_id)

    def said(self, text: str, ref: str | None, *, mark: bool = True) -> dict[str, object]:
        """Return a message with a word of its own, by which its erasure is proved."""
        message: dict[str, object] = {"role": "user", "name": "Ana", "content": text}
        if ref is not None:
            message["id"] = ref
        elif mark:
            self.marks += 1
            word = f"zq{self.marks:04}mark"
            message["content"] = f"{text} {word}"
            message["metadata"] = {"tag": f"{word}meta"}
            message["vendor"] = f"{word}attr"
        return message

    # -- the verbs

    @rule(batch=st.lists(st.tuples(texts, refs), min_size=1, max_size=4), scope=scopes, q=requests)
    def remember(self, batch: list[tuple[str, str | None]], scope: Scope, q: str | None) -> None:
        messages = [self.said(text, ref, mark=q is None) for text, ref in batch]
        self.write(lambda memory: memory.remember(messages, scope=scope, request_id=q))

    @rule(batch=st.lists(texts, max_size=3), scope=scopes, drop=st.booleans())
    def sync(self, batch: list[str], scope: Scope, drop: bool) -> None:
        stored = [item for item in self.all(self.mine) if item.scope == scope]
        messages: list[Any] = [
            {"role": item.role, "name": item.speaker, "content": item.text, "id": item.ref,
             "metadata": item.metadata, **item.attrs}
            for item in stored
            if item.status != "superseded"
        ]  # fmt: skip
        messages += [self.said(text, None) for text in batch]
        self.write(lambda memory: memory.sync(messages[drop:], scope=scope))

    @rule(ref=st.sampled_from(["r1", "r2", "r3"]), text=texts, scope=scopes, q=requests, why=whys)
    def revise(self, ref: str, text: str, scope: Scope, q: str | None, why: str) -> None:
        self.write(lambda m: m.revise(ref, text, scope=scope, request_id=q, why=why))

    @precondition(lambda self: self.ids)
    @rule(place=places, q=requests)
    def forget(self, place: int, q: str | None) -> None:
        item_id = self.ids[place % len(self.ids)]
        self.write(lambda memory: memory.forget(item_id, request_id=q))

    @precondition(lambda self: self.ids)
    @rule(place=places)
    def restore(self, place: int) -> None:
        item_id = self.ids[place % len(self.ids)]
        self.write(lambda memory: memory.restore([item_id]))

    @rule(seq=st.one_of(st.none(), st.integers(1, 40)))
    def undo(self, seq: int | None) -> None:
        self.write(lambda memory: memory.undo(seq))

    @precondition(lambda self: self.ids)
    @rule(place=places)
    def erase(self, place: int) -> None:
        item_id = self.ids[place % len(self.ids)]
        item = self.mine.get(item_id)
        certificates = self.both(lambda memory: memory.erase(item_id))
        assert certificates is not None
        mine, other = certificates
        assert (mine.ids, mine.rows, mine.seq) == (other.ids, other.rows, other.seq)
        assert mine.proved, mine.residue
        self.ids.remove(item_id)
        self.erased.append(item_id)
        words = [word for word in item.text.split() if word.startswith("zq")]
        self.marked[item_id] = words
        self.check_gone(words)

    @precondition(lambda self: self.ids)
    @rule(
        some=st.lists(places, min_size=1, max_size=3),
        cites=st.sampled_from([None, 0, 1]),
        outcome=st.sampled_from([None, "good", "bad", 0.25]),
        scope=scopes,
    )
    def note_use(self, some: list[int], cites: int | None, outcome: Outcome, scope: Scope) -> None:
        ids = [self.ids[place % len(self.ids)] for place in some]
        cited = None if cites is None else ids[:cites]
        before = self.mine.state_hash(), self.mine.log(1)
        uses = self.both(
            lambda memory: memory.scoped(
                user=scope.user, agent=scope.agent, session=scope.session
            ).note_use(ids, cited=cited, outcome=outcome)
        )
        assert before == (self.mine.state_hash(), self.mine.log(1))
        if uses is not None:
            assert uses[0] == uses[1]

    @rule()
    def reopen(self) -> None:
        self.mine.close()
        self.mine = Memory(self.path, clock=self.clock, durability="NORMAL")

    @rule(question=st.sampled_from(WORDS), ago=st.integers(0, 40), scope=scopes)
    def recall(self, question: str, ago: int, scope: Scope) -> None:
        as_of = None if ago > 30 else self.clock() - timedelta(minutes=ago)
        answers = self.both(
            lambda memory: [
                (hit.id, hit.score, hit.text)
                for hit in memory.recall(question, asked_at=START, as_of=as_of, scope=scope)
            ]
        )
        if answers is not None:
            assert answers[0] == answers[1]

    @rule(ago=st.integers(0, 40), scope=scopes)
    def look(self, ago: int, scope: Scope) -> None:
        as_of = None if ago > 30 else self.clock() - timedelta(minutes=ago)
        pages = self.both(lambda memory: memory.browse(as_of=as_of, scope=scope, limit=200))
        assert pages is not None
        assert pages[0] == pages[1]

    # -- what must hold

    @staticmethod
    def all(memory: Memory) -> list[Item]:
        with memory._store.reading() as snapshot:
            return snapshot.items(range(snapshot.space.next_no))

    def check_gone(self, words: list[str]) -> None:
        """Look for erased words in the bytes of the files and in every table."""
        files = [Path(f"{self.path}{suffix}") for suffix in ("", "-wal")]
        data = b"".join(path.read_bytes() for path in files if path.exists())
        with closing(sqlite3.connect(self.path)) as connection:
            dump = "\n".join(connection.iterdump())
        for word in words:
            assert word.encode() not in data
            assert word not in dump
            with self.other._store.reading() as snapshot:
                assert snapshot.tables.holding(word.encode()) == []

    def check_whole(self) -> None:
        assert self.all(self.mine) == self.all(self.other)
        histories = [
            [memory.history(each) for each in self.ids] for memory in (self.mine, self.other)
        ]
        versions = [[[v.item for v in each] for each in history] for history in histories]
        assert versions[0] == versions[1]
        assert self.mine.uses(self.ids) == self.other.uses(self.ids)
        for words in self.marked.values():
            self.check_gone(words)
        for memory in (self.mine, self.other):
            verified = memory.verify()
            assert verified.ok, verified.problems
            lines = list(memory.export_lines())
            assert memory.replay().unchanged
            with Memory.load(lines) as copy:
                assert list(copy.export_lines()) == lines
                assert copy.verify().ok
                assert copy.uses(self.ids) == memory.uses(self.ids)
            for item_id in self.erased:
                with pytest.raises(MnemosError):
                    memory.get(item_id)


@pytest.fixture(autouse=True)
def small_segments(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(index, "SEGMENT", 16)


class TestHistories(Histories.TestCase):  # type: ignore[misc,valid-type] # hypothesis makes it
    settings = FEW
