"""What every store keeps: one suite, run over each backend."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mnemos import registry
from mnemos.errors import (
    Closed,
    ConflictError,
    Corrupt,
    Erased,
    InputError,
    NotFound,
    UndoRefused,
)
from mnemos.ingest import turns
from mnemos.ingest.messages import Messages, drafts
from mnemos.lifecycle.erase import Certificate, erase, preview
from mnemos.recall.eligible import eligible
from mnemos.store import index, journal, portable, sql
from mnemos.store.base import DOC, FLAG_KEY
from mnemos.store.change import Change, Header, put, put_inverse
from mnemos.store.protocol import Store
from mnemos.store.snapshot import Snapshot
from mnemos.store.sqlite import SqliteStore
from mnemos.store.tables import EventRow, Request
from mnemos.store.verify import replay, verify
from mnemos.text.terms import Analyzer
from mnemos.types import Delta, Item, Key, Link, Query, Scope, State, Where

SETTINGS = journal.canonical({"language": "english", "time_zone": "UTC", "analysis": 1})
START = datetime(2026, 3, 1, 9, tzinfo=UTC)
#: Columns of a document that are no numbers of names; those may differ between equal stores.
UNNAMED = [name for name in DOC.names or () if name not in {"scope", "speaker", "kind", "recipe"}]
SESSION = Scope(user="ana", session="s1")
#: Another backend joins by its name here, and by what opens it from a folder.
BACKENDS: dict[str, Callable[[Path], str]] = {
    "memory": lambda _: ":memory:",
    "sqlite": lambda folder: str(folder / "store.mnemos"),
}


def opened(path: str, settings: str = SETTINGS) -> Store:
    return registry.store(
        path, settings=settings, durability="NORMAL", timeout_s=5, read_only=False
    )


@pytest.fixture(params=sorted(BACKENDS))
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    with closing(opened(BACKENDS[request.param](tmp_path))) as made:
        yield made


@pytest.fixture
def small_segments(monkeypatch: pytest.MonkeyPatch) -> int:
    monkeypatch.setattr(index, "SEGMENT", 8)
    return 8


def header(op: str, minute: int = 0) -> Header:
    return Header(op=op, recorded_at=journal.microseconds(START + timedelta(minutes=minute)))


def say(
    store: Store, messages: Messages, scope: Scope = SESSION, minute: int = 0
) -> tuple[str, ...]:
    place = turns.Place(scope=scope, now=START + timedelta(minutes=minute), zone=UTC)
    with store.writing() as transaction:
        plan = turns.remember(drafts(messages, UTC), place, transaction)
        change = transaction.change(header("remember", minute))
        put(change, plan.delta)
        transaction.close(change)
    return plan.ids


def apply(store: Store, delta: Delta, op: str = "change", minute: int = 0) -> EventRow:
    with store.writing() as transaction:
        change = transaction.change(header(op, minute))
        put(change, delta)
        return transaction.close(change)


def undo(store: Store, seq: int) -> EventRow:
    with store.writing() as transaction:
        made = header("undo")
        made.body["undoes"] = seq
        change = transaction.change(made)
        put_inverse(change, transaction.tables, seq)
        return transaction.close(change)


def get(store: Store, item_id: str, as_of_seq: int | None = None) -> Item:
    with store.reading(as_of_seq=as_of_seq) as snapshot:
        return snapshot.item(item_id)[1]


def set_status(store: Store, item_id: str, status: str) -> EventRow:
    changed = replace(get(store, item_id), status=status)  # type: ignore[arg-type]
    return apply(store, Delta(items=(changed,)), status)


def state_hash(store: Store) -> str:
    with store.reading() as snapshot:
        return snapshot.state_hash()


def head(store: Store) -> str:
    with store.reading() as snapshot:
        return snapshot.head.hash


def found(snapshot: Snapshot, term: str) -> list[int]:
    """Return the items that a term's postings lead to, said or derived, whatever their status."""
    indexes = (snapshot.index, snapshot.derived("test"))
    lists = [postings.docs for index in indexes for postings in index.postings([term]).values()]
    return [int(snapshot.index.docs["item"][no]) for docs in lists for no in docs]


def shown(store: Store, query: Query | None = None) -> list[str]:
    """Return the ids of the items whose documents may come back, keys' included."""
    query = query or Query(question="", asked_at=START)
    seq = None
    with store.reading() as snapshot:
        if query.as_of is not None:
            seq = snapshot.tables.seq_at(journal.microseconds(query.as_of))
            snapshot.as_of_seq = seq
        docs = snapshot.index.docs
        mask = eligible(query, snapshot, now=START + timedelta(days=1))
        nos = docs["item"] if mask is None else docs["item"][mask]
        return [item.id for item in snapshot.items(nos.tolist())]


def links(store: Store) -> list[tuple[str, str, str, float]]:
    with store.reading() as snapshot:
        values = [row.value for row in snapshot.tables.sides("link") if row.visible_to is None]
    return sorted(
        (each.source, each.target, each.type, each.weight)
        for each in values
        if isinstance(each, Link)
    )


def value(store: Store, name: str) -> object:
    with store.reading() as snapshot:
        row = snapshot.tables.current_state(name)
    return row.value.value if row is not None and isinstance(row.value, State) else None


def derived(item_id: str, sources: Sequence[str], text: str, **fields: object) -> Item:
    made = Item(
        id=item_id,
        kind="fact",
        text=text,
        scope=SESSION,
        position=0,
        said_at=START,
        recorded_at=START,
        sources=tuple(sources),
        made_by="test",
    )
    return replace(made, **fields)  # type: ignore[arg-type]


def erased(store: Store, *ids: str) -> Certificate:
    return erase(store, header("erase"), ids, [])


def everything(store: Store) -> list[str]:
    with store.reading() as snapshot:
        return list(portable.dump(snapshot))


def loaded(lines: Sequence[str], path: str = ":memory:") -> Store:
    made = opened(path, portable.settings_of(lines[0]))
    with made.writing() as transaction:
        portable.Loader(transaction).load(lines[1:])
    return made


