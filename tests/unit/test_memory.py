"""The public API, verb by verb, on both kinds of store."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from mnemos import (
    Closed,
    ConflictError,
    Corrupt,
    Erased,
    InputError,
    Memory,
    NotFound,
    QueryError,
    RecipeError,
    RefConflict,
    RequestConflict,
    Scope,
    StoreError,
    SyncDiverged,
    UndoRefused,
    Where,
)
from mnemos.store.journal import turn_id

START = datetime(2026, 6, 1, 9, tzinfo=UTC)


class Clock:
    """A clock that goes on by a minute each time it is read."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        self.now += timedelta(minutes=1)
        return self.now


@pytest.fixture(params=["file", ":memory:"])
def memory(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Memory]:
    path = tmp_path / "test.mnemos" if request.param == "file" else ":memory:"
    with Memory(path, clock=Clock()) as opened:
        yield opened


def turn(text: str, ref: str | None = None, **more: object) -> dict[str, object]:
    return {"role": "user", "content": text, **({"id": ref} if ref else {}), **more}


def texts(memory: Memory) -> list[str]:
    return [item.text for item in memory.browse(limit=1000).items]


# -- remember


def test_without_ids_remember_appends_always(memory: Memory) -> None:
    first, second = memory.remember("yes"), memory.remember("yes")
    assert texts(memory) == ["yes", "yes"]
    assert first.ids != second.ids


def test_a_ref_comes_back_on_hit_and_citation(memory: Memory) -> None:
    memory.remember(turn("The ferry leaves at nine", "m-1"))
    assert memory.recall("When does the ferry leave?")[0].ref == "m-1"
    assert memory.context("When does the ferry leave?").citations[0].ref == "m-1"


def test_the_same_ref_and_content_is_stored_once_even_in_one_call(memory: Memory) -> None:
    receipt = memory.remember([turn("a", "1"), turn("a", "1"), turn("b", "2")])
    assert receipt.ids[0] == receipt.ids[1]
    assert len(receipt.added) == 2
    again = memory.remember([turn("a", "1"), turn("c", "3")])
    assert again.existing == receipt.ids[:1]
    assert texts(memory) == ["a", "b", "c"]


def test_a_write_that_adds_nothing_makes_no_event(memory: Memory) -> None:
    first = memory.remember(turn("a", "1"))
    again = memory.remember(turn("a", "1"))
    assert (again.seq, again.head, again.added) == (first.seq, first.head, ())


def test_metadata_and_time_are_no_content(memory: Memory) -> None:
    first = memory.remember(turn("a", "1", metadata={"k": 1}, done=1))
    other = turn("a", "1", metadata={"k": 2}, said_at="2026-05-01", done=1)
    assert memory.remember(other).existing == first.ids
    assert memory.get(first.ids[0]).metadata == {"k": 1}
    with pytest.raises(RefConflict):
        memory.remember(turn("a", "1", done=True))


def test_a_conflicting_ref_names_both_and_stores_nothing(memory: Memory) -> None:
    memory.remember(turn("tea please", "1"))
    with pytest.raises(RefConflict, match=r"tea please.*coffee please"):
        memory.remember([turn("new", "2"), turn("coffee please", "1")])
    assert texts(memory) == ["tea please"]


def test_refs_are_unique_within_their_scope_only(memory: Memory) -> None:
    memory.remember(turn("a", "1"), session="x")
    memory.remember(turn("b", "1"), session="y")
    assert texts(memory) == ["a", "b"]


def test_nothing_of_a_malformed_batch_is_stored(memory: Memory) -> None:
    with pytest.raises(InputError):
        memory.remember([turn("fine"), {"role": "nobody", "content": "x"}])
    assert texts(memory) == []


def test_a_given_time_is_never_replaced_by_the_clock(memory: Memory) -> None:
    ids = memory.remember(
        [turn("old", said_at="1969-07-20"), turn("future", said_at="2199-01-01"), turn("now")]
    ).ids
    said = [memory.get(item_id) for item_id in ids]
    assert [item.said_at.year for item in said] == [1969, 2199, 2026]
    assert [item.said_at_given for item in said] == [True, True, False]


