"""The bundled conversation keeps what its users rely on."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

from mnemos import demo


def contents() -> dict[str, str]:
    return {str(turn["id"]): str(turn["content"]) for turn in demo.conversation()}


def said_times() -> list[datetime]:
    return [datetime.fromisoformat(str(turn["said_at"])) for turn in demo.conversation()]


def test_every_turn_has_the_same_fields_and_says_something() -> None:
    for turn in demo.conversation():
        assert list(turn) == ["role", "name", "content", "id", "said_at", "session"]
        assert all(
            isinstance(value, str) and value.strip() == value != "" for value in turn.values()
        )


def test_ids_are_unique_and_in_order() -> None:
    ids = [str(turn["id"]) for turn in demo.conversation()]
    assert len(ids) >= 200
    assert ids == sorted(set(ids))


def test_ids_count_sessions_and_turns_without_gaps() -> None:
    sessions = list(dict.fromkeys(str(turn["session"]) for turn in demo.conversation()))
    sizes = Counter(str(turn["session"]) for turn in demo.conversation())
    expected = [
        f"s{number:02}-{position:02}"
        for number, session in enumerate(sessions, start=1)
        for position in range(1, sizes[session] + 1)
    ]
    assert list(contents()) == expected
    assert 18 <= len(sessions) <= 24


def test_times_are_utc_and_ascend() -> None:
    times = said_times()
    assert all(time.utcoffset() == timedelta(0) for time in times)
    assert all(earlier < later for earlier, later in pairwise(times))


def test_a_session_is_named_after_its_day() -> None:
    for turn, time in zip(demo.conversation(), said_times(), strict=True):
        assert date.fromisoformat(str(turn["session"])) == time.date()


def test_both_people_and_the_assistant_speak() -> None:
    speakers = Counter((turn["role"], turn["name"]) for turn in demo.conversation())
    assert set(speakers) == {("user", "Ada"), ("user", "Ben"), ("assistant", "Mira")}
    assert min(speakers.values()) >= 40


def test_the_door_code_is_in_exactly_one_turn() -> None:
    holders = [ref for ref, content in contents().items() if demo.DOOR_CODE in content]
    assert holders == [demo.DOOR_CODE_ID]


def test_no_part_of_the_door_code_is_said_elsewhere() -> None:
    for ref, content in contents().items():
        if ref != demo.DOOR_CODE_ID:
            assert not any(part in content.casefold() for part in demo.DOOR_CODE.split("-"))


def test_erasure_is_asked_for_after_the_door_code_was_told() -> None:
    assert "please erase the door code" in contents()[demo.ERASE_REQUEST_ID]
    assert demo.ERASE_REQUEST_ID > demo.DOOR_CODE_ID


def test_the_revised_text_differs_from_what_was_said_only_in_the_time() -> None:
    said = contents()[demo.REVISED_ID]
    assert "09:50" in said
    assert said.replace("09:50", "07:25") == demo.REVISED_TEXT


def test_the_injection_is_quoted_in_one_turn() -> None:
    holders = [ref for ref, content in contents().items() if "ignore all previous" in content]
    assert holders == [demo.INJECTION_ID]


def test_the_named_turns_are_what_they_are_called() -> None:
    turns = contents()
    assert "it's the 14th, not the 12th" in turns[demo.CORRECTION_ID]
    assert "Mama hat gerade angerufen" in turns[demo.GERMAN_ID]
    assert "日本語" in turns[demo.JAPANESE_ID]


def test_some_turns_hold_code_a_table_a_list_and_an_address() -> None:
    text = list(contents().values())
    for mark in ("```python", "|---|", "\n1. ", "\n- ", "https://example.org/", "@example.com"):
        assert any(mark in content for content in text)


def test_each_call_gives_fresh_turns() -> None:
    demo.conversation()[0]["content"] = "changed"
    assert demo.conversation()[0]["content"] != "changed"


def test_there_are_forty_different_questions() -> None:
    assert len({question.question for question in demo.questions()}) == len(demo.questions()) == 40


def test_questions_cover_every_category() -> None:
    counts = Counter(question.category for question in demo.questions())
    assert counts == {
        "single": 12,
        "update": 6,
        "temporal": 8,
        "multi": 4,
        "speaker": 4,
        "list": 2,
        "abstain": 4,
    }


def test_all_gold_ids_exist_and_none_repeats() -> None:
    known = set(contents())
    for question in demo.questions():
        assert set(question.gold) <= known
        assert len(set(question.gold)) == len(question.gold)


def test_only_questions_to_abstain_from_have_no_gold() -> None:
    for question in demo.questions():
        assert (question.gold == ()) == (question.category == "abstain")


def test_no_question_needs_the_turns_that_are_erased_or_revised() -> None:
    for question in demo.questions():
        assert not {demo.DOOR_CODE_ID, demo.REVISED_ID} & set(question.gold)


def test_questions_are_asked_after_the_last_turn() -> None:
    last = max(said_times())
    for question in demo.questions():
        assert question.asked_at > last
        assert question.asked_at.tzinfo == UTC


def test_questions_to_abstain_from_share_no_rare_word_with_the_conversation() -> None:
    rare = {"football", "solicitor", "inheritance", "yoga", "motorcycle"}
    said = " ".join(contents().values()).casefold()
    asked = " ".join(q.question for q in demo.questions() if q.category == "abstain").casefold()
    assert all(word in asked and word not in said for word in rare)
