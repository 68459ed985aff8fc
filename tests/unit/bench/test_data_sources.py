"""A source tells formats by content, names what is bad, and refuses what is no data at once."""

from __future__ import annotations

import gzip
import json
import os
import random
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from bench.data import FORMATS, BadData, BadRecord, Source, all_of, conversations, files, main

JsonObject = dict[str, Any]
ROOT = Path(__file__).parents[3]


def talk(name: str = "one", **changed: object) -> JsonObject:
    return {
        "dataset": "made up",
        "conv_id": name,
        "turns": [
            {"id": 1, "session": 1, "ts": "2024-05-08", "speaker": "Ann", "text": "I like tea."},
            {"id": 2, "session": 2, "speaker": "assistant", "text": "Noted."},
        ],
        "questions": [
            {"qid": 1, "question": "What does Ann like?", "category": "one", "gold": [1],
             "answer": "tea"},
            {"qid": 2, "question": "What of Bob?", "category": "abstention", "gold": []},
        ],
        **changed,
    }  # fmt: skip


def lines(path: Path, *rows: object) -> Path:
    path.write_text("".join(f"{json.dumps(row)}\n" for row in rows), encoding="utf-8")
    return path


def array(path: Path, *rows: object) -> Path:
    path.write_text(json.dumps(rows), encoding="utf-8")
    return path


SAMPLES: dict[str, object] = {
    "normalised": talk(),
    "locomo": [
        {"sample_id": "a", "qa": [], "conversation": {
            "session_1": [{"speaker": "Ann", "dia_id": "D1:1", "text": "Tea."}]}}
    ],
    "longmemeval": [
        {"question_id": "a", "question_type": "one", "question": "?", "haystack_dates": [""],
         "haystack_session_ids": ["s"], "haystack_sessions": [[{"role": "user", "content": "Hi"}]],
         "answer_session_ids": ["s"]}
    ],
    "beam": {"conversation_id": "1", "probing_questions": "{}",
             "chat": [[{"role": "user", "id": 0, "content": "Hi"}]]},
    "musique": {"id": "2hop__1_2", "question": "?", "paragraphs": [
        {"title": "A", "paragraph_text": "B", "is_supporting": True}]},
    "hotpotqa": [{"_id": "a", "question": "?", "type": "bridge", "supporting_facts": [["A", 0]],
                  "context": [["A", ["B."]]]}],
    "twowiki": [{"_id": "a", "question": "?", "type": "bridge", "supporting_facts": [["A", 0]],
                 "context": [["A", ["B."]]], "evidences": []}],
    "poisonedrag": {"test0": {"question": "?", "correct answer": "A", "incorrect answer": "B",
                              "adv_texts": ["B."]}},
}  # fmt: skip


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("name", FORMATS)
def test_every_format_is_told_by_content_whatever_the_file_is_called(
    name: str, packed: bool, tmp_path: Path
) -> None:
    data = f"{json.dumps(SAMPLES[name])}\n".encode()
    path = tmp_path / "data.txt"
    path.write_bytes(gzip.compress(data) if packed else data)
    source = Source(path)
    assert source.formats == {path: name}
    (read,) = source
    assert len(read.turns) == (2 if name == "normalised" else 1)
    assert not source.bad
    assert [each.turns for each in Source(path, name)] == [read.turns]


def test_normalised_lines_are_read_with_names_roles_times_and_answers(tmp_path: Path) -> None:
    (read,) = Source(lines(tmp_path / "n.jsonl", talk()))
    ann, reply = read.turns
    assert (ann.ref, ann.session, ann.speaker, ann.role) == ("1", "1", "Ann", "user")
    assert (reply.role, reply.said_at) == ("assistant", ann.said_at)
    question, void = read.questions
    assert (question.answer, question.answerable, question.audited) == (
        "tea",
        True,
        frozenset({"1"}),
    )
    assert (void.answer, void.answerable) == (None, False)