def test_a_turn_that_speaks_of_another_day_keeps_both_times(memory: Memory) -> None:
    (item_id,) = memory.remember(turn("We went sailing yesterday", said_at="2026-05-20")).ids
    item = memory.get(item_id)
    assert item.said_at.day == 20
    assert item.event_time is not None
    assert item.event_time[0].day == 19


def test_whatever_text_comes_back_to_the_letter(memory: Memory) -> None:
    odd = [
        "",
        " \n ",
        "NUL \0 inside",
        "half \ud83d a smile",
        "e\u0301",
        "\x1b[31mred",
        "x" * 10**6,
    ]
    ids = memory.remember([turn(text) for text in odd]).ids
    assert [memory.get(item_id).text for item_id in ids] == odd
    assert memory.verify().ok


def test_expired_turns_are_not_recalled_and_still_readable(memory: Memory) -> None:
    later = START + timedelta(minutes=5)
    (item_id,) = memory.remember("The pop-up shop sells kites", expires_at=later).ids
    assert memory.recall("What does the shop sell?")
    for _ in range(10):
        memory.state_hash()
        memory.recall("anything")
    assert not memory.recall("What does the shop sell?")
    assert memory.recall("What does the shop sell?", as_of=START + timedelta(minutes=3))
    assert memory.get(item_id).text.endswith("kites")


def test_recorded_time_is_trusted_in_order_only(memory: Memory) -> None:
    memory.remember("a", recorded_at="2026-01-02")
    with pytest.raises(InputError, match="before the last"):
        memory.remember("b", recorded_at="2026-01-01")
    with pytest.raises(InputError, match="future"):
        memory.remember("b", recorded_at="2030-01-01")
    assert texts(memory) == ["a"]


# -- sync


def test_sync_adds_what_follows_the_stored_part(memory: Memory) -> None:
    memory.sync([turn("a"), turn("yes")], session="s")
    receipt = memory.sync([turn("a"), turn("yes"), turn("yes")], session="s")
    assert len(receipt.existing) == 2
    assert texts(memory) == ["a", "yes", "yes"]


@pytest.mark.parametrize(
    "messages",
    [
        [turn("b")],
        [turn("a")],
        [turn("a"), turn("c")],
        [],
        [turn("a", "other"), turn("b", "2")],
        [turn("a", "1"), turn("b", "2", name="Ben")],
    ],
)
def test_sync_refuses_what_diverges(memory: Memory, messages: list[dict[str, object]]) -> None:
    memory.sync([turn("a", "1"), turn("b", "2")], session="s")
    with pytest.raises(SyncDiverged):
        memory.sync(messages, session="s")
    assert texts(memory) == ["a", "b"]


def test_sync_continues_what_remember_began_and_sees_revisions(memory: Memory) -> None:
    memory.remember([turn("a", "1"), turn("b", "2")], session="s")
    memory.revise("2", "B", session="s")
    memory.sync([turn("a"), turn("B"), turn("c")], session="s")
    assert texts(memory) == ["a", "B", "c"]


# -- revise


def test_a_revised_turn_is_superseded_and_found_by_its_new_text_only(memory: Memory) -> None:
    old = memory.remember(turn("Dinner at seven", "d"), session="s").ids[0]
    new = memory.revise("d", "Dinner at eight", session="s", why="typo").ids[0]
    assert [hit.id for hit in memory.recall("When is dinner?")] == [new]
    assert memory.get(old).status == "superseded"
    assert memory.get(new).supersedes == old
    assert memory.get(new).ref == "d"
    assert memory.history(old)[-1].event.why == "typo"


def test_revising_twice_and_to_the_same_text(memory: Memory) -> None:
    memory.remember(turn("a", "1"))
    memory.revise("1", "b")
    third = memory.revise("1", "c")
    assert memory.revise("1", "c").existing == third.ids
    assert texts(memory) == ["c"]


def test_revisions_are_counted_without_gaps_erased_ones_among_them(memory: Memory) -> None:
    made = [memory.remember(turn("0", "1"), session="s").ids[0]]
    for number in range(1, 10):
        made += memory.revise("1", str(number)).ids
        if number == 6:
            memory.erase(made[3:5])
    place = Scope(session="s")
    assert made == [turn_id(place, 0, revision) for revision in range(10)]