def index_of(store: Store) -> tuple[object, ...]:
    """Return all that the index says, so that two can be compared."""
    with store.reading() as snapshot:
        docs = snapshot.index.docs
        terms = {
            term
            for no in range(len(docs))
            for term in _terms(snapshot, no)
            if docs["item"][no] >= 0
        }
        made = map(snapshot.derived, sorted(snapshot.recipes))
        indexes = (snapshot.index, *(each for each in made if each.live))
        lists = [
            {term: (each.docs.tolist(), each.tf.tolist()) for term, each in postings.items()}
            for postings in (each.postings(sorted(terms)) for each in indexes)
        ]
        sizes = [(each.live, each.total_length) for each in indexes]
        scopes, speakers, kinds = snapshot.tables.scopes(), snapshot.speakers, snapshot.kinds
        recipes = {no: name for name, no in snapshot.recipes.items()}
        named = [
            (
                scopes.get(int(doc["scope"])),
                speakers.get(int(doc["speaker"])),
                kinds.get(int(doc["kind"])),
                recipes.get(int(doc["recipe"])),
                *(doc[name].item() for name in UNNAMED),
            )
            if doc["item"] >= 0
            else None
            for doc in docs
        ]
        return (named, lists, sizes)


def _terms(snapshot: Snapshot, no: int) -> list[str]:
    item = snapshot.tables.item_at(no)
    analyzer = Analyzer(snapshot.language)
    if item is not None:
        return analyzer.terms(item.item.text)
    side = snapshot.tables.side("key", no)
    return analyzer.terms(side.value.text) if side and isinstance(side.value, Key) else []


def full_history(store: Store) -> list[str]:
    """Put some of everything into a store; return the ids of its turns."""
    ids = say(
        store,
        [
            {"role": "user", "name": "Ana", "content": "I bought a violin in Porto", "id": "a"},
            {"role": "assistant", "content": "Lovely! Who made it?", "metadata": {"mood": "glad"}},
            {"role": "user", "name": "Ana", "content": "Old Capela", "said_at": "2026-02-01"},
        ],
    )
    fact = derived("fact-1", ids[:1], "Ana owns a violin", trust=0.5, valid=(START, START))
    apply(
        store,
        Delta(
            items=(fact,),
            keys=(Key(item=ids[0], role="fact", text="stringed instrument"),),
            links=(Link(source=ids[0], target=ids[2], type="similar", weight=0.25),),
            states=(State(name="cursor", value={"at": [1, 2]}),),
        ),
        "learn",
    )
    set_status(store, ids[1], "hidden")
    apply(store, Delta(links=(Link(source=ids[0], target=ids[2], type="similar", weight=2.5),)))
    apply(store, Delta(states=(State(name="cursor", value=None), State(name="x", value=7))))
    return list(ids)


# -- items and their versions


def test_an_item_comes_back_as_it_was_put(store: Store) -> None:
    whole = derived(
        "whole",
        ["a", "b"],
        "text\0with NUL, half a \ud83d character, and 日本語",
        ref="ref",
        role="tool",
        speaker="Zoë",
        said_at_given=False,
        event_time=(START, START + timedelta(days=1)),
        valid=(START - timedelta(days=9), START),
        expires_at=datetime(9999, 12, 31, 23, 59, 59, 999999, tzinfo=UTC),
        supersedes="a",
        trust=1,
        metadata={"a": [1, 2.5, None, True, {"b": "c\ud800"}], "é": "\0"},
        attrs={"title": "T"},
        status="quarantined",
    )
    seq = apply(store, Delta(items=(whole,))).seq
    assert get(store, "whole") == replace(whole, recorded_at=START, visible_from=seq)
    assert verify(store).ok


def test_a_version_ends_the_one_before_and_both_stay(store: Store) -> None:
    (item_id,) = say(store, "hello")
    seq = set_status(store, item_id, "hidden").seq
    with store.reading() as snapshot:
        no, current = snapshot.item(item_id)
        versions = [row.item for row in snapshot.tables.versions(no)]
    assert [(each.status, each.visible_from, each.visible_to) for each in versions] == [
        ("active", 1, seq),
        ("hidden", seq, None),
    ]
    assert current == versions[-1]


@pytest.mark.parametrize("field", ["text", "kind", "position", "speaker", "ref", "made_by"])
def test_no_version_changes_what_was_said(store: Store, field: str) -> None:
    (item_id,) = say(store, {"role": "user", "content": "hello", "id": "r"})
    other: dict[str, Any] = {field: 7 if field == "position" else "other"}
    changed = replace(get(store, item_id), **other)
    with pytest.raises(InputError, match=field):
        apply(store, Delta(items=(changed,)))
    assert verify(store).events == 1


def test_an_item_cannot_stand_twice_in_one_change(store: Store) -> None:
    (item_id,) = say(store, "hello")
    item = get(store, item_id)
    with pytest.raises(InputError, match="twice"):
        apply(store, Delta(items=(replace(item, status="hidden"), item)))
    assert get(store, item_id).status == "active"


def test_what_is_not_there_is_not_found(store: Store) -> None:
    with pytest.raises(NotFound):
        get(store, "nothing")
    with pytest.raises(NotFound):
        apply(store, Delta(keys=(Key(item="nothing", role="fact", text="x"),)))
    with pytest.raises(NotFound):
        apply(store, Delta(links=(Link(source="nothing", target="none", type="x"),)))


def test_a_session_is_read_by_position_and_scopes_are_told_apart(store: Store) -> None:
    first = say(store, [{"role": "user", "content": text} for text in ("one", "two")])
    other = say(store, "other", Scope(user="ana", session="s2"))
    more = say(store, "three")
    say(store, "nobody's", Scope())
    with store.reading() as snapshot:
        no = snapshot.tables.scope_no(SESSION)
        assert no is not None
        items = snapshot.items(snapshot.tables.session(no))
        assert [item.id for item in items] == [*first, *more]
        assert snapshot.tables.last_position(no) == 2
        assert len(snapshot.matching_scopes(Scope(user="ana"))) == 2
        assert snapshot.matching_scopes(Scope(user="nobody")) == []
        assert snapshot.tables.last_position(99) == -1
    assert shown(store, Query(question="", asked_at=START, scope=Scope(session="s2"))) == [*other]


