"""Recipes learn from sessions: labelled, journalled, dropped and made again; nothing is lost."""

from __future__ import annotations

import re
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from mnemos import (
    InputError,
    Item,
    Memory,
    ModelError,
    Query,
    Reader,
    RecipeError,
    Scope,
    UndoRefused,
)
from mnemos import recipes as registered
from mnemos.models.base import ChatReply, ChatRequest, Embedder
from mnemos.models.decide import Decide
from mnemos.models.task import Task
from mnemos.recall.ranked import Ranked, ranked
from mnemos.types import Delta, Key, Link, Session, State

NOW = datetime(2026, 3, 1, 9, tzinfo=UTC)
TASK = Task(name="note", instructions="Say it shorter.")


@dataclass(frozen=True)
class Said:
    text: str


class Notes:
    """Makes a note of each turn, found by a key, linked to the note before, and counts them."""

    name = "notes"
    at_once = False
    #: What a test lets happen while it learns.
    meanwhile: Callable[[Session], None] | None = None
    changed: Callable[[Delta], Delta] | None = None

    def __init__(self, level: str | None = None, embedder: Embedder | None = None) -> None:
        assert level is None or embedder is None

    def learn(self, session: Session, reader: Reader, decide: Decide) -> Delta:
        if self.meanwhile is not None:
            self.meanwhile(session)
        items = tuple(_note(turn, decide) for turn in session.new)
        count = reader.state("notes/count")
        delta = Delta(
            items=items,
            keys=tuple(
                Key(item=turn.id, role="fact", text=f"note {turn.text}", made_by=self.name)
                for turn in session.new
            ),
            links=tuple(
                Link(source=one.id, target=other.id, type="next", made_by=self.name)
                for one, other in pairwise(items)
            ),
            states=(
                State(
                    name="notes/count",
                    value=(count if isinstance(count, int) else 0) + len(items),
                ),
            ),
        )
        return delta if self.changed is None else self.changed(delta)

    def consolidate(self, now: datetime, reader: Reader, decide: Decide) -> Delta:
        assert now == NOW and decide is not None
        count = reader.state("notes/count")
        if not isinstance(count, int) or count <= 0:
            return Delta()
        return Delta(states=(State(name="notes/count", value=count - 1),))

    def recall(
        self, query: Query, reader: Reader, eligible: NDArray[np.bool_] | None, decide: Decide
    ) -> Ranked:
        assert query.question and decide is not None
        own = reader.derived(self.name)
        docs = own.docs[own.columns.recipe > 0]
        if eligible is not None:
            docs = own.docs[(own.columns.recipe > 0) & eligible]
        items = np.unique(docs["item"]).astype(np.int64)
        return ranked(items, {"newest": items.astype(np.float64)})


def _note(turn: Item, decide: Decide) -> Item:
    said = decide(TASK, {"text": turn.text}, Said, lambda: Said(turn.text.upper()))
    return Item(
        id=f"note-{turn.id}",
        kind="note",
        text=said.text,
        scope=turn.scope,
        position=turn.position,
        said_at=turn.said_at,
        recorded_at=turn.recorded_at,
        sources=(turn.id,),
        made_by="notes",
    )


class Prompt(Notes):
    name = "notes"
    at_once = True


class Broken:
    """A chat that fails until it is mended."""

    model = "broken"

    def __init__(self) -> None:
        self.mended = False

    def ask(self, request: ChatRequest) -> ChatReply:
        if not self.mended:
            raise ModelError(f"cannot: {len(request.user)}")
        return ChatReply(text='{"text": "short"}')


@pytest.fixture(autouse=True)
def notes(monkeypatch: pytest.MonkeyPatch) -> Iterator[type[Notes]]:
    monkeypatch.setitem(registered.RECIPES, "notes", f"{__name__}:Notes")
    monkeypatch.setitem(registered.RECIPES, "prompt", f"{__name__}:Prompt")
    yield Notes
    Notes.meanwhile = Notes.changed = None


@pytest.fixture
def memory() -> Iterator[Memory]:
    with Memory(":memory:", recipe="notes", clock=lambda: NOW) as made:
        yield made


