"""AsyncMemory: the same answers, awaited; a cancelled call happened whole or not at all."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from mnemos import AsyncMemory, Closed, Memory, NotFound, RefConflict
from mnemos.models.scripted import ScriptedTokenEmbedder


def many(count: int) -> list[dict[str, str]]:
    return [{"role": "user", "content": f"turn number {n} of a long import"} for n in range(count)]


def test_it_answers_as_memory_does(tmp_path: Path) -> None:
    async def main() -> None:
        async with AsyncMemory(Memory(tmp_path / "m.mnemos")) as memory:
            receipt = await memory.remember("The ferry leaves at nine", session="s")
            recall = await memory.recall("When does the ferry leave?", limit=1)
            assert recall[0].id == receipt.ids[0]
            assert memory.fired["nothing"] == 0
            assert "nine" in (await memory.context("ferry", budget_tokens=100)).text
            await memory.forget(receipt.ids)
            await memory.undo()
            assert (await memory.get(receipt.ids[0])).status == "active"
            assert (await memory.verify(expected_head=receipt.head)).ok

    asyncio.run(main())


def test_errors_are_those_of_memory() -> None:
    async def main() -> None:
        async with AsyncMemory(Memory(":memory:")) as memory:
            await memory.remember({"role": "user", "content": "a", "id": "1"})
            with pytest.raises(RefConflict):
                await memory.remember({"role": "user", "content": "b", "id": "1"})
            with pytest.raises(NotFound):
                await memory.get("nothing")
        with pytest.raises((Closed, RuntimeError)):
            await memory.recall("a")

    asyncio.run(main())


def test_a_view_shares_the_memory_and_is_bound() -> None:
    async def main() -> None:
        async with AsyncMemory(Memory(":memory:")) as memory:
            await memory.scoped(user="ada").remember("locker twelve")
            assert len(await memory.scoped(user="ben").recall("locker")) == 0
            assert len(await memory.recall("locker")) == 1

    asyncio.run(main())


def test_many_at_once_lose_nothing(tmp_path: Path) -> None:
    async def main() -> None:
        async with AsyncMemory(Memory(tmp_path / "m.mnemos")) as memory:
            writes = [memory.remember(f"note {n}", session=str(n % 3)) for n in range(30)]
            reads = [memory.recall(f"note {n}") for n in range(30)]
            await asyncio.gather(*writes, *reads)
            assert (await memory.stats()).items == {"turn": 30}

    asyncio.run(main())


@pytest.mark.parametrize("after_s", [0.0, 0.02, 0.1, 0.3])
def test_a_cancelled_write_happened_whole_or_not_at_all(tmp_path: Path, after_s: float) -> None:
    async def main() -> None:
        async with AsyncMemory(Memory(tmp_path / "m.mnemos")) as memory:
            task = asyncio.create_task(memory.remember(many(3_000)))
            await asyncio.sleep(after_s)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            stored = (await memory.stats()).items.get("turn", 0)
            assert stored in {0, 3_000}
            assert (await memory.verify()).ok
            await memory.remember("and it goes on")

    asyncio.run(main())


def test_vectors_are_awaited(tmp_path: Path) -> None:
    async def main() -> None:
        embedder = ScriptedTokenEmbedder()
        opened = Memory(tmp_path / "m.mnemos", embedder=embedder, embedding="manual")
        async with AsyncMemory(opened) as memory:
            await memory.remember("The ferry leaves at nine")
            assert (await memory.embed()).turns == 1
            assert (await memory.vectors()).model == embedder.model
            other = ScriptedTokenEmbedder(revision="2")
            assert (await memory.reindex(other)).turns == 1
            assert (await memory.vectors()).model == other.model

    asyncio.run(main())


def test_a_cancelled_embedding_goes_on_where_it_was(tmp_path: Path) -> None:
    async def main() -> None:
        embedder = ScriptedTokenEmbedder(delay_s=0.01)
        opened = Memory(tmp_path / "m.mnemos", embedder=embedder, embedding="manual")
        async with AsyncMemory(opened) as memory:
            for session in range(100):
                await memory.remember("The ferry leaves at nine", session=f"{session}")
            task = asyncio.create_task(memory.embed())
            await asyncio.sleep(0.2)
            await memory.remember("and writing does not wait", session="last")
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            status = await memory.vectors()
            assert 0 < status.embedded < status.documents
            assert (await memory.embed()).pending == 0
            assert (await memory.vectors()).embedded == 101

    asyncio.run(main())
