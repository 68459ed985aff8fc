"""The runner of changing facts judges lines as the scenarios say."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bench.conversation import Turn
from bench.facts_alone import FactsAlone
from bench.shown import Shown
from bench.updates import figures, judge, main
from bench.updates_set import Check, Update

TOLD = ("I live in Oslo.", "I moved to Rome.", "I don't smoke.")


class Saying:
    """Answers everything with these lines."""

    def __init__(self, *lines: Shown, facts: Sequence[str] = ()) -> None:
        self._lines, self._facts = lines, facts

    def answers(self, update: Update, check: Check) -> Sequence[Shown]:
        assert check in update.checks
        return self._lines

    def facts(self, update: Update, about: str) -> Sequence[str]:
        assert about in {check.about for check in update.checks}
        return self._facts


def update(check: Check) -> Update:
    turns = tuple(
        Turn(
            ref=f"one:{place}",
            session="1",
            text=text,
            speaker="Ann",
            said_at=datetime(2024, 1, 1 + place, tzinfo=UTC),
        )
        for place, text in enumerate(TOLD)
    )
    return Update(name="one", kind="moves", turns=turns, checks=(check,))


def check(kind: str = "current", *values: str, **changes: object) -> Check:
    fields = {
        "type": kind,
        "about": "Ann",
        "question": "Where does Ann live?",
        "values": values or ("Rome",),
        "turns": (1,),
        "stale": ("Oslo",),
        "stale_turns": (0,),
    }
    return Check(**(fields | changes))  # type: ignore[arg-type]


NEW, OLD = Shown(text="home: Rome", turns=(1,)), Shown(text="home: Oslo", turns=(0,))


def test_the_first_line_must_hold_the_value() -> None:
    assert judge(Saying(NEW, OLD), update(check()))[0].right
    assert not judge(Saying(OLD, NEW), update(check()))[0].right
    (silent,) = judge(Saying(), update(check()))
    assert not silent.right and not silent.answered


def test_a_superseded_value_counts_unless_it_is_marked_as_over() -> None:
    marked = Shown(text="home: Oslo", turns=(0,), over=True)
    retold = Shown(text="home: Rome, not Oslo", turns=(1,))
    assert judge(Saying(NEW, OLD), update(check()))[0].stale is True
    assert judge(Saying(NEW, marked), update(check()))[0].stale is False
    assert judge(Saying(retold), update(check()))[0].stale is False
    assert judge(Saying(NEW), update(check(stale=(), stale_turns=())))[0].stale is None


def test_a_denied_value_wants_a_line_that_denies() -> None:
    denied = check("current", "don't smoke", stale=(), stale_turns=(), turns=(2,))
    assert judge(Saying(Shown(text="I don't smoke.")), update(denied))[0].right
    assert not judge(Saying(Shown(text="smoke")), update(denied))[0].right


def test_a_list_wants_all_values_and_none_that_is_missing() -> None:
    both = check("list", "Rome", "Bari", turns=(1, 1), stale=(), stale_turns=(), missing=("Oslo",))
    bari = Shown(text="Bari", turns=(1,))
    assert judge(Saying(NEW, bari), update(both))[0].right
    assert not judge(Saying(NEW), update(both))[0].right
    assert not judge(Saying(NEW, bari, OLD), update(both))[0].right


def test_a_forbidden_fact_is_looked_for_in_all_facts_of_the_subject() -> None:
    ban = check("no_fact", "Oslo", question="", turns=(), stale=(), stale_turns=(), why="plan")
    assert judge(Saying(), update(ban))[0].right
    assert not judge(Saying(facts=["Ann · home: Oslo"]), update(ban))[0].right


def test_figures_are_shares_of_their_checks() -> None:
    verdicts = [
        *judge(Saying(NEW), update(check())),
        *judge(Saying(OLD), update(check())),
        *judge(Saying(NEW), update(check("as_of", valid_at=datetime(2024, 2, 1, tzinfo=UTC)))),
    ]
    found = figures(verdicts)
    assert (found["current"], found["as_of"], found["stale"]) == (0.5, 1.0, 0.3333)
    assert "past" not in found


def test_facts_alone_answer_from_the_turns() -> None:
    (verdict,) = judge(FactsAlone(), update(check()))
    assert verdict.right and verdict.stale is False
    then = check("as_of", "Oslo", turns=(0,), valid_at=datetime(2024, 1, 1, 12, tzinfo=UTC))
    assert judge(FactsAlone(), update(then))[0].right


def test_the_sealed_half_shows_no_misses() -> None:
    with pytest.raises(SystemExit):
        main(["--half", "sealed", "--misses"])


def test_scenarios_of_ones_own_are_run(capsys: pytest.CaptureFixture[str]) -> None:
    own = Path(__file__).parents[1] / "ingest" / "facts" / "second.jsonl"
    assert main(["--file", str(own), "--json"]) == 0
    assert '"current"' in capsys.readouterr().out