def say(memory: Memory, *texts: str, session: str = "s1") -> tuple[str, ...]:
    return memory.remember(
        [{"role": "user", "content": each} for each in texts], session=session
    ).ids


def of_recipe(memory: Memory, kinds: str = "note") -> list[Item]:
    return list(memory.browse(kinds=[kinds]).items)


def test_what_is_derived_is_labelled_cited_and_journalled(memory: Memory) -> None:
    one, other = say(memory, "tea", "milk")
    learned = memory.learn()
    assert (learned.sessions, learned.pending, learned.failed, learned.errors) == (1, 0, 0, ())
    assert learned.rows == 5
    assert [(item.text, item.sources, item.made_by) for item in of_recipe(memory)] == [
        ("TEA", (one,), "notes"),
        ("MILK", (other,), "notes"),
    ]
    event = memory.log(1)[0]
    assert (event.op, event.recipe) == ("learn", "notes")
    assert learned.decisions == {"note": {"fallback": 2}}
    assert memory.verify().problems == ()


def test_a_session_is_learnt_from_once_and_then_only_what_is_new(memory: Memory) -> None:
    say(memory, "tea")
    say(memory, "bread", session="s2")
    assert memory.learn(limit=1).pending == 1
    memory.learn()
    before = memory.state_hash()
    assert memory.learn().sessions == 0
    assert memory.state_hash() == before
    say(memory, "milk")
    assert memory.learn().sessions == 1
    assert sorted(item.text for item in of_recipe(memory)) == ["BREAD", "MILK", "TEA"]


def test_what_one_recipe_makes_never_changes_what_another_recalls(tmp_path: Path) -> None:
    path = tmp_path / "memory"

    def recalled() -> list[tuple[str, float]]:
        with Memory(path, embedder=None, clock=lambda: NOW) as memory:
            return [(hit.id, hit.score) for hit in memory.recall("Who likes tea?", limit=50)]

    with Memory(path, clock=lambda: NOW) as memory:
        say(memory, "Ann likes tea", "Bob likes coffee", "tea is hot", "note the tea")
    before = recalled()
    with Memory(path, recipe="notes", clock=lambda: NOW) as memory:
        memory.learn()
        found = memory.recall("Who likes tea?")
        assert {hit.item.kind for hit in found} == {"note", "turn"}  # by its keys, too
    assert recalled() == before


def test_what_was_dropped_is_made_again_the_same(memory: Memory) -> None:
    say(memory, "tea", "milk")
    empty = memory.state_hash()
    memory.learn()
    learnt = memory.state_hash()
    memory.unlearn("notes")
    assert of_recipe(memory) == []
    assert len(memory.recall("tea?")) == 0
    memory.learn()
    assert memory.state_hash() == learnt
    for seq in range(memory.log(1)[0].seq, 1, -1):
        memory.undo(seq)
    assert len(of_recipe(memory)) == 0
    assert memory.state_hash() != empty  # undone items stay, hidden
    assert memory.verify().problems == ()


def test_another_wording_of_what_was_dropped_is_another_item(
    memory: Memory, notes: type[Notes]
) -> None:
    (turn,) = say(memory, "tea")
    memory.learn()
    memory.unlearn("notes")
    notes.changed = staticmethod(lambda delta: _item(delta, text="other"))
    memory.learn()
    (made,) = of_recipe(memory)
    assert (made.text, made.sources) == ("other", (turn,))
    assert made.id != f"note-{turn}"


def test_what_was_superseded_is_dropped_too_and_can_be_worded_anew(
    memory: Memory, notes: type[Notes]
) -> None:
    say(memory, "tea")
    notes.changed = staticmethod(lambda delta: _item(delta, status="superseded"))
    memory.learn()
    memory.unlearn("notes")
    notes.changed = staticmethod(lambda delta: _item(delta, text="other"))
    assert memory.learn().errors == ()
    assert [item.text for item in of_recipe(memory)] == ["other"]


def test_what_was_retired_stays_so_when_its_turn_is_read_again(memory: Memory) -> None:
    (turn,) = say(memory, "tea")
    memory.learn()
    memory.forget(f"note-{turn}")
    memory.unlearn("notes")
    memory.learn()
    assert of_recipe(memory) == []
    assert memory.get(f"note-{turn}").status == "hidden"