# -- refs


def test_places_are_counted_by_turns_alone(store: Store) -> None:
    first = say(store, "one")[0]
    apply(store, Delta(items=(derived("f", [first], "a fact", position=70),)))
    second = say(store, "two")[0]
    assert get(store, second).position == get(store, first).position + 1


def test_a_ref_is_stored_once_in_its_scope_and_anew_in_another(store: Store) -> None:
    message = {"role": "user", "content": "hello", "id": "r1"}
    first = say(store, message)
    assert say(store, message) == first
    assert say(store, message, Scope(session="s2")) != first
    with store.reading() as snapshot:
        assert snapshot.head.seq == 3
        numbers = snapshot.matching_scopes(SESSION)
        assert [len(snapshot.tables.by_ref(no, "r1")) for no in numbers] == [1]
        assert [len(snapshot.tables.by_ref(no, "r2")) for no in numbers] == [0]


# -- keys


def test_the_terms_of_a_further_key_find_its_item(store: Store, small_segments: int) -> None:
    ids = say(store, [{"role": "user", "content": f"turn {n}"} for n in range(3)])
    apply(store, Delta(keys=(Key(item=ids[1], role="fact", text="a stringed instrument"),)))
    for _ in range(2):
        with store.reading() as snapshot:
            assert found(snapshot, "instrument") == [snapshot.item(ids[1])[0]]
            assert snapshot.index.docs["flags"][3] & FLAG_KEY
        say(store, [{"role": "user", "content": "filler"}] * small_segments)


def test_what_a_recipe_made_changes_nothing_of_what_was_said(
    store: Store, small_segments: int
) -> None:
    said = [{"role": "user", "content": f"tea and {number}"} for number in range(small_segments)]
    ids = say(store, said)
    with store.reading() as snapshot:
        before = snapshot.index
        weighed = (before.live, before.total_length, before.postings(["tea"])["tea"].docs.tolist())
    key = Key(item=ids[0], role="fact", text="tea in Porto", made_by="other")
    for number in range(2 * small_segments):  # some of it is folded, some is not
        apply(store, Delta(items=(derived(f"d{number}", ids[:1], "tea in Porto"),)))
    apply(store, Delta(keys=(key,)))
    with store.reading() as snapshot:
        after, made = snapshot.index, snapshot.derived("test")
        assert weighed == (
            after.live,
            after.total_length,
            after.postings(["tea"])["tea"].docs.tolist(),
        )
        assert after.postings(["porto"]) == {}
        assert (after.near_terms("portu"), after.compounds("porto")) == ([], [])
        assert made.live == len(made.postings(["porto"])["porto"].docs) == 2 * small_segments
        assert snapshot.derived("other").live == 1
        assert snapshot.derived("nobody").live == 0


def test_a_recipe_sees_what_was_said_and_what_it_made_itself(store: Store) -> None:
    (turn,) = say(store, "tea")
    apply(store, Delta(items=(derived("mine", [turn], "tea"),)))
    apply(store, Delta(items=(derived("theirs", [turn], "tea", made_by="other"),)))

    def seen(recipe: str | None) -> list[str]:
        with store.reading() as snapshot:
            query = Query(question="", asked_at=START)
            mask = eligible(query, snapshot, now=START, recipe=recipe)
            nos = np.arange(len(snapshot.index.docs)) if mask is None else np.flatnonzero(mask)
            return [item.id for item in snapshot.items(nos.tolist())]

    assert seen("test") == [turn, "mine"]
    assert seen("other") == [turn, "theirs"]
    assert seen("unheard-of") == [turn]
    assert seen(None) == [turn, "mine", "theirs"]


def test_a_reader_shows_sessions_keys_links_and_values_as_they_are(store: Store) -> None:
    one, other = say(store, [{"role": "user", "content": text} for text in ("one", "other")])
    key = Key(item=one, role="fact", text="first", made_by="test")
    link = Link(source=one, target=other, type="similar", weight=0.5, made_by="test")
    event = apply(store, Delta(keys=(key,), links=(link,), states=(State(name="a", value=[1]),)))
    apply(store, Delta(unlinked=(link,), states=(State(name="a", value=None),)), minute=1)
    set_status(store, other, "hidden")
    with store.reading() as snapshot:
        assert [turn.id for turn in snapshot.session(SESSION)] == [one]
        assert snapshot.session(Scope(session="s1")) == []  # this very scope
        assert [item.id for item in snapshot.by_id([other, "nothing", one])] == [other, one]
        assert (snapshot.keys(one), snapshot.keys("nothing")) == ([key], [])
        assert (snapshot.links(one), snapshot.state("a")) == ([], None)
        snapshot.as_of_seq = event.seq
        assert snapshot.links(other) == [link]


def test_an_ended_key_leads_nowhere(store: Store) -> None:
    ids = say(store, "hello")
    seq = apply(store, Delta(keys=(Key(item=ids[0], role="fact", text="greeting"),))).seq
    assert shown(store) == [ids[0], ids[0]]
    undo(store, seq)
    assert shown(store) == [ids[0]]


def test_the_keys_of_a_hidden_item_lead_nowhere(store: Store) -> None:
    ids = say(store, "hello")
    apply(store, Delta(keys=(Key(item=ids[0], role="fact", text="greeting"),)))
    set_status(store, ids[0], "hidden")
    assert shown(store) == []


# -- links and states


