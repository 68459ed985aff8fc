from __future__ import annotations

from pathlib import Path

from mnemos.demo import DOOR_CODE
from tests.unit.serve.command_line import Run


def test_the_demo_keeps_its_promises(mnemos: Run) -> None:
    ended = mnemos("demo", "--json", "--keep", "kept.mnemos")
    assert ended.code == 0
    measured = ended.json
    assert measured["erased"] is True
    assert measured["whole"] is True
    crash, quiz = measured["crash"], measured["quiz"]
    assert isinstance(crash, dict)
    assert isinstance(quiz, dict)
    assert crash["found"] == crash["acknowledged"] >= 200
    assert quiz["questions"] == 40
    assert DOOR_CODE.encode() not in Path("kept.mnemos").read_bytes()


def test_the_demo_is_told_in_steps(mnemos: Run) -> None:
    ended = mnemos("demo")
    assert ended.code == 0
    assert all(f"{number:>2}. " in ended.out for number in range(1, 12))
    assert "R@10" in ended.out


def test_the_demo_takes_ones_own_conversation(mnemos: Run) -> None:
    Path("own.txt").write_text(
        "Ada: I moved to Porto in May because the trams enchanted me\n"
        "Ben: Meanwhile somebody confiscated my marvellous aubergines in Portobello\n",
        encoding="utf-8",
    )
    measured = mnemos("demo", "own.txt", "--json").json
    answered = measured["answered"]
    assert isinstance(answered, list)
    assert [each["rank"] for each in answered] == [1, 1]
    asked = mnemos("demo", "own.txt", "--ask", stdin="Where did Ada move?\n")
    assert "? Where did Ada move?" in asked.out
    assert mnemos("demo", "--ask").code == 2
    assert not Path("memory.mnemos").exists()


def test_a_conversation_without_messages_is_refused(mnemos: Run) -> None:
    Path("empty.txt").write_text("\n", encoding="utf-8")
    assert mnemos("demo", "empty.txt").code == 2
    Path("prose.txt").write_text("no names here\n", encoding="utf-8")
    ended = mnemos("demo", "prose.txt")
    assert ended.code == 2
    assert "prose.txt:1: " in ended.err


def test_the_demo_asks_short_questions_and_says_what_is_next(mnemos: Run) -> None:
    Path("own.txt").write_text(
        "Ada: We should replace the gearboxes before the next autumn, see http://unlikelyhost/x\n",
        encoding="utf-8",
    )
    ended = mnemos("demo", "own.txt")
    assert ended.code == 0
    assert '? What about "gearboxes"?' in ended.out
    assert "mnemos remember FILE" in ended.err.splitlines()[-1]
