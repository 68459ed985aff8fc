"""The queue is worked off, and the vectors hang on what was said alone."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mnemos import Memory
from mnemos.embedding.bind import bind
from mnemos.embedding.blocks import TEXT_TOKENS
from mnemos.embedding.work import LONGEST_WAIT_US, Embedded, drain
from mnemos.models.base import Embedder, Floats32, Tokens
from mnemos.models.scripted import ScriptedEmbedder, ScriptedTokenEmbedder
from mnemos.store import vectors
from mnemos.store.change import Header, put
from mnemos.store.vector_tables import Waiting
from mnemos.types import Delta, Item, Key, ModelId, Scope

NOW = datetime(2026, 3, 1, tzinfo=UTC)
#: From nothing to longer than a block.
TEXTS = st.sampled_from(["", "yes", "a heron. an eel?", *("word " * n for n in (20, 60, 110, 250))])


def opened(embedder: Embedder) -> Memory:
    memory = Memory(":memory:", clock=lambda: NOW)
    with memory._store.writing() as transaction:
        bind(transaction, embedder.model)
    return memory


def drained(memory: Memory, embedder: Embedder, **how: Any) -> Embedded:  # noqa: ANN401 - drain's
    return drain(memory._store, embedder, **{"now": NOW, **how})


def kept(memory: Memory) -> dict[str, tuple[list[str], bool, bytes, bytes]]:
    """Return what is kept of each turn, by its place: its block's turns, and its vectors."""
    with memory._store.reading() as snapshot:
        seen = snapshot.vectors
        assert seen is not None
        end = snapshot.space.next_no
        rows = {row.no: row for row in snapshot.tables.vector_rows(1, range(end))}
        names = {}
        for no in rows:
            item = snapshot.tables.item_at(no)
            names[no] = f"key {no}" if item is None else item.item.id
        return {
            names[no]: (
                [names[each] for each in snapshot.tables.in_block(1, row.block)],
                row.provisional,
                row.data,
                seen.signs[no].tobytes(),
            )
            for no, row in rows.items()
        }


def queue(memory: Memory) -> list[Waiting]:
    with memory._store.reading() as snapshot:
        return snapshot.tables.queue(1)


def say(memory: Memory, texts: Sequence[str], session: str = "s") -> tuple[str, ...]:
    messages = [{"role": "user", "content": text} for text in texts]
    return memory.remember(messages, session=session).ids


def at_once(texts: Sequence[str], embedder: Embedder) -> Memory:
    memory = opened(embedder)
    if texts:
        say(memory, texts)
    drained(memory, embedder)
    return memory


def number_of(memory: Memory, item_id: str) -> int:
    with memory._store.reading() as snapshot:
        return snapshot.item(item_id)[0]


@settings(max_examples=60)
@given(st.lists(TEXTS, min_size=1, max_size=25), st.data())
def test_however_turns_arrive_their_vectors_are_the_same(texts: list[str], data: Any) -> None:  # noqa: ANN401 - hypothesis
    embedder = ScriptedTokenEmbedder()
    memory = opened(embedder)
    rest = texts
    while rest:
        size = data.draw(st.integers(1, len(rest)))
        say(memory, rest[:size])
        rest = rest[size:]
        if data.draw(st.booleans()):
            limit = data.draw(st.one_of(st.none(), st.integers(1, 5)))
            drained(memory, embedder, limit=limit)
    while queue(memory):
        drained(memory, embedder, limit=data.draw(st.one_of(st.none(), st.integers(1, 5))))
    assert kept(memory) == kept(at_once(texts, embedder))


