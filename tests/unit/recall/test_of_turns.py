"""What a recipe derived is near a question by its newest words; turns are ranked by it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import pairwise

import numpy as np
import pytest

from mnemos import Memory, Query, Scope
from mnemos import recipes as registered
from mnemos.ingest.derive import made
from mnemos.ingest.keywords import among
from mnemos.ingest.past import held
from mnemos.models.base import Embedder
from mnemos.models.decide import Decide
from mnemos.models.scripted import ScriptedEmbedder
from mnemos.recall.asked import analyzer_of
from mnemos.recall.closeness import closeness, own, standing
from mnemos.recall.of_turns import inherited, pool, ranking, turns_of
from mnemos.recipes.default import Default
from mnemos.store.base import Reader
from mnemos.types import Delta, Item, Key, Link, Session
from tests.unit.alike import Alike

NOW = datetime(2026, 3, 1, 9, tzinfo=UTC)


class Pairs(Default):
    """Makes an item of each turn, keyed by other words, linked to the one before."""

    name = "pairs"
    at_once = False

    def __init__(self, level: str | None = None, embedder: Embedder | None = None) -> None:
        super().__init__(level, embedder)

    def learn(self, session: Session, reader: Reader, decide: Decide) -> Delta:
        assert reader is not None and decide is not None
        items = [
            made(f"old {turn.text}", kind="note", sources=[turn], recipe="pairs", now=NOW)
            for turn in session.new
        ]
        return Delta(
            items=tuple(items),
            keys=(Key(item=items[0].id, role="note", text="kayak", made_by="pairs"),),
            links=tuple(
                Link(source=one.id, target=two.id, type="next", weight=0.5, made_by="pairs")
                for one, two in pairwise(items)
            ),
        )


@pytest.fixture(params=[False, True])
def memory(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Memory]:
    monkeypatch.setitem(registered.RECIPES, "pairs", f"{__name__}:Pairs")
    embedder = Alike() if request.param else None
    with Memory(":memory:", recipe="pairs", embedder=embedder, clock=lambda: NOW) as memory:
        for user in ("ann", "bob"):
            texts = ("tea", "pens", "rain")
            messages = [{"role": "user", "content": each} for each in texts]
            memory.remember(messages, session="s", scope=Scope(user=user))
        assert memory.learn().errors == ()
        if embedder is not None:
            memory.embed()
        yield memory


def notes(reader: Reader) -> list[Item]:
    return held(reader, "pairs", Scope(user="ann", session="another"))


def test_what_is_held_is_of_one_owner_whatever_the_session(memory: Memory) -> None:
    with memory.reader() as reader:
        assert [item.text for item in notes(reader)] == ["old tea", "old pens", "old rain"]
        assert held(reader, "pairs", Scope(user="ann"), {"fact"}) == []
        assert held(reader, "pairs", Scope()) == []
        assert held(reader, "nobody", Scope(user="ann")) == []


def test_an_item_speaks_by_its_newest_key(memory: Memory) -> None:
    embedder = memory._upkeep.embedder
    query = Query(question="kayak", asked_at=NOW)
    with memory.reader() as reader:
        index = reader.derived("pairs")
        found = closeness(query, reader, [reader.index, index], None, embedder)
        assert (found.signal == "meaning") == (embedder is not None)
        items, docs = standing(index, None)
        texts = [item.text for item in reader.items(items.tolist())]
        assert texts == ["old tea", "old pens", "old rain"] * 2
        assert (docs != items).tolist() == [True, False, False] * 2
        values = found.scores[docs]
        assert values.argmax() in (0, 3) and values[0] > 0
        mask = np.ones(len(index.docs), dtype=np.bool_)
        mask[docs[0]] = False
        assert standing(index, mask)[1][0] == items[0]
        assert not own(index, mask)[docs[0]]
        assert closeness(query, reader, [index], mask, embedder).scores[docs[0]] == 0


def test_what_is_linked_inherits_by_the_weight_of_the_link(memory: Memory) -> None:
    with memory.reader() as reader:
        numbers = reader.numbers([item.id for item in notes(reader)])
        tea, pens, rain = numbers.values()
        able = {tea: 0.0, pens: 0.0, rain: 0.0}
        assert inherited({pens: 0.8}, able, reader, "pairs") == {tea: 0.4, rain: 0.4}
        assert inherited({pens: 0.8, tea: 0.9}, able, reader, "pairs")[pens] == 0.45
        assert inherited({pens: 0.8}, {rain: 0.0}, reader, "pairs") == {rain: 0.4}
        assert inherited({pens: 0.8}, able, reader, "other") == {}
        turns = turns_of(reader, [tea, pens], None)
        assert [item.text for item in reader.items(list(turns.values()))] == ["tea", "pens"]


def test_unknown_ids_have_no_number(memory: Memory) -> None:
    with memory.reader() as reader:
        assert reader.numbers(["nothing"]) == {}


def test_a_ranking_of_nothing_is_one(memory: Memory) -> None:
    query = Query(question="kayak", asked_at=NOW)
    with memory.reader() as reader:
        near = closeness(query, reader, [reader.index], None, None)
        assert ranking({}, ("a", "b"), near).items.tolist() == []
        found = ranking({7: (0.1, 0.2), 8: (0.3, 0.3)}, ("a", "b"), near)
        assert (found.items.tolist(), found.reasons(1)[0].signal) == ([8, 7], "b")
        assert (near.level, near.limitation) == ("c0", "there is no embedder")
    assert (pool(1), pool(100)) == (64, 400)


def test_keywords_are_rare_among_what_was_said(memory: Memory) -> None:
    with memory.reader() as reader:
        found = among(["tea and quartz"], analyzer_of("english"), reader.index, 1)
        assert found == [["quartz"]]


def test_values_by_meaning_are_cosines_though_documents_are_signs() -> None:
    rng = np.random.default_rng(1)
    texts = [" ".join(f"w{number}" for number in rng.integers(0, 40, 12)) for _ in range(40)]
    embedder = ScriptedEmbedder(1024)
    with Memory(":memory:", embedder=embedder, clock=lambda: NOW) as memory:
        memory.remember([{"role": "user", "content": text} for text in texts], session="s")
        memory.embed()
        query = Query(question=texts[0], asked_at=NOW)
        with memory.reader() as reader:
            found = closeness(query, reader, [reader.index], None, embedder)
    vectors = embedder.encode(texts).astype(np.float64)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    true, told = (vectors @ vectors[0])[1:], found.scores[1:]
    assert found.signal == "meaning"
    assert 0.88 < (told @ true) / (true @ true) < 1.08  # four fifths of that without the factor