def test_each_bad_thing_in_normalised_lines_is_named_and_the_rest_is_read(tmp_path: Path) -> None:
    turns: list[Any] = talk()["turns"]
    asked: list[Any] = talk()["questions"]
    path = lines(
        tmp_path / "n.jsonl",
        talk("text", questions=[{**asked[0], "question": "  "}, asked[1]]),
        talk("gold", questions=[{**asked[0], "gold": ["9"]}, asked[1]]),
        talk("some gold", questions=[{**asked[0], "gold": ["9", 1]}]),
        talk("kind of gold", questions=[{**asked[0], "gold": [{}]}]),
        talk("twice", turns=[*turns, turns[0]], questions=[asked[0], asked[0]]),
        talk("time", turns=[{**turns[0], "ts": "half past"}, turns[1]]),
        talk("turn", turns=[*turns, {"id": 3}, {"id": True, "text": "x", "speaker": "y"}]),
        talk("surrogate", turns=[*turns, {**turns[0], "id": 4, "text": "\ud800"}]),
        talk("none", turns=[]),
        {"dataset": "d", "conv_id": "c", "turns": 1, "questions": []},
        [],
        talk("good"),
    )
    source = Source(path)
    assert [(read.name, len(read.turns), len(read.questions)) for read in source] == [
        ("text", 2, 1), ("gold", 2, 1), ("some gold", 2, 1), ("kind of gold", 2, 0),
        ("twice", 2, 1), ("time", 2, 2), ("turn", 2, 2), ("surrogate", 2, 2), ("good", 2, 2),
    ]  # fmt: skip
    assert [str(each).removeprefix(f"{path}, ") for each in source.bad] == [
        "line 1, question 0: expected a text as \"question\", found '  '",
        "line 2, question 1: expected gold that names a turn, found '9'",
        "line 3, question 1: expected gold that names a turn, found '9'",
        (
            "line 4, question 0: expected an id, a text or a whole number, "
            "found an object with nothing"
        ),
        "line 5, turn 1: expected an id that no other turn has, found a second",
        "line 5, question 1: expected an id that no other question has, found a second",
        (
            "line 6, turn 0: expected a time such as 2024-05-08 or 1:56 pm on 8 May, 2023, "
            "found 'half past'"
        ),
        'line 7, turn 2: expected a text as "text", found nothing',
        'line 7, turn 3: expected an id as "id", found True',
        'line 8, turn 2: expected Unicode as "text", found half a surrogate pair',
        "line 9: expected a conversation with turns, found none",
        'line 10: expected a list as "turns", found 1',
        "line 11: expected an object, found a list of 0",
    ]


@pytest.mark.parametrize(
    "torn",
    [b'{"dataset": ', b'{"a": "\xff"}', b"[" * 100_000, b'{"a": ' + b"9" * 5_000 + b"}", b"\x00"],
    ids=["cut", "encoding", "depth", "huge integer", "zero"],
)
def test_a_line_that_is_no_json_is_named_and_the_others_are_read(
    torn: bytes, tmp_path: Path
) -> None:
    good = json.dumps(talk()).encode()
    path = tmp_path / "n.jsonl"
    path.write_bytes(b"\n".join([good, torn, b"", good]))
    source = Source(path)
    assert len(list(source)) == 2
    (bad,) = source.bad
    assert (bad.record, bad.expected) == ("line 2", "JSON in UTF-8")
    assert "\n" not in str(bad)
    assert len(list(source)) == 2, "a second reading begins anew"
    assert len(source.bad) == 1


def test_a_malformed_first_line_does_not_hide_the_format(tmp_path: Path) -> None:
    path = tmp_path / "n.jsonl"
    path.write_text(f"{{'no': json}}\n{json.dumps(talk())}\n")
    source = Source(path)
    assert source.formats == {path: "normalised"}
    assert len(list(source)) == 1
    assert source.bad[0].record == "line 1"


def test_a_mark_of_byte_order_is_no_error(tmp_path: Path) -> None:
    path = tmp_path / "n.jsonl"
    path.write_bytes(b"\xef\xbb\xbf" + json.dumps(talk()).encode())
    source = Source(path)
    assert len(list(source)) == 1
    assert not source.bad