def test_undoing_a_revision_brings_the_old_text_back(memory: Memory) -> None:
    memory.remember(turn("a", "1"))
    memory.revise("1", "b")
    memory.undo()
    assert texts(memory) == ["a"]
    memory.revise("1", "c")
    assert texts(memory) == ["c"]


@pytest.mark.parametrize(
    "more", [{"metadata": {"k": True}}, {"expires_at": "2199-01-01"}, {"said_at": "2026-05-01"}]
)
def test_a_revision_of_what_stands_beside_the_words_is_one(
    memory: Memory, more: dict[str, object]
) -> None:
    memory.remember(turn("a", "1", metadata={"k": 1}))
    edit = {**turn("a"), **more}
    assert memory.revise("1", edit).added
    assert memory.revise("1", edit).added == ()


def test_a_revision_keeps_what_it_does_not_name(memory: Memory) -> None:
    (old_id,) = memory.remember(
        turn("code 12", "1", metadata={"k": 1}), expires_at="2199-01-01"
    ).ids
    old = memory.get(old_id)
    for message in ("code 13", turn("code 14")):
        new = memory.get(memory.revise("1", message).ids[0])
        assert (new.said_at, new.said_at_given) == (old.said_at, False)
        assert (new.expires_at, new.metadata) == (old.expires_at, {"k": 1})
    new = memory.get(memory.revise("1", turn("code 15", expires_at=None, metadata={})).ids[0])
    assert (new.expires_at, new.metadata) == (None, {})


def test_a_new_text_takes_the_place_of_text_and_parts_and_keeps_the_calls(memory: Memory) -> None:
    calls = [{"function": {"name": "f", "arguments": "{}"}}]
    memory.remember(
        {
            "role": "assistant",
            "content": [{"type": "text", "text": "hi"}],
            "id": "t",
            "tool_calls": calls,
        }
    )
    assert memory.revise("t", "hi\nf({})").added == ()
    new = memory.get(memory.revise("t", "hello").ids[0])
    assert (new.text, new.attrs) == ("hello", {"tool_calls": calls})
    assert memory.revise("t", "hello").added == ()


def test_a_revision_is_one_message(memory: Memory) -> None:
    memory.remember(turn("a", "1"))
    for wrong in (5, [turn("b"), turn("c")], None):
        with pytest.raises(InputError):
            memory.revise("1", wrong)  # type: ignore[arg-type]


def test_forgetting_a_superseded_turn_changes_nothing(memory: Memory) -> None:
    old = memory.remember(turn("Dinner at seven", "d")).ids
    memory.revise("d", "Dinner at eight")
    assert memory.forget(old).existing == old
    with pytest.raises(ConflictError):
        memory.restore(old)
    assert texts(memory) == ["Dinner at eight"]


def test_a_revision_finds_its_session_whatever_else_is_stored(memory: Memory) -> None:
    memory.remember(turn("a", "1"), session="x")
    memory.remember("unrelated")
    memory.revise("1", "b")
    assert texts(memory) == ["unrelated", "b"]
    memory.remember(turn("sessionless", "1"))
    memory.revise("1", "c")
    assert texts(memory) == ["unrelated", "b", "c"]


def test_a_revision_must_be_unambiguous(memory: Memory) -> None:
    memory.remember(turn("a", "1"), session="x")
    memory.remember(turn("b", "1"), session="y")
    with pytest.raises(ConflictError, match="2 sessions"):
        memory.revise("1", "c")
    with pytest.raises(NotFound):
        memory.revise("2", "c")


# -- what each does after forget, undo and erase


@pytest.mark.parametrize("hide", ["forget", "undo"])
def test_what_was_hidden_stays_hidden(memory: Memory, hide: str) -> None:
    receipt = memory.remember(turn("secret", "1"), session="s")
    if hide == "forget":
        memory.forget(receipt.ids)
    else:
        memory.undo()
    assert memory.remember(turn("secret", "1"), session="s").existing == receipt.ids
    assert memory.sync([turn("secret", "1")], session="s").existing == receipt.ids
    with pytest.raises(ConflictError, match="forgotten"):
        memory.revise("1", "other", session="s")
    assert texts(memory) == []
    memory.restore(receipt.ids)
    assert texts(memory) == ["secret"]


