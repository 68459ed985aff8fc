"""Forgetting by policy: who fades by which rule, who stays, and how it is taken back."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from mnemos import (
    Decide,
    Delta,
    Faded,
    InputError,
    Item,
    Memory,
    Policy,
    Query,
    Reader,
    ReadOnly,
    Scope,
    Session,
)
from mnemos.ingest.derive import made
from mnemos.recall.ranked import Ranked, ranked

START = datetime(2026, 1, 1, 9, tzinfo=UTC)
DAY = timedelta(days=1)


class Clock:
    """A clock that stands until it is set."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        return self.now


class Noting:
    """Makes a note of each turn, and a summary of each session of all of its notes.

    A turn that says "until DAYS" makes a note that expires so many days after it was said.
    """

    name = "noting"
    at_once = False

    def __init__(self, *_: object) -> None:
        pass

    def learn(self, session: Session, _reader: Reader, _decide: Decide) -> Delta:
        notes = [self._note(turn) for turn in session.new]
        summary = made(
            "All of it",
            kind="summary",
            sources=notes,
            recipe=self.name,
            now=session.new[-1].recorded_at,
        )
        return Delta(items=(*notes, summary))

    def _note(self, turn: Item) -> Item:
        _, _, days = turn.text.partition("until ")
        return made(
            f"note: {turn.text}",
            kind="note",
            sources=[turn],
            recipe=self.name,
            now=turn.recorded_at,
            expires_at=turn.said_at + int(days) * DAY if days else None,
        )

    def recall(
        self, _query: Query, reader: Reader, eligible: NDArray[np.bool_] | None, _decide: Decide
    ) -> Ranked:
        nos = np.arange(len(reader.index.docs))
        nos = nos if eligible is None else nos[eligible]
        return ranked(nos, {"there": np.ones(len(nos))})


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(params=["file", ":memory:"])
def memory(request: pytest.FixtureRequest, tmp_path: Path, clock: Clock) -> Iterator[Memory]:
    path = tmp_path / "test.mnemos" if request.param == "file" else ":memory:"
    with Memory(path, recipe=Noting, clock=clock, embedder=None) as opened:
        yield opened


def say(memory: Memory, *lines: str, session: str = "s", user: str | None = None) -> None:
    scope = Scope(user=user, session=session)
    memory.remember([{"role": "user", "content": line} for line in lines], scope=scope)
    memory.learn()


def texts(memory: Memory, *kinds: str) -> list[str]:
    return [item.text for item in memory.browse(kinds=kinds, limit=1_000).items]


def id_of(memory: Memory, text: str) -> str:
    items = [*memory.browse(limit=1_000).items]
    items += memory.browse(kinds=["note", "summary"], limit=1_000).items
    return next(item.id for item in items if item.text == text)


def names(memory: Memory, ids: Sequence[str]) -> list[str]:
    return [memory.get(item_id).text for item_id in ids]


# -- the rules


def test_what_has_expired_is_hidden_by_default_and_nothing_else(
    memory: Memory, clock: Clock
) -> None:
    say(memory, "tea until 5", "coffee until 50", "water")
    clock.now += 10 * DAY
    done = memory.fade()
    assert names(memory, done.ids) == ["note: tea until 5"]
    assert done.why == {done.ids[0]: "expired on 2026-01-06"}
    assert memory.get(done.ids[0]).status == "hidden"
    assert memory.fade() == Faded(head=done.head)


def test_what_was_not_used_for_long_fades_and_use_keeps_it(memory: Memory, clock: Clock) -> None:
    say(memory, "tea", "coffee", session="a")
    clock.now += 20 * DAY
    memory.note_use(id_of(memory, "note: coffee"))
    memory.note_use(id_of(memory, "note: tea"), cited=())  # shown alone keeps nothing
    clock.now += 15 * DAY
    done = memory.fade(Policy(unused_for=30, kinds=("note",)))
    assert names(memory, done.ids) == ["note: tea"]
    assert done.why[done.ids[0]] == "not used since 2026-01-01"
    assert names(memory, done.derived) == ["All of it"]
    assert done.kinds == {"note": 1, "summary": 1}


def test_time_counts_from_when_an_item_was_made_or_brought_back(
    memory: Memory, clock: Clock
) -> None:
    old = {"role": "user", "content": "tea", "said_at": START - 900 * DAY}
    memory.remember(old, session="a")
    memory.learn()
    policy = Policy(unused_for=30 * DAY, kinds=("note",))
    assert memory.fade(policy).ids == ()
    clock.now += 31 * DAY
    (faded,) = memory.fade(policy).ids
    memory.restore(faded)
    assert memory.fade(policy).ids == ()


