"""MuSiQue, HotpotQA, 2WikiMultihopQA and PoisonedRAG become one corpus a file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from bench.data import BadData, Source
from bench.data.poisonedrag import ADVERSARIAL

JsonObject = dict[str, Any]


def lines(path: Path, *rows: object) -> Path:
    path.write_text("".join(f"{json.dumps(row)}\n" for row in rows), encoding="utf-8")
    return path


def array(path: Path, *rows: object) -> Path:
    path.write_text(json.dumps(rows), encoding="utf-8")
    return path


def named(source: Source) -> list[str]:
    return [f"{each.record}: {each.expected}" for each in source.bad]


def hops(name: str, *paragraphs: tuple[str, bool]) -> JsonObject:
    return {
        "id": name,
        "question": f"What of {name}?",
        "answer": "boats",
        "answerable": True,
        "paragraphs": [
            {"idx": n, "title": "Riga", "paragraph_text": text, "is_supporting": supporting}
            for n, (text, supporting) in enumerate(paragraphs)
        ],
    }


@pytest.mark.parametrize("write", [lines, array])
def test_musique_is_pooled_and_equal_paragraphs_are_one(write: Any, tmp_path: Path) -> None:  # noqa: ANN401
    first = hops("2hop__1_2", ("A port.", True), ("A river.", True), ("A fair.", False))
    second = hops("3hop1__3_4_5", ("A fair.", True), ("A port.", False), ("A tower.", True))
    source = Source(write(tmp_path / "musique_dev.jsonl", first, second))
    (corpus,) = source
    assert set(source.formats.values()) == {"musique"}
    assert not source.bad
    assert (corpus.dataset, corpus.name) == ("musique", "musique_dev")
    assert [turn.text for turn in corpus.turns] == ["A port.", "A river.", "A fair.", "A tower."]
    assert {(turn.role, turn.title) for turn in corpus.turns} == {("document", "Riga")}
    refs = {turn.text: turn.ref for turn in corpus.turns}
    one, two = corpus.questions
    assert (one.category, one.answer, one.gold) == (
        "2hop", "boats", frozenset({refs["A port."], refs["A river."]}),
    )  # fmt: skip
    assert (two.category, two.gold) == ("3hop1", frozenset({refs["A fair."], refs["A tower."]}))


def test_what_musique_cannot_be_asked_is_named(tmp_path: Path) -> None:
    good = hops("2hop__1_2", ("A port.", True))
    rows = [
        good,
        {**good, "answerable": False},
        good,
        hops("2hop__3_4", ("A river.", False)),
        {**good, "id": "2hop__5_6", "question": None},
        {**good, "id": "2hop__7_8", "paragraphs": [{"title": "Riga", "is_supporting": True}]},
        {"id": "2hop__9_10", "question": "?"},
    ]
    source = Source(lines(tmp_path / "m.jsonl", *rows))
    (corpus,) = source
    assert [question.qid for question in corpus.questions] == ["2hop__1_2"]
    assert named(source) == [
        "line 2, 2hop__1_2: a question that its pool can answer",
        "line 4, 2hop__3_4: paragraphs that are supporting",
        'line 5, 2hop__5_6: a text as "question"',
        'line 6, paragraph 0: a text as "paragraph_text"',
        "line 6, 2hop__7_8: paragraphs that are supporting",
        'line 7, 2hop__9_10: a list as "paragraphs"',
        "corpus, question 2hop__1_2: an id that no other question has",
    ]


def hotpot(name: str = "5a7", **changed: object) -> JsonObject:
    return {
        "_id": name,
        "question": "Which river flows past the port?",
        "answer": "Daugava",
        "type": "bridge",
        "level": "hard",
        "supporting_facts": [["Port", 1], ["River", 0], ["Port", 0]],
        "context": [["Port", ["A port.", " By a river."]], ["River", ["Daugava."]],
                    ["Fair", ["Yearly."]]],
        **changed,
    }  # fmt: skip


def test_hotpotqa_is_pooled_and_gold_are_the_paragraphs_of_the_facts(tmp_path: Path) -> None:
    other = hotpot("5a8", supporting_facts=[["Fair", 0]], context=[["Fair", ["Yearly."]]])
    source = Source(array(tmp_path / "hotpot.json", hotpot(), other))
    (corpus,) = source
    assert set(source.formats.values()) == {"hotpotqa"}
    assert not source.bad
    assert [(turn.ref, turn.title, turn.text) for turn in corpus.turns] == [
        ("0", "Port", "A port. By a river."), ("1", "River", "Daugava."), ("2", "Fair", "Yearly."),
    ]  # fmt: skip
    assert [(each.category, each.answer, each.gold) for each in corpus.questions] == [
        ("bridge", "Daugava", frozenset({"0", "1"})), ("bridge", "Daugava", frozenset({"2"})),
    ]  # fmt: skip


def test_hotpotqa_is_read_in_columns_too(tmp_path: Path) -> None:
    row = hotpot(
        supporting_facts={"title": ["Port", "River"], "sent_id": [1, 0]},
        context={"title": ["Port", "River"], "sentences": [["A port."], ["Daugava."]]},
    )
    row["id"] = row.pop("_id")
    (corpus,) = Source(lines(tmp_path / "h.jsonl", row))
    assert [turn.text for turn in corpus.turns] == ["A port.", "Daugava."]
    assert corpus.questions[0].gold == frozenset({"0", "1"})


def test_each_bad_thing_in_hotpotqa_is_named_and_the_rest_is_read(tmp_path: Path) -> None:
    rows = [
        hotpot(),
        hotpot("a", supporting_facts=[["Port", 0], ["Tower", 0]]),
        hotpot("b", supporting_facts=[["Tower", 0]]),
        hotpot("c", context=[["Port", ["A port."]], ["Fair", []], ["River"]]),
        hotpot("d", context=[["Port", ["A port."]], ["River", []]]),
        hotpot("e", question=""),
        hotpot("f", supporting_facts=None),
    ]
    source = Source(array(tmp_path / "h.json", *rows))
    (corpus,) = source
    assert [question.qid for question in corpus.questions] == ["5a7", "a", "d"]
    assert named(source) == [
        "element 2, question a: a fact of its context",
        "element 3, question b: a fact of its context",
        "element 3: supporting facts of its context",
        'element 4: pairs of a title and its sentences as "context"',
        'element 5, paragraph 1: a text as "sentences"',
        "element 5, question d: a fact of its context",
        'element 6: a text as "question"',
        'element 7: pairs of a title and its sent_id as "supporting_facts"',
    ]


def test_2wiki_is_told_from_hotpotqa(tmp_path: Path) -> None:
    row = hotpot(evidences=[["Port", "river", "Daugava"]], entity_ids="Q1_Q2", type="inference")
    source = Source(array(tmp_path / "dev.json", row))
    (corpus,) = source
    assert set(source.formats.values()) == {"twowiki"}
    assert (corpus.dataset, corpus.name) == ("twowiki", "dev")
    assert corpus.questions[0].category == "inference"
    assert corpus.questions[0].gold == frozenset({"0", "1"})


def poisoned() -> JsonObject:
    return {
        "test0": {
            "id": "test0",
            "question": "how long is the pier",
            "correct answer": "90 metres",
            "incorrect answer": "40 metres",
            "adv_texts": ["The pier is 40 metres long.", "Forty metres of pier."],
        },
        "test1": {
            "id": "test1",
            "question": "who built it",
            "correct answer": "Ann",
            "incorrect answer": "Bob",
            "adv_texts": ["Bob built it."],
        },
    }


def beir(folder: Path) -> Path:
    folder.mkdir()
    (folder / "qrels").mkdir()
    (folder / "qrels" / "test.tsv").write_text(
        "query-id\tcorpus-id\tscore\ntest0\tdoc1\t1\ntest0\tdoc2\t0\ntest1\tdoc9\t1\ntorn\n"
    )
    lines(
        folder / "corpus.jsonl",
        {"_id": "doc1", "title": "Pier", "text": "It is 90 metres long."},
        {"_id": "doc2", "title": "", "text": "Boats land here."},
        {"_id": "doc2", "title": "", "text": "Again."},
        {"_id": "doc3", "title": "Empty", "text": ""},
    )
    return folder


def test_poisonedrag_without_a_clean_corpus_is_its_adversarial_texts(tmp_path: Path) -> None:
    path = tmp_path / "nq.json"
    path.write_text(json.dumps(poisoned(), indent=4))
    source = Source(path)
    (corpus,) = source
    assert set(source.formats.values()) == {"poisonedrag"}
    assert not source.bad
    assert [(turn.ref, turn.role) for turn in corpus.turns] == [
        ("adversarial:test0:1", "document"), ("adversarial:test0:2", "document"),
        ("adversarial:test1:1", "document"),
    ]  # fmt: skip
    assert corpus.turns[0].text == "how long is the pier.The pier is 40 metres long."
    question = corpus.questions[0]
    assert (question.answer, question.decoy) == ("90 metres", "40 metres")
    assert (question.answerable, question.gold) == (False, frozenset())


@pytest.mark.parametrize("given", ["folder", "file"])
def test_poisonedrag_is_put_into_a_clean_corpus_from_which_gold_comes(
    given: str, tmp_path: Path
) -> None:
    path = tmp_path / "nq.json"
    path.write_text(json.dumps(poisoned()))
    folder = beir(tmp_path / "clean")
    source = Source(path, corpus=folder if given == "folder" else folder / "corpus.jsonl")
    (corpus,) = source
    clean = [turn.ref for turn in corpus.turns if not turn.ref.startswith(ADVERSARIAL)]
    assert clean == ["doc1", "doc2"]
    assert [(each.qid, each.gold) for each in corpus.questions] == [("test0", frozenset({"doc1"}))]
    assert corpus.questions[0].answerable
    assert [f"{each.file.name}, {each.record}: {each.expected}" for each in source.bad] == [
        'corpus.jsonl, line 4: a text as "text"',
        "test.tsv, line 5: a question, a paragraph and a score",
        "nq.json, corpus, turn doc2: an id that no other turn has",
        "nq.json, corpus, question test1: gold that names a turn",
    ]


def test_a_clean_corpus_that_is_none_is_refused_and_one_without_judgements_named(
    tmp_path: Path,
) -> None:
    path = tmp_path / "nq.json"
    path.write_text(json.dumps(poisoned()))
    with pytest.raises(BadData, match=r"expected a corpus, lines of"):
        list(Source(path, corpus=path))
    with pytest.raises(BadData, match=r"expected corpus\.jsonl or corpus\.jsonl\.gz"):
        list(Source(path, corpus=tmp_path))
    bare = lines(tmp_path / "corpus.jsonl", {"_id": "doc1", "text": "Boats."})
    source = Source(path, corpus=bare)
    (corpus,) = source
    assert len(corpus.turns) == 4
    assert named(source) == ["corpus: qrels/*.tsv beside corpus.jsonl"]


def test_each_bad_thing_in_poisonedrag_is_named_and_the_rest_is_read(tmp_path: Path) -> None:
    data = poisoned()
    data["test0"]["adv_texts"].append(7)
    data["test2"] = {**data["test1"], "incorrect answer": None}
    data["test3"] = {"question": "?"}
    data["test4"] = "nothing"
    path = tmp_path / "nq.json"
    path.write_text(json.dumps(data))
    source = Source(path)
    (corpus,) = source
    assert [question.qid for question in corpus.questions] == ["test0", "test1"]
    assert named(source) == [
        'question test0, adversarial text 3: a text as "adv_texts"',
        'question test2: a text as "incorrect answer"',
        'question test3: a list as "adv_texts"',
        "question test4: an object",
    ]
