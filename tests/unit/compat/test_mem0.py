"""Mem0's interface over mnemos: same calls, same shapes; what is not done is refused by name."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from mnemos import MnemosError, QueryError, Scope
from mnemos.compat import mem0
from mnemos.compat.mem0 import AsyncMemory, Memory, MemoryNotFound, Unsupported
from tests.adapters.mem0_signatures import CLASSES, KEPT, signatures

ANN: dict[str, Any] = {"user_id": "ann"}


@pytest.fixture
def memory() -> Iterator[Memory]:
    with Memory.from_config({"mnemos": {"path": ":memory:"}}) as opened:
        yield opened


@pytest.fixture
def erasing() -> Iterator[Memory]:
    with Memory.from_config({"mnemos": {"path": ":memory:", "deletes": "erase"}}) as opened:
        yield opened


def ids(found: dict[str, Any]) -> list[str]:
    return [each["id"] for each in found["results"]]


def texts(found: dict[str, Any]) -> list[str]:
    return [each["memory"] for each in found["results"]]


def add(memory: Memory, text: str, **options: Any) -> str:  # noqa: ANN401 - as of Memory.add
    (made,) = ids(memory.add(text, **{**ANN, **options}))
    return made


def test_every_call_of_mem0_is_there_with_its_parameters() -> None:
    kept = json.loads(KEPT.read_text(encoding="utf-8"))
    ours = signatures({name: getattr(mem0, name) for name in CLASSES})
    for name in CLASSES:
        theirs = {call: kept[name][call] for call in kept[name]}
        assert {call: ours[name].get(call) for call in theirs} == theirs


def test_a_message_is_stored_to_the_letter_and_told(memory: Memory) -> None:
    said = [
        {"role": "user", "content": "  I moved to Porto.\n", "name": "Ann"},
        {"role": "assistant", "content": "Noted"},
    ]
    results = memory.add(said, **ANN)["results"]
    assert [each["memory"] for each in results] == ["  I moved to Porto.\n", "Noted"]
    assert [each["event"] for each in results] == ["ADD", "ADD"]
    assert [each["actor_id"] for each in results] == ["Ann", None]
    assert [each["role"] for each in results] == ["user", "assistant"]


def test_messages_of_the_system_are_left_out(memory: Memory) -> None:
    said = [{"role": "system", "content": "Be brief"}, {"role": "user", "content": "Hello"}]
    assert texts(memory.add(said, **ANN)) == ["Hello"]
    assert memory.add([said[0]], **ANN) == {"results": []}


def test_the_same_message_id_twice_is_two_memories(memory: Memory) -> None:
    for content in ("first", "second", "second"):
        memory.add({"role": "user", "content": content, "id": "1"}, **ANN)
    assert texts(memory.get_all(filters=ANN)) == ["first", "second", "second"]


def test_a_memory_is_shown_as_mem0_shows_it(memory: Memory) -> None:
    made = add(
        memory,
        "I moved to Porto",
        agent_id="guide",
        run_id="r1",
        metadata={"topic": "home"},
        timestamp="2026-05-01T10:00:00+00:00",
        expiration_date="2099-12-31",
    )
    assert memory.get(made) == {
        "id": made,
        "memory": "I moved to Porto",
        "hash": "978970b6e1ef6b78e64764de39fccb62",
        "metadata": {"topic": "home"},
        "score": None,
        "created_at": "2026-05-01T10:00:00+00:00",
        "updated_at": "2026-05-01T10:00:00+00:00",
        "user_id": "ann",
        "agent_id": "guide",
        "run_id": "r1",
        "role": "user",
        "expiration_date": "2099-12-31",
    }
    (listed,) = memory.get_all(filters=ANN)["results"]
    assert "score" not in listed
    assert listed["metadata"] == {"topic": "home"}


def test_search_finds_with_a_score_within_one_user(memory: Memory) -> None:
    made = add(memory, "The cat is called Tux")
    add(memory, "We had rain all week")
    memory.add("The cat is called Miu", user_id="ben")
    best = memory.search("What is the cat called?", filters=ANN)["results"][0]
    assert best["id"] == made
    assert 0.1 <= best["score"] <= 1
    assert best["user_id"] == "ann"


def test_the_threshold_and_top_k_bound_what_comes_back(memory: Memory) -> None:
    for number in range(8):
        add(memory, f"The cat sat on chair {number}")
    assert len(ids(memory.search("cat chair", filters=ANN, top_k=3, threshold=0.0))) == 3
    assert memory.search("cat", filters=ANN, top_k=0) == {"results": []}
    assert memory.search("zebra", filters=ANN, threshold=0.9) == {"results": []}
    assert len(ids(memory.get_all(filters=ANN, top_k=2))) == 2


def test_an_explained_result_says_what_each_signal_contributed(memory: Memory) -> None:
    add(memory, "The cat is called Tux")
    (found,) = memory.search("cat", filters=ANN, explain=True)["results"]
    assert found["score_details"].pop("final_score") == found["score"]
    assert found["score_details"]


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ({"topic": "pets"}, {"cat", "dog"}),
        ({"topic": ["pets", "home"]}, {"cat", "dog", "house"}),
        ({"topic": "*"}, {"cat", "dog", "house"}),
        ({"topic": {"ne": "pets"}}, {"house", "untold"}),
        ({"topic": {"in": ["home"]}}, {"house"}),
        ({"topic": {"nin": ["home"]}}, {"cat", "dog", "untold"}),
        ({"weight": {"gt": 4}}, {"dog"}),
        ({"weight": {"gte": 4, "lt": 9}}, {"cat"}),
        ({"topic": {"contains": "om"}}, {"house"}),
        ({"topic": {"icontains": "PET"}}, {"cat", "dog"}),
        ({"AND": [{"topic": "pets"}, {"weight": {"lte": 4}}]}, {"cat"}),
        ({"OR": [{"weight": 4}, {"topic": "home"}]}, {"cat", "house"}),
        ({"NOT": [{"topic": "pets"}]}, {"house", "untold"}),
        ({"weight": True}, set()),
        ({"role": "assistant"}, {"untold"}),
    ],
)
def test_filters_mean_what_they_mean_in_mem0(
    memory: Memory, wanted: dict[str, Any], expected: set[str]
) -> None:
    add(memory, "cat", metadata={"topic": "pets", "weight": 4})
    add(memory, "dog", metadata={"topic": "pets", "weight": 9})
    add(memory, "house", metadata={"topic": "home"})
    memory.add({"role": "assistant", "content": "untold"}, **ANN)
    filters = {**ANN, **wanted}
    assert set(texts(memory.get_all(filters=filters))) == expected
    found = memory.search("cat dog house untold", filters=filters, threshold=0.0)
    assert set(texts(found)) == expected


def test_a_condition_is_asked_of_all_that_is_stored_not_of_the_first_few(memory: Memory) -> None:
    for number in range(60):
        add(memory, f"The cat sat on chair {number}", metadata={"number": number})
    wanted = {**ANN, "number": {"gte": 57}}
    found = memory.search("cat chair", filters=wanted, top_k=3, threshold=0.0)
    assert {each["metadata"]["number"] for each in found["results"]} == {57, 58, 59}


def test_an_update_keeps_the_id_and_its_past(memory: Memory) -> None:
    made = add(memory, "I live in Lisbon", metadata={"topic": "home"})
    add(memory, "The weather is fine")
    assert memory.update(made, "I live in Porto", metadata={"sure": True})["message"]
    memory.update(made, data="I live in Faro")
    shown = memory.get(made)
    assert shown is not None
    assert (shown["id"], shown["memory"]) == (made, "I live in Faro")
    assert shown["metadata"] == {"topic": "home", "sure": True}
    assert shown["updated_at"] > shown["created_at"]
    found = memory.search("Where do I live?", filters=ANN)
    assert texts(found)[0] == "I live in Faro"
    assert ids(found)[0] == made
    assert [
        (each["event"], each["old_memory"], each["new_memory"]) for each in memory.history(made)
    ] == [
        ("ADD", None, "I live in Lisbon"),
        ("UPDATE", "I live in Lisbon", "I live in Porto"),
        ("UPDATE", "I live in Porto", "I live in Faro"),
    ]


def test_metadata_alone_can_be_updated_and_an_end_be_set_and_taken_away(memory: Memory) -> None:
    made = add(memory, "The ticket is in the drawer")
    memory.update(made, metadata={"topic": "travel"}, expiration_date="2000-01-01")
    assert memory.get_all(filters=ANN) == {"results": []}
    assert memory.search("ticket", filters=ANN) == {"results": []}
    assert (memory.get(made) or {})["expiration_date"] == "2000-01-01"
    memory.update(made, expiration_date=None)
    (shown,) = memory.get_all(filters=ANN)["results"]
    assert shown["metadata"] == {"topic": "travel"}
    assert "expiration_date" not in shown


def test_what_is_deleted_is_hidden_and_can_be_brought_back(memory: Memory) -> None:
    made = add(memory, "My locker is number twelve")
    memory.update(made, "My locker is number nine")
    memory.delete(made)
    assert memory.get(made) is None
    assert memory.search("locker", filters=ANN) == {"results": []}
    last = memory.history(made)[-1]
    assert (last["event"], last["new_memory"], last["is_deleted"]) == ("DELETE", None, True)
    with pytest.raises(MemoryNotFound):
        memory.delete(made)
    with pytest.raises(ValueError, match="not found"):
        memory.update(made, "again")
    memory.mnemos.undo()
    assert texts(memory.get_all(filters=ANN)) == ["My locker is number nine"]


def test_where_deleting_erases_nothing_is_left(erasing: Memory) -> None:
    made = add(erasing, "My locker is number twelve")
    erasing.update(made, "My locker is number nine")
    erasing.delete(made)
    assert erasing.get(made) is None
    assert erasing.history(made) == []
    assert erasing.mnemos.stats().erased == 2
    add(erasing, "secret", user_id="ben")
    erasing.delete_all(user_id="ben")
    assert erasing.mnemos.stats().items == {}
    erasing.reset()
    assert erasing.mnemos.stats().events == 0


def test_all_of_a_user_is_deleted_and_nobody_elses(memory: Memory) -> None:
    add(memory, "one")
    add(memory, "two", run_id="r")
    memory.add("three", user_id="ben")
    memory.delete_all(user_id="ann")
    assert memory.get_all(filters=ANN) == {"results": []}
    assert texts(memory.get_all(filters={"user_id": "ben"})) == ["three"]
    memory.reset()
    assert memory.get_all(filters={"user_id": "ben"}) == {"results": []}


def test_an_unknown_memory_is_nobody(memory: Memory) -> None:
    assert memory.get("nothing") is None
    assert memory.history("nothing") == []


def test_ids_are_read_as_mem0_reads_them(memory: Memory) -> None:
    memory.add("one", user_id=7)  # type: ignore[arg-type]
    assert texts(memory.get_all(filters={"user_id": " 7 "})) == ["one"]
    with pytest.raises(QueryError, match="user_id"):
        memory.add("one", user_id="a b")
    with pytest.raises(ValueError, match="At least one of"):
        memory.add("one")
    with pytest.raises(ValueError, match="must contain at least one of"):
        memory.search("one", filters={"topic": "x"})


def test_metadata_cannot_say_whose_a_memory_is(
    memory: Memory, caplog: pytest.LogCaptureFixture
) -> None:
    made = add(memory, "one", metadata={"user_id": "ben", "topic": "x"})
    shown = memory.get(made)
    assert shown is not None
    assert (shown["user_id"], shown["metadata"]) == ("ann", {"topic": "x"})
    assert "user_id" in caplog.text


@pytest.mark.parametrize(
    "call",
    [
        lambda memory: memory.add("a", **ANN, memory_type="procedural_memory"),
        lambda memory: memory.add("a", **ANN, prompt="Only facts"),
        lambda memory: memory.search("a", filters=ANN, show_expired=True),
        lambda memory: memory.get_all(filters=ANN, show_expired=True),
        lambda memory: memory.project,
        lambda memory: memory.chat("a"),
    ],
)
def test_what_is_not_done_is_refused_by_name(memory: Memory, call: Any) -> None:  # noqa: ANN401
    with pytest.raises(Unsupported) as refused:
        call(memory)
    assert isinstance(refused.value, NotImplementedError)
    assert isinstance(refused.value, MnemosError)


@pytest.mark.parametrize(
    "options",
    [{"user_id": "ann"}, {"limit": 3}, {"top_k": -1}, {"top_k": True}, {"threshold": 2}],
)
def test_an_argument_that_makes_no_sense_is_refused(
    memory: Memory, options: dict[str, Any]
) -> None:
    with pytest.raises(QueryError):
        memory.search("a", **{"filters": ANN, **options})


def test_a_turn_that_mnemos_stored_is_found_but_not_updated_without_a_ref(memory: Memory) -> None:
    receipt = memory.mnemos.remember("The cat is called Tux", scope=Scope(user="ann"))
    assert ids(memory.search("cat", filters=ANN)) == list(receipt.ids)
    with pytest.raises(Unsupported, match="ref"):
        memory.update(receipt.ids[0], "The cat is called Miu")


def test_parts_of_a_message_that_are_no_text_stay_when_metadata_changes(memory: Memory) -> None:
    parts = [{"type": "text", "text": "Look"}, {"type": "image_url", "image_url": {"url": "u"}}]
    (made,) = ids(memory.add({"role": "user", "content": parts}, **ANN))
    memory.update(made, metadata={"topic": "x"})
    (kept,) = memory.mnemos.browse().items
    assert kept.attrs["content"] == parts
    memory.update(made, "Look there")
    (kept,) = memory.mnemos.browse().items
    assert "content" not in kept.attrs


def test_a_program_with_a_configuration_for_mem0_keeps_its_memories_there(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    config = {
        "vector_store": {
            "provider": "qdrant",
            "config": {"path": str(tmp_path / "qdrant"), "collection_name": "trip"},
        },
        "llm": {"provider": "openai", "config": {"model": "any"}},
        "history_db_path": str(tmp_path / "history.db"),
    }
    with caplog.at_level(logging.WARNING), Memory.from_config(config) as memory:
        add(memory, "The ferry leaves at nine")
    assert "no llm" in caplog.text
    with Memory.from_config(config) as memory:
        assert texts(memory.get_all(filters=ANN)) == ["The ferry leaves at nine"]
    assert (tmp_path / "qdrant" / "trip.mnemos").exists()
    with Memory.from_config({"history_db_path": str(tmp_path / "history.db")}) as memory:
        assert memory.get_all(filters=ANN) == {"results": []}
    assert (tmp_path / "mem0.mnemos").exists()


def test_without_a_configuration_the_environment_or_the_home_folder_says_where(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("MNEMOS_FILE", raising=False)
    Memory().close()
    assert (tmp_path / ".mnemos" / "mem0.mnemos").exists()
    monkeypatch.setenv("MNEMOS_FILE", str(tmp_path / "named.mnemos"))
    Memory().close()
    assert (tmp_path / "named.mnemos").exists()


@pytest.mark.parametrize(
    "config",
    [
        {"mnemos": {"path": ":memory:", "deletes": "burn"}},
        {"mnemos": {"path": 3}},
        {"mnemos": 3},
        3,
    ],
)
def test_a_configuration_that_cannot_be_read_is_refused(config: Any) -> None:  # noqa: ANN401
    with pytest.raises(MnemosError):
        Memory.from_config(config)


def test_reset_and_erase_leave_an_empty_file(tmp_path: Path) -> None:
    file = tmp_path / "m.mnemos"
    with Memory.from_config({"mnemos": {"path": str(file), "deletes": "erase"}}) as memory:
        add(memory, "My locker is number twelve")
        memory.reset()
        assert memory.mnemos.stats().events == 0
        add(memory, "again")
    assert b"locker" not in file.read_bytes()


def test_the_asynchronous_one_does_the_same() -> None:
    async def main() -> None:
        async with AsyncMemory.from_config({"mnemos": {"path": ":memory:"}}) as memory:
            (made,) = ids(await memory.add("The cat is called Tux", **ANN))
            assert ids(await memory.search("cat", filters=ANN)) == [made]
            await memory.update(made, text="The cat is called Miu")
            assert (await memory.get(made) or {})["memory"] == "The cat is called Miu"
            assert len(await memory.history(made)) == 2
            await memory.delete(memory_id=made)
            await memory.delete_all(user_id="ann")
            await memory.reset()
            assert await memory.get_all(filters=ANN) == {"results": []}
            with pytest.raises(Unsupported):
                await memory.add("a", **ANN, llm=object())
            with pytest.raises(Unsupported):
                await memory.chat("a")

    asyncio.run(main())