def test_a_recipe_that_fails_in_one_session_learns_from_the_others(
    memory: Memory, notes: type[Notes]
) -> None:
    def fail(session: Session) -> None:
        if session.scope.session == "s1":
            raise ValueError("no idea")

    say(memory, "tea")
    say(memory, "bread", session="s2")
    notes.meanwhile = staticmethod(fail)
    learned = memory.learn()
    assert (learned.sessions, learned.pending) == (1, 1)
    (error,) = learned.errors
    assert error.startswith(f"session 's1': recipe 'notes' failed at {__file__}:")
    line = int(error.removesuffix(": ValueError('no idea')").rpartition(":")[2])
    assert "raise ValueError" in Path(__file__).read_text(encoding="utf-8").splitlines()[line - 1]
    assert [item.text for item in of_recipe(memory)] == ["BREAD"]
    notes.meanwhile = None
    assert memory.learn().pending == 0


def _item(delta: Delta, **changed: object) -> Delta:
    return replace(delta, items=(replace(delta.items[0], **changed),))  # type: ignore[arg-type]


def test_the_same_mistake_in_many_sessions_is_logged_once_with_its_cause(
    memory: Memory, notes: type[Notes], caplog: pytest.LogCaptureFixture
) -> None:
    def fail(_session: Session) -> None:
        raise ValueError("no idea")

    for number in range(3):
        say(memory, "tea", session=f"s{number}")
    notes.meanwhile = staticmethod(fail)
    assert len(memory.learn().errors) == 3
    (record,) = caplog.records
    assert record.exc_info is not None and isinstance(record.exc_info[1], ValueError)


def test_what_an_item_supersedes_is_retired_with_it(memory: Memory, notes: type[Notes]) -> None:
    (turn,) = say(memory, "tea")
    memory.learn()
    old = f"note-{turn}"
    notes.changed = staticmethod(lambda delta: _item(delta, supersedes=old))
    (other,) = say(memory, "milk")
    memory.learn()
    seq = memory.log(1)[0].seq
    assert [item.id for item in of_recipe(memory)] == [f"note-{other}"]
    assert memory.get(old).status == "superseded"
    memory.undo(seq)
    assert [item.id for item in of_recipe(memory)] == [old]


def test_what_another_made_is_not_retired(memory: Memory, notes: type[Notes]) -> None:
    (turn,) = say(memory, "tea")
    notes.changed = staticmethod(lambda delta: _item(delta, supersedes=turn))
    memory.learn()
    assert memory.get(turn).status == "active"


def test_a_mistake_in_recall_is_told_with_its_place(
    memory: Memory, monkeypatch: pytest.MonkeyPatch
) -> None:
    def recall(*_: object) -> Ranked:
        raise ValueError("no idea")

    say(memory, "tea")
    monkeypatch.setattr(Notes, "recall", recall)
    with pytest.raises(RecipeError, match=rf"'notes' failed at {re.escape(__file__)}:\d+: Value"):
        memory.recall("tea?")


LAWLESS: dict[str, Callable[[Delta], object]] = {
    "the note note-": lambda delta: _item(delta, made_by=""),
    "made by 'other'": lambda delta: _item(delta, made_by="other"),
    "an item twice": lambda delta: replace(delta, items=delta.items * 2),
    "passes for something said": lambda delta: _item(delta, role="user"),
    "names no source": lambda delta: _item(delta, sources=()),
    "no such item here": lambda delta: _item(delta, sources=("nothing",)),
    "is of user 'eve'": lambda delta: _item(delta, scope=Scope(user="eve")),
    "is of session 's9'": lambda delta: _item(delta, scope=Scope(session="s9")),
    "has no text": lambda delta: _item(delta, text=" "),
    "cannot be stored": lambda delta: _item(delta, text="a\ud800"),
    "trust of note": lambda delta: _item(delta, trust=2.0),
    "a link weighs nan": lambda delta: replace(
        delta,
        links=(
            Link(
                source=delta.items[0].id,
                target=delta.items[0].id,
                type="x",
                weight=float("nan"),
                made_by="notes",
            ),
        ),
    ),
    "begins with 'notes/'": lambda delta: replace(delta, states=(State(name="x", value=1),)),
    "is no JSON": lambda delta: replace(
        delta,
        states=(State(name="notes/x", value=object()),),  # type: ignore[arg-type]
    ),
    "rows at once": lambda delta: replace(delta, keys=delta.keys * 30_000),
    "proposed dict, not a Delta": lambda _: {"items": []},
}