def test_after_erase_remember_stores_anew_sync_skips_revise_finds_nothing(memory: Memory) -> None:
    receipt = memory.remember([turn("secret", "1"), turn("b", "2")], session="s")
    memory.erase(receipt.ids[0])
    assert memory.sync([turn("secret", "1"), turn("b", "2")], session="s").added == ()
    with pytest.raises(NotFound):
        memory.revise("1", "other", session="s")
    anew = memory.remember(turn("secret", "1"), session="s")
    assert anew.added not in (receipt.ids, ())
    assert texts(memory) == ["b", "secret"]


def test_a_revision_that_was_erased_does_not_bring_the_old_turn_back(memory: Memory) -> None:
    memory.sync([turn("a", "1")], session="s")
    revised = memory.revise("1", "b", session="s")
    memory.erase(revised.ids)
    assert texts(memory) == []
    synced = memory.sync([turn("b", "1"), turn("next", "2")], session="s")
    assert synced.ids[0] == revised.ids[0]
    assert texts(memory) == ["next"]
    with pytest.raises(NotFound):
        memory.revise("1", "c", session="s")
    memory.remember(turn("b", "1"), session="s")
    assert texts(memory) == ["next", "b"]
    again = memory.sync([turn("b", "1"), turn("next", "2"), turn("more", "3")], session="s")
    assert len(again.existing) == 2
    assert texts(memory) == ["next", "b", "more"]
    assert not memory.sync(
        [turn("b", "1"), turn("next", "2"), turn("more", "3")], session="s"
    ).added


def test_sync_finds_what_was_stored_anew_after_an_erase_by_its_ref(memory: Memory) -> None:
    session = [turn("x", "1"), turn("y", "2")]
    memory.erase(memory.sync(session, session="s").ids[1])
    anew = memory.remember(turn("y", "2"), session="s").ids
    assert memory.sync(session, session="s").ids[1:] == anew
    longer = [*session, turn("z", "3")]
    assert len(memory.sync(longer, session="s").added) == 1
    assert memory.sync(longer, session="s").added == ()
    assert texts(memory) == ["x", "y", "z"]
    with pytest.raises(SyncDiverged):
        memory.sync([turn("x", "1"), turn("other", "2")], session="s")


def test_sync_says_that_a_place_was_erased_when_turns_are_left_over(memory: Memory) -> None:
    memory.erase(memory.sync([turn("x"), turn("y")], session="s").ids[1])
    memory.remember("y", session="s")
    with pytest.raises(SyncDiverged, match="was erased"):
        memory.sync([turn("x"), turn("y")], session="s")


def test_two_messages_of_one_ref_do_not_stand_for_each_other(memory: Memory) -> None:
    session = [turn("y", "1"), turn("y", "1")]
    memory.erase(memory.sync(session, session="s").ids[0])
    assert memory.sync(session, session="s").added == ()


def test_a_wholly_erased_session_is_not_stored_again_by_sync(memory: Memory) -> None:
    memory.sync([turn("a"), turn("b")], session="s")
    memory.erase(Scope(session="s"))
    receipt = memory.sync([turn("a"), turn("b"), turn("c")], session="s")
    assert len(receipt.added) == 1
    assert texts(memory) == ["c"]


# -- request ids


def test_a_request_is_done_once(memory: Memory) -> None:
    first = memory.remember("a", request_id="r")
    memory.remember("b")
    assert memory.remember("a", request_id="r") == first
    forgotten = memory.forget(first.ids, request_id="f")
    assert memory.forget(first.ids, request_id="f") == forgotten
    assert texts(memory) == ["b"]


def test_an_undo_under_a_request_id_takes_back_one_event(memory: Memory) -> None:
    for text in ("a", "b", "c"):
        memory.remember(text)
    undone = memory.undo(request_id="u")
    assert memory.undo(request_id="u") == undone
    assert texts(memory) == ["a", "b"]
    with pytest.raises(RequestConflict):
        memory.undo(1, request_id="u")
    memory.undo()
    assert texts(memory) == ["a"]
    assert memory.verify().ok


def test_a_request_id_serves_one_write_only(memory: Memory) -> None:
    first = memory.remember("a", request_id="r")
    for other in (
        lambda: memory.remember("b", request_id="r"),
        lambda: memory.remember("a", session="s", request_id="r"),
        lambda: memory.forget(first.ids, request_id="r"),
    ):
        with pytest.raises(RequestConflict):
            other()  # type: ignore[no-untyped-call] # a lambda of the list above