def test_a_link_with_the_same_ends_and_type_is_replaced(store: Store) -> None:
    a, b = say(store, [{"role": "user", "content": text} for text in "ab"])
    for weight in (1.0, 2.0):
        apply(store, Delta(links=(Link(source=a, target=b, type="similar", weight=weight),)))
    apply(store, Delta(links=(Link(source=b, target=a, type="similar"),)))
    assert links(store) == sorted([(a, b, "similar", 2.0), (b, a, "similar", 1.0)])
    apply(store, Delta(unlinked=(Link(source=a, target=b, type="similar"),)))
    assert links(store) == [(b, a, "similar", 1.0)]
    with store.reading() as snapshot:
        assert len(snapshot.tables.links_of(a)) == 3
        there, back = (snapshot.tables.links_between(*ends) for ends in ((a, b), (b, a)))
        assert [row.no for row in (*there, *back)] == [
            row.no for row in snapshot.tables.links_of(a)
        ]
        assert (len(there), len(back)) == (2, 1)
    assert verify(store).ok


def test_of_links_and_values_put_twice_in_one_delta_the_last_counts(store: Store) -> None:
    a, b = say(store, [{"role": "user", "content": text} for text in "ab"])
    twice = tuple(Link(source=a, target=b, type="x", weight=weight) for weight in (1.0, 2.0))
    states = (State(name="n", value=1), State(name="n", value=2))
    apply(store, Delta(links=twice, states=states))
    assert links(store) == [(a, b, "x", 2.0)]
    assert value(store, "n") == 2
    assert verify(store).ok
    assert everything(loaded(everything(store))) == everything(store)


def test_a_state_is_replaced_and_none_removes_it(store: Store) -> None:
    before = state_hash(store)
    apply(store, Delta(states=(State(name="cursor", value=[1]),)))
    apply(store, Delta(states=(State(name="cursor", value={"a": None}),)))
    assert value(store, "cursor") == {"a": None}
    apply(store, Delta(states=(State(name="cursor", value=None),)))
    assert value(store, "cursor") is None
    assert state_hash(store) == before
    assert verify(store).ok


# -- undo


def test_undoing_brings_back_the_state_hash_for_every_kind_of_row(store: Store) -> None:
    a, b = say(store, [{"role": "user", "content": text} for text in "ab"])
    link = Link(source=a, target=b, type="similar")
    apply(store, Delta(links=(link,), states=(State(name="n", value=1),)))
    before = state_hash(store)
    for delta in (
        Delta(items=(replace(get(store, a), status="hidden"),)),
        Delta(keys=(Key(item=a, role="fact", text="alpha"),)),
        Delta(links=(replace(link, weight=3.0),)),
        Delta(links=(replace(link, type="other"),)),
        Delta(unlinked=(link,)),
        Delta(states=(State(name="n", value=2),)),
        Delta(states=(State(name="n", value=None),)),
        Delta(states=(State(name="m", value="new"),)),
        Delta(
            items=(replace(get(store, b), status="archived"),),
            keys=(Key(item=b, role="when", text="beta"),),
            links=(replace(link, weight=4.0),),
            states=(State(name="n", value=None), State(name="k", value=[])),
        ),
    ):
        seq = apply(store, delta).seq
        after = state_hash(store)
        assert after != before
        back = undo(store, seq).seq
        assert state_hash(store) == before
        again = undo(store, back).seq
        assert state_hash(store) == after
        undo(store, again)
        assert state_hash(store) == before
        assert verify(store).ok


def test_undoing_a_remember_hides_and_undoing_that_shows_again(store: Store) -> None:
    (item_id,) = say(store, "hello")
    back = undo(store, 1).seq
    assert get(store, item_id).status == "hidden"
    undo(store, back)
    assert get(store, item_id).status == "active"


def test_events_are_undone_one_after_the_other_down_to_the_first(store: Store) -> None:
    (item_id,) = say(store, "hello")
    seqs = [set_status(store, item_id, status).seq for status in ("hidden", "active", "archived")]
    for seq, status in zip(reversed(seqs), ("active", "hidden", "active"), strict=True):
        undo(store, seq)
        assert get(store, item_id).status == status
    undo(store, 1)
    assert get(store, item_id).status == "hidden"
    assert verify(store).ok


def test_links_and_states_are_undone_one_after_the_other(store: Store) -> None:
    a, b = say(store, [{"role": "user", "content": text} for text in "ab"])
    empty = state_hash(store)
    link = Link(source=a, target=b, type="x")
    seqs = [
        apply(store, delta).seq
        for delta in (
            Delta(links=(link,), states=(State(name="n", value=1),)),
            Delta(unlinked=(link,), states=(State(name="n", value=None),)),
            Delta(links=(replace(link, weight=2.0),), states=(State(name="n", value=2),)),
        )
    ]
    for seq in reversed(seqs):
        undo(store, seq)
    assert state_hash(store) == empty
    assert verify(store).ok


def test_what_was_replaced_again_and_again_is_undone_down_to_the_first(store: Store) -> None:
    a, b = say(store, [{"role": "user", "content": text} for text in "ab"])
    link = Link(source=a, target=b, type="x")
    hashes, seqs = [], []
    for weight in (1.0, 2.0, 3.0, 4.0):
        hashes.append(state_hash(store))
        delta = Delta(
            links=(replace(link, weight=weight),), states=(State(name="n", value=weight),)
        )
        seqs.append(apply(store, delta).seq)
    last = state_hash(store)
    backs = []
    for seq, before in zip(reversed(seqs), reversed(hashes), strict=True):
        backs.append(undo(store, seq).seq)
        assert state_hash(store) == before
    for back, after in zip(reversed(backs), [*hashes[1:], last], strict=True):
        undo(store, back)
        assert state_hash(store) == after
    assert verify(store).ok
    for seq in seqs[:-1]:  # what stands again stands in the way
        with pytest.raises(UndoRefused):
            undo(store, seq)


def test_what_a_later_event_took_away_for_good_is_not_put_again(store: Store) -> None:
    one, two, none = (
        apply(store, Delta(states=(State(name="n", value=value),))).seq for value in (1, 2, None)
    )
    with pytest.raises(UndoRefused, match=f"event {none} changed the value"):
        undo(store, two)
    undo(store, none)
    undo(store, two)
    with store.reading() as snapshot:
        assert snapshot.state("n") == 1
    undo(store, one)
    assert verify(store).ok