@pytest.mark.parametrize("wrong", sorted(LAWLESS))
def test_a_proposal_that_breaks_an_invariant_is_refused_whole(
    memory: Memory, notes: type[Notes], wrong: str
) -> None:
    say(memory, "tea")
    before = memory.state_hash()
    notes.changed = staticmethod(LAWLESS[wrong])  # type: ignore[assignment]
    (error,) = memory.learn().errors
    assert wrong in error
    assert memory.state_hash() == before
    assert memory.log(1)[0].op == "remember"


def test_a_proposal_that_was_overtaken_is_made_again(memory: Memory, notes: type[Notes]) -> None:
    seen: list[int] = []

    def write(session: Session) -> None:
        seen.append(len(session.new))
        if len(seen) <= 2:
            say(memory, f"more {len(seen)}")

    say(memory, "tea")
    notes.meanwhile = staticmethod(write)
    assert memory.learn().errors == ()
    assert seen == [1, 2, 3]
    assert len(of_recipe(memory)) == 3


def test_one_that_is_always_overtaken_learns_with_the_lock_held_and_asks_no_model(
    tmp_path: Path, notes: type[Notes]
) -> None:
    chat = Broken()
    chat.mended = True
    with Memory(tmp_path / "m", recipe="notes", chat=chat, clock=lambda: NOW) as memory:
        seen: list[int] = []

        def write(session: Session) -> None:
            seen.append(len(session.new))
            if len(seen) <= 3:
                say(memory, "more", session="other")

        say(memory, "tea")
        notes.meanwhile = staticmethod(write)
        learned = memory.learn(limit=1)
        assert seen == [1, 1, 1, 1]
        assert learned.decisions == {"note": {"fallback": 1}}


