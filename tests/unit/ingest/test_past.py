"""What a recipe reads while it learns: the turns of one user, latest last, and its own items."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from mnemos import Memory, Scope
from mnemos.ingest.past import held, said_before

NOW = datetime(2024, 1, 9, tzinfo=UTC)


def test_only_the_latest_of_one_user_before_a_moment_come_in_their_order() -> None:
    with Memory(":memory:", embedder=None, clock=lambda: NOW) as memory:
        for day, user in ((3, "ann"), (1, "ann"), (2, "eve"), (5, "ann"), (4, "ann")):
            memory.remember(
                {"role": "user", "content": f"{user} {day}", "said_at": NOW - timedelta(days=day)},
                session=str(day),
                scope=Scope(user=user),
            )
        hidden = next(item for item in memory.browse().items if item.text == "ann 4")
        memory.forget(hidden.id)
        with memory.reader() as reader:

            def texts(days: float, most: int) -> list[str]:
                moment, scope = NOW - timedelta(days=days), Scope(user="ann", session="new")
                return [item.text for item in said_before(moment, scope, reader, most)]

            assert texts(0, 9) == ["ann 5", "ann 3", "ann 1"]
            assert texts(1, 9) == ["ann 5", "ann 3"]
            assert texts(0, 3) == ["ann 3", "ann 1"]  # the hidden one is among the three
            assert texts(0, 0) == []


def test_a_recipe_reads_its_own_items_by_kind_and_not_what_was_superseded() -> None:
    with Memory(":memory:", recipe="memory-bank", embedder=None, clock=lambda: NOW) as memory:
        for day in (2, 1):
            said = {"role": "user", "name": "Ann", "content": "I love rain."}
            memory.remember({**said, "said_at": NOW - timedelta(days=day)}, session=str(day))
            memory.consolidate()
        with memory.reader() as reader:
            kinds = [item.kind for item in held(reader, "memory-bank")]
            assert sorted(set(kinds)) == ["character", "overview", "portrait", "summary"]
            assert kinds.count("overview") == 1
            assert len(held(reader, "memory-bank", kinds={"summary"})) == 2
            assert len(held(reader, "memory-bank", kinds={"summary"}, most=1)) == 1
            assert held(reader, "memory-bank", most=0) == []
            assert held(reader, "nobody") == []
