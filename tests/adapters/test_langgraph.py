"""LangGraph's store: what its own in-memory store does, kept in a file and found by words."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypedDict

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from langgraph.graph import START, StateGraph
from langgraph.store.base import BaseStore, GetOp, InvalidNamespaceError, PutOp, SearchOp
from langgraph.store.memory import InMemoryStore

from mnemos import InputError, Memory, QueryError
from mnemos.adapters.langgraph import MnemosStore

ANN = ("users", "ann")
BEN = ("users", "ben")


@pytest.fixture
def store() -> Iterator[MnemosStore]:
    with Memory(":memory:") as memory:
        yield MnemosStore(memory)


def keys(found: list[Any]) -> list[str]:
    return [each.key for each in found]


def test_a_value_is_kept_under_its_key(store: MnemosStore) -> None:
    value = {"text": "Likes tea", "nested": {"list": [1, 2.5, None, True]}}
    store.put(ANN, "drink", value)
    item = store.get(ANN, "drink")
    assert (item.value, item.key, item.namespace) == (value, "drink", ANN)
    assert item.created_at == item.updated_at
    assert store.get(ANN, "food") is None
    assert store.get(BEN, "drink") is None


def test_a_new_value_takes_the_place_of_the_old_which_stays_in_the_past(store: MnemosStore) -> None:
    store.put(ANN, "drink", {"text": "Likes tea"})
    first = store.get(ANN, "drink")
    store.put(ANN, "drink", {"text": "Likes coffee"})
    second = store.get(ANN, "drink")
    assert second.value == {"text": "Likes coffee"}
    assert first.created_at == second.created_at < second.updated_at
    assert keys(store.search(ANN)) == ["drink"]
    (now,) = store.memory.browse().items
    assert now.supersedes is not None
    assert store.memory.get(now.supersedes).attrs["value"] == {"text": "Likes tea"}


def test_what_is_deleted_is_hidden_and_may_come_again(store: MnemosStore) -> None:
    store.put(ANN, "drink", {"text": "Likes tea"})
    store.delete(ANN, "drink")
    store.delete(ANN, "never there")
    assert store.get(ANN, "drink") is None
    assert store.search((), query="tea") == []
    assert store.list_namespaces() == []
    assert store.memory.stats().inactive == {"hidden": 1}
    store.put(ANN, "drink", {"text": "Likes coffee"})
    assert store.get(ANN, "drink").value == {"text": "Likes coffee"}


def test_deleting_may_erase_with_all_that_was_before(tmp_path: Path) -> None:
    file = tmp_path / "m.mnemos"
    with Memory(file) as memory:
        store = MnemosStore(memory, deletes="erase")
        store.put(ANN, "secret", {"text": "locker twelve"})
        store.put(ANN, "secret", {"text": "locker nine"})
        store.delete(ANN, "secret")
        assert memory.stats().erased == 2
    assert b"locker" not in file.read_bytes()
    with Memory(":memory:") as memory, pytest.raises(InputError, match="deletes"):
        MnemosStore(memory, deletes="burn")


def test_a_question_finds_the_value_that_answers_it(store: MnemosStore) -> None:
    store.put(ANN, "home", {"text": "She moved to Porto in May"})
    store.put(ANN, "pets", {"text": "Her cat is called Tux"})
    store.put(BEN, "pets", {"text": "His cat is called Miu"})
    found = store.search(ANN, query="What is the cat called?")
    assert keys(found) == ["pets", "home"]
    assert found[0].score > found[1].score
    assert {each.namespace for each in store.search(("users",), query="cat", limit=2)} == {ANN, BEN}


def test_only_the_fields_that_are_named_are_found(store: MnemosStore) -> None:
    value = {"title": "Ferry", "body": {"lines": [{"text": "leaves at nine"}]}, "note": "zebra"}
    store.put(ANN, "a", value, index=["title", "body.lines[*].text"])
    store.put(ANN, "b", {"title": "zebra"}, index=False)
    store.put(ANN, "c", {"title": "zebra crossing", "none": None})
    texts = {item.attrs["key"]: item.text for item in store.memory.browse().items}
    assert texts == {"a": "Ferry\nleaves at nine", "b": "", "c": "title: zebra crossing"}
    assert keys(store.search(ANN, query="zebra", limit=1)) == ["c"]
    by_title = MnemosStore(store.memory, fields=["title"])
    by_title.put(ANN, "d", {"title": "one", "note": "two"})
    assert by_title.memory.browse().items[-1].text == "one"


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ({"n": 1}, ["one"]),
        ({"n": {"$gt": 1}}, ["two", "three"]),
        ({"n": {"$gte": 1, "$lt": 3}}, ["one", "two"]),
        ({"n": {"$lte": 1}}, ["one"]),
        ({"n": {"$ne": 2}}, ["one", "three"]),
        ({"n": {"$eq": 2}}, ["two"]),
        ({"deep": {"kind": "x"}}, ["one"]),
        ({"tags": ["a", "b"]}, ["two"]),
        ({"n": {"$gt": "a"}}, []),
        ({"missing": None}, ["one", "two", "three"]),
    ],
)
def test_filters_mean_what_they_mean_in_langgraph(
    store: MnemosStore, wanted: dict[str, Any], expected: list[str]
) -> None:
    store.put(ANN, "one", {"n": 1, "deep": {"kind": "x", "more": 1}})
    store.put(ANN, "two", {"n": 2, "tags": ["a", "b"]})
    store.put(ANN, "three", {"n": 3, "deep": "flat"})
    assert keys(store.search(ANN, filter=wanted)) == expected
    assert set(keys(store.search(ANN, filter=wanted, query="n"))) == set(expected)


def test_an_operator_that_langgraph_does_not_have_is_refused(store: MnemosStore) -> None:
    store.put(ANN, "one", {"n": 1})
    with pytest.raises(QueryError, match="near"):
        store.search(ANN, filter={"n": {"$near": 1}})


def test_pages_follow_each_other(store: MnemosStore) -> None:
    for number in range(7):
        store.put(ANN, str(number), {"text": f"cat number {number}", "even": number % 2 == 0})
    assert keys(store.search(ANN, limit=3, offset=3)) == ["3", "4", "5"]
    assert keys(store.search(ANN, filter={"even": True}, limit=2, offset=2)) == ["4", "6"]
    pages = [store.search(ANN, query="cat", limit=3, offset=offset) for offset in (0, 3, 6)]
    assert sorted(key for page in pages for key in keys(page)) == list("0123456")


def test_a_filter_is_asked_of_all_values_not_of_the_best_few(store: MnemosStore) -> None:
    for number in range(50):
        store.put(ANN, str(number), {"text": f"cat {number}", "number": number})
    found = store.search(ANN, query="cat", filter={"number": {"$gte": 48}}, limit=2)
    assert set(keys(found)) == {"48", "49"}


def test_namespaces_are_listed_as_they_are_asked_for(store: MnemosStore) -> None:
    for namespace in [("a", "b", "c"), ("a", "b", "d", "e"), ("a", "b", "d", "i"), ("x", "c")]:
        store.put(namespace, "k", {"v": 1})
    assert store.list_namespaces(prefix=("a", "b"), max_depth=3) == [
        ("a", "b", "c"),
        ("a", "b", "d"),
    ]
    assert store.list_namespaces(suffix=("c",)) == [("a", "b", "c"), ("x", "c")]
    assert store.list_namespaces(prefix=("*", "c")) == [("x", "c")]
    assert store.list_namespaces(limit=1, offset=1) == [("a", "b", "d", "e")]


def test_a_bad_namespace_is_refused(store: MnemosStore) -> None:
    with pytest.raises(InvalidNamespaceError):
        store.put(("a.b",), "k", {"v": 1})
    with pytest.raises(InputError, match="period"):
        store.batch([PutOp(("a.b",), "k", {"v": 1})])


def test_a_value_ends_when_its_time_is_over_and_lives_on_when_it_is_read() -> None:
    moments = [datetime(2026, 5, 1, 12, tzinfo=UTC)]

    def clock() -> datetime:
        return moments[-1]

    def later(minutes: int) -> None:
        moments.append(moments[-1] + timedelta(minutes=minutes))

    with Memory(":memory:", clock=clock) as memory:
        store = MnemosStore(memory, clock=clock, ttl={"default_ttl": 10})
        store.put(ANN, "short", {"text": "tea"})
        store.put(ANN, "long", {"text": "tea"}, ttl=None)
        later(8)
        assert set(keys(store.search(ANN, query="tea"))) == {"short", "long"}
        later(8)
        assert store.get(ANN, "short", refresh_ttl=False).value == {"text": "tea"}
        later(8)
        assert store.get(ANN, "short") is None
        assert keys(store.search(ANN)) == ["long"]


def test_a_batch_reads_before_it_writes_and_keeps_the_last_of_a_key(store: MnemosStore) -> None:
    store.put(ANN, "k", {"v": 0})
    found = store.batch(
        [
            PutOp(ANN, "k", {"v": 1}),
            GetOp(ANN, "k"),
            PutOp(ANN, "k", {"v": 2}),
            SearchOp(("users",)),
        ]
    )
    assert found[0] is found[2] is None
    assert found[1].value == {"v": 0}
    assert [each.value for each in found[3]] == [{"v": 0}]
    assert store.get(ANN, "k").value == {"v": 2}


def test_views_of_a_memory_are_stores_of_their_own(store: MnemosStore) -> None:
    one = MnemosStore(store.memory.scoped(user="one"))
    two = MnemosStore(store.memory.scoped(user="two"))
    one.put(ANN, "k", {"v": 1})
    assert two.get(ANN, "k") is None
    two.put(ANN, "k", {"v": 2})
    assert one.get(ANN, "k").value == {"v": 1}
    assert two.list_namespaces() == [ANN]


def test_what_else_the_memory_holds_is_no_value(store: MnemosStore) -> None:
    store.memory.remember("I like tea", session="users.ann")
    store.put(ANN, "drink", {"text": "tea"})
    assert keys(store.search((), query="tea")) == ["drink"]
    assert keys(store.search(())) == ["drink"]


def test_it_survives_the_process(tmp_path: Path) -> None:
    with Memory(tmp_path / "m.mnemos") as memory:
        MnemosStore(memory).put(ANN, "drink", {"text": "tea"})
    with Memory(tmp_path / "m.mnemos") as memory:
        assert MnemosStore(memory).get(ANN, "drink").value == {"text": "tea"}


def test_many_at_once_leave_one_value_a_key(tmp_path: Path) -> None:
    async def main(store: MnemosStore) -> None:
        await asyncio.gather(*(store.aput(ANN, "k", {"n": n}) for n in range(12)))
        assert (await store.aget(ANN, "k")).value["n"] in range(12)
        assert len(await store.asearch(ANN)) == 1
        await store.adelete(ANN, "k")
        assert await store.alist_namespaces() == []

    with Memory(tmp_path / "m.mnemos") as memory:
        asyncio.run(main(MnemosStore(memory)))


def test_a_graph_remembers_from_one_thread_to_the_next(store: MnemosStore) -> None:
    class State(TypedDict):
        said: str
        known: str

    def node(state: State, *, store: BaseStore) -> dict[str, str]:
        found = store.search(ANN, query=state["said"], limit=1)
        store.put(ANN, state["said"], {"text": state["said"]})
        return {"known": found[0].value["text"] if found else ""}

    graph = StateGraph(State).add_node("node", node).add_edge(START, "node").compile(store=store)
    assert graph.invoke({"said": "My cat is Tux", "known": ""})["known"] == ""
    assert graph.invoke({"said": "Which cat?", "known": ""})["known"] == "My cat is Tux"


labels = st.sampled_from(["a", "b", "c"])
namespaces = st.lists(labels, min_size=1, max_size=3).map(tuple)
values = st.dictionaries(st.sampled_from(["x", "y"]), st.integers(0, 3), max_size=2)
steps = st.lists(
    st.tuples(st.sampled_from(["put", "put", "delete"]), namespaces, labels, values), max_size=12
)


@settings(max_examples=40)
@given(steps=steps, prefix=st.lists(labels, max_size=2).map(tuple), wanted=values)
def test_it_holds_what_langgraphs_own_store_holds(
    steps: list[tuple[str, tuple[str, ...], str, dict[str, int]]],
    prefix: tuple[str, ...],
    wanted: dict[str, int],
) -> None:
    theirs = InMemoryStore()
    with Memory(":memory:") as memory:
        ours = MnemosStore(memory)
        for step, namespace, key, value in steps:
            for store in (ours, theirs):
                if step == "put":
                    store.put(namespace, key, value)
                else:
                    store.delete(namespace, key)

        def held(store: BaseStore, **asked: Any) -> set[tuple[Any, ...]]:  # noqa: ANN401
            found = store.search(prefix, limit=1_000, **asked)
            return {(each.namespace, each.key, str(sorted(each.value.items()))) for each in found}

        assert held(ours) == held(theirs)
        assert held(ours, filter=wanted) == held(theirs, filter=wanted)
        filled = {each.namespace for each in theirs.search((), limit=1_000)}
        assert ours.list_namespaces(limit=1_000) == sorted(filled)
        for _, namespace, key, _ in steps:
            one, other = ours.get(namespace, key), theirs.get(namespace, key)
            assert (one and one.value) == (other and other.value)