@settings(max_examples=40)
@given(st.lists(TEXTS, min_size=2, max_size=20), st.data())
def test_after_erasing_all_is_as_a_fresh_run_would_make_it(texts: list[str], data: Any) -> None:  # noqa: ANN401 - hypothesis
    embedder = ScriptedTokenEmbedder()
    memory = at_once(texts, embedder)
    ids = [item.id for item in memory.browse(limit=100).items]
    for item_id in data.draw(st.sets(st.sampled_from(ids), max_size=5)):
        memory.erase(item_id)
        if data.draw(st.booleans()):
            drained(memory, embedder)
    say(memory, ["more"])
    drained(memory, embedder)
    after = kept(memory)
    with memory._store.writing() as transaction:  # forget all vectors, and make them again
        tables = transaction.tables
        row = tables.embedders()[0]
        tables.drop_vectors(1, tables.some_vectors(1, 1000))
        for scope_no, first in tables.first_documents():
            tables.put_waiting(row.no, Waiting(scope_no=scope_no, seq=0, first_no=first))
    drained(memory, embedder)
    assert kept(memory) == after


def test_a_block_is_encoded_again_only_when_it_grew() -> None:
    embedder = ScriptedTokenEmbedder()
    memory = at_once(["word " * 60] * 7, embedder)
    assert [len(block) for block, *_ in kept(memory).values()] == [3, 3, 3, 3, 3, 3, 1]
    embedder.encoded.clear()
    say(memory, ["word " * 60])
    assert drained(memory, embedder) == Embedded(turns=2, blocks=1)
    assert len(embedder.encoded) == 1
    say(memory, ["word " * 100])
    embedder.encoded.clear()
    assert drained(memory, embedder).turns == 1  # the block before is closed as it stands
    assert len(embedder.encoded) == 1
    assert [flag for _, flag, *_ in kept(memory).values()] == [False] * 8 + [True]


def test_the_words_around_a_turn_are_in_its_vectors_and_those_of_other_blocks_are_not() -> None:
    embedder = ScriptedTokenEmbedder()
    one = kept(at_once(["it is cold", "tea"], embedder))
    two = kept(at_once(["the sea", "tea"], embedder))
    assert list(one.values())[1][2:] != list(two.values())[1][2:]
    one = kept(at_once(["it is cold " * 50, "word " * 100, "tea"], embedder))
    two = kept(at_once(["the sea " * 70, "word " * 100, "tea"], embedder))
    assert list(one.values())[1:] == list(two.values())[1:]


def test_a_long_text_is_one_document_with_many_vectors() -> None:
    embedder = ScriptedTokenEmbedder()
    memory = at_once(["Herons fish well. " * 600, "yes"], embedder)
    assert [len(block) for block, *_ in kept(memory).values()] == [1, 1]
    assert all(len(embedder._states(text)[1]) <= 194 for text in embedder.encoded)
    with memory._store.reading() as snapshot:
        assert snapshot.vectors is not None
        details = snapshot.vectors.read(np.array([0]))
    assert len(details.sentences) == 600
    assert len(details.tokens) == 1200  # "well" is no content word
    memory = at_once(["heron " * 9000], embedder)
    with memory._store.reading() as snapshot:
        assert snapshot.vectors is not None
        assert TEXT_TOKENS - 192 < len(snapshot.vectors.read(np.array([0])).tokens) <= TEXT_TOKENS


def test_a_revision_a_key_and_a_paragraph_stand_alone() -> None:
    embedder = ScriptedTokenEmbedder()
    memory = opened(embedder)
    messages = [{"role": "user", "content": text, "id": text} for text in ("one", "two", "three")]
    ids = memory.remember(messages, session="s").ids
    new = memory.revise("two", "zwei", session="s").added[-1]
    paragraph = {"role": "document", "content": "They fish.", "title": "Herons"}
    title = memory.remember([paragraph], session="s").ids[0]
    fact = Item(
        id="fact",
        kind="fact",
        text="x",
        scope=Scope(session="s"),
        position=0,
        said_at=NOW,
        recorded_at=NOW,
        sources=ids[:1],
        made_by="test",
    )
    with memory._store.writing() as transaction:
        header = Header(op="learn", recorded_at=0)
        change = transaction.change(header)
        put(change, Delta(items=(fact,), keys=(Key(item=ids[0], role="fact", text="eins"),)))
        transaction.close(change)
    assert drained(memory, embedder).pending == 0
    found = kept(memory)
    assert {name: block for name, (block, *_) in found.items() if len(block) > 1} == {
        each: list(ids) for each in ids
    }
    assert {name for name, (block, *_) in found.items() if len(block) == 1} == {
        new,
        title,
        "fact",
        "key 6",
    }
    assert {"user: zwei", "Herons They fish.", "x", "eins"} < set(embedder.encoded)