# -- scopes


def test_scopes_filter_and_views_cannot_be_left(memory: Memory) -> None:
    ada = memory.scoped(user="ada")
    mine = ada.remember("The locker code is 12", session="gym").ids[0]
    theirs = memory.scoped(user="ben").remember("The locker code is 99").ids[0]
    assert [hit.id for hit in ada.recall("locker code")] == [mine]
    assert [item.id for item in ada.browse().items] == [mine]
    assert memory.recall("locker code", scope=Scope(user="ben"))[0].id == theirs
    for attempt in (
        lambda: ada.get(theirs),
        lambda: ada.forget(theirs),
        lambda: ada.erase(theirs),
        lambda: ada.history(theirs),
    ):
        with pytest.raises(NotFound):
            attempt()
    with pytest.raises(QueryError, match="bound"):
        ada.recall("locker", scope=Scope(user="ben"))
    with pytest.raises(QueryError, match="disagree"):
        memory.recall("locker", session="a", scope=Scope(session="b"))


def test_a_view_neither_sees_nor_changes_the_whole(memory: Memory, tmp_path: Path) -> None:
    ada, ben = memory.scoped(user="ada"), memory.scoped(user="ben")
    ben.remember({"role": "user", "name": "Locker", "content": "my name is odd"}, request_id="r")
    ada.remember("The locker is number 12", request_id="r")
    assert ada.recall("What is the locker?").abstention is None
    for attempt in (
        ada.undo,
        ada.log,
        ada.stats,
        ada.replay,
        lambda: list(ada.export_lines()),
        lambda: ada.backup(tmp_path / "x"),
        lambda: ada.reader().__enter__(),
    ):
        with pytest.raises(QueryError, match="whole"):
            attempt()


@pytest.mark.parametrize("wrong", [5, "\0", "\ud800"])
def test_reasons_and_actors_are_texts(memory: Memory, tmp_path: Path, wrong: object) -> None:
    (item_id,) = memory.remember("x").ids
    with pytest.raises(InputError):
        memory.forget(item_id, why=wrong)  # type: ignore[arg-type]
    with pytest.raises(InputError):
        Memory(tmp_path / "m.mnemos", actor=wrong)  # type: ignore[arg-type]


def test_halves_of_a_character_that_stand_together_are_one(memory: Memory) -> None:
    message = turn("a \ud83d\ude00", "1", metadata={"mood": "\ud83d\ude00"})
    (item_id,) = memory.remember(message).ids
    assert memory.get(item_id).text == "a \U0001f600"
    assert memory.get(item_id).metadata == {"mood": "\U0001f600"}
    assert memory.remember(message).existing == (item_id,)


def test_an_empty_memory_may_begin_before_1970(memory: Memory) -> None:
    (item_id,) = memory.remember("moon", recorded_at="1969-07-20").ids
    assert memory.get(item_id).recorded_at.year == 1969
    assert memory.verify().ok


def test_undo_passes_over_an_erase(memory: Memory) -> None:
    memory.remember("a")
    memory.erase(memory.remember("b").ids)
    memory.undo(1)
    assert texts(memory) == []


def test_where_filters_on_metadata_speaker_role_and_time(memory: Memory) -> None:
    memory.remember(
        [
            turn("blue boat", metadata={"n": 1, "ok": True, "who": "x" * 300}),
            turn("blue boat", name="Ben", said_at="2020-01-01"),
            {"role": "assistant", "content": "blue boat"},
        ]
    )

    def found(where: Where) -> int:
        return len(memory.recall("blue boat", where=where))

    assert found(Where()) == 3
    assert found(Where(metadata={"n": 1})) == 1
    assert found(Where(metadata={"n": 1, "ok": False})) == 0
    assert found(Where(metadata={"who": "x" * 300})) == 1
    assert found(Where(metadata={"n": "1"})) == 0
    assert found(Where(speakers=("ben",))) == 1
    assert found(Where(roles=("assistant", "tool"))) == 1
    assert found(Where(said_to=datetime(2021, 1, 1, tzinfo=UTC))) == 1
    assert found(Where(said_from=datetime(2021, 1, 1, tzinfo=UTC))) == 2
    assert found(Where(not_sessions=("another",))) == 3
    memory.remember("blue boat", session="another")
    assert found(Where(not_sessions=("another",))) == 3
    assert len(memory.browse(where=Where(not_sessions=("another",))).items) == 3
    assert found(Where(not_sessions=("another", "none"), roles=("user",))) == 2
    memory.forget(memory.browse(session="another").items[0].id)
    assert len(memory.recall("blue boat", kinds=("fact",))) == 0
    assert len(memory.recall("blue boat", kinds=("turn",))) == 3


