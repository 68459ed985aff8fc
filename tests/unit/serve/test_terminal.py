from __future__ import annotations

import json
import signal
from pathlib import Path

import pytest

from mnemos.serve.cli.highlight import marked
from mnemos.serve.cli.plain import one_line, visible
from tests.unit.serve.command_line import Run, Start

HOSTILE = "\x1b[31mred\x1b]0;title\x07 \x9b2J [bold]no markup[/bold] :smile: \u202eback \ud800 end"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain", "plain"),
        ("\x1b[0m", "\\x1b[0m"),
        ("\x9b", "\\x9b"),
        ("\u202e", "\\u202e"),
        ("\ud83d", "\\ud83d"),
        ("a\u00a0b", "a b"),
        ("👩‍🔬", "👩‍🔬"),
        ("日本語", "日本語"),
        ("a\nb", "a\nb"),
        ("a\r\nb", "a\\r\nb"),
    ],
)
def test_what_could_steer_a_terminal_is_escaped(text: str, shown: str) -> None:
    assert visible(text) == shown


def test_one_line_has_no_line_ends() -> None:
    assert one_line("a\n b\t\u2028c") == "a b c"


def test_forms_of_a_word_are_marked() -> None:
    text = marked("She moved house, and the moving van", "When did she move?")
    assert [text.plain[span.start : span.end] for span in text.spans] == ["moved", "moving"]
    assert marked("日本語の試験", "試験はいつ").spans


@pytest.mark.parametrize("columns", ["60", "100", "200"])
def test_hostile_texts_stay_texts(
    mnemos: Run, monkeypatch: pytest.MonkeyPatch, columns: str
) -> None:
    message = {"role": "user", "name": "Eve\u202e", "content": HOSTILE}
    Path("said.jsonl").write_text(json.dumps(message), encoding="utf-8")
    mnemos("remember", "said.jsonl")
    monkeypatch.setenv("COLUMNS", columns)
    (item,) = mnemos("browse", "--json").lines
    assert item["text"] == HOSTILE
    for arguments in (
        ["recall", "red title"],
        ["browse"],
        ["show", str(item["id"])],
        ["stats"],
        ["context", "red title", "--citations"],
        ["revise", "\x1b[2J", "x"],
    ):
        ended = mnemos(*arguments)
        for char in ("\x1b", "\x9b", "\x07", "\u202e"):
            assert char not in ended.out + ended.err, arguments
    assert "[bold]" in mnemos("browse").out
    assert ":smile:" in mnemos("browse").out


def test_sixty_columns_are_enough(told: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    told("remember", "--text", "来週の木曜日に日本語の試験があります。" * 4, "--name", "勉")
    for arguments in (["recall", "日本語の試験"], ["browse"], ["stats"], ["log"]):
        ended = told(*arguments)
        wide = [line for line in ended.out.splitlines() if _columns(line) > 60]
        assert wide == [], arguments


def _columns(line: str) -> int:
    return sum(2 if "\u3000" <= char <= "\u9fff" else 1 for char in line)


@pytest.mark.parametrize("options", [[], ["--json"]])
def test_a_reader_that_goes_away_ends_it_quietly(
    told: Run, started: Start, options: list[str]
) -> None:
    said = "".join(
        json.dumps({"role": "user", "content": f"line {n} " * 40}) + "\n" for n in range(2_000)
    )
    assert told("remember", "-", stdin=said).code == 0
    with started(["browse", *options]) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.readline()
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait(20) == 141


def test_an_interrupted_import_goes_on(told: Run, started: Start, tmp_path: Path) -> None:
    content = "".join(
        json.dumps({"role": "user", "content": f"turn {n}"}) + "\n" for n in range(20_000)
    )
    (tmp_path / "long.jsonl").write_text(content, encoding="utf-8")
    with started(["remember", "long.jsonl", "--on-error", "skip"]) as process:
        while len(told("log", "--json").lines) < 5:
            assert process.poll() is None
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=20)
    assert process.returncode == 130
    assert b"interrupted" in err
    assert b"the same command goes on from there" in err
    assert told("verify").code == 0
    assert told("remember", "long.jsonl", "--on-error", "skip").code == 0
    assert told("stats", "--json").json["items"] == {"turn": 20_003, "fact": 1}


def test_a_process_reads_stdin_and_prints_json(started: Start) -> None:
    with started(["remember", "-", "--json"]) as process:
        out, err = process.communicate(b"Ada: I moved to Porto in May\n", timeout=20)
    assert (process.returncode, err) == (0, b"")
    assert json.loads(out)["added"] == 1


def test_nothing_is_coloured_in_a_pipe(told: Run) -> None:
    assert "\x1b" not in told("recall", "Where did Ada move to?", "--explain").out