def test_two_that_learn_at_once_make_everything_once(tmp_path: Path) -> None:
    path = tmp_path / "memory"
    with Memory(path, recipe="notes") as memory:
        for number in range(12):
            say(memory, "tea", "milk", session=f"s{number}")

    def learn() -> None:
        with Memory(path, recipe="notes") as memory:
            assert memory.learn().errors == ()

    threads = [threading.Thread(target=learn) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with Memory(path, recipe="notes") as memory:
        assert len(of_recipe(memory)) == 24
        assert sum(event.op == "learn" for event in memory.log(100)) == 12
        assert memory.verify().problems == ()


def test_learning_at_once_follows_each_write_and_costs_no_turn(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with Memory(tmp_path / "m", recipe="prompt", learning="at once", clock=lambda: NOW) as memory:
        say(memory, "tea")
        say(memory, "milk")
        assert [item.text for item in of_recipe(memory)] == ["TEA", "MILK"]
        Notes.changed = staticmethod(lambda delta: _item(delta, sources=()))
        (third,) = say(memory, "bread")
        assert "not learnt from yet" in caplog.text
        Notes.changed = None
        assert memory.get(third).text == "bread"
        say(memory, "jam")
        assert [item.text for item in of_recipe(memory)] == ["TEA", "MILK", "BREAD", "JAM"]


def test_a_model_that_fails_is_told_and_what_it_missed_can_be_redone(tmp_path: Path) -> None:
    chat = Broken()
    with Memory(tmp_path / "m", recipe="notes", chat=chat, clock=lambda: NOW) as memory:
        say(memory, "tea")
        learned = memory.learn()
        assert (learned.sessions, learned.failed) == (1, 1)
        assert learned.decisions == {"note": {"fallback": 1}}
        assert [item.text for item in of_recipe(memory)] == ["TEA"]
        chat.mended = True
        assert memory.learn().sessions == 0
        redone = memory.learn(redo=True)
        assert (redone.sessions, redone.failed) == (1, 0)
        assert [item.text for item in of_recipe(memory)] == ["short"]
        assert memory.verify().problems == ()


def test_what_was_derived_is_hidden_with_its_source_and_comes_back_with_it(memory: Memory) -> None:
    one, other = say(memory, "tea", "milk")
    memory.learn()
    memory.forget(f"note-{other}")
    memory.forget([one, other])
    assert of_recipe(memory) == []
    memory.restore([one, other])
    assert [item.text for item in of_recipe(memory)] == ["TEA"]  # the other was hidden by itself


def test_erasing_a_turn_takes_what_was_derived_from_it(memory: Memory) -> None:
    one, _ = say(memory, "tea", "milk")
    memory.learn()
    certificate = memory.erase(one)
    assert certificate.derived == (f"note-{one}",)
    memory.unlearn("notes")
    memory.learn()
    assert [item.text for item in of_recipe(memory)] == ["MILK"]


def test_an_edited_turn_is_learnt_from_anew(memory: Memory) -> None:
    memory.remember({"role": "user", "content": "tea", "id": "m1"}, session="s1")
    memory.learn()
    memory.revise("m1", "coffee", session="s1")
    assert of_recipe(memory) == []
    memory.learn()
    assert [item.text for item in of_recipe(memory)] == ["COFFEE"]


def test_consolidation_takes_bounded_steps_and_each_can_be_undone(memory: Memory) -> None:
    say(memory, "tea", "milk", "bread")
    assert memory.consolidate(steps=2).steps == 2
    assert memory.consolidate().steps == 1
    assert memory.consolidate().steps == 0
    before = memory.state_hash()
    memory.undo()
    assert memory.state_hash() != before
    assert memory.consolidate().steps == 1


def test_a_step_that_changes_nothing_is_refused_and_names_the_recipe(
    memory: Memory, monkeypatch: pytest.MonkeyPatch
) -> None:
    def idle(_self: Notes, _now: datetime, reader: Reader, _decide: Decide) -> Delta:
        return Delta(items=tuple(reader.items(reader.derived("notes").items)))

    say(memory, "tea")
    memory.learn()
    monkeypatch.setattr(Notes, "consolidate", idle)
    before = memory.log(1)[0].seq
    with pytest.raises(RecipeError, match=r"recipe 'notes' proposes a step that changes nothing"):
        memory.consolidate()
    assert memory.log(1)[0].seq == before


def test_what_a_recipe_counts_is_told() -> None:
    class Counting(Notes):
        name = "counting"

        def __init__(self, level: str | None = None, embedder: Embedder | None = None) -> None:
            super().__init__(level, embedder)
            self.fired = Counter(led=2)

    with Memory(":memory:", recipe=Counting) as memory:
        assert memory.fired == {"led": 2}
    with Memory(":memory:", recipe="notes") as memory:
        assert memory.fired == {}


def test_a_reader_takes_the_integers_of_an_index(memory: Memory) -> None:
    (turn,) = say(memory, "tea")
    with memory.reader() as reader:
        assert [item.id for item in reader.items(reader.index.items)] == [turn]
        assert [item.id for item in reader.items(list(reader.index.items))] == [turn]


def test_an_undo_that_is_refused_names_the_value_that_was_changed(memory: Memory) -> None:
    say(memory, "tea", "milk")
    memory.learn()
    seq = memory.log(1)[0].seq
    memory.consolidate(steps=1)
    with pytest.raises(UndoRefused, match=r"changed the value 'notes/count' since"):
        memory.undo(seq)


def test_a_recipe_that_learns_nothing_says_so() -> None:
    class Deaf:
        name = "deaf"
        recall = Notes.recall

        def __init__(self, level: str | None, embedder: Embedder | None) -> None:
            assert level is None and embedder is None

    with Memory(":memory:", recipe=Deaf) as memory:
        assert not next(each for each in memory.recipes() if each.name == "deaf").learns
        with pytest.raises(InputError, match="learns nothing"):
            memory.learn()


def test_a_session_of_five_thousand_turns_is_learnt_from(memory: Memory) -> None:
    say(memory, *(f"turn {number}" for number in range(5_000)))
    assert memory.learn().errors == ()
    say(memory, "one more")
    assert memory.learn().rows == 2