def test_below_goes_by_strength(memory: Memory, clock: Clock) -> None:
    say(memory, "tea", "coffee")
    for _ in range(3):
        memory.note_use(id_of(memory, "note: coffee"))
    clock.now += 20 * DAY
    # e^(−20/10) = 13.5 % of the one, e^(−20/40) = 60.7 % of the other.
    policy = Policy(below=0.2, stretch=10, kinds=("note",))
    done = memory.fade(policy)
    assert names(memory, done.ids) == ["note: tea"]
    assert done.why[done.ids[0]] == "13.5% of it is left"


def test_a_cap_hides_those_with_least_left_of_each_user_by_itself(
    memory: Memory, clock: Clock
) -> None:
    for day in range(4):
        clock.now = START + day * DAY
        say(memory, f"tea {day}", session=f"a{day}", user="ann")
    say(memory, "beer", session="b", user="ben")
    memory.note_use(id_of(memory, "note: tea 0"))
    done = memory.fade(Policy(caps={"note": 2}))
    assert names(memory, done.ids) == ["note: tea 1", "note: tea 2"]
    assert set(done.why.values()) == {"over the cap of 2 of kind note"}
    assert texts(memory, "note") == ["note: tea 0", "note: tea 3", "note: beer"]


def test_a_cap_counts_what_other_rules_leave(memory: Memory, clock: Clock) -> None:
    say(memory, "tea until 1", "coffee until 1", "water", "milk")
    clock.now += 2 * DAY
    done = memory.fade(Policy(caps={"note": 2}))
    assert names(memory, done.ids) == ["note: tea until 1", "note: coffee until 1"]


def test_what_is_old_beyond_telling_is_still_told_apart(memory: Memory, clock: Clock) -> None:
    say(memory, "tea", session="a")
    clock.now += DAY
    say(memory, "coffee", session="b")
    clock.now += 10_000 * DAY  # e^(−10000) is nought
    assert names(memory, memory.fade(Policy(caps={"note": 1})).ids) == ["note: tea"]


# -- who stays


def test_what_users_said_stays_unless_it_is_named(memory: Memory, clock: Clock) -> None:
    memory.remember("tea", session="a", expires_at=START + DAY)
    memory.remember("coffee", session="a")
    clock.now += 100 * DAY
    memory.learn()
    gone = memory.fade(Policy(unused_for=0, below=1.0, caps={"note": 0, "summary": 0}))
    assert gone.kinds == {"note": 2, "summary": 1}
    done = memory.fade(Policy(kinds=("turn",)))
    assert names(memory, done.ids) == ["tea"]
    assert texts(memory) == ["coffee"]


def test_a_cap_of_turns_names_them_for_that_cap_alone(memory: Memory, clock: Clock) -> None:
    say(memory, "tea", "coffee")
    clock.now += 100 * DAY
    done = memory.fade(Policy(caps={"turn": 1}, unused_for=1_000))
    assert names(memory, done.ids) == ["tea"]
    assert names(memory, done.derived) == ["note: tea", "All of it"]


def test_a_fact_that_a_user_put_right_stays(clock: Clock) -> None:
    with Memory(":memory:", clock=clock, embedder=None) as memory:
        memory.remember({"role": "user", "name": "Ann", "content": "I live in Oslo."})
        memory.learn()
        (wrong,) = memory.facts("Ann")
        memory.correct(wrong.id, "Bergen")
        clock.now += 100 * DAY
        for policy in (Policy(unused_for=1), Policy(unused_for=1, caps={"fact": 0})):
            assert memory.fade(policy).ids == ()
        named = memory.fade(Policy(unused_for=1, kinds=("turn", "fact")))
        assert named.kinds == {"turn": 1, "fact": 1}


def test_what_is_kept_or_useful_stays_and_fills_its_cap(memory: Memory, clock: Clock) -> None:
    say(memory, "tea", "coffee", "water")
    memory.note_use(id_of(memory, "note: coffee"), outcome="good", at=START)
    clock.now += 100 * DAY
    policy = Policy(
        caps={"note": 1}, unused_for=200, keep=(id_of(memory, "note: tea"),), useful=0.3
    )
    assert names(memory, memory.fade(policy).ids) == ["note: water"]
    assert memory.fade(policy).ids == ()


def test_kinds_narrow_every_rule(memory: Memory, clock: Clock) -> None:
    say(memory, "tea")
    clock.now += 100 * DAY
    assert names(memory, memory.fade(Policy(unused_for=1, kinds=("summary",))).ids) == ["All of it"]
    assert texts(memory, "note") == ["note: tea"]