# -- the past


def test_as_of_shows_what_was_known_then(memory: Memory) -> None:
    for day, text in (("2026-01-10", "I work at the museum"), ("2026-04-02", "I work at the zoo")):
        memory.remember(turn(text, said_at=day), recorded_at=day)
    first = memory.browse().items[0].id
    memory.forget(first)
    question = "Where do I work?"
    assert len(memory.recall(question, as_of="2026-01-01")) == 0
    assert [hit.text[-6:] for hit in memory.recall(question, as_of="2026-02-01")] == ["museum"]
    assert len(memory.recall(question, as_of="2026-05-01")) == 2
    assert [hit.text[-3:] for hit in memory.recall(question)] == ["zoo"]
    assert memory.get(first, as_of="2026-05-01").status == "active"


def test_the_past_forgets_what_was_erased(memory: Memory) -> None:
    (item_id,) = memory.remember("I work at the museum", recorded_at="2026-01-10").ids
    memory.erase(item_id)
    assert len(memory.recall("Where do I work?", as_of="2026-02-01")) == 0
    with pytest.raises(Erased):
        memory.get(item_id)


# -- undo


def test_undo_takes_back_the_newest_and_goes_on_backwards(memory: Memory) -> None:
    memory.remember("a")
    memory.remember("b")
    memory.undo()
    memory.undo()
    assert texts(memory) == []
    with pytest.raises(NotFound, match="nothing"):
        memory.undo()
    redo = memory.log(1)[0].seq
    memory.undo(redo)
    assert texts(memory) == ["a"]


def test_undo_refuses_when_a_later_event_touched_the_rows(memory: Memory) -> None:
    receipt = memory.remember("a")
    hidden = memory.forget(receipt.ids)
    memory.restore(receipt.ids)
    with pytest.raises(UndoRefused, match=str(hidden.seq + 1)):
        memory.undo(hidden.seq)


def test_an_erase_cannot_be_undone_nor_what_it_destroyed(memory: Memory) -> None:
    receipt = memory.remember([turn("a"), turn("b")])
    certificate = memory.erase(receipt.ids[0])
    with pytest.raises(UndoRefused, match="erase"):
        memory.undo(certificate.seq)
    with pytest.raises(UndoRefused, match="erased"):
        memory.undo(receipt.seq)


def test_undoing_a_forget_gives_the_same_state_hash(memory: Memory) -> None:
    receipt = memory.remember("a")
    before = memory.state_hash()
    memory.forget(receipt.ids)
    assert memory.state_hash() != before
    memory.undo()
    assert memory.state_hash() == before


# -- the rest


def test_browse_pages_through_everything_once(memory: Memory) -> None:
    memory.remember([turn(str(n)) for n in range(7)])
    seen: list[str] = []
    after = None
    while True:
        page = memory.browse(limit=3, after=after)
        seen += [item.text for item in page.items]
        after = page.after
        if after is None:
            break
    assert seen == [str(n) for n in range(7)]


def test_paging_goes_on_when_the_last_item_seen_was_erased(memory: Memory) -> None:
    ids = memory.remember([turn(str(n)) for n in range(5)]).ids
    page = memory.browse(limit=2)
    memory.erase(ids[1])
    rest = memory.browse(limit=5, after=page.after)
    assert [item.text for item in rest.items] == ["2", "3", "4"]
    assert memory.browse(after=ids[2]).items == rest.items[1:]
    with pytest.raises(NotFound):
        memory.browse(after="elsewhere")
    with pytest.raises(InputError):
        memory.browse(after=5)  # type: ignore[arg-type]