def test_undo_is_refused_where_a_later_event_touched_the_same_rows(store: Store) -> None:
    a, b = say(store, [{"role": "user", "content": text} for text in "ab"])
    link = Link(source=a, target=b, type="x")
    state = State(name="n", value=1)
    first = apply(store, Delta(links=(link,), states=(state,))).seq
    hidden = set_status(store, a, "hidden").seq
    shown_again = set_status(store, a, "active").seq
    unlinked = apply(store, Delta(unlinked=(link,))).seq
    relinked = apply(store, Delta(links=(link,))).seq
    restated = apply(store, Delta(states=(replace(state, value=2),))).seq
    before = everything(store)
    for seq, later in ((1, shown_again), (hidden, shown_again), (unlinked, relinked)):
        with pytest.raises(UndoRefused, match=f"event {later} "):
            undo(store, seq)
    with pytest.raises(UndoRefused, match=f"event ({unlinked}|{restated}) "):
        undo(store, first)
    assert everything(store) == before


def test_undo_is_refused_where_a_row_was_erased(store: Store) -> None:
    a, _ = say(store, [{"role": "user", "content": text} for text in "ab"])
    erased(store, a)
    with pytest.raises(UndoRefused, match="erased"):
        undo(store, 1)


# -- hashes


def test_the_state_hash_does_not_know_the_order_of_writing(store: Store, tmp_path: Path) -> None:
    messages = [{"role": "user", "content": f"turn {n}", "id": str(n)} for n in range(6)]
    scopes = [Scope(session=str(n)) for n in range(6)]
    other = opened(str(tmp_path / "other.mnemos"))
    for n in range(6):
        say(store, messages[n], scopes[n], minute=n)
        say(other, messages[5 - n], scopes[5 - n], minute=60 + n)
    assert state_hash(store) == state_hash(other)
    assert head(store) != head(other)
    say(store, "one more")
    assert state_hash(store) != state_hash(other)
    other.close()


def test_equal_turns_with_other_nonces_have_other_heads(store: Store) -> None:
    other = opened(":memory:")
    say(store, "yes")
    say(other, "yes")
    assert state_hash(store) == state_hash(other)
    assert head(store) != head(other)


def test_verify_finds_the_head_of_each_receipt_and_no_other(store: Store) -> None:
    heads = []
    for text in "abc":
        say(store, text)
        heads.append(head(store))
    for each in heads:
        assert verify(store, expected_head=each).ok
    missing = verify(store, expected_head="0" * 64)
    assert missing.first_bad_event == 4
    assert not missing.ok


def test_recorded_time_never_runs_backwards(store: Store) -> None:
    (late,) = say(store, "late", minute=60)
    (early,) = say(store, "early", minute=0)
    assert get(store, early).recorded_at == get(store, late).recorded_at
    with pytest.raises(InputError, match="before the last"), store.writing() as transaction:
        transaction.change(replace(header("import"), given=True))


# -- as_of


def test_a_past_day_shows_what_was_known_then(store: Store) -> None:
    (first,) = say(store, "first", minute=0)
    (second,) = say(store, "second", minute=10)
    apply(store, Delta(items=(replace(get(store, first), status="hidden"),)), minute=20)
    apply(store, Delta(items=(replace(get(store, first), status="active"),)), minute=30)

    def at(minute: int) -> list[str]:
        moment = START + timedelta(minutes=minute)
        return shown(store, Query(question="", asked_at=START, as_of=moment))

    assert at(-1) == []
    assert at(0) == [first]
    assert at(10) == at(19) == [first, second]
    assert at(20) == at(29) == [second]
    assert at(30) == at(99) == [first, second]
    assert get(store, first, as_of_seq=3).status == "hidden"
    with pytest.raises(NotFound):
        get(store, second, as_of_seq=1)


def test_a_key_is_not_shown_before_it_was_put_nor_after_it_ended(store: Store) -> None:
    (item_id,) = say(store, "hello", minute=0)
    key = apply(store, Delta(keys=(Key(item=item_id, role="fact", text="hi"),)), minute=10).seq
    with store.writing() as transaction:
        made = header("undo", 20)
        change = transaction.change(made)
        put_inverse(change, transaction.tables, key)
        transaction.close(change)
    counts = [
        len(shown(store, Query(question="", asked_at=START, as_of=START + timedelta(minutes=m))))
        for m in (5, 15, 25)
    ]
    assert counts == [1, 2, 1]


def test_an_expired_item_is_not_shown(store: Store) -> None:
    say(store, {"role": "user", "content": "x", "expires_at": START.isoformat()})
    assert shown(store) == []
    early = Query(question="", asked_at=START, as_of=START)
    assert shown(store, early) == []


# -- the lexical index


def test_metadata_is_found_by_pair_and_not_by_text(store: Store) -> None:
    pairs = [{"mood": "glad"}, {"mood": "sad"}, {"n": 1}, {"n": 1.5}, {"n": True}, {"n": None}]
    pairs += [{"long": "x" * 300}, {"line": "a\nb"}, {"list": [1]}]
    ids = say(store, [{"role": "user", "content": "mood glad", "metadata": pair} for pair in pairs])
    for pair, item_id in zip(pairs[:-1], ids, strict=False):
        query = Query(question="", asked_at=START, where=Where(metadata=pair))  # type: ignore[arg-type]
        assert shown(store, query) == [item_id]
    listed = Query(question="", asked_at=START, where=Where(metadata={"list": "[1]"}))
    assert shown(store, listed) == []


