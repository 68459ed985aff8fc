"""What a memory does with an embedder: one that is missing, another one, one that fails."""

from __future__ import annotations

import asyncio
import logging
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mnemos import AsyncMemory, Memory, models
from mnemos.embedding import choose, upkeep
from mnemos.embedding.work import Embedded, drain
from mnemos.errors import InputError, ModelError, ModelMismatch, ReadOnly, StoreError
from mnemos.models.endpoint import Patience
from mnemos.models.function import FunctionEmbedder
from mnemos.models.openai_compatible import OpenAICompatible
from mnemos.recall import search
from mnemos.store.vectors import embedder_in
from tests.unit.alike import ASKED, MEANT, TALK, Alike, said, until
from tests.unit.models.scripted_server import Answer, answered, refused, served

NOW = datetime(2026, 3, 1, tzinfo=UTC)
NAN = answered([[float("nan")] * 3])


class Clock:
    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture(autouse=True)
def no_thread_is_left() -> Iterator[None]:
    yield
    until(lambda: not threads())


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "m.mnemos"


@pytest.fixture
def without_built_in(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    def none_installed(_: str) -> bool:
        return False

    monkeypatch.setattr(models, "installed", none_installed)
    monkeypatch.setenv("MNEMOS_EMBEDDER", "auto")
    choose._built_in.cache_clear()
    choose._say_once.cache_clear()
    yield
    choose._built_in.cache_clear()
    choose._say_once.cache_clear()


def threads() -> list[threading.Thread]:
    return [each for each in threading.enumerate() if each.name == "mnemos-embed"]


def best(memory: Memory) -> tuple[str, str]:
    recall = memory.recall(ASKED)
    return recall[0].text, recall.level


BY_MEANING = (TALK[MEANT], "c3")


def vectors_of(memory: Memory) -> list[list[int]]:
    with memory._store.reading() as snapshot:
        assert snapshot.vectors is not None
        found: list[list[int]] = snapshot.vectors.signs.tolist()
        return found


# -- which embedder


@pytest.mark.usefixtures("without_built_in")
def test_without_the_package_words_are_all_there_is_and_that_is_said_once(
    path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    for _ in range(3):
        with Memory(path) as memory:
            memory.remember("I moved to Porto", session="s")
            recall = memory.recall("Where did I move to?")
            assert (recall.level, recall[0].text) == ("c0", "I moved to Porto")
            assert memory.vectors().model is None
            with pytest.raises(ModelError, match="not installed"):
                memory.embed()
            assert not threads()
    assert [each.message.partition(":")[0] for each in caplog.records] == ["found by words alone"]


def test_who_wants_no_embedder_gets_none_and_keeps_the_vectors_that_are_there(path: Path) -> None:
    with Memory(path, embedder=Alike()) as memory:
        memory.remember(said(), session="s")
        memory.embed()
    with Memory(path, embedder=None) as memory:
        assert memory.recall("curtains").level == "c0"
        memory.remember("more", session="s")
        assert memory.vectors().waiting == 1
    with Memory(path, embedder=Alike(), embedding="manual") as memory:
        assert memory.embed().pending == 0
        assert best(memory) == BY_MEANING


@pytest.mark.parametrize(
    ("other", "name"), [(Alike(revision="2"), r"\(2, 64-d\)"), (Alike(32), r"\(1, 32-d\)")]
)
def test_another_model_is_refused_by_both_names_and_nothing_changes(
    path: Path, other: Alike, name: str
) -> None:
    with Memory(path, embedder=Alike()) as memory:
        memory.remember(said(), session="s")
        memory.embed()
        head = memory.stats().head
    before = path.read_bytes()
    with pytest.raises(ModelMismatch, match=rf"scripted \(1, 64-d\).*scripted {name}"):
        Memory(path, embedder=other)
    assert path.read_bytes() == before
    with Memory(path, embedder=Alike()) as memory:
        assert memory.stats().head == head
        assert best(memory) == BY_MEANING


def test_a_file_of_another_model_is_found_by_words_by_default_and_that_is_said(
    path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    with Memory(path, embedder=Alike()) as memory:
        memory.remember(said(), session="s")
        memory.embed()
    built_in = Alike(revision="9")
    monkeypatch.setenv("MNEMOS_EMBEDDER", "auto")
    monkeypatch.setattr(choose, "_built_in", lambda: (built_in, ""))
    with Memory(path) as memory:
        assert memory.recall("curtains").level == "c0"
        assert memory.remember("more", session="s").added
        assert memory.vectors().model == Alike().model
    (message,) = {each.message for each in caplog.records}
    assert "scripted (1, 64-d)" in message
    assert "scripted (9, 64-d)" in message


def test_what_is_no_embedder_is_refused(path: Path) -> None:
    with pytest.raises(InputError, match="expected a name"):
        Memory(path, embedder=7)  # type: ignore[arg-type]
    with pytest.raises(InputError, match="background or manual"):
        Memory(path, embedding="later")  # type: ignore[arg-type]


# -- one that fails


def test_an_endpoint_that_fails_keeps_the_turn_and_is_asked_again_later(path: Path) -> None:
    clock = Clock()
    with served() as server:
        embedder = OpenAICompatible(
            "m", url=server.url, dimension=3, patience=Patience(timeout_s=0.2, retries=0)
        )
        with Memory(path, embedder=embedder, embedding="manual", clock=clock) as memory:
            memory.remember("by the river", session="s")
            waits = []
            for step in (
                refused(429, "slow down"),
                refused(500, "broken"),
                Answer(hang=True, length=9),
                NAN,
            ):
                server.script(step)
                assert memory.embed().failed == 1
                status = memory.vectors()
                assert (status.waiting, status.failed, status.embedded) == (1, 1, 0)
                assert status.error
                assert status.retry_at is not None
                waits.append(status.retry_at - clock.now)
                clock.now = status.retry_at
            assert waits == [timedelta(seconds=2**each) for each in range(4)]
            assert memory.embed().pending == 0
            assert memory.vectors().error == ""


@pytest.mark.parametrize(
    "answer",
    [
        lambda _: (_ for _ in ()).throw(KeyError("lost")),
        lambda texts: [[float("nan")] * 3 for _ in texts],
        lambda texts: [[1.0] * 4 for _ in texts],
        lambda _: [],
        lambda _: None,
    ],
)
def test_whatever_a_model_does_recall_goes_on_by_words(
    answer: Callable[[list[str]], object], caplog: pytest.LogCaptureFixture
) -> None:
    ready = True

    def given(texts: list[str]) -> object:
        return [[len(text), 1.0, -1.0] for text in texts] if ready else answer(texts)

    embedder = FunctionEmbedder(given, name="f", revision="1", dimension=3)
    with Memory(":memory:", embedder=embedder, embedding="manual") as memory:
        memory.remember(said(), session="s")
        memory.embed()
        assert memory.recall("curtains").level == "c2"
        ready = False
        recall = memory.recall("curtains")
        assert (recall.level, recall[0].text) == ("c0", TALK[0])
        assert "recall by words alone" in caplog.text


class _Rude(Alike):
    """Raises what it likes, or gives what are no vectors."""

    rude: Callable[[list[models.base.Tokens]], list[models.base.Tokens]] = list

    def encode_tokens(self, texts: Sequence[str]) -> list[models.base.Tokens]:
        return self.rude(super().encode_tokens(texts))


def _lost(_: object) -> list[models.base.Tokens]:
    raise LookupError("lost")


@pytest.mark.parametrize(
    "rude",
    [
        _lost,
        lambda _: [],
        lambda _: None,
        lambda found: [models.base.Tokens(vectors=found[0].vectors[:, :9], spans=found[0].spans)],
        lambda found: [
            models.base.Tokens(vectors=found[0].vectors * np.float32("nan"), spans=found[0].spans)
        ],
    ],
)
def test_a_rude_model_of_tokens_is_borne_with(
    rude: Callable[[list[models.base.Tokens]], list[models.base.Tokens]],
) -> None:
    embedder = _Rude()
    with Memory(":memory:", embedder=embedder, embedding="manual") as memory:
        memory.remember(said(), session="s")
        memory.embed()
        embedder.rude = rude
        recall = memory.recall("curtains")
        assert (recall.level, recall[0].text) == ("c0", TALK[0])
        memory.remember("more", session="s")
        assert memory.embed().failed == 1


def test_what_failed_does_not_quote_what_was_erased_meanwhile(path: Path) -> None:
    with Memory(path, embedder=Alike(failing="secret"), embedding="manual") as memory:
        ids = memory.remember(said(["my secret", "tea"]), session="s").ids
        embedder = memory._upkeep.embedder
        assert isinstance(embedder, Alike)

        def erase(_: object) -> None:
            embedder.first = len
            memory.erase(ids[0])

        embedder.first = erase
        memory.embed()
        assert memory.vectors().error == ""
        assert b"secret" not in path.read_bytes()


# -- another model


@pytest.mark.parametrize("place", [":memory:", "file"])
def test_old_vectors_serve_until_all_of_the_new_are_made(path: Path, place: str) -> None:
    new = Alike(100, revision="2")
    where = path if place == "file" else ":memory:"
    with Memory(where, embedder=Alike(), embedding="manual") as memory:
        view = memory.scoped(user="u")
        view.remember(said(), session="s")
        view.remember(said(["Later."]), session="t")
        memory.embed()
        during = []

        def look(_: object) -> None:
            if threading.current_thread() is threading.main_thread():
                during.append((best(memory), memory.vectors().building))

        new.first = look
        assert memory.reindex(new).turns == 5
        assert during
        assert set(during) == {(BY_MEANING, new.model)}
        new.first = len
        assert memory.vectors().model == new.model
        assert best(memory) == BY_MEANING
        assert view.recall(ASKED, session="s").level == "c3"  # a view made before, too
        with memory._store.reading() as snapshot:
            assert [row.model for row in snapshot.tables.embedders()] == [new.model]


def test_a_reindex_that_was_broken_off_goes_on(path: Path) -> None:
    new = Alike(revision="2")
    with Memory(path, embedder=Alike(), embedding="manual") as memory:
        for session in range(4):
            memory.remember(said(), session=str(session))
        memory.embed()

        def stop(_: object) -> None:
            if len(new.encoded) == 2:
                raise KeyboardInterrupt

        new.first = stop
        with pytest.raises(KeyboardInterrupt):
            memory.reindex(new)
        assert memory.vectors().building == new.model
        assert best(memory) == BY_MEANING
    new.first = len
    with Memory(path, embedder=Alike()) as memory:
        assert memory.reindex(new).turns == 8
        assert len(new.encoded) == 4
        assert best(memory) == BY_MEANING
        assert memory.reindex(Alike(revision="2")).turns == 16  # all anew
        assert best(memory) == BY_MEANING


def test_a_reindex_that_fails_says_why_however_often_it_is_tried() -> None:
    new = Alike(revision="2", failing="pens")
    with Memory(":memory:", embedder=Alike(), embedding="manual", clock=Clock()) as memory:
        memory.remember(said(), session="s")
        memory.embed()
        for _ in range(2):
            with pytest.raises(ModelError, match="cannot encode 'pens'"):
                memory.reindex(new)
        assert best(memory) == BY_MEANING


@pytest.mark.parametrize("place", [":memory:", "file"])
def test_what_is_said_during_a_reindex_is_in_it(path: Path, place: str) -> None:
    new = Alike(revision="2")
    where = path if place == "file" else ":memory:"
    with Memory(where, embedder=Alike()) as memory:
        memory.remember(said(), session="s")
        left = list(range(12))

        def say(_: object) -> None:
            if left:
                memory.remember(said([f"Number {left.pop()}"]), session="s")

        new.first = say
        memory.reindex(new)
        status = memory.vectors()
        assert (status.model, status.building, status.waiting) == (new.model, None, 0)
        assert status.embedded == status.documents == len(TALK) + 12
        assert best(memory) == BY_MEANING


def test_a_reindex_that_another_took_over_is_no_success(path: Path) -> None:
    new, third = Alike(revision="2"), Alike(revision="3")
    with (
        Memory(path, embedder=Alike(), embedding="manual") as memory,
        Memory(path, embedder=None) as other,
    ):
        memory.remember(said(), session="s")
        memory.embed()

        def take_over(_: object) -> None:
            new.first = len
            other.reindex(third)

        new.first = take_over
        with pytest.raises(ModelError, match=r"given up|holds vectors of"):
            memory.reindex(new)
        assert memory.recall("curtains").level == "c0"  # of a third model by now: by words
        assert best(other) == BY_MEANING


# -- changes


def test_what_is_hidden_restored_and_revised_is_found_as_it_stands() -> None:
    with Memory(":memory:", embedder=Alike()) as memory:
        said_ = [{**message, "id": str(n)} for n, message in enumerate(said())]
        ids = memory.remember(said_, session="s").ids
        assert best(memory) == BY_MEANING
        memory.forget(ids[MEANT])
        assert TALK[MEANT] not in [hit.text for hit in memory.recall(ASKED)]
        memory.undo()
        assert best(memory) == BY_MEANING
        memory.revise(str(MEANT), "A kayak, that is mine.", session="s")
        assert memory.recall(ASKED)[0].text == "A kayak, that is mine."
        memory.undo()
        assert best(memory) == BY_MEANING
        memory.erase(ids[MEANT])
        assert "canoe" not in str([hit.text for hit in memory.recall(ASKED)])
        memory.remember("My kayak leaks.", session="t")
        assert memory.recall(ASKED)[0].text == "My kayak leaks."


def test_a_view_finds_by_meaning_only_what_is_its_own() -> None:
    with Memory(":memory:", embedder=Alike()) as memory:
        mine, yours = memory.scoped(user="me"), memory.scoped(user="you")
        mine.remember(said(), session="s")
        yours.remember(said([*TALK[:MEANT], "My kayak leaks.", *TALK[MEANT + 1 :]]), session="s")
        assert mine.recall(ASKED)[0].text == TALK[MEANT]
        assert yours.recall(ASKED)[0].text == "My kayak leaks."
        assert len(mine.recall(ASKED)) == len(TALK)
        alone = [hit.text for hit in mine.recall(ASKED)]
        yours.erase([item.id for item in yours.browse().items])
        with Memory(":memory:", embedder=Alike()) as other:
            other.scoped(user="me").remember(said(), session="s")
            expected = [hit.text for hit in other.scoped(user="me").recall(ASKED)]
        assert alone == expected
        assert mine.recall(ASKED)[0].text == TALK[MEANT]


def test_an_import_a_backup_and_a_rescue_are_found_by_meaning(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Memory(path, embedder=Alike()) as memory:
        memory.remember(said(), session="s")
        memory.embed()
        memory.backup(tmp_path / "backup.mnemos")
        lines = list(memory.export_lines())
        state = memory.state_hash()
    with Memory(tmp_path / "backup.mnemos", embedder=Alike(), embedding="manual") as memory:
        assert best(memory) == BY_MEANING  # the copy took the vectors with it
    Memory.rescue(path, tmp_path / "rescued.mnemos")
    with Memory(tmp_path / "rescued.mnemos", embedder=Alike()) as memory:
        memory.embed()
        assert best(memory) == BY_MEANING
        assert memory.state_hash() == state
    monkeypatch.setenv("MNEMOS_EMBEDDER", "auto")
    monkeypatch.setattr(choose, "_built_in", lambda: (Alike(), ""))
    with Memory.load(lines) as memory:
        assert best(memory) == BY_MEANING  # made again without being asked to
        assert memory.state_hash() == state


def test_a_file_that_is_only_read_is_read_as_far_as_its_vectors_reach(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search, "MOST", 0.5)
    with Memory(path, embedder=Alike(), embedding="manual") as memory:
        memory.remember(said(), session="s")
        memory.embed()
        memory.remember("My kayak leaks.", session="t")
    with Memory(path, embedder=Alike(), read_only=True) as memory:
        assert memory.vectors().waiting == 1
        assert best(memory) == BY_MEANING
        assert not threads()
        with pytest.raises(ReadOnly):
            memory.embed()


# -- in the background


@pytest.mark.parametrize("place", [":memory:", "file"])
def test_what_was_just_said_is_found_by_its_meaning(path: Path, place: str) -> None:
    where = path if place == "file" else ":memory:"
    with Memory(where, embedder=Alike()) as memory:
        for text in TALK:
            memory.remember(said([text]), session="s")
        assert best(memory) == BY_MEANING
        memory.remember("My puppy sleeps.", session="t")
        assert memory.recall("dog?")[0].text == "My puppy sleeps."
    assert not threads()


def test_what_an_earlier_process_left_is_seen_to_at_the_first_recall(path: Path) -> None:
    with Memory(path, embedder=Alike(), embedding="manual") as memory:
        memory.remember(said(), session="s")
        memory.embed()
        memory.remember(said(["Nothing."]), session="s")
        memory.remember("My puppy sleeps.", session="t")
    with Memory(path, embedder=Alike()) as memory:
        assert memory.recall("dog?")[0].text == "My puppy sleeps."
        assert memory.vectors().waiting == 0


def test_no_thread_is_started_without_need(path: Path) -> None:
    with Memory(path, embedder=None) as memory:
        memory.remember(said(), session="s")
    with Memory(path, embedder=Alike()) as memory:
        assert memory.recall("curtains").level == "c0"
        assert not threads()
    with Memory(path, embedder=Alike()) as memory:
        memory.remember("more", session="s")
        assert best(memory) == BY_MEANING
    with Memory(path, embedder=Alike()) as memory:
        assert best(memory) == BY_MEANING
        assert not threads()
        assert memory.remember("more", session="s", request_id="r").added
        memory.recall(ASKED)


def test_recall_does_not_wait_for_a_bulk_write(path: Path) -> None:
    with Memory(path, embedder=Alike(delay_s=0.05)) as memory:
        for session in range(10):
            memory.remember(said(["Rain again."] * 40), session=str(session))
        started = time.monotonic()
        assert memory.recall("rain")
        assert time.monotonic() - started < upkeep.PATIENCE_S
        started = time.monotonic()
    assert time.monotonic() - started < upkeep.LAST_WORDS_S + 3


def test_recall_waits_for_a_slow_model_no_longer_than_its_patience() -> None:
    release = threading.Event()
    embedder = Alike()

    def hang(texts: Sequence[str]) -> None:
        if texts != [ASKED]:
            release.wait(10)

    embedder.first = hang
    with Memory(":memory:", embedder=embedder) as memory:
        memory.remember(said(), session="s")
        started = time.monotonic()
        assert memory.recall(ASKED).level == "c0"
        assert time.monotonic() - started < upkeep.PATIENCE_S + 0.5
        release.set()
        until(lambda: memory.vectors().embedded)
        assert best(memory) == BY_MEANING


def test_a_failure_is_tried_again_without_being_asked(caplog: pytest.LogCaptureFixture) -> None:
    embedder = Alike(failing="canoe")
    with Memory(":memory:", embedder=embedder) as memory:
        memory.remember(said(), session="s")
        until(lambda: memory.vectors().failed)
        assert memory.recall("curtains")[0].text == TALK[0]
        embedder.failing = ""
        until(lambda: memory.vectors().embedded)
        assert best(memory) == BY_MEANING
    assert not caplog.records


def test_a_write_that_fails_is_tried_again_and_said_once(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(upkeep, "AGAIN_S", 0.01)
    broken = [3]

    def drained(*args: Any, **how: Any) -> Embedded:  # noqa: ANN401 - drain's
        if broken[0]:
            broken[0] -= 1
            raise StoreError("interrupted")
        return drain(*args, **how)

    monkeypatch.setattr(upkeep, "drain", drained)
    with Memory(":memory:", embedder=Alike()) as memory:
        memory.remember(said(), session="s")
        until(lambda: memory.vectors().embedded)
        assert best(memory) == BY_MEANING
    assert [each.levelno for each in caplog.records] == [logging.WARNING]


def test_what_another_process_left_half_done_is_taken_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(upkeep, "AGAIN_S", 0.01)
    embedder = Alike()
    with Memory(":memory:", embedder=embedder) as memory:
        memory.remember(said(), session="s")
        memory.recall(ASKED)

        def change(_: object) -> None:  # another writes in between, and does not wake us
            embedder.first = len
            with memory._store.writing() as transaction:
                row = embedder_in(transaction.tables, "serving")
                assert row is not None
                waiting = transaction.tables.queue(row.no)[0]
                transaction.tables.put_waiting(row.no, replace(waiting, seq=99))

        embedder.first = change
        memory.remember(said(["More."]), session="s")
        until(lambda: memory.vectors().embedded == len(TALK) + 1)
        until(lambda: not memory.vectors().waiting)


def test_an_interrupted_thread_goes_on(path: Path, caplog: pytest.LogCaptureFixture) -> None:
    embedder = Alike(delay_s=0.001)
    with Memory(path, embedder=embedder) as memory:
        for session in range(30):
            memory.remember(said(), session=str(session))
            for thread in threads():
                memory.interrupt(thread.ident or 0)
        for _ in range(200):
            for thread in threads():
                memory.interrupt(thread.ident or 0)
            time.sleep(0.0005)
        until(lambda: memory.vectors().embedded == 30 * len(TALK))
        assert memory.verify().ok
    assert len(caplog.records) < 20


def test_cancelled_calls_do_not_disturb_the_thread(path: Path) -> None:
    async def work() -> None:
        async with AsyncMemory(Memory(path, embedder=Alike(delay_s=0.001))) as memory:
            for number in range(40):
                kept = memory.remember(said(), session=str(number))
                call = asyncio.create_task(memory.recall(ASKED) if number % 2 else kept)
                if number % 2:
                    await kept
                await asyncio.sleep(0.0005 * (number % 7))
                call.cancel()
                with suppress(asyncio.CancelledError):
                    await call
            await memory.remember(said(), session="last")
            reindexed = asyncio.create_task(memory.reindex(Alike(delay_s=0.001)))
            await memory.remember(said(), session="meanwhile")
            await reindexed
            assert (await memory.embed()).pending == 0
            assert (await memory.vectors()).building is None
            assert (await memory.recall(ASKED))[0].text == TALK[MEANT]
            assert (await memory.verify()).ok

    asyncio.run(asyncio.wait_for(work(), 60))
    assert not threads()
    with Memory(path, embedder=Alike()) as memory:
        memory.embed()
        status = memory.vectors()
        assert status.embedded == status.documents >= 21 * len(TALK)
        assert status.waiting == status.failed == 0


def test_readers_and_writers_do_not_disturb_one_another(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search, "MOST", 0.0)  # the writer may be ahead of the vectors
    failures: list[BaseException] = []
    with Memory(path, embedder=Alike(), durability="NORMAL") as memory:
        memory.remember(said(), session="s")
        assert best(memory) == BY_MEANING

        def work(what: Callable[[int], object]) -> None:
            try:
                for number in range(30):
                    what(number)
            except BaseException as error:  # noqa: BLE001 - handed to the test
                failures.append(error)

        def read(_: int) -> None:
            assert best(memory) == BY_MEANING

        def write(number: int) -> None:
            memory.remember(said([f"Number {number}."]), session=f"t{number % 3}")

        started = [threading.Thread(target=work, args=(each,)) for each in (read, read, write)]
        for thread in started:
            thread.start()
        for thread in started:
            thread.join(60)
        assert not any(thread.is_alive() for thread in started)
        assert failures == []
        memory.embed()
        assert memory.vectors().embedded == len(TALK) + 30
        before = vectors_of(memory)
        memory.reindex(Alike())
        assert vectors_of(memory) == before


def test_closing_while_the_thread_encodes_loses_nothing(path: Path) -> None:
    for number in range(10):
        memory = Memory(path, embedder=Alike(delay_s=0.003))
        memory.remember(said() * 30, session=str(number))
        time.sleep(0.002 * number)
        memory.close()
        memory.close()
        assert not threads()
    with Memory(path, embedder=Alike()) as memory:
        memory.embed()
        assert memory.vectors().embedded == 1200
        assert best(memory) == BY_MEANING


def test_a_thread_that_cannot_be_started_costs_no_turn(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def start(_: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    with Memory(":memory:", embedder=Alike()) as memory:
        with monkeypatch.context() as patch:
            patch.setattr(threading.Thread, "start", start)
            assert memory.remember(said(), session="s").added
            started = time.monotonic()
            assert memory.recall("curtains").level == "c0"
            assert time.monotonic() - started < upkeep.PATIENCE_S
        assert "can't start new thread" in caplog.text
        memory.remember("more", session="s")
        assert best(memory) == BY_MEANING


AT_THE_END = """
import sys, os
from mnemos import Memory
from tests.unit.alike import Alike, said
embedder = "minilm" if sys.argv[3] == "minilm" else Alike(delay_s=0.01)
memory = Memory(sys.argv[1], embedder=embedder)
memory.remember(said() * 40, session="s")
if sys.argv[2] == "fork":
    child = os.fork()
    if child == 0:
        memory.close()
        os._exit(0)
    _, status = os.waitpid(child, 0)
    assert status == 0, status
    memory.close()
elif sys.argv[2] == "raise":
    raise SystemExit(3)
"""


@pytest.mark.parametrize("end", ["run out", "raise", "fork"])
@pytest.mark.parametrize("name", ["scripted", "minilm"])
def test_a_process_may_end_while_it_encodes(tmp_path: Path, end: str, name: str) -> None:
    if name == "minilm" and not models.installed("minilm"):
        pytest.skip("the built-in model is not installed")
    for number in range(2):
        path = tmp_path / f"{number}.mnemos"
        started = time.monotonic()
        done = subprocess.run(
            [sys.executable, "-W", "error", "-c", AT_THE_END, str(path), end, name],
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
            cwd=Path(__file__).parents[2],
        )
        assert (done.returncode, done.stderr) == (3 if end == "raise" else 0, "")
        assert time.monotonic() - started < 20
        with Memory(path, embedder=None) as memory:
            assert memory.stats().items == {"turn": 160}
            assert memory.verify().ok