def test_log_names_events_newest_first(memory: Memory) -> None:
    receipt = memory.remember([turn("a"), turn("b")])
    memory.forget(receipt.ids[0], why="she asked")
    forgotten, remembered = memory.log()
    assert (forgotten.op, forgotten.why, forgotten.items) == (
        "forget",
        "she asked",
        receipt.ids[:1],
    )
    assert remembered.items == receipt.ids
    assert forgotten.previous_hash == remembered.hash
    assert [event.seq for event in memory.log(before=2)] == [1]


def test_stats_count_everything_once(memory: Memory) -> None:
    receipt = memory.remember([turn("a", name="Ada"), turn("b", name="Ben")], session="s")
    memory.remember("c")
    memory.forget(receipt.ids[0])
    memory.erase(receipt.ids[1])
    stats = memory.stats()
    assert stats.items == {"turn": 1}
    assert stats.inactive == {"hidden": 1}
    assert (stats.erased, stats.sessions, stats.events) == (1, 1, 4)
    assert sum(stats.activity.values()) == 2


def test_stats_tell_of_what_is_active(memory: Memory) -> None:
    memory.remember([turn("a", "1", name="Ada"), turn("b", name="Ben", said_at="2020-01-01")])
    memory.revise("1", turn("c", name="Ada"))
    memory.forget(memory.browse().items[0].id)
    stats = memory.stats()
    assert stats.speakers == {"Ada": 1}
    assert sum(stats.activity.values()) == 3
    assert stats.inactive == {"hidden": 1, "superseded": 1}


def test_a_reason_is_a_share_of_the_score(memory: Memory) -> None:
    memory.remember([turn("The ferry leaves at nine"), turn("We had soup")])
    for hit in memory.recall("When does the ferry leave?"):
        assert sum(reason.contribution for reason in hit.reasons) == pytest.approx(hit.score)


def test_without_its_reasons_a_recall_finds_the_same(memory: Memory) -> None:
    memory.remember([turn("The ferry leaves at nine"), turn("The ferry is red"), turn("Soup")])
    asked = "When does the ferry leave?"
    now = memory.browse().items[0].said_at
    full, bare = (memory.recall(asked, asked_at=now, reasons=each) for each in (True, False))
    assert all(hit.reasons for hit in full)
    assert bare == replace(full, hits=tuple(replace(hit, reasons=()) for hit in full.hits))


@pytest.mark.parametrize("question", ["", "   ", "?", "the of and", "\0", "\ud800", "x" * 10**5])
def test_any_text_is_a_question(memory: Memory, question: str) -> None:
    memory.remember("something")
    memory.recall(question)
    memory.context(question)


def test_what_is_no_question_limit_or_budget_is_refused(memory: Memory) -> None:
    for attempt in (
        lambda: memory.recall(7),  # type: ignore[arg-type]
        lambda: memory.recall("x", 0),
        lambda: memory.recall("x", True),  # noqa: FBT003
        lambda: memory.context("x", budget_tokens=0),
        lambda: memory.browse(limit=0),
    ):
        with pytest.raises(QueryError):
            attempt()


@pytest.mark.parametrize(
    "where",
    [
        Where(roles=("robot",)),  # type: ignore[arg-type]
        Where(roles="user"),  # type: ignore[arg-type]
        Where(speakers="ada"),  # type: ignore[arg-type]
        Where(speakers=(1,)),  # type: ignore[arg-type]
        Where(said_from="once upon a time"),  # type: ignore[arg-type]
        Where(metadata={"k": [1]}),  # type: ignore[dict-item]
        Where(metadata={"k": float("nan")}),
        Where(metadata=5),  # type: ignore[arg-type]
        None,
    ],
)
def test_a_filter_that_makes_no_sense_is_refused(memory: Memory, where: Where) -> None:
    memory.remember("a")
    for ask in (memory.recall, memory.context):
        with pytest.raises(QueryError):
            ask("a", where=where)
    with pytest.raises(QueryError):
        memory.browse(where=where)


def test_naive_times_of_a_filter_are_read_in_the_memorys_zone() -> None:
    with Memory(":memory:", time_zone="Asia/Tokyo") as memory:
        memory.remember([turn("a", said_at="2026-01-01"), turn("b", said_at="2026-01-02")])
        midnight = datetime(2026, 1, 2)  # noqa: DTZ001 - naive is meant
        assert [item.text for item in memory.browse(where=Where(said_from=midnight)).items] == ["b"]
        assert [item.text for item in memory.browse(where=Where(said_to=midnight)).items] == ["a"]