@pytest.mark.parametrize(
    ("data", "found"),
    [
        (b"", "an empty file"),
        (b" \n ", "an empty file"),
        (b"id,text\n1,tea\n", "expected JSON or lines of JSON, in UTF-8, found b'id,text"),
        (json.dumps(talk()).encode("utf-16"), "expected JSON or lines of JSON, in UTF-8"),
        (b'{"cut": ', "expected a whole JSON record"),
        (b"[]", "an array whose first element is nothing"),
        (b'{"a": 1}', "found an object with a"),
        (gzip.compress(b"", mtime=0), "an empty file"),
        (gzip.compress(b'{"a": 1}' * 99, mtime=0)[:30], "expected a whole gzip file"),
        (b"\x1f\x8b but no gzip", "expected a whole gzip file"),
    ],
)
def test_what_is_no_data_is_refused_at_once(data: bytes, found: str, tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    path.write_bytes(data)
    with pytest.raises(BadData) as told:
        Source(path)
    assert str(told.value).startswith(f"{path}: expected ")
    assert found in str(told.value)


def test_an_unknown_format_is_refused_and_the_known_ones_are_listed(tmp_path: Path) -> None:
    path = lines(tmp_path / "n.jsonl", talk())
    with pytest.raises(BadData, match=r"normalised, locomo, .*, poisonedrag, found 'csv'"):
        Source(path, "csv")
    with pytest.raises(BadData, match=r"expected locomo \(an array of .*found an object with"):
        Source(path, "locomo")
    other = lines(tmp_path / "o.jsonl", {"no": "format"})
    with pytest.raises(
        BadData, match=r"one of the formats normalised, locomo, .*an object with no"
    ):
        Source(other)


def test_a_wrong_path_says_what_was_expected(tmp_path: Path) -> None:
    with pytest.raises(BadData, match=r"none\.json: expected a file or folder, found nothing"):
        Source(tmp_path / "none.json")
    with pytest.raises(BadData, match=r"expected \*\.json or \*\.jsonl, .*found a folder without"):
        Source(tmp_path)
    array(tmp_path / "other.json", {"a": 1})
    with pytest.raises(BadData, match=r"a file of normalised, locomo.*found other\.json"):
        Source(tmp_path)


@pytest.mark.skipif(os.geteuid() == 0, reason="the superuser may read everything")
def test_a_file_that_may_not_be_read_is_refused(tmp_path: Path) -> None:
    path = lines(tmp_path / "n.jsonl", talk())
    path.chmod(0)
    with pytest.raises(BadData, match="expected a file to read"):
        Source(path)


def test_a_gzip_torn_in_the_middle_is_no_data_from_there_on(tmp_path: Path) -> None:
    rows = [
        talk(str(n), turns=[{"id": 1, "text": os.urandom(40_000).hex()}], questions=[])
        for n in range(9)
    ]
    whole = gzip.compress("".join(f"{json.dumps(row)}\n" for row in rows).encode())
    path = tmp_path / "n.jsonl.gz"
    path.write_bytes(whole[: len(whole) * 2 // 3])
    told = iter(Source(path))
    assert next(told).name == "0"
    with pytest.raises(BadData, match="expected a whole gzip file, found Compressed file ended"):
        list(told)


@pytest.mark.parametrize("name", ["locomo", "hotpotqa", "poisonedrag"])
def test_a_file_that_is_malformed_as_a_whole_is_no_data(name: str, tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    whole = json.dumps(SAMPLES[name])
    path.write_text(f"{whole[:-1]}, oh no")
    if name == "poisonedrag":
        with pytest.raises(BadData, match="a whole JSON record"):
            Source(path)
        return
    with pytest.raises(BadData, match="expected JSON in UTF-8, found"):
        list(Source(path))


def test_a_folder_is_read_file_by_file_and_what_is_no_data_is_passed_over(tmp_path: Path) -> None:
    for name in ("talk10", "talk9", "deeper/talk1"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        lines(tmp_path / f"{name}.jsonl", talk(name.split("/")[-1]))
    array(tmp_path / "other.json", {"a": 1})
    (tmp_path / "readme.md").write_text("not looked at")
    (tmp_path / "empty.json").touch()
    found = [tmp_path / name for name in ("deeper/talk1.jsonl", "talk9.jsonl", "talk10.jsonl")]
    assert files(tmp_path) == found
    assert [each.name for each in Source(tmp_path)] == ["talk1", "talk9", "talk10"]
    with pytest.raises(BadData):
        Source(tmp_path, "normalised")


JUNK: tuple[object, ...] = (
    None, True, 0, -1.5, 10**4_000, "", " ", "\ud800", "\0", "x" * 999, [], {}, [[]], {"": 1},
)  # fmt: skip


def damaged(value: Any, seeded: random.Random, share: float) -> Any:  # noqa: ANN401 - JSON
    """Put junk in a few places of a JSON value."""
    if seeded.random() < share:
        return seeded.choice(JUNK)
    if isinstance(value, dict):
        return {key: damaged(each, seeded, share) for key, each in value.items()}
    if isinstance(value, list):
        return [damaged(each, seeded, share) for each in value]
    return value


@pytest.mark.parametrize("name", FORMATS)
def test_junk_anywhere_is_named_and_never_fails_in_another_way(name: str, tmp_path: Path) -> None:
    seeded = random.Random(name)
    sample = SAMPLES[name]
    good: list[Any] = sample if isinstance(sample, list) else [sample]
    path = tmp_path / "x.json"
    named, refused = 0, []
    for _ in range(150):
        bad = damaged(good, seeded, 0.15)
        rows = [*good, *bad] if isinstance(bad, list) else good
        if name == "poisonedrag":
            path.write_text(json.dumps({"a": good[0]["test0"], "b": rows[-1]}))
        elif isinstance(sample, list):
            array(path, *rows)
        else:
            lines(path, *rows)
        source = Source(path)
        try:
            for read in source:
                for turn in read.turns:
                    assert turn.text.strip() and f"{turn.ref} {turn.session} {turn.said}".encode()
                refs = {turn.ref for turn in read.turns}
                assert len(refs) == len(read.turns)
                assert all(each.gold | each.audited <= refs for each in read.questions)
                assert all(each.text.encode() and each.qid.encode() for each in read.questions)
        except BadData as error:  # a stream breaks at the first number that is too long
            refused.append(error.expected)
        named += bool(source.bad)
        assert all("\n" not in str(each) and str(each).encode() for each in source.bad)
    assert named > 40
    assert len(refused) < (40 if name == "longmemeval" else 1), refused


def test_reading_is_lazy(tmp_path: Path) -> None:
    path = tmp_path / "n.jsonl"
    path.write_text(f"{json.dumps(talk())}\nno json\n")
    source = Source(path)
    told = iter(source)
    next(told)
    assert not source.bad
    assert not list(told)
    assert len(source.bad) == 1


def test_our_own_sets_are_read_as_data_in_which_nothing_may_be_bad(tmp_path: Path) -> None:
    assert len(list(conversations(lines(tmp_path / "good.jsonl", talk())))) == 1
    with pytest.raises(BadRecord, match="found 'half past'"):
        list(conversations(lines(tmp_path / "bad.jsonl", talk(turns=[
            {"id": 1, "ts": "half past", "speaker": "Ann", "text": "Tea."}]))))  # fmt: skip


def test_a_benchmark_tells_what_is_bad_and_goes_on(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    odd = talk(
        "two", questions=[{"qid": "a\nb\x1b[2J", "question": "?", "category": "c", "gold": [7]}]
    )
    path = lines(tmp_path / "n.jsonl", talk(), "\x1b[2J", odd)
    assert [each.name for each in all_of(path)] == ["one", "two"]
    assert capsys.readouterr().err.splitlines() == [
        f"{path}: 2 bad records left out",
        f"{path}, line 2: expected an object, found '\\x1b[2J'",
        f"{path}, line 3, question a\\nb\\x1b[2J: expected gold that names a turn, found '7'",
    ]


def test_the_command_lists_each_file_with_its_categories_and_what_is_bad(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bad = talk("two", questions=[{"qid": n, "gold": []} for n in range(12)])
    lines(tmp_path / "talks.jsonl", talk(), bad)
    array(tmp_path / "wiki.json", *SAMPLES["hotpotqa"])  # type: ignore[misc]
    array(tmp_path / "other.json", {"a": 1})
    assert main([str(tmp_path)]) == 0
    told = capsys.readouterr()
    assert "passed over, of no format: 1 (other.json)" in told.err
    assert "· abstention" in told.out
    assert told.out.count('expected a text as "question"') == 10
    assert "… and 2 more of" in told.out
    assert main([str(tmp_path), "--all"]) == 0
    assert capsys.readouterr().out.count('expected a text as "question"') == 12
    assert main([str(tmp_path), "--json"]) == 0
    first, second = json.loads(capsys.readouterr().out)
    assert len(first.pop("bad")) == first["bad records"] == 12
    assert first == {
        "file": str(tmp_path / "talks.jsonl"),
        "format": "normalised",
        "conversations": 2,
        "turns": 4,
        "questions": 2,
        "categories": {"abstention": 1, "one": 1},
        "answerable": 1,
        "bad records": 12,
    }
    assert (second["format"], second["categories"]) == ("hotpotqa", {"bridge": 1})


def test_the_command_ends_with_what_was_expected(tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match="expected a file or folder, found nothing there"):
        main([str(tmp_path / "none")])
    command = [sys.executable, "-m", "bench", "data", str(lines(tmp_path / "n.jsonl", talk()))]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert "normalised" in done.stdout