def test_postings_are_the_same_in_the_tail_and_in_segments(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    texts = [f"word{n % 3} violin {'tea ' * (n % 5)} number{n}" for n in range(30)]
    messages = [{"role": "user", "content": text} for text in texts]
    whole = opened(":memory:")
    say(whole, messages)
    monkeypatch.setattr(index, "SEGMENT", 8)
    for first in range(0, 30, 7):
        say(store, messages[first : first + 7])
        with store.reading() as snapshot:
            assert len(snapshot.index.docs) == min(first + 7, 30)
            assert found(snapshot, "violin") == list(range(min(first + 7, 30)))
    with store.reading() as snapshot:
        assert snapshot.space.folded == 24
    with whole.reading() as snapshot:
        assert snapshot.space.folded == 0
    assert index_of(store) == index_of(whole)


def test_a_mistyped_word_finds_its_neighbours_in_tail_and_segments(
    store: Store, small_segments: int
) -> None:
    say(store, "the dentist plays guitar")
    for _ in range(2):
        with store.reading() as snapshot:
            assert snapshot.index.near_terms("dentsit") == ["dentist"]
            assert snapshot.index.near_terms("gutar") == ["guitar"]
            assert snapshot.index.near_terms("xylophone") == []
            assert snapshot.index.near_terms("tea") == []
        say(store, [{"role": "user", "content": "filler"}] * small_segments)


def test_sessions_stand_in_order_in_the_index(store: Store) -> None:
    for n in range(6):
        say(store, f"turn {n}", Scope(session=f"s{n % 2}"))
    with store.reading() as snapshot:
        assert snapshot.index.columns.order.tolist() == [0, 2, 4, 1, 3, 5]


def test_replay_changes_nothing(store: Store, small_segments: int) -> None:
    full_history(store)
    for _ in range(small_segments):
        say(store, [{"role": "user", "content": f"violin {n}"} for n in range(3)])
    before, lines = index_of(store), everything(store)
    with store.writing() as transaction:
        replayed = replay(transaction)
    assert replayed.unchanged
    assert replayed.documents == len(index_of(store)[0])  # type: ignore[arg-type]
    assert index_of(store) == before
    assert everything(store) == lines


# -- erase


def holding(store: Store, needle: str) -> list[str]:
    with store.reading() as snapshot:
        return snapshot.tables.holding(needle.encode())


@pytest.mark.usefixtures("small_segments")
@pytest.mark.parametrize("fillers", [0, 8])
def test_erase_takes_the_item_and_all_that_came_from_it(store: Store, fillers: int) -> None:
    marked = {
        "role": "user",
        "content": "zanzibar secret",
        "id": "zanzibar-ref",
        "name": "Zanzibarian",
        "metadata": {"tag": "zanzibar metadata", "deep": {"x": ["zanzibar ünder"]}},
        "vendor": "zanzibar attr",
    }
    ids = say(store, [marked, {"role": "user", "content": "a public word"}])
    apply(store, Delta(items=(derived("d1", ids[:1], "zanzibar fact"),)))
    apply(store, Delta(items=(derived("d2", ["d1"], "zanzibar summary"),)))
    apply(
        store,
        Delta(
            items=(derived("d3", ids[1:], "public fact"),),
            keys=(Key(item="d2", role="keywords", text="zanzibar keyword"),),
            links=(
                Link(source="d2", target=ids[1], type="zanzibar link"),
                Link(source="d3", target=ids[1], type="kept"),
            ),
        ),
    )
    undo(store, 4)
    say(store, [{"role": "user", "content": "filler"}] * fillers)
    with store.reading() as snapshot:
        foreseen = preview(snapshot, ids[:1], [])
    assert holding(store, "zanzibar")
    certificate = erased(store, ids[0])
    assert certificate.ids == foreseen.ids == (ids[0], "d1", "d2")
    assert certificate.derived == ("d1", "d2")
    assert certificate.rows == foreseen.rows
    assert certificate.proved
    assert not certificate.kept_in
    assert holding(store, "zanzibar") == []
    assert holding(store, "Zanzibarian") == []
    with pytest.raises(Erased):
        get(store, ids[0])
    assert get(store, "d3").text == "public fact"
    assert links(store) == []
    verified = verify(store)
    assert verified.ok, verified.problems
    with store.writing() as transaction:
        assert replay(transaction).unchanged
        assert found(transaction, "zanzibar") == []


def test_erase_reaches_metadata_that_a_later_version_changed(
    store: Store, small_segments: int
) -> None:
    (item_id,) = say(store, {"role": "user", "content": "x", "metadata": {"m": "zanzibar"}})
    apply(store, Delta(items=(replace(get(store, item_id), metadata={"m": "mild"}),)))
    say(store, [{"role": "user", "content": "filler"}] * small_segments)
    erased(store, item_id)
    assert holding(store, "zanzibar") == holding(store, "mild") == []
    before = index_of(store)
    with store.writing() as transaction:
        replay(transaction)
    assert index_of(store) == before


def test_erase_follows_sources_of_every_version(store: Store) -> None:
    a, b = say(store, [{"role": "user", "content": text} for text in "ab"])
    apply(store, Delta(items=(derived("d", [a], "derived"),)))
    apply(store, Delta(items=(replace(get(store, "d"), sources=(b,)),)))
    assert erased(store, a).ids == (a, "d")
    assert erased(store, b).ids == (b,)
    assert verify(store).ok


def test_erasing_a_scope_takes_what_was_derived_in_it_from_nowhere(store: Store) -> None:
    apply(store, Delta(items=(derived("profile", (), "likes herons"),)))
    certificate = erase(store, header("erase"), [], [SESSION])
    assert certificate.ids == ("profile",)
    assert certificate.proved


def test_many_ids_are_looked_up_at_once(store: Store) -> None:
    first, second = say(store, [{"role": "user", "content": text} for text in "ab"])
    with store.reading() as snapshot:
        tables = snapshot.tables
        both = {first: tables.item_no(first), second: tables.item_no(second)}
        assert tables.item_nos([second, "nothing", first]) == both
        assert tables.item_nos([]) == {}
        assert [item.id for item in snapshot.by_id([second, "nothing", first, second])] == [
            second,
            first,
            second,
        ]


def test_a_store_knows_whether_anything_was_erased(store: Store) -> None:
    first, _ = say(store, [{"role": "user", "content": text} for text in "ab"])
    with store.reading() as snapshot:
        assert not snapshot.tables.has_erased()
    erased(store, first)
    with store.reading() as snapshot:
        assert snapshot.tables.has_erased()


def test_an_erased_id_and_place_are_not_used_again(store: Store) -> None:
    first, second = say(store, [{"role": "user", "content": text} for text in "ab"])
    item = get(store, second)
    erased(store, second)
    with pytest.raises(ConflictError, match="erased"):
        apply(store, Delta(items=(item,)))
    (third,) = say(store, "c")
    assert third not in {first, second}
    assert get(store, third).position == 2


def test_erasing_a_scope_takes_its_turns_and_its_names(store: Store) -> None:
    say(store, {"role": "user", "content": "x", "name": "Only Here"}, Scope(user="zanzibar-user"))
    (kept,) = say(store, "kept")
    certificate = erase(store, header("erase"), [], [Scope(user="zanzibar-user")])
    assert len(certificate.ids) == 1
    assert holding(store, "zanzibar-user") == holding(store, "Only Here") == []
    assert shown(store) == [kept]
    with pytest.raises(InputError, match="needs"):
        erase(store, header("erase"), [], [Scope()])


def test_erase_says_where_the_same_words_stay(store: Store) -> None:
    a, b = say(store, [{"role": "user", "content": "the very same words"}] * 2)
    certificate = erased(store, a)
    if store.files():
        assert certificate.kept_in == ("text 1",)
    assert certificate.proved
    assert get(store, b).text == "the very same words"


# -- requests


def test_a_request_is_kept_and_loses_its_nonce_with_its_rows(store: Store) -> None:
    ids = say(store, "x")
    receipt = journal.canonical({"added": [], "existing": list(ids), "head": "", "ids": list(ids)})
    request = Request(
        request_id="r", op="sync", seq=7, nonce=b"n" * 16, digest=b"d" * 32, receipt=receipt
    )
    other = replace(request, request_id="r2", seq=1, receipt='{"added":[],"existing":[],"ids":[]}')
    with store.writing() as transaction:
        transaction.tables.put_request(request)
    with store.reading() as snapshot:
        assert snapshot.tables.request("r") == request
        assert snapshot.tables.request("s") is None
        assert snapshot.tables.requests() == [request]
    with store.writing() as transaction:
        transaction.tables.put_request(other)  # of the same event, and of other items
    erased(store, ids[0])
    with store.reading() as snapshot:
        assert snapshot.tables.request("r") == replace(request, nonce=None)
        assert snapshot.tables.request("r2") == other


# -- export and load


def test_an_export_loads_to_the_same_head_and_state(store: Store, small_segments: int) -> None:
    ids = full_history(store)
    say(store, [{"role": "user", "content": "filler"}] * small_segments)
    erased(store, ids[0])
    undo(store, 7)
    lines = everything(store)
    copy = loaded(lines)
    assert everything(copy) == lines
    assert head(copy) == head(store)
    assert state_hash(copy) == state_hash(store)
    assert index_of(copy) == index_of(store)
    assert verify(copy).ok
    (left,) = say(store, "after")
    (right,) = say(copy, "after")
    assert left == right
    assert state_hash(copy) == state_hash(store)


@pytest.mark.parametrize("cut", [1, 2, 3])
def test_a_cut_or_damaged_export_is_refused(store: Store, cut: int) -> None:
    full_history(store)
    lines = everything(store)
    with pytest.raises(Corrupt):
        loaded(lines[:-cut])
    with pytest.raises(Corrupt):
        loaded([*lines, lines[-2]])
    for number in range(1, len(lines) - 1):
        swapped = re.sub("violin|hidden|similar|cursor", "other", lines[number])
        if swapped != lines[number]:
            with pytest.raises(Corrupt, match=f"line {number + 1}"):
                loaded([*lines[:number], swapped, *lines[number + 1 :]])
        with pytest.raises(Corrupt):
            loaded([*lines[:number], *lines[number + 1 :]])


def test_a_damaged_line_of_an_export_is_named(store: Store) -> None:
    full_history(store)
    lines = everything(store)
    for broken in ("", "{", "[]", '{"event": []}', '{"event": {}}', '{"request": {}}', "7"):
        with pytest.raises(Corrupt, match="line 3"):
            loaded([*lines[:2], broken, *lines[3:]])
    far = lines[1].replace('"recorded_at":', '"recorded_at":9999999999', 1)
    with pytest.raises(Corrupt, match="line 2"):
        loaded([lines[0], far, *lines[2:]])


# -- all or nothing


STEPS = ["put_item", "put_key", "put_link", "put_state", "end_link", "_enter", "close"]
BELOW = [
    "add_item", "add_text", "end_item", "add_side", "end_side", "add_event", "put_state_sum",
    "put_space", "put_tail", "put_segment", "put_postings", "put_grams", "drop_tail",
    "destroy_item", "drop_grams", "add_erased", "drop_posting", "drop_unused",
]  # fmt: skip


class Broken(Exception):
    """Raised in the middle of a change."""


def whole_delta(store: Store, ids: Sequence[str]) -> Delta:
    return Delta(
        items=(replace(get(store, ids[0]), status="hidden"), derived("new", ids, "a new fact")),
        keys=(Key(item=ids[1], role="fact", text="a key"),),
        links=(Link(source=ids[0], target=ids[2], type="similar", weight=9.0),),
        unlinked=(Link(source=ids[0], target=ids[1], type="gone"),),
        states=(State(name="x", value=8),),
    )


@pytest.mark.parametrize("step", [*STEPS, *BELOW])
@pytest.mark.parametrize("moment", ["before", "after"])
def test_a_change_that_fails_at_any_step_leaves_nothing(
    store: Store, monkeypatch: pytest.MonkeyPatch, step: str, moment: str, small_segments: int
) -> None:
    ids = full_history(store)
    apply(store, Delta(links=(Link(source=ids[0], target=ids[1], type="gone"),)))
    (doomed,) = say(store, "a doomed zanzibar")
    say(store, [{"role": "user", "content": "filler words here"}] * small_segments)
    lines, documents = everything(store), index_of(store)
    delta = whole_delta(store, ids)
    with store.reading() as snapshot:
        home = Change if step in STEPS else type(snapshot.tables)
    calls = 0
    original = getattr(home, step)

    def broken(*arguments: object, **named: object) -> object:
        nonlocal calls
        calls += 1
        if moment == "after":
            original(*arguments, **named)
        raise Broken

    def attempt() -> None:
        with store.writing() as transaction:
            change = transaction.change(header("all"))
            put(change, delta)
            change.destroy_item(transaction.item(doomed)[0])
            transaction.tables.drop_unused()
            for n in range(small_segments):
                change.put_item(derived(f"more{n}", (), f"more of it {n}"))
            transaction.close(change)

    with monkeypatch.context() as patch:
        patch.setattr(home, step, broken)
        with pytest.raises(Broken):
            attempt()
    assert calls == 1
    assert everything(store) == lines
    assert index_of(store) == documents
    assert verify(store).ok
    attempt()
    assert verify(store).ok


def test_an_interrupted_block_leaves_nothing(store: Store) -> None:
    say(store, "kept")
    lines = everything(store)
    with pytest.raises(KeyboardInterrupt), store.writing() as transaction:  # noqa: PT012 - all of it
        change = transaction.change(header("all"))
        put(change, Delta(items=(derived("new", (), "not kept"),)))
        transaction.close(change)
        raise KeyboardInterrupt
    assert everything(store) == lines


def test_documents_of_a_failed_write_never_show(store: Store) -> None:
    say(store, "kept")
    with pytest.raises(Broken), store.writing() as transaction:  # noqa: PT012 - all of it
        change = transaction.change(header("all"))
        put(change, Delta(items=(derived("new", (), "phantom"),)))
        transaction.close(change)
        assert found(transaction, "phantom") == [1]
        with store.reading() as snapshot:  # what a snapshot opened meanwhile has seen
            len(snapshot.index.docs)
        raise Broken
    say(store, "later")
    with store.reading() as snapshot:
        assert found(snapshot, "phantom") == []
        assert found(snapshot, "later") == [1]


def test_a_closed_store_says_so(store: Store) -> None:
    store.close()
    store.close()
    with pytest.raises(Closed), store.reading():
        pass
    with pytest.raises(Closed), store.writing():
        pass


def test_settings_are_those_of_the_making(tmp_path: Path, store: Store) -> None:
    with store.reading() as snapshot:
        assert snapshot.language == "english"
    path = str(tmp_path / "german.mnemos")
    german = journal.canonical({"language": "german", "time_zone": "Europe/Berlin", "analysis": 1})
    opened(path, german).close()
    with closing(opened(path)) as again, again.reading() as snapshot:
        assert (snapshot.language, snapshot.time_zone) == ("german", "Europe/Berlin")


# -- SQL


def test_the_schema_is_what_all_migrations_make() -> None:
    with sqlite3.connect(":memory:") as made, sqlite3.connect(":memory:") as migrated:
        for statement in sql.statements(sql.text("sqlite", "schema.sql")):
            made.execute(statement)
        for name in sql.migrations("sqlite"):
            for statement in sql.statements(sql.text("sqlite", name)):
                migrated.execute(statement)
        listing = "SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY type, name"
        assert made.execute(listing).fetchall() == migrated.execute(listing).fetchall()
    made.close()
    migrated.close()


def test_migrations_are_numbered_from_one_without_gaps() -> None:
    numbers = [int(name.removeprefix("migrations/")[:4]) for name in sql.migrations("sqlite")]
    assert numbers == list(range(1, len(numbers) + 1))


TABLES = re.findall(r"CREATE (?:TABLE|VIEW) (\w+)", sql.text("sqlite", "schema.sql"))


@pytest.mark.parametrize("name", sorted(sql.named("sqlite")))
def test_every_statement_names_its_space(name: str) -> None:
    """Each part of it that touches a table of ours, too."""
    statement = "\n".join(
        line for line in sql.named("sqlite")[name].splitlines() if not line.startswith("--")
    )
    if "FROM dbstat" in statement:  # of the file, which dbstat cannot tell apart by space
        return
    for part in re.split(r"UNION ALL|\(SELECT", statement):
        tables = re.findall(r"(?:FROM|INTO|UPDATE|JOIN)\s+(\w+)", part)
        assert set(tables) - {"json_each", "json_tree"} <= set(TABLES)
        if set(tables) & set(TABLES):
            inserted = re.search(r"INTO \w+ \(space,", part) and ":space," in part
            assert inserted or re.search(r"\bspace = :space\b", part), part
            assert not part.startswith("INSERT") or re.search(r"\(\s*space,", part)


def test_two_spaces_of_one_file_do_not_see_each_other(tmp_path: Path) -> None:
    path = tmp_path / "two.mnemos"

    def space(number: int) -> Store:
        return SqliteStore(
            path,
            settings=SETTINGS,
            analyzer=lambda _: Analyzer("english"),
            nonce=bytes,
            space=number,
        )

    one, two = space(1), space(2)
    ids = full_history(one)
    before = everything(one)
    assert shown(two) == []
    assert full_history(two) == ids
    erased(two, ids[0])
    with two.writing() as transaction:
        replay(transaction)
    assert everything(one) == before
    assert verify(one).ok
    assert verify(two).ok
    assert holding(one, "violin")
    assert holding(two, "violin") == []
    one.close()
    two.close()


def test_an_undo_leaves_a_value_that_was_changed_since_if_it_is_told_to(store: Store) -> None:
    apply(store, Delta(states=(State(name="r/how-far", value=1),)))
    seq = apply(store, Delta(states=(State(name="r/how-far", value=2),))).seq
    apply(store, Delta(states=(State(name="r/how-far", value=3),)))
    with pytest.raises(UndoRefused, match=r"changed the value 'r/how-far' since"):
        undo(store, seq)
    spared: list[str] = []
    with store.writing() as transaction:
        change = transaction.change(header("undo"))
        put_inverse(change, transaction.tables, seq, spared=spared)
        transaction.close(change)
    assert spared == ["r/how-far"]
    with store.reading() as snapshot:
        assert snapshot.state("r/how-far") == 3
        assert verify(store).problems == ()