def test_what_is_no_id_ref_or_request_is_refused_before_it_is_looked_up(memory: Memory) -> None:
    memory.remember(turn("a", "1"))
    for look in (memory.get, memory.history, memory.forget, memory.restore, memory.erase):
        with pytest.raises(NotFound):
            look("\ud800")
        with pytest.raises(InputError):
            look(5)  # type: ignore[arg-type]
    for wrong in ("\ud800", "", 5):
        with pytest.raises(InputError):
            memory.revise(wrong, "b")  # type: ignore[arg-type]
        with pytest.raises(InputError):
            memory.remember("b", request_id=wrong)  # type: ignore[arg-type]
    for ask in (memory.recall, memory.context):
        with pytest.raises(QueryError):
            ask("a", kinds="turn")
    with pytest.raises(QueryError):
        memory.recall("a", limit=None)  # type: ignore[arg-type]
    with pytest.raises(QueryError):
        memory.browse(limit=None)  # type: ignore[arg-type]
    with pytest.raises(QueryError):
        memory.context("a", budget_tokens=None)  # type: ignore[arg-type]
    assert texts(memory) == ["a"]


def test_an_empty_memory_abstains(memory: Memory) -> None:
    assert memory.recall("Anybody here?").abstention
    assert memory.context("Anybody here?").text == ""


def test_a_recipe_that_fails_is_named(memory: Memory) -> None:
    class Broken:
        name = "broken"

        def recall(self, *_: object) -> None:
            raise ZeroDivisionError

    memory._shared.recipe = Broken()  # type: ignore[assignment]
    with pytest.raises(RecipeError, match=r"broken.*ZeroDivisionError"):
        memory.recall("x")


def test_a_closed_memory_says_so(tmp_path: Path) -> None:
    memory = Memory(tmp_path / "m.mnemos")
    memory.close()
    memory.close()
    with pytest.raises(Closed):
        memory.recall("x")


def test_settings_are_the_files(tmp_path: Path) -> None:
    path = tmp_path / "m.mnemos"
    with Memory(path, language="german", time_zone="Europe/Berlin") as memory:
        memory.remember("Die Häuser am Hafen")
    with Memory(path) as memory:
        assert memory.recall("Haus").abstention is None
    with pytest.raises(InputError, match="german"):
        Memory(path, language="english")
    for wrong in ({"language": "klingon"}, {"time_zone": "Mars/Olympus"}, {"level": "c9"}):
        with pytest.raises(InputError):
            Memory(tmp_path / "n.mnemos", **wrong)  # type: ignore[arg-type]


def test_a_backup_and_an_export_hold_the_same_memory(tmp_path: Path) -> None:
    path = tmp_path / "m.mnemos"
    with Memory(path) as memory:
        ids = memory.remember([turn("a", "1"), turn("b")]).ids
        memory.erase(ids[1])
        memory.backup(tmp_path / "copy.mnemos")
        lines = memory.export(tmp_path / "m.jsonl")
        state, head = memory.state_hash(), memory.log(1)[0].hash
    assert lines == 4
    with Memory(tmp_path / "copy.mnemos") as copied:
        assert copied.state_hash() == state
    with Memory.load(tmp_path / "m.jsonl", tmp_path / "loaded.mnemos") as loaded:
        assert (loaded.state_hash(), loaded.log(1)[0].hash) == (state, head)
        assert loaded.verify(expected_head=head).ok


def test_a_load_that_fails_says_what_and_leaves_no_file(tmp_path: Path) -> None:
    target = tmp_path / "new.mnemos"
    with pytest.raises(StoreError, match=r"missing\.jsonl"):
        Memory.load(tmp_path / "missing.jsonl", target)
    binary = tmp_path / "binary.jsonl"
    binary.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(Corrupt, match=r"binary\.jsonl"):
        Memory.load(binary, target)
    with Memory(":memory:") as memory:
        memory.remember("a")
        lines = list(memory.export_lines())
    with pytest.raises(Corrupt):
        Memory.load(lines[:-1], target)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["binary.jsonl"]
    with Memory.load(lines, target):
        pass
    with pytest.raises(StoreError, match="already holds"):
        Memory.load(lines, target)
    with Memory(target) as loaded:
        assert texts(loaded) == ["a"]
