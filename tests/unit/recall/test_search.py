"""From a question to the best candidates, with vectors, with some, and without."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mnemos import Memory
from mnemos.models.base import Embedder
from mnemos.models.scripted import ScriptedEmbedder
from mnemos.recall import candidates, search
from mnemos.recall.fusion import fuse, weights
from mnemos.recall.ranking import rank
from mnemos.store.base import Reader
from mnemos.types import Scope
from tests.unit.alike import ASKED, MEANT, TALK, Alike, said
from tests.unit.recall.small import NOW, ask

NOTHING = ["", "   ", "\0", "😀😀", "Ann", "Ann?", "...", "\u200b"]
WORDS = ("canoe", "boat", "puppy", "dog", "rain", "tea", "cocoa", "moon", "pens")


def filled(
    sessions: Sequence[Sequence[str]],
    embedder: Embedder | None = None,
    path: str | Path = ":memory:",
    *,
    embedded: int | None = None,
) -> Memory:
    """Remember sessions, the first of them with vectors; None is all."""
    memory = Memory(
        path,
        embedder=embedder or Alike(),
        embedding="manual",
        clock=lambda: NOW,
        durability="NORMAL",
    )
    for number, texts in enumerate(sessions):
        if number == embedded:
            memory.embed()
        memory.remember(said(texts), session=f"s{number}")
    if embedded is None:
        memory.embed()
    return memory


def ranked(memory: Memory, question: str) -> tuple[str | None, list[tuple[str, str]]]:
    recall = memory.recall(question, limit=100)
    return recall.level, [(hit.id, hit.score.hex()) for hit in recall]


def test_what_is_meant_comes_first_though_no_word_is_shared() -> None:
    with filled([TALK, ["Snow."]]) as memory:
        recall = memory.recall(ASKED)
        assert (recall.level, recall[0].text) == ("c3", TALK[MEANT])
        assert recall.abstention is None


@pytest.mark.parametrize(("wanted", "reached"), [(f"c{n}", f"c{n}") for n in range(4)])
def test_a_level_is_used_as_wanted(wanted: str, reached: str) -> None:
    with filled([TALK]) as memory, memory.reader() as reader:
        assert rank(ask(ASKED), reader, level=wanted, embedder=Alike()).level == reached


def test_the_level_falls_with_what_is_missing() -> None:
    with filled([TALK], ScriptedEmbedder()) as memory, memory.reader() as reader:
        levels = {
            wanted: rank(ask(ASKED), reader, level=wanted, embedder=ScriptedEmbedder()).level
            for wanted in ("c3", "c2", "c1")
        }
        assert levels == {"c3": "c2", "c2": "c2", "c1": "c1"}  # it shows no tokens
        assert rank(ask(ASKED), reader, level="c3").level == "c0"  # no model
    with filled([TALK], embedded=0) as memory, memory.reader() as reader:
        assert rank(ask(ASKED), reader, level="c3", embedder=Alike()).level == "c0"  # no vectors
    with Memory(":memory:", embedder=Alike()) as memory:
        assert memory.recall(ASKED).hits == ()


@pytest.mark.parametrize("question", [*NOTHING, "boat " * 20_000, "что это такое?", "犬はどこ"])
@pytest.mark.parametrize("embedder", [Alike(), ScriptedEmbedder()])
def test_no_question_is_too_odd(question: str, embedder: Embedder) -> None:
    for embedded in (None, 1):
        with filled([TALK, TALK[::-1]], embedder, embedded=embedded) as memory:
            recall = memory.recall(question)
            assert all(np.isfinite(hit.score) for hit in recall)


@pytest.mark.parametrize("question", ["", " ", "\n"])
def test_a_question_without_a_direction_is_answered_by_words(question: str) -> None:
    """All with vectors would be alike, and those without would be above or below them."""
    with filled([TALK, ["Snow.", "Ice."]], embedded=1) as memory:
        assert memory.recall(question).level == "c0"
    with filled([TALK, ["Snow.", "Ice."]], embedded=1) as memory, memory.reader() as reader:
        found = rank(ask(question), reader, level="c3", embedder=Alike())
        assert found.scores.tolist() == rank(ask(question), reader).scores.tolist()


def test_where_few_texts_have_vectors_words_answer_and_say_so() -> None:
    sessions = [TALK, ["Snow fell.", "Ice cracked.", "Wind blew.", "Fog came."]]
    with filled(sessions, embedded=1) as memory:
        recall = memory.recall(ASKED)
        assert (recall.level, recall.limitation) == ("c0", "4 of 8 texts have vectors so far")
        narrowed = memory.recall(ASKED, scope=Scope(session="s0"))
        assert (narrowed.level, narrowed[0].text) == ("c3", TALK[MEANT])


def test_documents_without_vectors_neither_fail_nor_win(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search, "MOST", 0.0)
    sessions = [TALK, ["Snow fell.", "Ice cracked.", "Wind blew.", "Fog came."]]
    with filled(sessions, embedded=1) as memory:
        recall = memory.recall(ASKED, limit=20)
        assert recall[0].text == TALK[MEANT]
        assert len(recall) == 8
        late = {
            hit.text: {reason.signal for reason in hit.reasons} & {"pooled", "late", "sentence"}
            for hit in recall
        }
        assert not any(late[text] for text in sessions[1])
        assert late[TALK[MEANT]]


def test_a_document_outside_the_scope_neither_appears_nor_counts() -> None:
    others = ["My canoe sank.", "A kayak is a boat.", "The boat, the boat!"]
    with filled([TALK, others]) as memory, filled([TALK]) as alone:
        scope = Scope(session="s0")
        found = memory.recall(ASKED, limit=50, scope=scope)
        assert {hit.text for hit in found} == set(TALK)
        signals = ("pooled", "near_pooled", "sentence", "late", "near_late", "session_late")

        def meant(recall: object) -> list[tuple[str, dict[str, float]]]:
            return [
                (hit.text, {r.signal: r.value for r in hit.reasons if r.signal in signals})
                for hit in recall  # type: ignore[attr-defined]
            ]

        assert sorted(meant(found), key=str) == sorted(
            meant(alone.recall(ASKED, limit=50)), key=str
        )


def test_the_nearest_of_those_that_may_come_back_are_candidates(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(candidates, "CAP", 0)
    monkeypatch.setattr(search, "NEAREST", 1)
    near = ["A canoe.", "A kayak."]
    with filled([near, TALK]) as memory:
        found = memory.recall("boat or rain?", scope=Scope(session="s1"))
        assert {hit.text for hit in found} >= {TALK[MEANT], TALK[-1]}


def test_the_cut_keeps_the_best_of_the_first_stage(monkeypatch: pytest.MonkeyPatch) -> None:
    random = np.random.default_rng(1)
    texts = [" ".join(random.choice(WORDS, 3)) for _ in range(60)]
    with filled([texts[:30], texts[30:]]) as memory, memory.reader() as reader:
        first = search.search(ask("dog and tea?"), reader, None, level="c1", embedder=Alike())
        scores, _ = fuse(first.frame, "c1", weights("c1").signals)
        expected = sorted(range(60), key=lambda no: (-scores[no], no))[:7]
        whole = {
            no: score for no, score in _scores(reader, "dog and tea?").items() if no in expected
        }
        monkeypatch.setattr(search, "BEST", 7)
        found = search.search(ask("dog and tea?"), reader, None, level="c3", embedder=Alike())
        assert found.frame.docs[found.ranked].tolist() == sorted(expected)
        cut = _scores(reader, "dog and tea?")
        assert set(list(cut)[:7]) == set(expected)  # the others come after them
        # what is read of the session is less; all else is as among all
        assert max(abs(cut[no] - whole[no]) for no in expected) < 1


def _scores(reader: Reader, question: str) -> dict[int, float]:
    ranking = rank(ask(question), reader, level="c3", embedder=Alike())
    return dict(zip(ranking.items.tolist(), ranking.scores.tolist(), strict=True))


SESSIONS = st.lists(
    st.lists(
        st.lists(st.sampled_from(WORDS), max_size=5).map(" ".join).filter(bool),
        min_size=1,
        max_size=6,
    ),
    min_size=1,
    max_size=4,
)


@settings(max_examples=25)
@given(
    sessions=SESSIONS,
    question=st.lists(st.sampled_from(WORDS), max_size=4).map(" ".join),
    embedded=st.one_of(st.none(), st.integers(1, 3)),
)
def test_both_stores_rank_alike_before_and_after_they_are_opened_again(
    tmp_path_factory: pytest.TempPathFactory,
    sessions: list[list[str]],
    question: str,
    embedded: int | None,
) -> None:
    path = tmp_path_factory.mktemp("both") / "m.mnemos"
    with (
        filled(sessions, embedded=embedded) as kept,
        filled(sessions, path=path, embedded=embedded) as memory,
    ):
        expected = ranked(kept, question)
        assert ranked(memory, question) == expected
    with Memory(path, embedder=Alike(), embedding="manual", clock=lambda: NOW) as memory:
        assert ranked(memory, question) == expected
        assert ranked(memory, question) == expected


def test_what_a_memory_knew_is_ranked_by_meaning_too() -> None:
    with filled([TALK]) as memory:
        seq = memory.log(1)[0].recorded_at
        memory.forget(memory.recall(ASKED)[0].id)
        assert TALK[MEANT] not in [hit.text for hit in memory.recall(ASKED)]
        assert memory.recall(ASKED, as_of=seq).level == "c3"