def test_erasing_a_turn_puts_its_revision_into_the_chain() -> None:
    embedder = ScriptedTokenEmbedder()
    memory = opened(embedder)
    messages = [{"role": "user", "content": text, "id": text} for text in ("one", "two", "three")]
    ids = memory.remember(messages, session="s").ids
    new = memory.revise("two", "zwei", session="s").added[-1]
    drained(memory, embedder)
    memory.erase(ids[1])
    drained(memory, embedder)
    assert kept(memory)[new][0] == [ids[0], ids[2], new]


def test_a_model_without_tokens_encodes_each_document_by_itself() -> None:
    embedder = ScriptedEmbedder()
    memory = at_once(["one", "two", "A heron stood in the reeds. " * 50], embedder)
    assert [len(block) for block, *_ in kept(memory).values()] == [1, 1, 1]
    assert embedder.encoded[0] == "user: one" and len(embedder.encoded) == 3 + 2
    with memory._store.reading() as snapshot:
        assert snapshot.vectors is not None
        details = snapshot.vectors.read(np.arange(3))
    assert details.sentence_start.tolist() == [0, 1, 2, 4]
    assert len(details.tokens) == 0


def test_what_cannot_be_encoded_waits_longer_each_time_and_stops_nothing_else() -> None:
    embedder = ScriptedTokenEmbedder(failing="poison")
    memory = opened(embedder)
    texts = ["word " * 150] * 3 + ["poison " * 100] + ["word " * 150] * 3
    say(memory, texts)
    say(memory, ["fine"], session="t")
    first = drained(memory, embedder)
    assert (first.turns, first.pending, first.failed) == (7, 1, 1)
    assert "cannot encode 'poison'" in first.error
    waits = []
    now = NOW
    for _ in range(20):
        row = queue(memory)[0]
        assert "poison" in row.error
        wait = timedelta(microseconds=row.not_before) - (now - datetime(1970, 1, 1, tzinfo=UTC))
        waits.append(wait // timedelta(microseconds=1))
        assert drained(memory, embedder, now=now).failed == 0  # is left alone until then
        now += wait
        assert drained(memory, embedder, now=now).failed == 1
    assert waits[:4] == [1_000_000, 2_000_000, 4_000_000, 8_000_000]
    assert waits[-1] == LONGEST_WAIT_US
    embedder.failing = ""
    assert drained(memory, embedder, now=now + timedelta(hours=1)).pending == 0
    assert kept(memory).keys() == kept(at_once(texts, embedder)).keys() | {
        item.id for item in memory.browse(session="t").items
    }


def test_many_texts_that_cannot_be_encoded_do_not_hide_those_behind_them() -> None:
    embedder = ScriptedTokenEmbedder(failing="poison")
    memory = opened(embedder)
    say(memory, ["poison " * 100] * 10 + ["word " * 150])
    now = NOW
    while not kept(memory):
        drained(memory, embedder, now=now)
        now += timedelta(hours=2)
        assert now < NOW + timedelta(days=1)


def test_a_model_that_is_down_is_not_asked_for_every_session() -> None:
    embedder = ScriptedTokenEmbedder(failing=" ")
    memory = opened(embedder)
    for session in range(20):
        say(memory, ["a b"], session=str(session))
    assert drained(memory, embedder).failed == 3
    assert sum(row.attempts for row in queue(memory)) == 3


class _Wrong(ScriptedTokenEmbedder):
    def __init__(self, wrong: str) -> None:
        super().__init__()
        self._wrong = wrong

    def encode_tokens(self, texts: Sequence[str]) -> list[Tokens]:
        found = super().encode_tokens(texts)
        rows: Floats32 = found[0].vectors
        match self._wrong:
            case "size":
                rows = rows[:, :32]
            case "nan":
                rows = rows * np.float32("nan")
            case "count":
                return []
            case "rows":
                rows = rows[:-1]
            case "raises":
                raise KeyError("lost")
        return [Tokens(vectors=rows, spans=found[0].spans), *found[1:]]


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ("size", r"3 tokens want vectors of shape \(3, 64\); it gave \(3, 32\)"),
        ("nan", "not finite"),
        ("count", "tokens of 0 texts for 1"),
        ("rows", r"shape \(3, 64\); it gave \(2, 64\)"),
        ("raises", "failed: KeyError"),
    ],
)
def test_what_a_model_gives_is_looked_at(wrong: str, message: str) -> None:
    embedder = _Wrong(wrong)
    memory = opened(embedder)
    say(memory, ["tea"])
    done = drained(memory, embedder)
    assert (done.turns, done.failed) == (0, 1)
    with pytest.raises(AssertionError, match=message):
        raise AssertionError(done.error)
    assert kept(memory) == {}


