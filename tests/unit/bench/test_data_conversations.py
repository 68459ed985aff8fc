"""LoCoMo, LongMemEval and BEAM are read as published; what is not as described is named."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from bench.data import BadData, Source

JsonObject = dict[str, Any]


def written(path: Path, value: object) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(value), encoding="utf-8")
    return path


def named(source: Source) -> list[str]:
    return [str(each).removeprefix(f"{each.file}, ") for each in source.bad]


def locomo() -> list[JsonObject]:
    talk: JsonObject = {
        "speaker_a": "Ann",
        "speaker_b": "Bob",
        "session_2_date_time": "10:05 am on 9 May, 2023",
        "session_2": [{"speaker": "Bob", "dia_id": "D2:1", "text": "Tea again."}],
        "session_1_date_time": "1:56 pm on 8 May, 2023",
        "session_1": [
            {"speaker": "Ann", "dia_id": "D1:1", "text": "Look!", "blip_caption": "a red boat"},
            {"speaker": "Bob", "dia_id": "D1:2", "text": "I moved to Riga."},
            {"speaker": "Ann", "dia_id": "D1:3", "text": "", "blip_caption": "a map"},
        ],
        "session_10_date_time": "10:05 am on 1 June, 2023",
    }
    asked: list[JsonObject] = [
        {"question": "Where is Bob?", "answer": "Riga", "evidence": ["D1:2"], "category": 4},
        {"question": "When?", "answer": 2023, "evidence": ["D1:01; D:2:1", "D"], "category": 2},
        {"question": "Is Ann in Riga?", "adversarial_answer": "yes", "evidence": ["D1:2"],
         "category": 5},
        {"question": "Is Ann kind?", "answer": "likely", "evidence": [], "category": 3},
    ]  # fmt: skip
    return [{"sample_id": "conv-7", "conversation": talk, "qa": asked}]


def test_locomo_is_read_with_its_sessions_in_order_pictures_and_odd_evidence(
    tmp_path: Path,
) -> None:
    source = Source(written(tmp_path / "l.json", locomo()))
    (talk,) = source
    assert set(source.formats.values()) == {"locomo"}
    assert (talk.dataset, talk.name) == ("locomo", "conv-7")
    assert [(turn.ref, turn.session) for turn in talk.turns] == [
        ("D1:1", "1"), ("D1:2", "1"), ("D1:3", "1"), ("D2:1", "2"),
    ]  # fmt: skip
    assert talk.turns[0].text == "Look! [image: a red boat]"
    assert talk.turns[2].text == "[image: a map]"
    assert talk.turns[1].speaker == "Bob"
    assert talk.turns[0].said_at == datetime(2023, 5, 8, 13, 56, tzinfo=UTC)
    assert talk.asked_at == datetime(2023, 5, 9, 10, 6, tzinfo=UTC)
    one, two, misleading, open_ended = talk.questions
    assert (one.qid, one.category, one.answer, one.gold) == (
        "conv-7_q0", "single_hop", "Riga", frozenset({"D1:2"}),
    )  # fmt: skip
    assert (two.answer, two.gold, two.audited) == (
        "2023",
        frozenset({"D1:1", "D2:1"}),
        frozenset({"D1:1", "D2:1"}),
    )
    assert (misleading.answerable, misleading.answer, misleading.decoy) == (False, None, "yes")
    assert (open_ended.category, open_ended.gold) == ("open_domain", frozenset())
    assert named(source) == [
        "conv-7, question conv-7_q1: expected gold that names a turn, found 'D'"
    ]


def test_locomo_takes_corrected_citations_of_an_audit_and_names_what_does_not_fit(
    tmp_path: Path,
) -> None:
    audit = [
        {"question_id": "locomo_0_qa0", "question": "Where is Bob?", "correct_evidence": ["D2:1"]},
        {"question_id": "locomo_0_qa2", "question": "Another?", "correct_evidence": ["D2:1"]},
        {"question_id": "locomo_4_qa0", "question": "Who?", "correct_evidence": ["D2:1"]},
        {"question_id": "seventh", "question": "Who?", "correct_evidence": ["D2:1"]},
        {"question_id": "locomo_0_qa0", "question": "Where is Bob?", "correct_evidence": []},
    ]
    file, beside = written(tmp_path / "l.json", locomo()), written(tmp_path / "e.json", audit)
    source = Source(file, audit=beside)
    (talk,) = source
    assert (talk.questions[0].gold, talk.questions[0].audited) == (
        frozenset({"D1:2"}),
        frozenset({"D2:1"}),
    )
    assert [question.qid for question in talk.questions] == ["conv-7_q0", "conv-7_q1", "conv-7_q3"]
    told = [f"{each.file.name}, {each.record}: {each.expected}" for each in source.bad]
    assert told == [
        'e.json, element 4: a "question_id" such as locomo_0_qa1',
        "e.json, element 5: one correction a question",
        "l.json, conv-7, question 2: the question that the audit calls 'Another?'",
        "l.json, conv-7, question conv-7_q1: gold that names a turn",
        "e.json, element 3: a question of the data",
    ]


def test_an_audit_that_is_none_or_has_nothing_to_correct_is_refused(tmp_path: Path) -> None:
    file = written(tmp_path / "l.json", locomo())
    with pytest.raises(BadData, match="expected an audit"):
        list(Source(file, audit=file))
    other = written(tmp_path / "m.json", longmemeval())
    with pytest.raises(BadData, match=r"expected locomo, which .*l\.json is given for, found long"):
        Source(other, audit=file)
    with pytest.raises(BadData, match="nothing there"):
        Source(file, audit=tmp_path / "none.json")


def test_each_bad_thing_in_locomo_is_named_and_the_rest_is_read(tmp_path: Path) -> None:
    data = locomo()
    talk, asked = data[0]["conversation"], data[0]["qa"]
    talk["session_2_date_time"] = "half past"
    talk["session_2"] += [{"speaker": "Bob", "dia_id": "D1:2", "text": "twice"}, "no turn"]
    talk["session_3"] = "none"
    asked[1] = {"question": " ", "evidence": [], "category": 1}
    asked[2] = {"question": "Which?", "evidence": ["D9:9"], "category": 1}
    asked[3] = {"question": "Which?", "evidence": ["D1:1"], "category": 9}
    data += [{"sample_id": "conv-8", "conversation": {}, "qa": []}, {"sample_id": "conv-9"}]
    source = Source(written(tmp_path / "l.json", data))
    (read,) = source
    assert [turn.ref for turn in read.turns] == ["D1:1", "D1:2", "D1:3", "D2:1"]
    assert read.turns[3].said_at == read.turns[2].said_at
    assert [question.qid for question in read.questions] == ["conv-7_q0"]
    places = [name.split(": expected")[0] for name in named(source)]
    assert places == [
        "conv-7, question 1",
        "conv-7, question 3",
        "conv-7, session 2",
        "conv-7, turn D1:2",
        "conv-7, session 2, turn 3",
        "conv-7, session 3",
        "conv-7, question conv-7_q2",
        "conv-8",
        "conversation 2",
    ]
    assert "found 'half past'" in str(source.bad[2])
    assert str(source.bad[3]).endswith("expected an id that no other turn has, found a second")


def longmemeval() -> list[JsonObject]:
    return [
        {
            "question_id": "q1",
            "question_type": "multi-session",
            "question": "Where do I live?",
            "answer": 12,
            "question_date": "2023/05/30 (Tue) 23:40",
            "haystack_session_ids": ["late", "early"],
            "haystack_dates": ["2023/05/20 (Sat) 02:21", "2023/05/19 (Fri) 10:00"],
            "haystack_sessions": [
                [
                    {"role": "user", "content": "I live in Riga.", "has_answer": True},
                    {"role": "assistant", "content": "Nice.", "has_answer": False},
                ],
                [{"role": "user", "content": "Hello."}],
            ],
            "answer_session_ids": ["late"],
        }
    ]


def test_longmemeval_is_a_conversation_a_question_with_the_turns_that_are_marked(
    tmp_path: Path,
) -> None:
    data = longmemeval()
    unmarked: JsonObject = json.loads(json.dumps(data[0]).replace(', "has_answer": true', ""))
    data += [{**unmarked, "question_id": "q2"}, {**unmarked, "question_id": "q3_abs"}]
    source = Source(written(tmp_path / "m.json", data))
    marked, by_session, void = source
    assert set(source.formats.values()) == {"longmemeval"}
    assert not source.bad
    assert (marked.dataset, marked.name) == ("longmemeval", "q1")
    assert [turn.ref for turn in marked.turns] == ["early_1", "late_1", "late_2"]
    assert marked.turns[1].said_at == datetime(2023, 5, 20, 2, 21, tzinfo=UTC)
    assert marked.asked_at == datetime(2023, 5, 30, 23, 40, tzinfo=UTC)
    (question,) = marked.questions
    assert (question.category, question.answer, question.gold) == (
        "multi-session", "12", frozenset({"late_1"}),
    )  # fmt: skip
    assert by_session.questions[0].gold == frozenset({"late_1", "late_2"})
    assert (void.questions[0].category, void.questions[0].answerable) == ("abstention", False)


def test_longmemeval_is_read_as_it_streams(tmp_path: Path) -> None:
    whole = json.dumps(longmemeval() * 3)
    torn = tmp_path / "m.json"
    torn.write_text(whole[: len(whole) * 2 // 3 + 40])
    told = iter(Source(torn))
    assert [next(told).name, next(told).name] == ["q1", "q1"]
    with pytest.raises(BadData, match=r"m\.json, after element 2: expected JSON in UTF-8"):
        next(told)


def test_each_bad_thing_in_longmemeval_is_named_and_the_rest_is_read(tmp_path: Path) -> None:
    (good,) = longmemeval()
    said = good["haystack_sessions"]
    data = [
        {**good, "question_id": "no text", "question": ""},
        {**good, "question_id": "no gold", "answer_session_ids": ["x"],
         "haystack_sessions": [said[1], said[1]]},
        {**good, "question_id": "no dates", "haystack_dates": []},
        {**good, "question_id": "odd time", "question_date": "soon"},
        {**good, "question_id": "odd turns",
         "haystack_sessions": [[*said[0], {"role": "user", "content": ""}, {"role": "cat"}], "x"]},
        {**good, "question_id": "twice", "haystack_session_ids": ["late", "late"]},
        "nothing",
        good,
    ]  # fmt: skip
    source = Source(written(tmp_path / "m.json", [good, *data]))
    read = [talk.name for talk in source]
    assert read == ["q1", "odd time", "odd turns", "twice", "q1"]
    assert named(source) == [
        "question no text: expected a text as \"question\", found ''",
        "question no gold: expected turns that answer the question, or their sessions, found x",
        (
            "question no dates: expected an id and a date for each session, "
            "found 2 ids, 0 dates, 2 sessions"
        ),
        (
            "question odd time: expected a time such as 2024-05-08 or 1:56 pm on 8 May, 2023, "
            "found 'soon'"
        ),
        "question odd turns, session early: expected a list of turns, found 'x'",
        "question odd turns, session late, turn 3: expected a text as \"content\", found ''",
        (
            'question odd turns, session late, turn 4: expected a "role" of '
            "assistant, system, tool, user, found 'cat'"
        ),
        "question twice, session late: expected an id that no other session has, found a second",
        "element 8: expected an object, found 'nothing'",
    ]


CHAT = [
    {
        "batch_number": 1,
        "turns": [
            [
                {"role": "user", "id": 0, "time_anchor": "March-15-2024", "content": "Hi ->-> 1,1"},
                {"role": "assistant", "id": 1, "content": "Hello."},
            ],
            [{"role": "user", "id": 2, "content": "I keep bees. ->-> 1,2"}],
        ],
    },
    {
        "batch_number": 2,
        "turns": [
            [{"role": "user", "id": 3, "time_anchor": "April-05-2024", "content": "Two hives now."}]
        ],
    },
]
PROBES = {
    "abstention": [{"question": "My dog?", "ideal_response": "Not said."}],
    "knowledge_update": [
        {"question": "How many hives?", "answer": "Two",
         "source_chat_ids": {"original_info": [2], "updated_info": [[3]]}},
    ],
    "summarization": [
        {"question": "Sum it up.", "ideal_summary": "Bees.", "source_chat_ids": [2, 3]},
    ],
}  # fmt: skip


def test_a_chat_of_beam_is_read_with_the_questions_of_its_folder(tmp_path: Path) -> None:
    folder = tmp_path / "100K" / "4"
    written(folder / "chat.json", CHAT)
    written(folder / "topic.json", {"title": "bees"})
    written(folder / "probing_questions" / "probing_questions.json", PROBES)
    source = Source(tmp_path)
    (talk,) = source
    assert source.formats == {folder / "chat.json": "beam"}
    assert not source.bad
    assert (talk.dataset, talk.name) == ("beam", "100K-4")
    assert [(turn.ref, turn.session, turn.text) for turn in talk.turns] == [
        ("0", "1", "Hi"), ("1", "1", "Hello."), ("2", "1", "I keep bees."),
        ("3", "2", "Two hives now."),
    ]  # fmt: skip
    assert talk.turns[2].said_at == datetime(2024, 3, 15, tzinfo=UTC)
    void, update, summary = talk.questions
    assert (void.qid, void.answer, void.answerable) == ("abstention_0", "Not said.", False)
    assert (update.category, update.gold, update.answer) == (
        "knowledge_update",
        frozenset({"2", "3"}),
        "Two",
    )
    assert (summary.answer, summary.answerable) == ("Bees.", True)


def test_of_beams_chats_the_shortened_one_is_asked_about_and_2_comes_before_10(
    tmp_path: Path,
) -> None:
    for number in ("10", "2"):
        folder = tmp_path / "500K" / number
        written(folder / "chat.json", CHAT)
        written(folder / "probing_questions" / "probing_questions.json", PROBES)
    written(tmp_path / "500K" / "2" / "chat_trunecated.json", CHAT[:1])
    source = Source(tmp_path)
    assert [(talk.name, len(talk.turns)) for talk in source] == [("500K-2", 3), ("500K-10", 4)]
    assert [bad.record for bad in source.bad] == [
        "chat, question knowledge_update_0", "chat, question summarization_0",
    ]  # fmt: skip


@pytest.mark.parametrize("ending", ["array", "lines"])
def test_rows_of_beam_hold_their_questions_as_a_python_literal(ending: str, tmp_path: Path) -> None:
    nested = [[turn for pair in batch["turns"] for turn in pair] for batch in CHAT]  # type: ignore[attr-defined]
    rows = [
        {"conversation_id": "1", "chat": nested, "probing_questions": repr(PROBES)},
        {"conversation_id": "2", "chat": nested, "probing_questions": "{'a': open('x')}"},
        {"conversation_id": "3", "chat": nested, "probing_questions": json.dumps(PROBES)},
    ]
    path = tmp_path / "100K.json"
    if ending == "array":
        written(path, rows)
    else:
        path.write_text("".join(f"{json.dumps(row)}\n" for row in rows))
    source = Source(path)
    first, third = source
    assert (first.name, third.name) == ("100K-1", "100K-3")
    assert first.turns == third.turns
    assert [turn.session for turn in first.turns] == ["1", "1", "1", "2"]
    assert first.questions == third.questions
    (bad,) = source.bad
    assert bad.expected == 'a Python literal as "probing_questions"'


def test_each_bad_thing_in_beam_is_named_and_the_rest_is_read(tmp_path: Path) -> None:
    chat = [{"batch_number": 1, "turns": [CHAT[0]["turns"], {"role": "user", "content": "no id"}]}]
    probes = {
        "abstention": "none",
        "summarization": [{"question": "What?", "source_chat_ids": [1.5]}, {"answer": "x"}],
    }
    written(tmp_path / "chat.json", chat)
    written(tmp_path / "probing_questions.json", probes)
    source = Source(tmp_path / "chat.json")
    (talk,) = source
    assert len(talk.turns) == 3
    assert not talk.questions
    assert [bad.record for bad in source.bad] == [
        "chat, abstention",
        "chat, question summarization_0",
        "chat, question summarization_1",
        "chat, batch 1, turn 4",
    ]
    (tmp_path / "probing_questions.json").unlink()
    again = Source(tmp_path / "chat.json")
    assert [talk.questions for talk in again] == [()]
    assert again.bad[0].expected.endswith("in the same folder")


def test_plans_of_the_longest_chats_are_sessions_of_their_own(tmp_path: Path) -> None:
    written(tmp_path / "chat.json", [{"plan-1": CHAT[:1]}, {"plan-2": CHAT[1:]}])
    written(tmp_path / "probing_questions.json", PROBES)
    (talk,) = Source(tmp_path / "chat.json")
    assert [turn.session for turn in talk.turns] == ["plan-1, 1"] * 3 + ["plan-2, 2"]