def test_a_view_fades_its_own_scope_alone(memory: Memory, clock: Clock) -> None:
    say(memory, "tea", session="a", user="ann")
    say(memory, "beer", session="b", user="ben")
    clock.now += 100 * DAY
    policy = Policy(unused_for=1, kinds=("note",))
    assert names(memory, memory.scoped(user="ann").fade(policy).ids) == ["note: tea"]
    assert names(memory, memory.fade(policy, session="b").ids) == ["note: beer"]


# -- one event, taken back


def test_a_preview_says_what_would_go_and_does_nothing(memory: Memory, clock: Clock) -> None:
    say(memory, "tea", "coffee")
    clock.now += 100 * DAY
    before = memory.state_hash(), memory.log(1)
    policy = Policy(unused_for=30, kinds=("note",))
    shown = memory.fade(policy, preview=True)
    assert (memory.state_hash(), memory.log(1)) == before
    assert shown.preview
    assert shown.seq is None
    done = memory.fade(policy, why="spring")
    assert (done.ids, done.why, done.derived, done.kinds) == (
        shown.ids,
        shown.why,
        shown.derived,
        shown.kinds,
    )
    event = memory.log(1)[0]
    assert (event.op, event.why, event.seq) == ("fade", "spring", done.seq)
    assert set(event.items) == {*done.ids, *done.derived}


def test_undo_brings_all_of_it_back_and_restore_a_part(memory: Memory, clock: Clock) -> None:
    say(memory, "tea", "coffee")
    before = texts(memory, "note", "summary")
    clock.now += 100 * DAY
    policy = Policy(unused_for=30, kinds=("note",))
    done = memory.fade(policy)
    assert texts(memory, "note", "summary") == []
    memory.undo()
    assert texts(memory, "note", "summary") == before
    clock.now += 100 * DAY
    assert len(memory.fade(policy).ids) == 2
    memory.restore(done.ids[0])
    assert texts(memory, "note", "summary") == ["note: tea"]
    memory.restore(done.ids[1])  # with the last of its sources the summary comes back
    assert texts(memory, "note", "summary") == before
    assert memory.verify().ok


def test_where_nothing_fades_there_is_no_event(memory: Memory) -> None:
    say(memory, "tea")
    before = memory.log()
    assert memory.fade(Policy(unused_for=1)).seq is None
    assert memory.log() == before


def test_what_faded_is_not_made_again_by_learning(memory: Memory, clock: Clock) -> None:
    say(memory, "tea")
    clock.now += 100 * DAY
    memory.fade(Policy(unused_for=30, kinds=("note",)))
    memory.unlearn("noting")
    memory.learn()
    assert texts(memory, "note") == []


def test_a_file_that_is_only_read_can_be_previewed(tmp_path: Path, clock: Clock) -> None:
    with Memory(tmp_path / "a.mnemos", recipe=Noting, clock=clock) as memory:
        say(memory, "tea until 1")
    clock.now += 2 * DAY
    with Memory(tmp_path / "a.mnemos", recipe=Noting, clock=clock, read_only=True) as memory:
        assert len(memory.fade(preview=True).ids) == 1
        with pytest.raises(ReadOnly):
            memory.fade()


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"caps": {"note": -1}}, "caps: expected kinds"),
        ({"caps": {"note": True}}, "caps: expected kinds"),
        ({"caps": ["note"]}, "caps: expected kinds"),
        ({"caps": {"note": 1}, "kinds": ("fact",)}, "'note' is not among the kinds fact"),
        ({"kinds": "turn"}, "kinds: expected a tuple"),
        ({"keep": "abc"}, "keep: expected a tuple"),
        ({"below": 1.1}, "below: expected a number from 0 to 1"),
        ({"below": float("nan")}, "below: expected a number from 0 to 1"),
        ({"useful": "very"}, "useful: expected a number from -1 to 1"),
        ({"unused_for": -1}, "unused_for: expected a timedelta or days"),
        ({"unused_for": "a week"}, "unused_for: expected a timedelta or days"),
        ({"unused_for": float("inf")}, "unused_for: inf days cannot be counted"),
        ({"stretch": 0}, "stretch: expected a time above nought"),
    ],
)
def test_a_policy_that_makes_no_sense_says_what_was_expected(
    given: dict[str, object], said: str
) -> None:
    with pytest.raises(InputError, match=said):
        Policy(**given)  # type: ignore[arg-type] # that is the point


def test_what_is_no_policy_is_refused(memory: Memory) -> None:
    with pytest.raises(InputError, match="expected a Policy, not str"):
        memory.fade("all")  # type: ignore[arg-type] # that is the point