class _Meanwhile(ScriptedTokenEmbedder):
    """Does something else while it encodes for the first time."""

    then: Callable[[], object] = bool

    def encode_tokens(self, texts: Sequence[str]) -> list[Tokens]:
        then, self.then = self.then, bool
        then()
        return super().encode_tokens(texts)


def test_what_is_erased_while_it_is_encoded_is_not_written() -> None:
    embedder = _Meanwhile()
    memory = opened(embedder)
    ids = say(memory, ["one", "two"])
    embedder.then = lambda: memory.erase(ids[0])
    assert drained(memory, embedder).turns == 0
    assert kept(memory) == {}
    assert len(queue(memory)) == 1
    drained(memory, embedder)
    assert list(kept(memory)) == [ids[1]] and queue(memory) == []


def test_what_comes_while_a_block_is_encoded_stays_in_the_queue() -> None:
    embedder = _Meanwhile()
    memory = opened(embedder)
    say(memory, ["word " * 150, "word " * 150])
    embedder.then = lambda: say(memory, ["two"])
    done = drained(memory, embedder)
    assert (done.turns, done.pending) == (1, 1)  # the first block can grow no more
    drained(memory, embedder)
    assert queue(memory) == []
    assert kept(memory) == kept(at_once(["word " * 150, "word " * 150, "two"], embedder))


def test_what_another_worker_has_written_meanwhile_is_not_written_again() -> None:
    embedder, other = _Meanwhile(), ScriptedTokenEmbedder()
    memory = opened(embedder)
    say(memory, ["one", "two"])
    embedder.then = lambda: drained(memory, other)
    assert drained(memory, embedder) == Embedded()
    assert len(kept(memory)) == 2 and queue(memory) == []


def test_a_worker_stops_when_its_model_is_given_up() -> None:
    embedder = _Meanwhile()
    memory = opened(embedder)
    say(memory, ["one"])

    def forget() -> None:
        with memory._store.writing() as transaction:
            transaction.tables.drop_embedder(1)

    embedder.then = forget
    assert drained(memory, embedder) == Embedded()


def test_progress_ends_at_the_total() -> None:
    embedder = ScriptedTokenEmbedder()
    memory = opened(embedder)
    say(memory, ["word " * 150] * 40)
    told: list[tuple[int, int]] = []
    drained(memory, embedder, progress=lambda done, total: told.append((done, total)))
    assert told[-1] == (40, 40)
    assert [total for _, total in told] == [40] * len(told) and len(told) > 1


def test_workers_begin_at_different_places() -> None:
    firsts = set()
    for worker in range(4):
        embedder = ScriptedTokenEmbedder()
        memory = opened(embedder)
        for session in range(20):
            say(memory, [f"a{session}"], session=str(session))
        drained(memory, embedder, worker=worker, limit=1)
        firsts.add(embedder.encoded[0])
    assert len(firsts) == 4


def test_the_model_of_a_row_is_its_whole_name() -> None:
    assert str(ModelId("a", "b", 3)) == "a (b, 3-d)"
    assert vectors.SEGMENT % 64 == 0
