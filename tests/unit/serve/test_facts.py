"""What is known of whom, from a shell: listed, drawn over time, put right, retired."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from mnemos import Fact
from mnemos.serve.cli.axis import axis_of
from mnemos.serve.cli.facts import value_of
from mnemos.serve.cli.picture import picture
from mnemos.serve.cli.timeline import bar
from tests.unit.serve.command_line import Run

SAID = (
    ("Ann", "a", "2026-01-10", "I live in Porto and I work as a baker."),
    ("Ann", "b", "2026-03-04", "I moved to Lisbon last week."),
    ("Ann", "b", "2026-03-05", "I don't eat meat."),
    ("Ann", "c", "2026-04-05", "I'm going to move to Braga in June."),
    ("Ben", "d", "2026-05-05", "Rita lives in Leeds."),
    ("Cyn", "d", "2026-05-06", "No, Rita lives in Bath."),
)
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture
def known(mnemos: Run) -> Run:
    """Run command lines over a memory that knows of Ann and Rita."""
    messages = [
        {"role": "user", "name": who, "session": session, "said_at": f"{day}T10:00Z", "content": it}
        for who, session, day, it in SAID
    ]
    lines = "\n".join(json.dumps(each) for each in messages)
    assert mnemos("remember", "-", stdin=lines).code == 0
    assert mnemos("learn").code == 0
    return mnemos


def _fact(run: Run, value: str) -> dict[str, object]:
    return next(fact for fact in run("facts", "--every", "--json").lines if fact["value"] == value)


def _values(run: Run, *options: str) -> list[object]:
    return [fact["value"] for fact in run("facts", "--json", *options).lines]


def _made(begin: datetime, until: datetime | None, *, status: str = "current") -> Fact:
    return Fact(
        id="f",
        about="Ann",
        slot="home",
        value="Porto",
        holds=True,
        status=status,
        since=begin,
        until=until,
        said_at=begin,
        by="Ann",
        learnt_at=begin,
        turns=("t",),
        text="Ann · home: Porto",
        words="I live in Porto.",
    )


def test_facts_are_told_with_their_time_who_said_so_and_where(known: Run) -> None:
    shown = known("facts", "--about", "ann", "--every").out
    assert "\x1b" not in shown
    (porto,) = [line for line in shown.splitlines() if "Porto" in line]
    assert porto.split() == ["Ann", "home", "2026-01-10", "superseded", "Ann", "Porto"]
    told = shown.splitlines()[shown.splitlines().index(porto) + 1].split()
    fact = _fact(known, "Porto")
    assert told == ["–", "2026-02-23", "2026-01-10", fact["id"], "from", *fact["turns"]]  # type: ignore[misc]
    assert "not meat" in shown


def test_wide_terminals_have_columns_for_ids(known: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "170")
    shown = known("facts").out
    head = ["about", "slot", "true", "status", "said", "id", "turn", "value"]
    assert shown.splitlines()[0].split() == head


def test_facts_of_a_slot_of_a_question_of_a_moment(known: Run) -> None:
    ann = ("--about", "Ann", "--slot", "home")
    assert _values(known, *ann) == ["Lisbon"]
    assert _values(known, *ann, "--valid-at", "2026-02-01") == ["Porto"]
    assert _values(known, "--question", "Where does Ann live?") == ["Lisbon"]
    assert _values(known, "--question", "Where did Ann live before Lisbon?") == ["Porto"]
    assert _values(known, *ann, "--every") == ["Braga", "Lisbon", "Porto"]
    assert _values(known, "--session", "d") == ["Bath", "Leeds"]
    nothing = known("facts", "--as-of", "2020-01-01")
    assert (nothing.code, nothing.out) == (1, "")
    assert "--every also lists what is over" in nothing.err


def test_a_profile_is_what_is_true_of_somebody(known: Run) -> None:
    told = known("profile", "ann", "--valid-at", "2026-03-10").out
    assert [line.split() for line in told.splitlines()] == [
        ["Ann", "on", "2026-03-10"],
        ["eats", "2026-03-05", "not", "meat"],
        ["home", "2026-02-23", "Lisbon"],
        ["job", "2026-01-10", "baker"],
    ]
    slots = known("profile", "Rita", "--json").json["slots"]
    assert isinstance(slots, dict)
    assert [fact["value"] for fact in slots["home"]] == ["Bath", "Leeds"]
    assert "(disputed)" in known("profile", "Rita").out


def test_a_profile_of_nobody_names_those_that_are_known(known: Run) -> None:
    ended = known("profile", "Otto")
    assert (ended.code, ended.out) == (1, "")
    assert "nothing is known of Otto; something is, or was, of Rita, Ann" in ended.err


def test_a_fact_is_put_right_by_the_beginning_of_its_id(known: Run) -> None:
    wrong = str(_fact(known, "baker")["id"])
    ended = known("correct", wrong[:8], "pastry chef", "--why", "she said so")
    assert ended.code == 0
    assert ended.out.startswith("Ann · job: pastry chef (event ")
    assert _values(known, "--slot", "job") == ["pastry chef"]
    assert _fact(known, "baker")["status"] == "corrected"
    assert known("log", "--limit", "1", "--json").lines[0]["why"] == "she said so"
    again = known("correct", str(_fact(known, "pastry chef")["id"]), "cook", "--json").json
    right = again["fact"]
    assert isinstance(right, dict)
    assert (right["value"], [right["id"]]) == ("cook", again["ids"])


def test_only_facts_are_put_right(known: Run) -> None:
    turn = str(known("browse", "--json").lines[0]["id"])
    ended = known("correct", turn, "x")
    assert ended.code == 2
    assert f"item {turn} is a turn, not a fact" in ended.err


def test_to_forget_a_fact_is_to_retire_it(known: Run) -> None:
    meat = str(_fact(known, "meat")["id"])
    assert known("forget", meat).code == 0
    assert "meat" not in _values(known)
    assert _fact(known, "meat")["status"] == "retired"
    assert any("eat meat" in str(item["text"]) for item in known("browse", "--json").lines)
    assert "retire" in known("forget", "--help").out


def test_hits_say_which_of_their_slots_are_outdated(known: Run) -> None:
    question = "Where does Ann live?"
    for options in ((), ("--explain",)):
        lines = known("recall", question, *options).out.splitlines()
        at = next(place for place, line in enumerate(lines) if "I live in Porto" in line)
        assert lines[at + 1].strip() == "outdated: home"
        assert sum("outdated:" in line for line in lines) == 1
    hits = known("recall", question, "--json").json["hits"]
    assert isinstance(hits, list)
    assert {hit["item"]["text"]: hit["outdated"] for hit in hits}[SAID[0][3]] == ["home"]


@pytest.mark.parametrize("columns", ["48", "100", "180"])
def test_a_timeline_fits_and_needs_no_colour(
    known: Run, monkeypatch: pytest.MonkeyPatch, columns: str
) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    drawn = known("timeline").out
    assert "\x1b" not in drawn
    lines = drawn.splitlines()
    assert all(len(line) <= int(columns) for line in lines)
    begins = {value: _row(lines, value) for value in ("Porto", "Lisbon", "Braga", "Leeds", "baker")}
    assert "▒" in begins["Porto"] and "▶" not in begins["Porto"]
    assert begins["Lisbon"].rstrip().endswith("█▶")
    assert "░" in begins["Braga"]
    assert "▚" in begins["Leeds"] and begins["Leeds"].rstrip().endswith("▶")
    assert begins["baker"].index("█") == begins["Porto"].index("▒")
    assert begins["Lisbon"].index("█") >= len(begins["Porto"].rstrip()) - 1
    assert lines[-1].split()[::2] == ["█", "▒", "░", "▚"]


def _row(lines: list[str], value: str) -> str:
    return next(line for line in lines if value in line)


def test_a_timeline_is_of_one_if_one_is_named(known: Run) -> None:
    drawn = known("timeline", "rita").out
    assert "Rita" in drawn and "Ann" not in drawn
    assert known("timeline", "Otto").code == 1
    values = [fact["value"] for fact in known("timeline", "ann", "--json").lines]
    assert values == ["meat", "Porto", "Lisbon", "Braga", "baker"]


def test_a_timeline_leaves_out_what_never_was_so_unless_asked(known: Run) -> None:
    known("correct", str(_fact(known, "baker")["id"]), "cook")
    assert "baker" not in known("timeline").out
    assert "baker" in known("timeline", "--every").out


def test_a_picture_is_drawn_into_a_new_file(known: Run) -> None:
    assert known("timeline", "--svg", "ann.svg").out == "ann.svg: drawn\n"
    root = ET.parse("ann.svg").getroot()  # noqa: S314 - our own text
    assert root.tag == f"{SVG}svg"
    rows = [each for each in root.iter(f"{SVG}g") if each.get("class")]
    assert [each.get("class") for each in rows].count("disputed") == 2
    assert len(rows) == len(list(root.iter(f"{SVG}rect"))) == 7
    titles = [each.findtext(f"{SVG}title") for each in rows]
    assert "home: Porto – superseded, from 2026-01-10 to 2026-02-23; Ann: I live in Porto" in titles
    assert "href" not in Path("ann.svg").read_text(encoding="utf-8")
    refused = known("timeline", "--svg", "ann.svg")
    assert refused.code == 4
    assert "is there already" in refused.err
    assert known("timeline", "--svg", "-").out.startswith("<svg ")


def test_a_picture_escapes_what_was_said() -> None:
    begin = datetime(2026, 1, 1, tzinfo=UTC)
    made = _made(begin, None)
    hostile = Fact(
        **{
            name: getattr(made, name)
            for name in made.__slots__
            if name not in {"about", "text", "words"}
        },
        about="<Ann>",
        text="<Ann> · home: </text><script>&\x00",
        words="\ud800 ]]>",
    )
    root = ET.fromstring(picture([hostile], axis_of([hostile], begin)))  # noqa: S314 - our own text
    assert "script" not in {each.tag for each in root.iter()}
    assert any("</text><script>&\\x00" in (each.text or "") for each in root.iter())


def test_a_bar_is_as_long_as_a_fact_was_true() -> None:
    begin, middle = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 1, 11, tzinfo=UTC)
    now = datetime(2026, 1, 21, tzinfo=UTC)
    over, held = _made(begin, middle, status="superseded"), _made(middle, None)
    axis = axis_of([over, held], now)
    assert (axis.bar(over), axis.bar(held)) == ((0.0, 0.5), (0.5, 1.0))
    assert bar(over, axis, 20) == "▒" * 10
    assert bar(held, axis, 20) == " " * 10 + "█" * 9 + "▶"
    assert bar(_made(now, None), axis_of([over], now), 20) == " " * 19 + "▶"


def test_the_marks_of_an_axis_are_first_days_and_few() -> None:
    begin, now = datetime(2019, 11, 20, tzinfo=UTC), datetime(2026, 2, 1, tzinfo=UTC)
    axis = axis_of([_made(begin, None)], now)
    assert [label for _, label in axis.marks(8)] == [str(year) for year in range(2020, 2027)]
    shares = [share for share, _ in axis.marks(8)]
    assert shares == sorted(shares) and shares[0] > 0 and shares[-1] < 1
    month = axis_of([_made(datetime(2026, 1, 20, tzinfo=UTC), None)], now)
    assert [label for _, label in month.marks(8)] == ["2026-02"]
    today = axis_of([_made(now, None)], now)
    assert today.end > today.begin


def test_a_value_is_told_as_it_was_meant() -> None:
    begin = datetime(2026, 1, 1, tzinfo=UTC)
    assert value_of(_made(begin, None)) == "Porto"


@pytest.mark.parametrize("columns", ["60", "100", "200"])
def test_hostile_names_stay_names_and_lines_fit(
    mnemos: Run, monkeypatch: pytest.MonkeyPatch, columns: str
) -> None:
    message = {"role": "user", "name": "Eve\u202e\x1b[2J", "content": "I live in Porto."}
    assert mnemos("remember", "-", stdin=json.dumps(message)).code == 0
    assert mnemos("learn").code == 0
    monkeypatch.setenv("COLUMNS", columns)
    for arguments in (["facts"], ["profile", "Eve\u202e\x1b[2J"], ["timeline"], ["recipes"]):
        ended = mnemos(*arguments)
        assert ended.code == 0
        assert not {"\x1b", "\u202e"} & set(ended.out + ended.err), arguments
        assert all(len(line) <= int(columns) for line in ended.out.splitlines())
    assert "\\u202e" in mnemos("timeline", "--svg", "-").out
